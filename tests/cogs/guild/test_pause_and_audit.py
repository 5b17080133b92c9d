"""/pause, /resume and /audit."""

from datetime import timedelta

import pytest

from bot.domain.actor import Capability
from tests.cogs.guild.test_settings_panel import grant
from tests.cogs.house import HILUX, POSTED_AT, rss, texts


async def test_a_pause_without_an_end_holds_until_it_is_lifted(guild):
    seen = await guild.slash("pause", what="posts")
    assert seen.text.splitlines()[0] == "Paused: posts, until somebody uses /resume."
    assert "left out, not made up for" in seen.text

    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    assert guild.world.lines("morning-roundup") == []
    assert "skipped: posts were paused" in (await guild.slash("roundup history")).text

    seen = await guild.slash("resume", what="posts")
    assert seen.text == "Resumed: posts."
    guild.press.put("gearlog", rss("Gearlog", [HILUX], at=POSTED_AT + timedelta(days=1)))
    await guild.world.advance(timedelta(days=1))
    await guild.work()
    assert "Hilux" in guild.edition.text


async def test_a_pause_ends_by_itself(guild):
    seen = await guild.slash("pause", until="1h")
    assert seen.text.startswith("Paused: everything, until 2026-11-20 07:00")

    await guild.post()

    assert "Hilux" in guild.edition.text


async def test_a_pause_of_rules_holds_no_post_and_says_nothing_of_editions(guild):
    seen = await guild.slash("pause", what="rules")
    assert seen.text == "Paused: rules, until somebody uses /resume."

    await guild.post()

    assert "Hilux" in guild.edition.text


async def test_until_is_local_to_the_servers_zone(bare_guild):
    manager = bare_guild.world.manager
    panel = await bare_guild.slash("setup")
    form = await bare_guild.world.press(manager, panel.message, "Time and zone")
    await bare_guild.world.submit(manager, form, {"time": "7:30", "zone": "Tokyo"})
    await bare_guild.world.press(manager, panel.message, "Save")

    seen = await bare_guild.slash("pause", until="2026-11-21 09:00")

    assert "until 2026-11-21 00:00" in seen.text  # shown here in UTC, and to each reader in their own time


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("soon", "I do not understand “soon” as a time."),
        ("2026-11-19 09:00", "2026-11-19 09:00 has passed already."),
        ("0001-01-01T00:00+14:00", r"I do not understand “0001-01-01T00:00+14:00” as a time."),
        ("@everyone", "I do not understand “@\u200beveryone” as a time."),
    ],
)
async def test_a_wrong_until_is_answered_with_a_sentence_and_pauses_nothing(bare_guild, until, sentence):
    seen = await bare_guild.slash("pause", until=until)

    assert seen.private
    assert sentence in seen.text
    assert (await bare_guild.app.guilds.settings(bare_guild.guild.id)).pauses == ()


async def test_posting_by_hand_while_paused_is_refused_with_the_way_out(guild):
    await guild.slash("pause", what="posts")

    seen = await guild.slash("roundup now")

    assert seen.text == "Posts are paused here. Let them go on with /resume first."


async def test_each_change_stands_in_the_audit_trail_in_words(house):
    assert (await house.slash("audit")).text == "Nothing has been changed here yet."
    await house.set_up()
    await house.slash("pause", what="all")
    await house.slash("pause", what="posts", until="2h")
    await house.slash("resume", what="rules")
    await grant(house, Capability.EDIT, "Readers")
    await grant(house, Capability.EDIT)
    await house.slash("source remove", source="Torque")

    lines = (await house.audit()).splitlines()

    assert lines[0] == "## What was changed"
    assert [line.split(" · ", 1)[1] for line in lines[1:]] == [
        f"removed the source Torque (http\\://127.0.0.1:{house.press.port}/torque)",
        "took “Edit” from all roles",
        "gave “Edit” to @Readers, and to no other role",
        "resumed: rules",
        "paused until 2026-11-20 08:00: posts",
        "paused: posts, rules",
        f"added the source Torque (http\\://127.0.0.1:{house.press.port}/torque)",
        f"added the source Gearlog (http\\://127.0.0.1:{house.press.port}/gearlog)",
        "set up the roundup in #morning-roundup, every day at 07:30 UTC",
    ]
    assert all("@Morgan" in line for line in lines[1:])


async def test_a_japanese_reader_finds_no_english_in_the_audit_trail(bare_guild):
    hana = bare_guild.world.guild.add_person("Hana", roles=("Managers",), language="ja")
    await bare_guild.slash("pause", what="all")
    await grant(bare_guild, Capability.EDIT, "Readers")

    seen = await bare_guild.world.slash(hana, "general", "audit")

    assert "一時停止：投稿、ルール" in seen.text
    assert "「編集」を @Readers だけに付与" in seen.text


async def test_a_source_named_in_markdown_formats_and_mentions_nothing_in_the_audit_trail(bare_guild):
    bare_guild.press.put("evil", rss("[Win](https://evil.example) **@everyone** <@&1>", [HILUX]))
    await bare_guild.slash("source add", url=bare_guild.press.url("evil"))

    seen = await bare_guild.slash("audit")

    assert r"added the source \[Win\]\(https\://evil.example\) \*\*@" in texts(seen.message)
    assert "@everyone" not in texts(seen.message)
    assert r"\<@&1\>" in texts(seen.message)


async def test_older_changes_are_a_press_away_until_there_are_none(bare_guild):
    for _ in range(12):
        await bare_guild.slash("resume")
    seen = await bare_guild.slash("audit")
    assert seen.text.count("resumed") == 10

    seen = await bare_guild.world.press(bare_guild.world.manager, seen.message, "Older")

    assert seen.text.count("resumed") == 2
    assert "set up the roundup" in seen.text
    assert seen.message.buttons == ()


async def test_a_full_page_that_is_the_last_says_so(bare_guild):
    for _ in range(9):
        await bare_guild.slash("resume")
    seen = await bare_guild.slash("audit")
    assert seen.message.buttons == ("Older",)

    seen = await bare_guild.world.press(bare_guild.world.manager, seen.message, "Older")

    assert seen.text == "There is nothing older."
