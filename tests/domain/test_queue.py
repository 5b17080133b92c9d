"""What may be queued as a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.queue import (
    OPTION_CHARS_MAX,
    OPTIONS_MAX,
    QUESTION_CHARS_MAX,
    OptionLongError,
    OptionsError,
    OptionTwiceError,
    QuestionEmptyError,
    QuestionLongError,
    asked_as,
    options_of,
)


def test_a_question_is_one_line_without_tricks():
    assert asked_as("  Which one?\n\u202eNo,\u200b this  one! ") == "Which one? No, this one!"


@pytest.mark.parametrize("given_text", ["", " \n ", "\u200b\u202e"])
def test_an_empty_question_is_refused(given_text: str):
    with pytest.raises(QuestionEmptyError):
        asked_as(given_text)


def test_a_question_that_discord_would_not_show_whole_is_refused_with_its_length():
    assert asked_as("x" * QUESTION_CHARS_MAX)
    with pytest.raises(QuestionLongError) as refused:
        asked_as("x" * (QUESTION_CHARS_MAX + 1))
    assert refused.value.params == {"limit": 300, "given": 301}


def test_empty_lines_are_no_options():
    assert options_of(["Saab", "", "  ", " Rover "]) == ("Saab", "Rover")
    assert options_of(["", " "]) == ()


@pytest.mark.parametrize("count", [1, OPTIONS_MAX + 1])
def test_a_poll_has_two_to_nine_options_and_other(count: int):
    with pytest.raises(OptionsError):
        options_of([f"Option {number}" for number in range(count)])


def test_options_that_cannot_be_shown_or_told_apart_are_named():
    with pytest.raises(OptionLongError) as long:
        options_of(["Saab", "x" * (OPTION_CHARS_MAX + 1)])
    assert str(long.value.params["option"]).startswith("xxx")
    with pytest.raises(OptionTwiceError) as twice:
        options_of(["Saab", "Rover", "SAAB"])
    assert twice.value.params["option"] == "SAAB"


@given(st.lists(st.text(max_size=70), max_size=14))
def test_what_is_taken_fits_a_poll(given_lines: list[str]):
    try:
        options = options_of(given_lines)
    except (OptionsError, OptionLongError, OptionTwiceError):
        return
    assert not options or 2 <= len(options) <= OPTIONS_MAX
    assert all(0 < len(option) <= OPTION_CHARS_MAX and "\n" not in option for option in options)
    assert len({option.casefold() for option in options}) == len(options)
