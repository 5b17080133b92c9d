"""When an edition is due, on every day of the year, and the steps by which it comes to stand."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.edition import BigQuestion, Edition, QuestionKind, QuestionOrigin
from bot.domain.roundup import EDITION_STEPS, EVERY_DAY, EditionRecord, EditionState, EditionStep, Roundup, next_step

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Tokyo")
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
YEARS = st.integers(2024, 2032)


DAYS = st.frozensets(st.integers(1, 7), min_size=1)


def roundup(at: time, timezone: str = "Europe/Berlin", days: frozenset[int] = EVERY_DAY) -> Roundup:
    return Roundup(1, 1, "Morning", 1, at, timezone, None, days=days)


def edition(state: EditionState = EditionState.DUE, *, question: bool = True, **changes: object) -> EditionRecord:
    asked = BigQuestion("Which?", QuestionOrigin.ARTICLE, QuestionKind.THREAD) if question else None
    values: dict[str, object] = {
        "id": 1,
        "guild_id": 1,
        "roundup_id": 1,
        "day": date(2026, 11, 18),
        "state": state,
        "content": Edition("Morning", date(2026, 11, 18), None, (), asked, ()),
        "channel_id": 1,
        "begun": None,
        "done": None,
        "message_id": None,
        "thread_id": None,
        "question_id": None,
        "notice_id": None,
        "due_at": datetime(2026, 11, 18, tzinfo=UTC),
        "posted_at": None,
        "reason": None,
        "ended_at": None,
        "review_channel_id": 2,
    }
    return EditionRecord(**values | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("timezone", ZONES)
@settings(max_examples=8)  # each walks through a whole year
@given(at=TIMES, year=YEARS)
@example(at=time(2, 30), year=2026)  # skipped and doubled in Berlin and New York
@example(at=time(2, 0), year=2026)
@example(at=time(1, 45), year=2026)  # doubled on Lord Howe, by half an hour
@example(at=time(0, 0), year=2026)  # skipped in Santiago
@example(at=time(23, 30), year=2026)  # doubled there, on the day before
def test_each_local_day_of_a_year_has_exactly_one_posting_time(timezone: str, at: time, year: int):
    column = roundup(at, timezone)
    moment = datetime.combine(date(year, 1, 1), time(), ZoneInfo(timezone)).astimezone(UTC) - timedelta(seconds=1)
    days: list[date] = []
    for _ in range(366):
        following = column.next_after(moment)
        assert following > moment
        moment = following
        days.append(column.day_of(moment))
    assert days[0] == date(year, 1, 1)
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


@pytest.mark.parametrize("timezone", ZONES)
@settings(max_examples=8)
@given(at=TIMES, year=YEARS, days=DAYS)
@example(at=time(2, 30), year=2026, days=frozenset({7}))  # both changes fall on a Sunday
@example(at=time(2, 0), year=2026, days=frozenset({7}))
@example(at=time(0, 0), year=2026, days=frozenset({6, 7}))
@example(at=time(23, 59), year=2028, days=frozenset({1, 2, 3, 4, 5}))
def test_each_chosen_day_of_a_year_has_exactly_one_posting_time_and_no_other_has_any(
    timezone: str, at: time, year: int, days: frozenset[int]
):
    column = roundup(at, timezone, days)
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    moment = datetime.combine(start, time(), ZoneInfo(timezone)).astimezone(UTC) - timedelta(seconds=1)
    found: list[date] = []
    while (day := column.day_of(moment := column.next_after(moment))) < end:
        found.append(day)
    every = (start + timedelta(days=number) for number in range((end - start).days))
    assert found == [day for day in every if day.isoweekday() in days]


@pytest.mark.parametrize("timezone", ZONES)
@given(at=TIMES, now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
@example(at=time(2, 30), now=datetime(2026, 10, 25, 1, 10, tzinfo=UTC))  # in the second pass of the doubled hour
@example(at=time(1, 30), now=datetime(2026, 11, 1, 6, 5, 7, tzinfo=UTC))
def test_the_next_posting_time_lies_ahead_and_shows_the_time_set_unless_that_is_skipped(
    timezone: str, at: time, now: datetime
):
    zone = ZoneInfo(timezone)
    moment = roundup(at, timezone).next_after(now)
    assert timedelta() < moment - now < timedelta(hours=49)
    assert moment.tzinfo is UTC
    shown = moment.astimezone(zone)
    if shown.time() != at:
        wanted = datetime.combine(shown.date(), at, zone)
        assert wanted.astimezone(UTC).astimezone(zone).time() != at, "the time exists on that day"
        assert shown.time() > at
        before = (moment - timedelta(minutes=1)).astimezone(zone)
        assert before.time() < at, "posted right after the gap"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime(2026, 11, 18, 6, 29, 59, 999_999, tzinfo=UTC), datetime(2026, 11, 18, 6, 30, tzinfo=UTC)),
        (datetime(2026, 11, 18, 6, 30, tzinfo=UTC), datetime(2026, 11, 19, 6, 30, tzinfo=UTC)),
        (datetime(2026, 10, 24, 5, 30, tzinfo=UTC), datetime(2026, 10, 25, 6, 30, tzinfo=UTC)),  # winter time begins
        (datetime(2026, 3, 28, 6, 30, tzinfo=UTC), datetime(2026, 3, 29, 5, 30, tzinfo=UTC)),  # summer time begins
    ],
)
def test_half_past_seven_in_berlin(after: datetime, expected: datetime):
    assert roundup(time(7, 30)).next_after(after) == expected


def test_a_skipped_time_is_posted_right_after_the_gap_and_a_doubled_one_at_its_first_pass():
    column = roundup(time(2, 30))
    assert column.next_after(datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert column.next_after(datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_day_is_the_one_on_the_guilds_calendar():
    moment = datetime(2026, 11, 18, 22, 30, tzinfo=UTC)
    assert roundup(time(), "Asia/Tokyo").day_of(moment) == date(2026, 11, 19)
    assert roundup(time(), "America/New_York").day_of(moment) == date(2026, 11, 18)


def test_steps_come_in_their_order_each_after_the_one_recorded():
    taken: list[EditionStep] = []
    done: EditionStep | None = None
    while (step := next_step(edition(done=done))) is not None:
        taken.append(step)
        done = step
    assert tuple(taken) == EDITION_STEPS
    names = [step.value for step in EDITION_STEPS]
    assert names == ["gather", "draft", "look_back", "review", "message", "thread", "question", "links"]


def test_an_edition_without_a_question_goes_from_its_thread_to_its_links():
    assert next_step(edition(done=EditionStep.THREAD)) is EditionStep.QUESTION
    assert next_step(edition(done=EditionStep.THREAD, question=False)) is EditionStep.LINKS
    assert next_step(edition(done=EditionStep.THREAD, content=None)) is EditionStep.LINKS


def test_an_intent_alone_is_not_a_step_taken():
    assert next_step(edition(begun=EditionStep.MESSAGE, done=EditionStep.REVIEW)) is EditionStep.MESSAGE


@pytest.mark.parametrize("state", [EditionState.POSTED, EditionState.SKIPPED, EditionState.FAILED])
def test_an_edition_that_has_ended_has_no_next_step(state: EditionState):
    assert next_step(edition(state)) is None
