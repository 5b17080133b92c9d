"""What editors are told when an edition did not appear, and what /doctor finds."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.due_work import CannotActError, DueWork
from bot.domain.guild import Part, PauseScope
from bot.domain.roundup import EditionState, EditionStep
from bot.services.commands import CommandListService
from bot.services.doctor import Finding
from bot.text import LANGUAGES, text
from tests.house import CHANNEL, NOTICES, START, Entry, House, NewsServer, editor, manager

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)
VANS = Entry("vans", "Vans are back")


@pytest.fixture
async def silent(guild: House) -> tuple[House, DueWork]:
    """A guild without news at its time: the edition was skipped, and its notice is claimed."""
    guild.clock.move_to(DUE)
    await guild.run_due()
    guild.desk.notices.clear()
    (edition,) = await guild.roundups.history(editor())
    assert edition.state is EditionState.SKIPPED
    await guild.schedule("notice", edition.id, DUE)
    return guild, await guild.claim("notice")


async def choose_channel(house: House, channel_id: int | None) -> None:
    await house.guilds.change(
        manager(), lambda s: replace(s, notices_channel_id=channel_id), "guild.audit.notices", channel="<#1>"
    )


async def test_nobody_is_told_unless_a_channel_was_chosen(silent: tuple[House, DueWork]):
    house, work = silent
    assert await house.notices.next_step(work) is None
    await choose_channel(house, NOTICES)
    step = await house.notices.next_step(work)
    assert step is not None
    assert (step.channel_id, step.edition.reason) == (NOTICES, "no_news")
    assert await house.notices.finished(work) is None


async def test_a_notice_is_posted_once(silent: tuple[House, DueWork]):
    house, work = silent
    await choose_channel(house, NOTICES)
    step = await house.notices.next_step(work)
    assert step is not None
    await house.notices.record_step(work, step, 4711)
    assert await house.notices.next_step(work) is None
    (edition,) = await house.roundups.history(editor())
    assert edition.notice_id == 4711


async def test_no_notice_says_that_an_edition_did_not_appear_after_it_did(
    silent: tuple[House, DueWork], news: NewsServer
):
    house, work = silent
    await choose_channel(house, NOTICES)
    await house.sources.add(editor(), news.publish("/motor", VANS))
    await house.roundups.post_now(editor())
    assert await house.notices.next_step(work) is None
    await house.run_due()
    assert await house.notices.next_step(work) is None


async def test_an_edition_that_fails_again_is_told_of_again(guild: House, news: NewsServer):
    await choose_channel(guild, NOTICES)
    await guild.sources.add(editor(), news.publish("/motor", VANS))
    guild.desk.failing = {EditionStep.MESSAGE: CannotActError(what="Missing Permissions", channel=f"<#{CHANNEL}>")}
    guild.clock.move_to(DUE)
    await guild.run_due()
    await guild.roundups.post_now(editor())
    await guild.run_due()
    assert [step.edition.state for step in guild.desk.notices] == [EditionState.FAILED] * 2


def ids(findings: Iterable[Finding]) -> list[str]:
    for finding in findings:
        for language in LANGUAGES:
            assert text(finding.message_id, language, **finding.params)
    return [finding.message_id for finding in findings]


async def test_the_doctor_finds_a_guild_that_was_not_set_up(house: House):
    assert ids(await house.doctor.examine(manager())) == ["help.doctor.not_set_up"]


async def test_the_doctor_finds_nothing_where_all_is_well(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", VANS))
    guild.clock.move_to(DUE)
    await guild.run_due()
    assert await guild.doctor.examine(manager()) == ()


async def test_the_doctor_finds_what_keeps_an_edition_from_appearing(guild: House):
    await guild.set_up(parts=frozenset({Part.QUESTION}))
    await guild.guilds.pause(manager(), frozenset({PauseScope.POSTS}), START + timedelta(hours=1))
    assert ids(await guild.doctor.examine(manager())) == [
        "help.doctor.roundup_off",
        "help.doctor.paused",
        "help.doctor.no_sources",
    ]
    guild.clock.advance(timedelta(hours=1))
    assert "help.doctor.paused" not in ids(await guild.doctor.examine(manager()))


async def test_the_doctor_names_each_source_that_fails(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", VANS, name="Motor Daily"))
    await guild.sources.add(editor(), news.publish("/good", VANS, name="Good"))
    news.answer("/motor", status=500)
    guild.clock.advance(timedelta(minutes=30))
    await guild.run_due()
    (finding,) = await guild.doctor.examine(manager())
    assert finding.message_id == "help.doctor.source"
    assert finding.params["name"] == "Motor Daily"
    assert finding.params["reason"]


async def test_the_doctor_finds_what_was_given_up(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", VANS))
    guild.desk.failing = {EditionStep.MESSAGE: CannotActError(what="Missing Permissions", channel=f"<#{CHANNEL}>")}
    guild.clock.move_to(DUE)
    await guild.run_due()
    (finding,) = await guild.doctor.examine(manager())
    assert finding.message_id.startswith("help.doctor.parked")
    guild.desk.failing = {}
    await guild.roundups.post_now(editor())
    await guild.run_due()
    assert await guild.doctor.examine(manager()) == ()


async def test_commands_are_sent_again_only_when_they_changed(house: House):
    commands = CommandListService(house.store, house.clock)
    assert not await commands.is_sent(1, "a" * 64)
    await commands.record(1, "a" * 64)
    assert await commands.is_sent(1, "a" * 64)
    assert not await commands.is_sent(1, "b" * 64)
    assert not await commands.is_sent(2, "a" * 64)  # another application has its own list
    await commands.record(1, "b" * 64)
    assert not await commands.is_sent(1, "a" * 64)
    assert await commands.is_sent(1, "b" * 64)
