"""A host is asked by few requests at a time, one after another; other hosts are not waited for."""

import asyncio
from itertools import pairwise

from bot.feeds.courtesy import HOSTS_KEPT, Courtesy

GAP_S = 0.05


async def begun(courtesy: Courtesy, host: str, times: list[float], *, own: bool = False) -> None:
    async with courtesy.turn(host, own=own):
        times.append(asyncio.get_running_loop().time())


async def test_requests_to_a_host_begin_a_pause_apart():
    courtesy, times = Courtesy(at_once=9, gap_s=GAP_S), list[float]()
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(begun(courtesy, "motor.example", times))
    # A sleep may end the resolution of the loop's clock too early, never more.
    assert all(later - earlier >= GAP_S * 0.9 for earlier, later in pairwise(times))


async def test_no_more_than_so_many_are_under_way_at_a_host_and_others_are_not_waited_for():
    courtesy, done = Courtesy(at_once=2, gap_s=0.0), asyncio.Event()
    inside: list[str] = []

    async def hold(host: str) -> None:
        async with courtesy.turn(host):
            inside.append(host)
            await done.wait()

    async with asyncio.TaskGroup() as group:
        for host in ("a", "a", "a", "b"):
            group.create_task(hold(host))
        for _ in range(10):
            await asyncio.sleep(0)
        assert sorted(inside) == ["a", "a", "b"]
        done.set()
    assert sorted(inside) == ["a", "a", "a", "b"]


async def test_our_own_machine_needs_no_pause():
    courtesy, times = Courtesy(at_once=2, gap_s=3600.0), list[float]()
    async with asyncio.timeout(60):
        for _ in range(5):
            await begun(courtesy, "127.0.0.1", times, own=True)
    assert len(times) == 5


async def test_a_turn_that_is_given_up_is_free_for_the_next():
    courtesy = Courtesy(at_once=1, gap_s=0.0)
    entered, waiting = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with courtesy.turn("a"):
            entered.set()
            await waiting.wait()

    held = asyncio.ensure_future(hold())
    await entered.wait()
    held.cancel()
    await asyncio.gather(held, return_exceptions=True)
    async with asyncio.timeout(60), courtesy.turn("a"):
        pass


async def test_hosts_that_nobody_asks_any_more_are_forgotten():
    courtesy = Courtesy(at_once=1, gap_s=0.0)
    for number in range(HOSTS_KEPT * 2):
        async with courtesy.turn(str(number)):
            pass
    assert len(courtesy._hosts) <= HOSTS_KEPT
