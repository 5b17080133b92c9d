"""What is typed into the forms of a poll, and what it means: the draft that comes of it, or what is wrong with it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

import regex

from bot.domain.errors import PaddockError
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.option_lines import lines_of, read_options, write_options
from bot.domain.poll.poll import LENGTH_MAX, Option, Poll
from bot.domain.poll.rules import (
    ACCOUNT_DAYS_MAX,
    LABEL_CHARS_MAX,
    METHODS,
    REMINDER_MAX,
    AccountDaysError,
    LabelsError,
    PollKind,
    PollRules,
)
from bot.domain.when import BadLengthError, BadTimeError, as_typed, length, moment, parse_time
from bot.domain.wording import clean

ROUND_DEFAULT = timedelta(days=1)
CHOICES_DEFAULT = 3
QUORUM_MAX = 1_000_000  # more than any guild has members
_CHOICES = regex.compile(r"([0-9]{1,3})(?:\s*(?:-|–|—|〜|～|~|to|から|\.\.)\s*([0-9]{1,3}))?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－", "0123456789-")
_BETWEEN_LABELS = r"\s*[/／|｜\n]\s*"


class ChoicesTypedError(PaddockError):
    """How many may be chosen is not understood. Params: given."""

    message_id = "poll_make.error.choices_typed"


class QuorumError(PaddockError):
    """A quorum that is no number of ballots. Params: most."""

    message_id = "poll_make.error.quorum"


class ReminderError(PaddockError):
    """A reminder that comes too early before the close. Params: days."""

    message_id = "poll_make.error.reminder"


@dataclass(frozen=True, slots=True)
class TypedPoll:
    """What stands in the form of a poll.

    `options` are one a line; `opens` and `closes` may be empty. `more` is what only one kind asks for: how many may be
    chosen (multiple), the two labels (verdict), how long a round lasts (bracket).
    """

    question: str = ""
    options: str = ""
    opens: str = ""
    closes: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class TypedLimits:
    """What stands in the form of limits; each may be empty."""

    quorum: str = ""
    account_days: str = ""
    reminder: str = ""


def read_poll(typed: TypedPoll, rules: PollRules, *, channel_id: int, now: datetime, zone: tzinfo) -> PollDraft:
    """Return what was typed as a draft; whether a poll can be made of it, `PollDraft.checked` says.

    A length ("2d12h") counts from the opening.

    Raises:
        PaddockError: for what is not understood, naming it.
    """
    opens_at = _opening(typed.opens, now, zone)
    closes_at = None if rules.kind is PollKind.BRACKET else _close(typed.closes, opens_at, now, zone)
    return PollDraft(
        question=typed.question,
        rules=_with_more(rules, typed.more),
        options=read_options(lines_of(typed.options)),
        channel_id=channel_id,
        opens_at=opens_at,
        closes_at=closes_at,
    )


def at_post(draft: PollDraft, typed: TypedPoll, now: datetime, zone: tzinfo) -> PollDraft:
    """Return a draft as it stands when it is posted, some minutes after its form was filled in.

    A poll that opens at once is open for as long as was typed from now on; one whose opening has passed opens at once.
    """
    opens_at = draft.opens_at
    if opens_at is not None and opens_at <= now:
        opens_at = None
    closes_at = draft.closes_at
    if draft.opens_at is None and closes_at is not None and is_length(typed.closes):
        closes_at = moment(typed.closes, now, zone)
    return replace(draft, opens_at=opens_at, closes_at=closes_at)


def typed_of(draft: PollDraft, *, open_for: timedelta | None) -> TypedPoll:
    """Return a draft as it stands in the form.

    Args:
        draft: what is to be.
        open_for: how long; None until it is closed by hand.
    """
    return TypedPoll(
        question=draft.question,
        options=write_options(draft.options),
        closes="" if open_for is None else as_typed(open_for),
        more=more_of(draft.rules),
    )


def more_of(rules: PollRules) -> str:
    """Return what stands in the field that only some kinds have; empty for the others."""
    match rules.kind:
        case PollKind.MULTIPLE:
            is_up_to = rules.choices_min == 1 and rules.choices_max > 1
            return str(rules.choices_max) if is_up_to else f"{rules.choices_min}-{rules.choices_max}"
        case PollKind.VERDICT:
            return " / ".join(rules.labels or ())
        case PollKind.BRACKET:
            return as_typed(rules.round_length or ROUND_DEFAULT)
        case _:
            return ""


def with_kind(rules: PollRules, kind: PollKind, *, labels: tuple[str, str]) -> PollRules:
    """Return rules for another kind: what it does not know is left out, what it needs is there.

    Args:
        rules: as they were.
        kind: that it is to be.
        labels: of a verdict that has none yet.
    """
    is_multiple, is_bracket = kind is PollKind.MULTIPLE, kind is PollKind.BRACKET
    return replace(
        rules,
        kind=kind,
        method=rules.method if rules.method in METHODS[kind] else METHODS[kind][0],
        choices_min=rules.choices_min if is_multiple else 1,
        choices_max=max(rules.choices_max, CHOICES_DEFAULT) if is_multiple else 1,
        is_write_in=rules.is_write_in and not is_bracket,
        labels=(rules.labels or labels) if kind is PollKind.VERDICT else None,
        round_length=(rules.round_length or ROUND_DEFAULT) if is_bracket else None,
        # A bracket's end is that of its last round, which nobody knows when it begins.
        reminder=None if is_bracket else rules.reminder,
    )


def read_limits(rules: PollRules, typed: TypedLimits) -> PollRules:
    """Return rules with the limits that were typed.

    Raises:
        QuorumError, AccountDaysError, ReminderError, BadLengthError.
    """
    quorum = _number(typed.quorum)
    if typed.quorum.strip() and (quorum is None or not 1 <= quorum <= QUORUM_MAX):
        raise QuorumError(most=QUORUM_MAX)
    days = _number(typed.account_days or "0")
    if days is None or days > ACCOUNT_DAYS_MAX:
        raise AccountDaysError(most=ACCOUNT_DAYS_MAX)
    reminder = length(typed.reminder) if typed.reminder.strip() else None
    if reminder is not None and reminder > REMINDER_MAX:
        raise ReminderError(days=REMINDER_MAX.days)
    return replace(rules, quorum=quorum, account_days_min=days, reminder=reminder)


def limits_of(rules: PollRules) -> TypedLimits:
    """Return the limits as they stand in the form."""
    return TypedLimits(
        quorum="" if rules.quorum is None else str(rules.quorum),
        account_days=str(rules.account_days_min),
        reminder="" if rules.reminder is None else as_typed(rules.reminder),
    )


def is_length(typed: str) -> bool:
    """Tell whether what was typed is a length of time rather than a moment."""
    try:
        length(typed)
    except PaddockError:
        return False
    return True


def open_for(opens_at: datetime, closes_at: datetime | None, zone: tzinfo) -> timedelta | None:
    """Return how long a poll is open on the guild's clocks, in whole minutes; None until it is closed by hand."""
    if closes_at is None:
        return None
    passed = closes_at.astimezone(zone).replace(tzinfo=None) - opens_at.astimezone(zone).replace(tzinfo=None)
    return timedelta(minutes=max(1, round(passed / timedelta(minutes=1))))


def closes_after(opens_at: datetime, open_for: timedelta | None, zone: tzinfo) -> datetime | None:
    """Return when a poll closes that is open for so long on the guild's clocks: a day later at the same time."""
    return None if open_for is None else moment(as_typed(open_for), opens_at, zone)


def draft_again(poll: Poll) -> PollDraft:
    """Return a draft that asks the same again, with the options that stand; it opens at once."""
    options = tuple(
        Option(number, option.label, option.emoji, option.url, option.picture_url)
        for number, option in enumerate(poll.standing, 1)
    )
    return PollDraft(poll.question, poll.rules, options, poll.channel_id)


def _opening(typed: str, now: datetime, zone: tzinfo) -> datetime | None:
    if not typed.strip():
        return None
    opens_at = moment(typed, now, zone, at_most=LENGTH_MAX)
    return None if opens_at <= now else opens_at


def _close(typed: str, opens_at: datetime | None, now: datetime, zone: tzinfo) -> datetime | None:
    if not typed.strip():
        return None
    if opens_at is None or _counts_from_opening(typed):
        return moment(typed, opens_at or now, zone)
    return moment(typed, now, zone)


def _counts_from_opening(typed: str) -> bool:
    """Tell whether a close is a length, or a time of day, which is the next one after the opening."""
    if is_length(typed):
        return True
    try:
        parse_time(typed)
    except BadTimeError:
        return False
    return True


def _with_more(rules: PollRules, typed: str) -> PollRules:
    match rules.kind:
        case PollKind.MULTIPLE:
            least, most = _choices(typed)
            return replace(rules, choices_min=least, choices_max=most)
        case PollKind.VERDICT:
            return replace(rules, labels=_labels(typed))
        case PollKind.BRACKET:
            if not typed.strip():
                raise BadLengthError(given="")
            return replace(rules, round_length=length(typed))
        case _:
            return rules


def _choices(typed: str) -> tuple[int, int]:
    found = _CHOICES.fullmatch(clean(typed).translate(_FULL_WIDTH))
    if found is None:
        raise ChoicesTypedError(given=typed)
    first = int(found[1])
    return (1, first) if found[2] is None else (first, int(found[2]))


def _labels(typed: str) -> tuple[str, str]:
    labels = [clean(label) for label in regex.split(_BETWEEN_LABELS, typed.strip())]
    if len(labels) != 2:  # noqa: PLR2004  # one for each way of judging
        raise LabelsError(limit=LABEL_CHARS_MAX)
    return labels[0], labels[1]


def _number(typed: str) -> int | None:
    plain = typed.strip().translate(_FULL_WIDTH)
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < len(str(QUORUM_MAX)) + 1 else None
