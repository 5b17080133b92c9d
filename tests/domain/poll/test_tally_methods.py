"""Plurality, Schulze, Borda, sums, STAR and verdicts: what each gives, and what decides its ties."""

import pytest

from bot.domain.poll.rules import Method
from bot.domain.poll.tally import Decision
from tests.domain.poll.papers import counted, letters, ranked, seed_for, tiers, valued


def scores(tally):
    return {letters([line.number]): line.score for line in tally.lines}


def test_single_and_multiple_choices_are_votes():
    tally = counted(Method.PLURALITY, "ABC", valued("3 A1", "2 B1", "2 B1 C1"))
    assert scores(tally) == {"B": 4, "A": 3, "C": 2}
    assert tiers(tally) == "B A C"
    assert tally.ballots_n == 7


def test_of_a_ranked_ballot_the_first_place_is_a_vote():
    tally = counted(Method.PLURALITY, "ABC", ranked("3 A>B>C", "2 B>C", "2 C=B>A"))
    assert scores(tally) == {"B": 4, "A": 3, "C": 2}
    assert {letters([line.number]): line.count for line in tally.lines} == {"A": 5, "B": 7, "C": 7}


@pytest.mark.parametrize(
    ("method", "profile"),
    [
        (Method.PLURALITY, valued("2 A1", "2 B1", "1 C1")),
        (Method.SCHULZE, ranked("2 A>B", "2 B>A")),
        (Method.BORDA, ranked("2 A>B", "2 B>A")),
        (Method.SUM, valued("1 A5 B3", "1 A1 B3")),
        (Method.STAR, valued("1 A4 B3", "1 A3 B4")),
        (Method.WILSON, valued("2 A+1 B+1", "1 A-1 B-1")),
    ],
)
def test_who_is_level_wins_together_or_by_lot(method, profile):
    together = counted(method, "ABC", profile)
    assert tiers(together).split()[0] == "AB"
    assert letters(together.winners) == "AB"
    assert together.decided_by is Decision.SHARED
    for first, second in ("AB", "BA"):
        by_lot = counted(method, "ABC", profile, seed=seed_for(first, second))
        assert letters(by_lot.winners) == first
        assert tiers(by_lot) == f"{first} {second} C"
        assert [letters([line.number]) for line in by_lot.lines] == [first, second, "C"]
        assert by_lot.decided_by is Decision.LOT


def test_a_lot_orders_nobody_but_the_winner():
    tally = counted(Method.PLURALITY, "ABCDE", valued("2 A1", "2 B1", "2 C1", "1 D1", "1 E1"), seed=seed_for("C", "AB"))
    assert tiers(tally) == "C AB DE"


def test_without_a_tie_there_is_no_lot():
    assert counted(Method.PLURALITY, "AB", valued("2 A1", "1 B1"), seed="any").decided_by is Decision.OUTRIGHT


def test_a_path_is_as_strong_as_its_winning_votes_not_its_margins():
    # In a circle: C before B by 6 to 3, B before A by 5 to 4, A before C by 4 to 2. The step with the fewest votes for
    # it is the last, so C wins; the one with the smallest margin is B before A, and by margins A would.
    tally = counted(Method.SCHULZE, "ABC", ranked("3 B", "4 A>C>B", "2 C>B>A"))
    assert tally.pairwise == {1: {2: 4, 3: 4}, 2: {1: 5, 3: 3}, 3: {1: 2, 2: 6}}
    assert tiers(tally) == "C B A"


def test_options_that_are_not_given_come_last_and_level():
    table = counted(Method.SCHULZE, "ABCD", ranked("3 B>A")).pairwise
    assert table == {
        1: {2: 0, 3: 3, 4: 3},
        2: {1: 3, 3: 3, 4: 3},
        3: {1: 0, 2: 0, 4: 0},
        4: {1: 0, 2: 0, 3: 0},
    }
    assert tiers(counted(Method.SCHULZE, "ABCD", ranked("3 B>A"))) == "B A CD"


def test_equal_places_prefer_neither():
    table = counted(Method.SCHULZE, "ABC", ranked("3 A=B>C", "2 C>A=B")).pairwise
    assert table == {1: {2: 0, 3: 3}, 2: {1: 0, 3: 3}, 3: {1: 2, 2: 2}}
    assert tiers(counted(Method.SCHULZE, "ABC", ranked("3 A=B>C", "2 C>A=B"))) == "AB C"


def test_options_left_out_share_the_points_that_are_left():
    tally = counted(Method.BORDA, "ABCD", ranked("1 A>B"))
    assert scores(tally) == {"A": 3, "B": 2, "C": 0.5, "D": 0.5}
    assert counted(Method.BORDA, "ABCD", ranked("1 A=B>C>D")).lines[0].score == 2.5


def test_blank_ballots_give_no_points():
    assert scores(counted(Method.BORDA, "AB", ranked("1 A", "5"))) == {"A": 1, "B": 0}


def test_sums_and_averages():
    tally = counted(Method.SUM, "ABC", valued("2 A5 B3", "1 B4 C0"))
    assert scores(tally) == {"A": 10, "B": 10, "C": 0}
    assert [line.average for line in tally.lines] == [5.0, 10 / 3, 0.0]
    assert [line.count for line in tally.lines] == [2, 3, 1]


def test_an_option_that_nobody_scored_has_no_average():
    assert counted(Method.SUM, "AB", valued("1 A2")).lines[1].average is None


def test_the_run_off_may_turn_the_two_best_around():
    tally = counted(Method.STAR, "ABC", valued("2 A5 B0 C1", "3 A3 B4 C1"))
    assert scores(tally) == {"A": 19, "B": 12, "C": 5}
    assert tiers(tally) == "B A C"
    first, second = tally.rounds
    assert first.totals == {1: 19, 2: 12, 3: 5}
    assert (letters(first.out), first.decided_by) == ("C", Decision.OUTRIGHT)
    assert second.totals == {1: 2, 2: 3}
    assert (letters(second.out), second.decided_by) == ("A", Decision.OUTRIGHT)
    assert tally.decided_by is Decision.OUTRIGHT


def test_who_has_no_preference_in_a_run_off_is_exhausted():
    tally = counted(Method.STAR, "ABC", valued("2 A5 B0", "3 A4 B4", "1 C2", "4"))
    assert tally.rounds[1].totals == {1: 2, 2: 0}
    assert tally.rounds[1].exhausted_n == 8


def test_what_is_not_scored_counts_as_nothing_in_a_run_off():
    tally = counted(Method.STAR, "AB", valued("2 A1", "1 B5"))
    assert tally.rounds[1].totals == {1: 2, 2: 1}
    assert letters(tally.winners) == "A"


def test_a_level_run_off_goes_to_the_higher_sum_where_a_tie_must_be_decided():
    profile = valued("1 A5 B0", "1 A3 B4")
    assert letters(counted(Method.STAR, "AB", profile).winners) == "AB"
    for seed in (seed_for("A", "B"), seed_for("B", "A")):
        tally = counted(Method.STAR, "AB", profile, seed=seed)
        assert letters(tally.winners) == "A"
        assert tally.decided_by is Decision.EARLIER_ROUNDS
        assert tally.rounds[1].decided_by is Decision.EARLIER_ROUNDS


def test_who_shares_the_second_place_is_in_the_run_off():
    # A has the highest sum, and wins both run-offs.
    profile = valued("3 A4 B5 C0", "2 A4 B0 C0", "1 A4 B0 C5", "2 C5 A4 B0")
    tally = counted(Method.STAR, "ABC", profile)
    assert scores(tally)["B"] == scores(tally)["C"]
    assert letters(tally.winners) == "A"
    assert len(tally.rounds) == 1
    assert tally.pairwise is not None
    assert set(tally.pairwise) == {1, 2, 3}


def test_a_lot_picks_who_is_in_the_run_off():
    # A is first; B would beat it, C would not, and the sums of B and C are level.
    profile = valued("3 A4 B5", "2 A4 C5", "1 A4 C5 B0")
    shared = counted(Method.STAR, "ABC", profile)
    assert letters(shared.winners) == "ABC"
    assert shared.decided_by is Decision.SHARED
    for lucky, other in ("BC", "CB"):
        tally = counted(Method.STAR, "ABC", profile, seed=seed_for(lucky, other))
        assert letters(tally.rounds[0].out) == other
        assert tally.rounds[0].decided_by is Decision.LOT
        assert set(tally.rounds[1].totals) == {1, 2 if lucky == "B" else 3}
        assert tally.decided_by is Decision.LOT


def test_a_lot_for_the_run_off_that_changes_nothing_decided_nothing():
    tally = counted(Method.STAR, "ABC", valued("9 A5", "1 B1", "1 C1"), seed="any")
    assert tally.rounds[0].decided_by is Decision.LOT
    assert tally.decided_by is Decision.OUTRIGHT


def test_star_takes_scores_of_any_height():
    tally = counted(Method.STAR, "ABC", valued("2 A999999 B1000", "3 B1000 C300"))
    assert letters(tally.winners) == "B"


def test_one_option_alone_wins_by_every_method():
    for method, profile in (
        (Method.PLURALITY, valued("1 A1")),
        (Method.SCHULZE, ranked("1 A")),
        (Method.IRV, ranked("1 A")),
        (Method.BORDA, ranked("1 A")),
        (Method.SUM, valued("1 A0")),
        (Method.STAR, valued("1 A0")),
        (Method.WILSON, valued("1 A-1")),
    ):
        for seed in (None, "any"):
            tally = counted(method, "A", profile, seed=seed)
            assert letters(tally.winners) == "A"
            assert tally.decided_by is Decision.OUTRIGHT


def test_forty_of_fifty_come_before_two_of_two():
    tally = counted(Method.WILSON, "AB", valued("2 A+1 B+1", "38 B+1", "10 B-1"))
    assert tiers(tally) == "B A"
    best = tally.lines[0]
    assert (best.for_n, best.against_n, best.count) == (40, 10, 50)


def test_options_that_nobody_judged_come_last():
    tally = counted(Method.WILSON, "ABCD", valued("1 B-1", "3 C-1 D+1"))
    assert tiers(tally) == "D B C A"
    assert scores(tally)["B"] == scores(tally)["C"] == scores(tally)["A"] == 0
