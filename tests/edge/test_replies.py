"""Where errors end: a sentence for what was expected, a number for the rest, and nothing of our insides."""

import logging
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.edge.replies import TEXT_CHARS_MAX, paged, text_panel
from bot.edge.selects import OneOf
from cogs.guild.setup_panel import TimeForm
from tests.cogs.house import texts
from tests.cogs.poll.polling import begin

INSIDE = "a detail of ours at line 12"


def logged(caplog, error_id: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if error_id in record.getMessage()]


async def broken(*_args, **_kwargs):
    raise RuntimeError(INSIDE)


async def provoke(house, monkeypatch, what: str):
    """Let something unexpected happen in a command, a button or form; return what was answered."""
    world = house.world
    if what == "command":
        monkeypatch.setattr(house.app.guilds, "find", broken)
        return await world.slash(world.members[0], "general", "help")
    panel = await house.slash("setup")
    if what == "select":
        monkeypatch.setattr(OneOf, "callback", broken)
        return await world.select(world.manager, panel.message, ["ja"], custom_id="setup:language")
    if what == "form":
        monkeypatch.setattr(TimeForm, "on_submit", broken)
        form = await world.press(world.manager, panel.message, "Time and zone")
        return await world.submit(world.manager, form, {"time": "7:30", "zone": "UTC"})
    monkeypatch.setattr(house.app.roundups, "edition", broken)
    await world.press(world.manager, panel.message, "Save")
    return await world.press(world.members[0], await house.post(), "About")


@pytest.mark.parametrize("what", ["command", "select", "form", "lasting button"])
async def test_what_nobody_foresaw_is_answered_with_a_number_that_stands_once_in_the_log(
    house, monkeypatch, caplog, what
):
    seen = await provoke(house, monkeypatch, what)

    assert seen.private
    answer = seen.lines[-1].text
    found = re.fullmatch(
        "Something went wrong on my side. If it happens again, give this number to whoever runs this bot: "
        "([0-9a-f]{8})",
        answer,
    )
    assert found, answer
    (record,) = logged(caplog, found[1])
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == INSIDE
    assert f"guild={house.guild.id}" in record.getMessage()
    assert sum(bool(record.exc_info) for record in caplog.records) == 1, "logged once, by nobody else"
    house.world.errors()


async def test_the_number_is_told_in_the_askers_language(bare_house, monkeypatch):
    monkeypatch.setattr(bare_house.app.guilds, "find", broken)

    seen = await bare_house.world.slash(bare_house.world.editor, "general", "help")

    assert seen.text.startswith("こちらの不具合で処理できませんでした。")
    bare_house.world.errors()


async def test_what_was_foreseen_is_not_logged_as_an_error(bare_house, caplog):
    await bare_house.slash("pause", until="soon")

    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_an_error_after_a_deferred_answer_is_told_too(bare_guild, monkeypatch):
    monkeypatch.setattr(bare_guild.app.sources, "test", broken)

    seen = await bare_guild.slash("source test", url="https://press.example/")

    assert "Something went wrong on my side." in seen.text
    assert seen.private
    bare_guild.world.errors()


async def test_one_who_can_no_longer_be_told_is_noted_and_no_error_of_its_own(bare_house, monkeypatch, caplog):
    bare_house.fail("POST", "/interactions/*/*/callback", status=404, code=10062, times=None)

    await bare_house.world.slash(bare_house.world.members[0], "general", "help")

    assert any("the asker could not be told" in record.getMessage() for record in caplog.records)
    bare_house.world.errors()


def test_lines_are_never_parted_and_never_too_many_for_a_page():
    lines = [f"line {number} " + "x" * 90 for number in range(200)]

    pages = paged(lines, TEXT_CHARS_MAX)

    assert [line for page in pages for line in page] == lines
    assert all(len("\n".join(page)) <= TEXT_CHARS_MAX for page in pages)
    assert len(pages) <= len("\n".join(lines)) // (TEXT_CHARS_MAX - 200) + 1


def test_no_lines_are_one_empty_page():
    assert paged([], 100) == [[]]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_panel_says_how_many_lines_it_left_out(language):
    view = text_panel([f"[{number}](<https://press.example/{'x' * 80}>)" for number in range(100)], language)

    (container,) = view.to_components()
    told = texts(SimpleNamespace(raw={"components": [container]})).splitlines()
    assert len("\n".join(told)) <= TEXT_CHARS_MAX
    assert all(line.endswith(">)") for line in told[:-1])
    assert str(100 - (len(told) - 1)) in told[-1]


async def test_an_answer_mentions_nobody(bare_guild):
    seen = await bare_guild.slash("settings")

    assert seen.message.raw["mention_roles"], "it names the role that is mentioned"
    assert bare_guild.pinged(seen.message) == []


async def test_a_panel_as_full_as_it_can_be_is_switched_off_when_it_closes(bare_guild, monkeypatch):
    monkeypatch.setattr("cogs.poll.make.manage.poll_line", lambda *_: "x" * 1_320)
    for question in range(7):
        await begin(bare_guild, question=f"Question {question}?")
    panel = await bare_guild.slash("poll list")
    panel = await bare_guild.world.press(bare_guild.world.manager, panel.message, "pages:on")
    assert len(texts(panel.message)) > 3_960

    await bare_guild.world.advance(timedelta(minutes=14, seconds=1))

    shown = next(line for line in bare_guild.world.everything() if line.id == panel.message.id)
    assert shown.text.endswith("[Back (off)] [Next (off)]")
