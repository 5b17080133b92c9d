"""One budget for what the bot asks of Discord, so that moderation never waits behind live edits."""

import asyncio
import heapq
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from enum import IntEnum
from itertools import count

# So much of a second's budget may go out at once after a pause. The rest comes evenly: were all of it spent at once, a
# second's worth could follow close behind, and delays on the way would put both into one of Discord's seconds.
AT_ONCE = 1 / 4


class Priority(IntEnum):
    """Who goes first when the budget is short."""

    MODERATION = 0
    POST = 1
    LIVE_EDIT = 2


class Pace:
    """A token bucket with a queue by priority: in no second, wherever it begins, are there more than `per_s` turns.

    Args:
        monotonic: seconds that never go back; real ones, since Discord counts in real time.
        per_s: how many requests a second, below Discord's own 50 (documentation, rate limits, global), which all
            processes of a bot share; of a number above 1 the fraction is left unused.
    """

    def __init__(self, monotonic: Callable[[], float], per_s: float) -> None:
        self._monotonic = monotonic
        limit = math.floor(per_s) if per_s >= 1 else per_s
        self._at_once = max(1.0, limit * AT_ONCE)
        # What is there at the beginning of a second and what comes before its end are less than `limit` + 1 together.
        self._per_s = limit + 1 - self._at_once
        self._tokens = self._at_once
        self._filled_at = monotonic()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncGenerator[None]:
        """Wait for a place in the budget, then do the one request in the body."""
        self._fill()
        if self._waiting or self._tokens < 1:
            await self._wait(priority)
        else:
            self._tokens -= 1
        yield

    def _fill(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._at_once, self._tokens + (now - self._filled_at) * self._per_s)
        self._filled_at = now

    async def _wait(self, priority: Priority) -> None:
        loop = asyncio.get_running_loop()
        place = loop.create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), place))
        if self._timer is None:
            self._arm(loop)
        await place

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(max(0.0, (1 - self._tokens) / self._per_s), self._serve, loop)

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._fill()
        while self._waiting and self._tokens >= 1:
            place = heapq.heappop(self._waiting)[2]
            if not place.done():  # one who was cancelled while waiting takes nothing
                self._tokens -= 1
                place.set_result(None)
        if self._waiting:
            self._arm(loop)
