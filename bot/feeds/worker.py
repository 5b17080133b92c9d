"""Parsing what strangers wrote, in a process of its own that can be ended."""

import asyncio
import asyncio.subprocess
import contextlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import bot
from bot.domain.article import Article, ParsedFeed
from bot.domain.feed import FeedError, ParserFailedError, ParseTimeoutError
from bot.domain.source import ListedFeed
from bot.feeds import wire

log = logging.getLogger(__name__)

CHILD = "bot.feeds.child"
# Importing feedparser takes a third of a second; a machine under load may take a hundred times as long.
START_S_MAX = 30.0
MEMORY_BYTES_DEFAULT = 1024 * 1024 * 1024
TIMEOUT_S_DEFAULT = 10.0
# The parsers' libraries keep caches and their C code may leak: now and then a fresh process costs nothing.
PARSES_MAX = 1000
# The parser needs no token and no database address, so it does not get the bot's environment, but what Python
# needs.
_ENVIRONMENT = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "LANG",
    "LC_ALL",
    "TZ",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
)

_Result = TypeVar("_Result")


class ParserProcess:
    """Parses feeds and pages, one at a time, in a process that is started at first use and after each end.

    Use it as an async context manager; no process is left when that is closed, or when the bot itself is
    killed.

    Args:
        timeout_s: what one parse may take before its process is ended.
        memory_bytes_max: the address space that the process may use, where the system can limit it.
        parses_max: after so many parses the process is replaced.
    """

    def __init__(
        self,
        *,
        timeout_s: float = TIMEOUT_S_DEFAULT,
        memory_bytes_max: int = MEMORY_BYTES_DEFAULT,
        parses_max: int = PARSES_MAX,
    ) -> None:
        self._timeout_s = timeout_s
        self._memory_bytes_max = memory_bytes_max
        self._parses_max = parses_max
        self._parses = 0
        self._closed = False
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        await self._end()

    @property
    def pid(self) -> int | None:
        """The id of the process that parses, or None while there is none."""
        return None if self._process is None else self._process.pid

    async def parse_feed(self, body: bytes, *, url: str, content_type: str | None) -> ParsedFeed:
        """Return what `bot.feeds.parse.parse_feed` says.

        Raises:
            UnreadableError: its errors, or that it took too long or broke.
        """
        header = wire.pack_request(wire.FEED, url=url, content_type=content_type)
        return await self._ask(header, body, url, wire.unpack_feed)

    async def parse_article(self, body: bytes, *, url: str, content_type: str | None) -> Article:
        """Return what `bot.feeds.page.parse_article` says; raises like `parse_feed`."""
        header = wire.pack_request(wire.ARTICLE, url=url, content_type=content_type)
        return await self._ask(header, body, url, wire.unpack_article)

    async def find_feeds(self, body: bytes, *, url: str, content_type: str | None) -> tuple[ListedFeed, ...]:
        """Return what `bot.feeds.discover.find_feeds` says; raises like `parse_feed`."""
        header = wire.pack_request(wire.LINKS, url=url, content_type=content_type)
        return await self._ask(header, body, url, wire.unpack_feeds)

    async def read_opml(self, body: bytes) -> tuple[ListedFeed, ...]:
        """Return what `bot.feeds.opml.read_opml` says; raises like `parse_feed`, with an empty address."""
        header = wire.pack_request(wire.OUTLINES, url="", content_type=None)
        return await self._ask(header, body, "", wire.unpack_feeds)

    async def _ask(self, header: bytes, body: bytes, url: str, unpack: Callable[[bytes], _Result]) -> _Result:
        async with self._one_at_a_time:
            answered = False
            try:
                process = await self._started(url)
                async with asyncio.timeout(self._timeout_s):
                    answer = await _exchange(process, wire.frame(header) + wire.frame(body))
                result = _unpacked(answer, unpack)
                answered = True
            except TimeoutError:
                log.warning("parse ended after %s s, bytes=%s", self._timeout_s, len(body))
                raise ParseTimeoutError(url=url, timeout_s=round(self._timeout_s)) from None
            except (OSError, EOFError, ValueError, KeyError) as error:
                log.warning("parser process broke: %s, bytes=%s", type(error).__name__, len(body))
                raise ParserFailedError(url=url) from error
            finally:
                # Whatever else came up, cancelling too, the pipe stands in the middle of an exchange.
                self._parses += 1
                if not answered or self._parses >= self._parses_max:
                    await self._end()
        if isinstance(result, FeedError):
            raise result
        return result

    async def _started(self, url: str) -> asyncio.subprocess.Process:
        if self._closed:
            raise RuntimeError("the parser is closed")
        if self._process is not None and self._process.returncode is not None:
            await self._end()
        if self._process is None:
            self._parses = 0
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                CHILD,
                str(self._timeout_s),
                str(self._memory_bytes_max),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=Path(bot.__file__).parents[1],  # so that our package is found from wherever the bot was started
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            )
            try:
                async with asyncio.timeout(START_S_MAX):
                    await _read_frame(self._process)
            except TimeoutError as error:
                raise ParserFailedError(url=url) from error
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def _exchange(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101  # asked for in `_started`; said for the type checker
    process.stdin.write(request)
    await process.stdin.drain()
    return await _read_frame(process)


async def _read_frame(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101  # as above
    size: int = wire.LENGTH.unpack(await process.stdout.readexactly(wire.LENGTH.size))[0]
    if size > wire.FRAME_BYTES_MAX:
        raise ValueError("frame too long")
    return await process.stdout.readexactly(size)


def _unpacked(answer: bytes, unpack: Callable[[bytes], _Result]) -> _Result | FeedError:
    """Return the result, or the error that was answered: an answer too, after which the process goes on."""
    try:
        return unpack(answer)
    except FeedError as error:
        return error
