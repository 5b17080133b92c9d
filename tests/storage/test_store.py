"""The open file: what is in force on it, who owns it, and what survives."""

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.guild import GuildSettings
from bot.storage import guild as table
from bot.storage.migrate import upgrade
from bot.storage.owner import FileOwnedError, Owner
from bot.storage.source import ArticleRow
from bot.storage.store import NoFolderError, Store, open_store
from bot.text import error_text
from tests.house import CHANNEL, GUILD, START, USER
from tests.postgres import on_both_engines

ROOT = Path(__file__).parents[2]

HOLD = """
import asyncio, sys
from bot.storage.store import open_store

async def main():
    async with open_store(sys.argv[1], purpose="paddock run"):
        print("open", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""

WRITE = """
import asyncio, sys
from datetime import UTC, datetime
from bot.storage.guild import add_audit
from bot.storage.store import open_store

async def main():
    async with open_store(sys.argv[1], purpose="paddock run") as store:
        number = 0
        while True:
            number += 1
            params = {"number": str(number), "padding": "x" * 3000}
            await store.write(lambda session: add_audit(
                session, guild_id=1, actor_id=2, action="a", params=params, at=datetime(2026, 1, 1, tzinfo=UTC)))
            print(number, flush=True)

asyncio.run(main())
"""


def start(script: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> str:
    """Kill a process without warning and return what it had still said."""
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate(timeout=30)
    return said


def settings(**changes: object) -> GuildSettings:
    values: dict[str, object] = {
        "guild_id": GUILD,
        "language": "en",
        "timezone": "UTC",
        "parts": frozenset(),
        "notices_channel_id": None,
        "set_up_at": START,
        "version": 0,
    }
    return GuildSettings(**values | changes)  # type: ignore[arg-type]


def journal_versions(database: Path) -> bytes:
    """Return the write and the read version of a file (SQLite's file format, "database header"): 2 is WAL, 1 is not."""
    return contents(database)[18:20]


def contents(path: Path) -> bytes:
    return path.read_bytes()


async def pragma(session: AsyncSession, name: str) -> object:
    return await session.scalar(text(f"PRAGMA {name}"))


async def test_the_writer_is_durable_keeps_its_keys_and_leaves_no_traces(store: Store):
    async def look(session: AsyncSession) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        return [await pragma(session, name) for name in names]

    assert await store.write(look) == ["wal", 2, 1, 1, 5_000]  # synchronous 2 is FULL


async def test_every_reader_waits_but_cannot_write(store: Store):
    async def look(session: AsyncSession) -> list[object]:
        found = [await pragma(session, name) for name in ("journal_mode", "query_only", "busy_timeout")]
        with pytest.raises(OperationalError, match="readonly"):
            await session.execute(text("DELETE FROM guilds"))
        return found

    # More at once than there are readers: those that come later get a reader that was used before.
    assert await asyncio.gather(*(store.read(look) for _ in range(6))) == [["wal", 1, 5_000]] * 6


async def test_the_file_is_in_wal_mode_before_anybody_reads(database: Path, file_url: str):
    assert journal_versions(database) == b"\x01\x01"
    async with open_store(file_url, purpose="tests") as store:
        assert journal_versions(database) == b"\x02\x02"
        assert await store.read(lambda session: table.settings_of(session, GUILD)) is None


@on_both_engines
async def test_a_use_case_that_raises_leaves_nothing(store: Store):
    async def fail(session: AsyncSession) -> None:
        await table.save_settings(session, settings())
        raise RuntimeError("after the rows were written")

    with pytest.raises(RuntimeError):
        await store.write(fail)
    assert await store.read(lambda session: table.settings_of(session, GUILD)) is None


@on_both_engines
async def test_a_use_case_that_is_cancelled_leaves_nothing_and_lets_the_next_one_in(store: Store):
    begun = asyncio.Event()

    async def hang(session: AsyncSession) -> None:
        await table.save_settings(session, settings())
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(store.write(hang))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.read(lambda session: table.settings_of(session, GUILD)) is None
    await store.write(lambda session: table.save_settings(session, settings()))
    assert await store.read(lambda session: table.settings_of(session, GUILD)) is not None


@on_both_engines
async def test_concurrent_writers_take_turns(store: Store):
    async def change(session: AsyncSession) -> None:
        before = await table.settings_of(session, GUILD, to_change=True)
        await asyncio.sleep(0)  # whoever came in here now would read the same version
        await table.save_settings(session, before or settings())

    await asyncio.gather(*(store.write(change) for _ in range(25)))
    after = await store.read(lambda session: table.settings_of(session, GUILD))
    assert after is not None
    assert after.version == 25


@on_both_engines
async def test_a_query_sees_the_data_as_it_was_at_its_first_look(store: Store):
    await store.write(lambda session: table.save_settings(session, settings(language="en")))

    async def look_twice(session: AsyncSession) -> list[str | None]:
        wanted = select(table.GuildRow.language)
        first = await session.scalar(wanted)
        await store.write(lambda writing: table.save_settings(writing, settings(language="ja")))
        return [first, await session.scalar(wanted)]

    assert await store.read(look_twice) == ["en", "en"]
    assert await store.read(lambda session: session.scalar(select(table.GuildRow.language))) == "ja"


@on_both_engines
async def test_a_row_without_its_parent_is_refused(store: Store):
    article = ArticleRow(
        feed_id=99, key="k", url="https://a.example", title="t", source="s", summary="", body="", seen_at=START
    )

    async def write(session: AsyncSession) -> None:
        session.add(article)

    with pytest.raises(IntegrityError, match=r"FOREIGN KEY|foreign key"):
        await store.write(write)


@on_both_engines
async def test_a_naive_time_is_refused(store: Store):
    naive = START.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a zone"):
        await store.write(lambda session: table.save_settings(session, settings(set_up_at=naive)))


@on_both_engines
async def test_times_come_back_aware_in_utc_whatever_zone_they_had(store: Store):
    tokyo = datetime(2026, 11, 18, 1, 2, 3, 456_789, tzinfo=timezone(timedelta(hours=9)))
    await store.write(lambda session: table.save_settings(session, settings(set_up_at=tokyo)))
    found = await store.read(lambda session: table.settings_of(session, GUILD))
    assert found is not None
    assert found.set_up_at == tokyo
    assert found.set_up_at.tzinfo is UTC


@on_both_engines
async def test_snowflakes_keep_all_their_bits(store: Store):
    largest = 2**63 - 1
    await store.write(lambda session: table.save_settings(session, settings(notices_channel_id=largest)))
    found = await store.read(lambda session: table.settings_of(session, GUILD))
    assert found is not None
    assert found.notices_channel_id == largest


async def test_what_is_deleted_is_gone_from_the_file(database: Path, file_url: str):
    secret = "a-zone-that-is-nowhere-else"  # noqa: S105  # a word to look for in the file
    async with open_store(file_url, purpose="tests") as store:
        await store.write(lambda session: table.save_settings(session, settings(timezone=secret)))
    assert secret.encode() in contents(database)
    async with open_store(file_url, purpose="tests") as store:
        await store.write(lambda session: session.execute(text("DELETE FROM guilds")))
    assert secret.encode() not in contents(database)


async def test_the_log_is_folded_into_the_file_when_it_is_closed(database: Path, file_url: str):
    async with open_store(file_url, purpose="tests") as store:
        await store.write(lambda session: table.save_settings(session, settings()))
        await store.read(lambda session: table.settings_of(session, GUILD))
    assert not database.with_name("paddock.db-wal").exists()


async def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    url = f"sqlite+aiosqlite:///{tmp_path}/nowhere/paddock.db"
    with pytest.raises(NoFolderError) as refused:
        async with open_store(url, purpose="tests"):
            pass
    assert str(tmp_path / "nowhere") in error_text(refused.value, "en")


async def test_the_home_folder_is_the_same_for_lock_writer_readers_and_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home, elsewhere = tmp_path / "100% home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(elsewhere)
    url = "sqlite+aiosqlite:///~/paddock.db"
    await upgrade(url)
    async with open_store(url, purpose="tests") as store:
        await store.write(lambda session: table.save_settings(session, settings()))
        assert await store.read(lambda session: table.settings_of(session, GUILD)) is not None
    assert {path.name for path in home.iterdir()} == {"paddock.db", "paddock.db.lock"}
    assert not list(elsewhere.iterdir())


async def test_a_second_process_is_refused_with_a_sentence_that_names_the_first(database: Path, file_url: str):
    first = start(HOLD, file_url)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        for language in ("en", "ja"):
            with pytest.raises(FileOwnedError) as refused:
                async with open_store(file_url, purpose="tests"):
                    pass
            sentence = error_text(refused.value, language)
            assert "paddock.db" in sentence
            assert f"paddock run, process {first.pid}" in sentence
        with pytest.raises(FileOwnedError):
            await upgrade(file_url)
    finally:
        kill(first)
    # The kernel let go of the lock; nothing has to be cleared away by hand.
    async with open_store(file_url, purpose="tests") as store:
        await store.write(lambda session: table.save_settings(session, settings()))


def test_the_lock_names_nobody_once_it_is_free(database: Path):
    lock = database.with_name("paddock.db.lock")
    with Owner(database, "paddock run"):
        assert "paddock run" in lock.read_text()
    assert lock.read_text() == ""
    with Owner(database, "paddock demo"):
        assert lock.read_text().startswith("paddock demo, process")


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(database_url: str):
    for _ in range(2):
        writer = start(WRITE, database_url)
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(60)]
        acknowledged += [int(line) for line in kill(writer).splitlines() if line]
        async with open_store(database_url, purpose="tests") as store:
            found = await store.read(lambda session: session.scalars(select(table.AuditRow.params)))
            kept = {int(params["number"]) for params in found}
            assert set(acknowledged) <= kept
            assert len(kept) - len(acknowledged) <= 1  # at most the one that was being told of
            assert await store.read(lambda session: pragma(session, "integrity_check")) == "ok"
            await store.write(lambda session: session.execute(text("DELETE FROM audit_entries")))


@on_both_engines
async def test_a_page_of_the_audit_trail_is_kept_in_order(store: Store):
    async def write(session: AsyncSession) -> None:
        for number in range(5):
            await table.add_audit(
                session,
                guild_id=GUILD,
                actor_id=USER,
                action="guild.audit.resumed",
                params={"scope": str(number), "channel": f"<#{CHANNEL}>"},
                at=START,
            )

    await store.write(write)
    page = await store.read(lambda session: table.audit_page(session, GUILD, before_id=None, limit=3))
    assert [entry.params["scope"] for entry in page] == ["4", "3", "2"]
    older = await store.read(lambda session: table.audit_page(session, GUILD, before_id=page[-1].id, limit=3))
    assert [entry.params["scope"] for entry in older] == ["1", "0"]
    assert await store.read(lambda session: table.audit_page(session, 7, before_id=None, limit=3)) == ()
