"""Edits of messages that show something changing, coalesced: only the latest state is sent, not too often."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias
from weakref import WeakValueDictionary

from discord import ui

from bot.clock import Clock, sleep_or_wake
from bot.domain.due_work import BACKOFF_AWAY_LONGEST
from bot.domain.errors import DiscordAwayError, PaddockError, StorageUnavailableError
from bot.edge.pace import Priority
from bot.edge.publish import Illustrated, Publisher

log = logging.getLogger(__name__)

# Discord allows about five edits in five seconds on a channel; one message may use one of them.
EDIT_EVERY = timedelta(seconds=5)
# What cannot be made for a reason of its own is tried no more often: more would only fill the log.
TRIES_MAX = 3
_DOUBLINGS_MAX = 10  # of the wait before the next try; more would only leave the range of a timedelta
# Messages wanted at once are far fewer; the bound keeps a fault from growing.
WANTED_MAX = 10_000

Render: TypeAlias = Callable[[], Awaitable[ui.LayoutView | Illustrated | None]]
After: TypeAlias = Callable[[], Awaitable[None]]


class _Wish(NamedTuple):
    """What a message is to show, and what is asked once it does."""

    render: Render
    after: After | None


class LiveEdits:
    """Messages that want to be shown anew. What is shown is rendered when the edit is sent, never before.

    An edit that fails is tried again, with what is to be shown then; one that Discord refuses for good is dropped.
    """

    def __init__(self, clock: Clock, publisher: Publisher) -> None:
        self._clock = clock
        self._publisher = publisher
        self._wanted: dict[tuple[int, int], _Wish] = {}
        self._edited_at: dict[tuple[int, int], datetime] = {}
        # How often in a row those that are to be tried again have failed, and when they are.
        self._failed: dict[tuple[int, int], tuple[int, datetime]] = {}
        self._woken = asyncio.Event()
        # Each lives as long as somebody holds it.
        self._editing: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def held(self, channel_id: int, message_id: int) -> AsyncGenerator[datetime | None]:
        """Let no live edit of a message be under way in the body, which shows it as it stands for good.

        A live edit waits for its place in the budget with what it was given before; overtaken by such an edit it would
        put the older state back, and nobody would mend it. The next one comes as long after it as after another.

        What is given is when the body may edit the message: None now. Otherwise it was edited just now, and the body
        leaves it alone and comes again.
        """
        key = (channel_id, message_id)
        async with self._turn(key):
            edited_at = self._edited_at.get(key)
            if edited_at is not None and (not_before := edited_at + EDIT_EVERY) > self._clock.now():
                yield not_before
                return
            try:
                yield None
            finally:
                self._note_edit(key)

    def _turn(self, key: tuple[int, int]) -> asyncio.Lock:
        return self._editing.setdefault(key, asyncio.Lock())

    def want(self, channel_id: int, message_id: int, render: Render, *, after: After | None = None) -> None:
        """Ask for a message to be shown anew soon.

        Args:
            channel_id: where it stands.
            message_id: which.
            render: what it is to show; None if nothing.
            after: asked once it was edited. Other processes do not wait for our edits (see `held`), so what another one
                has shown for good meanwhile may have to be shown once more.
        """
        key = (channel_id, message_id)
        if key not in self._wanted and len(self._wanted) >= WANTED_MAX:
            log.warning("live edit dropped channel=%s message=%s", channel_id, message_id)
            return
        self._wanted[key] = _Wish(render, after)
        self._woken.set()

    def _not_before(self, key: tuple[int, int]) -> datetime | None:
        """Return when a message may be edited again; None at once."""
        edited_at, failed = self._edited_at.get(key), self._failed.get(key)
        moments = [] if edited_at is None else [edited_at + EDIT_EVERY]
        return max(moments if failed is None else [*moments, failed[1]], default=None)

    def _may_be_edited(self, key: tuple[int, int], now: datetime) -> bool:
        not_before = self._not_before(key)
        return not_before is None or not_before <= now

    def _note_edit(self, key: tuple[int, int]) -> None:
        """Remember that a message has just been edited: on a slow line that is long after it was begun."""
        now = self._clock.now()
        self._forget_edits(now)
        self._edited_at[key] = now

    def _forget_edits(self, now: datetime) -> None:
        self._edited_at = {key: at for key, at in self._edited_at.items() if at > now - EDIT_EVERY}

    async def run_once(self, now: datetime) -> int:
        """Send the edits whose time has come and return how many were sent; one that fails does not end the others."""
        self._forget_edits(now)
        sent = 0
        for key in [key for key in self._wanted if self._may_be_edited(key, now)]:
            async with self._turn(key):
                # It may just have been edited by whoever held it, and then it waits like any other.
                if self._may_be_edited(key, now) and key in self._wanted:
                    sent += await self._send(key, self._wanted.pop(key))
        return sent

    async def _send(self, key: tuple[int, int], wish: _Wish) -> bool:
        """Show a message as it stands now, and tell whether it was sent."""
        attempts, _ = self._failed.pop(key, (0, None))
        try:
            shown = await wish.render()
            if shown is not None:
                await self._publisher.edit(*key, shown, Priority.LIVE_EDIT)
                if wish.after is not None:
                    await wish.after()
        except (DiscordAwayError, StorageUnavailableError) as error:
            log.info("live edit put off channel=%s message=%s reason=%s", *key, error.message_id)
            wait_s = error.params.get("retry_after_s")
            self._again(key, wish, attempts + 1, at_least_s=wait_s if isinstance(wait_s, int) else 0)
        except PaddockError as error:
            log.info("live edit refused channel=%s message=%s reason=%s", *key, error.message_id)
        except Exception:
            # One edit that cannot be made must not end the others.
            log.exception("live edit failed channel=%s message=%s", *key)
            if attempts + 1 < TRIES_MAX:
                self._again(key, wish, attempts + 1)
        else:
            return shown is not None
        finally:
            self._note_edit(key)
        return False

    def _again(self, key: tuple[int, int], wish: _Wish, attempts: int, *, at_least_s: int = 0) -> None:
        """Want a message to be shown anew later; what was wanted meanwhile is the newer wish, and waits as long."""
        wait = min(EDIT_EVERY * 2 ** min(attempts - 1, _DOUBLINGS_MAX), BACKOFF_AWAY_LONGEST)
        self._wanted.setdefault(key, wish)
        self._failed[key] = (attempts, self._clock.now() + max(wait, timedelta(seconds=at_least_s)))

    async def run(self) -> None:
        """Send edits as they fall due, until cancelled."""
        while True:
            self._woken.clear()
            await self.run_once(self._clock.now())
            now = self._clock.now()
            next_at = min((self._not_before(key) or now for key in self._wanted), default=None)
            await sleep_or_wake(self._clock, next_at, self._woken)
