"""What pref-voting, py-vote-core and SciPy answer; they are asked only where they are installed."""

from collections.abc import Iterable
from typing import Any

from pref_voting.grade_methods import score_voting
from pref_voting.grade_methods import star as star_voting
from pref_voting.grade_profiles import GradeProfile
from pref_voting.iterative_methods import (
    instant_runoff,
    instant_runoff_for_truncated_linear_orders,
    instant_runoff_put,
)
from pref_voting.margin_based_methods import beat_path, beat_path_defeat
from pref_voting.profiles import Profile
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.scoring_methods import symmetric_borda_scores
from py3votecore.condorcet import CondorcetHelper
from py3votecore.irv import IRV
from py3votecore.plurality import Plurality
from py3votecore.schulze_method import SchulzeMethod
from scipy.stats import binomtest

from bot.domain.poll.rules import SCORE_MAX
from tests.oracles.elections import Answers, Election, Paper


class DisagreementError(Exception):
    """Two of the libraries answer differently, so neither is an oracle."""


def ask(election: Election) -> Answers:
    """Return what the libraries make of an election.

    Raises:
        DisagreementError: see there.
    """
    if election.paper is Paper.SCORE:
        return _of_scores(election)
    profile = _profile(election)
    pairs = [[_plain(profile.support(one, other)) for other in election.numbers] for one in election.numbers]
    beats = beat_path_defeat(profile, strength_function=profile.support)
    winners = _agreed(
        beat_path(profile, strength_function=profile.support),
        beat_path(profile, strength_function=profile.support, algorithm="basic"),
    )
    _check_vote_core(election, pairs, winners)
    scores = symmetric_borda_scores(profile)
    answers = {
        "pairwise": pairs,
        "schulze": winners,
        "beaten_by": [beats.in_degree(number) for number in election.numbers],
        "borda": [_plain(scores[number]) for number in election.numbers],
    }
    return answers | _of_first_places(election, profile) if election.paper is Paper.RANKED else answers


def _check_vote_core(election: Election, pairs: list[list[int]], winners: list[int]) -> None:
    """Hold py-vote-core's Schulze winners against pref-voting's.

    It stops at options that no other is preferred to, without looking at paths. Those do win, but where options are
    level in pairs, others that no path beats win with them, and it does not see these.
    """
    theirs = _of_vote_core(
        SchulzeMethod(_ballots(election), ballot_notation=CondorcetHelper.BALLOT_NOTATION_RANKING), election
    )
    unbeaten = [
        number
        for number, row in zip(election.numbers, pairs, strict=True)
        if all(votes >= pairs[other][number - 1] for other, votes in enumerate(row))
    ]
    if theirs != (unbeaten or winners) or not set(theirs) <= set(winners):
        raise DisagreementError(f"Schulze: {winners} and {theirs}")


def _of_first_places(election: Election, profile: ProfileWithTies) -> Answers:
    votes = profile.plurality_scores()
    most = max(votes.values())
    in_order = [
        {"count": times, "ballot": [number for number, _ in sorted(marks, key=lambda mark: mark[1])]}
        for marks, times in election.profile.items()
        if marks
    ]
    first_places = [{"count": row["count"], "ballot": row["ballot"][0]} for row in in_order]
    plurality = _agreed(
        [number for number in election.numbers if votes.get(number, 0) == most],
        _of_vote_core(Plurality(first_places), election),
    )
    winners = _agreed(instant_runoff(profile), instant_runoff_for_truncated_linear_orders(profile), *_linear(election))
    # py-vote-core lets one leave at a time, by chance where they are level; only without ties it has to agree.
    single = IRV(in_order)
    if not any("tied_losers" in turn for turn in single.rounds):
        _agreed(winners, [single.winner])
    return {
        "plurality": plurality,
        "irv": winners,
        "irv_put": [_plain(number) for number in instant_runoff_put(profile)],
    }


def _of_scores(election: Election) -> Answers:
    # They leave an option that nobody scored out of everything, and a ballot out of a run-off of which it scores one;
    # STAR's own rule, and ours, is that what is left blank is a 0.
    filled = [{number: dict(marks).get(number, 0) for number in election.numbers} for marks in election.profile]
    grades = list(range(SCORE_MAX + 1))
    profile = GradeProfile(filled, grades, list(election.profile.values()), candidates=election.numbers)
    return {
        "sums": [_plain(profile.sum(number)) for number in election.numbers],
        "sum": [_plain(number) for number in score_voting(profile)],
        "star": [_plain(number) for number in star_voting(profile)],
    }


def wilson(successes: int, trials: int) -> float:
    """Return SciPy's lower bound of the 95 % interval."""
    return float(binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson").low)


def _profile(election: Election) -> ProfileWithTies:
    rankings = [dict(marks) for marks in election.profile]
    profile = ProfileWithTies(rankings, list(election.profile.values()), candidates=election.numbers)
    profile.use_extended_strict_preference()  # what is not given comes after all that is
    return profile


def _ballots(election: Election) -> list[dict[str, Any]]:
    return [{"count": times, "ballot": dict(marks)} for marks, times in election.profile.items() if marks]


def _linear(election: Election) -> list[list[int]]:
    """Return who wins by the count for full rankings, if all are full."""
    if any(len(marks) < election.options_n for marks in election.profile):
        return []
    # It knows candidates by their index.
    rankings = [[number - 1 for number, _ in sorted(marks, key=lambda mark: mark[1])] for marks in election.profile]
    winners = instant_runoff(Profile(rankings, list(election.profile.values())))
    return [[index + 1 for index in winners]]


def _of_vote_core(counted: Any, election: Election) -> list[int]:
    tied = getattr(counted, "tied_winners", None)
    return [number for number in election.numbers if number in (tied or {counted.winner})]


def _agreed(first: Iterable[Any], *others: Iterable[Any]) -> list[int]:
    answer = [_plain(number) for number in first]
    for other in others:
        if [_plain(number) for number in other] != answer:
            raise DisagreementError(f"{answer} and {list(other)}")
    return answer


def _plain(number: Any) -> int:
    """Return one of NumPy's numbers as Python's."""
    return int(number)
