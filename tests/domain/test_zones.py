"""The names of time zones as people type them."""

from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.guild import UnknownZoneError
from bot.domain.zones import check_zone
from bot.text import error_text


def refusal(error: PaddockError) -> tuple[str, str]:
    return error_text(error, "en"), error_text(error, "ja")


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
