"""What has to hold for any ballots."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.ballot import Marks, counted, marks_of, profile_of
from bot.domain.poll.count import count, tally
from bot.domain.poll.poll import Option, Poll, PollState
from bot.domain.poll.rules import SCORE_MAX, Method, PollKind, PollRules, TieRule
from bot.domain.poll.tally import Decision, Tally

KINDS = {
    Method.PLURALITY: PollKind.MULTIPLE,
    Method.SCHULZE: PollKind.RANKED,
    Method.IRV: PollKind.RANKED,
    Method.BORDA: PollKind.RANKED,
    Method.SUM: PollKind.SCORE,
    Method.STAR: PollKind.SCORE,
    Method.WILSON: PollKind.VERDICT,
}
# One more first place may unseat a winner by run-off methods: it can change whom it meets.
MONOTONE = [method for method in KINDS if method not in {Method.IRV, Method.STAR}]
BEST = {PollKind.MULTIPLE: 1, PollKind.RANKED: 1, PollKind.SCORE: SCORE_MAX, PollKind.VERDICT: 1}
VALUES = {PollKind.MULTIPLE: [1], PollKind.SCORE: list(range(SCORE_MAX + 1)), PollKind.VERDICT: [1, -1]}
OPTIONS_MAX = 6
every_method = pytest.mark.parametrize("method", list(KINDS))
Cast = list[tuple[Marks, int]]


@st.composite
def ballots(draw: Callable[..., object], kind: PollKind, options_n: int = OPTIONS_MAX) -> Marks:
    given_in_order = draw(st.lists(st.integers(1, options_n), unique=True, max_size=options_n))
    if kind is PollKind.RANKED:
        return marks_of({number: place for place, number in enumerate(given_in_order, 1)})
    return marks_of({number: draw(st.sampled_from(VALUES[kind])) for number in given_in_order})


def casts(kind: PollKind, options_n: int = OPTIONS_MAX) -> st.SearchStrategy[Cast]:
    return st.lists(st.tuples(ballots(kind, options_n), st.integers(1, 4)), max_size=8)


def result(method: Method, cast: Cast, *, numbers: list[int] | None = None, lot: str | None = None) -> Tally:
    profile: dict[Marks, int] = {}
    for marks, times in cast:
        profile[marks] = profile.get(marks, 0) + times
    rule = TieRule.SHARED if lot is None else TieRule.LOT
    return count(method, numbers or list(range(1, OPTIONS_MAX + 1)), profile, tie_rule=rule, seed=lot or "")


def told(found: Tally) -> object:
    """Return all that a result says, but for the order of those who are level."""
    return (
        found.ballots_n,
        set(found.winners),
        [set(tier) for tier in found.tiers],
        {line.number: line for line in found.lines},
        found.decided_by,
        [(turn.totals, set(turn.out), turn.exhausted_n, turn.decided_by) for turn in found.rounds],
        found.pairwise,
    )


def renamed(numbers: Mapping[int, int], cast: Cast) -> Cast:
    return [(marks_of({numbers[number]: value for number, value in marks}), times) for marks, times in cast]


@every_method
@pytest.mark.parametrize("lot", [None, "5eed"])
@given(data=st.data())
def test_the_order_of_ballots_and_options_changes_nothing(method, lot, data):
    cast = data.draw(casts(KINDS[method]))
    one = result(method, cast, lot=lot)
    numbers = data.draw(st.permutations(range(1, OPTIONS_MAX + 1)))
    shuffled = data.draw(st.permutations(cast))
    assert told(result(method, shuffled, numbers=list(numbers), lot=lot)) == told(one)


@every_method
@given(data=st.data())
def test_other_names_for_the_options_change_only_the_names(method, data):
    cast = data.draw(casts(KINDS[method]))
    names = dict(zip(range(1, OPTIONS_MAX + 1), data.draw(st.permutations(range(1, OPTIONS_MAX + 1))), strict=True))
    before, after = result(method, cast), result(method, renamed(names, cast))
    assert {names[number] for number in before.winners} == set(after.winners)
    assert [{names[number] for number in tier} for tier in before.tiers] == [set(tier) for tier in after.tiers]
    assert before.decided_by is after.decided_by


@pytest.mark.parametrize("method", MONOTONE)
@pytest.mark.parametrize("lot", [None, "5eed"])
@given(data=st.data())
def test_one_more_first_place_never_unseats_the_winner(method, lot, data):
    kind = KINDS[method]
    cast = data.draw(casts(kind))
    for winner in result(method, cast, lot=lot).winners:
        more = [*cast, (((winner, BEST[kind]),), 1)]
        assert winner in result(method, more, lot=lot).winners


@pytest.mark.parametrize("method", MONOTONE)
@pytest.mark.parametrize("lot", [None, "5eed"])
@given(data=st.data())
def test_a_better_mark_on_a_ballot_never_unseats_the_winner(method, lot, data):
    kind = KINDS[method]
    cast = data.draw(casts(kind).filter(bool))
    changed = data.draw(st.integers(0, len(cast) - 1))
    marks, times = cast[changed]
    for winner in result(method, cast, lot=lot).winners:
        if kind is PollKind.RANKED:
            others = [number for number, _ in sorted(marks, key=lambda mark: mark[1]) if number != winner]
            better = marks_of({number: place for place, number in enumerate([winner, *others], 1)})
        else:
            better = marks_of(dict(marks) | {winner: BEST[kind]})
        raised = [*cast[:changed], (better, times), *cast[changed + 1 :]]
        assert winner in result(method, raised, lot=lot).winners


@every_method
@given(data=st.data())
def test_a_withdrawn_ballot_was_never_cast(method, data):
    kind = KINDS[method]
    cast = data.draw(casts(kind))
    withdrawn = data.draw(ballots(kind))
    never = result(method, cast)
    assert told(result(method, [*cast, (withdrawn, 1), (withdrawn, -1)])) == told(never)


@every_method
@given(data=st.data())
def test_blank_ballots_are_counted_as_cast_and_nothing_else(method, data):
    kind = KINDS[method]
    cast = [(marks, times) for marks, times in data.draw(casts(kind)) if marks]
    without, with_blank = result(method, cast), result(method, [*cast, ((), 3)])
    assert with_blank.ballots_n == without.ballots_n + 3
    if method is Method.IRV:
        assert [turn.exhausted_n for turn in with_blank.rounds] == [turn.exhausted_n + 3 for turn in without.rounds]
    assert (with_blank.winners, with_blank.tiers, with_blank.lines) == (without.winners, without.tiers, without.lines)
    assert (with_blank.decided_by, with_blank.pairwise) == (without.decided_by, without.pairwise)


@every_method
@pytest.mark.parametrize("lot", [None, "5eed"])
@given(data=st.data())
def test_a_result_tells_every_option_once_and_how_it_was_decided(method, lot, data):
    cast = data.draw(casts(KINDS[method]))
    found = result(method, cast, lot=lot)
    order = [number for tier in found.tiers for number in tier]
    assert sorted(order) == list(range(1, OPTIONS_MAX + 1))
    assert [line.number for line in found.lines] == order
    if not any(marks for marks, _ in cast):
        assert (found.winners, found.decided_by) == ((), Decision.NOBODY)
        return
    assert found.winners == found.tiers[0]
    assert (len(found.winners) > 1) == (found.decided_by is Decision.SHARED)
    assert lot is None or len(found.winners) == 1
    assert lot is not None or found.decided_by in {Decision.OUTRIGHT, Decision.SHARED}
    if lot is not None and found.decided_by is Decision.OUTRIGHT:
        assert result(method, cast, lot="another").winners == found.winners
    if method is not Method.STAR:  # a run-off may turn the best two around
        tops = [max(line.score for line in found.lines if line.number in tier) for tier in found.tiers]
        assert tops == sorted(tops, reverse=True)


@given(cast=casts(PollKind.RANKED), lot=st.sampled_from([None, "5eed", "other"]))
def test_in_every_round_each_ballot_counts_once_or_is_exhausted(cast, lot):
    found = result(Method.IRV, cast, lot=lot)
    standing = set(range(1, OPTIONS_MAX + 1))
    for turn in found.rounds:
        assert set(turn.totals) == standing
        assert sum(turn.totals.values()) + turn.exhausted_n == found.ballots_n
        standing -= set(turn.out)
    assert set(found.winners) <= standing


@given(cast=casts(PollKind.RANKED))
def test_whoever_is_preferred_to_every_other_wins_alone_by_schulze(cast):
    found = result(Method.SCHULZE, cast)
    table = found.pairwise or {}
    for one, row in table.items():
        if all(votes > table[other][one] for other, votes in row.items()):
            assert found.winners == (one,)


def poll_of(method: Method, options: tuple[Option, ...]) -> Poll:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    rules = PollRules(kind=KINDS[method], method=method, choices_max=OPTIONS_MAX, labels=("back", "over"))
    return Poll(
        id=1, guild_id=1, channel_id=1, question="Which?", rules=rules, options=options, state=PollState.OPEN,
        created_by=1, created_at=at, opens_at=at, closes_at=None, seed="5eed",
    )  # fmt: skip


OPTIONS = tuple(Option(number, f"Option {number}") for number in range(1, OPTIONS_MAX + 1))


@every_method
@given(data=st.data())
def test_merged_and_removed_options_count_as_if_they_had_never_been_apart_or_there(method, data):
    kind = KINDS[method]
    cast = data.draw(casts(kind))
    options = (*OPTIONS[:4], replace(OPTIONS[4], merged_into=2), replace(OPTIONS[5], is_removed=True))
    poll = poll_of(method, options)
    found = tally(poll, profile_of(options, kind, cast))
    by_hand = [(counted(options, marks, kind), times) for marks, times in cast]
    assert told(found) == told(result(method, by_hand, numbers=[1, 2, 3, 4]))
    assert {number for tier in found.tiers for number in tier} == {1, 2, 3, 4}


@every_method
@given(data=st.data())
def test_merging_what_nobody_named_changes_nothing_for_the_others(method, data):
    kind = KINDS[method]
    cast = data.draw(casts(kind, options_n=4))
    options = (*OPTIONS[:4], replace(OPTIONS[4], merged_into=2))
    found = tally(poll_of(method, options), profile_of(options, kind, cast))
    assert told(found) == told(result(method, cast, numbers=[1, 2, 3, 4]))
