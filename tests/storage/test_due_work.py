"""The agenda: claimed by one, given back in every way, and nothing of it lost."""

import asyncio
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.due_work import LEASE, DueWork, LeaseLostError
from bot.storage import due_work as table
from bot.storage.due_work import DueWorkRow
from bot.storage.store import Store
from tests.house import GUILD, START
from tests.postgres import on_both_engines

pytestmark = on_both_engines

T = TypeVar("T")
HOUR = timedelta(hours=1)
KINDS = ["feed", "edition"]


async def schedule(store: Store, subject_id: int = 1, due_at: datetime = START, kind: str = "feed") -> None:
    await store.write(lambda s: table.schedule(s, kind=kind, subject_id=subject_id, due_at=due_at, guild_id=GUILD))


async def claim(store: Store, now: datetime, limit: int = 10, kinds: list[str] | None = None) -> list[DueWork]:
    return list(await store.write(lambda s: table.claim(s, now, kinds=kinds or KINDS, limit=limit)))


async def finish(store: Store, work: DueWork, next_at: datetime | None = None) -> None:
    await store.write(lambda s: table.finish(s, work, next_at=next_at))


async def fail(store: Store, work: DueWork, next_at: datetime | None, now: datetime = START) -> bool:
    return await store.write(lambda s: table.fail(s, work, error="broken", next_at=next_at, now=now))


async def hold(store: Store, work: DueWork, now: datetime, *, got_on: bool = False) -> None:
    await store.write(lambda s: table.hold(s, work, now, got_on=got_on))


async def next_due(store: Store) -> tuple[datetime, str] | None:
    return await store.read(lambda s: table.next_due(s, KINDS))


async def planned(store: Store, subject_id: int = 1) -> datetime | None:
    return await store.read(lambda s: table.due_at_of(s, kind="feed", subject_id=subject_id))


async def test_work_is_claimed_once_it_is_due_and_not_before(store: Store):
    await schedule(store)
    assert await claim(store, START - timedelta(microseconds=1)) == []
    (work,) = await claim(store, START)
    assert (work.kind, work.subject_id, work.due_at, work.attempts) == ("feed", 1, START, 0)


async def test_nobody_else_gets_work_while_the_lease_lasts_and_somebody_does_after(store: Store):
    await schedule(store)
    (first,) = await claim(store, START)
    assert await claim(store, START + LEASE - timedelta(microseconds=1)) == []
    (second,) = await claim(store, START + LEASE)
    assert second.id == first.id
    assert second.token != first.token


async def test_a_lost_lease_can_neither_record_nor_give_back(store: Store):
    await schedule(store)
    (lost,) = await claim(store, START)
    (held,) = await claim(store, START + LEASE)
    with pytest.raises(LeaseLostError):
        await hold(store, lost, START + LEASE)
    await finish(store, lost)
    assert await fail(store, lost, None) is False  # and so its owner is not told that it was given up
    await hold(store, held, START + LEASE)
    assert await planned(store) == START


async def test_what_is_recorded_under_a_lost_lease_is_undone(store: Store):
    await schedule(store)
    (lost,) = await claim(store, START)
    await claim(store, START + LEASE)

    async def record(session: AsyncSession) -> None:
        await table.schedule(session, kind="edition", subject_id=5, due_at=START)
        await table.hold(session, lost, START + LEASE, got_on=True)

    with pytest.raises(LeaseLostError):
        await store.write(record)
    assert await claim(store, START + HOUR, kinds=["edition"]) == []


async def test_holding_lengthens_the_lease(store: Store):
    await schedule(store)
    (work,) = await claim(store, START)
    later = START + LEASE / 2
    await hold(store, work, later)
    assert await claim(store, START + LEASE) == []
    assert len(await claim(store, later + LEASE)) == 1


async def test_cancelled_work_is_gone_and_its_holder_finds_out(store: Store):
    await schedule(store)
    (work,) = await claim(store, START)
    await store.write(lambda s: table.cancel(s, kind="feed", subject_id=1))
    with pytest.raises(LeaseLostError):
        await hold(store, work, START)
    await finish(store, work, START + HOUR)
    assert await fail(store, work, None) is False
    assert await next_due(store) is None


async def test_finished_work_is_gone_or_due_again(store: Store):
    await schedule(store, 1)
    await schedule(store, 2)
    once, again = await claim(store, START)
    await finish(store, once)
    await finish(store, again, START + HOUR)
    (work,) = await claim(store, START + HOUR)
    assert (work.subject_id, work.attempts) == (2, 0)


async def test_failed_work_waits_and_keeps_the_moment_that_it_is_about(store: Store):
    await schedule(store)
    (work,) = await claim(store, START)
    assert await fail(store, work, START + HOUR) is False
    assert await claim(store, START + HOUR - timedelta(seconds=1)) == []
    assert await next_due(store) == (START + HOUR, "feed")
    (again,) = await claim(store, START + HOUR)
    assert (again.due_at, again.attempts) == (START, 1)


async def test_parked_work_is_left_alone_until_somebody_schedules_it_anew(store: Store):
    await schedule(store)
    (work,) = await claim(store, START)
    assert await fail(store, work, None) is True
    assert await claim(store, START + 1000 * HOUR) == []
    assert await next_due(store) is None
    assert await planned(store) is None
    ((kind, error, *_),) = await store.read(lambda s: table.parked_in(s, GUILD))
    assert (kind, error) == ("feed", "broken")
    await schedule(store, due_at=START + HOUR)
    assert await store.read(lambda s: table.parked_in(s, GUILD)) == ()
    (again,) = await claim(store, START + HOUR)
    assert again.attempts == 0


async def test_a_new_time_ends_the_wait_after_a_failure(store: Store):
    await schedule(store)
    (work,) = await claim(store, START)
    await fail(store, work, START + HOUR)
    await schedule(store, due_at=START + timedelta(minutes=1))
    (again,) = await claim(store, START + timedelta(minutes=1))
    assert again.attempts == 0


@pytest.mark.parametrize("next_at", [None, START + 24 * HOUR])
async def test_a_new_time_given_while_work_is_held_outlives_its_finish(store: Store, next_at: datetime | None):
    await schedule(store)
    (work,) = await claim(store, START)
    await schedule(store, due_at=START + HOUR)
    await hold(store, work, START)  # the claim itself goes on
    assert await claim(store, START) == []
    await finish(store, work, next_at)
    assert await planned(store) == START + HOUR
    assert len(await claim(store, START + HOUR)) == 1


@pytest.mark.parametrize("next_at", [None, START + 24 * HOUR])
async def test_a_new_time_given_while_work_is_held_outlives_its_failure(store: Store, next_at: datetime | None):
    await schedule(store)
    (work,) = await claim(store, START)
    await schedule(store, due_at=START + HOUR)
    assert await fail(store, work, next_at) is False
    (again,) = await claim(store, START + HOUR)
    assert again.attempts == 0


async def test_a_new_time_does_not_hand_held_work_to_a_second(store: Store):
    await schedule(store)
    await claim(store, START)
    await schedule(store, due_at=START + timedelta(seconds=1))
    assert await claim(store, START + timedelta(seconds=1)) == []
    assert await next_due(store) == (START + LEASE, "feed")


async def test_the_oldest_work_comes_first_and_no_more_than_asked_for(store: Store):
    for subject_id in range(5):
        await schedule(store, subject_id, START - subject_id * HOUR)
    assert [work.subject_id for work in await claim(store, START, limit=3)] == [4, 3, 2]
    assert [work.subject_id for work in await claim(store, START, limit=3)] == [1, 0]


async def test_only_the_kinds_asked_for_are_claimed(store: Store):
    await schedule(store, kind="edition")
    assert await claim(store, START, kinds=["feed"]) == []
    assert len(await claim(store, START, kinds=["edition"])) == 1


async def test_many_claims_at_once_share_the_work_without_overlap(store: Store):
    for subject_id in range(20):
        await schedule(store, subject_id)
    claimed = await asyncio.gather(*(claim(store, START, limit=3) for _ in range(8)))
    subjects = [work.subject_id for works in claimed for work in works]
    assert sorted(subjects) == list(range(20))


async def test_the_next_due_time_is_the_earliest_at_which_anything_may_be_claimed(store: Store):
    assert await next_due(store) is None
    await schedule(store, 1, START)
    await schedule(store, 2, START + HOUR)
    (first,) = await claim(store, START)
    assert await next_due(store) == (START + LEASE, "feed")  # when the lease of a holder that died ends
    # Held now and wanted in ten hours: that is later than the other, though its lease ends sooner.
    await schedule(store, 1, START + 10 * HOUR)
    assert await next_due(store) == (START + HOUR, "feed")
    await finish(store, first)
    assert await next_due(store) == (START + HOUR, "feed")


async def abandon(store: Store, times: int) -> None:
    """Let everything that is due be claimed by a process that dies, so many times."""
    for number in range(times):
        assert await claim(store, START + number * LEASE)


async def test_claims_that_nobody_gave_back_are_counted(store: Store):
    await schedule(store)
    for number in range(4):
        (work,) = await claim(store, START + number * LEASE)
        assert (work.abandoned, work.attempts) == (number, 0)


@pytest.mark.parametrize("ending", ["finished", "failed", "a step was recorded", "rescheduled"])
async def test_whoever_does_not_die_ends_the_count(store: Store, ending: str):
    await schedule(store)
    await abandon(store, 3)
    now = START + 3 * LEASE
    (work,) = await claim(store, now)
    assert work.abandoned == 3
    match ending:
        case "finished":
            await finish(store, work, now)
        case "failed":
            await fail(store, work, now)
        case "a step was recorded":
            await hold(store, work, now, got_on=True)
            now += LEASE  # and after that step it was abandoned again
        case _:
            await schedule(store, due_at=now)
            await finish(store, work)
    (again,) = await claim(store, now)
    assert again.abandoned == (ending == "a step was recorded")


async def test_an_intent_that_is_recorded_does_not_end_the_count(store: Store):
    await schedule(store)
    await abandon(store, 2)
    (work,) = await claim(store, START + 2 * LEASE)
    await hold(store, work, START + 2 * LEASE, got_on=False)
    (again,) = await claim(store, START + 3 * LEASE)
    assert again.abandoned == 3


async def test_what_was_abandoned_twice_is_claimed_alone_and_after_all_other(store: Store):
    for subject_id in range(3):
        await schedule(store, subject_id)
    await abandon(store, 2)
    now = START + 2 * LEASE
    await schedule(store, 7, START - HOUR)
    await schedule(store, 8, START + LEASE)
    taken = [[work.subject_id for work in await claim(store, now)] for _ in range(6)]
    assert taken == [[7, 8], [0], [1], [2], [], []]


async def test_a_subject_stands_on_the_agenda_once_for_each_kind(store: Store):
    await schedule(store, 1, START)
    await schedule(store, 1, START + HOUR)
    await schedule(store, 1, START, kind="edition")
    count = await store.read(lambda s: s.scalar(text("SELECT count(*) FROM due_work")))
    assert count == 2

    async def second(session: AsyncSession) -> None:
        session.add(DueWorkRow(kind="feed", subject_id=1, due_at=START, attempts=0))

    with pytest.raises(IntegrityError, match=r"UNIQUE|unique"):
        await store.write(second)


async def test_a_long_error_is_cut(store: Store):
    await schedule(store)
    (work,) = await claim(store, START)
    await store.write(lambda s: table.fail(s, work, error="x" * 2000, next_at=None, now=START))
    ((_, error, *_),) = await store.read(lambda s: table.parked_in(s, GUILD))
    assert error == "x" * table.ERROR_CHARS_MAX
