import json
from collections import defaultdict
from datetime import timedelta

import aiohttp
import feedparser
import pytest

from bot.demo.newsstand import PICTURES, Newsstand, read_outlets
from tests.demo.conftest import NOON

OPENING = 18  # articles that are out when the newsstand opens, at least


@pytest.fixture
async def newsstand(clock):
    async with Newsstand(clock) as opened:
        yield opened


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


async def get(session, url, **headers: str):
    async with session.get(url, headers=headers) as response:
        return response.status, await response.text(), response.headers


async def test_every_feed_gives_its_articles_to_feedparser(newsstand, session):
    formats = set()
    for name, url in newsstand.feeds().items():
        status, body, headers = await get(session, url)
        assert status == 200
        if headers["Content-Type"].startswith("application/feed+json"):
            titles = [item["title"] for item in json.loads(body)["items"]]
            formats.add("json")
        else:
            parsed = feedparser.parse(body)
            assert not parsed.bozo, parsed.get("bozo_exception")
            assert parsed.feed.title == name
            assert all(
                (entry.get("published") or entry.get("updated")) and entry.link and entry.summary
                for entry in parsed.entries
            )
            titles = [entry.title for entry in parsed.entries]
            formats.add(parsed.version)
        outlet = next(outlet for outlet in newsstand.outlets.values() if outlet.name == name)
        assert titles == [printed.article.title for printed in newsstand.printed(outlet)]
    assert formats == {"rss20", "atom10", "rss10", "json"}


async def test_a_feed_in_which_nothing_is_new_answers_304(newsstand, session, clock):
    for url in newsstand.feeds().values():
        _, _, headers = await get(session, url)
        by_etag = await get(session, url, **{"If-None-Match": headers["ETag"]})
        by_date = await get(session, url, **{"If-Modified-Since": headers["Last-Modified"]})
        assert (by_etag[0], by_date[0]) == (304, 304)
        assert (by_etag[1], by_date[1]) == ("", "")
        other_etag = {"If-None-Match": '"other"', "If-Modified-Since": headers["Last-Modified"]}
        assert (await get(session, url, **other_etag))[0] == 200
        clock.advance(timedelta(minutes=1))
        assert (await get(session, url, **{"If-None-Match": headers["ETag"]}))[0] == 304


async def test_new_articles_come_out_as_time_passes(newsstand, session, clock):
    url = newsstand.feeds()["Apex & Asphalt"]
    _, _, headers = await get(session, url)
    clock.move_to(NOON + timedelta(days=1))
    status, body, _ = await get(session, url, **{"If-None-Match": headers["ETag"]})
    assert status == 200
    newest = feedparser.parse(body).entries[0]
    assert newest.title.startswith("Morning Lap: A name on paper")
    assert newest.published == "Sat, 21 Nov 2026 09:30:00 +0000"


async def test_articles_and_pictures_can_be_opened(newsstand, session):
    apex = newsstand.outlets["apex"]
    column = newsstand.printed(apex)[0]
    status, page, _ = await get(session, column.url)
    assert status == 200
    assert "<h2>The Big Question</h2>" in page
    async with session.get(column.picture_url) as response:
        assert (await response.read()).startswith(b"\x89PNG")
    assert column.picture_url in newsstand.pictures()
    not_out_yet = f"{newsstand.base}/apex/morning-lap-two"
    for missing in ("/apex/nothing", "/nobody/feed", "/pictures/none.png", "/pictures/..%2Foutlets.toml"):
        assert (await get(session, newsstand.base + missing))[0] == 404
    assert (await get(session, not_out_yet))[0] == 404


def test_several_outlets_tell_of_the_same_events():
    tellers = defaultdict(set)
    out = [(outlet, article) for outlet in read_outlets() for article in outlet.articles if article.hours < 0]
    for outlet, article in out:
        tellers[article.story].add(outlet.name)
    assert len(out) >= OPENING
    assert sum(len(names) >= 3 for names in tellers.values()) >= 4


def test_every_article_is_whole():
    slugs = [(outlet.slug, article.slug) for outlet in read_outlets() for article in outlet.articles]
    assert len(slugs) == len(set(slugs))
    for outlet in read_outlets():
        for article in outlet.articles:
            assert (PICTURES / article.picture).is_file()
            assert len(article.body) >= 2
            assert article.summary
            assert article.author
