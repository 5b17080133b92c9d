"""Random elections with many ties and short ballots, what is known of them, and what we make of them."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.domain.poll.ballot import Marks, canonical, from_canonical, marks_of
from bot.domain.poll.count import count
from bot.domain.poll.rules import SCORE_MAX, Method, TieRule
from bot.domain.poll.tally import Decision, Tally
from bot.domain.poll.verdict import wilson_lower_bound

KEPT = Path(__file__).parents[1] / "domain" / "poll" / "elections" / "answers.jsonl"
SEEDS = ("7f", "a1", "c4")  # of lots

# What the libraries answer; each is compared in `differences`.
Answers = dict[str, Any]


class Paper(StrEnum):
    """What a ballot looks like."""

    RANKED = "ranked"  # in order, as far as it goes
    EQUAL = "equal"  # the same, and options may share a place
    SCORE = "score"


@dataclass(frozen=True)
class Election:
    """Ballots on the options 1 to `options_n`."""

    paper: Paper
    options_n: int
    profile: Mapping[Marks, int]

    @property
    def numbers(self) -> list[int]:
        """All options."""
        return list(range(1, self.options_n + 1))


def random_elections(seed: int, paper: Paper, elections_n: int) -> Iterator[Election]:
    """Yield elections of few voters, so that many are level somewhere; the same for the same seed."""
    dice = random.Random(f"{seed} {paper}")
    for _ in range(elections_n):
        options_n = dice.randint(2, 7)
        ballots_n = dice.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30))
        # In some elections everybody fills in the whole ballot, in some hardly anybody does.
        shortest = dice.choice((0, 0, 1, options_n))
        profile: dict[Marks, int] = {}
        for _ in range(ballots_n):
            given = dice.sample(range(1, options_n + 1), dice.randint(min(shortest, options_n), options_n))
            marks = marks_of(dict(zip(given, _values(dice, paper, len(given)), strict=True)))
            profile[marks] = profile.get(marks, 0) + dice.choice((1, 1, 1, 2, 5))
        if any(profile):
            yield Election(paper, options_n, profile)


def _values(dice: random.Random, paper: Paper, given_n: int) -> list[int]:
    if paper is Paper.SCORE:
        return [dice.randint(0, SCORE_MAX) for _ in range(given_n)]
    places: list[int] = []
    for _ in range(given_n):
        shares = bool(places) and paper is Paper.EQUAL and dice.random() < 0.4
        places.append(places[-1] if shares else places[-1] + 1 if places else 1)
    return places


def differences(election: Election, answers: Answers) -> list[str]:
    """Return what we count otherwise than the libraries."""
    if election.paper is Paper.SCORE:
        found = [*_sum_differs(election, answers), *_star_differs(election, answers)]
    else:
        found = [*_schulze_differs(election, answers), *_borda_differs(election, answers)]
    if election.paper is Paper.RANKED:
        found += _shared_and_by_lot(election, Method.PLURALITY, answers["plurality"])
        found += _shared_and_by_lot(election, Method.IRV, answers["irv"], answers["irv_put"])
    return [f"{what} on {as_json(election, answers)}" for what in found]


def _counted(election: Election, method: Method, tie_rule: TieRule = TieRule.SHARED, seed: str = "") -> Tally:
    return count(method, election.numbers, election.profile, tie_rule=tie_rule, seed=seed)


def _shared_and_by_lot(
    election: Election, method: Method, winners: list[int], possible: list[int] | None = None
) -> Iterator[str]:
    """Hold the winners against those that we find; a lot picks one that could win with some order of ties."""
    shared = _counted(election, method)
    if list(shared.winners) != winners:
        yield f"{method}: {shared.winners}, not {winners}"
    if (shared.decided_by is Decision.SHARED) != (len(winners) > 1):
        yield f"{method}: said to be decided {shared.decided_by}"
    possible = winners if possible is None else possible
    for seed in SEEDS:
        decided = _counted(election, method, TieRule.LOT, seed)
        if len(decided.winners) != 1 or decided.winners[0] not in possible:
            yield f"{method} by lot: {decided.winners}, not one of {possible}"
        if len(possible) > 1 and decided.decided_by is Decision.OUTRIGHT:
            yield f"{method} by lot: not told that one of {possible} was picked"
        if len(possible) == 1 and method is not Method.IRV and decided.decided_by is not Decision.OUTRIGHT:
            yield f"{method} by lot: said to be decided {decided.decided_by}, and nobody else could win"


def _schulze_differs(election: Election, answers: Answers) -> Iterator[str]:
    yield from _shared_and_by_lot(election, Method.SCHULZE, answers["schulze"])
    tally = _counted(election, Method.SCHULZE)
    table = [[(tally.pairwise or {})[one].get(other, 0) for other in election.numbers] for one in election.numbers]
    if table != answers["pairwise"]:
        yield f"pairwise: {table}"
    beaten_by = {line.number: election.options_n - 1 - line.score for line in tally.lines}
    if [beaten_by[number] for number in election.numbers] != answers["beaten_by"]:
        yield f"beaten by: {beaten_by}"


def _borda_differs(election: Election, answers: Answers) -> Iterator[str]:
    margins = answers["borda"]
    best = max(margins)
    winners = [number for number, margin in zip(election.numbers, margins, strict=True) if margin == best]
    yield from _shared_and_by_lot(election, Method.BORDA, winners)
    # They count who comes after less who comes before; we count the same from 0 on, in halves.
    voiced_n = sum(election.profile.values()) - election.profile.get((), 0)
    points = {line.number: line.score for line in _counted(election, Method.BORDA).lines}
    expected = [(margin + voiced_n * (election.options_n - 1)) / 2 for margin in margins]
    if [points[number] for number in election.numbers] != expected:
        yield f"borda: {points}, not {expected}"


def _sum_differs(election: Election, answers: Answers) -> Iterator[str]:
    yield from _shared_and_by_lot(election, Method.SUM, answers["sum"])
    sums = {line.number: line.score for line in _counted(election, Method.SUM).lines}
    if [sums[number] for number in election.numbers] != answers["sums"]:
        yield f"sums: {sums}"


def _star_differs(election: Election, answers: Answers) -> Iterator[str]:
    yield from _shared_and_by_lot(election, Method.STAR, answers["star"])


def wilson_differences(answers: list[tuple[int, int, float]]) -> list[str]:
    """Return where our lower bound is another than that of `answers`: successes, trials, bound."""
    return [
        f"wilson: {successes} of {trials} is {ours}, not {bound}"
        for successes, trials, bound in answers
        if abs((ours := wilson_lower_bound(successes, trials)) - bound) > 1e-12
    ]


def as_json(election: Election, answers: Answers) -> str:
    """Return a line of `KEPT`."""
    row = asdict(election) | {"profile": {canonical(marks): times for marks, times in election.profile.items()}}
    return json.dumps(row | {"answers": answers}, separators=(",", ":"))


def kept() -> Iterator[tuple[Election, Answers]]:
    """Yield the elections that are kept, and what the libraries said of them."""
    for line in KEPT.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        profile = {from_canonical(marks): times for marks, times in row["profile"].items()}
        yield Election(Paper(row["paper"]), row["options_n"], profile), row["answers"]
