"""The guild's own queue of questions for its editions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, String, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.queue import QUESTION_CHARS_MAX, QueuedQuestion
from bot.storage.base import Base, RowId, Snowflake


class QuestionRow(Base):
    """One question that waits for its edition, or was asked in one."""

    __tablename__ = "questions"
    __table_args__ = (Index(None, "guild_id", "edition_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    roundup_id: Mapped[int | None] = mapped_column(Snowflake)
    text: Mapped[str] = mapped_column(String(QUESTION_CHARS_MAX))
    options: Mapped[list[str]]
    added_by: Mapped[int] = mapped_column(Snowflake)
    added_at: Mapped[datetime]
    edition_id: Mapped[int | None] = mapped_column(Snowflake)


def _question(row: QuestionRow) -> QueuedQuestion:
    return QueuedQuestion(
        id=row.id,
        guild_id=row.guild_id,
        roundup_id=row.roundup_id,
        text=row.text,
        options=tuple(row.options),
        added_by=row.added_by,
        added_at=row.added_at,
    )


async def waiting(session: AsyncSession, guild_id: int, *, roundup_id: int | None = None) -> tuple[QueuedQuestion, ...]:
    """Return the questions that wait, first in first; with `roundup_id` only those that this roundup may ask."""
    wanted = select(QuestionRow).where(QuestionRow.guild_id == guild_id, QuestionRow.edition_id.is_(None))
    if roundup_id is not None:
        wanted = wanted.where(or_(QuestionRow.roundup_id.is_(None), QuestionRow.roundup_id == roundup_id))
    return tuple(_question(row) for row in await session.scalars(wanted.order_by(QuestionRow.id)))


async def add_question(
    session: AsyncSession,
    *,
    guild_id: int,
    roundup_id: int | None,
    text: str,
    options: Sequence[str],
    added_by: int,
    at: datetime,
) -> QueuedQuestion:
    """Put a question at the end of the queue and return it."""
    row = QuestionRow(
        guild_id=guild_id,
        roundup_id=roundup_id,
        text=text,
        options=list(options),
        added_by=added_by,
        added_at=at,
    )
    session.add(row)
    await session.flush()
    return _question(row)


async def remove_question(session: AsyncSession, guild_id: int, question_id: int) -> QueuedQuestion | None:
    """Take a waiting question out of the queue and return it; None if none waits with this id here."""
    row = await session.get(QuestionRow, question_id, with_for_update=True)
    if row is None or row.guild_id != guild_id or row.edition_id is not None:
        return None
    removed = _question(row)
    await session.delete(row)
    await session.flush()
    return removed


async def take(session: AsyncSession, question_id: int, edition_id: int) -> bool:
    """Let an edition ask a waiting question; tell whether it may, as another edition may have been quicker."""
    taken = await session.scalars(
        update(QuestionRow)
        .where(
            QuestionRow.id == question_id,
            or_(QuestionRow.edition_id.is_(None), QuestionRow.edition_id == edition_id),
        )
        .values(edition_id=edition_id)
        .returning(QuestionRow.id)
    )
    return taken.one_or_none() is not None


async def release(session: AsyncSession, edition_id: int, *, but: int | None = None) -> None:
    """Let the questions wait again that an edition took and does not ask, all of them or all `but` one."""
    freed = update(QuestionRow).where(QuestionRow.edition_id == edition_id).values(edition_id=None)
    await session.execute(freed if but is None else freed.where(QuestionRow.id != but))
