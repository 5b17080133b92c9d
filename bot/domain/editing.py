"""What editors do to an edition: each change is a pure function from an edition to an edition."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time

from bot.domain.edition import BigQuestion, Correction, Edition, QuestionKind, QuestionOrigin, Section
from bot.domain.errors import PaddockError
from bot.domain.queue import asked_as, options_of
from bot.domain.roundup import COLUMN_MARGIN, LATE_WINDOW, Roundup
from bot.domain.wording import clean, cut

# The lead and five more: what one message holds with its buttons (see `bot.domain.compose`).
STORIES_MAX = 6
HEADLINE_CHARS_MAX = 200  # what `bot.edge.edition` shows of one
COMMENT_CHARS_MAX = 300  # a remark over the edition, not an article
SOURCE_CHARS_MAX = 80
CORRECTION_CHARS_MAX = 200
CORRECTIONS_MAX = 5  # the last ones: more would crowd out what they correct
NAME_CHARS_MAX = 80  # the column in `bot.storage.roundup`
ROUNDUPS_MAX = 10  # more columns than a community reads; within the 25 choices that Discord completes
MINUTES_A_DAY = 24 * 60


def numbered(edition: Edition) -> Edition:
    """Return the edition with a number of its own for each story, those that it has if they differ."""
    sections = (*stories(edition), *edition.reserve)
    if len({section.number for section in sections}) == len(sections):
        return edition
    counted = [replace(section, number=number) for number, section in enumerate(sections)]
    shown = len(stories(edition))
    return replace(_showing(edition, counted[:shown]), reserve=tuple(counted[shown:]))


def stories(edition: Edition) -> tuple[Section, ...]:
    """Return the stories that are shown, the lead first."""
    return (edition.lead, *edition.sections) if edition.lead is not None else edition.sections


def story(edition: Edition, number: int) -> Section:
    """Return a story of the edition or of its reserve.

    Raises:
        NoSuchStoryError: if there is none with this number.
    """
    for section in (*stories(edition), *edition.reserve):
        if section.number == number:
            return section
    raise NoSuchStoryError


def moved(edition: Edition, number: int, places: int) -> Edition:
    """Return the edition with a story so many places further down, up if negative; the first one is the lead.

    Raises:
        NoSuchStoryError: if none with this number is shown.
    """
    shown = list(stories(edition))
    at = _place(shown, number)
    section = shown.pop(at)
    shown.insert(min(max(at + places, 0), len(shown)), section)
    return _showing(edition, shown)


def led_by(edition: Edition, number: int) -> Edition:
    """Return the edition with this story as its lead; one from the reserve takes the last story's place if need be.

    Raises:
        NoSuchStoryError: if there is none with this number.
    """
    section = story(edition, number)
    shown = [section, *(other for other in stories(edition) if other.number != number)]
    spare = [other for other in edition.reserve if other.number != number]
    while len(shown) > STORIES_MAX:
        spare.insert(0, shown.pop())
    return replace(_showing(edition, shown), reserve=tuple(spare))


def dropped(edition: Edition, number: int) -> Edition:
    """Return the edition without a story, which goes to the head of the reserve.

    Raises:
        NoSuchStoryError: if none with this number is shown.
        LastStoryError: if no other is left.
    """
    shown = list(stories(edition))
    section = shown.pop(_place(shown, number))
    if not shown:
        raise LastStoryError
    return replace(_showing(edition, shown), reserve=(section, *edition.reserve))


def brought_in(edition: Edition, number: int) -> Edition:
    """Return the edition with a story of the reserve at its end.

    Raises:
        NoSuchStoryError: if the reserve has none with this number.
        TooManyStoriesError: if the edition is full.
    """
    spare = list(edition.reserve)
    section = spare.pop(_place(spare, number))
    shown = [*stories(edition), section]
    if len(shown) > STORIES_MAX:
        raise TooManyStoriesError(limit=STORIES_MAX)
    return replace(_showing(edition, shown), reserve=tuple(spare))


def headlined(edition: Edition, number: int, headline: str) -> Edition:
    """Return the edition with another headline over a story.

    Raises:
        NoSuchStoryError: if there is none with this number.
        NoWordsError: if the headline is empty.
    """
    words = _words(headline, HEADLINE_CHARS_MAX)
    if not words:
        raise NoWordsError
    return _with(edition, replace(story(edition, number), headline=words))


def source_named(edition: Edition, number: int, unnamed: Iterable[str], name: str) -> Edition:
    """Return the edition with a name for the sources of a story that are called one of `unnamed`.

    Raises:
        NoSuchStoryError: if there is none with this number.
        NoWordsError: if the name is empty.
    """
    words = _words(name, SOURCE_CHARS_MAX)
    if not words:
        raise NoWordsError
    nameless = frozenset(unnamed)
    section = story(edition, number)
    sources = tuple(replace(ref, name=words) if ref.name in nameless else ref for ref in section.sources)
    return _with(edition, replace(section, sources=sources))


def commented(edition: Edition, comment: str) -> Edition:
    """Return the edition with an editor's own words over it; empty ones take them away."""
    return replace(edition, comment=_words(comment, COMMENT_CHARS_MAX))


def asking(edition: Edition, question: str, options: Sequence[str]) -> Edition:
    """Return the edition with a question of an editor's own, among `options` if there are any.

    An empty question takes the question away. Without options, the question itself says how it is answered.

    Raises:
        QuestionLongError, OptionsError, OptionLongError, OptionTwiceError: see `bot.domain.queue`.
    """
    if not clean(question):
        return replace(edition, big_question=None)
    words, given = asked_as(question), options_of(options)
    from bot.domain.question import kind_of  # noqa: PLC0415  # its word lists take 200 ms that a start need not pay

    kind, found = (QuestionKind.POLL, given) if given else kind_of(words, ())
    return replace(edition, big_question=BigQuestion(words, QuestionOrigin.EDITOR, kind, found))


def signed(edition: Edition, editor_id: int) -> Edition:
    """Return the edition signed by an editor, as the last one of those who edited it."""
    others = tuple(one for one in edition.edited_by if one != editor_id)
    return replace(edition, edited_by=(*others, editor_id))


def corrected(edition: Edition, at: datetime, what: str) -> Edition:
    """Return the edition with a line that says what was changed after it was posted.

    Raises:
        NoWordsError: if `what` is empty: readers are told.
    """
    words = _words(what, CORRECTION_CHARS_MAX)
    if not words:
        raise NoWordsError
    return replace(edition, corrections=(*edition.corrections, Correction(at, words))[-CORRECTIONS_MAX:])


def check_roundup(roundup: Roundup) -> Roundup:
    """Return a roundup as it is kept, or refuse what makes no sense together.

    Raises:
        NoWordsError: if its name is empty.
        NoDaysError: if it comes on no day.
        ReviewInPublicError: if drafts would be shown where the editions are posted.
        ColumnDeadlineError: if its column's deadline is not between the making of an edition and its latest time.
    """
    name = _words(roundup.name, NAME_CHARS_MAX)
    if not name:
        raise NoWordsError
    if not roundup.days:
        raise NoDaysError
    if roundup.review_channel_id == roundup.channel_id:
        raise ReviewInPublicError
    if roundup.column_deadline is not None:
        at, lead = _minutes(roundup.at), int(roundup.lead.total_seconds() // 60)
        latest = int((LATE_WINDOW - COLUMN_MARGIN).total_seconds() // 60)
        after_first = (_minutes(roundup.column_deadline) - (at - lead)) % MINUTES_A_DAY
        if after_first > lead + latest:
            raise ColumnDeadlineError(first=_clock(at - lead), last=_clock(at + latest))
    return replace(roundup, name=name)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _words(given: str, chars_max: int) -> str:
    return cut(clean(given), chars_max)


def _place(sections: Sequence[Section], number: int) -> int:
    for place, section in enumerate(sections):
        if section.number == number:
            return place
    raise NoSuchStoryError


def _showing(edition: Edition, shown: Sequence[Section]) -> Edition:
    """Return the edition with these stories, the first as its lead."""
    return replace(edition, lead=shown[0] if shown else None, sections=tuple(shown[1:]))


def _with(edition: Edition, changed: Section) -> Edition:
    """Return the edition with a story in place of the one that has its number."""
    shown = [changed if section.number == changed.number else section for section in stories(edition)]
    spare = tuple(changed if section.number == changed.number else section for section in edition.reserve)
    return replace(_showing(edition, shown), reserve=spare)


class NoSuchStoryError(PaddockError):
    """The edition has no such story (any more)."""

    message_id = "editing.error.no_such_story"


class LastStoryError(PaddockError):
    """The only story of an edition cannot be left out."""

    message_id = "editing.error.last_story"


class TooManyStoriesError(PaddockError):
    """The edition is full. Params: limit."""

    message_id = "editing.error.too_many"


class NoWordsError(PaddockError):
    """Something has to be written there."""

    message_id = "editing.error.no_words"


class EditedMeanwhileError(PaddockError):
    """Somebody else changed the edition since it was looked at; nothing was saved."""

    message_id = "editing.error.meanwhile"


class NoDraftError(PaddockError):
    """There is no edition that could be edited."""

    message_id = "editing.error.no_draft"


class NotWaitingError(PaddockError):
    """The edition waits for nobody's approval: it was posted, skipped or given up."""

    message_id = "editing.error.not_waiting"


class SkippedAlreadyError(PaddockError):
    """The next edition is skipped already. Params: at."""

    message_id = "editing.error.skipped"


class TooLateToUndoError(PaddockError):
    """The time of a skipped edition has passed."""

    message_id = "editing.error.too_late_to_undo"


class RoundupNameError(PaddockError):
    """Another roundup of the guild has this name. Params: name."""

    message_id = "editing.error.name"


class RoundupLimitError(PaddockError):
    """The guild has as many roundups as it may. Params: limit."""

    message_id = "editing.error.limit"


class LastRoundupError(PaddockError):
    """A guild that was set up keeps one roundup."""

    message_id = "editing.error.last"


class RolePowersError(PaddockError):
    """A role allows its members something, or the bot may not give it, so Notify me cannot. Params: role."""

    message_id = "editing.error.role"


class NoDaysError(PaddockError):
    """A roundup comes on one day of the week at least."""

    message_id = "editing.error.no_days"


class ReviewInPublicError(PaddockError):
    """Drafts would be shown where the editions are posted."""

    message_id = "editing.error.public_review"


class ColumnDeadlineError(PaddockError):
    """The deadline for the guild's own column is too early or too late. Params: first, last (local times of day)."""

    message_id = "editing.error.deadline"
