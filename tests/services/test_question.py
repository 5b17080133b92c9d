"""The queue of the guild's own questions, and how editions draw from it."""

import asyncio

import pytest

from bot.domain.edition import QuestionKind, QuestionOrigin
from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.queue import QUEUE_MAX, QuestionKnownError, QueueFullError
from bot.domain.roundup import EditionState, EditionStep
from bot.services.question import QuestionService
from tests.house import MEMBER, OTHER_GUILD, Entry, House, NewsServer, editor
from tests.services.test_roundup import DAY, DUE

TRUCKS = Entry("trucks", "Trucks grow by a hand's breadth", "The maker says that its trucks grow, and names the price.")
FIRST, SECOND = "Which badge would you bring back?", "What did you learn to drive in?"


@pytest.fixture
async def quiet(guild: House, news: NewsServer) -> House:
    """A guild whose news asks nothing."""
    await guild.sources.add(editor(), news.publish("/motor", TRUCKS))
    return guild


def queue_of(house: House) -> QuestionService:
    return QuestionService(house.store, house.clock)


async def waiting(house: House) -> list[str]:
    return [question.text for question in await queue_of(house).list(editor())]


async def test_questions_are_asked_in_the_order_in_which_they_were_queued(quiet: House, news: NewsServer):
    queue = queue_of(quiet)
    _, place = await queue.add(editor(), FIRST, ["Saab", "Rover"])
    assert place == 1
    assert (await queue.add(editor(), f"  {SECOND}\n"))[1] == 2
    quiet.clock.move_to(DUE)
    await quiet.run_due()

    asked = (await quiet.only_edition()).content.big_question
    assert (asked.text, asked.origin, asked.kind) == (FIRST, QuestionOrigin.QUEUE, QuestionKind.POLL)
    assert asked.options == ("Saab", "Rover")
    assert await waiting(quiet) == [SECOND]

    news.publish("/motor", Entry("vans", "Vans shrink again", "The maker says that its vans shrink, and names nobody."))
    quiet.clock.move_to(DUE + DAY)
    await quiet.run_due()
    asked = (await quiet.history())[0].content.big_question
    assert (asked.text, asked.kind) == (SECOND, QuestionKind.THREAD)
    assert await waiting(quiet) == []


async def test_an_article_that_asks_comes_before_the_queue(column: House):
    await queue_of(column).add(editor(), FIRST)
    column.clock.move_to(DUE)
    await column.run_due()

    asked = (await column.only_edition()).content.big_question
    assert asked.origin is QuestionOrigin.ARTICLE
    assert await waiting(column) == [FIRST]


async def test_a_preview_takes_no_question_out_of_the_queue(quiet: House):
    await queue_of(quiet).add(editor(), FIRST)
    assert (await quiet.roundups.preview(editor())).big_question.text == FIRST
    assert await waiting(quiet) == [FIRST]


async def test_a_question_of_an_edition_that_was_not_posted_waits_again(quiet: House):
    await queue_of(quiet).add(editor(), FIRST)
    quiet.clock.move_to(DUE)
    await quiet.die_at(EditionStep.MESSAGE)
    assert await waiting(quiet) == []
    quiet.clock.move_to(DUE + DAY / 2)
    await quiet.run_due()

    assert (await quiet.only_edition()).state is not EditionState.DUE
    # Its message may stand: the intent to post it was recorded, so the question is not asked a second time.
    assert await waiting(quiet) == []


async def test_a_question_of_a_draft_that_is_too_late_waits_again(quiet: House):
    await queue_of(quiet).add(editor(), FIRST)
    quiet.clock.move_to(DUE)
    edition, work = await quiet.claim_edition()
    for _ in range(2):
        step = await quiet.editions.next_step(work)
        await quiet.editions.record_step(work, step, await quiet.desk.perform(step))
    assert await waiting(quiet) == []
    await quiet.due.finish(work, next_at=DUE + DAY / 2)
    quiet.clock.move_to(DUE + DAY / 2)
    await quiet.run_due()

    assert (await quiet.roundups.edition(edition.guild_id, edition.id)).state is EditionState.SKIPPED
    assert await waiting(quiet) == [FIRST]


async def test_a_question_taken_meanwhile_is_not_asked_twice(quiet: House):
    queue = queue_of(quiet)
    first, _ = await queue.add(editor(), FIRST)
    await queue.add(editor(), SECOND)
    quiet.clock.move_to(DUE)
    _, work = await quiet.claim_edition()
    step = await quiet.editions.next_step(work)
    await quiet.editions.record_step(work, step, await quiet.desk.perform(step))
    step = await quiet.editions.next_step(work)
    drafted = await quiet.desk.perform(step)
    await queue.remove(editor(), first.id)
    await quiet.editions.record_step(work, step, drafted)

    again = await quiet.editions.next_step(work)
    assert again.step is EditionStep.DRAFT
    await quiet.editions.record_step(work, again, await quiet.desk.perform(again))
    assert (await quiet.only_edition()).content.big_question.text == SECOND


async def test_a_question_is_queued_once_however_it_is_written_and_however_much_at_once(quiet: House):
    queue = queue_of(quiet)
    results = await asyncio.gather(
        *(queue.add(editor(), given) for given in (FIRST, FIRST.upper(), f" {FIRST} ")), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["QuestionKnownError"] * 2 + ["tuple"]
    with pytest.raises(QuestionKnownError):
        await queue.add(editor(), FIRST)
    assert len(await waiting(quiet)) == 1


async def test_a_full_queue_says_so(quiet: House):
    queue = queue_of(quiet)
    for number in range(QUEUE_MAX):
        await queue.add(editor(), f"Which number comes after {number}?")
    with pytest.raises(QueueFullError):
        await queue.add(editor(), FIRST)


async def test_the_queue_is_for_editors_of_the_guild_alone(quiet: House):
    queue = queue_of(quiet)
    added, _ = await queue.add(editor(), FIRST)
    for refused in (queue.add(MEMBER, SECOND), queue.list(MEMBER), queue.remove(MEMBER, added.id)):
        with pytest.raises(NotAllowedError):
            await refused
    with pytest.raises(GoneError):
        await queue.remove(editor(OTHER_GUILD), added.id)
    assert await queue.list(editor(OTHER_GUILD)) == ()
    with pytest.raises(GoneError):
        await queue.add(editor(OTHER_GUILD), SECOND, roundup_id=1)
    assert (await queue.remove(editor(), added.id)).text == FIRST
    with pytest.raises(GoneError):
        await queue.remove(editor(), added.id)
