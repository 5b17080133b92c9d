"""A limit over everything: short ones are waited for, long ones refuse at once, and neither is tried in vain."""

import asyncio

import aiohttp
import discord
import pytest
from aiohttp import web
from discord.http import Route

from bot.clock import SystemClock
from bot.domain.errors import DiscordAwayError
from bot.edge.pace import Pace
from bot.edge.publish import Publisher
from bot.edge.quiet import Quiet, _seconds
from tests.wire.wire import TOKEN

READS = r"GET .*/messages"
WAITS_S = 20.0


class Seconds:
    """The machine's monotonic clock, which a test may set ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return SystemClock().monotonic() + self.ahead


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def quiet(seconds):
    return Quiet(seconds)


@pytest.fixture
async def publisher(wire, monkeypatch, quiet):
    """What the bot posts with, on a connection that has logged in."""
    monkeypatch.setattr(Route, "BASE", wire.api)
    async with discord.Client(intents=discord.Intents.none(), http_trace=quiet.trace()) as client:
        await client.login(TOKEN)
        quiet.keep(client.http)
        yield Publisher(client, Pace(SystemClock().monotonic, 40))


async def read(publisher, wire) -> None:
    async with asyncio.timeout(WAITS_S):
        await publisher.find(wire.place("general").id, marker=None, after=None)


async def test_a_long_limit_refuses_at_once_says_for_how_long_and_asks_for_nothing(wire, publisher, quiet):
    wire.limit(READS, retry_after_s=600, everywhere=True)
    for _ in range(3):
        with pytest.raises(DiscordAwayError) as refused:
            await read(publisher, wire)
        assert refused.value.params["reason"] == "429"
        assert 570 < refused.value.params["retry_after_s"] <= 600
    assert 570 < quiet.left_s < 600
    assert not wire.too_early


async def test_after_a_long_limit_requests_are_made_again(wire, publisher, seconds):
    wire.limit(READS, retry_after_s=600, everywhere=True)
    with pytest.raises(DiscordAwayError):
        await read(publisher, wire)
    wire.lift_limit()
    seconds.ahead += 599

    await read(publisher, wire)


async def test_a_short_limit_is_waited_for_by_everyone(wire, publisher):
    fault = wire.limit(READS, retry_after_s=1.5, everywhere=True)
    first = asyncio.create_task(read(publisher, wire))
    await fault.met.wait()
    await asyncio.sleep(0.3)  # the answer is on its way

    await asyncio.gather(first, *(read(publisher, wire) for _ in range(5)))

    assert not wire.too_early


async def test_a_long_limit_of_one_route_holds_nothing_else_up(wire, publisher, quiet):
    wire.limit(READS, retry_after_s=600)
    with pytest.raises(DiscordAwayError) as refused:
        await read(publisher, wire)
    assert refused.value.params["retry_after_s"] == 600
    assert quiet.left_s == 0


async def test_a_block_before_discord_itself_is_a_limit_over_everything(quiet):
    async def answer(_request):
        return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "900"})

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with (
            aiohttp.ClientSession(trace_configs=[quiet.trace()]) as session,
            session.get(f"http://127.0.0.1:{runner.addresses[0][1]}/"),
        ):
            assert 870 < quiet.left_s < 900
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("given", [None, "", "soon", "-1", "0", "nan", "inf", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_what_is_no_number_of_seconds_is_no_limit(given):
    assert _seconds(given) is None
