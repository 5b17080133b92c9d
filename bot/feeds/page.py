"""One article, from a web page through trafilatura, or from plain text.

Pure, but slow on hostile input: see `bot.feeds.worker`.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urljoin

from bot.domain.article import SOURCE_NOT_GIVEN, Article
from bot.domain.feed import EmptyDocumentError, NoArticleError
from bot.feeds.encoding import charset_of, page_text
from bot.feeds.entry import BODY_CHARS_MAX, NAME_CHARS_MAX, SUMMARY_CHARS_MAX, TITLE_CHARS_MAX
from bot.feeds.links import host_of, web_link
from bot.feeds.plain import one_line, plain_html, plain_text, shorten

# A first line longer than this, or of several sentences, is a paragraph: the text came without a title.
TITLE_LINE_CHARS_MAX = 180
# Where authors are introduced; further up, the same words introduce people who are quoted.
BIO_LINES = 3

_TEXT_TYPES = ("text/plain", "text/markdown")
_PUBLISHED = re.compile(
    r"(?:article:published_time|datePublished)[\"']?[^0-9<>]{1,80}"
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?)"
)
# schema.org's mark of an article that costs money, in the page's JSON-LD, where some write the boolean as a text; and
# the mark that Facebook's crawler reads ("article:content_tier": free, locked, metered).
_PAYWALLED = re.compile(
    r"[\"']isAccessibleForFree[\"']\s*:\s*[\"']?(?:https?://schema\.org/)?false\b"
    r"|<meta[^>]{1,200}article:content_tier[\"'][^>]{1,100}[\"'](?:locked|metered)[\"']",
    re.IGNORECASE,
)
_BREADCRUMB = re.compile(r"^(?:[^\u00bb\u203a\u2192|]{1,40}\s*[\u00bb\u203a\u2192]\s*)+(?P<title>.+)$")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"\u201d\u2019)]?\s+(?=[\"\u201c\u2018(]?[A-Z0-9])"
    r"|(?<=[\u3002\uff01\uff1f])"  # Japanese puts no space between sentences
)
_NAME = r"(?P<name>(?:[Tt]he )?[A-Z][\w&'\u2019-]*(?: (?:of |and |& )?[A-Z][\w&'\u2019-]*){0,5})"
_REPRINTED = re.compile(r"\b(?:[Oo]riginally|[Ff]irst) (?:published|appeared) (?:in|on|at|by) " + _NAME)
_COPYRIGHT = re.compile(r"(?:\u00a9|\(c\)|Copyright(?: \u00a9)?) (?:19|20)\d\d(?:[-\u2013]\d{2,4})?,? (?:by )?" + _NAME)
_BIO = re.compile(
    r"^[A-Z]\S+(?: [A-Z]\S+){1,3} is (?:an?|the) [^.]{0,60}?"
    r"\b(?:analyst|columnist|contributor|correspondent|critic|editor|journalist|reporter|writer) "
    r"(?:at|for|with) " + _NAME
)
_BIO_SIGNS = re.compile(r"\b(?:who covers|covering|[Ff]ollow|[Ll]earn more|[Cc]ontact|[Rr]each (?:him|her|them))\b")


def parse_article(body: bytes, *, url: str, content_type: str | None) -> Article:
    """Return the article that a web page or a plain text holds.

    Args:
        body: as it was fetched or read.
        url: where it stands; a ``file:`` address for a local file.
        content_type: of the answer, or None.

    Raises:
        EmptyDocumentError: if there is nothing in it.
        NoArticleError: if no article's text can be found, or it is no text at all.
    """
    if not body.strip():
        raise EmptyDocumentError(url=url)
    text = page_text(body, charset_of(content_type))
    kind = (content_type or "").partition(";")[0].strip().lower()
    if "\0" in text or (kind and not kind.startswith(("text/", "application/xhtml", "application/xml"))):
        raise NoArticleError(url=url)
    if kind not in _TEXT_TYPES and text.lstrip("\ufeff \t\r\n").startswith("<"):
        return _from_html(text, url)
    return _from_text(text, url)


def _from_html(text: str, url: str) -> Article:
    from trafilatura import bare_extraction  # noqa: PLC0415  # 400 ms that feeds need not pay
    from trafilatura.settings import Document  # noqa: PLC0415

    try:
        found = bare_extraction(
            text, url=url, fast=True, favor_precision=True, include_comments=False, with_metadata=True
        )
    except (ValueError, TypeError, AttributeError, LookupError, AssertionError) as error:
        # Its own mistakes on malformed pages, of which it has had some; to us there is no article.
        raise NoArticleError(url=url) from error
    if not isinstance(found, Document) or not found.text:
        raise NoArticleError(url=url)
    title = shorten(one_line(found.title or ""), TITLE_CHARS_MAX)
    lines = plain_text(found.text).split("\n")
    if title and lines[0] == title:
        lines = lines[1:]
    if not any(lines):
        raise NoArticleError(url=url)
    summary = plain_html(found.description or "")
    return Article(
        key=web_link(url) or url,
        url=web_link(url) or url,
        title=title or _first_sentence(lines[0]),
        source=shorten(one_line(found.sitename or ""), NAME_CHARS_MAX) or host_of(url) or SOURCE_NOT_GIVEN,
        summary=summary if len(summary) <= SUMMARY_CHARS_MAX else "",
        body=shorten("\n".join(lines), BODY_CHARS_MAX),
        source_url=_front_page(url),
        image_url=web_link(found.image, url),
        published_at=_published(text, found.date),
        is_paywalled=_PAYWALLED.search(text) is not None,
    )


def _from_text(text: str, url: str) -> Article:
    lines = plain_text(text).split("\n")
    if not lines[0]:
        raise NoArticleError(url=url)
    title, rest = _title_of(lines)
    return Article(
        key=web_link(url) or url,
        url=web_link(url) or url,
        title=shorten(title, TITLE_CHARS_MAX),
        source=_outlet_named(rest) or host_of(url) or SOURCE_NOT_GIVEN,
        body=shorten("\n".join(rest), BODY_CHARS_MAX),
        source_url=_front_page(url),
    )


def _title_of(lines: list[str]) -> tuple[str, list[str]]:
    """Return the title and the lines of the text itself; a breadcrumb and a repeated title are neither."""
    first, rest = lines[0], lines[1:]
    crumbs = _BREADCRUMB.match(first)
    if crumbs is not None and len(first) <= 2 * TITLE_LINE_CHARS_MAX and rest:
        title = crumbs["title"].strip()
        return title, rest[1:] if rest[0] == title and rest[1:] else rest
    sentences = [part for part in _SENTENCE_END.split(first) if part]
    if len(first) <= TITLE_LINE_CHARS_MAX and len(sentences) <= 2 and rest:  # noqa: PLR2004  # "Sold out. Again?"
        return first, rest
    return _first_sentence(first), lines


def _first_sentence(line: str) -> str:
    return shorten(_SENTENCE_END.split(line, maxsplit=1)[0], TITLE_LINE_CHARS_MAX)


def _outlet_named(lines: list[str]) -> str | None:
    """Return the outlet that a text says it is from, in a notice or where its author is introduced."""
    for line in reversed(lines):
        notice = _REPRINTED.search(line) or _COPYRIGHT.search(line)
        if notice is not None:
            return notice["name"]
    for line in lines[-BIO_LINES:]:
        bio = _BIO.match(line)
        if bio is not None and _BIO_SIGNS.search(line):
            return bio["name"]
    return None


def _front_page(url: str) -> str | None:
    return web_link(urljoin(url, "/")) if url.startswith(("http://", "https://")) else None


def _published(text: str, day: str | None) -> datetime | None:
    """Return the moment that the page's metadata state, else the day that was found, from its midnight."""
    stated = _PUBLISHED.search(text)
    for value in (stated[1] if stated else None, day):
        try:
            if value:
                moment = datetime.fromisoformat(value)
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None
