"""The feeds that a web page names for readers of feeds.

Pure, but slow on hostile input: see `bot.feeds.worker`.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bot.domain.source import ListedFeed
from bot.feeds.encoding import charset_of, page_text
from bot.feeds.entry import NAME_CHARS_MAX
from bot.feeds.links import web_link
from bot.feeds.plain import one_line, shorten

FEEDS_FOUND_MAX = 25  # Discord docs, components reference: as many as a select offers

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json"}
)
# A link's address that reads as a feed's, for pages that name theirs to people only.
_FEED_PATH = re.compile(r"(?:^|/)(?:feeds?|rss|atom|index\.(?:xml|rdf|rss))/?$|\.(?:rss|atom|rdf)$", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|komment|coment|reacties|コメント", re.IGNORECASE)
# What a page offers under the same types and is no feed: WordPress's and others' interfaces for programs.
_NO_FEED = re.compile(r"/wp-json/|oembed", re.IGNORECASE)


def find_feeds(body: bytes, *, url: str, content_type: str | None) -> tuple[ListedFeed, ...]:
    """Return the feeds that a web page names, its main one first; none where it names none.

    What the page declares for feed readers counts (``<link rel="alternate">``, the HTML standard's section on link
    types); where it declares nothing, its links that look like a feed's. Feeds of comments come last.
    """
    page = _Page(url)
    page.feed(page_text(body, charset_of(content_type)))
    found = page.declared or page.linked
    feeds = sorted(found.values(), key=lambda feed: _COMMENTS.search(f"{feed.title} {feed.url}") is not None)
    return tuple(feeds[:FEEDS_FOUND_MAX])


class _Page(HTMLParser):
    """Collects what a page says of feeds, each address once, in the page's order."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._base = url
        self.declared: dict[str, ListedFeed] = {}
        self.linked: dict[str, ListedFeed] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the three tags that matter."""
        given = {name: value or "" for name, value in attrs}
        if tag == "base" and "href" in given:
            self._base = urljoin(self._base, given["href"])
        elif tag == "link" and "alternate" in given.get("rel", "").lower().split():
            kind = given.get("type", "").partition(";")[0].strip().lower()
            if kind in _FEED_TYPES and not _NO_FEED.search(given.get("href", "")):
                self._note(self.declared, given)
        elif tag == "a" and _FEED_PATH.search(_path(given.get("href", ""))):
            self._note(self.linked, given)

    def _note(self, found: dict[str, ListedFeed], given: dict[str, str]) -> None:
        address = web_link(given.get("href"), self._base)
        if address is not None:
            found.setdefault(address, ListedFeed(address, feed_title(given.get("title", ""))))


def feed_title(given: str) -> str:
    """Return a title that somebody gave to a feed, on one line, without markup and not too long."""
    return shorten(one_line(given), NAME_CHARS_MAX)


def _path(href: str) -> str:
    try:
        return urlsplit(href.strip()).path
    except ValueError:
        return ""
