"""Pictures of options: which of them Discord takes, what is told of them, and that all of it fits into its limits."""

from dataclasses import replace

import pytest

from bot.domain.poll.plainness import Plainness, plain, ways_to_show
from bot.domain.poll.poll import OPTION_CHARS_MAX, QUESTION_CHARS_MAX, Option, PollState
from bot.domain.poll.rules import PollKind, PollRules
from bot.edge.gallery import GALLERY_MAX, caption_of, gallery_of, picture_address
from bot.edge.poll_card import poll_card
from bot.text import LANGUAGES
from tests.edge.test_poll_card import PICTURE, poll_of, shown
from tests.messages import check_limits, galleries, words

CAR = "https://cars.example/rx500.jpg"


def with_pictures(count: int, **fields):
    options = tuple(
        Option(number, f"Car {number}", picture_url=f"https://cars.example/{number}.jpg")
        for number in range(1, count + 1)
    )
    return poll_of([], fields.pop("rules", None), options=options, **fields)


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "ftp://cars.example/a.png",
        "javascript:alert(1)",
        "/a.png",
        "https://",
        "https:///a.png",
        "https://:80/a.png",
        "http://[cars/a.png",
        "https://cars.example:port/a.png",
        "https://cars.example/a b.png",
        "https://cars.example/\n.png",
        "https://cars.example/" + "p" * 2_100,
        "https://cars.example/" + "写" * 700,  # 9 characters each, once it is encoded
        "https://[写/a.png",
    ],
)
def test_an_address_that_discord_would_refuse_is_none(address):
    assert picture_address(address) is None


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        (CAR, CAR),
        ("HTTPS://cars.example/A.PNG", "HTTPS://cars.example/A.PNG"),
        ("https://cars.example/写真.png", "https://cars.example/%E5%86%99%E7%9C%9F.png"),
        ("https://車.example/a.png", "https://xn--0z3a.example/a.png"),
    ],
)
def test_an_address_in_other_letters_is_encoded_as_browsers_do(typed, taken):
    assert picture_address(typed) == taken


def test_a_card_shows_the_pictures_of_its_options_with_their_names():
    options = (
        Option(1, "Mazda *RX*-500", picture_url=CAR),
        Option(2, "Nissan 126X"),
        Option(3, "トヨタ", picture_url=CAR),
    )
    card = poll_card(shown(poll_of([], options=options)))

    (gallery,) = galleries(card)
    assert [(item["media"]["url"], item["description"]) for item in gallery] == [
        (CAR, "Mazda *RX*-500"),
        (CAR, "トヨタ"),
    ]
    assert r"-# Pictures: Mazda \*RX\*-500 · トヨタ" in words(card)


def test_of_many_pictures_as_many_are_shown_as_stand_in_a_gallery():
    card = poll_card(shown(with_pictures(100)))

    (gallery,) = galleries(card)
    assert len(gallery) == GALLERY_MAX
    assert "Car 10" in words(card).split("Pictures: ")[1].splitlines()[0]
    assert "Car 11" not in words(card).split("Pictures: ")[1].splitlines()[0]


def test_without_a_picture_there_is_no_gallery():
    poll = poll_of(["a", "b"])
    assert galleries(poll_card(shown(poll))) == []
    assert gallery_of(poll, poll.standing, "en") is None
    assert caption_of(poll, poll.standing, "en") == ""


def test_after_the_close_the_winners_picture_is_shown_and_no_other():
    card = poll_card(shown(with_pictures(3, state=PollState.CLOSED), 9))

    (gallery,) = galleries(card)
    assert [item["description"] for item in gallery] == ["Car 1"]


def test_a_picture_of_the_result_takes_the_place_of_theirs():
    card = poll_card(shown(with_pictures(3, state=PollState.FINAL), 9), PICTURE)

    (gallery,) = galleries(card)
    assert [item["media"]["url"] for item in gallery] == [PICTURE.address]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [5, 6, 25, 100])
@pytest.mark.parametrize("votes", [0, 9])
def test_a_card_full_of_pictures_and_long_names_stays_within_discords_limits(count, votes, language):
    options = tuple(
        Option(number, f"{number}".ljust(OPTION_CHARS_MAX, "*"), "🚗", "https://a.example/" + "x" * 450, CAR)
        for number in range(1, count + 1)
    )
    rules = PollRules(PollKind.MULTIPLE, choices_max=2, is_write_in=True)
    poll = poll_of([], rules, question="*" * QUESTION_CHARS_MAX, options=options, thread_id=11)
    card = poll_card(shown(poll, votes, language=language))
    check_limits(card)
    assert galleries(card)


def test_what_discord_does_not_draw_is_left_out_pictures_first():
    adorned = Option(1, "Saab", "🚗", "https://a.example/", CAR)
    poll = poll_of([], options=(adorned, Option(2, "Rover")))

    assert ways_to_show(poll) == (Plainness.FULL, Plainness.NO_PICTURES, Plainness.BARE)
    assert ways_to_show(plain(poll, Plainness.NO_PICTURES)) == (Plainness.FULL, Plainness.BARE)
    assert ways_to_show(plain(poll, Plainness.BARE)) == (Plainness.FULL,)
    assert plain(poll, Plainness.NO_PICTURES).options[0] == replace(adorned, picture_url=None)
    assert plain(poll, Plainness.BARE).options[0] == replace(adorned, picture_url=None, emoji=None)
