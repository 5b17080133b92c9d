"""The record of a final poll: every ballot with its nonce and receipt, none beside a member, and what was counted.

`record_of` makes it, `bot.domain.poll.record_file` reads it back from a file that nobody has to trust, and `verify`
counts it again from nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import Marks, canonical, check_marks, digest_of, profile_of, receipt_of
from bot.domain.poll.bracket import Bracket, begin, bracket_to_json, is_over
from bot.domain.poll.bracket_marks import fits
from bot.domain.poll.count import tally
from bot.domain.poll.knockout import decide_round, opening_votes, seeded
from bot.domain.poll.poll import Option, Poll, PollState
from bot.domain.poll.rules import PollKind, rules_to_json
from bot.domain.poll.tally import Tally
from bot.domain.poll.tally_json import Json, first_difference, tally_to_json

# Stands in every file, so its meaning never changes: what is counted or kept differently gets another number.
FORMAT = "paddock-poll/1"
NOBODY = 0  # what a record says nothing about: guild, channel, who asked

Labels: TypeAlias = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class KeptBallot:
    """A ballot of a final poll as it is kept: without its member and its time. `nonce` is lower-case hex."""

    marks: Marks
    nonce: str
    is_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class RecordedBallot:
    """A ballot as a record states it; `verify` tells whether its receipt is right."""

    marks: Marks
    nonce: str
    receipt: str
    is_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A final poll that anybody can count again.

    `poll` is the poll as far as the record tells it: guild, channel and members are `NOBODY`. `ballots` stand in the
    order of their receipts, which says nothing about who voted when. `digest` and `result` (see `result_of`) are what
    the record states, right or not.
    """

    poll: Poll
    ballots: tuple[RecordedBallot, ...]
    digest: str
    result: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Recount:
    """A record that was found right, counted anew. `found` is the ballot with the receipt that was asked for."""

    record: Record
    tally: Tally
    is_expected: bool
    found: RecordedBallot | None = None


class NotFinalError(PaddockError):
    """The poll is not final, so its ballots are still their members'."""

    message_id = "cli.recount.not_final"


class RecountError(PaddockError):
    """A record that is not right. Params: none; each class says what is wrong with it."""

    message_id = "cli.recount.wrong"


class BallotChangedError(RecountError):
    """A ballot does not fit its receipt. Params: where, receipt."""

    message_id = "cli.recount.wrong.changed"


class BallotTwiceError(RecountError):
    """Two ballots have the same nonce, so one was added. Params: where."""

    message_id = "cli.recount.wrong.twice"


class BallotImpossibleError(RecountError):
    """A ballot says what nobody could vote in this poll. Params: where."""

    message_id = "cli.recount.wrong.impossible"


class DigestDiffersError(RecountError):
    """The receipts do not make the digest that the record states. Params: found, stated."""

    message_id = "cli.recount.wrong.digest"


class DigestUnexpectedError(RecountError):
    """The receipts do not make the digest that was posted. Params: found, expected."""

    message_id = "cli.recount.wrong.unexpected"


class BracketImpossibleError(RecountError):
    """The rounds are not those of a bracket with such entries. Params: none."""

    message_id = "cli.recount.wrong.bracket"


class WinnerDiffersError(RecountError):
    """The ballots make somebody else the winner. Params: stated, counted (labels)."""

    message_id = "cli.recount.wrong.winner"


class ResultDiffersError(RecountError):
    """The winner is right, another figure of the result is not. Params: where, stated, counted."""

    message_id = "cli.recount.wrong.result"


class ReceiptMissingError(RecountError):
    """No ballot has the receipt that was asked for. Params: receipt."""

    message_id = "cli.recount.wrong.missing"


def record_of(poll: Poll, ballots: Iterable[KeptBallot]) -> Record:
    """Return the record of a poll.

    Raises:
        NotFinalError: if its members can still be told from its ballots.
        DigestDiffersError: if these are not the ballots whose digest was posted.
    """
    if poll.state is not PollState.FINAL or poll.closed_at is None:
        raise NotFinalError
    stated = [
        RecordedBallot(
            ballot.marks, ballot.nonce, receipt_of(poll.id, ballot.nonce, canonical(ballot.marks)), ballot.is_set_aside
        )
        for ballot in ballots
    ]
    stated.sort(key=lambda ballot: ballot.receipt)
    digest = digest_of(ballot.receipt for ballot in stated)
    if poll.digest is not None and poll.digest != digest:
        raise DigestDiffersError(found=digest, stated=poll.digest)
    public = public_poll(
        poll_id=poll.id,
        question=poll.question,
        rules=poll.rules,
        options=tuple(
            Option(option.number, option.label, merged_into=option.merged_into, is_removed=option.is_removed)
            for option in poll.options
        ),
        seed=poll.seed,
        opens_at=poll.opens_at,
        closed_at=poll.closed_at,
        digest=digest,
        bracket=poll.bracket,
    )
    return Record(public, tuple(stated), digest, result_of(public, stated, tally_of(public, stated)))


def public_poll(*, poll_id: int, opens_at: datetime, closed_at: datetime, **told: Any) -> Poll:
    """Return a final poll of which only that is known which a record tells; `told` are further fields of `Poll`."""
    return Poll(
        id=poll_id,
        guild_id=NOBODY,
        channel_id=NOBODY,
        created_by=NOBODY,
        created_at=opens_at.astimezone(UTC),
        opens_at=opens_at.astimezone(UTC),
        closes_at=closed_at.astimezone(UTC),
        closed_at=closed_at.astimezone(UTC),
        state=PollState.FINAL,
        **told,
    )


def tally_of(poll: Poll, ballots: Iterable[RecordedBallot]) -> Tally:
    """Return the result of a record's ballots, without those that were set aside."""
    cast = Counter(ballot.marks for ballot in ballots if not ballot.is_set_aside)
    return tally(poll, profile_of(poll.options, poll.rules.kind, cast.items()))


def result_of(poll: Poll, ballots: Sequence[RecordedBallot], counted: Tally) -> dict[str, Json]:
    """Return a result as it is stated in a record: the tally by option numbers, and what else decides its worth."""
    quorum = poll.rules.quorum
    return {
        **tally_to_json(counted, number_of),
        "set_aside": sum(ballot.is_set_aside for ballot in ballots),
        "is_quorum_met": None if quorum is None else counted.ballots_n >= quorum,
    }


def number_of(number: int) -> int:
    """Return what a record calls an option: its number, which the options of the record explain."""
    return number


def record_to_json(record: Record) -> dict[str, Json]:
    """Return a record as the JSON document of the format `FORMAT`, without its ballots' layout.

    Keys: ``format``, ``poll`` (id), ``question``, ``rules``, ``options`` (``number``, ``label``, ``merged_into``,
    ``is_removed``), ``seed``, ``opened_at`` and ``closed_at`` (ISO 8601, UTC), ``bracket`` (or null), ``result``,
    ``digest``, ``ballots`` (``marks`` in canonical form, ``nonce``, ``receipt``, ``set_aside``).
    """
    poll = record.poll
    closed_at = poll.closed_at or poll.opens_at
    options: list[Json] = [
        {
            "number": option.number,
            "label": option.label,
            "merged_into": option.merged_into,
            "is_removed": option.is_removed,
        }
        for option in poll.options
    ]
    ballots: list[Json] = [ballot_to_json(ballot) for ballot in record.ballots]
    return {
        "format": FORMAT,
        "poll": poll.id,
        "question": poll.question,
        "rules": rules_to_json(poll.rules),
        "options": options,
        "seed": poll.seed,
        "opened_at": poll.opens_at.isoformat(),
        "closed_at": closed_at.isoformat(),
        "bracket": None if poll.bracket is None else bracket_to_json(poll.bracket),
        "result": dict(record.result),
        "digest": record.digest,
        "ballots": ballots,
    }


def ballot_to_json(ballot: RecordedBallot) -> dict[str, Json]:
    """Return a ballot as it stands in a record: its marks as they were hashed."""
    return {
        "marks": canonical(ballot.marks),
        "nonce": ballot.nonce,
        "receipt": ballot.receipt,
        "set_aside": ballot.is_set_aside,
    }


def verify(record: Record, *, expect: str | None = None, receipt: str | None = None) -> Recount:
    """Count a record again, from nothing.

    Args:
        record: as it was read from a file.
        expect: the digest that was posted with the result. Without it, this only shows that the record agrees with
            itself: whoever forges a whole record forges its digest too.
        receipt: of the ballot to be found.

    Raises:
        RecountError: one of its classes, for the first thing that is wrong.
    """
    _check_ballots(record)
    digest = digest_of(ballot.receipt for ballot in record.ballots)
    if digest != record.digest:
        raise DigestDiffersError(found=digest, stated=record.digest)
    if expect is not None and digest != expect:
        raise DigestUnexpectedError(found=digest, expected=expect)
    try:
        _check_bracket(record)
        counted = tally_of(record.poll, record.ballots)
    except ValueError:  # what a bracket of another field says; all else was read within its bounds
        raise BracketImpossibleError from None
    _check_result(record, counted)
    found = None
    if receipt is not None:
        found = next((ballot for ballot in record.ballots if ballot.receipt == receipt), None)
        if found is None:
            raise ReceiptMissingError(receipt=receipt)
    return Recount(record, counted, is_expected=expect is not None, found=found)


def _check_ballots(record: Record) -> None:
    # Whoever voted for an option that was merged or removed since did nothing wrong.
    as_it_was = replace(
        record.poll,
        options=tuple(replace(option, merged_into=None, is_removed=False) for option in record.poll.options),
    )
    seen: set[str] = set()
    for index, ballot in enumerate(record.ballots):
        where = f".ballots[{index}]"
        if receipt_of(record.poll.id, ballot.nonce, canonical(ballot.marks)) != ballot.receipt:
            raise BallotChangedError(where=where, receipt=ballot.receipt)
        if ballot.nonce in seen:
            raise BallotTwiceError(where=where)
        seen.add(ballot.nonce)
        if not _could_be_cast(as_it_was, ballot.marks):
            raise BallotImpossibleError(where=where)


def _could_be_cast(poll: Poll, marks: Marks) -> bool:
    if poll.rules.kind is PollKind.BRACKET:
        return fits(poll.bracket or Bracket(), marks)
    try:
        check_marks(poll, marks)
    except PaddockError:
        return False
    return True


def _check_bracket(record: Record) -> None:
    """Play a bracket again, round by round, and compare each match.

    Not if ballots were set aside: it is not known before which rounds, and the course of those played stands. Its
    result is still counted without them.
    """
    poll, bracket = record.poll, record.poll.bracket
    if bracket is None or not bracket.order or any(ballot.is_set_aside for ballot in record.ballots):
        return
    profile, rules = Counter(ballot.marks for ballot in record.ballots), poll.rules
    entries = [option.number for option in poll.options if option.number in bracket.order]
    order = seeded(entries, rules.seeding, seed=poll.seed, votes=opening_votes(profile))
    ends: list[datetime | None] = [played.closes_at for played in bracket.rounds]
    again = begin(order, bracket.rounds[0].closes_at if bracket.rounds else poll.opens_at)
    for end in [*ends[1:], *([None] if is_over(bracket) else [])]:
        again = decide_round(again, profile, tie_rule=rules.tie_rule, seed=poll.seed, next_closes_at=end)
    if (difference := first_difference(bracket_to_json(bracket), bracket_to_json(again))) is not None:
        raise ResultDiffersError(
            where=f".bracket{difference.where}", stated=difference.stated, counted=difference.expected
        )


def _check_result(record: Record, counted: Tally) -> None:
    expected = result_of(record.poll, record.ballots, counted)
    stated, right = record.result.get("winners"), expected["winners"]
    if stated != right:
        labels = {option.number: option.label for option in record.poll.options}
        raise WinnerDiffersError(stated=_named(stated, labels), counted=_named(right, labels))
    if (difference := first_difference(record.result, expected)) is not None:
        raise ResultDiffersError(
            where=f".result{difference.where}", stated=difference.stated, counted=difference.expected
        )


def _named(numbers: Json, labels: Labels) -> str:
    listed = numbers if isinstance(numbers, list) else []
    return ", ".join(labels.get(number, f"#{number}") for number in listed if isinstance(number, int)) or "–"
