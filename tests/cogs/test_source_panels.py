"""/source edit, pause, import and export, pages with several feeds, and the notices on sources."""

from datetime import timedelta

from tests.cogs.house import CIVIC, HILUX, rss, texts

HTML = (
    '<html><head><link rel="alternate" type="application/rss+xml" title="Cars *today*" href="/gearlog">'
    '<link rel="alternate" type="application/rss+xml" title="Torque" href="/torque"></head><body></body></html>'
)


async def edited(house):
    """Open the panel of the one source."""
    return await house.slash("source edit", source="Gearlog")


async def test_a_source_is_changed_in_a_panel_that_shows_what_stands(bare_guild):
    world = bare_guild.world
    await bare_guild.slash("source add", url=bare_guild.press.url("gearlog"))

    seen = await edited(bare_guild)
    assert seen.private
    assert "Counts **×1** when stories are ranked." in texts(seen.message)
    seen = await world.select(world.manager, seen.message, ["200"], custom_id="source:weight")
    seen = await world.press(world.manager, seen.message, "Mark as our column")
    seen = await world.press(world.manager, seen.message, "Mark as pay-walled")
    form = await world.press(world.manager, seen.message, "Words…")
    seen = await world.submit(world.manager, form, {"include": "hilux, civic*", "exclude": "*gold*"})

    shown = texts(seen.message)
    assert "Counts **×2** when stories are ranked." in shown
    assert "Only articles with one of these words: hilux, civic\\*" in shown
    assert "No articles with one of these words: \\*gold\\*" in shown
    assert "⭐ Our own column" in shown
    assert "[No longer our column]" in seen.text
    line = (await bare_guild.slash("source list")).text
    assert "⭐ our column · counts ×2 · 🔒 pay-wall · 🔎 by words" in line
    audit = await bare_guild.audit()
    assert "let the source Gearlog count ×2" in audit
    assert "set the words of the source Gearlog: with hilux, civic" in audit


async def test_a_form_with_too_many_words_is_refused_and_changes_nothing(bare_guild):
    world = bare_guild.world
    await bare_guild.slash("source add", url=bare_guild.press.url("gearlog"))
    form = await world.press(world.manager, (await edited(bare_guild)).message, "Words…")

    seen = await world.submit(world.manager, form, {"include": ",".join(f"w{n}" for n in range(26)), "exclude": ""})

    assert "At most 25 words of at most 50 characters each" in seen.text
    assert "by words" not in (await bare_guild.slash("source list")).text


async def test_a_roundup_is_chosen_only_where_there_are_several(bare_guild):
    await bare_guild.slash("source add", url=bare_guild.press.url("gearlog"))

    seen = await edited(bare_guild)

    assert "source:roundup" not in str(seen.message.raw)


async def test_a_paused_source_says_so_and_makes_no_edition(guild):
    assert "is paused" in (await guild.slash("source pause", source="Gearlog")).text
    assert "⏸ paused" in (await guild.slash("source list")).text
    assert "gearlog.example" not in texts((await guild.slash("roundup preview")).message)

    assert "is read again" in (await guild.slash("source resume", source="Gearlog")).text
    assert "gearlog.example" in texts((await guild.slash("roundup preview")).message)


async def test_a_page_with_several_feeds_offers_them(bare_guild):
    world, press = bare_guild.world, bare_guild.press
    press.put("", HTML.encode())

    seen = await bare_guild.slash("source add", url=press.url(""))
    assert "This page has 2 feeds. Which one is meant?" in seen.text
    assert "Cars *today*" in str(seen.message.raw)
    seen = await world.select(world.manager, seen.message, ["1"], custom_id="source:choose")

    assert "Now following [Torque](<https://torque.example/>)." in seen.text
    assert "### 1 source" in (await bare_guild.slash("source list")).text


async def test_a_page_with_several_feeds_is_tested_by_choice_too(bare_guild):
    world, press = bare_guild.world, bare_guild.press
    press.put("", HTML.encode())

    seen = await bare_guild.slash("source test", url=press.url(""))
    seen = await world.select(world.manager, seen.message, ["0"], custom_id="source:choose")

    assert "Can be read, with 2 articles:" in seen.text
    assert "follows no feed yet" in (await bare_guild.slash("source list")).text


async def test_a_list_is_imported_and_what_could_not_be_read_is_named(bare_guild):
    press = bare_guild.press
    press.put("one", rss("One", [HILUX]))
    outlines = "".join(f'<outline text="{name}" xmlUrl="{press.url(name)}"/>' for name in ("one", "torque", "dead"))
    listed = f'<opml version="2.0"><body>{outlines}</body></opml>'.encode()

    seen = await bare_guild.slash("source import", file=("feeds.opml", listed))

    assert seen.private
    assert "2 sources are followed now" in seen.text
    assert "1 could not be read and is not followed:" in seen.text
    assert f"[dead](<{press.url('dead')}>): There is nothing at this address (404)." in texts(seen.message)
    assert "### 2 sources" in (await bare_guild.slash("source list")).text


async def test_what_is_no_list_is_refused(bare_guild):
    seen = await bare_guild.slash("source import", file=("feeds.opml", b"hello"))

    assert "No feeds were found in this file." in seen.text


async def test_the_sources_are_exported_as_a_file(guild):
    seen = await guild.slash("source export")

    assert seen.private
    (attachment,) = seen.message.raw["attachments"]
    assert attachment["filename"] == "sources.opml"
    assert "OPML list" in seen.text


async def test_editors_are_told_of_a_failing_source_and_may_test_it(guild):
    world, press = guild.world, guild.press
    panel = await guild.slash("settings")
    editors = world.place("editors")
    await world.select(world.manager, panel.message, [editors], custom_id="settings:notices")
    del press.pages["torque"]
    for _ in range(30):
        await world.advance(timedelta(hours=1))
        await guild.work()

    lines = [line for line in world.lines("editors") if "Torque" in texts(line)]
    assert len(lines) == 1
    assert "could not be read 5 times in a row" in texts(lines[0])
    assert "There is nothing at this address (404)." in texts(lines[0])
    seen = await world.press(world.manager, lines[0], "Test it now")
    assert "There is nothing at this address (404)." in seen.text
    press.put("torque", rss("Torque", [CIVIC]))
    seen = await world.press(world.manager, lines[0], "Test it now")
    assert "Can be read, with 1 article:" in seen.text
    for _ in range(25):
        await world.advance(timedelta(hours=1))
        await guild.work()
    assert sum("✅ The source [Torque]" in texts(line) for line in world.lines("editors")) == 1
