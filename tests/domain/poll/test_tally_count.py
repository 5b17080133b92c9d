"""The one door to all methods: who is refused there, and what is said when nobody voted."""

import pytest

from bot.domain.poll.count import count
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.tally import Decision
from tests.domain.poll.papers import counted, ranked, valued

COUNTED = [method for method in Method if method is not Method.KNOCKOUT]


@pytest.mark.parametrize("method", COUNTED)
@pytest.mark.parametrize("profile", [{}, {(): 4}, {((1, 1),): 0}])
@pytest.mark.parametrize("tie_rule", list(TieRule))
def test_where_nobody_voted_nobody_wins(method, profile, tie_rule):
    tally = count(method, [3, 1, 2], profile, tie_rule=tie_rule, seed="any")
    assert tally.winners == ()
    assert tally.tiers == ((3, 1, 2),)
    assert [line.number for line in tally.lines] == [3, 1, 2]
    assert all(line.score == line.count == 0 for line in tally.lines)
    assert tally.decided_by is Decision.NOBODY
    assert tally.ballots_n == sum(profile.values())


@pytest.mark.parametrize("method", COUNTED)
def test_where_no_option_stands_nobody_wins(method):
    tally = count(method, [], {(): 2}, tie_rule=TieRule.SHARED, seed="")
    assert (tally.winners, tally.tiers, tally.lines, tally.ballots_n) == ((), (), (), 2)


def test_a_knock_out_is_not_counted_here():
    with pytest.raises(ValueError, match="knockout"):
        counted(Method.KNOCKOUT, "AB", valued("1 A1"))


@pytest.mark.parametrize("method", COUNTED)
def test_a_ballot_for_an_option_that_does_not_stand_is_a_fault(method):
    with pytest.raises(KeyError):
        counted(method, "AB", valued("1 C1"))


@pytest.mark.parametrize("method", [Method.SCHULZE, Method.IRV, Method.BORDA])
@pytest.mark.parametrize("place", [255, 256, 100_000, -1])
def test_a_place_that_no_ballot_has_is_a_fault(method, place):
    with pytest.raises(ValueError, match=r"254|range\(0, 256\)"):
        counted(method, "AB", {((1, 1), (2, place)): 1})


def test_a_hundred_options_are_counted():
    options = [chr(ord("A") + position) for position in range(100)]
    profile = ranked("2 " + ">".join(options), "1 " + ">".join(reversed(options)))
    for method in (Method.SCHULZE, Method.IRV, Method.BORDA):
        tally = counted(method, "".join(options), profile)
        assert tally.winners == (1,)
        assert tally.tiers[-1] == ((100,) if method is not Method.IRV else tally.tiers[-1])
