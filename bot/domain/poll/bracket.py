"""A bracket's rounds: who meets whom, who goes on, and what a ballot may still say."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.poll.ballot import Marks, Profile
    from bot.domain.poll.poll import Poll
    from bot.domain.poll.tally import Tally

# What a ballot of the opening vote holds for an option: its number after this one. No bracket has so many matches.
OPENING = 1_000


@dataclass(frozen=True, slots=True)
class Match:
    """Two entries against each other; `second` is None where the first goes on without a match (a bye).

    `number` counts from 1 through all rounds. `first_n` and `second_n` are the votes once the match is over.
    """

    number: int
    first: int
    second: int | None
    winner: int | None = None
    first_n: int = 0
    second_n: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """The matches that are open at the same time, until `closes_at`."""

    matches: tuple[Match, ...]
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Bracket:
    """How far a bracket has come. `order` are the option numbers, the strongest first, empty during an opening vote."""

    order: tuple[int, ...] = ()
    rounds: tuple[Round, ...] = ()


def check_bracket_marks(poll: "Poll", old: "Marks", new: "Marks") -> "Marks":
    """Return a member's ballot with taps on matches that are open."""
    raise NotImplementedError(poll, old, new)


def result(bracket: Bracket) -> "Tally":
    """Return what a bracket has come to."""
    raise NotImplementedError(bracket)


def begun_by(poll: "Poll", closes_at: datetime) -> Bracket:
    """Return the bracket as a poll opens with it."""
    raise NotImplementedError(poll, closes_at)


def close_round(poll: "Poll", profile: "Profile", *, next_closes_at: datetime) -> Bracket:
    """Return the bracket after its open round, or its opening vote, was counted."""
    raise NotImplementedError(poll, profile, next_closes_at)


def is_over(bracket: Bracket) -> bool:
    """Tell whether the last match has been played."""
    raise NotImplementedError(bracket)
