"""OPML 2.0 (http://opml.org/spec2.opml), by which readers of feeds exchange what they follow.

It is read by the standard library's HTML parser, which takes what people really write (a bare ``&`` in a title,
attributes in any case) and knows no entities but HTML's own. Slow on hostile input: see `bot.feeds.worker`.
"""

from collections.abc import Iterable
from html.parser import HTMLParser
from xml.sax.saxutils import quoteattr

from bot.domain.source import WEIGHTS_PERCENT, ListedFeed, SourceWordsError, parse_words
from bot.domain.wording import storable
from bot.feeds.discover import feed_title
from bot.feeds.encoding import charset_of, utf8_of

LISTED_MAX = 1_000
# Our own attributes are in a namespace, as the standard asks ("Extending OPML"); other readers skip them.
NAMESPACE = "urn:paddock:source"


def read_opml(body: bytes, *, content_type: str | None = None) -> tuple[ListedFeed, ...]:
    """Return the feeds in an OPML list, each address once, folders opened; none where it is no such list."""
    outlines = _Outlines()
    outlines.feed(utf8_of(body, charset_of(content_type)).decode("utf-8", "replace"))
    return tuple(outlines.feeds.values())


class _Outlines(HTMLParser):
    """Collects the outlines that name a feed; attributes come in lower case."""

    def __init__(self) -> None:
        super().__init__()
        self.feeds: dict[str, ListedFeed] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an outline."""
        if tag != "outline" or len(self.feeds) >= LISTED_MAX:
            return
        given = {name: (value or "").strip() for name, value in attrs}
        # Not `web_link`: whoever adds the feed says what is wrong with an address, and nothing of it is left out.
        address = storable(given.get("xmlurl", ""))
        if address:
            self.feeds.setdefault(address, _listed(address, given))


def _listed(address: str, given: dict[str, str]) -> ListedFeed:
    weight = given.get("paddock:weight", "")
    percent = int(weight) if weight.isdecimal() and int(weight) in WEIGHTS_PERCENT else 100
    return ListedFeed(
        url=address,
        title=feed_title(given.get("text") or given.get("title", "")),
        weight_percent=percent,
        is_paused=given.get("paddock:paused") == "true",
        include_words=_words(given.get("paddock:include", "")),
        exclude_words=_words(given.get("paddock:exclude", "")),
        is_ours=given.get("paddock:ours") == "true",
        is_paywalled=given.get("paddock:paywalled") == "true",
    )


def write_opml(title: str, feeds: Iterable[tuple[ListedFeed, str | None]]) -> bytes:
    """Return an OPML 2.0 list of feeds, each with its site's address or None, under a title."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:paddock="{NAMESPACE}">',
        f"  <head><title>{_text(title)}</title></head>",
        "  <body>",
        *(f"    <outline {_attributes(feed, site_url)}/>" for feed, site_url in feeds),
        "  </body>",
        "</opml>",
        "",
    ]
    return "\n".join(lines).encode()


def _attributes(feed: ListedFeed, site_url: str | None) -> str:
    name = feed.title or feed.url
    given: dict[str, str | None] = {
        "type": "rss",  # OPML 2.0: for every kind of feed
        "text": name,
        "title": name,
        "xmlUrl": feed.url,
        "htmlUrl": site_url,
        "paddock:weight": None if feed.weight_percent == 100 else str(feed.weight_percent),  # noqa: PLR2004  # most
        "paddock:ours": "true" if feed.is_ours else None,
        "paddock:paused": "true" if feed.is_paused else None,
        "paddock:paywalled": "true" if feed.is_paywalled else None,
        "paddock:include": ", ".join(feed.include_words) or None,
        "paddock:exclude": ", ".join(feed.exclude_words) or None,
    }
    return " ".join(f"{name}={quoteattr(value)}" for name, value in given.items() if value is not None)


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _words(given: str) -> tuple[str, ...]:
    try:
        return parse_words(given)
    except SourceWordsError:
        return ()
