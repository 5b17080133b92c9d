"""A tally as JSON: in a poll's record by option numbers, on the command line by names."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, TypeAlias, cast

from bot.domain.poll.tally import CountRound, Line, Score, Tally

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Name: TypeAlias = Callable[[int], int | str]

# Shares are compared by what is written, and nine places tell any two shares of a million ballots apart.
DECIMALS = 9
SHOWN_CHARS_MAX = 80
NOTHING: Final = object()  # what stands where nothing stands; null is something


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two documents differ first, and what stands there, as short JSON; ``–`` where nothing does."""

    where: str
    stated: str
    expected: str


def tally_to_json(tally: Tally, name: Name) -> dict[str, Json]:
    """Return a tally.

    Keys: ``winners``, ``method``, ``decided_by``, ``ballots``, ``tiers`` (the best first), ``lines`` (``option``,
    ``score``, ``count``, and where they mean something ``for``, ``against``, ``average``), ``rounds`` (``totals``,
    ``out``, ``exhausted``, ``decided_by``) and ``pairwise`` (how many prefer the first to the second) where the method
    has them.

    Args:
        tally: what was counted.
        name: what an option is called.
    """
    document: dict[str, Json] = {
        "winners": _named(tally.winners, name),
        "method": tally.method.value,
        "decided_by": tally.decided_by.value,
        "ballots": tally.ballots_n,
        "tiers": [_named(tier, name) for tier in tally.tiers],
        "lines": [_line(line, name) for line in tally.lines],
    }
    if tally.rounds:
        document["rounds"] = [_round(counted, name) for counted in tally.rounds]
    if tally.pairwise is not None:
        document["pairwise"] = {
            str(name(one)): {str(name(other)): votes for other, votes in row.items() if other != one}
            for one, row in tally.pairwise.items()
        }
    return document


def rounded(score: Score) -> int | float:
    """Return a score as it is written: whole where it is whole, else in `DECIMALS` places."""
    if score == int(score):
        return int(score)
    return round(float(score), DECIMALS)


def first_difference(stated: object, expected: object, where: str = "") -> Difference | None:
    """Return where two JSON documents differ first; None if they do not. A flag is no number here."""
    if isinstance(stated, Mapping) and isinstance(expected, Mapping):
        one, other = cast("Mapping[str, object]", stated), cast("Mapping[str, object]", expected)
        names = [*other, *(name for name in one if name not in other)]
        pairs = [(f".{name}", one.get(name, NOTHING), other.get(name, NOTHING)) for name in names]
    elif isinstance(stated, list) and isinstance(expected, list):
        listed = zip_longest(cast("list[object]", stated), cast("list[object]", expected), fillvalue=NOTHING)
        pairs = [(f"[{index}]", one, other) for index, (one, other) in enumerate(listed)]
    else:
        return _leaf_difference(cast("object", stated), expected, where)
    differences = (first_difference(one, other, where + step) for step, one, other in pairs)
    return next((found for found in differences if found is not None), None)


def _leaf_difference(stated: object, expected: object, where: str) -> Difference | None:
    if type(stated) is type(expected) and stated == expected:
        return None
    return Difference(where, _shown(stated), _shown(expected))


def _shown(value: object) -> str:
    # What is nested may be nested deeper than can be written.
    if value is NOTHING or isinstance(value, Mapping | list):
        return "–" if value is NOTHING else "…"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= SHOWN_CHARS_MAX else f"{shown[:SHOWN_CHARS_MAX]}…"


def _named(numbers: Iterable[int], name: Name) -> list[Json]:
    return [name(number) for number in numbers]


def _line(line: Line, name: Name) -> dict[str, Json]:
    shown: dict[str, Json] = {"option": name(line.number), "score": rounded(line.score), "count": line.count}
    if line.for_n or line.against_n:
        shown |= {"for": line.for_n, "against": line.against_n}
    if line.average is not None:
        shown["average"] = rounded(line.average)
    return shown


def _round(counted: CountRound, name: Name) -> dict[str, Json]:
    return {
        "totals": {str(name(number)): votes for number, votes in counted.totals.items()},
        "out": _named(counted.out, name),
        "exhausted": counted.exhausted_n,
        "decided_by": counted.decided_by.value,
    }
