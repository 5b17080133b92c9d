"""When an edition that editors approve is begun, how long it waits, and when it comes without them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.guild import GuildSettings, Pause, PauseScope
from bot.domain.roundup import (
    LATE_WINDOW,
    REVIEW_LEAD,
    EditionRecord,
    EditionState,
    EditionStep,
    Roundup,
    SkipReason,
    held_until,
    needs_approval,
    next_step,
    why_not,
)

DUE = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # 7:30 in Berlin
DAY = date(2026, 11, 20)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Tokyo"])
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: DUE + timedelta(minutes=minutes))
DAYS = st.frozensets(st.integers(1, 7), min_size=1)


def roundup(
    *, at: time = time(7, 30), review: bool = True, unapproved: bool = False, deadline: time | None = None, **rest
) -> Roundup:
    return Roundup(
        1,
        1,
        "Morning",
        1,
        at,
        rest.pop("timezone", "Europe/Berlin"),
        None,
        review_channel_id=2 if review else None,
        posts_unapproved=unapproved,
        column_deadline=deadline,
        **rest,
    )


def edition(*, approved: bool = False, review: bool = True, done: EditionStep | None = None) -> EditionRecord:
    return EditionRecord(
        id=1,
        guild_id=1,
        roundup_id=1,
        day=DAY,
        state=EditionState.DUE,
        content=None,
        channel_id=1,
        begun=done,
        done=done,
        message_id=None,
        thread_id=None,
        question_id=None,
        notice_id=None,
        due_at=DUE,
        posted_at=None,
        ended_at=None,
        reason=None,
        review_channel_id=2 if review else None,
        approved_at=DUE if approved else None,
    )


@given(
    at=TIMES,
    zone=ZONES,
    days=DAYS,
    review=st.booleans(),
    start=MOMENTS,
)
def test_an_edition_is_begun_its_lead_before_the_posting_time_that_it_is_meant_for(at, zone, days, review, start):
    column = roundup(at=at, timezone=zone, days=days, review=review)
    posting_at = column.next_after(start)
    begun_at = column.begin_after(start)
    assert posting_at - begun_at == (REVIEW_LEAD if review else timedelta())
    assert column.posting_of(begun_at) == posting_at
    assert posting_at.astimezone(ZoneInfo(zone)).isoweekday() in days


def test_nothing_is_posted_before_its_time_even_if_it_is_approved():
    assert held_until(edition(approved=True), roundup(), DUE - timedelta(minutes=20)) == DUE
    assert held_until(edition(approved=True), roundup(), DUE) is None


def test_what_is_not_approved_is_looked_at_again_when_it_is_too_late():
    looked_at = held_until(edition(), roundup(), DUE)
    assert looked_at is not None
    assert looked_at - DUE > LATE_WINDOW
    assert held_until(edition(), roundup(), looked_at) is None


@pytest.mark.parametrize(
    ("record", "column"),
    [
        (edition(approved=True), roundup()),
        (edition(), roundup(unapproved=True)),
        (edition(), roundup(review=False)),
        (edition(review=False), roundup()),
    ],
    ids=["approved", "posted unapproved", "switched off since", "switched on since"],
)
def test_what_needs_no_approval_comes_at_its_time(record, column):
    assert not needs_approval(record, column)
    assert held_until(record, column, DUE) is None


def test_a_draft_is_shown_to_editors_unless_there_are_none_or_one_has_approved_it():
    drafted = {"done": EditionStep.LOOK_BACK}
    assert next_step(edition(**drafted)) is EditionStep.REVIEW
    assert next_step(edition(**drafted, review=False)) is not EditionStep.REVIEW
    assert next_step(edition(**drafted, approved=True)) is not EditionStep.REVIEW


def test_a_pause_that_ends_before_the_time_keeps_no_draft_back():
    def paused(until: datetime) -> GuildSettings:
        return GuildSettings(1, "en", "UTC", frozenset(), None, DUE, 1, (Pause(PauseScope.POSTS, until),))

    drafting = DUE - REVIEW_LEAD
    assert why_not(paused(DUE), DUE, drafting) is None
    assert why_not(paused(DUE + timedelta(minutes=1)), DUE, drafting) is SkipReason.PAUSED


@pytest.mark.parametrize(
    ("deadline", "until"),
    [
        (time(8, 15), datetime(2026, 11, 20, 7, 15, tzinfo=UTC)),
        (time(7, 0), datetime(2026, 11, 20, 6, 0, tzinfo=UTC)),
        (time(23, 0), DUE + LATE_WINDOW - timedelta(minutes=15)),
        (None, None),
    ],
)
def test_the_column_is_waited_for_until_its_deadline_and_never_so_long_that_the_edition_is_lost(deadline, until):
    assert roundup(deadline=deadline).column_awaited_until(DAY, DUE) == until


def test_a_deadline_after_midnight_belongs_to_the_evening_before():
    evening = roundup(at=time(23, 30), deadline=time(0, 45))
    due = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert evening.column_awaited_until(DAY, due) == due + timedelta(minutes=75)


def test_an_edition_that_somebody_wants_now_waits_for_no_column():
    assert roundup(deadline=time(9)).column_awaited_until(DAY, DUE + timedelta(minutes=1)) is None
