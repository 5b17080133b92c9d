"""Feeds that move for good: followed at the new address, and made one with a feed that stands there already."""

from datetime import timedelta

import pytest

from bot.domain.errors import GoneError
from bot.domain.source import SourceKnownError
from bot.storage import source as table
from tests.house import EVERY, GUILD, OTHER_GUILD, SOURCES_MAX, START, Entry, House, NewsServer, editor
from tests.postgres import on_both_engines

pytestmark = on_both_engines
VANS, TRUCKS, BUSES = (
    Entry("vans", "Vans are back"),
    Entry("trucks", "Trucks grow"),
    Entry("buses", "Buses return"),
)


async def titles(house: House, guild_id: int = GUILD, since: timedelta = timedelta(days=99)) -> list[str]:
    start = house.clock.now() - since
    return sorted(a.title for a in await house.store.read(lambda s: table.articles_since(s, guild_id, start)))


def move(news: NewsServer, old: str, new: str) -> None:
    news.answer(old, status=301, headers={"Location": news.url(new)})


async def read_all(house: House) -> None:
    house.clock.advance(EVERY)
    await house.run_due()


async def test_a_permanent_redirect_is_kept_and_a_temporary_one_is_not(house: House, news: NewsServer):
    for status, kept in ((301, True), (308, True), (302, False)):
        old = news.publish(f"/old-{status}", VANS, name=f"Motor {status}")
        source, _ = await house.sources.add(editor(), old)
        new = news.publish(f"/new-{status}", VANS, name=f"Motor {status}")
        news.answer(f"/old-{status}", status=status, headers={"Location": new})
        house.clock.advance(EVERY)
        await house.run_due()
        (moved,) = [found for found in await house.sources.list(GUILD) if found.id == source.id]
        assert moved.url == (new if kept else old)
        asked = news.asked(f"/old-{status}")
        house.clock.advance(EVERY)
        await house.run_due()
        assert news.asked(f"/old-{status}") == (asked if kept else asked + 1)


async def test_adding_an_old_address_follows_the_feed_at_its_new_one(house: House, news: NewsServer):
    new = news.publish("/new", VANS)
    old = news.answer("/old", status=301, headers={"Location": new})
    source, _ = await house.sources.add(editor(), old)
    assert source.url == new
    with pytest.raises(SourceKnownError):
        await house.sources.add(editor(), old)


async def test_two_feeds_that_turn_out_to_be_one_become_one(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/a", VANS, TRUCKS, name="A"))
    kept, _ = await house.sources.add(editor(), news.publish("/b", TRUCKS, name="B"))
    only_a, _ = await house.sources.add(editor(OTHER_GUILD), news.url("/a"))
    news.publish("/b", BUSES, TRUCKS, name="B")
    move(news, "/a", "/b")
    await read_all(house)
    (source,) = await house.sources.list(GUILD)
    assert (source.id, source.name, source.url, source.failures) == (kept.id, "B", news.url("/b"), 0)
    (other,) = await house.sources.list(OTHER_GUILD)
    assert (other.id, other.name, other.feed_id) == (only_a.id, "A", kept.feed_id)
    # What only the old one had is there, for both; what both had is there once.
    assert await titles(house) == await titles(house, OTHER_GUILD) == ["Buses return", "Trucks grow", "Vans are back"]
    assert await house.store.read(lambda s: table.feed_state(s, only_a.feed_id)) is None


async def test_after_that_only_the_new_address_is_asked_and_nothing_of_the_old_one_is_left_to_do(
    house: House, news: NewsServer
):
    await house.sources.add(editor(), news.publish("/a", VANS, name="A"))
    await house.sources.add(editor(OTHER_GUILD), news.publish("/b", VANS, name="B"))
    move(news, "/a", "/b")
    await read_all(house)
    await read_all(house)
    old, new = news.asked("/a"), news.asked("/b")
    for count in (1, 2):
        await read_all(house)
        assert (news.asked("/a"), news.asked("/b")) == (old, new + count)
    for guild_id in (GUILD, OTHER_GUILD):
        (source,) = await house.sources.list(guild_id)
        await house.sources.remove(editor(guild_id), source.id)
    assert await house.due.next_due(["feed"]) is None


@pytest.mark.parametrize("guid", ["vans", "https://motor.example/vans"])
async def test_an_undated_article_of_both_stays_as_old_as_it_is(house: House, news: NewsServer, guid: str):
    """Also where the new address tells its entries apart in another way."""
    await house.sources.add(editor(), news.publish("/a", VANS, name="A"))
    house.clock.advance(timedelta(days=3))
    news.publish("/b", VANS, name="B")
    news.answer("/b", body=news.shelves["/b"].body.replace(b"'false'>vans<", f"'false'>{guid}<".encode()))
    await house.sources.add(editor(), news.url("/b"))
    assert await titles(house, since=timedelta(days=1)) == ["Vans are back"]
    move(news, "/a", "/b")
    await read_all(house)
    assert await titles(house) == ["Vans are back"]
    assert await titles(house, since=timedelta(days=2)) == []


async def test_entries_without_an_address_of_their_own_are_not_taken_for_one(house: House, news: NewsServer):
    def publish(path: str, guid: str, title: str) -> str:
        item = f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title></item>"
        head = f"<title>{path}</title><link>https://motor.example</link>"
        return news.answer(path, body=f"<rss version='2.0'><channel>{head}{item}</channel></rss>".encode())

    await house.sources.add(editor(), publish("/a", "1", "Vans are back"))
    await house.sources.add(editor(), publish("/b", "2", "Trucks grow"))
    move(news, "/a", "/b")
    await read_all(house)
    assert await titles(house) == ["Trucks grow", "Vans are back"]


async def test_a_source_that_went_into_another_is_gone_and_makes_room(house: House, news: NewsServer):
    gone, _ = await house.sources.add(editor(), news.publish("/a", VANS, name="A"))
    for number in range(1, SOURCES_MAX):
        await house.sources.add(editor(), news.publish(f"/{number}", VANS, name=f"{number}"))
    move(news, "/a", "/1")
    await read_all(house)
    with pytest.raises(GoneError):
        await house.sources.remove(editor(), gone.id)
    assert len(await house.sources.list(GUILD)) == SOURCES_MAX - 1
    await house.sources.add(editor(), news.publish("/more", VANS, name="More"))


async def test_feeds_in_a_row_that_all_moved_end_up_as_one(house: House, news: NewsServer):
    for path, entry in (("/a", VANS), ("/b", TRUCKS), ("/c", BUSES)):
        await house.sources.add(editor(), news.publish(path, entry, name=path))
    move(news, "/a", "/b")
    move(news, "/b", "/c")
    await read_all(house)
    (source,) = await house.sources.list(GUILD)
    assert source.url == news.url("/c")
    assert await titles(house) == ["Buses return", "Trucks grow", "Vans are back"]
    assert source.read_at == house.clock.now() == START + EVERY
