"""What people type for zones, times and moments, and the sentences they get when it is none."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.guild import BadMomentError, BadTimeError, UnknownZoneError
from bot.domain.moments import check_zone, parse_moment, parse_time
from bot.text import error_text

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # 10:00 in Berlin, 18:00 in Tokyo
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "America/Santiago"])
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def refusal(error: PaddockError) -> tuple[str, str]:
    return error_text(error, "en"), error_text(error, "ja")


@pytest.mark.parametrize(
    ("given", "hour", "minute"),
    [
        ("7:30", 7, 30),
        (" 07:30 ", 7, 30),
        ("7.30", 7, 30),
        ("7h30", 7, 30),
        ("7h", 7, 0),
        ("7", 7, 0),
        ("0:00", 0, 0),
        ("23:59", 23, 59),
        ("7 pm", 19, 0),
        ("7:30PM", 19, 30),
        ("7:30 p.m.", 19, 30),
        ("12 am", 0, 0),
        ("12 pm", 12, 0),
        ("7時", 7, 0),
        ("7時30分", 7, 30),
        ("7時半", 7, 30),
        ("午前7時", 7, 0),
        ("午後7時半", 19, 30),
        ("午後0時", 12, 0),
        ("１８：３０", 18, 30),
    ],
)
def test_a_time_of_day_is_understood_as_people_write_it(given: str, hour: int, minute: int):
    assert parse_time(given) == time(hour, minute)


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "24:00",
        "7:60",
        "7:3",
        "7:",
        "7.",
        "7:30:00",
        "13 pm",
        "0 am",
        "午前7時 pm",
        "午後13時",
        "noon",
        "-1",
        "٣:",
    ],
)
def test_what_is_no_time_of_day_is_refused_with_an_example(given: str):
    with pytest.raises(BadTimeError) as refused:
        parse_time(given)
    english, japanese = refusal(refused.value)
    assert f"“{given}”" in english
    assert "7:30" in english
    assert given in japanese
    assert "7:30" in japanese


@given(TIMES)
def test_every_time_that_we_show_is_understood_again(at: time):
    assert parse_time(f"{at:%H:%M}") == at
    assert parse_time(f"{at:%I:%M %p}") == at
    assert parse_time(f"{at.hour}時{at:%M}分") == at


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading_of_times_and_moments(given: str):
    for read in (parse_time, lambda text: parse_moment(text, now=NOW, zone=BERLIN)):
        with suppress(BadTimeError, BadMomentError):
            read(given)


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
    assert parse_moment(given, now=NOW, zone=BERLIN) == NOW + length


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 9999))
def test_every_length_is_the_sum_of_its_parts(days: int, hours: int, minutes: int):
    found = parse_moment(f"{days}d{hours}h{minutes}m", now=NOW, zone=BERLIN)
    assert found - NOW == timedelta(days=days, hours=hours, minutes=minutes)


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
    found = parse_moment(given, now=NOW, zone=zone)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "given",
    [
        "",
        "tomorrow",
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
        parse_moment(given, now=NOW, zone=TOKYO)
    for sentence in refusal(refused.value):
        assert given in sentence
        assert "2h" in sentence


@given(MOMENTS, TIMES, ZONES)
def test_a_time_of_day_means_the_next_one_and_that_comes_within_a_day(now: datetime, at: time, name: str):
    zone = ZoneInfo(name)
    moment = parse_moment(f"{at:%H:%M}", now=now, zone=zone)
    # A day of 25 hours at the most; and a skipped half hour or hour may lie in between.
    assert timedelta() < moment - now <= timedelta(hours=26)
    shown = moment.astimezone(zone)
    skipped = shown.replace(hour=at.hour, minute=at.minute, second=0, fold=0).astimezone(UTC).astimezone(zone)
    assert (shown.hour, shown.minute) == (at.hour, at.minute) or skipped.time() != at


def test_between_the_two_passes_of_a_doubled_hour_the_second_is_meant():
    now = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 2:45 in Berlin for the first time
    assert parse_moment("2:30", now=now, zone=BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    now = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 2:10 for the second time
    assert parse_moment("2:30", now=now, zone=BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" Berlin ", "Europe/Berlin"),
        ("tokyo", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("America/Argentina/Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Istanbul", "Europe/Istanbul"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(given: str, name: str):
    assert check_zone(given) == name


@given(st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})))
def test_every_zone_is_understood_and_stays_what_it_is(name: str):
    assert check_zone(name) == name
    assert check_zone(name.upper().replace("_", " ")) == name
    ZoneInfo(check_zone(name))


@pytest.mark.parametrize(
    ("given", "near"), [("Tokio", "Asia/Tokyo"), ("Europe/Berln", "Europe/Berlin"), ("xyzzy!", "Asia/Tokyo")]
)
def test_an_unknown_zone_is_refused_with_those_that_look_like_it(given: str, near: str):
    with pytest.raises(UnknownZoneError) as refused:
        check_zone(given)
    for sentence in refusal(refused.value):
        assert given in sentence
        assert near in sentence


@pytest.mark.parametrize("given", ["localtime", "Factory", "../etc/passwd", "", "posixrules"])
def test_what_is_no_place_is_no_zone(given: str):
    with pytest.raises(UnknownZoneError):
        check_zone(given)
