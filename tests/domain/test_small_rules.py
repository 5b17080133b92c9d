"""Rules of a line or two: who may, what a pause holds back, when something is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actor import Actor, Capability
from bot.domain.due_work import ATTEMPTS_MAX, BACKOFF_FIRST, BACKOFF_LONGEST, LEASE, backoff
from bot.domain.errors import NotAllowedError
from bot.domain.guild import GuildSettings, Pause, PauseScope
from bot.domain.source import RETRY_FIRST, RETRY_LONGEST, FeedState, next_read_at
from bot.text import error_text

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
EVERY = timedelta(minutes=30)
FEED = FeedState(1, "https://a.example", None, None, asked_at=NOW, ask_after=None, failures=0)
WAITS = st.integers(0, 8 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(st.sets(st.sampled_from(Capability)), st.sampled_from(Capability))
def test_an_actor_may_exactly_what_the_actor_may(held: set[Capability], asked: Capability):
    actor = Actor(1, 1, frozenset(), frozenset(held), NOW, None)
    if asked in held:
        actor.require(asked)
        return
    with pytest.raises(NotAllowedError) as refused:
        actor.require(asked)
    assert refused.value.params == {"capability": asked.value}
    for language in ("en", "ja"):
        assert "/settings" in error_text(refused.value, language)


def test_a_pause_holds_until_its_end_which_is_over_already():
    pause = Pause(PauseScope.POSTS, NOW)
    assert pause.holds(NOW - timedelta(microseconds=1))
    assert not pause.holds(NOW)


def test_a_pause_without_an_end_holds():
    assert Pause(PauseScope.POSTS, None).holds(NOW + timedelta(days=10_000))


def test_a_pause_holds_back_its_own_scope_only():
    settings = GuildSettings(1, "en", "UTC", frozenset(), None, NOW, 1, (Pause(PauseScope.RULES, None),))
    assert settings.is_paused(PauseScope.RULES, NOW)
    assert not settings.is_paused(PauseScope.POSTS, NOW)


def test_failed_work_waits_longer_each_time_up_to_a_limit():
    waits = [backoff(attempts) for attempts in range(1, 200)]
    assert waits[0] == BACKOFF_FIRST
    assert waits == sorted(waits)
    assert waits[1] == 2 * BACKOFF_FIRST
    assert waits[-1] == BACKOFF_LONGEST
    assert backoff(0) == BACKOFF_FIRST


def test_all_tries_of_a_posting_lie_within_the_time_in_which_it_is_worth_posting():
    assert sum((backoff(attempts) for attempts in range(1, ATTEMPTS_MAX)), timedelta()) < timedelta(hours=3)
    assert timedelta(minutes=1) < LEASE


def test_a_feed_that_answers_is_asked_regularly():
    assert next_read_at(FEED, NOW, every=EVERY) == NOW + EVERY


def test_a_feed_that_was_never_asked_counts_from_now():
    assert next_read_at(replace(FEED, asked_at=None), NOW, every=EVERY) == NOW + EVERY


@pytest.mark.parametrize(("failures", "hours"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (7, 24), (5000, 24)])
def test_a_failing_feed_is_asked_less_and_less_but_once_a_day_at_least(failures: int, hours: int):
    failing = replace(FEED, failures=failures)
    assert next_read_at(failing, NOW, every=EVERY) == NOW + timedelta(hours=hours)
    assert timedelta(hours=1) == RETRY_FIRST
    assert timedelta(days=1) == RETRY_LONGEST


@given(st.integers(0, 20), st.none() | WAITS)
def test_no_feed_is_asked_before_its_publisher_allows(failures: int, wait: timedelta | None):
    ask_after = None if wait is None else NOW + wait
    feed = replace(FEED, failures=failures, ask_after=ask_after)
    following = next_read_at(feed, NOW, every=EVERY)
    assert following >= NOW + EVERY
    assert feed.may_be_asked(following)
    assert feed.may_be_asked(NOW) is (wait is None or wait == timedelta())
