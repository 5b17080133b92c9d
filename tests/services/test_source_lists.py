"""Pages that lead to feeds, and lists of feeds: what comes in and what goes out."""

from dataclasses import replace

import pytest

from bot.domain.errors import NotAllowedError
from bot.domain.feed import HostError, NotFoundError, WebPageError
from bot.domain.source import FeedChoiceError, ListTooLargeError, NotAListError
from bot.services.source import LIST_BYTES_MAX
from tests.house import GUILD, MEMBER, OTHER_GUILD, SOURCES_MAX, Entry, House, NewsServer, editor

VANS, TRUCKS = Entry("vans", "Vans are back"), Entry("trucks", "Trucks grow")


def page(*feeds: str) -> bytes:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" title="{url}" href="{url}">' for url in feeds)
    return f"<!doctype html><html><head><title>Motor</title>{links}</head><body><p>News</p></body></html>".encode()


def opml(*urls: str) -> bytes:
    outlines = "".join(f'<outline text="{url}" xmlUrl="{url}"/>' for url in urls)
    return f'<opml version="2.0"><body>{outlines}</body></opml>'.encode()


async def test_a_page_that_names_one_feed_is_as_good_as_the_feed(house: House, news: NewsServer):
    url = news.publish("/feed", VANS)
    front = news.answer("/", body=page("/feed"), headers={"Content-Type": "text/html"})
    source, count = await house.sources.add(editor(), front)
    assert (source.url, source.name, count) == (url, "Motor Daily", 1)
    assert (await house.sources.test(editor(), front)).title == "Motor Daily"


async def test_a_page_that_names_several_feeds_lets_the_asker_choose(house: House, news: NewsServer):
    front = news.answer("/", body=page("/cars", "/vans"), headers={"Content-Type": "text/html"})
    for ask in (house.sources.add, house.sources.test):
        with pytest.raises(FeedChoiceError) as several:
            await ask(editor(), front)
        assert [feed.url for feed in several.value.feeds] == [news.url("/cars"), news.url("/vans")]
    assert await house.sources.list(GUILD) == ()


async def test_a_page_that_names_none_is_refused_as_a_page(house: House, news: NewsServer):
    with pytest.raises(WebPageError):
        await house.sources.add(editor(), news.answer("/", body=page()))


async def test_a_page_that_leads_inside_is_refused(house: House, news: NewsServer):
    with pytest.raises(HostError):
        await house.sources.add(editor(), news.answer("/", body=page("http://nowhere.invalid/feed")))


async def test_a_list_is_followed_as_far_as_it_can_be_read(house: House, news: NewsServer):
    known, new, dead = news.publish("/known", VANS), news.publish("/new", TRUCKS), news.answer("/dead", status=404)
    await house.sources.add(editor(), known)
    result = await house.sources.import_list(editor(), opml(known, new, dead, "no address at all:"))
    assert [source.url for source in result.added] == [new]
    assert (result.known_n, result.left_n) == (1, 0)
    assert next((feed.url, type(error)) for feed, error in result.failed) == (dead, NotFoundError)
    assert len(result.failed) == 2
    assert [source.url for source in await house.sources.list(GUILD)] == [known, new]
    assert news.asked("/known") == 1


async def test_a_list_never_brings_more_than_a_guild_may_have(house: House, news: NewsServer):
    urls = [news.publish(f"/{number}", VANS) for number in range(SOURCES_MAX + 4)]
    result = await house.sources.import_list(editor(), opml(*urls))
    assert (len(result.added), result.left_n, result.failed) == (SOURCES_MAX, 4, ())
    assert len(await house.sources.list(GUILD)) == SOURCES_MAX


async def test_what_is_exported_is_imported_with_all_that_was_chosen(house: House, news: NewsServer):
    first, _ = await house.sources.add(editor(), news.publish("/motor", VANS, name="Motor & co"))
    await house.sources.add(editor(), news.publish("/torque", TRUCKS, name="Torque"))
    await house.sources.change(
        editor(),
        first.id,
        lambda s: replace(
            s,
            weight_percent=200,
            is_ours=True,
            is_paywalled=True,
            include_words=("vans",),
            exclude_words=("SUV", "高級車"),
        ),
    )
    listed = await house.sources.export_list(editor(), "Sources")
    assert len((await house.sources.import_list(editor(OTHER_GUILD), listed)).added) == 2

    def chosen(source):
        return replace(source, id=0, guild_id=0, added_at=first.added_at, added_by=0, read_at=None)

    ours, theirs = await house.sources.list(GUILD), await house.sources.list(OTHER_GUILD)
    assert sorted(map(str, map(chosen, theirs))) == sorted(map(str, map(chosen, ours)))


async def test_what_is_no_list_is_refused(house: House):
    with pytest.raises(NotAListError):
        await house.sources.import_list(editor(), b"<rss><channel/></rss>")
    with pytest.raises(ListTooLargeError):
        await house.sources.import_list(editor(), b" " * (LIST_BYTES_MAX + 1))


async def test_who_may_not_edit_neither_imports_nor_exports(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    for asked in (house.sources.import_list(MEMBER, opml(url)), house.sources.export_list(MEMBER, "Sources")):
        with pytest.raises(NotAllowedError):
            await asked
    assert news.asked("/motor") == 0
