"""The one budget for Discord: in order of importance, and never over."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.edge.pace import Pace, Priority

PER_S = 4.0


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def pace(seconds):
    return Pace(seconds, PER_S)


async def until_quiet() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def serve(pace: Pace) -> None:
    """Let the timer go off now; how long it waits in real time is nobody's concern here."""
    if pace._timer is not None:
        pace._timer.cancel()
    pace._serve(asyncio.get_running_loop())


@asynccontextmanager
async def asking(pace: Pace, *priorities: Priority):
    """Ask for a turn for each, in this order, and yield the list of those who got theirs."""
    got: list[Priority] = []

    async def ask(priority: Priority) -> None:
        async with pace.turn(priority):
            got.append(priority)

    tasks = []
    for priority in priorities:
        tasks.append(asyncio.ensure_future(ask(priority)))
        await asyncio.sleep(0)
    await until_quiet()
    yield got, tasks
    for task in tasks:
        task.cancel()


async def test_a_second_has_so_many_turns_and_no_more(pace, seconds):
    async with asking(pace, *[Priority.POST] * 10) as (got, _):
        assert len(got) == 4

        seconds.now += 0.5
        serve(pace)
        await until_quiet()
        assert len(got) == 6

        seconds.now += 0.24  # not yet one more
        serve(pace)
        await until_quiet()
        assert len(got) == 6


async def test_turns_that_nobody_took_do_not_pile_up(pace, seconds):
    seconds.now += 3_600

    async with asking(pace, *[Priority.POST] * 10) as (got, _):
        assert len(got) == 4


async def test_moderation_goes_before_posts_and_posts_before_live_edits(pace, seconds):
    async with asking(pace, *[Priority.POST] * 4):
        pass
    waiting = (Priority.LIVE_EDIT, Priority.POST, Priority.MODERATION, Priority.LIVE_EDIT, Priority.MODERATION)
    async with asking(pace, *waiting) as (got, _):
        assert got == []
        for _ in waiting:
            seconds.now += 0.25
            serve(pace)
            await until_quiet()

    assert got == sorted(waiting)


async def test_who_asks_later_does_not_overtake_who_waits(pace, seconds):
    async with asking(pace, *[Priority.POST] * 5) as (got, _):
        seconds.now += 0.25  # there is a turn again, but it belongs to the one who waits
        async with asking(pace, Priority.POST) as (late, _):
            assert late == []
            serve(pace)
            await until_quiet()
            assert (len(got), late) == (5, [])


async def test_one_who_was_cancelled_while_waiting_takes_nothing(pace, seconds):
    async with asking(pace, *[Priority.POST] * 6) as (got, tasks):
        tasks[4].cancel()
        await until_quiet()
        seconds.now += 0.25
        serve(pace)
        await until_quiet()

        assert len(got) == 5
        assert tasks[5].done()


async def test_the_budget_is_kept_by_the_real_clock_too():
    loop = asyncio.get_running_loop()
    pace = Pace(loop.time, 200)
    began = loop.time()

    async with asking(pace, *[Priority.POST] * 210) as (got, tasks):
        await asyncio.gather(*tasks)

    assert len(got) == 210
    assert loop.time() - began >= 10 / 200 * 0.9
