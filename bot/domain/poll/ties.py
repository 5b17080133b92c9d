"""What is done about options that are level, for all methods of counting alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeAlias, TypeVar

from bot.domain.poll.ballot import lot
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.tally import CountRound, Decision, Line, Tally

# All options, the best first, those that are level together.
Tiers: TypeAlias = tuple[tuple[int, ...], ...]


class Comparable(Protocol):
    """What options are ordered by."""

    def __lt__(self, other: Self, /) -> bool: ...


Key = TypeVar("Key", bound=Comparable)


@dataclass(frozen=True, slots=True)
class Ties:
    """A poll's rule for ties. Of options that are level, the one that comes first in the lot is ahead."""

    rule: TieRule
    seed: str

    def settle(self, tiers: Tiers) -> tuple[Tiers, Decision]:
        """Return the tiers with the winners as the first of them, and what decided who that is.

        A lot decides who wins and nothing else: what is level further down stays level.
        """
        first, *rest = tiers
        if len(first) == 1:
            return tiers, Decision.OUTRIGHT
        if self.rule is TieRule.SHARED:
            return tiers, Decision.SHARED
        winner = lot(self.seed, first)[0]
        return ((winner,), tuple(number for number in first if number != winner), *rest), Decision.LOT


def tiers_by(keys: Mapping[int, Key]) -> Tiers:
    """Return options by what they are ordered by, the highest first; those that are level in the order of `keys`."""
    tiers: list[list[int]] = []
    previous: Key | None = None
    for number in sorted(keys, key=keys.__getitem__, reverse=True):
        if previous is None or keys[number] < previous:
            tiers.append([])
        tiers[-1].append(number)
        previous = keys[number]
    return tuple(map(tuple, tiers))


def result(
    method: Method,
    ballots_n: int,
    settled: tuple[Tiers, Decision],
    lines: Mapping[int, Line],
    *,
    rounds: Sequence[CountRound] = (),
    pairwise: Mapping[int, Mapping[int, int]] | None = None,
) -> Tally:
    """Return what was counted, the first tier as the winners."""
    tiers, decided_by = settled
    return Tally(
        method=method,
        ballots_n=ballots_n,
        winners=tiers[0],
        tiers=tiers,
        lines=tuple(lines[number] for tier in tiers for number in tier),
        decided_by=decided_by,
        rounds=tuple(rounds),
        pairwise=pairwise,
    )
