import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import create_async_engine

from bot.clock import ManualClock
from bot.demo.stage import Due
from bot.demo.world import World
from tests.demo.toybot import Panel, ToyBot, count_votes

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Editions:
    """A stage with one edition a day at seven, posted by the toy bot."""

    def __init__(self, bot, world) -> None:
        self.bot, self.world = bot, world
        self.next = NOON.replace(hour=7) + timedelta(days=1)
        self.posted = 0
        self.fails = False

    async def next_due(self):
        return Due(self.next, "demo.due.roundup")

    async def run_due(self):
        if self.world.clock.now() < self.next or self.fails:
            return
        self.posted += 1
        channel = self.bot.get_channel(self.world.place("morning-roundup").id)
        message = await channel.send(view=Panel(), nonce=f"edition-{self.posted}")
        thread = await message.create_thread(name=f"Edition {self.posted}")
        await thread.send(f"What do you think of number {self.posted}?")
        self.next += timedelta(days=1)


@pytest.fixture
def clock():
    return ManualClock(NOON)


@pytest.fixture
async def address():
    async def page(_request) -> web.Response:
        return web.Response(text="page")

    async def slow(_request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response(text="late")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/slow", slow)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
async def bot(tmp_path, address):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'toy.db'}")
    toy = ToyBot(engine, address)
    async with aiohttp.ClientSession() as toy.session:
        counting = asyncio.create_task(count_votes(toy))
        yield toy
        # Told to end and waited for: one cancelled inside a transaction would leave its connection waiting.
        await toy.votes.put(None)
        await counting
    await engine.dispose()


@pytest.fixture
async def world(bot, clock):
    async with World(bot, clock) as running:
        yield running


@pytest.fixture
async def stage(bot, world):
    return Editions(bot, world)
