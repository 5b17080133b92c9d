"""Our counts against what pref-voting, py-vote-core and SciPy said (`make oracles` asks them anew)."""

from collections import Counter

import pytest

from tests.oracles.elections import Paper, differences, kept, wilson_differences

# Successes, trials, and the lower end of the interval that SciPy's binomtest gives by method "wilson".
BOUNDS = [
    (0, 1, 0.0),
    (0, 25, 0.0),
    (1, 1, 0.20654931437723745),
    (1, 2, 0.09453120573423074),
    (2, 2, 0.34238022750665303),
    (7, 9, 0.4525889691069889),
    (40, 50, 0.6696289406777458),
    (999, 1_000, 0.9943574414020421),
    (1, 1_000, 0.00017654637062607809),
    (123_456, 200_000, 0.6151475941710203),
]


@pytest.mark.parametrize("paper", list(Paper))
def test_we_count_what_others_count(paper):
    found = [what for election, answers in kept() if election.paper is paper for what in differences(election, answers)]
    assert found == []


def test_what_is_kept_holds_ties_short_ballots_and_blank_ones():
    met: Counter[str] = Counter()
    for election, answers in kept():
        met["blank"] += () in election.profile
        met["short"] += any(len(marks) < election.options_n for marks in election.profile)
        met["full"] += all(len(marks) == election.options_n for marks in election.profile)
        if election.paper is Paper.RANKED:
            met["shared"] += len(answers["irv"]) > 1
            met["order of ties matters"] += answers["irv_put"] != answers["irv"]
        if election.paper is not Paper.SCORE:
            met["cycle"] += len(answers["schulze"]) > 1
        else:
            met["star is not the sum"] += answers["star"] != answers["sum"]
    assert all(met[what] >= 20 for what in ("blank", "short", "full", "shared", "order of ties matters"))
    assert all(met[what] >= 20 for what in ("cycle", "star is not the sum"))


def test_bounds_are_those_of_others():
    assert wilson_differences(BOUNDS) == []
