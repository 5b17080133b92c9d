import pytest

from bot.domain.address import canonical_address


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example/a/b?id=7",
        "https://www.news.example/a/b/?id=7&utm_source=rss&fbclid=1#comments",
        "https://m.news.example/a/b/amp?id=7",
        "https://NEWS.example:443/a/b?id=7&ref=home",
    ],
)
def test_the_same_page_has_one_address_however_it_was_passed_on(other):
    assert canonical_address(other) == canonical_address("https://news.example/a/b?id=7")


@pytest.mark.parametrize(
    "other",
    ["https://news.example/a/b?id=8", "https://news.example/a/c?id=7", "https://other.example/a/b?id=7"],
)
def test_another_page_has_another_address(other):
    assert canonical_address(other) != canonical_address("https://news.example/a/b?id=7")


def test_what_is_no_web_address_is_left_alone():
    assert canonical_address("file:///a#b") == "file:///a#b"
    assert canonical_address("http://[broken") == "http://[broken"
