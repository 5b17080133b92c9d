"""What a permanent redirect does to a feed: it moves, or becomes one with the feed that it leads to."""

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.storage.source import ArticleRow, FeedRow, SourceRow, lock_feeds

# Statements on many rows, none of which is an object of the session at the time.
_BULK = {"synchronize_session": False}


async def move_feed(session: AsyncSession, feed_id: int, *, url: str) -> int | None:
    """Follow a permanent redirect and return the id of the feed that stands at the new address.

    That is the feed itself, or, where the address is another feed's already, that one: then both are locked, what was
    read belongs to the other, and `merge_feed` ends the move. None if the feed is gone.
    """
    other_id = await session.scalar(select(FeedRow.id).where(FeedRow.url == url))
    if other_id is None:
        try:
            async with session.begin_nested():
                moved = update(FeedRow).where(FeedRow.id == feed_id).values(url=url).returning(FeedRow.id)
                return await session.scalar(moved)
        except IntegrityError:  # another process has just made a feed of this address
            other_id = await session.scalar(select(FeedRow.id).where(FeedRow.url == url))
    there = await lock_feeds(session, feed_id, *([] if other_id is None else [other_id]))
    if feed_id not in there:
        return None
    # One that went away meanwhile is looked for again at the next reading.
    return other_id if other_id in there else feed_id


async def merge_feed(session: AsyncSession, feed_id: int, *, into: int) -> None:
    """Make one of two feeds that turned out to be the same, and forget the first.

    Whoever followed the first follows the second, nobody twice: of two sources of one guild the second's stays, with
    what the guild has said of it. The first's articles become the second's; one that both have stays once, as the
    second tells it, and is as old as the older of both.

    Args:
        session: a transaction in which `move_feed` has locked both.
        feed_id: the feed at the old address.
        into: the feed at the new one.
    """
    other = aliased(SourceRow)
    follows_both = exists().where(other.guild_id == SourceRow.guild_id, other.feed_id == into)
    await session.execute(delete(SourceRow).where(SourceRow.feed_id == feed_id, follows_both), execution_options=_BULK)
    await session.execute(
        update(SourceRow).where(SourceRow.feed_id == feed_id).values(feed_id=into), execution_options=_BULK
    )
    twin = aliased(ArticleRow)
    # An address alone says little: entries without one of their own all have their site's.
    is_twin = or_(twin.key == ArticleRow.key, and_(twin.url == ArticleRow.url, twin.title == ArticleRow.title))
    seen_at = select(func.min(twin.seen_at)).where(twin.feed_id == feed_id, is_twin).scalar_subquery()
    await session.execute(
        update(ArticleRow).where(ArticleRow.feed_id == into, seen_at < ArticleRow.seen_at).values(seen_at=seen_at),
        execution_options=_BULK,
    )
    await session.execute(
        delete(ArticleRow).where(ArticleRow.feed_id == feed_id, exists().where(twin.feed_id == into, is_twin)),
        execution_options=_BULK,
    )
    await session.execute(
        update(ArticleRow).where(ArticleRow.feed_id == feed_id).values(feed_id=into), execution_options=_BULK
    )
    await session.execute(delete(FeedRow).where(FeedRow.id == feed_id), execution_options=_BULK)
    session.expire_all()
