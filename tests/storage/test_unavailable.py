"""A full disk, a locked file: one expected error, logged once, and on by itself afterwards."""

import asyncio
import logging
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.clock import ManualClock
from bot.domain.due_work import DueWork
from bot.domain.errors import GoneError, StorageFullError, StorageUnavailableError
from bot.edge.due_runner import DueRunner
from bot.services.due_work import DueWorkService
from bot.storage import guild as table
from bot.storage import store as store_module
from bot.storage.store import Session, Store, open_store
from bot.storage.unavailable import refusing_when_unavailable
from bot.text import error_text
from tests.files_of_a_bot import NoMountError, fill, numbers_in, small_disk, url_of

NOW = datetime(2026, 11, 22, 1, 41, 44, tzinfo=UTC)


@pytest.fixture
def file(template_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template_database, tmp_path / "paddock.db"))


async def note(store: Store, number: int) -> None:
    """Write a row of some kilobytes."""
    params = {"number": str(number), "padding": "x" * 3000}
    await store.write(
        lambda session: table.add_audit(session, guild_id=1, actor_id=2, action="a", params=params, at=NOW)
    )


async def test_a_full_disk_is_a_sentence_and_the_bot_goes_on_when_there_is_space_again(
    template_database: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    try:
        with small_disk(tmp_path / "disk", 4) as disk:
            file = Path(shutil.copy(template_database, disk / "paddock.db"))
            async with open_store(url_of(file), purpose="tests") as store:
                await note(store, 0)
                ballast = fill(disk, but=256 * 1024)
                acknowledged = [0]
                with pytest.raises(StorageFullError) as refused:  # noqa: PT012  # until it is full
                    for number in range(1, 1_000):
                        await note(store, number)
                        acknowledged.append(number)
                assert len(acknowledged) > 10
                with pytest.raises(StorageFullError):
                    await note(store, 1_000)
                assert await store.read(lambda session: session.scalar(text("SELECT count(*) FROM audit_entries")))
                ballast.unlink()
                for number in range(2_000, 2_020):
                    await note(store, number)
            assert numbers_in(file) == [*acknowledged, *range(2_000, 2_020)]
            with closing(sqlite3.connect(file)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except NoMountError as error:
        pytest.skip(f"no small file system can be mounted here: {error}")
    (first, _) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert refused.value.params["error_id"] in first.getMessage()
    assert "full" in first.getMessage()
    assert first.exc_info is None
    for language in ("en", "ja"):
        assert str(refused.value.params["error_id"]) in error_text(refused.value, language)


@pytest.fixture
async def impatient_store(file: Path, monkeypatch: pytest.MonkeyPatch):
    """A store that waits for a lock for a moment only."""
    for name in ("WRITER_PRAGMAS", "READER_PRAGMAS"):
        pragmas = getattr(store_module, name)
        monkeypatch.setattr(store_module, name, (*pragmas[:-1], "busy_timeout=20"))
    async with open_store(url_of(file), purpose="tests") as store:
        yield store


async def test_a_file_that_somebody_else_locks_is_unavailable_and_then_is_not(impatient_store: Store, file: Path):
    with closing(sqlite3.connect(file, isolation_level=None)) as intruder:
        intruder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailableError) as refused:
            await note(impatient_store, 1)
        assert not isinstance(refused.value, StorageFullError)
        assert re.fullmatch("[0-9a-f]{8}", str(refused.value.params["error_id"]))
        intruder.execute("ROLLBACK")
    await note(impatient_store, 2)
    assert numbers_in(file) == [2]


async def test_faults_of_ours_are_no_excuse(file: Path):
    async def delete(session: Session) -> None:
        await session.execute(text("DELETE FROM guilds"))

    async def mistake(session: Session) -> None:
        await session.execute(text("SELECT 1 FROM nowhere"))

    async def twice(session: Session) -> None:
        for _ in range(2):
            await session.execute(
                text("INSERT INTO synced_commands VALUES (1, :digest, '2026-01-01')"), {"digest": "what somebody wrote"}
            )

    async with open_store(url_of(file), purpose="tests") as store:
        with pytest.raises(OperationalError, match="readonly"):
            await store.read(delete)
        with pytest.raises(OperationalError, match="no such table"):
            await store.write(mistake)
        with pytest.raises(IntegrityError) as refused:
            await store.write(twice)
    assert "somebody" not in str(refused.value)


class PostgresqlError(Exception):
    """An error as the driver gives it, with the state that the server named."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(), StorageUnavailableError),
        (TimeoutError(), StorageUnavailableError),
        (PoolTimeoutError(), StorageUnavailableError),
        (DBAPIError("", {}, PostgresqlError("")), DBAPIError),
        (DBAPIError("", {}, PostgresqlError(""), connection_invalidated=True), StorageUnavailableError),
        (DBAPIError("", {}, PostgresqlError("53100")), StorageFullError),
        (DBAPIError("", {}, PostgresqlError("53300")), StorageUnavailableError),  # too many connections
        (DBAPIError("", {}, PostgresqlError("57P01")), StorageUnavailableError),  # the server is being stopped
        (DBAPIError("", {}, PostgresqlError("08006")), StorageUnavailableError),
        (DBAPIError("", {}, PostgresqlError("23505")), DBAPIError),  # a constraint
        (GoneError(), GoneError),
    ],
)
def test_what_postgresql_and_the_network_say_is_told_apart(error: Exception, expected: type[Exception]):
    with pytest.raises(expected) as told, refusing_when_unavailable(writing=True):
        raise error
    assert type(told.value) is expected


class Steps:
    """Work whose first piece fails when the database is away and whose second is in the middle of something."""

    kind = "test"

    def __init__(self, intruder: sqlite3.Connection, caplog: pytest.LogCaptureFixture) -> None:
        self._intruder = intruder
        self._caplog = caplog
        self.slow_began = asyncio.Event()
        self.slow_ended = False

    async def next_step(self, work: DueWork) -> int | None:
        return None if work.subject_id == 2 and self.slow_ended else work.subject_id

    async def perform(self, subject_id: int) -> None:
        if subject_id == 1:
            await self.slow_began.wait()
            self._intruder.execute("BEGIN IMMEDIATE")
            raise StorageUnavailableError(error_id="0")
        self.slow_began.set()
        while "failure not recorded kind=test subject=1" not in self._caplog.text:  # noqa: ASYNC110  # a log gives no event
            await asyncio.sleep(0.01)
        self._intruder.execute("ROLLBACK")

    async def record_step(self, work: DueWork, step: int, outcome: None) -> None:
        del work, step, outcome
        self.slow_ended = True

    async def finished(self, work: DueWork) -> None:
        del work

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        raise AssertionError(session, work, error)


async def test_a_failure_that_cannot_be_recorded_does_not_end_the_work_beside_it(
    impatient_store: Store, file: Path, caplog: pytest.LogCaptureFixture
):
    agenda, clock = DueWorkService(impatient_store), ManualClock(NOW)
    for subject_id in (1, 2):
        await impatient_store.write(
            lambda session, subject_id=subject_id: agenda.schedule(session, "test", subject_id, NOW)
        )
    with closing(sqlite3.connect(file, isolation_level=None)) as intruder:
        steps = Steps(intruder, caplog)
        runner = DueRunner(agenda, clock)
        runner.register(steps, steps.perform)
        async with asyncio.timeout(30):
            assert await runner.run_once(NOW) == 2
    assert steps.slow_ended
    with closing(sqlite3.connect(file)) as connection:
        # The second is done and gone; the first is still held, to be taken up when its lease ends.
        found = connection.execute("SELECT subject_id, attempts, token IS NULL FROM due_work").fetchall()
    assert found == [(1, 0, 0)]
