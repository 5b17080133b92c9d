"""Completes articles of which their feeds say too little from their own pages, each read at most once."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.domain.article import Article
from bot.domain.feed import FeedError
from bot.domain.source import needs_page
from bot.feeds.read import FeedReader
from bot.storage import article as table
from bot.storage.store import Store

log = logging.getLogger(__name__)

# More than an edition shows, its reserve counted.
PAGES_MAX = 15
PAGES_AT_ONCE = 4
# An edition waits no longer for pages: what was not read by then is quoted as its feed gives it.
PAGES_S_MAX = 25.0


class PageService:
    """Reads the pages of articles for a guild's edition; what one guild had read serves all that follow the feed."""

    def __init__(self, store: Store, clock: Clock, reader: FeedReader) -> None:
        self._store = store
        self._clock = clock
        self._reader = reader

    async def complete(self, guild_id: int, articles: Sequence[Article], urls: Collection[str]) -> tuple[Article, ...]:
        """Return `articles`, those with one of these addresses completed; a page that fails changes nothing.

        An article is completed where its feed says too little (`bot.domain.source.needs_page`) and its page was never
        read, successfully or not.
        """
        thin = dict.fromkeys(article.url for article in articles if article.url in urls and needs_page(article))
        if not thin:
            return tuple(articles)
        unread = await self._store.read(lambda session: table.unread_pages(session, guild_id, thin))
        wanted = [url for url in thin if url in unread][:PAGES_MAX]
        pages: dict[str, Article] = {}
        limit = asyncio.Semaphore(PAGES_AT_ONCE)

        async def one(url: str) -> None:
            async with limit:
                page = await self._read(guild_id, url)
            if page is not None:
                pages[url] = page

        try:
            async with asyncio.timeout(PAGES_S_MAX), asyncio.TaskGroup() as group:
                for url in wanted:
                    group.create_task(one(url))
        except TimeoutError:
            log.warning("pages too slow for the edition guild=%s read=%s of=%s", guild_id, len(pages), len(wanted))
        return tuple(
            completed_by(article, pages[article.url]) if article.url in pages else article for article in articles
        )

    async def _read(self, guild_id: int, url: str) -> Article | None:
        page: Article | None = None
        try:
            page = await self._reader.read_article(url)
        except FeedError as error:
            log.info("page not read guild=%s reason=%s", guild_id, error.message_id)
        now = self._clock.now()
        await self._store.write(lambda session: table.save_page(session, guild_id, url, page, at=now))
        return page


def completed_by(article: Article, page: Article) -> Article:
    """Return an article with what its page adds: a longer text, a missing picture, that it costs money."""
    return replace(
        article,
        summary=article.summary or page.summary,
        body=max(article.body, page.body, key=len),
        image_url=article.image_url or page.image_url,
        is_paywalled=article.is_paywalled or page.is_paywalled,
    )
