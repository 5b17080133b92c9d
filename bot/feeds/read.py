"""Reading a feed: fetched if it has changed, and parsed only then; and reading what stands beside feeds."""

from dataclasses import dataclass

from bot.domain.article import Article, ParsedFeed
from bot.domain.feed import NotAFeedError, WebPageError
from bot.domain.source import FeedChoiceError, ListedFeed
from bot.feeds.fetch import Fetched, Fetcher, Validators
from bot.feeds.worker import ParserProcess


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What came of reading the feed at `url`: `parsed` is None when it has not changed."""

    url: str
    fetched: Fetched
    parsed: ParsedFeed | None


class FeedReader:
    """Fetches and parses; both parts are opened and closed by whoever made them."""

    def __init__(self, fetcher: Fetcher, parser: ParserProcess) -> None:
        self._fetcher = fetcher
        self._parser = parser

    async def read_article(self, url: str) -> Article:
        """Return the article that stands at `url`, a web page.

        Raises:
            FeedError: one of its classes: it cannot be fetched, or holds no article.
        """
        fetched = await self._fetcher.fetch(url)
        return await self._parser.parse_article(
            fetched.body or b"", url=fetched.final_url, content_type=fetched.content_type
        )

    async def read(self, url: str, validators: Validators | None = None) -> FeedRead:
        """Return what stands at `url`, unless it is what `validators` were given to us with.

        Raises:
            FeedError: one of its classes: it cannot be fetched, or is no feed.
        """
        fetched = await self._fetcher.fetch(url, validators=validators)
        return FeedRead(url, fetched, None if fetched.body is None else await self._parsed(fetched, fetched.body))

    async def find(self, url: str) -> FeedRead:
        """Return the feed that stands at `url`, or the one that the page there names.

        Raises:
            FeedError: one of its classes: it cannot be fetched, is no feed, or a page that names none.
            FeedChoiceError: if the page names several.
        """
        fetched = await self._fetcher.fetch(url)
        body = fetched.body or b""
        try:
            return FeedRead(url, fetched, await self._parsed(fetched, body))
        except (WebPageError, NotAFeedError):
            feeds = await self._parser.find_feeds(body, url=fetched.final_url, content_type=fetched.content_type)
            if not feeds:
                raise
        first, *others = feeds
        if others:
            raise FeedChoiceError(feeds)
        return await self.read(first.url)

    async def read_list(self, body: bytes) -> tuple[ListedFeed, ...]:
        """Return the feeds that an OPML list names.

        Raises:
            FeedError: if reading it takes too long or breaks.
        """
        return await self._parser.read_opml(body)

    async def _parsed(self, fetched: Fetched, body: bytes) -> ParsedFeed:
        return await self._parser.parse_feed(body, url=fetched.final_url, content_type=fetched.content_type)
