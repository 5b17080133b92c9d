"""One day's issue of a roundup: what is shown, whatever shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SourceRef:
    """An outlet that is named: linked where the link is known, never guessed."""

    name: str
    url: str | None
    is_paywalled: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One story of an edition. `summary` is quoted from a source; `articles` are addresses, the quoted one first.

    `number` tells the sections of one edition apart, whatever editors do to their order; `image_source` is the outlet
    whose preview picture `image_url` is; `is_update` marks a story that an earlier edition told and that moved on.
    """

    headline: str
    summary: str
    sources: tuple[SourceRef, ...]
    articles: tuple[str, ...]
    image_url: str | None = None
    image_source: str | None = None
    number: int = 0
    is_update: bool = False


class QuestionOrigin(StrEnum):
    """Where The Big Question came from."""

    ARTICLE = "article"  # an article of the edition asks it
    QUEUE = "queue"  # of the guild's own, from /question
    EDITOR = "editor"  # set for this edition
    SUGGESTED = "suggested"  # made from the lead


class QuestionKind(StrEnum):
    """How readers answer it."""

    POLL = "poll"  # among the options found
    WRITE_IN = "write_in"  # best, worst, favourite: readers name the options
    THREAD = "thread"  # in words
    VERDICT = "verdict"  # each option found one way or the other: who has it, who has lost it


@dataclass(frozen=True, slots=True)
class BigQuestion:
    """The question that closes an edition; `queued_id` is its id in the guild's own queue, if it came from there."""

    text: str
    origin: QuestionOrigin
    kind: QuestionKind
    options: tuple[str, ...] = ()
    queued_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What readers chose, and how many of them; `of_n` is of how many, where that is not all who voted."""

    text: str
    votes_n: int
    of_n: int | None = None


@dataclass(frozen=True, slots=True)
class LookBack:
    """What came of the last edition's question.

    `answers` are those of its poll, most chosen first, none for a thread; `comments_n` is how many messages its thread
    holds, `liked_link` the address of the one that most members reacted to.
    """

    day: date
    question: str
    link: str | None
    answers: tuple[Answer, ...] = ()
    votes_n: int = 0
    comments_n: int = 0
    liked_link: str | None = None
    is_final: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """What an editor changed after the edition was posted, in the editor's own words."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A day's issue. `stories` holds every group of article addresses found, also those left out.

    `reserve` holds sections that would have come next, for editors to swap in; `comment` is the editor's own opening
    words, `edited_by` the members who edited it, the last one last. `look_backs` are those of a weekly edition: what
    readers answered on each day of the week.
    """

    title: str
    day: date
    lead: Section | None
    sections: tuple[Section, ...]
    big_question: BigQuestion | None
    stories: tuple[tuple[str, ...], ...]
    reserve: tuple[Section, ...] = ()
    look_back: LookBack | None = None
    comment: str = ""
    edited_by: tuple[int, ...] = ()
    corrections: tuple[Correction, ...] = ()
    look_backs: tuple[LookBack, ...] = ()
