"""Work that falls due, claimed with a lease so that several processes may share it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.due_work import LEASE, DueWork, LeaseLostError
from bot.storage.base import Base, RowId, Snowflake


class DueWorkRow(Base):
    """One piece of work: what, when, and who holds it until when."""

    __tablename__ = "due_work"
    __table_args__ = (UniqueConstraint("kind", "subject_id"), Index(None, "due_at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int] = mapped_column(Snowflake)
    guild_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int]
    parked_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))


async def schedule(
    session: AsyncSession, *, kind: str, subject_id: int, due_at: datetime, guild_id: int | None = None
) -> None:
    """Make a piece of work due at a moment; one that is there already gets the new time and a fresh start.

    A claim that is held goes on and finds the new time when it reports.
    """
    row = await _find(session, kind, subject_id)
    if row is None:
        row = DueWorkRow(kind=kind, subject_id=subject_id, guild_id=guild_id)
        session.add(row)
    row.due_at, row.attempts, row.parked_at, row.error = due_at, 0, None, None
    await session.flush()


async def cancel(session: AsyncSession, *, kind: str, subject_id: int) -> None:
    """Forget a piece of work."""
    await session.execute(delete(DueWorkRow).where(DueWorkRow.kind == kind, DueWorkRow.subject_id == subject_id))


async def claim(session: AsyncSession, now: datetime, *, kinds: Sequence[str], limit: int) -> tuple[DueWork, ...]:
    """Take up to `limit` pieces of the given kinds that are due and held by nobody, the oldest first."""
    free = (
        select(DueWorkRow.id)
        .where(
            DueWorkRow.due_at <= now,
            DueWorkRow.parked_at.is_(None),
            DueWorkRow.kind.in_(kinds),
            or_(DueWorkRow.lease_until.is_(None), DueWorkRow.lease_until <= now),
        )
        .order_by(DueWorkRow.due_at, DueWorkRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer and leaves it out
    )
    ids = (await session.scalars(free)).all()
    if not ids:
        return ()
    token = secrets.token_hex(16)
    await session.execute(update(DueWorkRow).where(DueWorkRow.id.in_(ids)).values(lease_until=now + LEASE, token=token))
    rows = await session.scalars(
        select(DueWorkRow).where(DueWorkRow.id.in_(ids)).order_by(DueWorkRow.due_at, DueWorkRow.id)
    )
    return tuple(
        DueWork(
            id=row.id,
            kind=row.kind,
            subject_id=row.subject_id,
            due_at=row.due_at,
            attempts=row.attempts,
            token=token,
        )
        for row in rows
    )


async def hold(session: AsyncSession, work: DueWork, now: datetime) -> None:
    """Prove that the claim stands and lengthen it; called in the transaction that records something.

    Raises:
        LeaseLostError: if somebody else holds the work now, or it was cancelled.
    """
    row = await session.get(DueWorkRow, work.id, with_for_update=True)
    if row is None or row.token != work.token:
        raise LeaseLostError
    row.lease_until = now + LEASE


async def finish(session: AsyncSession, work: DueWork, *, next_at: datetime | None) -> None:
    """Give a finished piece back: due again at `next_at`, or gone. One that was rescheduled meanwhile stays due."""
    row = await session.get(DueWorkRow, work.id, with_for_update=True)
    if row is None or row.token != work.token:
        return
    if next_at is not None:
        row.due_at, row.attempts, row.error = next_at, 0, None
        row.lease_until = row.token = None
    elif row.due_at != work.due_at:
        row.lease_until = row.token = None
    else:
        await session.delete(row)


async def fail(session: AsyncSession, work: DueWork, *, error: str, next_at: datetime | None, now: datetime) -> None:
    """Give a failed piece back: tried again at `next_at`, or parked until somebody schedules it anew."""
    row = await session.get(DueWorkRow, work.id, with_for_update=True)
    if row is None or row.token != work.token:
        return
    row.attempts += 1
    row.error = error[:500]
    row.lease_until = row.token = None
    if next_at is None:
        row.parked_at = now
    else:
        row.due_at = next_at


async def next_due(session: AsyncSession, kinds: Sequence[str]) -> tuple[datetime, str] | None:
    """Return when the next piece of these kinds may be claimed and its kind, or None if nothing waits."""
    free_at = func.coalesce(DueWorkRow.lease_until, DueWorkRow.due_at)
    found = await session.scalar(
        select(DueWorkRow).where(DueWorkRow.parked_at.is_(None), DueWorkRow.kind.in_(kinds)).order_by(free_at).limit(1)
    )
    return None if found is None else (max(found.due_at, found.lease_until or found.due_at), found.kind)


async def parked_in(session: AsyncSession, guild_id: int) -> tuple[tuple[str, str, datetime], ...]:
    """Return kind, error and time of a guild's parked work."""
    rows = await session.scalars(
        select(DueWorkRow)
        .where(DueWorkRow.guild_id == guild_id, DueWorkRow.parked_at.is_not(None))
        .order_by(DueWorkRow.id)
    )
    return tuple((row.kind, row.error or "", row.parked_at) for row in rows if row.parked_at is not None)


async def _find(session: AsyncSession, kind: str, subject_id: int) -> DueWorkRow | None:
    return await session.scalar(select(DueWorkRow).where(DueWorkRow.kind == kind, DueWorkRow.subject_id == subject_id))
