"""The threads in which single stories of an edition are discussed."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.discussion import Discussion, Turn
from bot.storage.base import Base, RowId, Snowflake, insert_into
from bot.storage.roundup import EditionRow


class DiscussionRow(Base):
    """A story's thread: wanted from `begun_at` on, open once `thread_id` is known."""

    __tablename__ = "discussions"
    # A story has one thread, however many members ask for it at once.
    __table_args__ = (UniqueConstraint("edition_id", "section_number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey(EditionRow.id))
    section_number: Mapped[int]
    begun_at: Mapped[datetime]
    thread_id: Mapped[int | None] = mapped_column(Snowflake)


def _discussion(row: DiscussionRow) -> Discussion:
    return Discussion(
        id=row.id,
        edition_id=row.edition_id,
        section_number=row.section_number,
        begun_at=row.begun_at,
        thread_id=row.thread_id,
    )


async def want_discussion(
    session: AsyncSession, edition_id: int, section_number: int, *, now: datetime, stale: datetime
) -> tuple[Discussion, Turn]:
    """Return a story's thread as it is known, and whether it falls to the asker to open it.

    It does to the first who asks; and to the first who asks after somebody who began at `stale` or earlier has not said
    that it is open.
    """
    new = insert_into(session, DiscussionRow).values(
        edition_id=edition_id, section_number=section_number, begun_at=now, thread_id=None
    )
    made = await session.scalar(
        new.on_conflict_do_nothing(index_elements=[DiscussionRow.edition_id, DiscussionRow.section_number]).returning(
            DiscussionRow.id
        )
    )
    rows = await session.scalars(
        select(DiscussionRow)
        .where(DiscussionRow.edition_id == edition_id, DiscussionRow.section_number == section_number)
        .with_for_update()
    )
    row = rows.one()
    if made is not None:
        return _discussion(row), Turn.FIRST
    if row.thread_id is not None or row.begun_at > stale:
        return _discussion(row), Turn.NOT_NOW
    row.begun_at = now
    return _discussion(row), Turn.AGAIN


async def opened(session: AsyncSession, discussion_id: int, thread_id: int) -> None:
    """Record a story's thread."""
    await session.execute(update(DiscussionRow).where(DiscussionRow.id == discussion_id).values(thread_id=thread_id))


async def reopen(session: AsyncSession, discussion_id: int, *, but: int | None, begun_at: datetime) -> None:
    """Let the next who asks open the thread, unless it was opened meanwhile: it is known by another id than `but`."""
    row = await session.get(DiscussionRow, discussion_id, with_for_update=True)
    if row is not None and row.thread_id == but:
        row.thread_id, row.begun_at = None, begun_at


async def threads_of_stories(session: AsyncSession, guild_id: int, *, since: datetime) -> frozenset[int]:
    """Return the threads of a guild's stories that were asked for since then."""
    found = await session.scalars(
        select(DiscussionRow.thread_id)
        .join(EditionRow, EditionRow.id == DiscussionRow.edition_id)
        .where(EditionRow.guild_id == guild_id, DiscussionRow.begun_at >= since)
    )
    return frozenset(thread_id for thread_id in found if thread_id is not None)
