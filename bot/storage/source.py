"""Feeds, which guilds share; the sources by which a guild follows them; and the articles read from them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.article import URL_CHARS_MAX
from bot.domain.source import FeedState, Source
from bot.storage.base import Base, RowId, Snowflake, insert_into

# An article's own fields are cut at shorter lengths when it is parsed; the columns give room for them.
NAME_CHARS_MAX = 200
HEADER_CHARS_MAX = 512  # `bot.feeds.headers` takes none that is longer
FAILURE_CHARS_MAX = 500


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
        told_at=source.told_at,
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
        gone_at=feed.gone_at,
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


async def sources_on(session: AsyncSession, feed_id: int, *, told: bool | None = None) -> tuple[Source, ...]:
    """Return by which sources guilds follow a feed; with `told` those whose guild was, or was not, told that it fails.

    Paused ones are left out.
    """
    wanted = (
        select(SourceRow, FeedRow)
        .join(FeedRow, FeedRow.id == SourceRow.feed_id)
        .where(SourceRow.feed_id == feed_id, SourceRow.is_paused.is_(False))
        .order_by(SourceRow.id)
    )
    if told is not None:
        wanted = wanted.where(SourceRow.told_at.is_not(None) if told else SourceRow.told_at.is_(None))
    return tuple(_source(source, feed) for source, feed in await session.execute(wanted))


async def source_by_id(session: AsyncSession, source_id: int) -> Source | None:
    """Return a source of any guild, None if there is none with this id."""
    found = (
        await session.execute(
            select(SourceRow, FeedRow).join(FeedRow, FeedRow.id == SourceRow.feed_id).where(SourceRow.id == source_id)
        )
    ).first()
    return None if found is None else _source(found[0], found[1])


async def save_source(session: AsyncSession, source: Source) -> None:
    """Keep what a guild chose for a source: weight, words, marks, roundup, pause. Nothing is kept of its feed."""
    await session.execute(
        update(SourceRow)
        .where(SourceRow.id == source.id, SourceRow.guild_id == source.guild_id)
        .values(
            weight_percent=source.weight_percent,
            is_paused=source.is_paused,
            include_words=[*source.include_words],
            exclude_words=[*source.exclude_words],
            is_ours=source.is_ours,
            is_paywalled=source.is_paywalled,
            roundup_id=source.roundup_id,
        )
    )


async def record_told(session: AsyncSession, source_id: int, at: datetime | None) -> None:
    """Note when a guild was told that a source fails; None once it was told that the source is back."""
    await session.execute(update(SourceRow).where(SourceRow.id == source_id).values(told_at=at))


async def is_wanted(session: AsyncSession, feed_id: int) -> bool:
    """Tell whether a guild follows a feed and has not paused it."""
    wanted = exists().where(SourceRow.feed_id == feed_id, SourceRow.is_paused.is_(False))
    return bool(await session.scalar(select(wanted)))


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
        await lock_feeds(session, locked)
    feed = await session.get_one(FeedRow, row.feed_id)
    removed = _source(row, feed)
    await session.delete(row)
    await session.flush()
    return removed


async def forget_feed_if_unfollowed(session: AsyncSession, feed_id: int) -> bool:
    """Delete a feed and its articles if no guild follows it any more, and tell whether that was so."""
    # Whoever begins to follow it meanwhile waits for this row, and finds it kept or makes a new one.
    await lock_feeds(session, feed_id)
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
            gone_at=None,
        )
        .returning(FeedRow.id)
    )
    return found is not None


async def record_failure(
    session: AsyncSession,
    feed_id: int,
    *,
    at: datetime,
    failure: str,
    ask_after: datetime | None = None,
    is_gone: bool = False,
) -> None:
    """Note that a feed could not be read and why, until when it wants to be left alone, and whether it is gone."""
    await session.execute(
        update(FeedRow)
        .where(FeedRow.id == feed_id)
        .values(
            asked_at=at,
            ask_after=ask_after,
            failures=FeedRow.failures + 1,
            failure=failure[:FAILURE_CHARS_MAX],
            gone_at=at if is_gone else FeedRow.gone_at,
        )
    )


async def lock_feeds(session: AsyncSession, *feed_ids: int) -> set[int]:
    """Let nobody else change these feeds or begin to follow them, and return those that are there.

    Whoever needs several takes them in the same order, so that no two wait for each other.
    """
    wanted = select(FeedRow.id).where(FeedRow.id.in_(feed_ids)).order_by(FeedRow.id).with_for_update()
    return set(await session.scalars(wanted))
