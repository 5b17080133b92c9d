"""One entry of a feed, or one page, as plain text."""

from dataclasses import dataclass
from datetime import datetime

# Every address and key is kept in an index, of which PostgreSQL takes 2,704 bytes a row (its manual, "B-Tree
# Indexes"): addresses are ASCII, a key may take four bytes a character.
URL_CHARS_MAX = 2_048  # the longest address that browsers and Discord take alike
KEY_CHARS_MAX = 500
# The `source` of an article whose outlet nobody names: the id of a message, shown in the reader's language.
SOURCE_NOT_GIVEN = "feeds.source_not_given"


@dataclass(frozen=True, slots=True)
class Article:
    """What a publisher wrote, without markup.

    `url` is absolute http(s), or for a local file its ``file:`` address; `summary` is the publisher's own
    description, `body` the text as far as it is known; both hold paragraphs separated by a newline, no HTML.
    `key` tells entries of one feed apart (its guid, else its address), in at most `KEY_CHARS_MAX` characters; an
    address of the web is ASCII and has at most `URL_CHARS_MAX`. No text holds a character that
    `bot.domain.wording.storable` takes out. `source` is the outlet's name, never empty: `SOURCE_NOT_GIVEN`
    where none is known. `weight` and `is_ours` are what a guild says of the source that it has the article
    from: how much it counts, and whether it is the guild's own column.
    """

    key: str
    url: str
    title: str
    source: str
    summary: str = ""
    body: str = ""
    source_url: str | None = None
    image_url: str | None = None
    published_at: datetime | None = None
    is_paywalled: bool = False
    weight: float = 1.0
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed after parsing: who publishes it and what it holds, newest entries as the feed orders them."""

    title: str
    site_url: str | None
    articles: tuple[Article, ...]
