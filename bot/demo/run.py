"""`paddock demo`: the real bot in a local Discord, with a page to try it or a scripted day to watch."""

import asyncio
import logging
import os
import signal
import sys
import tempfile
import threading
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
from bot.demo.day import SceneError, play
from bot.demo.newsstand import Newsstand
from bot.demo.page import Page
from bot.demo.reprint import open_reprint
from bot.demo.scenes import News, scenes
from bot.demo.stage import Due, run_due
from bot.demo.world import World
from bot.feeds.fetch import FetchLimits
from bot.settings import Settings
from bot.text import DEFAULT_LANGUAGE, text

log = logging.getLogger(__name__)

# The demo opens in a morning, shortly before the hour that /setup suggests.
OPENS_AT = (7, 25)
OVERLOOKED = "/gravel/barn-find-group-b"  # a sample article that no other outlet has
POSTING = timedelta(minutes=5)
NOT_WAITED_FOR = frozenset({"feed"})  # kinds of due work
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130  # 128 and the number of SIGINT, as shells report it


@dataclass(frozen=True, slots=True)
class AppStage:
    """The app as the demo's page sees it: what is due next, and doing it."""

    app: App
    clock: ManualClock

    async def next_due(self) -> Due | None:
        """Return what is due next; readings of feeds come every few minutes and are not worth waiting for."""
        upcoming = await self.app.runner.next_due(but=NOT_WAITED_FOR)
        if upcoming is None:
            return None
        at, kind = upcoming
        return Due(max(at, self.clock.now()), f"demo.due.{kind}")

    async def run_due(self) -> None:
        """Do everything that is due now, edits included."""
        await self.app.run_once(self.clock)


@dataclass(frozen=True, slots=True)
class Local:
    """An open demo: the world with the bot in it, the stage on which time passes, and where the news is from."""

    world: World
    stage: AppStage
    news: News


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

    Raises:
        UnreadableFeedError: if a feed cannot be read.
        PortTakenError: if the page cannot be served there.
    """
    stopping = _interruption()
    # The transcript is in English, whatever the operator speaks.
    async with open_local(settings, feeds, posts_language=DEFAULT_LANGUAGE if once else settings.language) as local:
        if once:
            return await _play(local, stopping)
        showing = Page(
            local.world,
            local.stage,
            port=port,
            invented=local.news.goes_on,
            posts_language=settings.language,
        )
        async with showing as page:
            await set_up(local)
            print(text("demo.ready", settings.language, url=page.url), flush=True)
            if open_browser and _has_screen():
                # A browser may stay in the foreground for as long as it is open.
                threading.Thread(target=webbrowser.open, args=(page.url,), daemon=True).start()
            await page.keep_going(stopping)
    return 0


async def _play(local: Local, stopping: asyncio.Event) -> int:
    day = scenes(local.news)
    _tell(text("demo.once.begin", DEFAULT_LANGUAGE))
    try:
        await play(local.world, local.stage, day, _tell, stopping=stopping)
    except SceneError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    if stopping.is_set():
        return EXIT_INTERRUPTED
    _tell(text("demo.once.end", DEFAULT_LANGUAGE, count=len(day)))
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


def _interruption() -> asyncio.Event:
    """Return an event that Ctrl-C or SIGTERM sets; a second one ends the program at once."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        stopping.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return stopping


def _has_screen() -> bool:
    """Tell whether a browser would be a window; without one, Python opens a browser in the terminal itself."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@asynccontextmanager
async def open_local(
    settings: Settings, feeds: Sequence[str] = (), *, posts_language: str = DEFAULT_LANGUAGE
) -> AsyncGenerator[Local]:
    """Open a world with the real bot in it, on a database that goes when it is closed.

    Args:
        settings: the operator's.
        feeds: files or addresses read in place of the sample feeds.
        posts_language: what /setup suggests for what everyone sees.

    Raises:
        UnreadableFeedError: if a feed cannot be read.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="paddock-demo-"))
        zone = ZoneInfo(settings.timezone)
        if feeds:
            limits = FetchLimits(timeout_s=settings.fetch_timeout_s, bytes_max=settings.fetch_bytes_max)
            reprint = await stack.enter_async_context(open_reprint(feeds, limits, settings.language))
            clock = ManualClock(_morning(reprint.newest_at or SystemClock().now(), zone))
            news, ports = News(reprint.urls, goes_on=False), reprint.ports
            pictures: dict[str, bytes] = {}
        else:
            clock = ManualClock(_morning(SystemClock().now(), zone))
            newsstand = await stack.enter_async_context(Newsstand(clock))
            news = News(tuple(newsstand.feeds().values()), goes_on=True, overlooked=newsstand.base + OVERLOOKED)
            ports = frozenset({urlsplit(newsstand.base).port or 0})
            pictures = newsstand.pictures()
        chosen = settings.model_copy(
            update={
                "database_url": f"sqlite+aiosqlite:///{Path(folder) / 'paddock.db'}",
                "starter_sources": news.urls,
                "discord_token": None,
                "language": posts_language,
            }
        )
        app = await stack.enter_async_context(open_app(chosen, clock, purpose="paddock demo", loopback_ports=ports))
        world = World(app.client, clock, pictures=pictures, strict=False, zone=zone)
        yield Local(await stack.enter_async_context(world), AppStage(app, clock), news)


async def set_up(local: Local) -> None:
    """Let the manager press Save in /setup, and let the first edition be posted at its time."""
    world = local.world
    panel = await world.slash(world.manager, "general", "setup")
    await world.press(world.manager, panel.message, "setup:save")
    await world.advance(POSTING)
    await run_due(world, local.stage)


def _morning(day: datetime, zone: ZoneInfo) -> datetime:
    """Return the first opening time at or after `day`, in UTC."""
    hour, minute = OPENS_AT
    local = day.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (local if local >= day else local + timedelta(days=1)).astimezone(UTC)
