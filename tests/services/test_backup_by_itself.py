"""Backups that the running bot makes by itself: real files, under a clock that is moved."""

import asyncio
import logging
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.domain.backup import BACKUP_RETRY, backup_made_at, backup_name
from bot.services import backup as module
from bot.services.backup import BackupService
from bot.storage.backup import back_up
from bot.storage.backup_failure import SUFFIX, failure_of
from tests.files_of_a_bot import add_rows, names, numbers_in, url_of
from tests.house import START

DAY = timedelta(hours=24)
APPEARED_S = 30.0


@pytest.fixture
def file(database: Path) -> Path:
    add_rows(database, 1, 3)
    return database


def service_of(file: Path, clock: ManualClock, every: timedelta | None = DAY) -> BackupService:
    return BackupService(url_of(file), clock, every=every)


def backups(file: Path) -> list[Path]:
    folder = file.parent / "backups"
    return sorted(folder.iterdir()) if folder.exists() else []


def failures_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


async def test_a_checked_backup_is_made_at_once_and_then_once_a_day(file: Path, clock: ManualClock):
    service = service_of(file, clock)
    assert await service.run_once(START) == START + DAY
    (first,) = backups(file)
    assert numbers_in(first) == [1, 2, 3]
    assert await service.run_once(START + DAY - timedelta(seconds=1)) == START + DAY
    assert backups(file) == [first]
    add_rows(file, 4, 4)
    assert await service.run_once(START + DAY) == START + 2 * DAY
    assert numbers_in(backups(file)[-1]) == [1, 2, 3, 4]
    assert [backup_made_at(path.name, "paddock") for path in backups(file)] == [START, START + DAY]


async def test_a_restart_neither_forgets_a_backup_nor_makes_one_early_and_one_made_by_hand_counts(
    file: Path, clock: ManualClock
):
    back_up(file, START)
    assert await service_of(file, clock).run_once(START + timedelta(hours=23)) == START + DAY
    assert len(backups(file)) == 1
    assert await service_of(file, clock).run_once(START + timedelta(hours=30)) == START + timedelta(hours=54)
    assert len(backups(file)) == 2


async def test_a_backup_from_the_future_keeps_nobody_waiting_for_longer_than_usual(file: Path, clock: ManualClock):
    back_up(file, START + timedelta(days=900))
    assert await service_of(file, clock).run_once(START) == START + DAY


async def test_old_backups_go_by_the_rule(file: Path, clock: ManualClock):
    old = back_up(file, START - timedelta(days=90)).path
    lately = back_up(file, START - timedelta(days=2)).path
    await service_of(file, clock).run_once(START)
    assert not old.exists()
    assert len(backups(file)) == 2
    assert lately in backups(file)


@pytest.mark.parametrize("url", ["", "postgresql+asyncpg://paddock@localhost/paddock"])
async def test_where_none_are_wanted_or_the_server_is_in_charge_none_are_made(
    file: Path, clock: ManualClock, url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    service = BackupService(url or url_of(file), clock, every=DAY if url else None)
    assert await service.run_once(START) is None
    async with asyncio.timeout(APPEARED_S):
        await service.run()
    assert backups(file) == []
    assert ("those of PostgreSQL are its operator's" in caplog.text) is bool(url)


async def test_the_bot_goes_on_while_a_copy_is_made(file: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch):
    went_on = threading.Event()

    def slow(database: Path, now: object) -> None:
        assert went_on.wait(APPEARED_S)

    monkeypatch.setattr(module, "_make", slow)
    making = asyncio.ensure_future(service_of(file, clock).run_once(START))
    await asyncio.sleep(0)
    went_on.set()
    assert await making == START + DAY


async def test_a_failure_is_logged_once_noted_tried_again_and_forgotten(
    file: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    service = service_of(file, clock)
    folder = file.parent / "backups"
    folder.write_text("no folder")
    for hour in range(3):
        now = START + hour * BACKUP_RETRY
        assert await service.run_once(now) == now + BACKUP_RETRY
        failure = failure_of(file)
        assert failure is not None
        assert failure.at == now
        assert "storage.error.backup_failed" in failure.error
    (told,) = failures_in(caplog)
    assert "storage.error.backup_failed" in told
    folder.unlink()
    now = START + 3 * BACKUP_RETRY
    assert await service.run_once(now) == now + DAY
    assert failure_of(file) is None
    assert not [name for name in names(file.parent) if name.endswith(SUFFIX)]
    assert "backups are made again" in caplog.text


async def test_a_fault_of_ours_ends_nothing_but_this_backup(
    file: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "back_up", broken)
    service = service_of(file, clock, every=timedelta(minutes=30))
    for _ in range(2):
        assert await service.run_once(START) == START + timedelta(minutes=30)
    assert len(failures_in(caplog)) == 1
    failure = failure_of(file)
    assert failure is not None
    assert "common.error.unforeseen" in failure.error


async def test_a_note_that_nobody_can_read_is_none(file: Path):
    for words in ("", "[]", '["yesterday", "x"]', "7", '[7, "x"]'):
        file.with_name(file.name + SUFFIX).write_text(words)
        assert failure_of(file) is None


async def test_while_the_bot_runs_each_comes_when_it_is_due(file: Path, clock: ManualClock):
    async def appeared(count: int) -> None:
        async with asyncio.timeout(APPEARED_S):
            while len(backups(file)) < count or any(path.name.startswith(".") for path in backups(file)):  # noqa: ASYNC110  # a thread makes them
                await asyncio.sleep(0.01)

    running = asyncio.ensure_future(service_of(file, clock).run())
    await appeared(1)
    for count in (2, 3):
        await asyncio.sleep(0)
        clock.advance(DAY)
        await appeared(count)
    running.cancel()
    assert {path.name[:25] for path in backups(file)} == {
        backup_name("paddock", START + day * DAY, "x")[:25] for day in range(3)
    }
