"""Polls that did not appear, until their guild is told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.poll.poll import QUESTION_CHARS_MAX
from bot.storage.base import Base, RowId, Snowflake
from bot.storage.due_work import ERROR_CHARS_MAX


class PollNoticeRow(Base):
    """A poll that did not appear, and why."""

    __tablename__ = "poll_notices"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    question: Mapped[str] = mapped_column(String(QUESTION_CHARS_MAX))
    reason: Mapped[str] = mapped_column(String(ERROR_CHARS_MAX))
    left_out_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A poll that did not appear. `reason` is an error as kept with `bot.domain.errors.packed`."""

    id: int
    guild_id: int
    question: str
    reason: str
    at: datetime


async def add_left_out(session: AsyncSession, *, guild_id: int, question: str, reason: str, at: datetime) -> int:
    """Keep that a poll did not appear, and return the id of that."""
    row = PollNoticeRow(guild_id=guild_id, question=question, reason=reason[:ERROR_CHARS_MAX], left_out_at=at)
    session.add(row)
    await session.flush()
    return row.id


async def left_out_by_id(session: AsyncSession, notice_id: int) -> LeftOut | None:
    """Return a poll that did not appear; None once its guild was told."""
    row = await session.get(PollNoticeRow, notice_id)
    return None if row is None else LeftOut(row.id, row.guild_id, row.question, row.reason, row.left_out_at)


async def forget_left_out(session: AsyncSession, notice_id: int) -> None:
    """Forget that a poll did not appear."""
    await session.execute(delete(PollNoticeRow).where(PollNoticeRow.id == notice_id))
