"""Edits of drafts and of posted editions, and what is shown of them, on both engines."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest

from bot.domain.actor import Actor
from bot.domain.editing import (
    EditedMeanwhileError,
    NoDraftError,
    NoWordsError,
    asking,
    commented,
)
from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin
from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.roundup import (
    EditionState,
    EditionStep,
    Progress,
)
from bot.storage import question as questions
from tests.house import (
    GUILD,
    MEMBER,
    OTHER_GUILD,
    House,
    editor,
)
from tests.services.reviewing import DAY, DRAFTED, DUE, OTHER_EDITOR, reviewed

Ask = Callable[[House, Actor, int], Awaitable[object]]


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
