"""Several roundups in a guild: added, chosen by name, settled, and deleted."""

from datetime import timedelta

import pytest

from tests.cogs.house import MORNING, POSTED_AT, ROTARY, rss


async def add(house, name: str = "Evening", place: str = "general"):
    return await house.slash("roundup new", name=name, channel=house.world.place(place))


async def set_times(house, panel, **words: str):
    form = await house.world.press(house.world.manager, panel.message, "roundup:times")
    filled = {"name": "Evening", "time": "7:30", "deadline": ""} | words
    return await house.world.submit(house.world.manager, form, filled)


async def test_a_new_roundup_has_its_own_channel_time_and_title(guild):
    panel = await add(guild)
    assert panel.private
    assert "every day at 07:30, UTC" in panel.text
    panel = await set_times(guild, panel, name="Evening paper", time="18:00")
    assert "## Evening paper" in panel.text
    assert "The next one is 2026-11-20 18:00" in panel.text
    guild.press.put("gearlog", rss("Gearlog", [ROTARY], at=MORNING + timedelta(hours=10), first=50))

    await guild.post()
    await guild.world.advance_to(POSTED_AT.replace(hour=18))
    await guild.work()

    assert [line.text.splitlines()[0] for line in guild.world.lines("morning-roundup")] == ["# Morning roundup"]
    (evening,) = [line for line in guild.world.lines("general") if not line.private]
    assert evening.text.startswith("# Evening paper")
    history = (await guild.slash("roundup history")).text
    assert "**2026-11-20 · Evening paper** ✅" in history
    assert "**2026-11-20 · Morning roundup** ✅" in history
    alone = (await guild.slash("roundup history", roundup="Evening paper")).text
    assert alone.count("✅") == 1


async def test_commands_take_the_roundup_that_is_named_and_offer_those_there_are(guild):
    await add(guild)
    offered = await guild.world.suggest(guild.world.manager, "general", "roundup now", "roundup", "even")
    assert [name for name, _ in offered] == ["Evening"]

    seen = await guild.slash("roundup now", roundup=offered[0][1])
    await guild.work()

    assert "#general" in seen.text
    assert guild.world.lines("morning-roundup") == []
    assert "# Evening" in next(line for line in guild.world.lines("general") if not line.private).text
    assert "no longer exists here" in (await guild.slash("roundup now", roundup="Midnight")).text


async def test_a_weekly_roundup_comes_on_sundays_unless_days_were_chosen(bare_guild):
    panel = await add(bare_guild)
    panel = await bare_guild.world.select(bare_guild.world.manager, panel.message, ["weekly"], custom_id="roundup:kind")
    assert "Sunday at 07:30" in panel.text
    panel = await bare_guild.world.select(bare_guild.world.manager, panel.message, ["5", "1"], custom_id="roundup:days")
    assert "Monday, Friday at 07:30" in panel.text
    panel = await bare_guild.world.select(bare_guild.world.manager, panel.message, ["daily"], custom_id="roundup:kind")
    assert "Monday, Friday at 07:30" in panel.text
    audit = await bare_guild.audit()
    for line in ("had “Evening” look back on the week", "changed the days of “Evening”", "added the roundup “Evening”"):
        assert line in audit


async def test_chosen_days_alone_have_an_edition(guild):
    panel = await guild.slash("roundup settings")
    await guild.world.select(guild.world.manager, panel.message, ["6"], custom_id="roundup:days")  # today is a Friday

    await guild.world.advance_to(POSTED_AT + timedelta(hours=1))
    await guild.work()
    assert guild.world.lines("morning-roundup") == []
    await guild.world.advance_to(POSTED_AT + timedelta(days=1))
    await guild.work()
    assert len(guild.world.lines("morning-roundup")) == 1


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({"name": "Morning roundup"}, "Another roundup here is called “Morning roundup”."),
        ({"deadline": "10:30"}, "The edition can wait for our own column from 07:30 to 10:15."),
        ({"time": "25:00"}, "“25:00” is not a time of day."),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(bare_guild, words, refusal):
    panel = await add(bare_guild)

    seen = await set_times(bare_guild, panel, **words)

    assert refusal in seen.text
    assert "## Evening" in (await bare_guild.slash("roundup settings", roundup="Evening")).text


async def test_drafts_are_not_shown_where_the_editions_are_posted(bare_guild):
    panel = await bare_guild.slash("roundup settings")
    place = bare_guild.world.place("morning-roundup")

    seen = await bare_guild.world.select(bare_guild.world.manager, panel.message, [place], custom_id="roundup:review")

    assert "Drafts cannot be shown in the channel where the editions are posted." in seen.text
    panel = await bare_guild.slash("roundup settings")
    await bare_guild.world.select(
        bare_guild.world.manager, panel.message, [bare_guild.world.place("editors")], custom_id="roundup:review"
    )
    setup = await bare_guild.slash("setup")
    await bare_guild.world.select(
        bare_guild.world.manager, setup.message, [bare_guild.world.place("editors")], custom_id="setup:channel"
    )
    saved = await bare_guild.world.press(bare_guild.world.manager, setup.message, "setup:save")
    assert "Drafts cannot be shown" in saved.text


async def test_a_role_with_powers_is_not_given_to_whoever_asks(bare_guild):
    panel = await bare_guild.slash("roundup settings")

    seen = await bare_guild.world.select(
        bare_guild.world.manager, panel.message, [bare_guild.world.role("Moderators")], custom_id="roundup:role"
    )

    assert "Notify me cannot give “Moderators”" in seen.text


async def test_a_missing_permission_is_said_in_the_settings(bare_guild):
    await bare_guild.forbid("editors", embed_links=True)
    panel = await bare_guild.slash("roundup settings")

    panel = await bare_guild.world.select(
        bare_guild.world.manager, panel.message, [bare_guild.world.place("editors")], custom_id="roundup:review"
    )

    assert "⚠️ In #editors I lack: Embed Links." in panel.text


async def test_a_deleted_roundup_posts_nothing_more_and_the_last_one_stays(guild):
    await add(guild)
    asked = await guild.slash("roundup delete", roundup="Evening")
    assert "Delete **Evening** with the record of its editions?" in asked.text

    gone = await guild.world.press(guild.world.manager, asked.message, "Delete it")

    assert "**Evening** is deleted." in gone.text
    await guild.post()
    assert [line for line in guild.world.lines("general") if not line.private] == []
    last = await guild.slash("roundup delete", roundup="Morning roundup")
    refused = await guild.world.press(guild.world.manager, last.message, "Delete it")
    assert "This is the only roundup here, so it stays." in refused.text


async def test_settings_are_for_managers(bare_guild):
    for command, options in (
        ("roundup settings", {}),
        ("roundup delete", {"roundup": "Morning roundup"}),
        ("roundup new", {"name": "Mine", "channel": bare_guild.world.place("general")}),
    ):
        seen = await bare_guild.world.slash(bare_guild.world.moderator, "general", command, **options)
        assert "You need this bot's “Manage” permission for that." in seen.text


async def test_setup_keeps_the_name_that_somebody_chose(bare_guild):
    panel = await bare_guild.slash("roundup settings")
    await set_times(bare_guild, panel, name="Pit lane")

    await bare_guild.set_up()

    assert "## Pit lane" in (await bare_guild.slash("roundup settings")).text
