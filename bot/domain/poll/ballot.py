"""What one member votes: checked against the poll, written canonically, and proven by a receipt."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TypeAlias

from bot.domain.errors import PaddockError
from bot.domain.poll.poll import Option, Poll, standing_for
from bot.domain.poll.rules import SCORE_MAX, PollKind

# Pairs of an option's number and a value, each number once, in their order; what a value means depends on the kind:
# 1 (single, multiple), the place 1, 2, 3… (ranked), 0 to 5 (score), 1 or -1 (verdict), the option (bracket, by match).
Marks: TypeAlias = tuple[tuple[int, int], ...]
# Distinct ballots, and how often each was cast.
Profile: TypeAlias = Mapping[Marks, int]

NONCE_BYTES = 16
CANONICAL_CHARS_MAX = 1_000  # a hundred options with their values, as "100=99," each
CHECKED_MAX = 1_000  # so many different ballots are remembered, of a hundred options about 10 MB
_RECEIPT = "paddock-ballot-1"
_CHOSEN = frozenset({1})
_SCORES = frozenset(range(SCORE_MAX + 1))
_VERDICTS = frozenset({1, -1})


class EmptyBallotError(PaddockError):
    """Nothing was chosen."""

    message_id = "poll.error.empty_ballot"


class OptionGoneError(PaddockError):
    """What was chosen cannot be chosen (any more)."""

    message_id = "poll.error.option_gone"


class TooFewChosenError(PaddockError):
    """Less was chosen than must be. Params: least, given."""

    message_id = "poll.error.too_few"


class TooManyChosenError(PaddockError):
    """More was chosen than may be. Params: most, given."""

    message_id = "poll.error.too_many"


class BadMarkError(PaddockError):
    """A value that this poll does not know: a score of 6, a place that is left out."""

    message_id = "poll.error.bad_mark"


def marks_of(values: Mapping[int, int]) -> Marks:
    """Return a ballot that gives each option number its value."""
    return tuple(sorted(values.items()))


@lru_cache(maxsize=CHECKED_MAX)
def canonical(marks: Marks) -> str:
    """Return a ballot as it is kept and hashed, such as ``3=1,5=2``; empty for one that says nothing."""
    return ",".join(f"{number}={value}" for number, value in marks)


def from_canonical(kept: str) -> Marks:
    """Return the ballot that `canonical` wrote.

    Raises:
        ValueError: if it was not written by it.
    """
    pairs = [piece.split("=") for piece in kept.split(",")] if kept else []
    marks = tuple((int(number), int(value)) for number, value in pairs)
    if canonical(marks_of(dict(marks))) != kept:
        raise ValueError("not a canonical ballot")
    return marks


def check_marks(poll: Poll, marks: Marks) -> None:
    """Refuse a ballot that says what this poll does not ask; brackets have a rule of their own.

    Raises:
        EmptyBallotError, OptionGoneError, TooFewChosenError, TooManyChosenError, BadMarkError.
    """
    if marks in poll.checked:
        return
    if not marks:
        raise EmptyBallotError
    options, rules = poll.by_number, poll.rules
    for number, _ in marks:
        option = options.get(number)
        if option is None or not option.stands:
            raise OptionGoneError
    kind = rules.kind
    if kind is PollKind.SINGLE or kind is PollKind.MULTIPLE:
        most = 1 if kind is PollKind.SINGLE else rules.choices_max
        least = 1 if kind is PollKind.SINGLE else rules.choices_min
        if len(marks) > most:
            raise TooManyChosenError(most=most, given=len(marks))
        if len(marks) < least:
            raise TooFewChosenError(least=least, given=len(marks))
    if not _are_known(marks, kind):
        raise BadMarkError
    if len(poll.checked) < CHECKED_MAX:
        poll.checked.add(marks)


def _are_known(marks: Marks, kind: PollKind) -> bool:
    match kind:
        case PollKind.SINGLE | PollKind.MULTIPLE:
            known = _CHOSEN
        case PollKind.RANKED:
            known = frozenset(range(1, len(marks) + 1))
            if len({value for _, value in marks}) < len(marks):
                return False
        case PollKind.SCORE:
            known = _SCORES
        case PollKind.VERDICT:
            known = _VERDICTS
        case PollKind.BRACKET:
            return False
    return all(value in known for _, value in marks)


def counted(options: Sequence[Option], marks: Marks, kind: PollKind) -> Marks:
    """Return a ballot as it counts: with what was merged since, and without what was removed.

    Of two marks for what is one option now the better one counts: the earlier place, the higher score; two verdicts
    that contradict each other cancel out. Places close up. A bracket's ballot is about matches and stays as it is.
    """
    if kind is PollKind.BRACKET:
        return marks
    by_number = {option.number: option for option in options}
    values: dict[int, int] = {}
    for number, value in marks:
        target = standing_for(by_number, number)
        if target is None:
            continue
        if target not in values:
            values[target] = value
        elif kind is PollKind.RANKED:
            values[target] = min(values[target], value)
        elif kind is PollKind.VERDICT:
            values[target] = value if values[target] == value else 0
        else:
            values[target] = max(values[target], value)
    if kind is PollKind.RANKED:
        in_order = sorted(values, key=values.__getitem__)
        values = {number: place for place, number in enumerate(in_order, 1)}
    elif kind is PollKind.VERDICT:
        values = {number: value for number, value in values.items() if value}
    return marks_of(values)


def profile_of(options: Sequence[Option], kind: PollKind, cast: Iterable[tuple[Marks, int]]) -> dict[Marks, int]:
    """Return the distinct ballots as they count, those that say nothing (any more) under an empty ballot."""
    is_plain = all(option.stands for option in options)
    profile: dict[Marks, int] = {}
    for marks, times in cast:
        as_counted = marks if is_plain else counted(options, marks, kind)
        profile[as_counted] = profile.get(as_counted, 0) + times
    return profile


def receipt_of(poll_id: int, nonce: str, kept: str) -> str:
    """Return the receipt of a ballot: SHA-256, in hex, over what only its voter and the export know together.

    Args:
        poll_id: whose ballot it is, so that a receipt cannot be moved to another poll.
        nonce: random hex of `NONCE_BYTES`, so that nobody can find the ballot by trying all.
        kept: the canonical ballot.
    """
    return sha256(f"{_RECEIPT}\n{poll_id}\n{nonce}\n{kept}".encode()).hexdigest()


def digest_of(receipts: Iterable[str]) -> str:
    """Return what is posted with a final result: SHA-256, in hex, over all receipts, sorted, each on a line."""
    return sha256("".join(f"{receipt}\n" for receipt in sorted(receipts)).encode()).hexdigest()


def lot(seed: str, numbers: Iterable[int]) -> list[int]:
    """Return option numbers in the order of a lot that anybody can draw again: by SHA-256 of ``seed:number``."""
    return sorted(numbers, key=lambda number: sha256(f"{seed}:{number}".encode()).digest())
