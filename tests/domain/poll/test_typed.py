"""What is typed into the forms of a poll, and the draft that comes of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import Option
from bot.domain.poll.rules import METHODS, Method, PollKind, PollRules
from bot.domain.poll.typed import (
    ChoicesTypedError,
    TypedLimits,
    TypedPoll,
    at_post,
    closes_after,
    limits_of,
    more_of,
    open_for,
    read_limits,
    read_poll,
    typed_of,
    with_kind,
)
from bot.domain.when import BadMomentError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)  # a Friday, 7:00 in Berlin
LABELS = ("Has it", "Lost it")


def read(rules: PollRules | None = None, **typed: str) -> PollDraft:
    filled = TypedPoll(**{"question": "Which?", "options": "Saab\nRover", **typed})
    return read_poll(filled, rules or PollRules(), channel_id=7, now=NOW, zone=BERLIN)


def local(moment: datetime | None) -> str:
    assert moment is not None
    return moment.astimezone(BERLIN).isoformat()[:16]


def test_nothing_typed_for_times_opens_at_once_and_closes_by_hand():
    assert read() == PollDraft("Which?", PollRules(), (Option(1, "Saab"), Option(2, "Rover")), 7)


@pytest.mark.parametrize(
    ("opens", "closes", "opened", "closed"),
    [
        ("tomorrow 9am", "2d12h", "2026-11-21T09:00", "2026-11-23T21:00"),  # from the opening
        ("tomorrow 9am", "6pm", "2026-11-21T09:00", "2026-11-21T18:00"),  # the next one after the opening
        ("tomorrow 9am", "tomorrow 6pm", "2026-11-21T09:00", "2026-11-21T18:00"),  # from now
        ("", "6pm", None, "2026-11-20T18:00"),
        ("now", "friday 18:00", None, "2026-11-20T18:00"),
        ("明日9時", "2日", "2026-11-21T09:00", "2026-11-23T09:00"),
    ],
)
def test_times_are_read_in_the_guilds_zone(opens, closes, opened, closed):
    draft = read(opens=opens, closes=closes)
    assert (None if draft.opens_at is None else local(draft.opens_at)) == opened
    assert local(draft.closes_at) == closed


def test_a_day_across_the_change_of_clocks_is_the_same_time_of_day():
    at = datetime(2027, 3, 27, 17, 0, tzinfo=UTC)  # clocks are put forward in the night
    draft = read_poll(TypedPoll("?", "a\nb", closes="1d"), PollRules(), channel_id=7, now=at, zone=BERLIN)
    assert draft.closes_at == datetime(2027, 3, 28, 16, 0, tzinfo=UTC)
    assert open_for(at, draft.closes_at, BERLIN) == timedelta(days=1)
    assert closes_after(at, timedelta(days=1), BERLIN) == draft.closes_at


@given(st.integers(0, 4 * 365 * 24 * 60), st.integers(1, 60 * 24 * 366))
def test_how_long_a_poll_is_open_is_kept_but_for_hours_that_there_are_not(after, minutes):
    opens_at = NOW + timedelta(minutes=after)
    length = timedelta(minutes=minutes)
    closes_at = closes_after(opens_at, length, BERLIN)
    found = open_for(opens_at, closes_at, BERLIN)
    assert found is not None
    assert abs(found - length) <= timedelta(hours=1)


def test_what_is_posted_later_is_open_as_long_and_a_moment_stays_that_moment():
    later = NOW + timedelta(minutes=10)
    typed = TypedPoll("Which?", "a\nb", closes="1h")
    draft = read_poll(typed, PollRules(), channel_id=7, now=NOW, zone=BERLIN)
    assert at_post(draft, typed, later, BERLIN).closes_at == later + timedelta(hours=1)
    fixed = TypedPoll("Which?", "a\nb", closes="18:00")
    draft = read_poll(fixed, PollRules(), channel_id=7, now=NOW, zone=BERLIN)
    assert at_post(draft, fixed, later, BERLIN).closes_at == draft.closes_at
    planned = TypedPoll("Which?", "a\nb", opens="7:05", closes="1h")
    draft = read_poll(planned, PollRules(), channel_id=7, now=NOW, zone=BERLIN)
    late = at_post(draft, planned, later, BERLIN)
    assert (late.opens_at, late.closes_at) == (None, draft.closes_at)


def test_a_bracket_has_no_close_whatever_was_typed():
    rules = with_kind(PollRules(), PollKind.BRACKET, labels=LABELS)
    assert read(rules, closes="2d", more="12h").closes_at is None


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("3", (1, 3)),
        ("1", (1, 1)),
        ("2-4", (2, 4)),
        ("2–4", (2, 4)),
        ("2 to 4", (2, 4)),
        ("２〜４", (2, 4)),
        ("3-3", (3, 3)),
    ],
)
def test_how_many_may_be_chosen(typed, choices):
    rules = read(with_kind(PollRules(), PollKind.MULTIPLE, labels=LABELS), more=typed).rules
    assert (rules.choices_min, rules.choices_max) == choices
    assert read(rules, more=more_of(rules)).rules == rules


@pytest.mark.parametrize("typed", ["", "some", "2-", "-2", "1000", "1-2-3", "2.5"])
def test_other_numbers_are_not_understood(typed):
    with pytest.raises(ChoicesTypedError):
        read(with_kind(PollRules(), PollKind.MULTIPLE, labels=LABELS), more=typed)


def test_what_is_not_understood_is_named():
    with pytest.raises(BadMomentError):
        read(closes="whenever")


@pytest.mark.parametrize("before", list(PollKind), ids=str)
@pytest.mark.parametrize("after", list(PollKind), ids=str)
def test_any_kind_can_become_any_other(before, after):
    rules = with_kind(with_kind(PollRules(), before, labels=LABELS), after, labels=LABELS)
    rules.check()
    assert rules.method in METHODS[after]
    assert rules == with_kind(PollRules(), after, labels=LABELS)


def test_a_kind_keeps_what_it_knows():
    ranked = PollRules(PollKind.RANKED, Method.IRV, is_secret=False, quorum=7, reminder=timedelta(hours=1))
    assert with_kind(ranked, PollKind.RANKED, labels=LABELS) == ranked
    verdict = PollRules(PollKind.VERDICT, Method.WILSON, labels=("so back", "so over"))
    assert with_kind(verdict, PollKind.VERDICT, labels=LABELS).labels == ("so back", "so over")
    assert with_kind(ranked, PollKind.BRACKET, labels=LABELS).reminder is None
    assert with_kind(ranked, PollKind.SINGLE, labels=LABELS).quorum == 7


@given(
    st.none() | st.integers(1, 1_000_000),
    st.integers(0, 3_650),
    st.none() | st.integers(1, 7 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_limits_are_read_as_they_are_shown(quorum, days, reminder):
    rules = PollRules(quorum=quorum, account_days_min=days, reminder=reminder)
    assert read_limits(PollRules(), limits_of(rules)) == rules


def test_limits_in_full_width_digits_are_understood():
    assert read_limits(PollRules(), TypedLimits("２０", "３０", "1時間")) == PollRules(
        quorum=20, account_days_min=30, reminder=timedelta(hours=1)
    )


def test_a_draft_stands_in_the_form_as_it_was_typed():
    rules = PollRules(PollKind.VERDICT, Method.WILSON, labels=("so back", "so over"))
    draft = PollDraft("Which?", rules, (Option(1, "Saab", "🚗"),), 7)
    assert typed_of(draft, open_for=timedelta(days=2, hours=12)) == TypedPoll(
        "Which?", "🚗 Saab", "", "2d12h", "so back / so over"
    )
