"""Feeds that mean harm, read by the whole bot: each ends in a sentence, and members are answered meanwhile."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from aiohttp import web

from tests.wire.bot_process import BotProcess

TIME_S = 6  # the bot's own limit in this test, after which a drip ends
NESTED = b'<rss version="2.0"><channel><title>x</title><item><title>' + b"<b>" * 200_000
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><title>&b;</title><item><title>&b;</title></item></channel></rss>"""
TRICKS = """<rss version="2.0"><channel><title>Tricks</title><link>https://tricks.example</link>
<item><title>&lt;script&gt;alert(1)&lt;/script&gt;@everyone [free](https://evil.example) \u202eevil</title>
<link>javascript:alert(1)</link><guid>1</guid><description>Look.</description></item>
<item><title>An honest story</title><link>https://tricks.example/2</link><guid>2</guid></item></channel></rss>"""


async def bomb(_request: web.Request) -> web.StreamResponse:
    packed = gzip.compress(b" " * 200_000_000, compresslevel=9)
    return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/rss+xml"})


def sending(body: bytes) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/rss+xml")

    return answer


async def trickle(request: web.Request, piece: bytes, pause_s: float) -> web.StreamResponse:
    """Send pieces until the reader has had enough."""
    response = web.StreamResponse(headers={"Content-Type": "application/rss+xml"})
    await response.prepare(request)
    with suppress(ConnectionError):
        while True:
            await response.write(piece)
            await asyncio.sleep(pause_s)
    return response


async def drip(request: web.Request) -> web.StreamResponse:
    return await trickle(request, b"<", 0.2)


async def endless(request: web.Request) -> web.StreamResponse:
    return await trickle(request, b"<!-- more -->" * 20_000, 0.05)


async def inward(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")


PUBLISHERS = {
    "bomb": bomb,
    "drip": drip,
    "endless": endless,
    "entities": sending(ENTITIES),
    "inward": inward,
    "nested": sending(NESTED),
}


@pytest.fixture
async def bot(wire, database_url, tmp_path):
    """The bot with a short patience, so that the test need not have a long one."""
    async with BotProcess(database_url, wire.api, tmp_path, PADDOCK_FETCH_TIMEOUT_S=str(TIME_S)) as process:
        yield process


async def test_members_are_answered_while_feeds_that_mean_harm_are_read(wire, bot):
    await bot.start()
    await wire.ready()
    await wire.press(wire.manager, (await wire.slash(wire.manager, "general", "setup")).message, "setup:save")
    addresses = {name: wire.serve(name, publisher) for name, publisher in PUBLISHERS.items()}
    reading = {
        name: asyncio.create_task(wire.slash(wire.manager, "general", "source test", url=url))
        for name, url in addresses.items()
    }
    answered_during: set[str] = set()
    while pending := {name for name, task in reading.items() if not task.done()}:
        helped = await wire.slash(wire.members[0], "general", "help")
        assert "Paddock" in helped.text
        answered_during |= pending - {name for name, task in reading.items() if task.done()}

    assert answered_during >= {"drip"}
    for name, task in reading.items():
        refused = task.result()
        assert refused.private
        assert refused.text, name
        assert "went wrong on my side" not in refused.text
    assert "Traceback" not in bot.log
    assert await bot.stop() == 0


async def test_a_title_that_means_harm_is_shown_as_it_was_written(wire, bot):
    await bot.start()
    await wire.ready()
    await wire.press(wire.manager, (await wire.slash(wire.manager, "general", "setup")).message, "setup:save")

    seen = await wire.slash(wire.manager, "general", "source test", url=wire.feed("tricks.xml", TRICKS))

    assert "An honest story" in seen.text
    assert "@everyone" not in seen.text
    assert "](https://evil.example)" not in seen.text
    assert "javascript" not in seen.text
    assert "\u202e" not in seen.text
