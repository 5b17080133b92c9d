"""Whatever stands in a feed, its articles hold nothing that a database refuses; and no parser may send such a thing."""

import json
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import KEY_CHARS_MAX, URL_CHARS_MAX, Article, ParsedFeed
from bot.domain.feed import FeedError
from bot.domain.wording import storable
from bot.feeds import wire
from bot.feeds.parse import parse_feed
from tests.nasty import nasty_text, samples

URL = "https://motor.example/feed"
FIELDS = ("id", "url", "title", "summary", "content_html", "content_text", "image", "date_published")
INDEX_ROW_BYTES_MAX = 2704  # PostgreSQL's manual, "B-Tree Indexes": a third of a page
OTHER_COLUMNS_BYTES = 40  # the feed's number, and what PostgreSQL itself needs


def json_feed(title: str, site: str, *items: dict[str, str]) -> bytes:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": site, "items": items}
    ).encode()


def rss(*words: str) -> bytes:
    parts = "".join(
        f"<item><guid>{word}</guid><title>{word}</title><link>https://a.example/{word}</link>"
        f"<description>{word}</description></item>"
        for word in words
    )
    return f"<rss version='2.0'><channel><title>{words[0]}</title>{parts}</channel></rss>".encode(
        errors="surrogatepass"
    )


def check(feed: ParsedFeed) -> None:
    for article in feed.articles:
        assert len(article.key) <= KEY_CHARS_MAX
        assert len(article.key.encode()) + OTHER_COLUMNS_BYTES <= INDEX_ROW_BYTES_MAX
        for words in (article.key, article.title, article.source, article.summary, article.body):
            assert storable(words) == words
            words.encode()
        assert article.title
        assert article.source
    links = ((article.url, article.source_url, article.image_url) for article in feed.articles)
    for link in chain([feed.site_url], chain.from_iterable(links)):
        assert link is None or (link.isascii() and link.isprintable() and len(link) <= URL_CHARS_MAX)
    assert storable(feed.title) == feed.title
    assert len({article.key for article in feed.articles}) == len(feed.articles)
    # So it comes through the pipe as it is.
    assert wire.unpack_feed(wire.pack_result(feed)) == feed


items = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, nasty_text))


@given(nasty_text, nasty_text, st.lists(items, max_size=5))
def test_a_json_feed_of_anything_holds_only_what_can_be_kept(title: str, site: str, found: list[dict[str, str]]):
    check(parse_feed(json_feed(title, site, *found), url=URL, content_type=None))


@given(st.lists(nasty_text, min_size=1, max_size=5))
def test_an_rss_feed_of_anything_holds_only_what_can_be_kept_or_is_refused(words: list[str]):
    try:
        feed = parse_feed(rss(*words), url=URL, content_type=None)
    except FeedError:
        return
    check(feed)


def test_every_sample_in_every_field_holds_only_what_can_be_kept():
    found = [dict.fromkeys(FIELDS, sample) for sample in samples()]
    found += [{"id": sample, "title": "T", "url": "https://a.example/" + sample} for sample in samples()]
    feed = parse_feed(json_feed("T", "https://a.example", *found), url=URL, content_type=None)
    check(feed)
    assert len(feed.articles) > len(samples())


ARTICLE = Article("k", "https://a.example/1", "T", "S", "s", "b", "https://a.example", "https://a.example/i.png")


@pytest.mark.parametrize(
    "hostile",
    [
        {"key": "k" * (KEY_CHARS_MAX + 1)},
        *({name: word} for name in ("key", "title", "source", "summary", "body") for word in ("a\x00", "a\ud800")),
        *(
            {name: "https://a.example/" + path}
            for name in ("url", "source_url", "image_url")
            for path in ("ü", "a" * URL_CHARS_MAX, "\x00")
        ),
    ],
)
def test_a_parser_that_was_taken_over_sends_nothing_that_a_database_refuses(hostile: dict[str, str]):
    good = ParsedFeed("T", None, (ARTICLE,))
    assert wire.unpack_feed(wire.pack_result(good)) == good
    with pytest.raises(ValueError, match=r"."):
        wire.unpack_feed(wire.pack_result(replace(good, articles=(replace(ARTICLE, **hostile),))))


@pytest.mark.parametrize("hostile", [{"title": "\x00"}, {"site_url": "https://ü.example"}])
def test_nor_does_it_in_the_head_of_a_feed(hostile: dict[str, str]):
    with pytest.raises(ValueError, match=r"."):
        wire.unpack_feed(wire.pack_result(replace(ParsedFeed("T", None, ()), **hostile)))
