"""Who meets whom in a bracket, how matches are decided, and that anybody gets the same by playing it again."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.ballot import (
    Profile,
    lot,
    marks_of,
)
from bot.domain.poll.bracket import (
    OPENING,
    Bracket,
    Match,
    begin,
    bracket_from_json,
    bracket_to_json,
    is_over,
    matches_of,
    open_matches,
    open_round,
    opening,
)
from bot.domain.poll.knockout import (
    decide_round,
    opening_votes,
    replay,
    result,
    seeded,
    votes_of,
    with_votes,
)
from bot.domain.poll.rules import Method, Seeding, TieRule
from bot.domain.poll.tally import Decision

T0 = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SEED = "5eed" * 8
SIZES = st.integers(4, 64)


def order_of(size: int) -> tuple[int, ...]:
    """Return option numbers that are not their own places."""
    numbers = list(range(1, size + 1))
    Random(size).shuffle(numbers)
    return tuple(numbers)


def played(
    size: int, ballots_n: int, random: Random, tie_rule: TieRule = TieRule.LOT
) -> tuple[Bracket, list[datetime], list[dict[int, int]]]:
    """Play a bracket as members do, round after round; return it, the ends of its rounds, and the ballots."""
    ballots: list[dict[int, int]] = [{} for _ in range(ballots_n)]
    bracket = begin(order_of(size), T0)
    closes = [T0]
    while (one := open_round(bracket)) is not None:
        for ballot in ballots:
            for match in one.to_play:
                if random.random() < 0.7:
                    ballot[match.number] = random.choice(match.entries)
        closes.append(closes[-1] + DAY)
        bracket = decide_round(bracket, profile(ballots), tie_rule=tie_rule, seed=SEED, next_closes_at=closes[-1])
    return bracket, closes[: len(bracket.rounds)], ballots


def profile(ballots: list[dict[int, int]]) -> Profile:
    return Counter(marks_of(ballot) for ballot in ballots)


@given(SIZES, st.integers(0, 5), st.randoms(use_true_random=False), st.sampled_from(TieRule))
def test_every_field_is_played_to_one_winner_in_as_few_rounds_as_it_takes(size, ballots_n, random, tie_rule):
    bracket, _, _ = played(size, ballots_n, random, tie_rule)
    matches = [match for match in matches_of(bracket) if not match.is_bye]
    assert len(matches) == size - 1
    assert len(bracket.rounds) == (size - 1).bit_length() == bracket.rounds_n
    lost = Counter(number for match in matches for number in match.losers)
    assert set(lost.values()) == {1}
    final = bracket.rounds[-1].matches[0]
    assert set(bracket.order) - set(lost) == ({*final.entries} if final.winner is None else {final.winner})
    assert not any(match.is_bye for one in bracket.rounds[1:] for match in one.matches)
    assert [match.number for match in matches_of(bracket)] == list(range(1, len(matches_of(bracket)) + 1))


@given(SIZES)
def test_byes_go_to_the_strongest(size):
    bracket = begin(order_of(size), T0)
    byes = {match.first for match in bracket.rounds[0].matches if match.is_bye}
    assert byes == set(order_of(size)[: 2 ** (size - 1).bit_length() - size])


@given(SIZES)
def test_where_the_stronger_always_wins_the_strongest_meet_as_late_as_can_be(size):
    order = order_of(size)
    bracket = begin(order, T0)
    while open_round(bracket) is not None:
        one_voter = {match.number: min(match.entries, key=order.index) for match in open_matches(bracket)}
        still_in = size if len(bracket.rounds) == 1 else 2 ** (bracket.rounds_n - len(bracket.rounds) + 1)
        entries = [number for match in bracket.rounds[-1].matches for number in match.entries]
        assert sorted(entries, key=order.index) == list(order[:still_in])
        bracket = decide_round(bracket, profile([one_voter]), tie_rule=TieRule.SHARED, seed=SEED, next_closes_at=T0)
    final = bracket.rounds[-1].matches[0]
    assert (final.first, final.second, final.winner) == (order[0], order[1], order[0])


def test_eight_entries_meet_as_in_every_bracket():
    bracket = begin(range(1, 9), T0)
    assert [match.entries for match in bracket.rounds[0].matches] == [(1, 8), (4, 5), (2, 7), (3, 6)]


def test_five_entries_play_one_match_first():
    bracket = begin((10, 20, 30, 40, 50), T0)
    assert [match.entries for match in bracket.rounds[0].matches] == [(10,), (40, 50), (20,), (30,)]
    bracket = decide_round(bracket, {((2, 50),): 1}, tie_rule=TieRule.SHARED, seed=SEED, next_closes_at=T0 + DAY)
    assert [match.entries for match in bracket.rounds[1].matches] == [(10, 50), (20, 30)]
    assert [match.number for match in bracket.rounds[1].matches] == [5, 6]


@pytest.mark.parametrize("order", [(), (1,), (1, 2, 1)])
def test_no_field_is_no_bracket(order):
    with pytest.raises(ValueError, match="two different entries"):
        begin(order, T0)


@given(SIZES, st.integers(0, 6), st.randoms(use_true_random=False), st.sampled_from(TieRule))
def test_whoever_plays_it_again_from_the_ballots_gets_the_same(size, ballots_n, random, tie_rule):
    bracket, closes, ballots = played(size, ballots_n, random, tie_rule)
    random.shuffle(ballots)
    assert replay(order_of(size), closes, profile(ballots), tie_rule=tie_rule, seed=SEED) == bracket


@given(SIZES, st.integers(0, 6), st.randoms(use_true_random=False))
def test_a_bracket_is_kept_as_json(size, ballots_n, random):
    bracket, _, _ = played(size, ballots_n, random, TieRule.SHARED)
    for some in (bracket, Bracket(bracket.order, bracket.rounds[:1]), opening(T0), Bracket()):
        assert bracket_from_json(json.loads(json.dumps(bracket_to_json(some)))) == some


@pytest.mark.parametrize("kept", [{}, {"order": [], "rounds": [{"matches": [], "closes_at": "2026-11-18T09:00"}]}])
def test_what_is_no_kept_bracket_is_refused(kept):
    with pytest.raises((KeyError, ValueError)):
        bracket_from_json(kept)


def test_a_replay_without_the_end_of_each_round_is_refused():
    for closes in ([], [T0], [T0] * 3):
        with pytest.raises(ValueError, match="bracket has"):
            replay((1, 2, 3, 4), closes, {}, tie_rule=TieRule.LOT, seed=SEED)


def test_a_round_is_followed_by_one_that_has_an_end():
    with pytest.raises(ValueError, match="no end"):
        decide_round(begin((1, 2, 3, 4), T0), {}, tie_rule=TieRule.LOT, seed=SEED)


@pytest.mark.parametrize("bracket", [Bracket(), opening(T0)])
def test_before_the_first_match_no_round_is_closed(bracket):
    with pytest.raises(ValueError, match="no round"):
        decide_round(bracket, {}, tie_rule=TieRule.LOT, seed=SEED, next_closes_at=T0)


def test_more_votes_win_and_votes_for_others_count_for_nobody():
    ballots: Profile = {((1, 1), (2, 3)): 2, ((1, 4), (2, 2)): 3, ((1, 3), (2, 4), (7, 1)): 9}
    bracket = decide_round(begin((1, 2, 3, 4), T0), ballots, tie_rule=TieRule.SHARED, seed=SEED, next_closes_at=T0)
    first, second = bracket.rounds[0].matches
    assert first == Match(1, 1, 4, winner=4, first_n=2, second_n=3, decided_by=Decision.OUTRIGHT)
    assert second == Match(2, 2, 3, winner=2, first_n=3, second_n=2, decided_by=Decision.OUTRIGHT)
    assert votes_of(ballots, first) == (2, 3)


def two_rounds(tie_rule: TieRule, opening_round: Profile, final: Profile) -> Bracket:
    bracket = decide_round(
        begin((1, 2, 3, 4), T0), opening_round, tie_rule=tie_rule, seed=SEED, next_closes_at=T0 + DAY
    )
    return decide_round(bracket, final, tie_rule=tie_rule, seed=SEED)


def test_a_level_final_is_shared_by_default():
    bracket = two_rounds(TieRule.SHARED, {((1, 1), (2, 2)): 1}, {((1, 1), (2, 2), (3, 1)): 1, ((3, 2),): 1})
    found = result(bracket, ballots_n=2)
    assert (found.winners, found.tiers, found.decided_by) == ((1, 2), ((1, 2), (3, 4)), Decision.SHARED)
    assert is_over(bracket)
    assert open_round(bracket) is None


def test_a_level_final_goes_to_the_one_with_more_votes_before_then_to_the_lot():
    before: Profile = {((1, 1), (2, 2)): 1, ((2, 2),): 1}
    found = result(two_rounds(TieRule.LOT, before, {((3, 1),): 1, ((3, 2),): 1}), ballots_n=2)
    assert (found.winners, found.decided_by) == ((2,), Decision.EARLIER_ROUNDS)
    found = result(two_rounds(TieRule.LOT, {((1, 1), (2, 2)): 1}, {((3, 1),): 1, ((3, 2),): 1}), ballots_n=2)
    assert (found.winners, found.decided_by) == ((lot(SEED, (1, 2))[0],), Decision.LOT)


def test_somebody_goes_on_from_a_level_match_even_where_finals_are_shared():
    bracket = decide_round(begin((1, 2, 3, 4), T0), {}, tie_rule=TieRule.SHARED, seed=SEED, next_closes_at=T0)
    for match in bracket.rounds[0].matches:
        assert (match.winner, match.decided_by) == (lot(SEED, match.entries)[0], Decision.LOT)


def test_a_round_that_one_of_the_two_had_a_bye_in_says_nothing_about_them():
    bracket = decide_round(
        begin((1, 2, 3, 4, 5), T0), {((2, 4),): 9}, tie_rule=TieRule.LOT, seed=SEED, next_closes_at=T0
    )
    bracket = decide_round(bracket, {((5, 1),): 1, ((5, 4),): 1}, tie_rule=TieRule.LOT, seed=SEED, next_closes_at=T0)
    match = bracket.rounds[1].matches[0]
    assert (match.entries, match.decided_by, match.winner) == ((1, 4), Decision.LOT, lot(SEED, (1, 4))[0])


def test_of_the_earlier_rounds_the_latest_in_which_they_differ_decides():
    first_round: Profile = {((1, 1), (3, 2)): 1, ((1, 1),): 2}  # 1 was ahead of 2 by far
    second: Profile = {((5, 1), (6, 2)): 1, ((6, 2),): 1}  # and 2 of 1 by one
    final: Profile = {((7, 1),): 1, ((7, 2),): 1}
    everything = Counter(first_round) + Counter(second) + Counter(final)
    found = result(replay(range(1, 9), [T0] * 3, everything, tie_rule=TieRule.LOT, seed=SEED), ballots_n=7)
    assert (found.winners, found.decided_by) == ((2,), Decision.EARLIER_ROUNDS)


def test_the_result_orders_by_how_far_each_came():
    strong_wins = {((1, 1), (2, 4), (3, 2), (4, 3), (5, 1), (6, 2), (7, 2)): 3}
    bracket = replay(range(1, 9), [T0] * 3, strong_wins, tie_rule=TieRule.SHARED, seed=SEED)
    found = result(bracket, ballots_n=4)
    assert (found.method, found.ballots_n, found.winners) == (Method.KNOCKOUT, 4, (2,))
    assert found.tiers == ((2,), (1,), (3, 4), (5, 6, 7, 8))
    assert [(line.number, line.score, line.count) for line in found.lines[:3]] == [(2, 3, 9), (1, 2, 6), (3, 1, 3)]
    assert [one.out for one in found.rounds] == [(8, 5, 7, 6), (4, 3), (1,)]
    assert found.rounds[-1].totals == {1: 0, 2: 3}


def test_while_it_runs_nobody_has_won_and_those_still_in_are_level():
    bracket = decide_round(
        begin((1, 2, 3, 4), T0), {((1, 1), (2, 2)): 1}, tie_rule=TieRule.SHARED, seed=SEED, next_closes_at=T0
    )
    found = result(bracket, ballots_n=1)
    assert (found.winners, found.tiers, len(found.rounds)) == ((), ((1, 2), (3, 4)), 1)
    shown = with_votes(bracket, {((3, 1),): 5})
    assert (shown.rounds[-1].matches[0].first_n, is_over(shown), open_round(shown)) == (5, False, shown.rounds[-1])


@pytest.mark.parametrize("tie_rule", TieRule)
def test_nobody_wins_what_nobody_voted_on(tie_rule):
    bracket = replay((1, 2, 3, 4, 5), [T0] * 3, {}, tie_rule=tie_rule, seed=SEED)
    found = result(bracket, ballots_n=0)
    assert (found.winners, found.tiers, found.decided_by) == ((), ((1, 2, 3, 4, 5),), Decision.NOBODY)
    assert result(opening(T0), ballots_n=3).tiers == ()


def test_entries_are_seeded_by_order_by_votes_or_by_lot():
    numbers = (1, 2, 3, 4)
    votes = opening_votes({((OPENING + 2, 1), (OPENING + 3, 1)): 4, ((OPENING + 3, 1), (1, 3)): 1})
    assert votes == {2: 4, 3: 5}
    assert seeded(numbers, Seeding.ORDER, seed=SEED, votes=votes) == numbers
    assert seeded(numbers, Seeding.LOT, seed=SEED) == tuple(lot(SEED, numbers))
    assert seeded(numbers, Seeding.VOTE, seed=SEED, votes=votes) == (3, 2, *lot(SEED, (1, 4)))


@given(st.permutations(range(1, 20)), st.dictionaries(st.integers(1, 19), st.integers(0, 3)))
def test_a_seeding_by_votes_or_lot_does_not_depend_on_who_was_typed_first(numbers, votes):
    for seeding in (Seeding.VOTE, Seeding.LOT):
        expected = seeded(range(1, 20), seeding, seed=SEED, votes=votes)
        assert seeded(numbers, seeding, seed=SEED, votes=votes) == expected
