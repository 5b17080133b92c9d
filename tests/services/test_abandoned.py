"""Editions whose process dies of them: given up after some deaths in the same place, and told to the guild."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.due_work import ABANDONED_MAX, LEASE, AbandonedError
from bot.domain.errors import UnforeseenError, packed
from bot.domain.roundup import EDITION_STEPS, EditionState, EditionStep, Roundup
from tests.house import NOTICES, REVIEW, House, editor, manager

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)  # 7:30 in Berlin
DEATHS = packed(AbandonedError(count=ABANDONED_MAX))


@pytest.fixture
async def told(column: House) -> House:
    """The guild with news, and a channel for what did not appear; its edition is due."""
    await column.guilds.change(
        manager(), lambda s: replace(s, notices_channel_id=NOTICES), "guild.audit.notices", channel="<#1>"
    )
    column.clock.move_to(DUE)
    return column


@pytest.mark.parametrize("step", [EditionStep.GATHER, EditionStep.MESSAGE])
async def test_an_edition_that_kills_the_bot_each_time_is_given_up_and_its_guild_is_told(
    told: House, step: EditionStep
):
    for _ in range(ABANDONED_MAX):
        await told.die_at(step)
        told.clock.advance(LEASE)
    told.desk.taken.clear()

    await told.run_due()

    assert told.desk.taken == []
    edition = await told.only_edition()
    assert (edition.state, edition.reason) == (EditionState.FAILED, DEATHS)
    (notice,) = told.desk.notices
    assert (notice.channel_id, notice.edition.id) == (NOTICES, edition.id)
    (finding,) = await told.doctor.examine(manager())
    assert (finding.message_id, finding.params["reason"]) == ("help.doctor.parked.edition", DEATHS)
    assert await told.due.next_due(["roundup"]) == (DUE + timedelta(days=1), "roundup")  # tomorrow comes all the same
    await told.roundups.post_now(editor())
    await told.run_due()
    assert (await told.only_edition()).state is EditionState.POSTED


async def test_a_bot_that_is_restarted_in_every_step_gives_no_edition_up(told: House):
    def reviewed(roundup: Roundup) -> Roundup:
        return replace(roundup, review_channel_id=REVIEW, posts_unapproved=True)

    await told.guilds.change_roundup(manager(), reviewed, "guild.audit.resumed", scope="posts")
    for step in EDITION_STEPS:
        for _ in range(ABANDONED_MAX - 1):
            await told.die_at(step)
            told.clock.advance(LEASE)
    await told.run_due()
    assert (await told.only_edition()).state is EditionState.POSTED
    assert told.desk.notices == []


async def test_a_day_that_cannot_be_planned_is_told_as_one_without_edition(told: House):
    work = await told.claim("roundup")
    reason = packed(UnforeseenError(error_id="0a1b2c3d"))
    assert await told.due.fail(work, reason, told.clock.now(), permanent=True, parked=told.planning.parked)
    await told.run_due()
    edition = await told.only_edition()
    assert (edition.state, edition.reason, edition.due_at) == (EditionState.FAILED, reason, DUE)
    assert [notice.edition.id for notice in told.desk.notices] == [edition.id]
    (finding,) = await told.doctor.examine(manager())
    assert finding.message_id == "help.doctor.parked.roundup"


async def test_a_day_that_was_handed_on_before_its_planning_failed_is_posted(told: House):
    work = await told.claim("roundup")
    await told.planning.next_step(work)
    assert await told.due.fail(work, DEATHS, told.clock.now(), permanent=True, parked=told.planning.parked)
    await told.run_due()
    assert (await told.only_edition()).state is EditionState.POSTED
    assert told.desk.notices == []


async def test_a_roundup_that_is_gone_is_given_up_without_a_word(told: House):
    await told.schedule("roundup", 4711, DUE - timedelta(days=1))
    gone = await told.claim("roundup")
    assert gone.subject_id == 4711
    assert await told.due.fail(gone, DEATHS, told.clock.now(), permanent=True, parked=told.planning.parked)
    assert await told.history() == ()
