"""What editors may ask, and the guild's own questions that wait for an edition which asks none itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import PaddockError
from bot.domain.wording import clean

QUEUE_MAX = 100  # more than three months of mornings
# Discord docs, poll resource: a question of 300 characters, 10 answers of 55. One answer is left for "Other".
QUESTION_CHARS_MAX = 300
OPTION_CHARS_MAX = 55
OPTIONS_MAX = 9
OPTIONS_MIN = 2


@dataclass(frozen=True, slots=True)
class QueuedQuestion:
    """A question that waits. `options` may be empty; `roundup_id` is the only roundup that asks it (None: any)."""

    id: int
    guild_id: int
    roundup_id: int | None
    text: str
    options: tuple[str, ...]
    added_by: int
    added_at: datetime


class QuestionEmptyError(PaddockError):
    """Nothing was asked."""

    message_id = "question.error.empty"


class QuestionLongError(PaddockError):
    """The question does not fit. Params: limit, given (lengths in characters)."""

    message_id = "question.error.long"


class OptionLongError(PaddockError):
    """An option does not fit. Params: option, limit."""

    message_id = "question.error.option_long"


class OptionsError(PaddockError):
    """One option is none, and too many do not fit. Params: given, most."""

    message_id = "question.error.options"


class OptionTwiceError(PaddockError):
    """An option stands there twice. Params: option."""

    message_id = "question.error.option_twice"


class QueueFullError(PaddockError):
    """As many questions wait as may. Params: limit."""

    message_id = "question.error.full"


class QuestionKnownError(PaddockError):
    """The same question waits already."""

    message_id = "question.error.known"


def asked_as(given: str) -> str:
    """Return a question as it will be asked: one line, within Discord's limit.

    Raises:
        QuestionEmptyError, QuestionLongError: if it cannot be asked.
    """
    asked = clean(given)
    if not asked:
        raise QuestionEmptyError
    if len(asked) > QUESTION_CHARS_MAX:
        raise QuestionLongError(limit=QUESTION_CHARS_MAX, given=len(asked))
    return asked


def options_of(given: Sequence[str]) -> tuple[str, ...]:
    """Return the options that were typed, empty ones left out.

    Raises:
        OptionsError: for a single option, or more than a poll takes.
        OptionLongError, OptionTwiceError: naming the option.
    """
    options = tuple(option for line in given if (option := clean(line)))
    if options and not OPTIONS_MIN <= len(options) <= OPTIONS_MAX:
        raise OptionsError(given=len(options), most=OPTIONS_MAX)
    seen: set[str] = set()
    for option in options:
        if len(option) > OPTION_CHARS_MAX:
            raise OptionLongError(option=option, limit=OPTION_CHARS_MAX)
        if option.casefold() in seen:
            raise OptionTwiceError(option=option)
        seen.add(option.casefold())
    return options
