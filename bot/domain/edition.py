"""One day's issue of a roundup: what is shown, whatever shows it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SourceRef:
    """An outlet that is named: linked where the link is known, never guessed."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """One story of an edition. `summary` is quoted from a source; `articles` are addresses, the quoted one first."""

    headline: str
    summary: str
    sources: tuple[SourceRef, ...]
    articles: tuple[str, ...]
    image_url: str | None = None


class QuestionOrigin(StrEnum):
    """Where The Big Question came from."""

    ARTICLE = "article"
    SUGGESTED = "suggested"


class QuestionKind(StrEnum):
    """How readers answer it."""

    POLL = "poll"  # among the options found
    WRITE_IN = "write_in"  # best, worst, favourite: readers name the options
    THREAD = "thread"  # in words


@dataclass(frozen=True, slots=True)
class BigQuestion:
    """The question that closes an edition."""

    text: str
    origin: QuestionOrigin
    kind: QuestionKind
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """A day's issue. `stories` holds every group of article addresses found, also those left out."""

    title: str
    day: date
    lead: Section | None
    sections: tuple[Section, ...]
    big_question: BigQuestion | None
    stories: tuple[tuple[str, ...], ...]
