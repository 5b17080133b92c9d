"""Queries over several tables for those who edit: whether the guild's column came, and the end of a roundup."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.roundup import ROUNDUP
from bot.storage.discussion import DiscussionRow
from bot.storage.due_work import DueWorkRow
from bot.storage.question import QuestionRow
from bot.storage.roundup import EditionRow, RoundupRow
from bot.storage.source import ArticleRow, SourceRow
from bot.storage.suggestion import SuggestionRow


async def awaits_column(session: AsyncSession, guild_id: int, roundup_id: int, *, since: datetime) -> bool:
    """Tell whether a guild has a column of its own for this roundup, and no article of it since a moment.

    An undated article counts from when it was seen.
    """
    ours = (
        select(SourceRow.feed_id)
        .where(SourceRow.guild_id == guild_id, SourceRow.is_ours, ~SourceRow.is_paused)
        .where(or_(SourceRow.roundup_id.is_(None), SourceRow.roundup_id == roundup_id))
    )
    if not await session.scalar(select(ours.exists())):
        return False
    moment = func.coalesce(ArticleRow.published_at, ArticleRow.seen_at)
    came = exists().where(ArticleRow.feed_id.in_(ours), moment >= since)
    return not await session.scalar(select(came))


async def delete_roundup(session: AsyncSession, roundup_id: int, *, edition_kinds: Sequence[str]) -> None:
    """Forget a roundup with its editions; what stands in Discord stays, and its sources feed all others.

    Args:
        session: the transaction.
        roundup_id: which one.
        edition_kinds: under which kinds its editions stand on the agenda.
    """
    editions = select(EditionRow.id).where(EditionRow.roundup_id == roundup_id)
    work = DueWorkRow.kind.in_(edition_kinds) & DueWorkRow.subject_id.in_(editions)
    await session.execute(
        delete(DueWorkRow).where(or_(work, (DueWorkRow.kind == ROUNDUP) & (DueWorkRow.subject_id == roundup_id)))
    )
    for unbound in (SourceRow, QuestionRow):
        await session.execute(update(unbound).where(unbound.roundup_id == roundup_id).values(roundup_id=None))
    await session.execute(delete(SuggestionRow).where(SuggestionRow.roundup_id == roundup_id))
    await session.execute(delete(DiscussionRow).where(DiscussionRow.edition_id.in_(editions)))
    await session.execute(delete(EditionRow).where(EditionRow.roundup_id == roundup_id))
    await session.execute(delete(RoundupRow).where(RoundupRow.id == roundup_id))
