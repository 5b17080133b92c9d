"""Reading a feed: fetched if it has changed, and parsed only then."""

from dataclasses import dataclass

from bot.domain.article import Article, ParsedFeed
from bot.feeds.fetch import Fetched, Fetcher, Validators
from bot.feeds.worker import ParserProcess


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What came of reading a feed: `parsed` is None when it has not changed."""

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
        if fetched.body is None:
            return FeedRead(fetched, parsed=None)
        parsed = await self._parser.parse_feed(fetched.body, url=fetched.final_url, content_type=fetched.content_type)
        return FeedRead(fetched, parsed)
