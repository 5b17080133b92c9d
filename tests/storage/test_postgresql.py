"""What is true of PostgreSQL alone: several processes on one database, and a server that comes and goes."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, make_url, select, text, update

from bot.clock import SystemClock
from bot.domain.article import Article
from bot.domain.errors import StorageUnavailableError
from bot.domain.guild import GuildSettings
from bot.storage import article, due_work, guild, source
from bot.storage.due_work import DueWorkRow
from bot.storage.migrate import revision_of, upgrade
from bot.storage.postgresql import SERVER_SETTINGS, DriverMissingError, single_engine
from bot.storage.schema import REVISION, metadata
from bot.storage.store import Session, open_store
from bot.text import error_text
from tests.house import GUILD, START
from tests.postgres import Postgresql
from tests.storage.share_work import KIND

ROOT = Path(__file__).parents[2]
EDITIONS = 200
AT_ONCE = 8
SHARED_S = 90.0
MIGRATED_S = 30.0
MISSING = "postgresql+asyncpg://paddock@localhost/paddock"


@pytest.fixture
def empty_url(postgresql: Postgresql) -> Iterator[str]:
    with postgresql.database("template0") as url:
        yield url


async def test_models_and_migrations_agree_on_postgresql(postgresql_url: str):
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    engine = single_engine(make_url(postgresql_url), "paddock tests")
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_of_processes_that_start_at_once_one_migrates_and_the_others_wait(empty_url: str):
    assert await revision_of(empty_url) is None
    async with asyncio.timeout(MIGRATED_S):
        before = await asyncio.gather(*(upgrade(empty_url) for _ in range(4)))
    assert sorted(before, key=str) == [REVISION] * 3 + [None]
    assert await revision_of(empty_url) == REVISION


async def test_a_dead_process_holds_nothing_for_long_and_is_known_by_name(postgresql_url: str):
    async with open_store(postgresql_url, purpose="paddock run") as store:
        names = [name for name in (*SERVER_SETTINGS, "application_name") if not name.startswith("tcp_")]
        wanted = select(*(func.current_setting(name) for name in names))
        found = (await store.read(lambda session: session.execute(wanted))).one()
        assert dict(zip(names, found, strict=True)) == {
            "idle_in_transaction_session_timeout": "1min",
            "application_name": "paddock run",
        }
        # On a socket of this machine the server takes note of the TCP settings and has no use for them.
        sources = text("SELECT name FROM pg_settings WHERE source = 'client' AND name LIKE 'tcp%'")
        told = set(await store.read(lambda session: session.scalars(sources)))
        assert told == {name for name in SERVER_SETTINGS if name.startswith("tcp_")}


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_without_the_library_a_sentence_names_it(language: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    for attempt in (open_store(MISSING, purpose="tests").__aenter__(), upgrade(MISSING), revision_of(MISSING)):
        with pytest.raises(DriverMissingError) as refused:
            await attempt
        assert "pip install asyncpg" in error_text(refused.value, language)


async def test_a_query_cannot_write(postgresql_url: str):
    async with open_store(postgresql_url, purpose="tests") as store:
        with pytest.raises(Exception, match="read-only transaction"):
            await store.read(lambda session: session.execute(text("DELETE FROM guilds")))


async def test_a_guild_set_up_by_many_at_once_loses_no_change(postgresql_url: str):
    first = GuildSettings(GUILD, "en", "UTC", frozenset(), None, START, 0)

    async def change(session: Session) -> None:
        before = await guild.settings_of(session, GUILD, to_change=True)
        await asyncio.sleep(0.01)
        await guild.save_settings(session, replace(before or first, language="ja"))

    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(postgresql_url, purpose="tests")) for _ in range(2)]
        await asyncio.gather(*(stores[number % 2].write(change) for number in range(AT_ONCE)))
        found = await stores[0].read(lambda session: guild.settings_of(session, GUILD))
    assert found is not None
    assert found.version == AT_ONCE


async def test_a_feed_read_by_several_at_once_keeps_each_article_once(postgresql_url: str):
    articles = [Article(str(number), f"https://a.example/{number}", "T", "A") for number in range(20)]
    async with open_store(postgresql_url, purpose="tests") as store:
        feed_id = await store.write(lambda s: source.add_feed(s, url="https://a.example", title="A", site_url=None))

        async def keep(session: Session) -> int:
            await source.record_read(session, feed_id, at=START, etag=None, last_modified=None)
            await asyncio.sleep(0.01)
            return await article.save_articles(session, feed_id, articles, at=START)

        new = await asyncio.gather(*(store.write(keep) for _ in range(AT_ONCE)))
    assert sorted(new) == [0] * (AT_ONCE - 1) + [len(articles)]


async def test_a_feed_that_one_guild_leaves_while_another_follows_it_is_there_for_the_other(postgresql_url: str):
    async with open_store(postgresql_url, purpose="tests") as store:

        async def follow(session: Session, guild_id: int) -> int:
            feed_id = await source.add_feed(session, url="https://a.example", title="A", site_url=None)
            await asyncio.sleep(0.005)
            return await source.add_source(session, guild_id=guild_id, feed_id=feed_id, name="A", added_by=1, at=START)

        async def leave(session: Session, guild_id: int, source_id: int) -> None:
            removed = await source.remove_source(session, guild_id, source_id)
            assert removed is not None
            await source.forget_feed_if_unfollowed(session, removed.feed_id)

        async def come_and_go(guild_id: int) -> None:
            for _ in range(10):
                source_id = await store.write(lambda s: follow(s, guild_id))
                await store.write(lambda s, left=source_id: leave(s, guild_id, left))

        await asyncio.gather(*(come_and_go(guild_id) for guild_id in range(1, 4)))
        assert await store.read(lambda s: source.find_feed(s, "https://a.example")) is None


async def test_a_server_that_stops_is_a_sentence_and_the_store_goes_on_when_it_is_back(
    postgresql: Postgresql, postgresql_url: str
):
    async def look(session: Session) -> object:
        return await session.scalar(select(func.count()).select_from(DueWorkRow))

    async with open_store(postgresql_url, purpose="tests") as store:
        await store.write(lambda s: due_work.schedule(s, kind=KIND, subject_id=1, due_at=START))
        try:
            await asyncio.to_thread(postgresql.stop)
            for ask in (store.read, store.write, store.read):
                with pytest.raises(StorageUnavailableError) as refused:
                    await ask(look)
                assert refused.value.params["error_id"]
            with pytest.raises(StorageUnavailableError):
                await upgrade(postgresql_url)
        finally:
            await asyncio.to_thread(postgresql.start)
        assert await store.read(look) == 1
        await store.write(lambda s: due_work.schedule(s, kind=KIND, subject_id=2, due_at=START))
        assert await store.read(look) == 2


class Worker:
    """A process of `tests.storage.share_work`, and what it says that it did."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.did: list[int] = []

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.storage.share_work", self._url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def kill(self) -> None:
        assert self._process is not None
        assert self._reading is not None
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.did.append(int(line))


@pytest.mark.soak
async def test_two_processes_share_what_is_due_and_each_piece_is_recorded_once(
    postgresql_url: str, capsys: pytest.CaptureFixture[str]
):
    kills = 0
    workers = [Worker(postgresql_url) for _ in range(2)]
    async with open_store(postgresql_url, purpose="tests") as store:
        for subject_id in range(EDITIONS):
            await store.write(
                lambda s, number=subject_id: due_work.schedule(s, kind=KIND, subject_id=number, due_at=START)
            )

        async def left() -> int:
            found = await store.read(lambda s: s.scalar(select(func.count()).select_from(DueWorkRow)))
            return found or 0

        try:
            await asyncio.gather(*(worker.start() for worker in workers))
            async with asyncio.timeout(SHARED_S):
                for threshold in (150, 100, 50):  # one of them is killed when so much is left
                    while await left() > threshold:  # noqa: ASYNC110  # other processes set no event of ours
                        await asyncio.sleep(0.01)
                    victim = workers[kills % 2]
                    await victim.kill()
                    kills += 1
                    # Its lease is over some minutes later; that of the living one too, which has to notice.
                    now = SystemClock().now() + timedelta(hours=1)
                    await store.write(
                        lambda s, now=now: s.execute(
                            update(DueWorkRow).where(DueWorkRow.free_at < now).values(free_at=None)
                        )
                    )
                    await victim.start()
                while await left():  # noqa: ASYNC110  # see above
                    await asyncio.sleep(0.05)
        finally:
            await asyncio.gather(*(worker.kill() for worker in workers))
        recorded = list(await store.read(lambda s: s.scalars(select(guild.AuditRow.action))))
    assert sorted(map(int, recorded)) == list(range(EDITIONS))
    shares = [len(worker.did) for worker in workers]
    assert min(shares) > EDITIONS / 10
    with capsys.disabled():
        print(f"\n{EDITIONS} pieces of work, {kills} kills, done by each process: {shares}")  # noqa: T201
