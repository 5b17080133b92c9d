"""From what a format calls an entry to an article: the rules that all formats share."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import PurePosixPath

from bot.domain.article import KEY_CHARS_MAX, Article, ParsedFeed
from bot.feeds.links import host_of, web_link
from bot.feeds.plain import one_line, shorten

ENTRIES_MAX = 1000  # an archive rather than a feed; the newest stand first
TITLE_CHARS_MAX = 300
TITLE_FROM_TEXT_CHARS_MAX = 80
NAME_CHARS_MAX = 100
BODY_CHARS_MAX = 200_000  # thrice the longest magazine piece
# A description longer than this is the article itself, which many feeds put there.
SUMMARY_CHARS_MAX = 1500


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its feed gives it: links unresolved, names still with markup, texts plain.

    `description` is what the feed calls the summary, `content` the full text; either may be missing. `images`
    are candidates, the best first.
    """

    guid: str
    link: object
    base: str
    title: str
    description: str
    content: str
    published_at: datetime | None
    images: tuple[object, ...] = ()
    source_title: str = ""
    source_link: object = None


@dataclass(frozen=True, slots=True)
class FeedHead:
    """Who publishes a feed. `url` is where it was fetched, or a ``file:`` address."""

    title: str
    site_url: str | None
    url: str

    @property
    def name(self) -> str:
        """The feed's title, else its host, else its file's name."""
        return self.title or host_of(self.site_url) or host_of(self.url) or PurePosixPath(self.url).stem


def feed_head(*, title: str, link: object, url: str) -> FeedHead:
    """Return the head of the feed that was fetched from `url`."""
    return FeedHead(shorten(one_line(title), NAME_CHARS_MAX), web_link(link, url), url)


def finish(head: FeedHead, entries: Iterable[Entry]) -> ParsedFeed:
    """Return the feed's articles: each with an address, a title and a key of its own.

    What holds neither a title nor a text nor a link is no article and left out, and so is a repeated entry.
    """
    articles: dict[str, Article] = {}
    for entry in islice(entries, ENTRIES_MAX):
        article = _article(head, entry)
        if article is None:
            continue
        known = articles.get(article.key)
        if known is None:
            articles[article.key] = article
        elif (known.url, known.title) != (article.url, article.title):
            # One guid for different entries: a publisher's mistake that must not cost us the others.
            key = _digest(f"{article.key}\n{article.url}\n{article.title}")
            articles.setdefault(key, replace(article, key=key))
    return ParsedFeed(title=head.name, site_url=head.site_url, articles=tuple(articles.values()))


def _article(head: FeedHead, entry: Entry) -> Article | None:
    own_link = web_link(entry.link, entry.base) or web_link(entry.guid)
    summary = entry.description if len(entry.description) <= SUMMARY_CHARS_MAX else ""
    # Some feeds keep a teaser in the place of the content.
    body = shorten(max(entry.content, entry.description, key=len), BODY_CHARS_MAX)
    title = shorten(one_line(entry.title), TITLE_CHARS_MAX) or _title_from(summary or body) or own_link
    if not title:
        return None
    named = shorten(one_line(entry.source_title), NAME_CHARS_MAX)
    return Article(
        key=_key(entry.guid.strip() or own_link or f"{title}\n{body}"),
        url=own_link or head.site_url or head.url,
        title=title,
        source=named or head.name,
        summary=summary,
        body=body,
        source_url=web_link(entry.source_link, entry.base) if named not in {"", head.title} else head.site_url,
        image_url=next((found for image in entry.images if (found := web_link(image, entry.base))), None),
        published_at=entry.published_at,
    )


def _title_from(text: str) -> str:
    return shorten(text.partition("\n")[0], TITLE_FROM_TEXT_CHARS_MAX)


def _key(given: str) -> str:
    fits = len(given) <= KEY_CHARS_MAX and given.isprintable()
    return given if fits else _digest(given)


def _digest(given: str) -> str:
    return "sha256:" + hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
