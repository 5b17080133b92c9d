"""Articles: kept as their feeds give them, completed from their pages, and given to a guild as it wants them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.article import Article
from bot.domain.source import takes
from bot.storage.source import ArticleRow, SourceRow

ARTICLES_KEPT = timedelta(days=14)


async def save_articles(session: AsyncSession, feed_id: int, articles: Iterable[Article], *, at: datetime) -> int:
    """Keep what is new of a feed's entries and bring changed ones up to date; return how many are new.

    What was read from an article's page stays: the feed still gives too little of it.
    """
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
            row = ArticleRow(feed_id=feed_id, key=key, seen_at=at, page_read_at=None)
            session.add(row)
        row.url, row.title, row.source, row.source_url = (
            article.url,
            article.title,
            article.source,
            article.source_url,
        )
        row.published_at = article.published_at
        is_completed = row.page_read_at is not None
        if not is_completed or article.summary:
            row.summary = article.summary
        if not is_completed or len(article.body) > len(row.body):
            row.body = article.body
        if not is_completed or article.image_url is not None:
            row.image_url = article.image_url
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


async def articles_since(
    session: AsyncSession, guild_id: int, since: datetime, *, roundup_id: int | None = None
) -> tuple[Article, ...]:
    """Return what a guild's sources have published since a moment; undated entries count from when they were seen.

    Paused sources are left out, and articles that a source's words leave out; with `roundup_id` sources that feed only
    another roundup too. Each article says how much its source counts, whether that is the guild's own column, and
    whether it costs money.
    """
    moment = func.coalesce(ArticleRow.published_at, ArticleRow.seen_at)
    wanted = (
        select(ArticleRow, SourceRow)
        .join(SourceRow, SourceRow.feed_id == ArticleRow.feed_id)
        .where(SourceRow.guild_id == guild_id, SourceRow.is_paused.is_(False), moment >= since)
        .order_by(moment.desc(), ArticleRow.id)
    )
    if roundup_id is not None:
        wanted = wanted.where(or_(SourceRow.roundup_id.is_(None), SourceRow.roundup_id == roundup_id))
    found = ((_article(row, source), source) for row, source in await session.execute(wanted))
    return tuple(
        article
        for article, source in found
        if takes(article, include=source.include_words, exclude=source.exclude_words)
    )


async def articles_at(session: AsyncSession, guild_id: int, urls: Collection[str]) -> tuple[Article, ...]:
    """Return what is still kept of the articles at these addresses, among those of a guild's sources."""
    wanted = (
        select(ArticleRow, SourceRow)
        .join(SourceRow, SourceRow.feed_id == ArticleRow.feed_id)
        .where(SourceRow.guild_id == guild_id, ArticleRow.url.in_(urls))
        .order_by(ArticleRow.id)
    )
    return tuple(_article(row, source) for row, source in await session.execute(wanted))


def _article(row: ArticleRow, source: SourceRow) -> Article:
    return Article(
        key=row.key,
        url=row.url,
        title=row.title,
        source=row.source,
        summary=row.summary,
        body=row.body,
        source_url=row.source_url,
        image_url=row.image_url,
        published_at=row.published_at,
        is_paywalled=row.is_paywalled or source.is_paywalled,
        weight=source.weight_percent / 100,
        is_ours=source.is_ours,
    )


async def unread_pages(session: AsyncSession, guild_id: int, urls: Iterable[str]) -> frozenset[str]:
    """Return which of these addresses are of articles in the guild's feeds whose pages were never read."""
    wanted = select(ArticleRow.url).where(_followed(guild_id), ArticleRow.url.in_([*urls]))
    unread = wanted.where(ArticleRow.page_read_at.is_(None))
    return frozenset(await session.scalars(unread))


async def save_page(session: AsyncSession, guild_id: int, url: str, page: Article | None, *, at: datetime) -> None:
    """Keep what an article's page gave, for every guild that follows its feed; None if it gave nothing."""
    of_page = update(ArticleRow).where(_followed(guild_id), ArticleRow.url == url)
    await session.execute(of_page.values(page_read_at=at))
    if page is None:
        return
    await session.execute(of_page.values(is_paywalled=page.is_paywalled))
    await session.execute(of_page.where(func.length(ArticleRow.body) < len(page.body)).values(body=page.body))
    if page.image_url is not None:
        await session.execute(of_page.where(ArticleRow.image_url.is_(None)).values(image_url=page.image_url))
    if page.summary:
        await session.execute(of_page.where(ArticleRow.summary == "").values(summary=page.summary))


def _followed(guild_id: int) -> ColumnElement[bool]:
    return ArticleRow.feed_id.in_(select(SourceRow.feed_id).where(SourceRow.guild_id == guild_id))
