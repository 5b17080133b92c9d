"""Approval, skips, edits and what is shown of them, on both engines; the guild's own column that is waited for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from bot.domain.actor import Actor, Capability
from bot.domain.editing import (
    ROUNDUPS_MAX,
    EditedMeanwhileError,
    LastRoundupError,
    NoDraftError,
    NotWaitingError,
    NoWordsError,
    RoundupLimitError,
    RoundupNameError,
    SkippedAlreadyError,
    TooLateToUndoError,
    asking,
    commented,
)
from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin
from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.roundup import (
    COLUMN_LOOK_EVERY,
    LATE_WINDOW,
    REVIEW_LEAD,
    EditionRecord,
    EditionState,
    EditionStep,
    Progress,
    Roundup,
    SkipReason,
)
from bot.services.guild import EDITION_KINDS
from bot.storage import editing as table
from bot.storage import question as questions
from bot.storage import source as sources
from tests.house import (
    CHANNEL,
    GUILD,
    MEMBER,
    NOTICES,
    OTHER_GUILD,
    REVIEW,
    Entry,
    House,
    NewsServer,
    actor,
    editor,
    manager,
)

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)  # 7:30 in Berlin
DRAFTED = DUE - REVIEW_LEAD
Ask = Callable[[House, Actor, int], Awaitable[object]]
TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
OTHER_EDITOR = actor(Capability.EDIT, user_id=4_002)


async def change(house: House, **changes: object) -> datetime | None:
    def edit(roundup: Roundup) -> Roundup:
        return replace(roundup, **changes)  # type: ignore[arg-type]

    return await house.guilds.change_roundup(manager(), edit, "guild.audit.resumed", scope="posts")


async def reviewed(house: House, **changes: object) -> EditionRecord:
    """Switch approval on, let the draft's hour come, and return the draft."""
    await change(house, review_channel_id=REVIEW, **changes)
    house.clock.move_to(DRAFTED)
    await house.run_due()
    return await house.only_edition()


def steps(house: House) -> list[EditionStep]:
    return [step for step, _ in house.desk.taken]


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


async def test_an_edit_is_signed_kept_and_shown_and_now_posts_what_was_edited(column: House):
    draft = await reviewed(column)
    edited = await column.editing.edit(editor(), draft.id, partial(commented, comment="Hello"), revision=draft.revision)
    assert edited.content is not None
    assert (edited.content.comment, edited.content.edited_by) == ("Hello", (editor().user_id,))
    assert edited.revision == draft.revision + 1
    await column.run_due()
    assert column.desk.shown[-1].edition.revision == edited.revision
    await column.roundups.post_now(OTHER_EDITOR)
    await column.run_due()
    posted = await column.only_edition()
    assert posted.content == edited.content
    assert (posted.state, posted.posted_at, posted.approved_by) == (EditionState.POSTED, DRAFTED, OTHER_EDITOR.user_id)


async def test_of_two_edits_of_one_revision_the_second_is_refused_and_changes_nothing(column: House):
    draft = await reviewed(column)
    edits = [
        column.editing.edit(editor(), draft.id, partial(commented, comment=words), revision=draft.revision)
        for words in ("one", "two")
    ]
    results = await asyncio.gather(*edits, return_exceptions=True)
    (refused,) = [result for result in results if isinstance(result, BaseException)]
    assert isinstance(refused, EditedMeanwhileError)
    edition = await column.only_edition()
    assert edition.content is not None
    assert edition.content.comment in {"one", "two"}
    assert edition.revision == draft.revision + 1


async def test_a_posted_edition_is_edited_with_a_word_to_its_readers(column: House):
    column.clock.move_to(DUE)
    await column.run_due()
    posted = await column.only_edition()
    edit = partial(column.editing.edit, editor(), posted.id, partial(commented, comment="Hello"))
    with pytest.raises(EditedMeanwhileError):
        await edit(revision=posted.revision)
    with pytest.raises(NoWordsError):
        await edit(revision=posted.revision, what=" ")
    corrected = await edit(revision=posted.revision, what="A greeting.")
    assert corrected.content is not None
    assert [(one.at, one.what) for one in corrected.content.corrections] == [(DUE, "A greeting.")]
    await column.run_due()
    assert column.desk.shown[-1].edition.content == corrected.content
    assert (await column.only_edition()).shown_revision == corrected.revision


async def test_an_edit_while_the_message_is_being_posted_is_shown_once_it_stands(column: House):
    column.clock.move_to(DUE)
    _, work = await column.claim_edition()
    while (step := await column.editions.next_step(work)) is not None and step.step is not EditionStep.MESSAGE:
        await column.editions.record_step(work, step, await column.desk.perform(step))
    assert step is not None
    outcome = await column.desk.perform(step)
    edit = partial(commented, comment="Just in time")
    await column.editing.edit(editor(), step.edition.id, edit, revision=step.edition.revision)
    await column.editions.record_step(work, step, outcome)
    while (step := await column.editions.next_step(work)) is not None:
        await column.editions.record_step(work, step, await column.desk.perform(step))
    await column.due.finish(work, next_at=None)
    await column.run_due()
    edition = await column.only_edition()
    assert edition.shown_revision == edition.revision
    if column.desk.shown:  # else the step that links the edition showed it
        assert column.desk.shown[-1].edition.revision == edition.revision


async def test_what_was_shown_before_the_message_stood_does_not_count_as_shown_there(column: House):
    draft = await reviewed(column, posts_unapproved=True)
    await column.editing.edit(editor(), draft.id, partial(commented, comment="One"), revision=draft.revision)
    showing = await column.claim("edition_show")
    column.clock.move_to(DUE)
    from bot.services.showing import ShowWork  # noqa: PLC0415  # only here two works are interleaved by hand

    shows = ShowWork(column.store, column.clock)
    step = await shows.next_step(showing)
    assert step is not None
    work = await column.claim("edition")
    message = await column.editions.next_step(work)
    assert message is not None
    await column.editions.record_step(work, message, await column.desk.perform(message))
    before = await column.only_edition()
    await shows.record_step(showing, step, None)
    assert (await column.only_edition()).shown_revision == before.shown_revision


@pytest.mark.parametrize(
    "ask",
    [
        lambda house, who, number: house.editing.approve(who, number),
        lambda house, who, number: house.editing.skip(who, number),
        lambda house, who, number: house.editing.unskip(who, number),
        lambda house, who, number: house.editing.open(who, number),
        lambda house, who, number: house.editing.edit(who, number, lambda e: e, revision=0),
    ],
    ids=["approve", "skip", "unskip", "open", "edit"],
)
async def test_only_editors_of_the_guild_itself_may(column: House, ask: Ask):
    draft = await reviewed(column)
    with pytest.raises(NotAllowedError):
        await ask(column, MEMBER, draft.id)
    with pytest.raises(GoneError):
        await ask(column, editor(OTHER_GUILD), draft.id)
    with pytest.raises(GoneError):
        await ask(column, editor(), draft.id + 99)
    assert await column.only_edition() == draft


async def test_what_is_edited_is_the_draft_else_the_last_edition_that_was_posted(column: House):
    with pytest.raises(NoDraftError):
        await column.editing.current(editor())
    column.clock.move_to(DUE)
    await column.run_due()
    posted = await column.only_edition()
    assert (await column.editing.current(editor())).id == posted.id
    column.clock.move_to(DUE + DAY)
    await column.run_due()  # a day without news
    assert (await column.editing.current(editor())).id == posted.id


async def ours(house: House, news: NewsServer) -> None:
    """Mark a second source as the guild's own column, which has nothing of today."""
    url = news.publish("/ours", Entry("old", "Yesterday's column", published_at=DUE - DAY), name="Our Column")
    source, _ = await house.sources.add(editor(), url)

    async def mark(session) -> None:
        row = await session.get_one(sources.SourceRow, source.id)
        row.is_ours = True

    await house.store.write(mark)


async def test_the_edition_waits_for_our_column_and_comes_when_it_is_there(column: House, news: NewsServer):
    await ours(column, news)
    await change(column, column_deadline=time(9, 0))
    column.clock.move_to(DUE)
    await column.run_due()
    assert set(steps(column)) == {EditionStep.GATHER}
    assert await column.due.next_due(["edition"]) == (DUE + COLUMN_LOOK_EVERY, "edition")
    news.publish("/ours", Entry("new", "Today's column", published_at=DUE + timedelta(minutes=8)), name="Our Column")
    for _ in range(3):
        column.clock.advance(COLUMN_LOOK_EVERY)
        await column.run_due()
    edition = await column.only_edition()
    assert edition.state is EditionState.POSTED
    assert edition.content is not None
    assert any("https://motor.example/new" in story for story in edition.content.stories)


async def test_without_our_column_the_others_make_the_edition_at_the_deadline(column: House, news: NewsServer):
    await ours(column, news)
    await change(column, column_deadline=time(7, 42))
    column.clock.move_to(DUE)
    for minutes in (0, 5, 10, 11):
        column.clock.move_to(DUE + timedelta(minutes=minutes))
        await column.run_due()
        assert set(steps(column)) == {EditionStep.GATHER}
    column.clock.move_to(DUE + timedelta(minutes=12))
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.posted_at) == (EditionState.POSTED, DUE + timedelta(minutes=12))


@pytest.mark.parametrize("how", ["none is ours", "ours is paused", "no deadline", "now"])
async def test_nothing_is_waited_for_without_a_column_or_a_deadline_or_when_it_is_wanted_now(
    column: House, news: NewsServer, how: str
):
    if how != "none is ours":
        await ours(column, news)
    if how == "ours is paused":

        async def pause(session) -> None:
            for row in await session.scalars(sources.select(sources.SourceRow).where(sources.SourceRow.is_ours)):
                row.is_paused = True

        await column.store.write(pause)
    if how != "no deadline":
        await change(column, column_deadline=time(9))
    column.clock.move_to(DUE - timedelta(minutes=1) if how == "now" else DUE)
    if how == "now":
        await column.roundups.post_now(editor())
    await column.run_due()
    assert (await column.only_edition()).state is EditionState.POSTED


def evening(name: str = "Evening", channel_id: int = CHANNEL) -> Roundup:
    return Roundup(0, 0, name, channel_id, time(18), "UTC", None)


async def test_a_second_roundup_is_planned_besides_the_first_in_the_guilds_zone(column: House):
    made = await column.guilds.add_roundup(manager(), evening())
    assert (made.guild_id, made.timezone) == (GUILD, "Europe/Berlin")
    assert await column.due.next_due(["roundup"]) == (DUE, "roundup")
    column.clock.move_to(DUE)
    await column.run_due()
    assert await column.due.next_due(["roundup"]) == (datetime(2026, 11, 18, 17, 0, tzinfo=UTC), "roundup")
    await column.guilds.change(manager(), lambda s: replace(s, timezone="UTC"), "guild.audit.resumed", scope="posts")
    planned = await column.store.read(lambda session: column.due.planned_at(session, "roundup", made.id))
    assert planned == datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
    with pytest.raises(RoundupNameError):
        await column.guilds.add_roundup(manager(), evening())
    with pytest.raises(NotAllowedError):
        await column.guilds.add_roundup(editor(), evening("Other"))


async def test_roundups_have_a_limit(column: House):
    for number in range(ROUNDUPS_MAX - 1):
        await column.guilds.add_roundup(manager(), evening(f"Paper {number}"))
    with pytest.raises(RoundupLimitError):
        await column.guilds.add_roundup(manager(), evening())


async def test_a_deleted_roundup_leaves_nothing_on_the_agenda_and_frees_its_sources(column: House):
    made = await column.guilds.add_roundup(manager(), evening())

    async def bind(session) -> None:
        (source,) = await sources.sources_of(session, GUILD)
        (await session.get_one(sources.SourceRow, source.id)).roundup_id = made.id

    await column.store.write(bind)
    edition = await column.roundups.post_now(editor(), made.id)
    for kind in EDITION_KINDS:
        await column.schedule(kind, edition.id, DUE)
    await column.guilds.delete_roundup(manager(), made.id)
    assert await column.due.next_due([*EDITION_KINDS]) is None
    assert await column.due.next_due(["roundup"]) == (DUE, "roundup")
    assert await column.history() == ()
    (source,) = await column.sources.list(GUILD)
    assert source.roundup_id is None
    (left,) = await column.guilds.roundups(GUILD)
    with pytest.raises(LastRoundupError):
        await column.guilds.delete_roundup(manager(), left.id)
    with pytest.raises(GoneError):
        await column.guilds.delete_roundup(manager(), made.id)


async def test_a_roundup_that_was_deleted_while_its_edition_is_claimed_posts_nothing(column: House):
    made = await column.guilds.add_roundup(manager(), evening())
    await column.roundups.post_now(editor(), made.id)
    await column.store.write(partial(table.delete_roundup, roundup_id=made.id, edition_kinds=()))
    await column.run_due()
    assert column.desk.taken == []
    assert await column.due.next_due(["edition"]) is None


async def test_a_question_of_the_queue_waits_again_when_it_is_replaced_or_its_edition_is_skipped(column: House):
    draft = await reviewed(column)

    async def queue(session) -> int:
        added = await questions.add_question(
            session, guild_id=GUILD, roundup_id=None, text="Which?", options=(), added_by=1, at=DUE
        )
        assert await questions.take(session, added.id, draft.id)
        return added.id

    queued_id = await column.store.write(queue)
    asked = BigQuestion("Which?", QuestionOrigin.QUEUE, QuestionKind.THREAD, queued_id=queued_id)

    async def waiting() -> bool:
        return bool(await column.store.read(lambda session: questions.waiting(session, GUILD)))

    edition = await column.editing.edit(
        editor(), draft.id, lambda e: replace(e, big_question=asked), revision=draft.revision
    )
    assert not await waiting()
    await column.editing.skip(editor(), draft.id)
    assert await waiting()
    edition = await column.editing.unskip(editor(), draft.id)
    assert not await waiting()
    assert edition.content is not None
    assert edition.content.big_question == asked
    await column.editing.edit(
        editor(), draft.id, partial(asking, question="Another?", options=()), revision=edition.revision
    )
    assert await waiting()


async def test_an_edition_taken_up_again_does_not_ask_what_another_one_has_asked_meanwhile(column: House):
    draft = await reviewed(column)

    async def queue(session) -> int:
        added = await questions.add_question(
            session, guild_id=GUILD, roundup_id=None, text="Which?", options=(), added_by=1, at=DUE
        )
        return added.id

    queued_id = await column.store.write(queue)
    asked = BigQuestion("Which?", QuestionOrigin.QUEUE, QuestionKind.THREAD, queued_id=queued_id)
    await column.editing.edit(editor(), draft.id, lambda e: replace(e, big_question=asked), revision=draft.revision)
    await column.editing.skip(editor(), draft.id)
    await column.store.write(lambda session: questions.take(session, queued_id, draft.id + 1))
    edition = await column.editing.unskip(editor(), draft.id)
    assert edition.content is not None
    assert edition.content.big_question is None


async def test_an_edit_made_while_a_step_works_on_the_draft_is_not_lost_to_that_step(column: House):
    column.clock.move_to(DUE)
    _, work = await column.claim_edition()
    while (step := await column.editions.next_step(work)) is not None and step.step is not EditionStep.LOOK_BACK:
        await column.editions.record_step(work, step, await column.desk.perform(step))
    assert step is not None
    assert step.edition.content is not None
    looked_back = Progress(content=replace(step.edition.content, title="As it was"))
    edit = partial(commented, comment="Just in time")
    await column.editing.edit(editor(), step.edition.id, edit, revision=step.edition.revision)

    await column.editions.record_step(work, step, looked_back)

    again = await column.editions.next_step(work)
    assert again is not None
    assert (again.step, again.edition.content and again.edition.content.comment) == (step.step, "Just in time")
