"""Work that falls due, claimed with a lease so that several processes may share it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, case, delete, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.due_work import ABANDONED_ALONE, LEASE, DueWork, LeaseLostError, taken_together
from bot.storage.base import Base, RowId, Snowflake, insert_into

ERROR_CHARS_MAX = 500


class DueWorkRow(Base):
    """One piece of work: what, when, and who holds it.

    Nobody may claim it before `free_at`: until then it is held by whoever has the `token`, or it failed and waits.
    `due_at` is the moment that the work is about, which neither a claim nor a failure moves. `abandoned` counts the
    claims in a row that ended without the work being given back (`bot.domain.due_work`).
    """

    __tablename__ = "due_work"
    __table_args__ = (UniqueConstraint("kind", "subject_id"), Index(None, "due_at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int] = mapped_column(Snowflake)
    guild_id: Mapped[int | None] = mapped_column(Snowflake, index=True)
    due_at: Mapped[datetime]
    free_at: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int]
    abandoned: Mapped[int] = mapped_column(default=0, server_default="0")
    parked_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(ERROR_CHARS_MAX))


async def schedule(
    session: AsyncSession, *, kind: str, subject_id: int, due_at: datetime, guild_id: int | None = None
) -> None:
    """Make a piece of work due at a moment; one that is there already gets the new time and a fresh start.

    A claim that is held goes on, and finds the new time when it is given back.
    """
    wanted = insert_into(session, DueWorkRow).values(
        kind=kind, subject_id=subject_id, guild_id=guild_id, due_at=due_at, attempts=0
    )
    still_held = case((DueWorkRow.token.is_not(None), DueWorkRow.free_at), else_=null())
    await session.execute(
        wanted.on_conflict_do_update(
            index_elements=[DueWorkRow.kind, DueWorkRow.subject_id],
            set_={
                "due_at": due_at,
                "free_at": still_held,
                "attempts": 0,
                "abandoned": 0,
                "parked_at": None,
                "error": None,
            },
        )
    )


async def cancel(session: AsyncSession, *, kind: str, subject_id: int) -> None:
    """Forget a piece of work."""
    await session.execute(delete(DueWorkRow).where(DueWorkRow.kind == kind, DueWorkRow.subject_id == subject_id))


async def claim(session: AsyncSession, now: datetime, *, kinds: Sequence[str], limit: int) -> tuple[DueWork, ...]:
    """Take up to `limit` pieces of the given kinds that are due and held by nobody, the oldest first.

    A piece that still has a token was abandoned by its holder, which is counted; after several such claims it is
    handed out after all others, and alone: see `taken_together`.
    """
    abandoned = DueWorkRow.abandoned + case((DueWorkRow.token.is_not(None), 1), else_=0)
    suspicion = case((abandoned >= ABANDONED_ALONE, abandoned), else_=0)
    free = (
        select(DueWorkRow, abandoned)
        .where(
            DueWorkRow.due_at <= now,
            DueWorkRow.parked_at.is_(None),
            DueWorkRow.kind.in_(kinds),
            or_(DueWorkRow.free_at.is_(None), DueWorkRow.free_at <= now),
        )
        .order_by(suspicion, DueWorkRow.due_at, DueWorkRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer and leaves it out
    )
    found = (await session.execute(free)).all()
    taken = found[: taken_together([count for _, count in found])]
    token = secrets.token_hex(16)
    for row, count in taken:
        row.abandoned, row.free_at, row.token = count, now + LEASE, token
    await session.flush()
    return tuple(
        DueWork(
            id=row.id,
            kind=row.kind,
            subject_id=row.subject_id,
            due_at=row.due_at,
            attempts=row.attempts,
            abandoned=row.abandoned,
            token=token,
        )
        for row, _ in taken
    )


async def hold(session: AsyncSession, work: DueWork, now: datetime, *, got_on: bool = False) -> None:
    """Prove that the claim stands and lengthen it; called in the transaction that records something.

    Args:
        session: the transaction.
        work: the claimed work.
        now: the present moment.
        got_on: what is recorded is a step that was done, not the intent of one: whatever ended earlier claims, it
            was not this step, so they are not counted any more.

    Raises:
        LeaseLostError: if somebody else holds the work now, or it was cancelled.
    """
    lengthened = update(DueWorkRow).where(DueWorkRow.id == work.id, DueWorkRow.token == work.token)
    lengthened = lengthened.values(free_at=now + LEASE)
    if got_on:
        lengthened = lengthened.values(abandoned=0)
    held = await session.scalar(lengthened.returning(DueWorkRow.id))
    if held is None:
        raise LeaseLostError


async def finish(session: AsyncSession, work: DueWork, *, next_at: datetime | None) -> None:
    """Give a finished piece back: due again at `next_at`, or gone.

    One that was rescheduled to another moment while it was held keeps that moment: whoever asked for it knew more.
    """
    row = await _give_back(session, work)
    if row is None:
        return
    if next_at is None:
        await session.delete(row)
    else:
        row.due_at, row.attempts, row.error = next_at, 0, None


async def fail(session: AsyncSession, work: DueWork, *, error: str, next_at: datetime | None, now: datetime) -> bool:
    """Give a failed piece back and tell whether it was parked.

    It is tried again at `next_at`, or with None parked until somebody schedules it anew. One that was taken over,
    cancelled or rescheduled meanwhile is left alone: this failure says nothing about it any more.
    """
    row = await _give_back(session, work)
    if row is None:
        return False
    row.attempts += 1
    row.error = error[:ERROR_CHARS_MAX]
    row.free_at = next_at
    row.parked_at = now if next_at is None else None
    await session.flush()  # whoever is told of it may schedule it anew, in the same transaction
    return next_at is None


async def due_at_of(session: AsyncSession, *, kind: str, subject_id: int) -> datetime | None:
    """Return for when a piece of work stands on the agenda; None if it does not, or was parked."""
    return await session.scalar(
        select(DueWorkRow.due_at).where(
            DueWorkRow.kind == kind, DueWorkRow.subject_id == subject_id, DueWorkRow.parked_at.is_(None)
        )
    )


async def next_due(session: AsyncSession, kinds: Sequence[str]) -> tuple[datetime, str] | None:
    """Return when the next piece of these kinds may be claimed and its kind, or None if nothing waits."""
    claimable_at = case((DueWorkRow.free_at > DueWorkRow.due_at, DueWorkRow.free_at), else_=DueWorkRow.due_at)
    rows = await session.execute(
        select(claimable_at, DueWorkRow.kind)
        .where(DueWorkRow.parked_at.is_(None), DueWorkRow.kind.in_(kinds))
        .order_by(claimable_at, DueWorkRow.id)
        .limit(1)
    )
    found = rows.one_or_none()
    return None if found is None else (found[0], found[1])


async def parked_in(session: AsyncSession, guild_id: int) -> tuple[tuple[str, str, datetime], ...]:
    """Return kind, error and time of a guild's parked work."""
    rows = await session.scalars(
        select(DueWorkRow)
        .where(DueWorkRow.guild_id == guild_id, DueWorkRow.parked_at.is_not(None))
        .order_by(DueWorkRow.id)
    )
    return tuple((row.kind, row.error or "", row.parked_at) for row in rows if row.parked_at is not None)


async def _give_back(session: AsyncSession, work: DueWork) -> DueWorkRow | None:
    """Let go of a claim and return its row; None if there is nothing left for the holder to say about it."""
    row = await session.get(DueWorkRow, work.id, with_for_update=True)
    if row is None or row.token != work.token:
        return None
    row.free_at = row.token = None
    row.abandoned = 0
    return row if row.due_at == work.due_at else None
