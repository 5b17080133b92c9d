"""The only reader of time.

Everything that needs the time is handed a ``Clock`` (or a ``now``), so that a simulated day can pass in a second.
Times are aware and in UTC.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Protocol

# A sleep is cut into pieces of this length, so that a wall clock that was set forward is noticed.
SLEEP_PIECE_S = 30.0


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back, for pacing and lengths of time."""
        ...

    async def sleep_until(self, moment: datetime) -> None:
        """Return at `moment`, at once if it has passed."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return monotonic()  # bound at import: a simulation that puts another in the module's place is not followed

    async def sleep_until(self, moment: datetime) -> None:
        """Sleep until the wall clock shows `moment`."""
        while (left_s := (moment - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left_s, SLEEP_PIECE_S))


class ManualClock:
    """A clock that stands still until it is moved: for the demo and the tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._start = start
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Return the moment the clock was last moved to."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which the clock was moved since it was made."""
        return (self._now - self._start).total_seconds()

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until somebody has moved the clock to `moment` or past it."""
        while self._now < moment:
            await self._moved.wait()

    def move_to(self, moment: datetime) -> None:
        """Move the clock forward to `moment` and wake whoever sleeps until then.

        Raises:
            ValueError: if `moment` lies before the time shown; time does not go back.
        """
        if moment < self._now:
            raise ValueError(f"time does not go back: {moment} lies before {self._now}")
        self._now = moment
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def advance(self, length: timedelta) -> None:
        """Move the clock forward by `length`."""
        self.move_to(self._now + length)


async def sleep_or_wake(clock: Clock, moment: datetime | None, woken: asyncio.Event) -> None:
    """Return at `moment` (None is never), or before if `woken` is set."""
    waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(woken.wait())]
    if moment is not None:
        waits.append(asyncio.ensure_future(clock.sleep_until(moment)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
