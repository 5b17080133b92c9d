"""The counted result of a poll: one shape for all methods, and the rule that decided it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from bot.domain.poll.rules import Method

# What an option is ordered by: votes, points, a sum, or a share between 0 and 1.
Score: TypeAlias = int | float | Fraction


class Decision(StrEnum):
    """What decided a result; each has a sentence (``poll.decided.…``)."""

    NOBODY = "nobody"  # no ballot counted
    OUTRIGHT = "outright"  # one option is ahead
    SHARED = "shared"  # options are level and win together
    EARLIER_ROUNDS = "earlier_rounds"  # they were level, and an earlier round's totals told them apart
    LOT = "lot"  # they were level to the end, and a lot decided


@dataclass(frozen=True, slots=True)
class CountRound:
    """One round of a count: instant run-off's, or STAR's two.

    `totals` are the votes of each option that is still in; `out` are those that leave after it; `exhausted_n` are the
    ballots that have no preference among those still in. `decided_by` says how those that left were told from others
    who were level with them.
    """

    totals: Mapping[int, int]
    out: tuple[int, ...] = ()
    exhausted_n: int = 0
    decided_by: Decision = Decision.OUTRIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """What was counted for one option.

    `score` is what it is ordered by. `count` is how many ballots name it; for verdicts `for_n` and `against_n` are how
    many judged it one way and the other; for scores `average` is its sum over the ballots that scored it.
    """

    number: int
    score: Score
    count: int = 0
    for_n: int = 0
    against_n: int = 0
    average: float | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """A result. Options are told by their numbers.

    `ballots_n` are the ballots that were cast and count, blank ones among them. `tiers` are all options, the best
    first, those that are level together; `lines` say what each got, in the same order. `winners` is more than one
    where they share, none if nobody voted. `pairwise[a][b]` is how many prefer a to b, for methods by pairs.
    """

    method: Method
    ballots_n: int
    winners: tuple[int, ...]
    tiers: tuple[tuple[int, ...], ...]
    lines: tuple[Line, ...]
    decided_by: Decision
    rounds: tuple[CountRound, ...] = ()
    pairwise: Mapping[int, Mapping[int, int]] | None = None
