"""Options as they are typed: an emoji in front, a link and a picture at the end, lists out of messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.option_lines import (
    ADDRESS_CHARS_MAX,
    AddressesError,
    AddressLongError,
    pieces_of,
    question_and_list,
    read_options,
    write_options,
)
from bot.domain.poll.poll import Option


def one(line: str) -> Option:
    (option,) = read_options([line])
    return option


@pytest.mark.parametrize(
    ("line", "emoji", "label"),
    [
        ("🚗 Mazda RX-500", "🚗", "Mazda RX-500"),
        ("🚗Mazda RX-500", "🚗", "Mazda RX-500"),
        ("🇯🇵 Japan", "🇯🇵", "Japan"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England", None, None),
        ("👨\u200d👩\u200d👧 Family", "👨\u200d👩\u200d👧", "Family"),
        ("👋🏽 Hello", "👋🏽", "Hello"),
        ("✌🏽 Peace", "✌🏽", "Peace"),
        ("❤\ufe0f Love", "❤\ufe0f", "Love"),
        ("1\ufe0f\u20e3 First", "1\ufe0f\u20e3", "First"),
        ("<:rx:123456789012345678> RX", "<:rx:123456789012345678>", "RX"),
        ("<a:rx:123456789012345678> RX", "<a:rx:123456789012345678>", "RX"),
    ],
)
def test_an_emoji_in_front_is_the_options_emoji(line, emoji, label):
    option = one(line)
    expected = (emoji or line.split(" ")[0], label or line.split(" ", 1)[1])
    assert (option.emoji, option.label) == expected


@pytest.mark.parametrize("line", ["7 Eleven", "™ thing", "❤ text heart", "#1 car", "👍", "<:rx:1> short", "a 🚗", "3️⃣"])
def test_what_only_looks_like_one_is_part_of_the_words(line):
    assert one(line) == Option(1, line)


def test_an_emoji_longer_than_any_there_is_belongs_to_the_words():
    chain = "\u200d".join(["👩"] * 40)
    assert one(f"{chain} All").emoji is None


@pytest.mark.parametrize(
    ("line", "url", "picture_url"),
    [
        ("Saab https://a.example", "https://a.example", None),
        ("Saab <https://a.example>", "https://a.example", None),
        ("Saab https://a.example/x.JPG?width=3", None, "https://a.example/x.JPG?width=3"),
        ("Saab https://a.example https://a.example/x.webp", "https://a.example", "https://a.example/x.webp"),
        ("Saab https://a.example/x.webp https://a.example", "https://a.example", "https://a.example/x.webp"),
        ("Saab http://a.example/jpg", "http://a.example/jpg", None),
    ],
)
def test_addresses_at_the_end_are_its_link_and_its_picture(line, url, picture_url):
    assert one(line) == Option(1, "Saab", None, url, picture_url)


@pytest.mark.parametrize(
    "line", ["ftp://a.example Saab", "Saab https://", "See https://a.example now", "https://a.example"]
)
def test_other_addresses_stay_in_the_words(line):
    assert one(line) == Option(1, line)


def test_two_links_or_two_pictures_are_refused_by_name():
    for line in ("Saab https://a.example https://b.example", "Saab https://a.example/a.png https://a.example/b.png"):
        with pytest.raises(AddressesError) as error:
            one(line)
        assert error.value.params["option"] == "Saab"
    with pytest.raises(AddressLongError):
        one(f"Saab https://a.example/{'x' * ADDRESS_CHARS_MAX}")


def test_empty_lines_are_no_options_and_the_others_are_numbered():
    assert read_options(["", "Saab", "  ", "\u200b", "Rover"]) == (Option(1, "Saab"), Option(2, "Rover"))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "🚗 ", "🇯🇵 "]), st.from_regex(r"[A-Za-zァ-ン]{1,12}( [a-z0-9]{1,8})?", fullmatch=True)
        )
    )
)
def test_what_is_written_is_read_again(parts):
    options = read_options(
        f"{emoji}{label} https://a.example/{place} https://a.example/{place}.png"
        for place, (emoji, label) in enumerate(parts)
    )
    assert read_options(write_options(options).split("\n")) == options


@given(st.text(max_size=200))
def test_any_line_is_an_option_or_refused_in_words(line):
    try:
        options = read_options([line])
    except (AddressesError, AddressLongError):
        return
    assert len(options) <= 1
    assert all(option.label for option in options)


@pytest.mark.parametrize(
    ("typed", "pieces"),
    [
        ("a, b, c", ["a", "b", "c"]),
        ("a,b", ["a", "b"]),
        ("a | b, c", ["a", "b, c"]),
        ("a｜b", ["a", "b"]),
        ("a\nb, c", ["a", "b, c"]),
        ("1,5 l, 2 l", ["1,5 l", "2 l"]),
        ("一、二，三", ["一", "二", "三"]),
        ("a; b", ["a", "b"]),
        ("alone", ["alone"]),
    ],
)
def test_one_line_is_parted_by_the_strongest_mark_in_it(typed, pieces):
    assert pieces_of(typed) == pieces


@pytest.mark.parametrize(
    ("written", "question", "options"),
    [
        ("Which?\n- Saab\n- Rover", "Which?", "Saab\nRover"),
        ("Which?\n1. Saab\n2) Rover\nVote now!", "Which? Vote now!", "Saab\nRover"),
        ("どれ？\n・サーブ\n・ローバー", "どれ？", "サーブ\nローバー"),
        ("どれ？\n①サーブ\n②ローバー", "どれ？", "サーブ\nローバー"),
        ("- Saab\n- Rover", "", "Saab\nRover"),
        ("Which?\n- only one", "Which? - only one", ""),
        ("No list\nat all, 2.5 litres", "No list at all, 2.5 litres", ""),
        ("", "", ""),
    ],
)
def test_the_first_list_in_a_message_is_its_options(written, question, options):
    assert question_and_list(written) == (question, options)
