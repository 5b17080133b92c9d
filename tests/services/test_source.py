"""What a guild follows: read from a publisher on loopback, kept, shared, and left alone when it wants to be."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.actor import Actor
from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.feed import AddressError, NotAFeedError, NotFoundError, RateLimitedError, WebPageError
from bot.domain.source import RETRY_FIRST, RETRY_LONGEST, SourceEmptyError, SourceKnownError, SourceLimitError
from bot.services.source import FRESH, ReadFeed, feed_address
from bot.storage import source as table
from bot.text import error_text
from tests.house import EVERY, GUILD, MEMBER, OTHER_GUILD, SOURCES_MAX, START, Entry, House, NewsServer, editor, manager

VANS, TRUCKS = Entry("vans", "Vans are back"), Entry("trucks", "Trucks grow")


async def titles(house: House, guild_id: int = GUILD, since: timedelta = timedelta(days=1)) -> list[str]:
    start = house.clock.now() - since
    articles = await house.store.read(lambda s: table.articles_since(s, guild_id, start))
    return sorted(article.title for article in articles)


async def failures(house: House) -> list[int]:
    return [source.failures for source in await house.sources.list(GUILD)]


async def test_a_source_is_added_with_what_it_has_now(house: House, news: NewsServer):
    url = news.publish("/motor", VANS, TRUCKS, name="Motor Daily")
    source, count = await house.sources.add(editor(), f" <{url}#top> ")
    assert (source.name, source.url, count) == ("Motor Daily", url, 2)
    assert (source.site_url, source.read_at, source.failures) == ("https://motor.example", START, 0)
    assert await house.sources.list(GUILD) == (source,)
    assert await house.sources.list(OTHER_GUILD) == ()
    assert await titles(house) == ["Trucks grow", "Vans are back"]
    (entry,) = await house.guilds.audit(manager())
    assert (entry.action, entry.params) == ("source.audit.added", {"name": "Motor Daily", "url": url})


async def test_a_source_that_is_followed_is_not_added_twice(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    await house.sources.add(editor(), url)
    with pytest.raises(SourceKnownError) as refused:
        await house.sources.add(editor(), url.replace("http://127.0.0.1", "HTTP://127.0.0.1"))
    assert "Motor Daily" in error_text(refused.value, "en")
    assert len(await house.sources.list(GUILD)) == 1
    assert len(await house.guilds.audit(manager())) == 1


async def test_no_more_sources_are_added_than_a_guild_may_have(house: House, news: NewsServer):
    for number in range(SOURCES_MAX):
        await house.sources.add(editor(), news.publish(f"/{number}", VANS))
    extra = news.publish("/extra", VANS)
    with pytest.raises(SourceLimitError) as refused:
        await house.sources.add(editor(), extra)
    assert str(SOURCES_MAX) in error_text(refused.value, "en")
    assert news.asked("/extra") == 0  # what will not be followed need not be read


async def test_the_limit_holds_for_additions_at_the_same_time(house: House, news: NewsServer):
    urls = [news.publish(f"/{number}", VANS) for number in range(SOURCES_MAX + 2)]
    results = await asyncio.gather(*(house.sources.add(editor(), url) for url in urls), return_exceptions=True)
    assert sum(isinstance(result, SourceLimitError) for result in results) == 2
    assert len(await house.sources.list(GUILD)) == SOURCES_MAX


@pytest.mark.parametrize("command", ["add", "test"])
async def test_what_cannot_be_read_or_is_empty_is_refused_and_changes_nothing(
    house: House, news: NewsServer, command: str
):
    ask = getattr(house.sources, command)
    with pytest.raises(SourceEmptyError):
        await ask(editor(), news.publish("/empty"))
    with pytest.raises(NotFoundError):
        await ask(editor(), news.answer("/gone", status=404))
    with pytest.raises((WebPageError, NotAFeedError)):
        await ask(editor(), news.answer("/page", body=b"<!doctype html><title>News</title>"))
    with pytest.raises(AddressError):
        await ask(editor(), "ftp://motor.example/feed")
    assert await house.sources.list(GUILD) == ()
    assert await house.guilds.audit(manager()) == ()
    assert await house.due.next_due(["feed"]) is None


async def test_an_address_that_is_too_long_to_keep_is_refused(house: House, news: NewsServer):
    path = "/" + "a" * 2048
    with pytest.raises(AddressError):
        await house.sources.add(editor(), news.publish(path, VANS))
    assert await house.sources.list(GUILD) == ()


async def test_trying_a_source_keeps_nothing(house: House, news: NewsServer):
    feed = await house.sources.test(editor(), news.publish("/motor", VANS))
    assert [article.title for article in feed.articles] == ["Vans are back"]
    assert await house.sources.list(GUILD) == ()
    assert await house.due.next_due(["feed"]) is None


@pytest.mark.parametrize("asker", [MEMBER, manager()])
async def test_who_may_not_edit_changes_no_sources(house: House, news: NewsServer, asker: Actor):
    url = news.publish("/motor", VANS)
    source, _ = await house.sources.add(editor(), url)
    for asked in (
        house.sources.add(asker, news.publish("/other", VANS)),
        house.sources.test(asker, url),
        house.sources.remove(asker, source.id),
    ):
        with pytest.raises(NotAllowedError) as refused:
            await asked
        assert refused.value.params == {"capability": "edit"}
    assert await house.sources.list(GUILD) == (source,)
    assert (news.asked("/motor"), news.asked("/other")) == (1, 0)


async def test_a_feed_that_nobody_follows_any_more_is_forgotten_with_its_articles(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    source, _ = await house.sources.add(editor(), url)
    other, _ = await house.sources.add(editor(OTHER_GUILD), url)
    assert source.feed_id == other.feed_id
    removed = await house.sources.remove(editor(), source.id)
    assert removed == source
    assert await house.store.read(lambda s: table.feed_state(s, source.feed_id)) is not None
    assert await titles(house, OTHER_GUILD) == ["Vans are back"]
    await house.sources.remove(editor(OTHER_GUILD), other.id)
    assert await house.store.read(lambda s: table.feed_state(s, source.feed_id)) is None
    assert await house.due.next_due(["feed"]) is None
    assert [entry.action for entry in await house.guilds.audit(manager())] == [
        "source.audit.removed",
        "source.audit.added",
    ]


async def test_a_source_of_another_guild_cannot_be_removed(house: House, news: NewsServer):
    source, _ = await house.sources.add(editor(), news.publish("/motor", VANS))
    for source_id in (source.id, 999):
        with pytest.raises(GoneError):
            await house.sources.remove(editor(OTHER_GUILD), source_id)
    assert await house.sources.list(GUILD) == (source,)


async def test_a_feed_is_read_again_and_again_once_for_all_guilds(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    await house.sources.add(editor(), url)
    await house.sources.add(editor(OTHER_GUILD), url)
    before = news.asked("/motor")
    for _ in range(3):
        house.clock.advance(EVERY)
        await house.run_due()
    assert news.asked("/motor") == before + 3
    news.publish("/motor", TRUCKS, VANS)
    house.clock.advance(EVERY)
    await house.run_due()
    assert await titles(house) == await titles(house, OTHER_GUILD) == ["Trucks grow", "Vans are back"]


async def test_two_guilds_whose_editions_fall_due_together_ask_a_shared_feed_once(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    await house.sources.add(editor(), url)
    await house.sources.add(editor(OTHER_GUILD), url)
    before = news.asked("/motor")
    house.clock.advance(FRESH + timedelta(seconds=1))
    await asyncio.gather(*(house.sources.refresh(guild_id) for guild_id in (GUILD, OTHER_GUILD, GUILD)))
    assert news.asked("/motor") == before + 1


async def test_an_unchanged_feed_keeps_its_articles_and_is_not_parsed(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    etag = news.shelves["/motor"].headers["ETag"]
    await house.parser.__aexit__(None, None, None)  # from here on parsing is an error
    house.clock.advance(EVERY)
    await house.run_due()
    assert news.shelves["/motor"].asked == [None, etag]
    assert await failures(house) == [0]
    assert await titles(house) == ["Vans are back"]


async def test_a_feed_that_an_edition_has_just_asked_is_not_asked_again_but_stays_on_the_agenda(
    house: House, news: NewsServer
):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    house.clock.advance(EVERY)
    await house.sources.refresh(GUILD)
    asked = news.asked("/motor")
    await house.run_due()
    assert news.asked("/motor") == asked
    assert await house.due.next_due(["feed"]) == (house.clock.now() + EVERY, "feed")


async def test_a_reading_whose_process_died_before_recording_it_is_not_the_last_one(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    house.clock.advance(EVERY)
    work = await house.claim("feed")
    step = await house.sources.next_step(work)
    assert step is not None
    await house.sources.read(step)  # and here the process is killed
    house.clock.advance(timedelta(minutes=5))
    await house.run_due()
    assert news.asked("/motor") == 2
    assert await house.due.next_due(["feed"]) == (START + 2 * EVERY, "feed")


async def test_a_failing_feed_is_noted_tried_less_often_and_forgiven(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    news.answer("/motor", status=500)
    house.clock.advance(EVERY)
    for count, wait in enumerate((RETRY_FIRST, 2 * RETRY_FIRST, 4 * RETRY_FIRST), 1):
        await house.run_due()
        (source,) = await house.sources.list(GUILD)
        assert source.failures == count
        assert source.failure
        assert await house.due.next_due(["feed"]) == (house.clock.now() + wait, "feed")
        house.clock.advance(wait)
    assert await titles(house) == ["Vans are back"]  # what was read before is still there
    news.publish("/motor", VANS)
    await house.run_due()
    (source,) = await house.sources.list(GUILD)
    assert (source.failures, source.failure, source.read_at) == (0, None, house.clock.now())


async def test_a_publisher_is_never_asked_before_the_time_it_named(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    await house.sources.add(editor(), url)
    news.answer("/motor", status=429, headers={"Retry-After": str(5 * 3600)})
    house.clock.advance(EVERY)
    await house.run_due()
    asked, allowed_at = news.asked("/motor"), house.clock.now() + timedelta(hours=5)
    assert await house.due.next_due(["feed"]) == (allowed_at, "feed")
    house.clock.move_to(allowed_at - timedelta(seconds=1))
    await house.run_due()
    await house.sources.refresh(GUILD)  # neither for an edition
    for ask in (house.sources.add, house.sources.test):  # nor because another guild wants it
        with pytest.raises(RateLimitedError):
            await ask(editor(OTHER_GUILD), url)
    assert news.asked("/motor") == asked
    house.clock.move_to(allowed_at)
    await house.run_due()
    assert news.asked("/motor") == asked + 1


async def test_a_wait_that_a_publisher_asks_for_with_its_answer_is_kept_too(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    news.publish("/motor", TRUCKS)
    news.shelves["/motor"].headers["Retry-After"] = "7200"
    house.clock.advance(EVERY)
    await house.run_due()
    assert await house.due.next_due(["feed"]) == (house.clock.now() + timedelta(hours=2), "feed")
    assert await failures(house) == [0]


async def test_one_failing_feed_does_not_hold_up_the_others(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/bad", VANS, name="Bad"))
    await house.sources.add(editor(), news.publish("/good", VANS, name="Good"))
    news.answer("/bad", body=b"no feed at all")
    news.publish("/good", TRUCKS, name="Good")
    house.clock.advance(FRESH + timedelta(minutes=1))
    await house.sources.refresh(GUILD)
    bad, good = await house.sources.list(GUILD)
    assert (bad.failures, good.failures) == (1, 0)
    assert "Trucks grow" in await titles(house)


async def test_feeds_that_were_asked_lately_are_not_asked_for_an_edition(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    house.clock.advance(FRESH)
    await house.sources.refresh(GUILD)
    assert news.asked("/motor") == 1
    house.clock.advance(timedelta(seconds=1))
    await house.sources.refresh(GUILD)
    assert news.asked("/motor") == 2


async def test_undated_entries_do_not_come_back_as_new(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    for day in range(1, 20):  # longer than what a feed no longer lists is kept
        house.clock.advance(timedelta(days=1))
        news.publish("/motor", VANS, Entry(f"day-{day}", f"Day {day}"))  # the feed changes, the entry stays
        await house.run_due()
        assert ("Vans are back" in await titles(house, since=timedelta(hours=36))) is (day == 1)
    assert await titles(house, since=timedelta(hours=36)) == ["Day 18", "Day 19"]


async def test_an_entry_that_is_touched_is_brought_up_to_date_and_stays_as_old_as_it_was(
    house: House, news: NewsServer
):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    house.clock.advance(timedelta(days=2))
    news.publish("/motor", Entry("vans", "Vans are back, updated"))
    await house.run_due()
    assert await titles(house) == []
    assert await titles(house, since=timedelta(days=3)) == ["Vans are back, updated"]


async def test_dated_entries_count_from_when_they_were_published(house: House, news: NewsServer):
    old = Entry("old", "Old", published_at=START - timedelta(days=3))
    new = Entry("new", "New", published_at=START - timedelta(hours=3))
    await house.sources.add(editor(), news.publish("/motor", old, new))
    assert await titles(house) == ["New"]


async def test_articles_that_a_feed_no_longer_lists_are_dropped_after_a_while(house: House, news: NewsServer):
    await house.sources.add(editor(), news.publish("/motor", VANS))
    news.publish("/motor", TRUCKS)
    house.clock.advance(table.ARTICLES_KEPT)
    await house.run_due()
    assert await titles(house, since=timedelta(days=99)) == ["Trucks grow", "Vans are back"]
    news.publish("/motor", TRUCKS, Entry("more", "More"))
    house.clock.advance(EVERY)
    await house.run_due()
    assert await titles(house, since=timedelta(days=99)) == ["More", "Trucks grow"]


async def test_a_feed_that_is_removed_while_it_is_read_leaves_nothing_behind(house: House, news: NewsServer):
    source, _ = await house.sources.add(editor(), news.publish("/motor", VANS))
    news.publish("/motor", TRUCKS)
    house.clock.advance(EVERY)
    work = await house.claim("feed")
    step = await house.sources.next_step(work)
    assert step is not None
    shelf = news.shelves["/motor"]
    shelf.gate = asyncio.Event()
    reading = asyncio.ensure_future(house.sources.read(step))
    await asyncio.wait_for(shelf.arrived.wait(), 10)
    await house.sources.remove(editor(), source.id)
    shelf.gate.set()
    await asyncio.wait_for(reading, 10)
    assert await titles(house) == []
    assert await house.sources.next_step(work) is None
    assert await house.sources.finished(work) is None
    await house.due.finish(work, next_at=None)
    assert await house.due.next_due(["feed"]) is None


async def test_a_feed_that_broke_our_own_code_is_tried_again_in_a_day(house: House, news: NewsServer):
    source, _ = await house.sources.add(editor(), news.publish("/motor", VANS))
    house.clock.advance(EVERY)
    work = await house.claim("feed")
    parked = house.sources.parked
    assert await house.due.fail(work, "a fault of ours", house.clock.now(), permanent=True, parked=parked)
    assert await house.due.next_due(["feed"]) == (house.clock.now() + RETRY_LONGEST, "feed")
    state = await house.store.read(lambda s: table.feed_state(s, source.feed_id))
    assert state is not None
    await house.sources.read(ReadFeed(state))
    assert news.asked("/motor") == 2


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("example.com/feed", "https://example.com/feed"),
        (" <https://Example.COM/Feed?a=B#top> ", "https://example.com/Feed?a=B"),
        ("HTTP://example.com", "http://example.com/"),
        ("https://example.com/\x00車\ud800?b=ü", "https://example.com/%E8%BB%8A?b=%C3%BC"),
        ("https://車.example", "https://xn--0z3a.example/"),
    ],
)
def test_addresses_are_taken_as_people_mean_them_and_spelt_one_way(given: str, address: str):
    assert feed_address(given) == address


@pytest.mark.parametrize(
    "given", ["", "\ud800\x00", "https://[bad", "ftp://example.com", "https://a.example/" + "ü" * 400]
)
def test_what_is_no_address_or_too_long_for_one_is_refused(given: str):
    with pytest.raises(AddressError) as refused:
        feed_address(given)
    assert refused.value.params == {"url": given}
