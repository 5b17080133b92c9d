"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser does not read."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from bot.domain.article import ParsedFeed
from bot.domain.feed import NotAFeedError
from bot.feeds.entry import Entry, FeedHead, ends, feed_head, finish
from bot.feeds.plain import plain_html, plain_text

VERSION_PREFIXES = (
    "https://jsonfeed.org/version/",
    "http://jsonfeed.org/version/",
    "https://www.jsonfeed.org/version/",
)


def read_json_feed(body: bytes, *, url: str) -> ParsedFeed:
    """Return the JSON Feed in `body`, fetched from `url`; like all JSON it is in UTF-8, -16 or -32.

    Raises:
        NotAFeedError: if it is no JSON, or JSON of another kind.
    """
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeedError(url=url) from error
    feed = _mapping(document)
    items = feed.get("items")
    if not _text(feed, "version").startswith(VERSION_PREFIXES) or not isinstance(items, list):
        raise NotAFeedError(url=url)
    head = feed_head(title=_text(feed, "title"), link=feed.get("home_page_url"), url=url)
    return finish(head, _entries(ends(cast("list[object]", items)), head))


def _entries(items: list[object], head: FeedHead) -> Iterator[Entry]:
    base = head.url if head.url.startswith("http") else head.site_url or ""
    for item in map(_mapping, items):
        markup = _text(item, "content_html")
        yield Entry(
            guid=_text(item, "id"),
            # `external_url` is what the item is about, not the item.
            link=item.get("url") or item.get("external_url"),
            base=base,
            title=_text(item, "title"),
            description=plain_text(_text(item, "summary")),
            content=plain_html(markup) if markup else plain_text(_text(item, "content_text")),
            published_at=_moment(_text(item, "date_published")) or _moment(_text(item, "date_modified")),
            images=(item.get("image"), item.get("banner_image"), *_attached_images(item)),
        )


def _attached_images(item: Mapping[str, object]) -> Iterator[object]:
    attachments = item.get("attachments")
    for attachment in map(_mapping, cast("list[object]", attachments) if isinstance(attachments, list) else []):
        if _text(attachment, "mime_type").startswith("image/"):
            yield attachment.get("url")


def _moment(value: str) -> datetime | None:
    for read in (
        datetime.fromisoformat,
        parsedate_to_datetime,
    ):  # the standard's form, and what some write instead
        try:
            moment = read(value)
        except (ValueError, OverflowError):
            continue
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            return None
    return None


def _mapping(value: object) -> Mapping[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _text(holder: Mapping[str, object], name: str) -> str:
    value = holder.get(name)
    # Item ids were numbers in early feeds, and the standard asks readers to take them as text.
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
