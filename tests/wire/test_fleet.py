"""Invariants 2 and 8 for a fleet: two bots on one PostgreSQL post each edition once, while one or the other is killed.

Both are whole, and share the database, the token, and Discord's one limit. What a bot had asked of Discord when it was
killed is carried out after its death: each request is on its way for as long as one over the internet.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.domain.roundup import EditionState
from tests.wire import newsroom
from tests.wire.bot_process import BotProcess
from tests.wire.database import Database
from tests.wire.wire import Wire

PROCESSES = 2
ANYTHING = r"\w+ /(?!feeds/).*"
ON_ITS_WAY_S = 0.1
# A claim that its holder has not lengthened for so long is ended, or the tests would wait two minutes for each that a
# killed bot has held. A living one lengthens its claims with every step, or loses them as it would after two minutes.
SILENT = timedelta(seconds=8)
LOOKS_EVERY_S = 0.25
KILLS_EVERY_S = 4.0
# So few that they stay below 50 in a second even if what is on its way, for 8 editions in each bot, arrives at once:
# on a machine that does other things too, the short test must not depend on how evenly this process gets its turn.
CALM_PER_S = 30
# When waiting is given up; a machine that runs all tests at once is slow.
SHORT_S, LONG_S = 240.0, 1_800.0


@dataclass
class Fleet:
    """Bots that share everything, and the editions that they are to post."""

    wire: Wire
    database: Database
    bots: list[BotProcess]
    planned: list[int]

    async def kill(self, bot: BotProcess) -> None:
        """Kill a bot and start it again."""
        await bot.kill()
        await bot.start()

    async def until_ready(self, bot: BotProcess) -> None:
        """Wait until a bot has connected since its last start: then it does due work."""
        while bot.log.count(" ready as=") <= bot.kills:
            await asyncio.sleep(LOOKS_EVERY_S)

    async def until_posted(self, count: int) -> None:
        """Wait until so many editions are posted; meanwhile the claims of the dead run out."""
        while await self.database.count_editions(EditionState.POSTED) < count:
            await self.database.end_silent_leases(SystemClock().now(), SILENT)
            await asyncio.sleep(LOOKS_EVERY_S)

    async def kill_in_turn(self, every_s: float) -> None:
        """Kill one bot after the other until cancelled; each has so long for its work, however slowly it starts."""
        for bot in itertools.cycle(self.bots):
            await self.until_ready(bot)
            await asyncio.sleep(every_s)
            await asyncio.shield(self.kill(bot))

    async def assert_each_posted_once(self) -> None:
        for edition_id in self.planned:
            await newsroom.assert_posted_once(self.wire, self.database, edition_id)
        assert not [bot for bot in self.bots if "Traceback" in bot.log]

    def assert_within_the_limit(self) -> None:
        assert not self.wire.exceeded
        assert not self.wire.too_early

    def figures(self, took_s: float) -> str:
        """Say how it went."""
        kills = [bot.kills for bot in self.bots]
        # A bot that was killed between recording its last step and saying so leaves its edition out of the shares.
        shares = [bot.log.count(" edition posted ") for bot in self.bots]
        resumed = sum(bot.log.count(" step resumed ") for bot in self.bots)
        refused = len(self.wire.exceeded) + len(self.wire.too_early)
        return (
            f"{len(self.planned)} editions in {took_s:.0f} s by {len(self.bots)} processes, posted by each: {shares}, "
            f"kills of each: {kills}, steps resumed: {resumed}, requests: {len(self.wire.calls)}, "
            f"in the busiest second: {self.wire.busiest_second}, answered 429: {refused}"
        )


@asynccontextmanager
async def fleet(wire: Wire, postgresql_url: str, folder: Path, editions: int, **settings: str) -> AsyncGenerator[Fleet]:
    """Plan an edition in each of so many guilds, and start the bots; `settings` are those of both."""
    wire.slow(ANYTHING, delay_s=ON_ITS_WAY_S, times=1_000_000)
    places = [wire.add_guild(f"Guild {number}") for number in range(editions)]
    planned = await newsroom.plan_all(wire, postgresql_url, places)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(newsroom.opened(postgresql_url))
        bots: list[BotProcess] = []
        for number in range(PROCESSES):
            own = folder / f"bot-{number}"
            own.mkdir()
            bot = BotProcess(postgresql_url, wire.api, own, PADDOCK_PROCESSES=str(PROCESSES), **settings)
            bots.append(await stack.enter_async_context(bot))
        for bot in bots:
            await bot.start()
        yield Fleet(wire, database, bots, planned)


@pytest.mark.soak
async def test_two_bots_of_which_one_is_killed_post_each_edition_once(wire, postgresql_url, tmp_path, record_property):
    loop = asyncio.get_running_loop()
    calm = {"PADDOCK_REQUESTS_PER_S": str(CALM_PER_S)}
    async with fleet(wire, postgresql_url, tmp_path, 24, **calm) as both, asyncio.timeout(SHORT_S):
        began = loop.time()
        for bot in both.bots:
            await both.until_ready(bot)
        for posted, bot in zip((2, 8, 14), itertools.cycle(both.bots), strict=False):
            await both.until_ready(bot)
            await both.until_posted(posted)
            await both.kill(bot)
        await both.until_posted(24)
        record_property("figures", both.figures(loop.time() - began))

        await both.assert_each_posted_once()
        both.assert_within_the_limit()


@pytest.mark.soak
async def test_two_bots_killed_every_few_seconds_post_two_hundred_editions_once(
    wire, postgresql_url, tmp_path, record_property
):
    loop = asyncio.get_running_loop()
    async with fleet(wire, postgresql_url, tmp_path, 200) as both, asyncio.timeout(LONG_S):
        began = loop.time()
        killing = asyncio.create_task(both.kill_in_turn(KILLS_EVERY_S))
        await both.until_posted(200)
        killing.cancel()
        await asyncio.wait([killing])
        record_property("figures", both.figures(loop.time() - began))

        await both.assert_each_posted_once()
        both.assert_within_the_limit()
        assert min(bot.kills for bot in both.bots) > 1
