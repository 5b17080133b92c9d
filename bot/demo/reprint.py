"""Real feeds in the demo: files are served on loopback, addresses are read where they are."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.domain.errors import PaddockError
from bot.feeds.fetch import Fetcher, FetchLimits
from bot.feeds.files import read_file
from bot.feeds.read import FeedReader
from bot.feeds.worker import ParserProcess
from bot.text import error_text

USER_AGENT = "Paddock/0.1 (demo; reads feeds only)"
WEB = ("http://", "https://")
HTTP_PORT = 80  # RFC 9110, section 4.2.1


class UnreadableFeedError(PaddockError):
    """A feed that was named for the demo cannot be read. Params: name, reason (a sentence)."""

    message_id = "demo.error.feed"


@dataclass(frozen=True, slots=True)
class Reprint:
    """Where the feeds can be read, the ports of this machine among them, and when the newest article came out."""

    urls: tuple[str, ...]
    ports: frozenset[int]
    newest_at: datetime | None


@asynccontextmanager
async def open_reprint(feeds: Sequence[str], limits: FetchLimits, language: str) -> AsyncGenerator[Reprint]:
    """Serve files and pass addresses through, once each has shown that it is a feed.

    Raises:
        UnreadableFeedError: if one cannot be read.
    """
    async with AsyncExitStack() as stack:
        files = [
            await asyncio.to_thread(_read, name, limits.bytes_max, language) for name in feeds if not _is_web(name)
        ]
        port = await stack.enter_async_context(_serve(files)) if files else None
        served = (f"http://127.0.0.1:{port}/{number}/feed" for number in range(len(files)))
        urls = tuple(name if _is_web(name) else next(served) for name in feeds)
        own = (urlsplit(url) for url in urls)
        ports = frozenset(url.port or HTTP_PORT for url in own if url.hostname == "127.0.0.1")
        fetcher = await stack.enter_async_context(
            Fetcher(user_agent=USER_AGENT, limits=limits, allow_loopback_ports=ports)
        )
        parser = await stack.enter_async_context(ParserProcess())
        reader = FeedReader(fetcher, parser)
        moments = [await _newest(reader, name, url, language) for name, url in zip(feeds, urls, strict=True)]
        yield Reprint(urls, ports, max((at for at in moments if at is not None), default=None))


async def _newest(reader: FeedReader, name: str, url: str, language: str) -> datetime | None:
    try:
        read = await reader.read(url)
    except PaddockError as error:
        raise UnreadableFeedError(name=name, reason=error_text(error, language)) from error
    articles = read.parsed.articles if read.parsed else ()
    return max((article.published_at for article in articles if article.published_at is not None), default=None)


def _read(name: str, bytes_max: int, language: str) -> bytes:
    try:
        return read_file(Path(name).absolute(), bytes_max)
    except PaddockError as error:
        raise UnreadableFeedError(name=name, reason=error_text(error, language)) from error


@asynccontextmanager
async def _serve(files: Sequence[bytes]) -> AsyncGenerator[int]:
    async def answer(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if number >= len(files):
            raise web.HTTPNotFound
        return web.Response(body=files[number], content_type="application/xml")

    app = web.Application()
    app.router.add_get(r"/{number:\d{1,4}}/feed", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _is_web(name: str) -> bool:
    return name.lower().startswith(WEB)
