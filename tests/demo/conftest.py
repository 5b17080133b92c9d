import asyncio
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import create_async_engine

from bot.clock import ManualClock
from bot.demo.world import World
from tests.demo.toybot import ToyBot, count_votes

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


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
        counting.cancel()
    await engine.dispose()


@pytest.fixture
async def world(bot, clock):
    async with World(bot, clock) as running:
        yield running
