"""Feeds that are whole archives: their newest articles are read, in time."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.feeds.entry import ENTRIES_MAX
from bot.feeds.parse import parse_feed
from bot.feeds.worker import ParserProcess

URL = "https://motor.example/feed"
START = datetime(2026, 11, 18, tzinfo=UTC)
MANY = 30_000


def at(number: int) -> datetime:
    return START - timedelta(hours=number)


def rss(numbers: range, *, dated: bool = True) -> bytes:
    dates = {n: f"<pubDate>{format_datetime(at(n))}</pubDate>" if dated else "" for n in numbers}
    items = "".join(f"<item><guid>{n}</guid><title>T{n}</title>{dates[n]}</item>" for n in numbers)
    return f"<rss version='2.0'><channel><title>Motor</title>{items}</channel></rss>".encode()


def titles(body: bytes) -> list[str]:
    return [article.title for article in parse_feed(body, url=URL, content_type=None).articles]


async def test_an_archive_of_30_000_entries_gives_its_newest_articles_within_the_parsers_time():
    body = (
        b"<rss version='2.0'><channel><title>Motor</title>"
        + b"".join(b"<item><guid>%d</guid><title>T%d</title></item>" % (n, n) for n in range(MANY))
        + b"</channel></rss>"
    )
    async with ParserProcess(timeout_s=60) as parser:
        feed = await parser.parse_feed(body, url=URL, content_type=None)
    assert [article.title for article in feed.articles] == [f"T{n}" for n in range(ENTRIES_MAX)]


@pytest.mark.parametrize("numbers", [range(4 * ENTRIES_MAX), range(4 * ENTRIES_MAX - 1, -1, -1)])
def test_the_newest_by_date_are_kept_wherever_they_stand(numbers: range):
    kept = titles(rss(numbers))
    assert len(kept) == ENTRIES_MAX
    assert sorted(kept) == sorted(f"T{n}" for n in range(ENTRIES_MAX))
    assert kept == [f"T{n}" for n in numbers if n < ENTRIES_MAX]  # in the feed's own order


def test_a_feed_at_the_limit_is_read_whole():
    assert titles(rss(range(ENTRIES_MAX), dated=False)) == [f"T{n}" for n in range(ENTRIES_MAX)]


def test_atom_and_rdf_are_shortened_too_and_stay_well_formed():
    entries = "".join(f"<a:entry><a:id>{n}</a:id><a:title>T{n}</a:title></a:entry>" for n in range(3 * ENTRIES_MAX))
    body = f"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>Motor</a:title>{entries}</a:feed>".encode()
    assert titles(body) == [f"T{n}" for n in range(ENTRIES_MAX)]


def test_a_json_archive_gives_its_newest_articles():
    items = [{"id": str(n), "title": f"T{n}", "date_published": at(n).isoformat()} for n in reversed(range(MANY))]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Motor", "items": items}).encode()
    assert sorted(titles(body)) == sorted(f"T{n}" for n in range(ENTRIES_MAX))
