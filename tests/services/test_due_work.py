"""The agenda as services use it: waking the runner, giving up after a while."""

from datetime import timedelta

import pytest

from bot.domain.due_work import ATTEMPTS_MAX, LEASE, DueWork, backoff
from bot.storage.store import Session
from tests.house import GUILD, START, House


async def test_the_runner_is_woken_when_something_is_scheduled(house: House):
    assert not house.due.woken.is_set()
    await house.schedule("feed", 1, START)
    assert house.due.woken.is_set()


async def test_the_runner_is_not_woken_before_there_is_something_to_see(house: House):
    async def write(session: Session) -> None:
        await house.due.schedule(session, "feed", 1, START)
        await session.flush()
        assert not house.due.woken.is_set()
        assert await house.due.next_due(["feed"]) is None

    await house.store.write(write)
    assert house.due.woken.is_set()
    assert await house.due.next_due(["feed"]) == (START, "feed")


async def test_what_is_scheduled_in_a_change_that_fails_is_not_on_the_agenda(house: House):
    async def write(session: Session) -> None:
        await house.due.schedule(session, "feed", 1, START)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await house.store.write(write)
    assert await house.due.next_due(["feed"]) is None
    assert not house.due.woken.is_set()


async def test_work_that_keeps_failing_is_tried_with_growing_waits_and_then_given_up(house: House):
    await house.schedule("feed", 1, START, GUILD)
    for attempt in range(1, ATTEMPTS_MAX):
        work = await house.claim("feed")
        assert work.attempts == attempt - 1
        assert await house.due.fail(work, "broken", house.clock.now(), permanent=False) is False
        assert await house.due.next_due(["feed"]) == (house.clock.now() + backoff(attempt), "feed")
        house.clock.advance(backoff(attempt))
    assert await house.due.fail(await house.claim("feed"), "broken", house.clock.now(), permanent=False) is True
    assert await house.due.next_due(["feed"]) is None
    ((kind, error, *_),) = await house.due.parked_in(GUILD)
    assert (kind, error) == ("feed", "broken")


async def test_what_cannot_be_mended_by_trying_again_is_given_up_at_once(house: House):
    await house.schedule("feed", 1, START)
    assert await house.due.fail(await house.claim("feed"), "no permission", START, permanent=True) is True


async def test_a_failure_that_comes_too_late_gives_nothing_up(house: House):
    await house.schedule("feed", 1, START, GUILD)
    slow = await house.claim("feed")
    house.clock.advance(LEASE)
    await house.claim("feed")
    assert await house.due.fail(slow, "broken", house.clock.now(), permanent=True) is False
    assert await house.due.parked_in(GUILD) == ()


async def test_cancelled_work_is_not_on_the_agenda(house: House):
    await house.schedule("feed", 1, START + timedelta(hours=1))

    async def write(session: Session) -> None:
        assert await house.due.planned_at(session, "feed", 1) == START + timedelta(hours=1)
        await house.due.cancel(session, "feed", 1)
        assert await house.due.planned_at(session, "feed", 1) is None

    await house.store.write(write)
    assert await house.due.next_due(["feed"]) is None


async def test_giving_up_and_what_follows_from_it_are_written_together(house: House):
    await house.schedule("feed", 1, START, GUILD)
    work = await house.claim("feed")
    told: list[tuple[DueWork, str]] = []

    async def parked(session: Session, given_up: DueWork, error: str) -> None:
        told.append((given_up, error))
        await house.due.schedule(session, "notice", 9, START, guild_id=GUILD)
        # Who looks now sees neither the one nor the other.
        assert await house.due.parked_in(GUILD) == ()
        assert await house.due.next_due(["notice"]) is None

    assert await house.due.fail(work, "broken", START, permanent=True, parked=parked)
    assert told[-1] == (work, "broken")
    assert len(await house.due.parked_in(GUILD)) == 1
    assert await house.due.next_due(["notice"]) == (START, "notice")


async def test_work_whose_end_cannot_be_told_is_not_given_up(house: House):
    await house.schedule("feed", 1, START, GUILD)
    work = await house.claim("feed")

    async def parked(session: Session, given_up: DueWork, error: str) -> None:
        await house.due.schedule(session, "notice", 9, START, guild_id=GUILD)
        raise RuntimeError(given_up, error)

    with pytest.raises(RuntimeError):
        await house.due.fail(work, "broken", START, permanent=True, parked=parked)
    assert await house.due.parked_in(GUILD) == ()
    assert await house.due.next_due(["notice"]) is None
    house.clock.advance(LEASE)
    assert await house.claim("feed")  # it comes round again when the claim is over


async def test_what_may_still_succeed_is_not_told_as_given_up(house: House):
    await house.schedule("feed", 1, START, GUILD)

    async def parked(session: Session, given_up: DueWork, error: str) -> None:
        raise AssertionError(session, given_up, error)

    assert not await house.due.fail(await house.claim("feed"), "broken", START, permanent=False, parked=parked)
