"""The one budget for Discord: in order of importance, and never over."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


async def pass_time(pace: Pace, seconds: Seconds, *lengths_s: float) -> None:
    """Let so much time go by, and the timer go off after each piece of it."""
    for length_s in lengths_s:
        seconds.now += length_s
        serve(pace)
        await until_quiet()


async def test_turns_come_evenly_and_no_more_than_so_many_in_a_second(pace, seconds):
    async with asking(pace, *[Priority.POST] * 10) as (got, _):
        assert len(got) == 1

        await pass_time(pace, seconds, 0.25, 0.25, 0.25)
        assert len(got) == 4

        await pass_time(pace, seconds, 0.24)  # not yet one more
        assert len(got) == 4


async def test_after_a_pause_a_part_of_the_budget_goes_out_at_once(seconds):
    pace = Pace(seconds, 40)
    seconds.now += 3_600

    async with asking(pace, *[Priority.POST] * 50) as (got, _):
        assert len(got) == 10


@settings(max_examples=40)
@given(
    per_s=st.integers(1, 50) | st.floats(0.1, 50),
    asked=st.lists(st.tuples(st.floats(0, 2), st.integers(0, 60)), min_size=1, max_size=5),
)
def test_no_second_has_more_turns_than_the_budget_wherever_it_begins(per_s, asked):
    seconds = Seconds()

    async def ask(pace: Pace, at: list[float]) -> None:
        async with pace.turn(Priority.POST):
            at.append(seconds.now)

    async def turns() -> list[float]:
        pace, at = Pace(seconds, per_s), list[float]()
        async with asyncio.TaskGroup() as group:
            tasks: list[asyncio.Task[None]] = []
            for pause_s, count in asked:
                await pass_time(pace, seconds, *[pause_s / 40] * 40)
                tasks += [group.create_task(ask(pace, at)) for _ in range(count)]
                await until_quiet()
            await pass_time(pace, seconds, *[1 / 40] * 40)
            for task in tasks:
                task.cancel()
        return at

    at = asyncio.run(turns())
    for first, one_too_many in zip(at, at[max(1, int(per_s)) :], strict=False):
        assert one_too_many - first > max(1, 1 / per_s) - 1e-6


async def test_moderation_goes_before_posts_and_posts_before_live_edits(pace, seconds):
    async with asking(pace, Priority.POST):
        pass
    waiting = (Priority.LIVE_EDIT, Priority.POST, Priority.MODERATION, Priority.LIVE_EDIT, Priority.MODERATION)
    async with asking(pace, *waiting) as (got, _):
        assert got == []
        await pass_time(pace, seconds, *[0.25] * len(waiting))

    assert got == sorted(waiting)


async def test_who_asks_later_does_not_overtake_who_waits(pace, seconds):
    async with asking(pace, *[Priority.POST] * 2) as (got, _):
        seconds.now += 0.25  # there is a turn again, but it belongs to the one who waits
        async with asking(pace, Priority.POST) as (late, _):
            assert late == []
            serve(pace)
            await until_quiet()
            assert (len(got), late) == (2, [])


async def test_one_who_was_cancelled_while_waiting_takes_nothing(pace, seconds):
    async with asking(pace, *[Priority.POST] * 3) as (got, tasks):
        tasks[1].cancel()
        await until_quiet()
        await pass_time(pace, seconds, 0.25)

        assert len(got) == 2
        assert tasks[2].done()


async def test_the_budget_is_kept_by_the_real_clock_too():
    loop = asyncio.get_running_loop()
    pace = Pace(loop.time, 200)
    began = loop.time()

    async with asking(pace, *[Priority.POST] * 210) as (got, tasks):
        await asyncio.gather(*tasks)

    assert len(got) == 210
    assert loop.time() - began > 1
