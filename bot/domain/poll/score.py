"""Scores: the highest sum, and STAR ("score, then automatic run-off")."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

from bot.domain.poll.ballot import Marks, Profile, lot
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.sheet import Sheet
from bot.domain.poll.tally import CountRound, Decision, Line, Tally
from bot.domain.poll.ties import Tiers, Ties, result, tiers_by


def score_sum(numbers: Sequence[int], profile: Profile, ties: Ties) -> Tally:
    """Order options by the sum of their scores; what is not scored adds nothing. A line's score is its sum."""
    sums, lines = _summed(numbers, profile)
    return result(Method.SUM, sum(profile.values()), ties.settle(tiers_by(sums)), lines)


def star(numbers: Sequence[int], profile: Profile, ties: Ties) -> Tally:
    """Let the two options with the highest sums meet: who has the higher score on more ballots wins.

    What is not scored counts as 0 (Equal Vote Coalition, starvoting.org, "STAR voting": "those left blank receive zero
    stars"). A run-off of two is the second round, its totals are the ballots that prefer each, and those that prefer
    neither are exhausted.

    If ties are shared, and sums are level at the edge, all who are level there are in, and whoever wins one of the
    run-offs between a first and a second wins, or draws it, like ``star`` of the library pref-voting; then there is no
    second round to show, and the pairwise table tells of the run-offs. If a lot is to decide, it picks two; and the
    sums of the first round decide a run-off that is level, before the lot does (as in STAR's own rules). The tally says
    that they decided only if more than one option could have won. The pairwise table is of those in the run-off.

    After the winners come the others who were in the run-off, then the rest, each by their sums. A line's score is its
    sum.
    """
    sums, lines = _summed(numbers, profile)
    ballots_n = sum(profile.values())
    firsts, seconds = _finalists(tiers_by(sums))
    level = (*firsts, *seconds)
    table = Sheet(level, _as_ranked(profile, frozenset(level))).pairwise()
    could_win = _of_run_offs(firsts, seconds, table)
    finalists, picked_by = level, Decision.OUTRIGHT
    if ties.rule is TieRule.LOT and len(level) > 2:  # noqa: PLR2004  # a run-off is of two
        finalists = (*lot(ties.seed, firsts), *lot(ties.seed, seconds))[:2]
        picked_by = Decision.LOT
    rounds = [
        CountRound(sums, out=tuple(number for number in numbers if number not in finalists), decided_by=picked_by)
    ]
    winners, decided_by = could_win, Decision.SHARED if len(could_win) > 1 else Decision.OUTRIGHT
    if len(finalists) == 2:  # noqa: PLR2004  # as above
        run_off = _run_off(finalists, table, sums, ties, ballots_n)
        rounds.append(run_off)
        winners = tuple(number for number in finalists if number not in run_off.out)
        if len(could_win) > 1:
            decided_by = Decision.LOT if picked_by is Decision.LOT else run_off.decided_by
    tiers = tiers_by(
        {number: (2, 0) if number in winners else (int(number in finalists), total) for number, total in sums.items()}
    )
    return result(Method.STAR, ballots_n, (tiers, decided_by), lines, rounds=rounds, pairwise=table)


def _summed(numbers: Sequence[int], profile: Profile) -> tuple[dict[int, int], dict[int, Line]]:
    """Return the sums of the options, and their lines."""
    sums = dict.fromkeys(numbers, 0)
    named = dict.fromkeys(numbers, 0)
    for marks, times in profile.items():
        for number, score in marks:
            sums[number] += score * times
            named[number] += times
    return sums, {
        number: Line(number, score=total, count=named[number], average=total / named[number] if named[number] else None)
        for number, total in sums.items()
    }


def _finalists(tiers: Tiers) -> Tiers:
    """Return those of whom one is first, and those of whom one is second; no seconds if several are first."""
    return (tiers[0], ()) if len(tiers[0]) > 1 or len(tiers) == 1 else tiers[:2]


def _as_ranked(profile: Profile, numbers: frozenset[int]) -> dict[Marks, int]:
    """Return the ballots as rankings of some options: a higher score is an earlier place, and a 0 is none."""
    ranked: dict[Marks, int] = {}
    for marks, times in profile.items():
        scored = [(number, score) for number, score in marks if score > 0 and number in numbers]
        # Places follow each other whatever the scores are: other people's go to 100 and beyond.
        in_order = sorted({score for _, score in scored}, reverse=True)
        places = tuple((number, in_order.index(score) + 1) for number, score in scored)
        ranked[places] = ranked.get(places, 0) + times
    return ranked


def _of_run_offs(
    firsts: Sequence[int], seconds: Sequence[int], table: Mapping[int, Mapping[int, int]]
) -> tuple[int, ...]:
    """Return who wins, or draws, any run-off of a first and a second."""
    if len(firsts) == 1 and not seconds:
        return tuple(firsts)
    pairs = product(firsts, seconds) if seconds else combinations(firsts, 2)
    winners: set[int] = set()
    for one, other in pairs:
        if table[one][other] >= table[other][one]:
            winners.add(one)
        if table[other][one] >= table[one][other]:
            winners.add(other)
    return tuple(number for number in (*firsts, *seconds) if number in winners)


def _run_off(
    finalists: Sequence[int],
    table: Mapping[int, Mapping[int, int]],
    sums: Mapping[int, int],
    ties: Ties,
    ballots_n: int,
) -> CountRound:
    """Return the second round."""
    one, other = finalists
    totals = {one: table[one][other], other: table[other][one]}
    behind, decided_by = (), Decision.SHARED
    if totals[one] != totals[other]:
        behind, decided_by = (min(finalists, key=totals.__getitem__),), Decision.OUTRIGHT
    elif ties.rule is TieRule.LOT and sums[one] != sums[other]:
        behind, decided_by = (min(finalists, key=sums.__getitem__),), Decision.EARLIER_ROUNDS
    elif ties.rule is TieRule.LOT:
        behind, decided_by = (lot(ties.seed, finalists)[-1],), Decision.LOT
    exhausted_n = ballots_n - sum(totals.values())
    return CountRound(totals, out=behind, exhausted_n=exhausted_n, decided_by=decided_by)
