"""Instant run-off, round by round."""

import pytest

from bot.domain.poll.irv import EqualPlacesError
from bot.domain.poll.rules import Method
from bot.domain.poll.tally import Decision
from tests.domain.poll.papers import counted, letters, ranked, seed_for, tiers

IRV = Method.IRV


def test_the_count_stops_at_a_majority():
    tally = counted(IRV, "ABC", ranked("6 A>B", "3 B>A", "2 C>B"))
    assert tiers(tally) == "A B C"
    assert len(tally.rounds) == 1
    assert tally.rounds[0].out == ()
    assert tally.decided_by is Decision.OUTRIGHT


def test_half_of_the_votes_is_no_majority():
    tally = counted(IRV, "ABC", ranked("6 A>B", "4 B>A", "2 C>B"))
    assert [letters(turn.out) for turn in tally.rounds] == ["C", ""]
    assert letters(tally.winners) == "AB"


def test_exhausted_ballots_are_no_part_of_the_majority():
    tally = counted(IRV, "ABC", ranked("5 A", "4 B", "3 C"))
    assert [turn.exhausted_n for turn in tally.rounds] == [0, 3]
    assert letters(tally.winners) == "A"


def test_blank_ballots_are_exhausted_from_the_start():
    tally = counted(IRV, "AB", ranked("3 A", "2 B", "10"))
    assert tally.ballots_n == 15
    assert tally.rounds[0].exhausted_n == 10
    assert letters(tally.winners) == "A"


def test_those_who_are_last_together_leave_together():
    tally = counted(IRV, "ABCD", ranked("5 A", "4 B", "2 C>B", "2 D>B"))
    assert [letters(turn.out) for turn in tally.rounds] == ["CD", ""]
    assert letters(tally.winners) == "B"
    assert tally.decided_by is Decision.OUTRIGHT


def test_all_who_are_level_at_the_end_win_together():
    tally = counted(IRV, "ABCD", ranked("3 A", "3 B", "3 C", "1 D"))
    assert tiers(tally) == "ABC D"
    assert tally.decided_by is Decision.SHARED
    assert tally.rounds[-1].decided_by is Decision.SHARED


def test_whoever_is_left_when_all_others_leave_has_won():
    tally = counted(IRV, "ABC", ranked("4 A>B", "3 B>C", "3 C>B"))
    assert letters(tally.winners) == "A"
    assert [letters(turn.out) for turn in tally.rounds] == ["BC"]
    assert tiers(tally) == "A BC"


def test_a_lot_takes_one_at_a_time():
    # Who of B and C leaves decides whether the other gets its votes and wins.
    profile = ranked("4 A>B", "3 B>C", "3 C>B")
    for stays, leaves in ("BC", "CB"):
        tally = counted(IRV, "ABC", profile, seed=seed_for(stays, leaves))
        assert letters(tally.winners) == stays
        assert letters(tally.rounds[0].out) == leaves
        assert tally.rounds[0].decided_by is Decision.LOT
        assert tally.decided_by is Decision.LOT


def test_before_the_lot_the_votes_of_the_round_before_decide():
    # B and C are level when D has left; before, C had fewer.
    profile = ranked("6 A", "4 B>C", "3 C>B", "1 D>C")
    for seed in (seed_for("B", "C"), seed_for("C", "B")):
        tally = counted(IRV, "ABCD", profile, seed=seed)
        assert [letters(turn.out) for turn in tally.rounds] == ["D", "C", ""]
        assert tally.rounds[1].decided_by is Decision.EARLIER_ROUNDS
        assert tally.decided_by is Decision.EARLIER_ROUNDS
        assert letters(tally.winners) == "B"


def test_of_earlier_rounds_the_latest_in_which_they_differ_decides():
    # B is ahead of C in the first round, behind in the second, level in the third.
    profile = ranked("11 A", "7 B", "6 C", "2 E>C", "2 D>B", "1 D>C")
    tally = counted(IRV, "ABCDE", profile, seed="any")
    assert [(turn.totals[2], turn.totals[3]) for turn in tally.rounds[:3]] == [(7, 6), (7, 8), (9, 9)]
    assert letters(tally.rounds[2].out) == "B"
    assert tally.rounds[2].decided_by is Decision.EARLIER_ROUNDS


def test_of_several_a_later_round_leaves_some_and_an_earlier_one_decides_between_them():
    # In the third round B, C and D are level. In the second, B and C had fewer than D; in the first, C fewer than B.
    profile = ranked("20 A", "7 B", "6 C", "8 D", "1 E>C", "2 F>B", "2 F>C", "1 F>D")
    tally = counted(IRV, "ABCDEF", profile, seed="any")
    assert [letters(turn.out) for turn in tally.rounds[:3]] == ["E", "F", "C"]
    assert [[turn.totals[option] for option in (2, 3, 4)] for turn in tally.rounds[:3]] == [
        [7, 6, 8],
        [7, 7, 8],
        [9, 9, 9],
    ]
    assert tally.rounds[2].decided_by is Decision.EARLIER_ROUNDS


def test_the_lot_decides_between_the_last_two():
    profile = ranked("3 A", "3 B", "1 C")
    for stays, leaves in ("AB", "BA"):
        tally = counted(IRV, "ABC", profile, seed=seed_for(stays, leaves))
        assert letters(tally.winners) == stays
        assert tiers(tally) == f"{stays} {leaves} C"
        assert tally.decided_by is Decision.LOT


def test_a_lot_among_those_who_leave_anyway_decided_nothing():
    # C and D together have less than B, so both leave whoever goes first.
    tally = counted(IRV, "ABCD", ranked("9 A", "8 B>A", "1 C", "1 D"), seed="any")
    assert tally.rounds[0].decided_by is Decision.LOT
    assert tally.decided_by is Decision.OUTRIGHT
    assert letters(tally.winners) == "A"


def test_a_ballot_that_comes_to_count_for_two_is_refused():
    with pytest.raises(EqualPlacesError):
        counted(IRV, "ABC", ranked("2 A=B>C", "1 C"))
    with pytest.raises(EqualPlacesError):
        counted(IRV, "ABCD", ranked("1 D>A=B", "2 A", "2 B", "2 C"))


def test_equal_places_that_the_count_never_comes_to_do_no_harm():
    tally = counted(IRV, "ABC", ranked("3 A>B=C", "1 B", "1 C"))
    assert letters(tally.winners) == "A"


def test_ballots_need_not_begin_with_the_first_place():
    tally = counted(IRV, "ABC", {((1, 3), (2, 2)): 4, ((3, 9),): 3})
    assert tally.rounds[0].totals == {1: 0, 2: 4, 3: 3}
