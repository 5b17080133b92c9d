"""Edits of messages that show something changing, coalesced: only the latest state is sent, not too often."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from weakref import WeakValueDictionary

from discord import ui

from bot.clock import Clock, sleep_or_wake
from bot.domain.errors import PaddockError
from bot.edge.pace import Priority
from bot.edge.publish import Illustrated, Publisher

log = logging.getLogger(__name__)

# Discord allows about five edits in five seconds on a channel; one message may use one of them.
EDIT_EVERY = timedelta(seconds=5)
# Messages wanted at once are far fewer; the bound keeps a fault from growing.
WANTED_MAX = 10_000

Render: TypeAlias = Callable[[], Awaitable[ui.LayoutView | Illustrated | None]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    render: Render
    not_before: datetime


class LiveEdits:
    """Messages that want to be shown anew. What is shown is rendered when the edit is sent, never before."""

    def __init__(self, clock: Clock, publisher: Publisher) -> None:
        self._clock = clock
        self._publisher = publisher
        self._wanted: dict[tuple[int, int], _Wanted] = {}
        self._edited_at: dict[tuple[int, int], datetime] = {}
        self._woken = asyncio.Event()
        # Each lives as long as somebody holds it.
        self._editing: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def held(self, channel_id: int, message_id: int) -> AsyncGenerator[None]:
        """Let no live edit of a message be under way in the body, which shows it as it stands for good.

        A live edit waits for its place in the budget with what it was given before; overtaken by such an edit it would
        put the older state back, and nobody would mend it.
        """
        async with self._turn((channel_id, message_id)):
            yield

    def _turn(self, key: tuple[int, int]) -> asyncio.Lock:
        return self._editing.setdefault(key, asyncio.Lock())

    def want(self, channel_id: int, message_id: int, render: Render) -> None:
        """Ask for a message to be shown anew soon; `render` may still say None: nothing to show."""
        key = (channel_id, message_id)
        if key not in self._wanted and len(self._wanted) >= WANTED_MAX:
            log.warning("live edit dropped channel=%s message=%s", channel_id, message_id)
            return
        now = self._clock.now()
        last = self._edited_at.get(key)
        self._wanted[key] = _Wanted(render, now if last is None else max(now, last + EDIT_EVERY))
        self._woken.set()

    async def run_once(self, now: datetime) -> int:
        """Send the edits whose time has come and return how many were sent; one that fails is dropped and logged."""
        due = [key for key, wanted in self._wanted.items() if wanted.not_before <= now]
        sent = 0
        for key in due:
            wanted = self._wanted.pop(key)
            self._edited_at[key] = now
            try:
                async with self._turn(key):
                    shown = await wanted.render()
                    if shown is not None:
                        await self._publisher.edit(*key, shown, Priority.LIVE_EDIT)
                        sent += 1
            except PaddockError as error:
                log.info("live edit refused channel=%s message=%s reason=%s", *key, error.message_id)
            except Exception:
                # One edit that Discord fails must not end the others; the next state of this message is a new try.
                log.exception("live edit failed channel=%s message=%s", *key)
        self._edited_at = {key: at for key, at in self._edited_at.items() if at > now - EDIT_EVERY}
        return sent

    async def run(self) -> None:
        """Send edits as they fall due, until cancelled."""
        while True:
            self._woken.clear()
            await self.run_once(self._clock.now())
            next_at = min((wanted.not_before for wanted in self._wanted.values()), default=None)
            await sleep_or_wake(self._clock, next_at, self._woken)
