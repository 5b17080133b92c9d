"""Feeds that several processes change at once, on PostgreSQL, where transactions do not queue up by themselves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, text

from bot.domain.article import Article
from bot.storage import source
from bot.storage.source import ArticleRow, SourceRow
from bot.storage.store import Session, Store, open_store
from tests.house import START

OLD, NEW = "https://old.example/feed", "https://new.example/feed"
WAITED_S = 30.0
ROUNDS = 12


@pytest.fixture
async def store(postgresql_url: str) -> AsyncIterator[Store]:
    async with open_store(postgresql_url, purpose="tests") as opened:
        yield opened


async def add(store: Store, url: str, *guild_ids: int) -> int:
    async def write(session: Session) -> int:
        feed_id = await source.add_feed(session, url=url, title=url, site_url=None)
        for guild_id in guild_ids:
            await source.add_source(session, guild_id=guild_id, feed_id=feed_id, name=url, added_by=1, at=START)
        return feed_id

    return await store.write(write)


async def somebody_waits(store: Store) -> None:
    """Return once a transaction waits for another one's lock."""
    here = "datname = current_database()"
    waiting = text(f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND {here}")  # noqa: S608
    async with asyncio.timeout(WAITED_S):
        while not await store.read(lambda s: s.scalar(waiting)):  # noqa: ASYNC110  # the server sets no event of ours
            await asyncio.sleep(0.01)


async def test_a_feed_that_answers_one_process_while_it_fails_another_is_forgiven(store: Store):
    feed_id = await add(store, OLD, 1)
    failed, may_end = asyncio.Event(), asyncio.Event()

    async def fail(session: Session) -> None:
        await source.record_failure(session, feed_id, at=START, failure="away")
        await session.flush()
        failed.set()
        await may_end.wait()

    failing = asyncio.ensure_future(store.write(fail))
    await failed.wait()
    reading = asyncio.ensure_future(
        store.write(lambda s: source.record_read(s, feed_id, at=START, etag=None, last_modified=None))
    )
    await somebody_waits(store)
    may_end.set()
    await failing
    assert await reading
    (found,) = await store.read(lambda s: source.sources_of(s, 1))
    assert (found.failures, found.failure) == (0, None)


async def test_failures_that_several_processes_see_at_once_are_all_counted(store: Store):
    feed_id = await add(store, OLD, 1)
    await asyncio.gather(
        *(store.write(lambda s: source.record_failure(s, feed_id, at=START, failure="away")) for _ in range(ROUNDS))
    )
    (found,) = await store.read(lambda s: source.sources_of(s, 1))
    assert found.failures == ROUNDS


async def test_an_address_that_becomes_a_feed_while_another_moves_there_is_one_feed(store: Store):
    old_id = await add(store, OLD, 1)
    added, may_end = asyncio.Event(), asyncio.Event()

    async def follow(session: Session) -> int:
        feed_id = await source.add_feed(session, url=NEW, title="New", site_url=None)
        await source.add_source(session, guild_id=2, feed_id=feed_id, name="New", added_by=1, at=START)
        added.set()
        await may_end.wait()
        return feed_id

    following = asyncio.ensure_future(store.write(follow))
    await added.wait()
    moving = asyncio.ensure_future(store.write(lambda s: source.move_feed(s, old_id, url=NEW)))
    await somebody_waits(store)
    may_end.set()
    assert await moving == await following


async def read_and_move(store: Store, feed_id: int, url: str) -> None:
    """Keep what a feed says from its new address, as the service does."""
    articles = [Article(str(number), f"https://a.example/{number}", "T", "A") for number in range(5)]

    async def write(session: Session) -> None:
        into = await source.move_feed(session, feed_id, url=url)
        if into is None:
            return
        assert await source.record_read(session, into, at=START, etag=None, last_modified=None)
        await source.save_articles(session, into, articles, at=START)
        if into != feed_id:
            await source.merge_feed(session, feed_id, into=into)

    await store.write(write)


async def leave(store: Store, source_id: int) -> None:
    async def write(session: Session) -> None:
        removed = await source.remove_source(session, 2, source_id)
        if removed is not None:
            await source.forget_feed_if_unfollowed(session, removed.feed_id)

    await store.write(write)


async def test_feeds_that_move_onto_each_other_while_guilds_come_and_go_lose_nobody(store: Store):
    """Nor does anybody wait for ever: the server would end one of two that wait for each other with an error."""
    for _ in range(ROUNDS):
        old_id, new_id = await add(store, OLD, 1, 2), await add(store, NEW, 1)
        leaving = [found.id for found in await store.read(lambda s: source.sources_of(s, 2))]
        await asyncio.gather(
            read_and_move(store, old_id, NEW),
            read_and_move(store, new_id, OLD),
            *(leave(store, source_id) for source_id in leaving),
            add(store, OLD, 3),
        )
        assert 1 <= len(await store.read(lambda s: source.sources_of(s, 1))) <= 2
        assert await store.read(lambda s: source.sources_of(s, 2)) == ()
        assert len(await store.read(lambda s: source.sources_of(s, 3))) == 1
        rows = await store.read(lambda s: s.scalar(select(func.count()).select_from(ArticleRow)))
        assert rows in {5, 10}
        for guild_id in (1, 3):
            for found in await store.read(lambda s, guild_id=guild_id: source.sources_of(s, guild_id)):

                async def end(session: Session, guild_id: int = guild_id, source_id: int = found.id) -> None:
                    removed = await source.remove_source(session, guild_id, source_id)
                    assert removed is not None
                    await source.forget_feed_if_unfollowed(session, removed.feed_id)

                await store.write(end)
        assert not await store.read(lambda s: s.scalar(select(func.count()).select_from(SourceRow)))
