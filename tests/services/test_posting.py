"""Editions as due work: planned each day, posted step by step, once; skipped with a reason."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.due_work import LEASE, LeaseLostError
from bot.domain.guild import Part, PauseScope
from bot.domain.roundup import (
    EDITION_STEPS,
    LATE_WINDOW,
    EditionState,
    EditionStep,
    Progress,
    SkipReason,
)
from bot.storage import roundup as table
from tests.house import CHANNEL, GUILD, NOTICES, REVIEW, ROLE, Entry, House, NewsServer, editor, manager

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)  # 7:30 in Berlin
TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
POSTS = frozenset({PauseScope.POSTS})
VANS = Entry("vans", "Vans are back", "The maker shows its van again. Which van was the best of them all?")


async def test_an_edition_is_posted_at_its_time_step_by_step(column: House):
    column.clock.move_to(DUE - timedelta(seconds=1))
    await column.run_due()
    assert column.desk.taken == []
    column.clock.move_to(DUE)
    await column.run_due()
    edition = await column.only_edition()
    steps = [step for step, _ in column.desk.taken]
    assert edition.content is not None
    has_question = edition.content.big_question is not None
    left_out = {EditionStep.REVIEW} | (set() if has_question else {EditionStep.QUESTION})
    assert steps == [step for step in EDITION_STEPS if step not in left_out]
    assert not any(resumed for _, resumed in column.desk.taken)
    assert (edition.state, edition.day, edition.due_at) == (EditionState.POSTED, TODAY, DUE)
    assert (edition.posted_at, edition.channel_id) == (DUE, CHANNEL)
    assert edition.message_id
    assert edition.thread_id
    assert bool(edition.question_id) is has_question
    assert edition.content.lead is not None
    assert edition.content.title == "Morning roundup"
    assert await column.due.next_due(["roundup", "edition", "notice"]) == (DUE + DAY, "roundup")


async def test_the_kept_edition_is_what_was_composed(column: House):
    preview = await column.roundups.preview(editor())
    column.clock.move_to(DUE)
    await column.run_due()
    kept = (await column.only_edition()).content
    assert kept == preview
    assert (await column.roundups.edition(GUILD, (await column.only_edition()).id)).content == preview


async def test_every_day_has_its_edition(column: House, news: NewsServer):
    column.clock.move_to(DUE)
    stories = ("A van crosses the desert on 47 kW", "Petrol gets dearer in May", "The old bridge carries bicycles")
    for number, title in enumerate(stories):
        news.publish("/motor", Entry(f"n{number}", title, f"{title}, says the office that counts such things."))
        await column.run_due()
        column.clock.advance(DAY)
    editions = await column.history()
    assert [edition.day for edition in editions] == [TODAY + 2 * DAY, TODAY + DAY, TODAY]
    assert {edition.state for edition in editions} == {EditionState.POSTED}


async def test_planning_twice_gives_the_same_edition(column: House):
    roundup = await column.guilds.roundup(GUILD)
    first, second = await asyncio.gather(
        *(column.store.write(lambda s: table.plan_edition(s, roundup, day=TODAY, due_at=DUE)) for _ in range(2))
    )
    assert first == second
    later = await column.store.write(lambda s: table.plan_edition(s, roundup, day=TODAY, due_at=DUE + DAY))
    assert later == first  # who comes second does not move it


@pytest.mark.parametrize("step", EDITION_STEPS)
async def test_a_process_that_dies_in_a_step_resumes_it_and_says_so(column: House, step: EditionStep):
    if step is EditionStep.REVIEW:
        await column.guilds.change_roundup(
            manager(), lambda r: replace(r, review_channel_id=REVIEW, posts_unapproved=True), "guild.audit.resumed"
        )
    column.clock.move_to(DUE)
    if step is EditionStep.QUESTION:
        await column.die_at(EditionStep.THREAD)
        edition = await column.only_edition()
        if edition.content is None or edition.content.big_question is None:
            pytest.fail("the sample asks a question")
        column.clock.advance(LEASE)
        column.desk.taken.clear()
    await column.die_at(step)
    assert column.desk.taken[-1] == (step, False)
    edition = await column.only_edition()
    assert edition.begun is step
    assert edition.done is not step
    column.desk.taken.clear()
    await column.run_due()
    assert column.desk.taken == []  # the dead process still has the lease
    column.clock.advance(LEASE)
    await column.run_due()
    assert column.desk.taken[0] == (step, True)
    assert not any(resumed for _, resumed in column.desk.taken[1:])
    assert (await column.only_edition()).state is EditionState.POSTED


async def test_who_lost_the_lease_can_record_nothing(column: House):
    column.clock.move_to(DUE)
    edition, work = await column.claim_edition()
    step = await column.editions.next_step(work)
    assert step is not None
    column.clock.advance(LEASE)
    await column.claim("edition")
    for asked in (
        column.editions.next_step(work),
        column.editions.record_step(work, step, Progress(message_id=1)),
    ):
        with pytest.raises(LeaseLostError):
            await asked
    assert (await column.only_edition()).done is edition.done
    assert (await column.only_edition()).message_id is None


@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=30), LATE_WINDOW])
async def test_an_edition_that_is_a_little_late_is_posted(column: House, late: timedelta):
    column.clock.move_to(DUE + late)
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.day, edition.due_at) == (EditionState.POSTED, TODAY, DUE)


async def test_an_edition_that_is_too_late_is_skipped_with_the_reason_and_a_notice(column: House):
    await column.guilds.change(
        manager(), lambda s: replace(s, notices_channel_id=NOTICES), "guild.audit.notices", channel="<#1>"
    )
    column.clock.move_to(DUE + LATE_WINDOW + timedelta(seconds=1))
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.reason) == (EditionState.SKIPPED, SkipReason.LATE.value)
    assert column.desk.taken == []
    (notice,) = column.desk.notices
    assert (notice.channel_id, notice.edition.id, notice.language) == (NOTICES, edition.id, "en")
    await column.run_due()
    assert len(column.desk.notices) == 1
    assert (await column.only_edition()).notice_id is not None


async def test_after_an_outage_of_days_that_ends_at_night_the_next_morning_is_next(column: House):
    column.clock.move_to(DUE + 4 * DAY + timedelta(hours=15))
    await column.run_due()
    assert len(await column.history()) == 1
    assert await column.due.next_due(["roundup"]) == (DUE + 5 * DAY, "roundup")


async def test_a_pause_skips_the_days_that_it_covers(column: House, news: NewsServer):
    await column.guilds.pause(manager(), POSTS, DUE + DAY)
    column.clock.move_to(DUE)
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.reason) == (EditionState.SKIPPED, SkipReason.PAUSED.value)
    news.publish("/motor", Entry("n", "News"))
    column.clock.move_to(DUE + DAY)  # the end of the pause itself is over
    await column.run_due()
    assert (await column.history())[0].state is EditionState.POSTED


async def test_a_pause_of_the_rules_holds_no_edition_back(column: House):
    await column.guilds.pause(manager(), frozenset({PauseScope.RULES}), None)
    column.clock.move_to(DUE)
    await column.run_due()
    assert (await column.only_edition()).state is EditionState.POSTED


async def test_a_pause_that_comes_before_the_message_stops_it_and_one_that_comes_after_does_not(column: House):
    column.clock.move_to(DUE)
    _, work = await column.claim_edition()
    step = await column.editions.next_step(work)
    assert step is not None
    await column.editions.record_step(work, step, Progress())
    await column.guilds.pause(manager(), POSTS, None)
    assert await column.editions.next_step(work) is None
    assert (await column.only_edition()).reason == SkipReason.PAUSED.value
    await column.guilds.resume(manager(), POSTS)
    await column.due.finish(work, next_at=None)
    await column.roundups.post_now(editor())
    await column.die_at(EditionStep.THREAD)
    await column.guilds.pause(manager(), POSTS, None)
    column.clock.advance(LEASE)
    await column.run_due()
    assert (await column.only_edition()).state is EditionState.POSTED  # half an edition would be worse


async def test_a_message_whose_fate_is_unknown_is_looked_for_even_when_it_is_too_late_to_post_it(column: House):
    column.clock.move_to(DUE)
    await column.die_at(EditionStep.MESSAGE)
    column.clock.advance(LATE_WINDOW * 2)
    await column.run_due()
    assert (EditionStep.MESSAGE, True) in column.desk.taken
    assert (await column.only_edition()).state is EditionState.POSTED


async def test_an_edition_that_stands_is_not_marked_as_failed(column: House):
    column.clock.move_to(DUE)
    await column.run_due()
    edition = await column.only_edition()
    await column.schedule("edition", edition.id, DUE)
    work = await column.claim("edition")
    parked = column.editions.parked
    assert await column.due.fail(work, "a fault after the last step", DUE, permanent=True, parked=parked)
    assert (await column.only_edition()).state is EditionState.POSTED
    assert column.desk.notices == []


async def test_the_role_is_mentioned_while_its_part_is_on(column: House):
    column.clock.move_to(DUE)
    _, work = await column.claim_edition()
    step = await column.editions.next_step(work)
    assert step is not None
    assert (step.notify_role_id, step.language, step.parts) == (ROLE, "en", frozenset(Part))


async def test_an_edition_that_fails_around_midnight_stays_the_one_of_its_day(column: House):
    await column.guilds.change_roundup(
        manager(), lambda r: replace(r, at=time(23, 59)), "guild.audit.resumed", scope="posts"
    )
    late = datetime(2026, 11, 18, 22, 59, tzinfo=UTC)
    column.clock.move_to(late)
    work = await column.claim("roundup")
    await column.due.fail(work, "the database was away", late, permanent=False)
    column.clock.advance(timedelta(minutes=2))
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.day, edition.due_at) == (TODAY, late)
    assert await column.due.next_due(["roundup"]) == (late + DAY, "roundup")


async def test_a_roundup_that_was_switched_off_plans_nothing(column: House):
    column.clock.move_to(DUE)
    work = await column.claim("roundup")
    await column.set_up(parts=frozenset())
    with pytest.raises(LeaseLostError):
        await column.planning.next_step(work)
    await column.due.finish(work, next_at=DUE + DAY)
    assert await column.history() == ()
    assert await column.due.next_due(["roundup"]) is None


async def test_a_new_time_that_comes_while_the_day_is_planned_is_kept(column: House):
    column.clock.move_to(DUE)
    work = await column.claim("roundup")
    next_at = await column.planning.finished(work)  # reckoned by the old time
    nine = await column.guilds.change_roundup(
        manager(), lambda r: replace(r, at=time(9)), "guild.audit.resumed", scope="posts"
    )
    await column.due.finish(work, next_at=next_at)
    assert nine is not None
    assert await column.due.next_due(["roundup"]) == (nine, "roundup")
