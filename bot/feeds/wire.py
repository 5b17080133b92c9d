"""What passes between the bot and its parser's process: frames of a length and a JSON text.

JSON and not pickle, although both ends are ours: the parser reads what strangers wrote with libraries written
in C, and whoever takes it over must not be able to send us more than data.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import cast

from bot.domain.article import KEY_CHARS_MAX, URL_CHARS_MAX, Article, ParsedFeed
from bot.domain.feed import FeedError, ParserFailedError

LENGTH = struct.Struct("!I")
# 5 MiB of characters of two bytes, each an escape of six, as the summary and again as the body: 30 MiB.
FRAME_BYTES_MAX = 64 * 1024 * 1024

FEED = "feed"
ARTICLE = "article"
_STATED = "stated"
_REFUSED = "refused"


def frame(payload: bytes) -> bytes:
    """Return `payload` with its length before it."""
    return LENGTH.pack(len(payload)) + payload


def pack_request(kind: str, *, url: str, content_type: str | None) -> bytes:
    """Return the first frame of a request; the second is the body as it is."""
    return json.dumps({"kind": kind, "url": url, "content_type": content_type}).encode()


def pack_result(result: ParsedFeed | Article) -> bytes:
    """Return a result as JSON; times are written in ISO 8601."""
    return json.dumps({_STATED: asdict(result)}, default=datetime.isoformat).encode()


def pack_refusal(error: FeedError) -> bytes:
    """Return an expected error as JSON: its message's id and its parameters."""
    return json.dumps({_REFUSED: error.message_id, "params": error.params}).encode()


def unpack_feed(payload: bytes) -> ParsedFeed:
    """Return the feed that the parser sent.

    Raises:
        FeedError: the error that the parser sent instead.
        ValueError: if it is not what a parser of ours sends.
    """
    feed = _stated(payload)
    articles = feed["articles"]
    if not isinstance(articles, list):
        raise ValueError("no list")  # noqa: TRY004  # one kind of error for whatever the other end sends
    return ParsedFeed(
        title=_string(feed, "title"),
        site_url=_address_or_none(feed, "site_url"),
        articles=tuple(_entry(_mapping(article)) for article in cast("list[object]", articles)),
    )


def unpack_article(payload: bytes) -> Article:
    """Return the article that the parser sent; raises like `unpack_feed`."""
    return _article(_stated(payload))


def _stated(payload: bytes) -> Mapping[str, object]:
    answer = _mapping(json.loads(payload))
    if _REFUSED in answer:
        raise _error(_string(answer, _REFUSED), _mapping(answer["params"]))
    return _mapping(answer[_STATED])


def _error(message_id: str, params: Mapping[str, object]) -> FeedError:
    plain = {name: value for name, value in params.items() if isinstance(value, str | int | float)}
    kinds = [FeedError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    # The most special class has the id; a base class may share its child's.
    return next((kind for kind in reversed(kinds) if kind.message_id == message_id), ParserFailedError)(**plain)


def _entry(values: Mapping[str, object]) -> Article:
    article = _article(values)
    if len(article.key) > KEY_CHARS_MAX:
        raise ValueError("key")
    return article


def _article(values: Mapping[str, object]) -> Article:
    published = _string_or_none(values, "published_at")
    return Article(
        key=_string(values, "key"),
        url=_address_or_none(values, "url") or _string(values, "url"),
        title=_string(values, "title"),
        source=_string(values, "source"),
        summary=_string(values, "summary"),
        body=_string(values, "body"),
        source_url=_address_or_none(values, "source_url"),
        image_url=_address_or_none(values, "image_url"),
        published_at=None if published is None else datetime.fromisoformat(published),
    )


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004  # as above
    return cast("dict[str, object]", value)


def _string(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise ValueError(name)  # noqa: TRY004  # as above
    # Our own parser sends neither (`bot.feeds.plain`); half of a surrogate pair cannot be encoded.
    if "\0" in value:
        raise ValueError(name)
    value.encode()
    return value


def _string_or_none(values: Mapping[str, object], name: str) -> str | None:
    return None if values.get(name) is None else _string(values, name)


def _address_or_none(values: Mapping[str, object], name: str) -> str | None:
    value = _string_or_none(values, name)
    # A local file's address may be as long as its path.
    if value is not None and value.startswith("http") and not (value.isascii() and len(value) <= URL_CHARS_MAX):
        raise ValueError(name)
    return value
