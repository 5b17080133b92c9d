"""Moments that have passed, as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.when import BadMomentError, TwoDatesError
from bot.domain.when_past import FutureMomentError, past_moment

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)  # a Wednesday, 6:00 in Berlin


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2h", "2026-11-18T04:00"),
        ("2h ago", "2026-11-18T04:00"),
        ("3 days ago", "2026-11-15T06:00"),
        ("3日前", "2026-11-15T06:00"),
        ("now", "2026-11-18T06:00"),
        ("today", "2026-11-18T00:00"),
        ("today 5am", "2026-11-18T05:00"),
        ("yesterday", "2026-11-17T00:00"),
        ("Yesterday 20:00", "2026-11-17T20:00"),
        ("昨日18時", "2026-11-17T18:00"),
        ("昨日の18時", "2026-11-17T18:00"),
        ("5am", "2026-11-18T05:00"),
        ("9am", "2026-11-17T09:00"),
        ("friday 18:00", "2026-11-13T18:00"),
        ("30 Nov", "2025-11-30T00:00"),
        ("17 Nov 14:00", "2026-11-17T14:00"),
        ("29 Feb", "2024-02-29T00:00"),
        ("2026-11-17 20:00", "2026-11-17T20:00"),
        ("2015-05-05", "2015-05-05T00:00"),
        ("<t:1763000000:R>", "2025-11-13T03:13"),
    ],
)
def test_a_moment_is_the_last_such_one(typed, meant):
    assert past_moment(typed, NOW, BERLIN).astimezone(BERLIN).isoformat()[:16] == meant


@pytest.mark.parametrize(
    "typed",
    [
        "tomorrow",
        "tomorrow 9am",
        "tonight 8",
        "next friday",
        "in 2h",
        "2時間後",
        "today 9am",
        "2026-12-01",
        "2030-01-01",
    ],
)
def test_what_is_still_to_come_is_refused_by_name(typed):
    with pytest.raises(FutureMomentError) as error:
        past_moment(typed, NOW, BERLIN)
    assert error.value.params["given"] == typed


@pytest.mark.parametrize("typed", ["", "once", "yesterday evening", "-3", "25:00", "x" * 200])
def test_what_is_no_moment_is_refused(typed):
    with pytest.raises(BadMomentError):
        past_moment(typed, NOW, BERLIN)


def test_a_date_that_could_be_two_is_refused():
    with pytest.raises(TwoDatesError):
        past_moment("3/4", NOW, BERLIN)


@given(st.text(max_size=30))
def test_whatever_is_understood_has_passed(typed):
    try:
        found = past_moment(typed, NOW, BERLIN)
    except PaddockError:
        return
    assert found <= NOW
