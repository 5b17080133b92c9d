"""What people type for times of day and for lengths of time, and the sentences they get when it is none."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.when import BadLengthError, BadTimeError, LongLengthError, as_typed, length, parse_time
from bot.text import error_text

TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


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


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("90m", timedelta(minutes=90)),
        ("90 minutes", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("2d12h", timedelta(days=2, hours=12)),
        ("1 week, 2 days and 3 hours", timedelta(days=9, hours=3)),
        ("a day", timedelta(days=1)),
        ("1週間", timedelta(days=7)),
        ("１２時間", timedelta(hours=12)),
        ("1日半", timedelta(hours=36)),
    ],
)
def test_a_length_is_understood_as_people_write_it(typed: str, expected: timedelta):
    assert length(typed) == expected


@given(st.integers(1, 3_660 * 24 * 60))
def test_every_length_that_a_form_shows_is_understood_again(minutes: int):
    shown = timedelta(minutes=minutes)
    assert length(as_typed(shown)) == shown


@pytest.mark.parametrize("typed", ["", "0m", "soon", "2", "d", "2x", "18:00", "2d2d", "tomorrow", "1:30", "1e3m", "٣h"])
def test_what_is_no_length_is_refused_with_examples(typed: str):
    with pytest.raises(BadLengthError) as refused:
        length(typed)
    for sentence in refusal(refused.value):
        assert typed in sentence
        assert "1d12h" in sentence


def test_a_length_beyond_what_is_asked_for_is_told_how_long_it_may_be():
    week = timedelta(days=7)
    assert length("7d", at_most=week) == week
    with pytest.raises(LongLengthError) as refused:
        length("7d1m", at_most=week)
    for sentence in refusal(refused.value):
        assert "7d1m" in sentence
        assert " 7 " in sentence or "7日" in sentence
