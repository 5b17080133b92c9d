"""What people type for times, lengths and moments, and the sentences they get when it is none."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.when import (
    TYPED_CHARS_MAX,
    BadLengthError,
    BadMomentError,
    BadTimeError,
    FarMomentError,
    LongLengthError,
    PastMomentError,
    TwoDatesError,
    length,
    moment,
    parse_time,
)
from bot.text import error_text

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # 10:00 in Berlin, 18:00 in Tokyo
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "America/Santiago"])
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def refusal(error: PaddockError) -> tuple[str, str]:
    return error_text(error, "en"), error_text(error, "ja")


@pytest.mark.parametrize(
    ("given", "length"),
    [
        ("2h", timedelta(hours=2)),
        ("2H", timedelta(hours=2)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("1d 12h 5m", timedelta(days=1, hours=12, minutes=5)),
        ("90m", timedelta(minutes=90)),
        ("0m", timedelta()),
        ("2時間30分", timedelta(hours=2, minutes=30)),
        ("３日", timedelta(days=3)),
    ],
)
def test_a_length_counts_from_now(given: str, length: timedelta):
    assert moment(given, NOW, BERLIN) == NOW + length


@given(MOMENTS, st.integers(0, 400), st.integers(0, 999), st.integers(0, 9999), ZONES)
def test_days_keep_the_time_on_the_clock_and_hours_are_time_that_passes(
    now: datetime, days: int, hours: int, minutes: int, name: str
):
    zone = ZoneInfo(name)
    passing = timedelta(hours=hours, minutes=minutes)
    found = moment(f"{days}d{hours}h{minutes}m", now, zone)
    assert moment(f"{hours}h{minutes}m", now, zone) - now == passing
    on_the_day = (found - passing).astimezone(zone)
    there = now.astimezone(zone)
    gone = on_the_day.replace(tzinfo=None) - there.replace(tzinfo=None) - timedelta(days=days)
    # A time that was skipped on that day is as much later as the clocks were put forward.
    assert gone == timedelta() or (timedelta() < gone <= timedelta(hours=1) and skipped(there, days, zone))


def skipped(there: datetime, days: int, zone: ZoneInfo) -> bool:
    wanted = there.replace(tzinfo=None) + timedelta(days=days)
    return wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted


@pytest.mark.parametrize(
    ("given", "zone", "expected"),
    [
        ("18:00", BERLIN, datetime(2026, 11, 18, 17, 0, tzinfo=UTC)),
        ("18:00", TOKYO, datetime(2026, 11, 19, 9, 0, tzinfo=UTC)),  # it is 18:00 there now: the next one
        ("18:01", TOKYO, datetime(2026, 11, 18, 9, 1, tzinfo=UTC)),
        ("7時", TOKYO, datetime(2026, 11, 18, 22, 0, tzinfo=UTC)),
        ("2026-12-24 09:00", BERLIN, datetime(2026, 12, 24, 8, 0, tzinfo=UTC)),
        ("2026-12-24T09:00+09:00", BERLIN, datetime(2026, 12, 24, 0, 0, tzinfo=UTC)),
        ("2026-12-24T09:00Z", TOKYO, datetime(2026, 12, 24, 9, 0, tzinfo=UTC)),
        ("2026-12-24", TOKYO, datetime(2026, 12, 23, 15, 0, tzinfo=UTC)),
        ("２０２６-１２-２４ ０９：００", TOKYO, datetime(2026, 12, 24, 0, 0, tzinfo=UTC)),
        # An hour that the change to summer time skips: as long after midnight as the clock would have shown.
        ("2027-03-28 02:30", BERLIN, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_local_unless_it_names_a_zone(given: str, zone: ZoneInfo, expected: datetime):
    found = moment(given, NOW, zone)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "given",
    [
        "",
        "tomorrow evening",
        "tonight",
        "today",
        "1764000000",
        "9-10",
        "9 10",
        "tomorrow tomorrow",
        "2d 2d",
        "2026-02-30",
        "30 feb",
        "Thu 20 Nov",
        "tonight 9am",
        "-2h",
        "2h!",
        "1 month",
        "昨日",
        "2026-13-01",
        "2026-12-24 25:00",
        "25:00",
        "d",
        "1x",
        "0001-01-01 00:00",
        "9999-12-31T23:59-05:00",
    ],
)
def test_what_is_no_moment_is_refused_with_examples(given: str):
    with pytest.raises(BadMomentError) as refused:
        moment(given, NOW, TOKYO)
    for sentence in refusal(refused.value):
        assert given in sentence
        assert "2h" in sentence


@given(MOMENTS, TIMES, ZONES)
def test_a_time_of_day_means_the_next_one_and_that_comes_within_a_day(now: datetime, at: time, name: str):
    zone = ZoneInfo(name)
    found = moment(f"{at:%H:%M}", now, zone)
    # A day of 25 hours at the most; and a skipped half hour or hour may lie in between.
    assert timedelta() < found - now <= timedelta(hours=26)
    shown = found.astimezone(zone)
    skipped = shown.replace(hour=at.hour, minute=at.minute, second=0, fold=0).astimezone(UTC).astimezone(zone)
    assert (shown.hour, shown.minute) == (at.hour, at.minute) or skipped.time() != at


def test_between_the_two_passes_of_a_doubled_hour_the_second_is_meant():
    now = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 2:45 in Berlin for the first time
    assert moment("2:30", now, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    now = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 2:10 for the second time
    assert moment("2:30", now, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "local"),
    [
        ("1 week", "2026-11-25 18:00"),
        ("1w 2d", "2026-11-27 18:00"),
        ("in 90 min", "2026-11-18 19:30"),
        ("an hour from now", "2026-11-18 19:00"),
        ("1.5 days", "2026-11-20 06:00"),
        ("3日後", "2026-11-21 18:00"),
        ("2時間半", "2026-11-18 20:30"),
        ("半日", "2026-11-19 06:00"),
        ("１週間後", "2026-11-25 18:00"),
        ("now", "2026-11-18 18:00"),
        ("9am", "2026-11-19 09:00"),
        ("noon", "2026-11-19 12:00"),
        ("midnight", "2026-11-19 00:00"),
        ("24:00", "2026-11-19 00:00"),
        ("tomorrow", "2026-11-19 00:00"),
        ("Tomorrow 9am", "2026-11-19 09:00"),
        ("9am tomorrow", "2026-11-19 09:00"),
        ("day after tomorrow at noon", "2026-11-20 12:00"),
        ("in 3 days at 9:00", "2026-11-21 09:00"),
        ("tonight 20:30", "2026-11-18 20:30"),
        ("tonight 8", "2026-11-18 20:00"),
        ("tonight at 1am", "2026-11-19 01:00"),
        ("tonight 12", "2026-11-19 00:00"),
        ("tomorrow evening 7", "2026-11-19 19:00"),
        ("9 in the morning", "2026-11-19 09:00"),
        ("friday 18:00", "2026-11-20 18:00"),
        ("Fri at 6 p.m.", "2026-11-20 18:00"),
        ("wed 18:00", "2026-11-25 18:00"),  # it is Wednesday, 18:00
        ("wed 18:01", "2026-11-18 18:01"),
        ("monday", "2026-11-23 00:00"),
        ("next monday", "2026-11-23 00:00"),
        ("this friday 18:00", "2026-11-20 18:00"),
        ("next friday 18:00", "2026-11-27 18:00"),
        ("30 Nov 18:00", "2026-11-30 18:00"),
        ("Nov 30 18:00", "2026-11-30 18:00"),
        ("30th of November, 2027 6pm", "2027-11-30 18:00"),
        ("1 Nov", "2027-11-01 00:00"),  # this year's has passed
        ("29 Feb", "2028-02-29 00:00"),
        ("Fri 20 Nov 18:00", "2026-11-20 18:00"),
        ("30.11.2026 18:00", "2026-11-30 18:00"),
        ("2026/11/30 18:00", "2026-11-30 18:00"),
        ("30/11 18:00", "2026-11-30 18:00"),
        ("3/4 18:00", "2027-03-04 18:00"),  # in Japan the month always comes first
        ("9:00 UTC", "2026-11-19 18:00"),
        ("18:00 UTC+1", "2026-11-19 02:00"),
        ("9am JST", "2026-11-19 09:00"),
        ("20261130T180000Z", "2026-12-01 03:00"),
        ("明日9時", "2026-11-19 09:00"),
        ("明日の午前9時半", "2026-11-19 09:30"),
        ("明後日正午", "2026-11-20 12:00"),
        ("今夜8時", "2026-11-18 20:00"),
        ("明日の夜9時", "2026-11-19 21:00"),
        ("金曜18時", "2026-11-20 18:00"),
        ("金曜日の24時", "2026-11-21 00:00"),
        ("来週の金曜", "2026-11-27 00:00"),
        ("再来週の月曜9時", "2026-11-30 09:00"),
        ("11月30日 18:00", "2026-11-30 18:00"),
        ("１１月３０日１８：００まで", "2026-11-30 18:00"),
        ("2027年3月4日 9時", "2027-03-04 09:00"),
        ("11月20日(金)18時", "2026-11-20 18:00"),
        ("30日18時", "2026-11-30 18:00"),
        ("3日後の9時", "2026-11-21 09:00"),
    ],
)
def test_a_moment_is_understood_as_people_write_it(typed: str, local: str):
    found = moment(typed, NOW, TOKYO)
    assert f"{found.astimezone(TOKYO):%Y-%m-%d %H:%M}" == local
    assert found.tzinfo is UTC


def test_a_stamp_is_the_moment_that_it_shows():
    at = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    for form in ("", *(f":{letter}" for letter in "tTdDfFRsS")):
        assert moment(f"<t:{round(at.timestamp())}{form}>", NOW, BERLIN) == at


def test_tonight_at_one_is_in_half_an_hour_for_whoever_is_still_up():
    now = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)  # half past midnight in Tokyo
    assert moment("tonight 1:00", now, TOKYO) == now + timedelta(minutes=30)
    assert moment("夜1時", now, TOKYO) == now + timedelta(minutes=30)


@pytest.mark.parametrize("typed", ["3/4", "3/4/2027", "tomorrow, 3/4"])
def test_a_date_that_is_another_in_america_is_refused(typed: str):
    with pytest.raises(TwoDatesError) as refused:
        moment(typed, NOW, BERLIN)
    for sentence in refusal(refused.value):
        assert typed in sentence
        assert "2027-03-04" in sentence


@pytest.mark.parametrize(
    "typed", ["2026-11-18 09:59", "today 9:00", "今日9時", "1 Nov 2026", "<t:1764000000:R>", "今週の月曜"]
)
def test_what_has_passed_is_told_so(typed: str):
    with pytest.raises(PastMomentError) as refused:
        moment(typed, NOW, BERLIN)
    assert all(typed in sentence for sentence in refusal(refused.value))


@pytest.mark.parametrize("typed", ["367 days", "2027-11-20 10:00", "<t:99999999999>"])
def test_what_is_too_far_ahead_is_told_how_far_it_may_be(typed: str):
    assert moment("366 days", NOW, BERLIN, at_most=timedelta(days=366))
    with pytest.raises(FarMomentError) as refused:
        moment(typed, NOW, BERLIN, at_most=timedelta(days=366))
    for sentence in refusal(refused.value):
        assert typed in sentence
        assert "366" in sentence


@pytest.mark.parametrize(
    ("now", "typed", "expected"),
    [
        # Berlin puts its clocks forward on 28 March 2027 at 2:00 and back on 31 October 2027 at 3:00.
        ("2027-03-27T02:30+01:00", "1d", "2027-03-28T03:30+02:00"),
        ("2027-03-27T18:00+01:00", "1d", "2027-03-28T18:00+02:00"),  # 23 hours
        ("2027-03-27T18:00+01:00", "24h", "2027-03-28T19:00+02:00"),
        ("2027-03-27T18:00+01:00", "1d12h", "2027-03-29T06:00+02:00"),
        ("2027-03-27T18:00+01:00", "tomorrow 2:30", "2027-03-28T03:30+02:00"),
        ("2027-10-30T02:30+02:00", "1d", "2027-10-31T02:30+02:00"),
        ("2027-10-30T18:00+02:00", "1d", "2027-10-31T18:00+01:00"),  # 25 hours
        ("2027-10-30T18:00+02:00", "sunday 2:30", "2027-10-31T02:30+02:00"),
        ("2027-10-31T02:45+02:00", "2:30", "2027-10-31T02:30+01:00"),
        ("2027-10-31T02:45+02:00", "today 2:30", "2027-10-31T02:30+01:00"),
        ("2027-10-31T02:30+02:00", "1h", "2027-10-31T02:30+01:00"),
    ],
)
def test_the_changes_of_the_clocks_are_kept(now: str, typed: str, expected: str):
    assert moment(typed, datetime.fromisoformat(now), BERLIN) == datetime.fromisoformat(expected)


@given(MOMENTS.filter(lambda at: at > datetime(2001, 1, 1, tzinfo=UTC)), ZONES)
def test_every_iso_moment_is_understood_as_it_was_written(at: datetime, name: str):
    at = at.replace(microsecond=0)
    now = at - timedelta(days=3)
    assert moment(at.astimezone(ZoneInfo(name)).isoformat(), now, TOKYO) == at
    assert moment(f"{at:%Y%m%dT%H%M%SZ}", now, TOKYO) == at


@given(MOMENTS, st.integers(0, 366 * 24 * 60), ZONES)
def test_every_local_date_is_understood_however_it_is_written(now: datetime, minutes: int, name: str):
    zone = ZoneInfo(name)
    there = (now + timedelta(minutes=1 + minutes)).astimezone(zone).replace(second=0, microsecond=0, fold=0)
    at = there.astimezone(UTC)
    if at <= now:
        return
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[there.month - 1]
    for typed in (
        f"{there:%Y-%m-%d %H:%M}",
        f"{there.year}年{there.month}月{there.day}日{there.hour}時{there.minute}分",
        f"{there.day} {month} {there.year} {there:%H:%M}",
        f"{month} {there.day}, {there.year}, {there:%I:%M %p}",
    ):
        assert moment(typed, now, zone) == at, typed


WORDS_TEXT = """
2d 12h 90 min week in 3 days tomorrow tonight today friday next 9am 18:00 24:00 2:30 30 Nov feb 29 31 2026 - 2026-11-30
3/4 T Z +09:00 midnight noon night 明日 の 午後 9時 半 3日 後 金曜 来週 11月30日 (月) ９ ： <t: 0 99
"""
WORDS = st.lists(st.sampled_from(WORDS_TEXT.split()), max_size=5)


@given(st.text(max_size=TYPED_CHARS_MAX + 5) | WORDS.map(" ".join) | WORDS.map("".join), MOMENTS, ZONES)
def test_no_text_does_anything_but_name_a_moment_to_come_or_be_refused(typed: str, now: datetime, name: str):
    zone = ZoneInfo(name)
    with suppress(BadMomentError, PastMomentError, FarMomentError):
        found = moment(typed, now, zone)
        assert found.utcoffset() == timedelta()
        assert found >= now
        assert found == moment(f" {typed.upper()} ", now, zone) or not typed.isascii()
    with suppress(BadLengthError, LongLengthError):
        assert length(typed) > timedelta()
    with suppress(BadTimeError):
        parse_time(typed)


def test_what_was_typed_comes_back_short():
    with pytest.raises(BadMomentError) as refused:
        moment("9" * 5_000, NOW, BERLIN)
    assert len(error_text(refused.value, "en")) < 300
