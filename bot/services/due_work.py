"""Claims work that falls due and gives it back, finished, failed or parked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from bot.domain.due_work import ATTEMPTS_MAX, DueWork, backoff
from bot.storage import due_work as table
from bot.storage.store import Session, Store, after_commit

log = logging.getLogger(__name__)

# What a feature writes when its work is given up, in the transaction that gives it up: the work, and why.
Parked: TypeAlias = Callable[[Session, DueWork, str], Awaitable[None]]


class DueWorkService:
    """The durable agenda. `woken` is set when something scheduled stands there, so that the runner looks again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.woken = asyncio.Event()

    async def schedule(
        self,
        session: Session,
        kind: str,
        subject_id: int,
        due_at: datetime,
        *,
        guild_id: int | None = None,
    ) -> None:
        """Make work due, in the transaction of the change that asks for it."""
        await table.schedule(session, kind=kind, subject_id=subject_id, due_at=due_at, guild_id=guild_id)
        # Not before: a runner that looked and found nothing would not look again for a while.
        after_commit(session, self.woken.set)

    async def cancel(self, session: Session, kind: str, subject_id: int) -> None:
        """Forget work, in the transaction of the change that makes it pointless."""
        await table.cancel(session, kind=kind, subject_id=subject_id)

    async def planned_at(self, session: Session, kind: str, subject_id: int) -> datetime | None:
        """Return for when work stands on the agenda; None if it does not, or was parked."""
        return await table.due_at_of(session, kind=kind, subject_id=subject_id)

    async def claim(self, now: datetime, kinds: Sequence[str], limit: int) -> tuple[DueWork, ...]:
        """Take up to `limit` pieces that are due; nobody else gets them while the lease lasts."""
        return await self._store.write(lambda session: table.claim(session, now, kinds=kinds, limit=limit))

    async def finish(self, work: DueWork, *, next_at: datetime | None) -> None:
        """Give finished work back, due again at `next_at` or never."""
        await self._store.write(lambda session: table.finish(session, work, next_at=next_at))

    async def fail(
        self,
        work: DueWork,
        error: str,
        now: datetime,
        *,
        permanent: bool,
        patient: bool = False,
        not_before: datetime | None = None,
        parked: Parked | None = None,
    ) -> bool:
        """Give failed work back and tell whether it was given up.

        Work that somebody else has taken over, cancelled or rescheduled is left alone.

        Args:
            work: the claimed work.
            error: what went wrong, as kept with `bot.domain.errors.packed`, for /doctor.
            now: the present moment.
            permanent: trying again would not help.
            patient: it is not the work's own fault, so it is tried again however often it has failed.
            not_before: when whoever refused it wants to be asked again at the earliest.
            parked: what its feature writes when the work is given up: either both are written or neither, and then
                the work is held until its lease ends and this is tried again.
        """
        attempts = work.attempts + 1
        given_up = permanent or (attempts >= ATTEMPTS_MAX and not patient)
        next_at = None if given_up else max(now + backoff(attempts, away=patient), not_before or now)

        async def write(session: Session) -> bool:
            was_parked = await table.fail(session, work, error=error, next_at=next_at, now=now)
            if was_parked and parked is not None:
                await parked(session, work, error)
            return was_parked

        was_parked = await self._store.write(write)
        log.warning(
            "due work failed kind=%s subject=%s attempts=%s parked=%s",
            work.kind,
            work.subject_id,
            attempts,
            was_parked,
        )
        return was_parked

    async def next_due(self, kinds: Sequence[str]) -> tuple[datetime, str] | None:
        """Return when the next piece may be claimed and its kind, or None if nothing waits."""
        return await self._store.read(lambda session: table.next_due(session, kinds))

    async def parked_in(self, guild_id: int) -> tuple[tuple[str, str, datetime], ...]:
        """Return kind, error and time of what has been given up in a guild."""
        return await self._store.read(lambda session: table.parked_in(session, guild_id))
