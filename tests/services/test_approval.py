"""Drafts that editors approve or skip, and what is shown of that, on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.editing import (
    NotWaitingError,
    SkippedAlreadyError,
    TooLateToUndoError,
)
from bot.domain.roundup import (
    LATE_WINDOW,
    EditionState,
    EditionStep,
    SkipReason,
)
from tests.house import (
    NOTICES,
    REVIEW,
    House,
    editor,
    manager,
)
from tests.services.reviewing import DAY, DRAFTED, DUE, OTHER_EDITOR, TODAY, change, reviewed, steps


async def test_a_draft_is_made_an_hour_before_and_waits(column: House):
    assert await change(column, review_channel_id=REVIEW) == DUE, "when it comes is told, not when it is drafted"
    column.clock.move_to(DRAFTED - timedelta(seconds=1))
    await column.run_due()
    assert column.desk.taken == []
    column.clock.move_to(DRAFTED)
    await column.run_due()

    edition = await column.only_edition()

    assert steps(column) == [EditionStep.GATHER, EditionStep.DRAFT, EditionStep.LOOK_BACK, EditionStep.REVIEW]
    assert (edition.state, edition.due_at, edition.day) == (EditionState.DUE, DUE, TODAY)
    assert (edition.review_channel_id, edition.message_id) == (REVIEW, None)
    assert edition.review_id
    assert await column.due.next_due(["edition"]) == (DUE, "edition")
    assert await column.due.next_due(["roundup"]) == (DRAFTED + DAY, "roundup")


async def test_an_approved_edition_is_posted_at_its_time_and_its_draft_says_so(column: House):
    draft = await reviewed(column)
    approved = await column.editing.approve(editor(), draft.id)
    assert approved.approved_by == editor().user_id
    assert (await column.editing.approve(OTHER_EDITOR, draft.id)).revision == approved.revision
    await column.run_due()
    assert column.desk.shown[-1].edition.approved_at == DRAFTED
    assert EditionStep.MESSAGE not in steps(column)

    column.clock.move_to(DUE)
    await column.run_due()

    edition = await column.only_edition()
    assert (edition.state, edition.posted_at) == (EditionState.POSTED, DUE)
    assert column.desk.shown[-1].edition.state is EditionState.POSTED
    assert edition.shown_revision == edition.revision
    assert await column.due.next_due(["edition", "edition_show"]) is None
    assert [entry.action for entry in await column.guilds.audit(manager())].count("editing.audit.approved") == 1


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=1), LATE_WINDOW])
async def test_approved_late_within_the_window_it_is_posted_late(column: House, late: timedelta):
    draft = await reviewed(column)
    column.clock.move_to(DUE + late)
    await column.run_due()
    assert EditionStep.MESSAGE not in steps(column)

    await column.editing.approve(editor(), draft.id)
    await column.run_due()

    assert (await column.only_edition()).posted_at == DUE + late


async def test_approved_later_than_that_it_is_refused_and_the_day_is_skipped_for_want_of_approval(column: House):
    await column.guilds.change(
        manager(), lambda s: replace(s, notices_channel_id=NOTICES), "guild.audit.notices", channel="<#1>"
    )
    draft = await reviewed(column)
    column.clock.move_to(DUE + LATE_WINDOW + timedelta(seconds=1))
    with pytest.raises(NotWaitingError):
        await column.editing.approve(editor(), draft.id)
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.reason) == (EditionState.SKIPPED, SkipReason.NOT_APPROVED.value)
    assert [notice.edition.id for notice in column.desk.notices] == [edition.id]
    assert column.desk.shown[-1].edition.state is EditionState.SKIPPED


async def test_posted_unapproved_it_comes_at_its_time_and_nobody_is_said_to_have_approved_it(column: House):
    await reviewed(column, posts_unapproved=True)
    column.clock.move_to(DUE)
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.posted_at, edition.approved_by) == (EditionState.POSTED, DUE, None)


async def test_an_approval_that_comes_while_the_edition_is_looked_at_is_not_lost(column: House):
    draft = await reviewed(column)
    column.clock.move_to(DUE)
    work = await column.claim("edition")
    assert await column.editions.next_step(work) is None
    next_at = await column.editions.finished(work)
    column.clock.advance(timedelta(seconds=1))
    await column.editing.approve(editor(), draft.id)
    await column.due.finish(work, next_at=next_at)
    await column.run_due()
    assert (await column.only_edition()).state is EditionState.POSTED


async def test_approval_switched_on_an_hour_before_or_later_has_the_draft_at_once(column: House):
    column.clock.move_to(DUE - timedelta(minutes=10))
    assert await change(column, review_channel_id=REVIEW) == DUE
    await column.run_due()
    assert steps(column)[-1] is EditionStep.REVIEW
    assert (await column.only_edition()).due_at == DUE


async def test_approval_switched_on_while_the_edition_is_due_loses_no_day(column: House):
    column.clock.move_to(DUE + timedelta(minutes=1))  # nothing has been done yet
    assert await change(column, review_channel_id=REVIEW, posts_unapproved=True) == DUE
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.day, edition.state) == (TODAY, EditionState.POSTED)


async def test_a_skipped_draft_is_off_the_agenda_and_comes_back_where_it_was(column: House):
    draft = await reviewed(column)
    skipped = await column.editing.skip(editor(), draft.id)
    assert (skipped.state, skipped.reason) == (EditionState.SKIPPED, SkipReason.BY_EDITOR.value)
    assert await column.due.next_due(["edition"]) is None
    with pytest.raises(NotWaitingError):
        await column.editing.skip(editor(), draft.id)
    with pytest.raises(NotWaitingError):
        await column.editing.approve(editor(), draft.id)

    await column.editing.unskip(editor(), draft.id)
    await column.editing.approve(editor(), draft.id)
    column.clock.move_to(DUE)
    await column.run_due()

    edition = await column.only_edition()
    assert (edition.state, edition.reason, edition.review_id) == (EditionState.POSTED, None, draft.review_id)
    assert column.desk.notices == []


async def test_skips_go_to_the_next_edition_that_is_not_posted(column: House):
    first = await column.editing.skip_next(editor())
    assert (first.day, first.due_at) == (TODAY, DUE)
    with pytest.raises(SkippedAlreadyError):
        await column.editing.skip_next(editor())
    column.clock.move_to(DUE)
    await column.run_due()
    assert column.desk.taken == []
    second = await column.editing.skip_next(editor())
    assert second.day == TODAY + DAY
    with pytest.raises(TooLateToUndoError):
        await column.editing.unskip(editor(), first.id)
    await column.roundups.post_now(editor())  # today's after all
    await column.run_due()
    assert [edition.state for edition in await column.history()] == [EditionState.SKIPPED, EditionState.POSTED]


async def test_an_edition_that_is_being_posted_is_not_skipped(column: House):
    column.clock.move_to(DUE)
    await column.die_at(EditionStep.MESSAGE)
    with pytest.raises(NotWaitingError):
        await column.editing.skip(editor(), (await column.only_edition()).id)
