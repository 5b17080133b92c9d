"""When work that fails is tried again, and when work that ends its process is given up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.due_work import (
    ABANDONED_ALONE,
    ABANDONED_MAX,
    BACKOFF_FIRST,
    BACKOFF_LONGEST,
    AbandonedError,
    DueWork,
    backoff,
    taken_together,
)
from tests.house import START

counts = st.lists(st.integers(0, ABANDONED_MAX + 1), max_size=10)


def work(abandoned: int) -> DueWork:
    return DueWork(1, "edition", 7, START, attempts=0, abandoned=abandoned, token="t")  # noqa: S106  # of a claim


def test_each_wait_is_twice_the_last_up_to_the_longest():
    waits = [backoff(attempts) for attempts in range(1, 20)]
    assert waits[0] == BACKOFF_FIRST
    assert all(later == min(2 * wait, BACKOFF_LONGEST) for wait, later in pairwise(waits))


def test_work_is_given_up_when_so_many_claims_in_a_row_were_abandoned():
    for abandoned in range(ABANDONED_MAX):
        work(abandoned).check_not_abandoned()
    with pytest.raises(AbandonedError) as refused:
        work(ABANDONED_MAX).check_not_abandoned()
    assert refused.value.params == {"count": ABANDONED_MAX}


@given(counts)
def test_something_is_always_taken_and_what_is_suspected_never_with_others(abandoned: list[int]):
    count = taken_together(abandoned)
    assert (count > 0) is bool(abandoned)
    taken = abandoned[:count]
    assert len(taken) <= 1 or max(taken) < ABANDONED_ALONE


@given(counts)
def test_no_more_is_left_than_the_first_suspect_and_what_comes_after_it(abandoned: list[int]):
    left = abandoned[taken_together(abandoned) :]
    assert not left or left[0] >= ABANDONED_ALONE or abandoned[0] >= ABANDONED_ALONE


def test_work_is_claimed_alone_several_times_before_it_is_given_up():
    assert ABANDONED_MAX - ABANDONED_ALONE >= 2
