"""Stories that members suggest for the next edition."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, Index, String, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.article import URL_CHARS_MAX, Article
from bot.domain.suggestion import NOTE_CHARS_MAX, Suggestion, SuggestionState
from bot.storage.base import Base, RowId, Snowflake


class SuggestionRow(Base):
    """One link that a member thinks worth an edition, and what became of it."""

    __tablename__ = "suggestions"
    __table_args__ = (Index(None, "guild_id", "state", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    roundup_id: Mapped[int] = mapped_column(Snowflake)
    member_id: Mapped[int] = mapped_column(Snowflake)
    url: Mapped[str] = mapped_column(String(URL_CHARS_MAX))
    note: Mapped[str] = mapped_column(String(NOTE_CHARS_MAX))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[int | None] = mapped_column(Snowflake)
    article: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    message_id: Mapped[int | None] = mapped_column(Snowflake)


@cache
def _codec() -> TypeAdapter[Article]:
    return TypeAdapter(Article)


def _suggestion(row: SuggestionRow) -> Suggestion:
    return Suggestion(
        id=row.id,
        guild_id=row.guild_id,
        roundup_id=row.roundup_id,
        member_id=row.member_id,
        url=row.url,
        note=row.note,
        at=row.at,
        state=SuggestionState(row.state),
        decided_by=row.decided_by,
        article=None if row.article is None else _codec().validate_python(row.article),
        message_id=row.message_id,
    )


async def add_suggestion(
    session: AsyncSession, *, guild_id: int, roundup_id: int, member_id: int, url: str, note: str, at: datetime
) -> Suggestion:
    """Keep a suggestion and return it."""
    row = SuggestionRow(
        guild_id=guild_id,
        roundup_id=roundup_id,
        member_id=member_id,
        url=url,
        note=note,
        at=at,
        state=SuggestionState.OPEN.value,
    )
    session.add(row)
    await session.flush()
    return _suggestion(row)


async def suggestion_by_id(session: AsyncSession, suggestion_id: int, *, to_change: bool = False) -> Suggestion | None:
    """Return a suggestion, locked if it is going to be changed; None if there is none with this id."""
    row = await session.get(SuggestionRow, suggestion_id, with_for_update=to_change)
    return None if row is None else _suggestion(row)


async def suggestions_of(
    session: AsyncSession, guild_id: int, state: SuggestionState, *, roundup_id: int | None = None
) -> tuple[Suggestion, ...]:
    """Return a guild's suggestions in a state, first in first; with `roundup_id` only those for this roundup."""
    wanted = select(SuggestionRow).where(SuggestionRow.guild_id == guild_id, SuggestionRow.state == state.value)
    if roundup_id is not None:
        wanted = wanted.where(SuggestionRow.roundup_id == roundup_id)
    return tuple(_suggestion(row) for row in await session.scalars(wanted.order_by(SuggestionRow.id)))


async def count_open(session: AsyncSession, guild_id: int, member_id: int) -> int:
    """Return how many suggestions of a member wait."""
    counted = (
        select(func.count())
        .select_from(SuggestionRow)
        .where(
            SuggestionRow.guild_id == guild_id,
            SuggestionRow.state == SuggestionState.OPEN.value,
            SuggestionRow.member_id == member_id,
        )
    )
    return await session.scalar(counted) or 0


async def decide(
    session: AsyncSession,
    suggestion_id: int,
    state: SuggestionState,
    *,
    decided_by: int,
    article: Article | None = None,
) -> Suggestion:
    """Write what became of a suggestion and return it."""
    row = await session.get_one(SuggestionRow, suggestion_id)
    row.state, row.decided_by = state.value, decided_by
    if article is not None:
        row.url = article.url  # where the page really stands: the address by which the edition will know it
        row.article = _codec().dump_python(article, mode="json")
    await session.flush()
    return _suggestion(row)


async def record_told(session: AsyncSession, suggestion_id: int, message_id: int) -> None:
    """Note in which message the editors were told of a suggestion."""
    await session.execute(update(SuggestionRow).where(SuggestionRow.id == suggestion_id).values(message_id=message_id))


async def mark_used(session: AsyncSession, roundup_id: int, urls: Collection[str]) -> None:
    """Note that an edition of this roundup told accepted suggestions."""
    await session.execute(
        update(SuggestionRow)
        .where(
            SuggestionRow.roundup_id == roundup_id,
            SuggestionRow.state == SuggestionState.ACCEPTED.value,
            SuggestionRow.url.in_(urls),
        )
        .values(state=SuggestionState.USED.value)
    )


async def forget_suggestions(session: AsyncSession, before: datetime) -> None:
    """Delete what members suggested before a moment, in all guilds."""
    await session.execute(delete(SuggestionRow).where(SuggestionRow.at < before))
