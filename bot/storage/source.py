"""Feeds, which guilds share; the sources by which a guild follows them; and the articles read from them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, and_, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.domain.article import URL_CHARS_MAX, Article
from bot.domain.source import FeedState, Source
from bot.storage.base import Base, RowId, Snowflake, insert_into

# An article's own fields are cut at shorter lengths when it is parsed; the columns give room for them.
NAME_CHARS_MAX = 200
HEADER_CHARS_MAX = 512  # `bot.feeds.headers` takes none that is longer
FAILURE_CHARS_MAX = 500
ARTICLES_KEPT = timedelta(days=14)
# Statements on many rows, none of which is an object of the session at the time.
_BULK = {"synchronize_session": False}


class FeedRow(Base):
    """One feed, read once for all guilds that follow it."""

    __tablename__ = "feeds"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    url: Mapped[str] = mapped_column(String(URL_CHARS_MAX), unique=True)
    title: Mapped[str] = mapped_column(String(NAME_CHARS_MAX))
    site_url: Mapped[str | None] = mapped_column(String(URL_CHARS_MAX))
    etag: Mapped[str | None] = mapped_column(String(HEADER_CHARS_MAX))
    last_modified: Mapped[str | None] = mapped_column(String(HEADER_CHARS_MAX))
    asked_at: Mapped[datetime | None]
    ask_after: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(FAILURE_CHARS_MAX))
    gone_at: Mapped[datetime | None]


class SourceRow(Base):
    """A feed as one guild follows it."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("guild_id", "feed_id"), Index(None, "feed_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    feed_id: Mapped[int] = mapped_column(ForeignKey(FeedRow.id))
    name: Mapped[str] = mapped_column(String(NAME_CHARS_MAX))
    added_by: Mapped[int] = mapped_column(Snowflake)
    added_at: Mapped[datetime]
    weight_percent: Mapped[int] = mapped_column(default=100)
    is_paused: Mapped[bool] = mapped_column(default=False)
    include_words: Mapped[list[str]] = mapped_column(default=list)
    exclude_words: Mapped[list[str]] = mapped_column(default=list)
    is_ours: Mapped[bool] = mapped_column(default=False)
    is_paywalled: Mapped[bool] = mapped_column(default=False)
    # Without a foreign key: a roundup that is deleted leaves its sources to all others (see `bot.storage.roundup`).
    roundup_id: Mapped[int | None] = mapped_column(Snowflake)
    told_at: Mapped[datetime | None]


class ArticleRow(Base):
    """One entry of a feed."""

    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("feed_id", "key"), Index(None, "feed_id", "seen_at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey(FeedRow.id, ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(URL_CHARS_MAX))
    url: Mapped[str] = mapped_column(String(URL_CHARS_MAX))
    title: Mapped[str]
    source: Mapped[str] = mapped_column(String(NAME_CHARS_MAX))
    source_url: Mapped[str | None] = mapped_column(String(URL_CHARS_MAX))
    summary: Mapped[str]
    body: Mapped[str]
    image_url: Mapped[str | None] = mapped_column(String(URL_CHARS_MAX))
    published_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    is_paywalled: Mapped[bool] = mapped_column(default=False)
    page_read_at: Mapped[datetime | None]


def _source(source: SourceRow, feed: FeedRow) -> Source:
    return Source(
        id=source.id,
        guild_id=source.guild_id,
        feed_id=feed.id,
        name=source.name,
        url=feed.url,
        site_url=feed.site_url,
        added_by=source.added_by,
        added_at=source.added_at,
        read_at=feed.read_at,
        failures=feed.failures,
        failure=feed.failure,
        weight_percent=source.weight_percent,
        is_paused=source.is_paused,
        include_words=tuple(source.include_words),
        exclude_words=tuple(source.exclude_words),
        is_ours=source.is_ours,
        is_paywalled=source.is_paywalled,
        roundup_id=source.roundup_id,
        gone_at=feed.gone_at,
    )


def _state(feed: FeedRow) -> FeedState:
    return FeedState(
        id=feed.id,
        url=feed.url,
        etag=feed.etag,
        last_modified=feed.last_modified,
        asked_at=feed.asked_at,
        ask_after=feed.ask_after,
        failures=feed.failures,
    )


async def sources_of(session: AsyncSession, guild_id: int) -> tuple[Source, ...]:
    """Return what a guild follows, in the order in which it was added."""
    rows = await session.execute(
        select(SourceRow, FeedRow)
        .join(FeedRow, FeedRow.id == SourceRow.feed_id)
        .where(SourceRow.guild_id == guild_id)
        .order_by(SourceRow.id)
    )
    return tuple(_source(source, feed) for source, feed in rows)


async def count_sources(session: AsyncSession, guild_id: int) -> int:
    """Return how many sources a guild follows."""
    counted = select(func.count()).select_from(SourceRow).where(SourceRow.guild_id == guild_id)
    return await session.scalar(counted) or 0


async def find_source(session: AsyncSession, guild_id: int, *, url: str) -> Source | None:
    """Return the guild's source with this feed address, if it has one."""
    found = (
        await session.execute(
            select(SourceRow, FeedRow)
            .join(FeedRow, FeedRow.id == SourceRow.feed_id)
            .where(SourceRow.guild_id == guild_id, FeedRow.url == url)
        )
    ).first()
    return None if found is None else _source(found[0], found[1])


async def add_feed(session: AsyncSession, *, url: str, title: str, site_url: str | None) -> int:
    """Return the id of the feed with this address, made if there was none."""
    new = insert_into(session, FeedRow).values(url=url, title=title[:NAME_CHARS_MAX], site_url=site_url, failures=0)
    # Written again though nothing changes: that locks the row, which nobody may forget before it is followed.
    kept = new.on_conflict_do_update(index_elements=[FeedRow.url], set_={"url": url})
    return (await session.scalars(kept.returning(FeedRow.id))).one()


async def add_source(
    session: AsyncSession, *, guild_id: int, feed_id: int, name: str, added_by: int, at: datetime
) -> int:
    """Let a guild follow a feed and return the source's id."""
    row = SourceRow(guild_id=guild_id, feed_id=feed_id, name=name[:NAME_CHARS_MAX], added_by=added_by, added_at=at)
    session.add(row)
    await session.flush()
    return row.id


async def remove_source(session: AsyncSession, guild_id: int, source_id: int) -> Source | None:
    """Stop following a source and return it; None if the guild has none with this id."""
    locked: int | None = None
    while True:
        row = await session.get(SourceRow, source_id, populate_existing=True)
        if row is None or row.guild_id != guild_id:
            return None
        if row.feed_id == locked:
            break
        # A feed is locked before its sources, by whoever changes either. Until it is, the feed may become another.
        locked = row.feed_id
        await _lock_feeds(session, locked)
    feed = await session.get_one(FeedRow, row.feed_id)
    removed = _source(row, feed)
    await session.delete(row)
    await session.flush()
    return removed


async def forget_feed_if_unfollowed(session: AsyncSession, feed_id: int) -> bool:
    """Delete a feed and its articles if no guild follows it any more, and tell whether that was so."""
    # Whoever begins to follow it meanwhile waits for this row, and finds it kept or makes a new one.
    await _lock_feeds(session, feed_id)
    if await session.scalar(select(exists().where(SourceRow.feed_id == feed_id))):
        return False
    await session.execute(delete(ArticleRow).where(ArticleRow.feed_id == feed_id))
    await session.execute(delete(FeedRow).where(FeedRow.id == feed_id))
    return True


async def feed_state(session: AsyncSession, feed_id: int) -> FeedState | None:
    """Return what the next request to a feed needs; None if the feed is gone."""
    row = await session.get(FeedRow, feed_id)
    return None if row is None else _state(row)


async def find_feed(session: AsyncSession, url: str) -> FeedState | None:
    """Return the state of the feed with this address, if anybody follows it."""
    row = await session.scalar(select(FeedRow).where(FeedRow.url == url))
    return None if row is None else _state(row)


async def record_read(
    session: AsyncSession,
    feed_id: int,
    *,
    at: datetime,
    etag: str | None,
    last_modified: str | None,
    ask_after: datetime | None = None,
) -> bool:
    """Note that a feed answered, with which validators, and until when it wants to be left alone.

    Returns:
        Whether anybody still follows it.
    """
    # One statement, which judges by nothing that was read before, and which locks the row: of two processes that read
    # a feed at once one keeps its articles first.
    found = await session.scalar(
        update(FeedRow)
        .where(FeedRow.id == feed_id)
        .values(
            asked_at=at,
            read_at=at,
            ask_after=ask_after,
            etag=etag,
            last_modified=last_modified,
            failures=0,
            failure=None,
        )
        .returning(FeedRow.id)
    )
    return found is not None


async def record_failure(
    session: AsyncSession, feed_id: int, *, at: datetime, failure: str, ask_after: datetime | None = None
) -> None:
    """Note that a feed could not be read, why, and until when it wants to be left alone."""
    await session.execute(
        update(FeedRow)
        .where(FeedRow.id == feed_id)
        .values(
            asked_at=at,
            ask_after=ask_after,
            failures=FeedRow.failures + 1,
            failure=failure[:FAILURE_CHARS_MAX],
        )
    )


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
    there = await _lock_feeds(session, feed_id, *([] if other_id is None else [other_id]))
    if feed_id not in there:
        return None
    # One that went away meanwhile is looked for again at the next reading.
    return other_id if other_id in there else feed_id


async def merge_feed(session: AsyncSession, feed_id: int, *, into: int) -> None:
    """Make one of two feeds that turned out to be the same, and forget the first.

    Whoever followed the first follows the second, nobody twice: of two sources of one guild the second's stays, with
    what the guild has said of it. The first's articles become the second's; one that both have
    stays once, as the second tells it, and is as old as the older of both.

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


async def _lock_feeds(session: AsyncSession, *feed_ids: int) -> set[int]:
    """Let nobody else change these feeds or begin to follow them, and return those that are there.

    Whoever needs several takes them in the same order, so that no two wait for each other.
    """
    wanted = select(FeedRow.id).where(FeedRow.id.in_(feed_ids)).order_by(FeedRow.id).with_for_update()
    return set(await session.scalars(wanted))


async def save_articles(session: AsyncSession, feed_id: int, articles: Iterable[Article], *, at: datetime) -> int:
    """Keep what is new of a feed's entries and bring changed ones up to date; return how many are new."""
    incoming = {article.key: article for article in articles}
    known = {
        row.key: row
        for row in await session.scalars(
            select(ArticleRow).where(ArticleRow.feed_id == feed_id, ArticleRow.key.in_(incoming))
        )
    }
    for key, article in incoming.items():
        row = known.get(key)
        if row is None:
            # The time at which we first saw it never changes, however often a publisher touches the entry.
            row = ArticleRow(feed_id=feed_id, key=key, seen_at=at)
            session.add(row)
        row.url, row.title, row.source, row.source_url = (
            article.url,
            article.title,
            article.source,
            article.source_url,
        )
        row.summary, row.body, row.image_url = article.summary, article.body, article.image_url
        row.published_at = article.published_at
    # An edition quotes what it needs; the rest is the publisher's, and goes once the feed no longer lists it.
    # What is still listed stays, or an undated entry would come back as new.
    await session.execute(
        delete(ArticleRow).where(
            ArticleRow.feed_id == feed_id,
            ArticleRow.key.not_in(incoming),
            ArticleRow.seen_at < at - ARTICLES_KEPT,
        )
    )
    return len(incoming) - len(known)


async def articles_since(session: AsyncSession, guild_id: int, since: datetime) -> tuple[Article, ...]:
    """Return what a guild's sources have published since a moment; undated entries count from when they were seen."""
    moment = func.coalesce(ArticleRow.published_at, ArticleRow.seen_at)
    rows = await session.scalars(
        select(ArticleRow)
        .join(SourceRow, SourceRow.feed_id == ArticleRow.feed_id)
        .where(SourceRow.guild_id == guild_id, moment >= since)
        .order_by(moment.desc(), ArticleRow.id)
    )
    return tuple(
        Article(
            key=row.key,
            url=row.url,
            title=row.title,
            source=row.source,
            summary=row.summary,
            body=row.body,
            source_url=row.source_url,
            image_url=row.image_url,
            published_at=row.published_at,
        )
        for row in rows
    )
