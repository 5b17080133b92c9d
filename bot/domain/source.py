"""The feeds that a guild follows: what each counts, what is taken from it, and when its guild hears that it fails."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import regex

from bot.domain.article import Article
from bot.domain.errors import PaddockError
from bot.domain.wording import clean, count_words

# Waits after failures in a row: one hour, two, four, … never more than a day, so that a feed that is back is noticed.
RETRY_FIRST = timedelta(hours=1)
RETRY_LONGEST = timedelta(days=1)
# Feeds that were added together would be asked together for ever; each wait is longer by up to this part of it.
JITTER_MAX = 0.1
# A guild hears of a feed that failed so often in a row, and for so long: a publisher's bad night passes without a
# word, and by the next morning editors know why a paper is missing. Asking again and again does not shorten it.
FAILURES_TOLD = 5
FAILING_TOLD_AFTER = timedelta(hours=12)
# Half, as much as any other, twice, three times: finer steps change no edition.
WEIGHTS_PERCENT = (50, 100, 200, 300)
WORDS_MAX = 25
WORD_CHARS_MAX = 50
# A page is read where a feed gives fewer words than a sentence needs. A column is written to be quoted whole, and its
# question stands at its end: a teaser of it is not enough.
WORDS_ENOUGH = 15
COLUMN_WORDS_ENOUGH = 150
LOOKED_AT_CHARS = 4_000  # many more than either takes

_LIST_SEPARATOR = regex.compile(r"[,;\n\r、，；]+")
# Scripts that put no spaces between words: a word is found in them wherever its letters stand.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー]"
_SPACED_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--{_UNSPACED}]"
_IS_SPACED_LETTER = regex.compile(_SPACED_LETTER, regex.V1)


@dataclass(frozen=True, slots=True)
class Source:
    """A feed as one guild follows it. `id` is the guild's own, `feed_id` is shared by all guilds that follow it.

    `weight_percent` is how much its articles count, 100 for most; an article is taken if it has one of
    `include_words` (or there are none) and none of `exclude_words`. `is_ours` marks the guild's own column,
    `is_paywalled` an outlet whose articles cost money, `roundup_id` the only roundup that it feeds (None: all).
    `gone_at` is when the publisher said that the feed is gone for good.
    """

    id: int
    guild_id: int
    feed_id: int
    name: str
    url: str
    site_url: str | None
    added_by: int
    added_at: datetime
    read_at: datetime | None
    failures: int
    failure: str | None
    weight_percent: int = 100
    is_paused: bool = False
    include_words: tuple[str, ...] = ()
    exclude_words: tuple[str, ...] = ()
    is_ours: bool = False
    is_paywalled: bool = False
    roundup_id: int | None = None
    gone_at: datetime | None = None
    told_at: datetime | None = None

    def takes(self, article: Article) -> bool:
        """Tell whether the guild wants an article of this source, by its words."""
        return takes(article, include=self.include_words, exclude=self.exclude_words)


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed that a page or a list of feeds names, with what the list says of it; `title` may be empty."""

    url: str
    title: str = ""
    weight_percent: int = 100
    is_paused: bool = False
    include_words: tuple[str, ...] = ()
    exclude_words: tuple[str, ...] = ()
    is_ours: bool = False
    is_paywalled: bool = False


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the next conditional request to a feed needs; `gone_at` is when its publisher ended it."""

    id: int
    url: str
    etag: str | None
    last_modified: str | None
    asked_at: datetime | None
    ask_after: datetime | None  # the publisher wants to be left alone until then
    failures: int
    gone_at: datetime | None = None

    def may_be_asked(self, now: datetime) -> bool:
        """Tell whether the publisher has nothing against a request at `now`."""
        return self.gone_at is None and (self.ask_after is None or self.ask_after <= now)


def next_read_at(feed: FeedState, now: datetime, *, every: timedelta, jitter: float = 0.0) -> datetime:
    """Return when a feed is asked again: regularly, later after failures, never before the publisher says.

    Args:
        feed: as it stands after the last request.
        now: the present moment.
        every: the usual wait.
        jitter: chance, from 0 to 1: by how much of `JITTER_MAX` the wait is longer than that.
    """
    wait = every if feed.failures == 0 else min(RETRY_FIRST * 2 ** min(feed.failures - 1, 10), RETRY_LONGEST)
    longer = wait * (1 + JITTER_MAX * jitter)
    usual = (feed.asked_at or now) + longer
    return usual if feed.ask_after is None else max(usual, feed.ask_after + longer - wait)


class SourceNews(StrEnum):
    """What a guild is told of a source that it follows, each once."""

    FAILING = "failing"
    GONE = "gone"
    BACK = "back"


def news_of(source: Source, now: datetime) -> SourceNews | None:
    """Return what the guild has yet to be told of a source, or None."""
    if source.is_paused:
        return None
    if source.gone_at is not None:
        is_told = source.told_at is not None and source.told_at >= source.gone_at
        return None if is_told else SourceNews.GONE
    if source.failures == 0:
        return None if source.told_at is None else SourceNews.BACK
    failing_for = now - (source.read_at or source.added_at)
    is_worth_telling = source.failures >= FAILURES_TOLD and failing_for >= FAILING_TOLD_AFTER
    return SourceNews.FAILING if is_worth_telling and source.told_at is None else None


def takes(article: Article, *, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Tell whether an article is wanted: it has one of `include`, where there are any, and none of `exclude`.

    Its title, summary and body are looked through for whole words, whatever their case and width; a word that ends in
    ``*`` is found at the beginning of longer ones too. Scripts without spaces know no whole words.
    """
    if not include and not exclude:
        return True
    text = _folded(f"{article.title}\n{article.summary}\n{article.body}")
    if exclude and _finder(tuple(exclude)).search(text):
        return False
    return not include or _finder(tuple(include)).search(text) is not None


@lru_cache(maxsize=256)
def _finder(words: tuple[str, ...]) -> "regex.Pattern[str]":
    return regex.compile("|".join(map(_pattern, words)), regex.V1)


def _pattern(word: str) -> str:
    folded = _folded(word)
    stem = folded.rstrip("*") or folded
    before = rf"(?<!{_SPACED_LETTER})" if _IS_SPACED_LETTER.match(stem[0]) else ""
    after = rf"(?!{_SPACED_LETTER})" if stem == folded and _IS_SPACED_LETTER.match(stem[-1]) else ""
    return before + regex.sub(r"\\?\s+", lambda _: r"\s+", regex.escape(stem)) + after


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def parse_words(typed: str) -> tuple[str, ...]:
    """Return the words of a list separated by commas or lines, each once.

    Raises:
        SourceWordsError: if there are more than `WORDS_MAX`, or one has more than `WORD_CHARS_MAX` characters.
    """
    words: dict[str, str] = {}
    for part in _LIST_SEPARATOR.split(typed):
        word = clean(part).strip()
        if word.strip("*"):
            words.setdefault(_folded(word), word)
    if len(words) > WORDS_MAX or any(len(word) > WORD_CHARS_MAX for word in words.values()):
        raise SourceWordsError(words_max=WORDS_MAX, chars_max=WORD_CHARS_MAX)
    return tuple(words.values())


def needs_page(article: Article) -> bool:
    """Tell whether a feed says too little of an article to quote it, so that its page has to be read."""
    enough = COLUMN_WORDS_ENOUGH if article.is_ours else WORDS_ENOUGH
    return all(count_words(text[:LOOKED_AT_CHARS]) < enough for text in (article.summary, article.body))


class SourceLimitError(PaddockError):
    """The guild follows as many sources as it may. Params: limit."""

    message_id = "source.error.limit"


class SourceKnownError(PaddockError):
    """The guild follows this feed already. Params: name."""

    message_id = "source.error.known"


class SourceEmptyError(PaddockError):
    """The feed can be read but holds no article. Params: url."""

    message_id = "source.error.empty"


class SourceWordsError(PaddockError):
    """Too many words to filter by, or too long ones. Params: words_max, chars_max."""

    message_id = "source.error.words"


class SourceWeightError(PaddockError):
    """A weight that there is not. Params: given."""

    message_id = "source.error.weight"


class FeedChoiceError(PaddockError):
    """A page has several feeds, of which one has to be chosen. Params: count, names.

    Attributes:
        feeds: what the page offers, its main feed first.
    """

    message_id = "source.error.several"

    def __init__(self, feeds: Sequence[ListedFeed]) -> None:
        super().__init__(count=len(feeds), names=", ".join(feed.title or feed.url for feed in feeds))
        self.feeds = tuple(feeds)


class NotAListError(PaddockError):
    """A file that was given as a list of feeds names none. Params: none."""

    message_id = "source.error.not_a_list"


class ListTooLargeError(PaddockError):
    """A list of feeds has more bytes than we read. Params: mebibytes."""

    message_id = "source.error.list_too_large"
