"""From a feed's bytes to its articles, whatever its format.

Pure, but slow on hostile input: see `bot.feeds.worker`.

RSS, RDF and Atom are read by feedparser, JSON Feed by `bot.feeds.jsonfeed`. feedparser is handed bytes in
memory and never an address or a file name, for either of which it would go and fetch.
"""

import calendar
import importlib
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urljoin
from xml.parsers import expat

from bot.domain.article import ParsedFeed
from bot.domain.feed import EmptyDocumentError, EntitiesError, NotAFeedError, WebPageError
from bot.feeds.dates import misread, read_date
from bot.feeds.encoding import charset_of, is_html, utf8_of
from bot.feeds.entry import ENTRIES_MAX, Entry, FeedHead, ends, feed_head, finish
from bot.feeds.jsonfeed import read_json_feed
from bot.feeds.plain import plain_html, plain_text

_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|[?#])", re.IGNORECASE)
_IMAGE_TAG = re.compile(r"<img\b[^>]*?\bsrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
_TRACKING_PIXEL = re.compile(r"\b(?:width|height)\s*=\s*[\"']?[01](?:px)?[\"'\s/>]", re.IGNORECASE)
# Many feeds end every description with an advertisement for the article itself.
_ADVERT = re.compile(
    r"(?:^|\n)(?:The post [^\n]{1,400} (?:appeared first|first appeared) on [^\n]{1,200}"
    r"|(?:Read more|Continue reading|Read the full (?:article|post|story))[^\n]{0,80})$"
)
# Where entries end, in RSS, RDF and Atom, with a prefix or without.
_ENTRY_END = re.compile(rb"</(?:[\w-]{1,40}:)?(?:item|entry)\s*>", re.IGNORECASE)
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xfe\xff"  # spaces, and the byte order marks of UTF-8, -16 and -32

# feedparser has no types: its dictionaries are read as what they are, untrusted mappings.
Parsed = Mapping[str, Any]


def parse_feed(body: bytes, *, url: str, content_type: str | None) -> ParsedFeed:
    """Return the feed in `body`; one that holds no entry (yet) has no articles.

    Args:
        body: as it was fetched.
        url: where it was fetched, or a ``file:`` address: links are resolved against it.
        content_type: of the answer, of which only the charset counts, since publishers' types are often
        wrong.

    Raises:
        UnreadableError: one of its classes, naming why it is no feed.
    """
    if not body.strip(_BLANK):
        raise EmptyDocumentError(url=url)
    if body.lstrip(_BLANK).startswith(b"{"):
        return read_json_feed(body, url=url)
    text = utf8_of(body, charset_of(content_type))
    if is_html(text):
        raise WebPageError(url=url)
    _refuse_entities(text, url)
    return _read_xml(_shortened(text), url)


def _read_xml(text: bytes, url: str) -> ParsedFeed:
    feedparser: Any = importlib.import_module("feedparser")  # here: only the parser's process needs it
    base = url if url.startswith(("http://", "https://")) else ""
    try:
        parsed: Parsed = feedparser.parse(
            io.BytesIO(text),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": base},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        # feedparser's own mistakes on malformed input; what it cannot read is no feed to us.
        raise NotAFeedError(url=url) from error
    entries = ends(cast("list[Parsed]", parsed.get("entries") or []))
    if not entries and not parsed.get("version"):
        raise NotAFeedError(url=url)
    feed = cast("Parsed", parsed.get("feed") or {})
    head = feed_head(title=_text(feed, "title"), link=_site(feed), url=url)
    language = _text(feed, "language")
    return finish(head, (_entry(entry, head, base, language) for entry in entries))


def _shortened(text: bytes) -> bytes:
    """Return an archive without the entries in its middle, which are too many to be read in time.

    Whole entries are cut out, so that what is left is as well formed as it was.
    """
    found = [match.end() for match in _ENTRY_END.finditer(text)]
    if len(found) <= 2 * ENTRIES_MAX:
        return text
    return text[: found[ENTRIES_MAX - 1]] + text[found[-ENTRIES_MAX - 1] :]


def _refuse_entities(text: bytes, url: str) -> None:
    """Refuse a document that declares entities, and only that: an article may well write about them.

    expat reads up to the first element; where it cannot, the mere words are refused.
    """

    def declared(*_: object) -> None:
        raise EntitiesError(url=url)

    def first_element(*_: object) -> None:
        raise StopIteration

    parser = expat.ParserCreate("utf-8")
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = first_element
    try:
        parser.Parse(text, True)  # noqa: FBT003  # the library's own positional flag
    except StopIteration:
        return
    except expat.ExpatError:
        if re.search(rb"<!\s*entity", text, re.IGNORECASE):
            raise EntitiesError(url=url) from None


def _site(feed: Parsed) -> object:
    """Return the site's address; where a feed links only to itself, the front page of the host it lies on."""
    links = _list(feed, "links")
    for link in links:
        if link.get("rel") == "alternate":
            return link.get("href")
    own = {link.get("href") for link in links if link.get("rel") == "self"}
    address = feed.get("link")
    return urljoin(address, "/") if isinstance(address, str) and address in own else address


def _entry(entry: Parsed, head: FeedHead, base: str, language: str) -> Entry:
    contents = [part for part in _list(entry, "content") if isinstance(part.get("value"), str)]
    nothing: Parsed = {}
    longest = max(contents, key=lambda part: len(part["value"]), default=nothing)
    content, description = _text(longest, "value"), _text(entry, "summary")
    if content and description == content:
        description = ""  # feedparser fills a missing description with the content
    source = cast("Parsed", entry.get("source") or {})
    own_base = _text(longest, "base") or _text(_detail(entry, "summary"), "base") or base or head.site_url or ""
    return Entry(
        guid=_text(entry, "id"),
        link=entry.get("feedburner_origlink") or entry.get("link"),
        base=own_base,
        title=_text(entry, "title"),
        description=_ADVERT.sub("", _plain(description, _detail(entry, "summary"))).strip(),
        content=_ADVERT.sub("", _plain(content, longest)).strip(),
        published_at=_moment(entry, language),
        images=tuple(_images(entry, content or description)),
        source_title=_text(source, "title"),
        source_link=source.get("link") or source.get("href"),
    )


def _plain(value: str, detail: Parsed) -> str:
    return plain_text(value) if detail.get("type") == "text/plain" and "\n\n" in value else plain_html(value)


def _images(entry: Parsed, markup: str) -> Iterator[object]:
    for part in _list(entry, "media_content"):
        if part.get("medium") == "image" or _is_image(part.get("type"), part.get("url")):
            yield part.get("url")
    for part in _list(entry, "media_thumbnail"):
        yield part.get("url")
    for part in _list(entry, "enclosures"):
        if _is_image(part.get("type"), part.get("href")):
            yield part.get("href")
    yield _detail(entry, "image").get("href")
    for found in _IMAGE_TAG.finditer(markup):
        tag_end = markup.find(">", found.start())
        if not _TRACKING_PIXEL.search(markup, found.start(), tag_end + 1):
            yield (found[1] or found[2] or found[3] or "").replace("&amp;", "&")


def _is_image(kind: object, address: object) -> bool:
    if isinstance(kind, str) and kind:
        return kind.startswith("image/")
    return isinstance(address, str) and _IMAGE_NAME.search(address) is not None


def _moment(entry: Parsed, language: str) -> datetime | None:
    for name in ("published_parsed", "created_parsed", "updated_parsed"):
        # `in` rather than get: feedparser answers for a missing "updated" with "published", and a warning.
        if name in entry and entry[name] is not None and not misread(_text(entry, name.removesuffix("_parsed"))):
            try:
                return datetime.fromtimestamp(calendar.timegm(entry[name]), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    # What feedparser cannot read: names of months in the publisher's own language, numbers in other orders.
    for name in ("published", "created", "updated"):
        if name in entry and (moment := read_date(_text(entry, name), language)) is not None:
            return moment
    return None


def _text(holder: Parsed, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _detail(entry: Parsed, name: str) -> Parsed:
    value = entry.get(name if name == "image" else f"{name}_detail")
    return cast("Parsed", value) if isinstance(value, Mapping) else {}


def _list(entry: Parsed, name: str) -> list[Parsed]:
    value = entry.get(name)
    parts = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Parsed", part) for part in parts if isinstance(part, Mapping)]
