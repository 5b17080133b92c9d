"""The unmodified bot, in a process of its own, on this Discord; and what this Discord does as the real one does."""

from tests.wire import newsroom


async def test_the_real_bot_logs_in_sends_its_commands_and_stops_when_asked(wire, bot):
    await bot.start()
    await wire.ready()

    assert {"setup", "roundup", "source", "help", "doctor"} <= wire.commands()
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log
    assert not wire.sessions


async def test_commands_buttons_selects_and_forms_work_over_the_network(wire, bot):
    await bot.start()
    await wire.ready()

    shown = await wire.slash(wire.manager, "general", "setup")
    assert "Set up Paddock" in shown.text
    assert shown.private
    changed = await wire.select(wire.manager, shown.message, ["ja"], custom_id="setup:language")
    assert "日本語" in changed.text
    form = await wire.press(wire.manager, shown.message, "setup:time")
    assert form.modal is not None

    refused = await wire.slash(wire.editor, "editors", "roundup history")
    assert refused.private
    assert "/setup" in refused.text


async def test_an_edition_is_posted_by_the_real_bot(wire, bot, database_url, database):
    edition_id = await newsroom.plan(wire, database_url)
    await bot.start()

    await newsroom.assert_posted_once(wire, database, edition_id)

    assert not wire.exceeded
