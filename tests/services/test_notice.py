"""What editors are told when an edition did not appear."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.due_work import CannotActError, DueWork
from bot.domain.roundup import EditionState, EditionStep
from tests.house import CHANNEL, NOTICES, Entry, House, NewsServer, editor, manager

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
