"""``paddock roundup``: an edition from feeds and articles, without Discord."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from bot.clock import SystemClock
from bot.domain.article import Article
from bot.domain.compose import compose
from bot.domain.edition import Edition
from bot.domain.errors import PaddockError
from bot.feeds.fetch import Fetcher, FetchLimits
from bot.feeds.files import read_file
from bot.feeds.worker import ParserProcess
from bot.render import edition as render
from bot.settings import Settings
from bot.text import error_text, text

USER_AGENT = "Paddock/0.1 (news roundup; reads feeds only)"
HTTP_PORT = 80  # RFC 9110, section 4.2.1
WEB = ("http://", "https://")


class NoEntriesError(PaddockError):
    """A feed that is one, but holds nothing."""

    message_id = "cli.roundup.no_entries"


@dataclass(frozen=True, slots=True)
class Unread:
    """An input that gave no article, and why not."""

    name: str
    error: PaddockError


@dataclass(frozen=True, slots=True)
class _Input:
    name: str
    is_feed: bool

    @property
    def is_web(self) -> bool:
        return self.name.lower().startswith(WEB)


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    url: str
    content_type: str | None


async def print_roundup(
    settings: Settings,
    *,
    feeds: Sequence[str],
    articles: Sequence[str],
    day: date | None,
    output: Literal["text", "json", "html"],
) -> int:
    """Print the edition on standard output, and on standard error what could not be read.

    Args:
        settings: for the language, the time zone and the limits of fetching.
        feeds: files or addresses of feeds.
        articles: files or addresses of single articles; these count whatever their date.
        day: the day of the edition, for which only what feeds published on it or the day before counts; by
            default today, for which all counts.
        output: how it is printed.

    Returns:
        The exit code: 1 if an input gave no article, or none is left to make an edition of.
    """
    language = settings.language
    inputs = [
        *(_Input(name, is_feed=True) for name in feeds),
        *(_Input(name, is_feed=False) for name in articles),
    ]
    async with _reader(settings, inputs) as reader:
        read = await reader.read_all(inputs)
    unread = [found for found in read if isinstance(found, Unread)]
    for one in unread:
        _complain(text("cli.roundup.unread", language, name=one.name, reason=error_text(one.error, language)))
    zone = ZoneInfo(settings.timezone)
    chosen = [
        article
        for asked, found in zip(inputs, read, strict=True)
        if not isinstance(found, Unread)
        for article in found
        if day is None or not asked.is_feed or _is_of(article, day, zone)
    ]
    if not chosen:
        if len(unread) < len(inputs):
            _complain(text("cli.roundup.nothing_of_that_day", language))
        return 1
    shown = day or SystemClock().now().astimezone(zone).date()
    print(_rendered(_edition(chosen, shown, language), language, output))
    return 1 if unread else 0


def _edition(articles: Sequence[Article], day: date, language: str) -> Edition:

    def phrase(message_id: str, /, **params: object) -> str:
        return text(message_id, language, **params)

    return compose(articles, day=day, title=text("cli.roundup.title", language, day=day.isoformat()), phrase=phrase)


def _rendered(edition: Edition, language: str, output: Literal["text", "json", "html"]) -> str:
    if output == "json":
        return render.as_json(edition, language)
    return render.as_html(edition, language) if output == "html" else render.as_text(edition, language)


def _is_of(article: Article, day: date, zone: ZoneInfo) -> bool:
    """Whether the article came out on `day` or the day before, of which a morning's edition tells."""
    start = datetime.combine(day - timedelta(days=1), time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return article.published_at is not None and start <= article.published_at < end


class _Reader:
    """Reads inputs, however many, without one stopping the others."""

    def __init__(self, fetcher: Fetcher, parser: ParserProcess, *, bytes_max: int) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._bytes_max = bytes_max

    async def read_all(self, inputs: Sequence[_Input]) -> list[tuple[Article, ...] | Unread]:
        """Return for each input its articles, or why there are none."""
        console = Console(stderr=True)
        # Files take no time worth showing.
        hidden = not console.is_terminal or not any(asked.is_web for asked in inputs)
        with Progress(console=console, transient=True, disable=hidden) as progress:
            bar = progress.add_task("", total=len(inputs))

            async def read(asked: _Input) -> tuple[Article, ...] | Unread:
                try:
                    return await self._read(asked)
                except PaddockError as error:
                    return Unread(asked.name, error)
                finally:
                    progress.advance(bar)

            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(read(asked)) for asked in inputs]
        return [task.result() for task in tasks]

    async def _read(self, asked: _Input) -> tuple[Article, ...]:
        document = await self._document(asked)
        url, content_type = document.url, document.content_type
        if not asked.is_feed:
            return (await self._parser.parse_article(document.body, url=url, content_type=content_type),)
        feed = await self._parser.parse_feed(document.body, url=url, content_type=content_type)
        if not feed.articles:
            raise NoEntriesError
        return feed.articles

    async def _document(self, asked: _Input) -> _Document:
        if not asked.is_web:
            return await asyncio.to_thread(_read_file, asked.name, self._bytes_max)
        fetched = await self._fetcher.fetch(asked.name)
        return _Document(fetched.body or b"", fetched.final_url, fetched.content_type)


@asynccontextmanager
async def _reader(settings: Settings, inputs: Iterable[_Input]) -> AsyncGenerator[_Reader]:
    limits = FetchLimits(timeout_s=settings.fetch_timeout_s, bytes_max=settings.fetch_bytes_max)
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(
            Fetcher(user_agent=USER_AGENT, limits=limits, allow_loopback_ports=_own_ports(inputs))
        )
        parser = await stack.enter_async_context(ParserProcess())
        yield _Reader(fetcher, parser, bytes_max=settings.fetch_bytes_max)


def _own_ports(inputs: Iterable[_Input]) -> frozenset[int]:
    """Return the ports of this machine that were named: its user may ask them, a redirect may not."""
    ports: set[int] = set()
    for asked in inputs:
        if not asked.is_web:
            continue
        try:
            address = urlsplit(asked.name)
            if address.hostname in {"localhost", "127.0.0.1", "::1"}:
                ports.add(address.port or HTTP_PORT)
        except ValueError:
            continue  # no address at all: the fetcher says so
    return frozenset(ports)


def _read_file(name: str, bytes_max: int) -> _Document:
    path = Path(name).absolute()
    return _Document(read_file(path, bytes_max), path.as_uri(), None)


def _complain(line: str) -> None:
    # A file's name may hold anything, a line break too.
    print("".join(character if character.isprintable() else " " for character in line), file=sys.stderr)
