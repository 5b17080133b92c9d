"""/source: the feeds that a guild follows."""

from datetime import timedelta

import pytest
import simcord

from tests.cogs.house import HILUX, rss, texts


async def test_adding_a_feed_follows_it_and_says_what_it_has(bare_guild):
    url = bare_guild.press.url("gearlog")

    seen = await bare_guild.slash("source add", url=url)

    assert seen.private
    assert "Now following [Gearlog](<https://gearlog.example/>). It has 2 articles" in seen.text
    listed = await bare_guild.slash("source list")
    assert "### 1 source" in listed.text
    assert f"[Gearlog](<https://gearlog.example/>) · [feed](<{url}>) · read now" in listed.text


async def test_what_nobody_can_keep_is_taken_out_of_what_is_typed(bare_guild):
    url = bare_guild.press.url("gearlog")

    seen = await bare_guild.slash("source add", url=f"\x00{url[:12]}\ud800{url[12:]}\x00")

    assert "Now following [Gearlog]" in seen.text
    offered = await bare_guild.world.suggest(
        bare_guild.world.editor, "general", "source remove", "source", "gear\x00log"
    )
    assert len(offered) == 1
    assert "Gearlog is no longer followed." in (await bare_guild.slash("source remove", source="gear\x00log")).text


@pytest.mark.parametrize("command", ["source add", "source test"])
@pytest.mark.parametrize(
    ("path", "page", "sentence"),
    [
        ("gone", None, "There is nothing at this address (404)."),
        ("page", b"<html><body><p>Welcome</p></body></html>", "This is a web page, not a feed."),
        ("none", rss("Quiet", []), "can be read, but it holds no article."),
        ("empty", b"", "It is empty."),
    ],
)
async def test_what_is_no_feed_is_refused_with_the_reason(bare_guild, command, path, page, sentence):
    if page is not None:
        bare_guild.press.put(path, page)

    seen = await bare_guild.slash(command, url=bare_guild.press.url(path))

    assert seen.private
    assert sentence in seen.text
    assert "This server follows no feed yet." in (await bare_guild.slash("source list")).text


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://press.example/feed", "Only addresses that begin with http:// or https:// can be read"),
        ("http://user:word@press.example/feed", "The address holds a user name or a password"),
        ("http://10.0.0.1/feed", "The address leads into a private network"),
        ("http://127.0.0.1:9/feed", "Web pages are not served on port 9."),
        ("not an address", "There is no host named"),
    ],
)
async def test_an_address_that_cannot_be_read_is_refused_with_the_reason(bare_guild, url, sentence):
    seen = await bare_guild.slash("source add", url=url)

    assert sentence in seen.text


async def test_a_feed_that_is_followed_already_is_not_added_twice(bare_guild):
    bare_guild.press.put("bold", rss("**Bold** [news](https://evil.example)", [HILUX]))
    url = bare_guild.press.url("bold")
    await bare_guild.slash("source add", url=url)

    seen = await bare_guild.slash("source add", url=url)

    assert seen.text == r"This server follows \*\*Bold\*\* \[news\]\(https\://evil.example\) already."


async def test_no_more_are_followed_than_allowed(bare_guild, monkeypatch):
    monkeypatch.setattr(bare_guild.app.sources, "_sources_max", 1)
    await bare_guild.slash("source add", url=bare_guild.press.url("gearlog"))

    seen = await bare_guild.slash("source add", url=bare_guild.press.url("torque"))

    assert "This server follows as many sources as it may (1)." in seen.text
    assert "### 1 source" in (await bare_guild.slash("source list")).text


async def test_a_name_in_markdown_formats_and_mentions_nothing(bare_guild):
    bare_guild.press.put("evil", rss("# [x](https://evil.example) @everyone <@1> `code`", [HILUX]))

    seen = await bare_guild.slash("source add", url=bare_guild.press.url("evil"))

    shown = r"\# \[x\]\(https\://evil.example\) @" + "\u200b" + r"everyone \<@1\> \`code\`"
    assert shown in seen.message.raw["content"]
    assert shown in texts((await bare_guild.slash("source list")).message)


async def test_removing_is_by_what_autocompletion_offers(guild):
    world = guild.world
    offered = await world.suggest(world.editor, "general", "source remove", "source", "TORQ")
    assert [name for name, _ in offered] == [f"Torque — {guild.press.url('torque')}"]

    seen = await world.slash(world.manager, "general", "source remove", source=offered[0][1])

    assert seen.text == "Torque is no longer followed. Editions that quoted it stay as they are."
    assert "Torque" not in (await guild.slash("source list")).text


@pytest.mark.parametrize("typed", ["gearlog", "http://127.0.0.1:{port}/gearlog"])
async def test_removing_takes_a_typed_name_or_address_too(guild, typed):
    seen = await guild.slash("source remove", source=typed.format(port=guild.press.port))

    assert seen.text.startswith("Gearlog is no longer followed.")


async def test_removing_what_is_not_followed_says_so(guild):
    seen = await guild.slash("source remove", source="999")

    assert seen.text == "That no longer exists here, so nothing was changed."


async def test_autocompletion_offers_at_most_25_names_of_at_most_100_characters(bare_guild):
    for number in range(27):
        title = f"Paper number {number} " + "with a very long name " * 6
        bare_guild.press.put(f"feed{number}", rss(title, [HILUX], site=f"p{number}.example"))
        await bare_guild.slash("source add", url=bare_guild.press.url(f"feed{number}"))

    offered = await bare_guild.world.suggest(bare_guild.world.editor, "general", "source remove", "source", "")

    assert len(offered) == 25
    assert all(1 <= len(name) <= 100 for name, _ in offered)
    await _check_pages(bare_guild)


async def _check_pages(house):
    """The list of many sources is turned page by page, and no line is cut."""
    seen = await house.slash("source list")
    lines = texts(seen.message).splitlines()
    assert lines[0] == "### 27 sources"
    assert len(texts(seen.message)) <= 4_000
    assert "[Back (off)] [Next]" in seen.text
    while "[Next]" in seen.text:
        seen = await house.world.press(house.world.manager, seen.message, "Next")
        lines += texts(seen.message).splitlines()[1:]
    assert len(lines) == 28
    assert all(line.startswith("- [") and line.endswith(":R>") for line in lines[1:])
    assert "[Back] [Next (off)]" in seen.text


async def test_testing_a_feed_shows_its_articles_and_changes_nothing(bare_guild):
    seen = await bare_guild.slash("source test", url=bare_guild.press.url("gearlog"))

    assert "### [Gearlog](<https://gearlog.example/>)\nCan be read, with 2 articles:" in seen.text
    assert "- [Toyota shows a hydrogen Hilux with 600 km of range](<https://gearlog.example/0>) 20 minutes ago" in (
        seen.text
    )
    assert "Nothing was changed." in seen.text
    assert "This server follows no feed yet." in (await bare_guild.slash("source list")).text


async def test_a_feed_that_fails_is_told_in_each_readers_language(guild):
    hana = guild.world.guild.add_person("Hana", roles=("Editors",), language="ja")
    del guild.press.pages["torque"]
    await guild.world.advance(timedelta(hours=1))
    await guild.work()

    english = (await guild.slash("source list")).text
    japanese = (await guild.world.slash(hana, "general", "source list")).text

    assert "⚠️ could not be read last time: There is nothing at this address (404)." in english
    assert "There is nothing" not in japanese
    assert "⚠️ 1 回続けて読めませんでした" in japanese


async def test_a_member_does_not_see_the_sources(bare_guild):
    with pytest.raises(simcord.SetupError):
        await bare_guild.world.slash(bare_guild.world.members[0], "general", "source list")


async def test_whoever_sees_the_command_but_may_not_edit_is_refused(bare_guild):
    bare_guild.show_command("source", "Readers")
    for command, options in (
        ("source add", {"url": bare_guild.press.url("gearlog")}),
        ("source list", {}),
        ("source test", {"url": bare_guild.press.url("gearlog")}),
        ("source remove", {"source": "1"}),
    ):
        seen = await bare_guild.world.slash(bare_guild.world.members[0], "general", command, **options)
        assert seen.private
        assert "You need this bot's “Edit” permission" in seen.text
    assert bare_guild.press.asked == [], "nobody has the bot read an address who may not follow it"
