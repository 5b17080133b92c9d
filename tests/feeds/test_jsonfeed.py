"""JSON Feed, read without feedparser."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feed import NotAFeedError
from bot.feeds.jsonfeed import read_json_feed

URL = "https://motor.example/feed.json"


def document(*items: object, **head: object) -> bytes:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Motor", "items": list(items)} | head
    return json.dumps(feed).encode()


def test_an_item_becomes_an_article():
    feed = read_json_feed(
        document(
            {
                "id": "https://motor.example/1",
                "url": "/1?utm_source=json",
                "title": "Vans &#8211; back",
                "summary": "In short.",
                "content_html": "<p>At</p><p>length<script>x</script></p>",
                "date_published": "2026-01-05T07:00:00+09:00",
                "image": "/van.jpg",
            },
            home_page_url="https://motor.example/",
        ),
        url=URL,
    )
    (article,) = feed.articles
    assert (feed.title, feed.site_url) == ("Motor", "https://motor.example/")
    assert (article.key, article.url) == ("https://motor.example/1", "https://motor.example/1")
    assert (article.title, article.summary, article.body) == ("Vans \u2013 back", "In short.", "At\nlength")
    assert article.published_at == datetime(2026, 1, 4, 22, 0, tzinfo=UTC)
    assert article.image_url == "https://motor.example/van.jpg"
    assert article.source == "Motor"


def test_text_keeps_its_lines_and_gives_the_title_where_there_is_none():
    (article,) = read_json_feed(document({"id": 7, "content_text": "First line\nSecond"}), url=URL).articles
    assert (article.key, article.title, article.body) == ("7", "First line", "First line\nSecond")
    assert article.url == URL


def test_an_attached_picture_is_found():
    attachments = [{"url": "/a.mp3", "mime_type": "audio/mpeg"}, {"url": "/b", "mime_type": "image/png"}, 3]
    (article,) = read_json_feed(document({"title": "x", "attachments": attachments}), url=URL).articles
    assert article.image_url == "https://motor.example/b"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-05T07:00:00Z", datetime(2026, 1, 5, 7, 0, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
        ("Mon, 05 Jan 2026 07:00:00 +0100", datetime(2026, 1, 5, 6, 0, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_dates_are_aware_utc_or_none(written, moment):
    (article,) = read_json_feed(document({"title": "x", "date_published": written}), url=URL).articles
    assert article.published_at == moment


def test_utf16_is_read_too():
    assert read_json_feed(document(title="軽").decode().encode("utf-16"), url=URL).title == "軽"


@pytest.mark.parametrize("body", [b"{}", b"[]", b"7", b"{", b"\xff{", document(items={}), document(version="1")])
def test_other_json_is_no_feed(body):
    with pytest.raises(NotAFeedError):
        read_json_feed(body, url=URL)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "summary",
        "content_html",
        "content_text",
        "date_published",
        "image",
        "attachments",
    ]
)


@given(st.lists(anything | st.dictionaries(names, anything)), anything, anything)
def test_no_value_of_a_wrong_type_breaks_the_reading(items, title, home):
    feed = read_json_feed(document(*items, title=title, home_page_url=home), url=URL)
    assert all(article.title and article.source for article in feed.articles)
