"""What a ballot may say of a bracket, tap by tap, and that the ballots alone give the bracket that was played."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.ballot import (
    BadMarkError,
    EmptyBallotError,
    OptionGoneError,
    Profile,
    TooManyChosenError,
)
from bot.domain.poll.bracket import OPENING, Bracket, begin, is_opening_vote, open_round, opening
from bot.domain.poll.bracket_marks import TAKEN_BACK, RoundOverError, check_bracket_marks, fits, withdrawn
from bot.domain.poll.knockout import begun_by, bracket_tally, close_round, decide_round, replay, result
from bot.domain.poll.poll import Option, Poll, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding, TieRule
from bot.domain.poll.tally import Decision
from bot.text import error_text

T0 = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SEED = "5eed" * 8


def poll_of(
    bracket: Bracket | None, options: tuple[Option, ...] | None = None, seeding: Seeding = Seeding.ORDER
) -> Poll:
    return Poll(
        id=1,
        guild_id=2,
        channel_id=3,
        question="Which?",
        rules=PollRules(kind=PollKind.BRACKET, method=Method.KNOCKOUT, round_length=DAY, seeding=seeding),
        options=options or tuple(Option(number, f"Car {number}") for number in range(1, 5)),
        state=PollState.OPEN,
        created_by=4,
        created_at=T0 - DAY,
        opens_at=T0 - DAY,
        closes_at=T0 + 2 * DAY,
        seed=SEED,
        bracket=bracket,
    )


BEGUN = begin((1, 2, 3, 4), T0)  # 1 against 4 and 2 against 3
FINAL = decide_round(BEGUN, {((1, 1), (2, 2)): 1}, tie_rule=TieRule.SHARED, seed=SEED, next_closes_at=T0 + DAY)
BEFORE = T0 - timedelta(seconds=1)


def test_a_ballot_grows_tap_by_tap_and_keeps_what_was_said_before():
    poll = poll_of(BEGUN)
    marks = check_bracket_marks(poll, (), ((1, 4),), at=BEFORE)
    marks = check_bracket_marks(poll, marks, ((2, 3),), at=BEFORE)
    assert marks == ((1, 4), (2, 3))
    marks = check_bracket_marks(poll, marks, ((1, 1),), at=BEFORE)
    assert marks == ((1, 1), (2, 3))
    assert check_bracket_marks(poll, marks, ((2, TAKEN_BACK),), at=BEFORE) == ((1, 1),)
    marks = check_bracket_marks(poll_of(FINAL), marks, (*marks, (3, 2)), at=T0)
    assert marks == ((1, 1), (2, 3), (3, 2))


@pytest.mark.parametrize(
    ("bracket", "old", "new", "at", "error"),
    [
        (BEGUN, (), (), BEFORE, EmptyBallotError),
        (BEGUN, (), ((1, 1),), T0, RoundOverError),  # the end itself is over
        (BEGUN, (), ((1, 2),), BEFORE, BadMarkError),
        (BEGUN, (), ((1, -1),), BEFORE, BadMarkError),
        (BEGUN, (), ((3, 1),), BEFORE, BadMarkError),
        (BEGUN, (), ((OPENING + 1, 1),), BEFORE, RoundOverError),
        (FINAL, (), ((1, 1),), T0, RoundOverError),
        (FINAL, ((1, 1),), ((1, 4),), T0, RoundOverError),
        (FINAL, ((1, 1),), ((1, TAKEN_BACK),), T0, RoundOverError),
        (FINAL, (), ((3, 4),), T0, BadMarkError),
        (None, (), ((1, 1),), T0, BadMarkError),
        (begin((1, 2, 3), T0), (), ((1, 1),), BEFORE, BadMarkError),  # a bye
        (opening(T0), (), ((1, 1),), BEFORE, BadMarkError),
        (opening(T0), (), ((OPENING + 1, 2),), BEFORE, BadMarkError),
        (opening(T0), (), ((OPENING + 5, 1),), BEFORE, OptionGoneError),
        (opening(T0), (), ((OPENING + 1, 1),), T0, RoundOverError),
    ],
)
def test_what_is_not_played_cannot_be_judged(bracket, old, new, at, error):
    with pytest.raises(error):
        check_bracket_marks(poll_of(bracket), old, new, at=at)


def test_a_tap_after_the_end_of_its_round_is_told_so():
    assert "over" in error_text(RoundOverError(), "en")
    assert "終" in error_text(RoundOverError(), "ja")


def test_an_opening_vote_names_some_favourites_and_no_more():
    poll = poll_of(opening(T0))
    marks = check_bracket_marks(poll, (), ((OPENING + 1, 1), (OPENING + 2, 1)), at=BEFORE, favourites_max=2)
    with pytest.raises(TooManyChosenError):
        check_bracket_marks(poll, marks, ((OPENING + 3, 1),), at=BEFORE, favourites_max=2)
    changed = check_bracket_marks(
        poll, marks, ((OPENING + 1, TAKEN_BACK), (OPENING + 3, 1)), at=BEFORE, favourites_max=2
    )
    assert changed == ((OPENING + 2, 1), (OPENING + 3, 1))
    assert check_bracket_marks(poll_of(BEGUN), changed, ((1, 4),), at=BEFORE) == ((1, 4), *changed)


def test_a_withdrawn_ballot_still_says_what_decided_rounds_that_are_over():
    marks = ((1, 1), (2, 2), (3, 1), (OPENING + 1, 1))
    assert withdrawn(FINAL, marks, at=T0) == ((1, 1), (2, 2), (OPENING + 1, 1))
    assert withdrawn(FINAL, marks, at=T0 + DAY) == marks
    assert withdrawn(BEGUN, ((1, 1), (OPENING + 1, 1)), at=BEFORE) == ((OPENING + 1, 1),)
    assert withdrawn(opening(T0), ((OPENING + 1, 1),), at=BEFORE) == ()


@given(st.integers(4, 64), st.randoms(use_true_random=False), st.sampled_from(Seeding))
def test_every_ballot_that_taps_can_make_is_replayed_as_it_was_played(size, random, seeding):
    options = tuple(Option(number, f"Car {number}") for number in range(size, 0, -1))
    ballots = [() for _ in range(3)]
    poll, at = poll_of(None, options, seeding), T0 - DAY
    poll = replace(poll, bracket=begun_by(poll, T0))
    assert is_opening_vote(poll.bracket) == (seeding is Seeding.VOTE)
    while (one := open_round(poll.bracket)) is not None:
        for voter in range(3):
            taps = [(match.number, random.choice((*match.entries, TAKEN_BACK))) for match in one.to_play]
            if is_opening_vote(poll.bracket):
                taps = [(OPENING + random.randint(1, size), random.randint(0, 1))]
            for tap in taps:
                ballots[voter] = check_bracket_marks(poll, ballots[voter], (tap,), at=at)
        if random.random() < 0.3:
            ballots[0] = withdrawn(poll.bracket, ballots[0], at=at)
        at = one.closes_at
        poll = replace(poll, bracket=close_round(poll, Counter(ballots), next_closes_at=at + DAY))
    bracket = poll.bracket
    assert all(fits(bracket, marks) for marks in ballots)
    again = replay(
        bracket.order,
        [one.closes_at for one in bracket.rounds],
        Counter(ballots),
        tie_rule=poll.rules.tie_rule,
        seed=SEED,
    )
    assert again == bracket
    forgotten = replace(bracket, order=tuple(sorted(bracket.order)))
    recounted = bracket_tally(replace(poll, bracket=forgotten), Counter(ballots))
    assert recounted == result(bracket, ballots_n=3)


def test_a_bracket_that_is_closed_early_is_played_to_its_end_by_what_was_voted():
    poll = poll_of(BEGUN)
    profile: Profile = {((1, 4), (2, 2)): 2, ((2, 2),): 1}
    while open_round(poll.bracket) is not None:
        poll = replace(poll, bracket=close_round(poll, profile, next_closes_at=T0))
    found = bracket_tally(poll, profile)
    assert (found.winners, found.decided_by) == ((2, 4), Decision.SHARED)


def test_during_the_opening_vote_the_favourites_are_told():
    poll = poll_of(opening(T0), seeding=Seeding.VOTE)
    found = bracket_tally(poll, {((OPENING + 2, 1), (OPENING + 4, 1)): 2, ((OPENING + 4, 1),): 1})
    assert (found.winners, found.tiers, found.ballots_n) == ((), ((4,), (2,), (1, 3)), 3)
    assert bracket_tally(poll_of(Bracket()), {}).decided_by is Decision.NOBODY
    with pytest.raises(ValueError, match="opening vote"):
        close_round(poll_of(Bracket()), {}, next_closes_at=T0)


@pytest.mark.parametrize(
    "marks",
    [
        ((1, 2),),
        ((3, 1),),
        ((9, 1),),
        ((1, 0),),
        ((OPENING + 5, 1),),
        ((OPENING + 1, 2),),
        tuple((OPENING + number, 1) for number in range(1, 5)),
    ],
)
def test_a_forged_ballot_does_not_fit_the_bracket(marks):
    assert fits(BEGUN, ((1, 4), (OPENING + 3, 1)), favourites_max=3)
    assert not fits(BEGUN, marks, favourites_max=3)
