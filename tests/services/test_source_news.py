"""A guild hears, once each, that a source fails, that it is gone for good, and that it is back."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.source import FAILURES_TOLD, SourceNews
from bot.services.source_notice import SourceNotice
from tests.house import EVERY, GUILD, NOTICES, OTHER_GUILD, Entry, House, NewsServer, editor, manager

VANS = Entry("vans", "Vans are back")


async def listening(house: House, guild_id: int = GUILD) -> None:
    """Set a guild up with a channel for notices."""
    await house.set_up(guild_id, parts=frozenset())
    await house.guilds.change(
        manager(guild_id), lambda s: replace(s, notices_channel_id=NOTICES), "guild.audit.notices", channel="#notices"
    )


async def pass_days(house: House, days: int) -> None:
    for _ in range(days * 24):
        house.clock.advance(timedelta(hours=1))
        await house.run_due()


def told(house: House) -> list[tuple[int, SourceNews]]:
    return [(notice.source.guild_id, notice.news) for notice in house.desk.source_notices]


async def test_guilds_that_listen_hear_of_a_failing_source_once_and_when_it_is_back(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    await listening(house)
    await house.sources.add(editor(), url)
    await house.sources.add(editor(OTHER_GUILD), url)  # which chose no channel
    news.answer("/motor", status=500)
    await pass_days(house, 2)
    assert told(house) == [(GUILD, SourceNews.FAILING)]
    (notice,) = house.desk.source_notices
    assert (notice.channel_id, notice.language) == (NOTICES, "en")
    assert notice.source.failures == FAILURES_TOLD
    news.publish("/motor", VANS)
    await pass_days(house, 2)
    assert told(house) == [(GUILD, SourceNews.FAILING), (GUILD, SourceNews.BACK)]
    news.answer("/motor", status=500)  # and if it happens again, it is told again
    await pass_days(house, 2)
    assert told(house)[2:] == [(GUILD, SourceNews.FAILING)]


async def test_a_bad_night_passes_without_a_word(house: House, news: NewsServer):
    await listening(house)
    await house.sources.add(editor(), news.publish("/motor", VANS))
    news.answer("/motor", status=500)
    house.clock.advance(EVERY)
    await house.run_due()
    for _ in range(FAILURES_TOLD):  # however often somebody wants to see the edition
        house.clock.advance(timedelta(minutes=11))
        await house.sources.refresh(GUILD)
    (source,) = await house.sources.list(GUILD)
    assert source.failures > FAILURES_TOLD
    news.publish("/motor", VANS)
    await pass_days(house, 1)
    assert told(house) == []


async def test_a_feed_that_its_publisher_ended_is_told_and_never_asked_again(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    await listening(house)
    source, _ = await house.sources.add(editor(), url)
    news.answer("/motor", status=410)
    house.clock.advance(EVERY)
    await house.run_due()
    asked = news.asked("/motor")
    (gone,) = await house.sources.list(GUILD)
    assert gone.gone_at == house.clock.now()
    await pass_days(house, 2)
    await house.sources.refresh(GUILD)
    assert news.asked("/motor") == asked
    assert told(house) == [(GUILD, SourceNews.GONE)]
    assert await house.due.next_due(["feed"]) is None
    # Somebody who adds it asks for it, and if it is there again it is there for all.
    news.publish("/motor", VANS)
    await house.sources.add(editor(OTHER_GUILD), url)
    await house.run_due()
    assert told(house) == [(GUILD, SourceNews.GONE), (GUILD, SourceNews.BACK)]
    assert (await house.sources.source(GUILD, source.id)).gone_at is None
    assert await house.due.next_due(["feed"]) is not None


async def test_a_paused_source_makes_no_news(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    await listening(house)
    source, _ = await house.sources.add(editor(), url)
    await house.sources.add(editor(OTHER_GUILD), url)
    await house.sources.change(editor(), source.id, lambda s: replace(s, is_paused=True))
    news.answer("/motor", status=500)
    await pass_days(house, 2)
    assert told(house) == []


async def test_a_notice_whose_process_died_before_recording_it_is_the_same_notice_again(house: House, news: NewsServer):
    await listening(house)
    source, _ = await house.sources.add(editor(), news.publish("/motor", VANS))
    news.answer("/motor", status=410)
    house.clock.advance(EVERY)
    feed = await house.claim("feed")
    step = await house.feeds.next_step(feed)
    assert step is not None
    await house.feeds.read(step)
    await house.due.finish(feed, next_at=None)
    taken = await house.source_notices.next_step(await house.claim("source_notice"))  # and here the process is killed
    house.clock.advance(timedelta(minutes=5))
    await house.run_due()
    (again,) = house.desk.source_notices
    assert isinstance(taken, SourceNotice)
    assert (again.source.id, again.news, again.at) == (source.id, taken.news, taken.at)
    await pass_days(house, 1)
    assert len(house.desk.source_notices) == 1


async def test_a_source_that_was_removed_meanwhile_is_not_spoken_of(house: House, news: NewsServer):
    await listening(house)
    source, _ = await house.sources.add(editor(), news.publish("/motor", VANS))
    news.answer("/motor", status=410)
    house.clock.advance(EVERY)
    await house.sources.refresh(GUILD)
    await house.sources.remove(editor(), source.id)
    await house.run_due()
    assert told(house) == []
