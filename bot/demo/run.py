"""`paddock demo`: the real bot in a local Discord, with a page to try it or a scripted day to watch."""

import asyncio
import logging
import sys
import tempfile
import webbrowser
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.app import App, open_app
from bot.clock import ManualClock, SystemClock
from bot.demo.day import SCENES, play
from bot.demo.newsstand import Newsstand
from bot.demo.page import Page
from bot.demo.reprint import open_reprint
from bot.demo.stage import Due, run_due
from bot.demo.world import World
from bot.feeds.fetch import FetchLimits
from bot.settings import Settings
from bot.text import text

log = logging.getLogger(__name__)

# The demo opens in a morning, shortly before the hour that /setup suggests.
OPENS_AT = (7, 25)
POSTING = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AppStage:
    """The app as the demo's page sees it: what is due next, and doing it."""

    app: App
    clock: ManualClock
    language: str

    async def next_due(self) -> Due | None:
        """Return what is due next; readings of feeds come every few minutes and are not worth waiting for."""
        upcoming = await self.app.runner.next_due(but=frozenset({"feed"}))
        if upcoming is None:
            return None
        at, kind = upcoming
        return Due(max(at, self.clock.now()), text(f"demo.due.{kind}", self.language))

    async def run_due(self) -> None:
        """Do everything that is due now, edits included."""
        await self.app.run_once(self.clock)


@dataclass(frozen=True, slots=True)
class Local:
    """An open demo: the world with the bot in it, and the stage on which time passes."""

    world: World
    stage: AppStage


async def run_demo(settings: Settings, *, once: bool, feeds: Sequence[str], port: int, open_browser: bool) -> int:
    """Open the demo; with `once` play a day and print it, otherwise serve the page until interrupted.

    Args:
        settings: the operator's; language and zone are used, the database is a temporary one.
        once: play the scripted day and end.
        feeds: files or addresses read in place of the sample feeds.
        port: of the page, 0 for a free one.
        open_browser: show the page in the browser.

    Returns:
        An exit status.
    """
    # The simulated Discord tries a client of its own without intents, and discord.py warns of it.
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    async with open_local(settings, feeds) as local:
        if once:
            await play(local.world, local.stage, SCENES, print)
            return 0
        await set_up(local)
        async with Page(local.world, local.stage, port=port) as page:
            print(text("demo.ready", settings.language, url=page.url))
            sys.stdout.flush()
            if open_browser:
                await asyncio.to_thread(webbrowser.open, page.url)
            await page.keep_going()
    return 0


@asynccontextmanager
async def open_local(settings: Settings, feeds: Sequence[str] = ()) -> AsyncGenerator[Local]:
    """Open a world with the real bot in it, on a database that goes when it is closed."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="paddock-demo-"))
        zone = ZoneInfo(settings.timezone)
        if feeds:
            limits = FetchLimits(timeout_s=settings.fetch_timeout_s, bytes_max=settings.fetch_bytes_max)
            reprint = await stack.enter_async_context(open_reprint(feeds, limits, settings.language))
            clock = ManualClock(_morning(reprint.newest_at or SystemClock().now(), zone))
            urls, ports = reprint.urls, reprint.ports
            pictures: dict[str, bytes] = {}
        else:
            clock = ManualClock(_morning(SystemClock().now(), zone))
            newsstand = await stack.enter_async_context(Newsstand(clock))
            urls, ports = tuple(newsstand.feeds().values()), frozenset({urlsplit(newsstand.base).port or 0})
            pictures = newsstand.pictures()
        chosen = settings.model_copy(
            update={
                "database_url": f"sqlite+aiosqlite:///{Path(folder) / 'paddock.db'}",
                "starter_sources": urls,
                "discord_token": None,
            }
        )
        app = await stack.enter_async_context(open_app(chosen, clock, purpose="paddock demo", loopback_ports=ports))
        world = await stack.enter_async_context(World(app.client, clock, pictures=pictures, strict=False))
        yield Local(world, AppStage(app, clock, settings.language))


async def set_up(local: Local) -> None:
    """Let the manager press Save in /setup, and let the first edition be posted at its time."""
    world = local.world
    panel = await world.slash(world.manager, "general", "setup")
    await world.press(world.manager, panel.message, "setup:save")
    await world.advance(POSTING)
    await run_due(world, local.stage)


def _morning(day: datetime, zone: ZoneInfo) -> datetime:
    hour, minute = OPENS_AT
    local = day.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (local if local >= day else local + timedelta(days=1)).astimezone(UTC)
