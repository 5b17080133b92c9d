"""The parser in the tests' own process: the same documents read the same way, without a process for each test.

The process itself, its limits and its end are tested in `tests/feeds/test_worker.py` and in `tests/wire`.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.feeds import child
from bot.feeds.worker import ParserProcess

T = TypeVar("T")


class ParserHere(ParserProcess):
    """Answers as `bot.feeds.child` does, over the same wire format, in a thread."""

    async def _ask(self, header: bytes, body: bytes, _url: str, unpack: Callable[[bytes], T]) -> T:
        if self._closed:
            raise RuntimeError("the parser is closed")
        return unpack(await asyncio.to_thread(child._answer, header, body))
