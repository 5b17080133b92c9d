"""A bracket: who meets whom, who goes on, and how far it has come.

What ballots do to it stands in `bot.domain.poll.knockout`, what they may say in `bot.domain.poll.bracket_marks`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.poll.tally import Decision

# What a ballot of the opening vote holds for an option: its number after this one. No bracket has so many matches.
OPENING = 1_000


@dataclass(frozen=True, slots=True)
class Match:
    """Two entries against each other; `second` is None where the first goes on without a match (a bye).

    `number` counts from 1 through all rounds, byes among them; `first` is the one that was seeded higher, until an
    upset. `first_n` and `second_n` are the votes once the match is over, and `decided_by` is how; only a final can be
    shared, and then has no `winner`. A bye is won and never decided.
    """

    number: int
    first: int
    second: int | None
    winner: int | None = None
    first_n: int = 0
    second_n: int = 0
    decided_by: Decision | None = None

    @property
    def is_bye(self) -> bool:
        """Whether nobody plays against the first."""
        return self.second is None

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be decided (any more)."""
        return self.is_bye or self.decided_by is not None

    @property
    def entries(self) -> tuple[int, ...]:
        """Who plays."""
        return (self.first,) if self.second is None else (self.first, self.second)

    @property
    def losers(self) -> tuple[int, ...]:
        """Who is out by this match."""
        return () if self.winner is None else tuple(number for number in self.entries if number != self.winner)


@dataclass(frozen=True, slots=True)
class Round:
    """The matches that are open at the same time, until `closes_at`; none during the opening vote."""

    matches: tuple[Match, ...]
    closes_at: datetime

    @property
    def to_play(self) -> tuple[Match, ...]:
        """The matches that are voted on: those that are no byes."""
        return tuple(match for match in self.matches if not match.is_bye)


@dataclass(frozen=True, slots=True)
class Bracket:
    """How far a bracket has come. `order` are the option numbers, the strongest first, empty during an opening vote."""

    order: tuple[int, ...] = ()
    rounds: tuple[Round, ...] = ()

    @property
    def rounds_n(self) -> int:
        """How many rounds it takes from its first match to its final; 0 while its order is unknown."""
        return max(len(self.order) - 1, 0).bit_length()

    @property
    def final(self) -> Match | None:
        """The final, once those who play it are known."""
        if len(self.rounds) != self.rounds_n or not self.rounds or len(self.rounds[-1].matches) != 1:
            return None
        return self.rounds[-1].matches[0]


def opening(closes_at: datetime) -> Bracket:
    """Return a bracket whose entries are still voted on for their order, until `closes_at`."""
    return Bracket(rounds=(Round((), closes_at),))


def is_opening_vote(bracket: Bracket) -> bool:
    """Tell whether the entries are still voted on for their order."""
    return not bracket.order


def begin(order: Sequence[int], closes_at: datetime) -> Bracket:
    """Return a bracket with its first round, which is open until `closes_at`.

    The strongest plays the weakest, the two strongest meet in the final at the earliest, the four strongest in the
    semi-finals, and so on. Where the field is no power of two the strongest have byes.

    Args:
        order: the entries, the strongest first, each once; two at least.
        closes_at: in aware UTC.

    Raises:
        ValueError: for fewer than two entries, or one that is there twice.
    """
    if len(order) < 2 or len(set(order)) != len(order):  # noqa: PLR2004  # one entry meets nobody
        raise ValueError("a bracket takes two different entries at least")
    places = _places(len(order))
    pairs = zip(places[::2], places[1::2], strict=True)
    matches = [
        _first_match(number, order[strong - 1], order[weak - 1] if weak <= len(order) else None)
        for number, (strong, weak) in enumerate(pairs, 1)
    ]
    return Bracket(tuple(order), (Round(tuple(matches), closes_at),))


def _first_match(number: int, first: int, second: int | None) -> Match:
    return Match(number, first, second, winner=first if second is None else None)


def _places(entries_n: int) -> list[int]:
    """Return the places 1, 2, 3… as they stand in the bracket from top to bottom: 1 8 4 5 2 7 3 6 for eight."""
    places = [1]
    while len(places) < entries_n:
        # Each one is given the weakest opponent that is left: the two together are one more than twice as many.
        places = [place for strong in places for place in (strong, 2 * len(places) + 1 - strong)]
    return places


def next_matches(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return who meets whom after a round: the winners of the first and the second match, and so on.

    Raises:
        ValueError: if one of the matches has no winner, or only the final is left.
    """
    winners = [match.winner for match in matches if match.winner is not None]
    if len(winners) != len(matches) or len(matches) == 1:
        raise ValueError("only a round that has a winner of each match is followed by another")
    number = matches[-1].number
    pairs = zip(winners[::2], winners[1::2], strict=True)
    return tuple(Match(number + at, first, second) for at, (first, second) in enumerate(pairs, 1))


def is_over(bracket: Bracket) -> bool:
    """Tell whether its final is decided."""
    return bracket.final is not None and bracket.final.is_over


def with_round_until(bracket: Bracket, closes_at: datetime) -> Bracket:
    """Return a bracket whose open round, or opening vote, ends at another time."""
    return replace(bracket, rounds=(*bracket.rounds[:-1], replace(bracket.rounds[-1], closes_at=closes_at)))


def with_round_again(bracket: Bracket, closed_at: datetime, closes_at: datetime, *, has_opening: bool) -> Bracket:
    """Return a bracket that was closed as it was then, with the round open again that was open then.

    What was played to the end without votes, because somebody closed it early, has not happened. If it ended by itself,
    it is the final that is decided again.

    Args:
        bracket: it is over.
        closed_at: when it was closed; what was decided then, and not voted on, ended at that moment.
        closes_at: until when its round is open now.
        has_opening: its order was voted on.
    """
    place = next((place for place, one in enumerate(bracket.rounds) if one.closes_at >= closed_at), -1)
    if has_opening and place == 0 and bracket.rounds[0].closes_at == closed_at:
        return opening(closes_at)
    before = bracket.rounds[:place]
    again = tuple(
        match if match.is_bye else replace(match, winner=None, first_n=0, second_n=0, decided_by=None)
        for match in bracket.rounds[place].matches
    )
    return replace(bracket, rounds=(*before, Round(again, closes_at)))


def open_round(bracket: Bracket) -> Round | None:
    """Return the round that is voted on, which has no matches during an opening vote; None once all is decided."""
    return bracket.rounds[-1] if bracket.rounds and not is_over(bracket) else None


def open_matches(bracket: Bracket) -> tuple[Match, ...]:
    """Return the matches that are voted on, in their order."""
    found = open_round(bracket)
    return () if found is None else found.to_play


def matches_of(bracket: Bracket) -> tuple[Match, ...]:
    """Return all matches that are known so far, byes among them, in their order."""
    return tuple(match for one in bracket.rounds for match in one.matches)


def bracket_to_json(bracket: Bracket) -> dict[str, Any]:
    """Return a bracket as it is kept in a row and told in an export."""
    return {
        "order": list(bracket.order),
        "rounds": [
            {"closes_at": one.closes_at.isoformat(), "matches": [_match_to_json(match) for match in one.matches]}
            for one in bracket.rounds
        ],
    }


def bracket_from_json(kept: Mapping[str, Any]) -> Bracket:
    """Return the bracket that `bracket_to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: if it was not written by it.
    """
    rounds = [
        Round(_matches_from_json(one["matches"]), datetime.fromisoformat(one["closes_at"])) for one in kept["rounds"]
    ]
    if any(one.closes_at.tzinfo is None for one in rounds):
        raise ValueError("a round closes at a moment, which has a zone")
    return Bracket(tuple(int(number) for number in kept["order"]), tuple(rounds))


def _match_to_json(match: Match) -> dict[str, Any]:
    return {
        "number": match.number,
        "first": match.first,
        "second": match.second,
        "winner": match.winner,
        "first_n": match.first_n,
        "second_n": match.second_n,
        "decided_by": None if match.decided_by is None else match.decided_by.value,
    }


def _matches_from_json(kept: Iterable[Mapping[str, Any]]) -> tuple[Match, ...]:
    return tuple(
        Match(
            number=int(one["number"]),
            first=int(one["first"]),
            second=None if one["second"] is None else int(one["second"]),
            winner=None if one["winner"] is None else int(one["winner"]),
            first_n=int(one["first_n"]),
            second_n=int(one["second_n"]),
            decided_by=None if one["decided_by"] is None else Decision(one["decided_by"]),
        )
        for one in kept
    )
