import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import ManualClock, SystemClock

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def test_the_system_clock_is_aware_and_in_utc():
    assert SystemClock().now().utcoffset() == timedelta()


def test_monotonic_seconds_never_go_back():
    clock = SystemClock()
    seconds = [clock.monotonic() for _ in range(100)]
    assert seconds == sorted(seconds)


async def test_a_moment_that_has_passed_is_not_waited_for():
    async with asyncio.timeout(5):
        await SystemClock().sleep_until(datetime(2000, 1, 1, tzinfo=UTC))
        await ManualClock(NOON).sleep_until(NOON)


async def test_the_system_clock_returns_at_the_moment_and_not_before():
    clock = SystemClock()
    moment = clock.now() + timedelta(milliseconds=20)
    await clock.sleep_until(moment)
    assert clock.now() >= moment


async def test_a_sleeper_wakes_when_its_moment_has_come_and_not_before():
    clock = ManualClock(NOON)
    sleeper = asyncio.ensure_future(clock.sleep_until(NOON + timedelta(hours=1)))
    await asyncio.sleep(0)
    clock.advance(timedelta(minutes=59))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(timedelta(minutes=1))
    await asyncio.wait_for(sleeper, 5)


async def test_all_sleepers_up_to_a_moment_wake_together():
    clock = ManualClock(NOON)
    woken: list[int] = []

    async def sleep(hours: int) -> None:
        await clock.sleep_until(NOON + timedelta(hours=hours))
        woken.append(hours)

    tasks = [asyncio.ensure_future(sleep(hours)) for hours in (1, 2, 3)]
    await asyncio.sleep(0)
    clock.advance(timedelta(hours=2))
    await asyncio.wait_for(asyncio.gather(*tasks[:2]), 5)
    assert sorted(woken) == [1, 2]
    tasks[2].cancel()


def test_time_does_not_go_back():
    clock = ManualClock(NOON)
    with pytest.raises(ValueError, match="does not go back"):
        clock.move_to(NOON - timedelta(seconds=1))
    assert clock.now() == NOON


def test_monotonic_seconds_follow_the_hand_that_moves_the_clock():
    clock = ManualClock(NOON)
    clock.advance(timedelta(minutes=2))
    clock.move_to(NOON + timedelta(minutes=5))
    assert clock.monotonic() == 300
    assert clock.now() == NOON + timedelta(minutes=5)
