"""A poll before it is made: what was typed and chosen, and whether a poll can be made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.errors import PaddockError
from bot.domain.poll.poll import (
    LENGTH_MAX,
    LENGTH_MIN,
    OPTION_CHARS_MAX,
    OPTIONS_MAX,
    OPTIONS_MIN,
    QUESTION_CHARS_MAX,
    Option,
)
from bot.domain.poll.rules import BRACKET_ENTRIES_MAX, BRACKET_ENTRIES_MIN, ChoicesError, PollKind, PollRules
from bot.domain.wording import clean

POLLS_OPEN_MAX = 100  # of one guild; each has a card that is kept up to date


class PollQuestionError(PaddockError):
    """A poll needs a question that fits. Params: limit, given."""

    message_id = "poll.error.question"


class OptionsNumberError(PaddockError):
    """Too few or too many options. Params: least, most, given."""

    message_id = "poll.error.options"


class OptionLengthError(PaddockError):
    """An option does not fit. Params: option, limit."""

    message_id = "poll.error.option_long"


class OptionRepeatedError(PaddockError):
    """An option stands there twice. Params: option."""

    message_id = "poll.error.option_twice"


class LengthError(PaddockError):
    """A poll is open for too short or too long a time."""

    message_id = "poll.error.length"


class ClosesFirstError(PaddockError):
    """It would close before it opens, or as it does."""

    message_id = "poll.error.closes_first"


class PastError(PaddockError):
    """It would close, or open, in the past."""

    message_id = "poll.error.past"


class PollsFullError(PaddockError):
    """A guild has as many open polls as it may. Params: limit."""

    message_id = "poll.error.full"


@dataclass(frozen=True, slots=True)
class PollDraft:
    """What a poll is to be. `opens_at` None: at once; `closes_at` None: open until it is closed by hand."""

    question: str
    rules: PollRules
    options: tuple[Option, ...]
    channel_id: int
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def checked(self, now: datetime) -> "PollDraft":
        """Return the draft cleaned and numbered, as it can be made.

        Raises:
            RulesError: see `PollRules.check`.
            PollQuestionError, OptionsNumberError, OptionLengthError, OptionRepeatedError, LengthError, PastError,
            ClosesFirstError.
        """
        self.rules.check()
        question = clean(self.question)
        if not 0 < len(question) <= QUESTION_CHARS_MAX:
            raise PollQuestionError(limit=QUESTION_CHARS_MAX, given=len(question))
        options = numbered(self.options)
        _check_number(self.rules, len(options))
        self._check_times(now)
        return replace(self, question=question, options=options)

    def _check_times(self, now: datetime) -> None:
        opens_at = self.opens_at or now
        if self.opens_at is not None and self.opens_at < now:
            raise PastError
        if self.closes_at is not None:
            if self.closes_at <= now:
                raise PastError
            if self.closes_at <= opens_at:
                raise ClosesFirstError
            if not LENGTH_MIN <= self.closes_at - opens_at <= LENGTH_MAX:
                raise LengthError


def numbered(options: Sequence[Option]) -> tuple[Option, ...]:
    """Return options cleaned, without empty ones, numbered from 1.

    Raises:
        OptionLengthError, OptionRepeatedError: naming the option.
    """
    seen: set[str] = set()
    kept: list[Option] = []
    for option in options:
        label = clean(option.label)
        if not label:
            continue
        if len(label) > OPTION_CHARS_MAX:
            raise OptionLengthError(option=label, limit=OPTION_CHARS_MAX)
        if label.casefold() in seen:
            raise OptionRepeatedError(option=label)
        seen.add(label.casefold())
        kept.append(replace(option, label=label, number=len(kept) + 1))
    return tuple(kept)


def _check_number(rules: PollRules, given: int) -> None:
    least, most = (0 if rules.is_write_in else OPTIONS_MIN), OPTIONS_MAX
    if rules.kind is PollKind.BRACKET:
        least, most = BRACKET_ENTRIES_MIN, BRACKET_ENTRIES_MAX
    if not least <= given <= most:
        raise OptionsNumberError(least=least, most=most, given=given)
    if rules.kind is PollKind.MULTIPLE and not rules.is_write_in and rules.choices_max > given:
        raise ChoicesError(least=rules.choices_min, most=rules.choices_max)
