"""A database file that is damaged: one sentence that names the way back, at the start and while the bot runs."""

import logging
import os
import random
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import StorageDamagedError, StorageFullError
from bot.storage import guild as table
from bot.storage.backup import back_up
from bot.storage.damaged import DamagedDatabaseError, DamagedWithoutBackupError
from bot.storage.migrate import revision_of, upgrade
from bot.storage.owner import Owner
from bot.storage.schema import REVISION
from bot.storage.store import open_store
from bot.text import error_text
from tests.files_of_a_bot import NoMountError, add_rows, fill, small_disk, url_of

NOW = datetime(2026, 11, 22, 1, 41, 44, tzinfo=UTC)
HEADER_BYTES = 100  # https://www.sqlite.org/fileformat2.html, "The Database Header"
PAGE_BYTES = 4096


@pytest.fixture
def file(template_database: Path, tmp_path: Path) -> Path:
    path = Path(shutil.copy(template_database, tmp_path / "paddock.db"))
    add_rows(path, 1, 50)
    return path


def spoil(path: Path, how: str) -> bytes:
    """Damage a file, and return what it holds then."""
    content = bytearray(path.read_bytes())
    noise = random.Random(7).randbytes
    match how:
        case "garbage":
            content = bytearray(noise(len(content)))
        case "a few bytes":
            content = bytearray(b"hello")
        case "header":
            content[:HEADER_BYTES] = noise(HEADER_BYTES)
        case "truncated":
            del content[len(content) // 2 :]
        case "truncated in the first page":
            del content[PAGE_BYTES // 2 :]
        case "first page":
            content[HEADER_BYTES:PAGE_BYTES] = noise(PAGE_BYTES - HEADER_BYTES)
        case "last pages":
            content[-PAGE_BYTES * 10 :] = noise(PAGE_BYTES * 10)
        case "all but the first page":
            content[PAGE_BYTES:] = noise(len(content) - PAGE_BYTES)
        case "an empty file":
            content.clear()
    # In place: who has the file open has the damage too.
    with path.open("r+b") as disk:
        disk.truncate(len(content))
        disk.write(content)
    return bytes(content)


def held_by(path: Path) -> bytes:
    return path.read_bytes()


def remove(path: Path) -> None:
    path.unlink()


KINDS = ["garbage", "a few bytes", "header", "truncated", "truncated in the first page", "first page"]


@pytest.mark.parametrize("how", KINDS)
async def test_the_start_names_the_newest_backup_and_leaves_the_file_as_it_is(file: Path, how: str):
    back_up(file, NOW.replace(hour=0))
    newest = back_up(file, NOW).path
    left = spoil(file, how)
    for attempt in (upgrade, revision_of):
        with pytest.raises(DamagedDatabaseError) as refused:
            await attempt(url_of(file))
        assert refused.value.params["backup"] == shlex.quote(str(newest))
        for language in ("en", "ja"):
            sentence = error_text(refused.value, language)
            assert f"paddock restore {newest}" in sentence
            assert str(file) in sentence
            assert "\n" not in sentence
    assert held_by(file) == left


@pytest.mark.parametrize("how", KINDS)
async def test_without_a_backup_the_start_says_that_too(file: Path, how: str):
    spoil(file, how)
    with pytest.raises(DamagedWithoutBackupError) as refused:
        await upgrade(url_of(file))
    assert str(file.parent / "backups") in error_text(refused.value, "en")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(min_size=2, max_size=3 * PAGE_BYTES))
async def test_whatever_stands_in_the_file_is_no_traceback(tmp_path: Path, garbage: bytes):
    """A file of one byte is an empty one to SQLite (`unixFileSize` in its os_unix.c)."""
    path = tmp_path / "garbage.db"
    path.write_bytes(garbage)
    with pytest.raises(DamagedWithoutBackupError):
        await upgrade(url_of(path))
    assert path.read_bytes() == garbage


async def test_a_backup_that_a_migration_needs_is_asked_of_the_newest_one_that_is_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    """The damage lies where only the check of the copy sees it."""
    whole = back_up(file, NOW).path
    spoil(file, "last pages")
    assert await upgrade(url_of(file)) == REVISION
    monkeypatch.setattr("bot.storage.migrate.REVISION", "0000")
    with pytest.raises(DamagedDatabaseError) as refused:
        await upgrade(url_of(file))
    assert refused.value.params["backup"] == shlex.quote(str(whole))


@pytest.mark.parametrize("left", ["an empty file", "no file"])
async def test_beginning_anew_beside_backups_is_noted(file: Path, left: str, caplog: pytest.LogCaptureFixture):
    newest = back_up(file, NOW).path
    spoil(file, "an empty file")
    if left == "no file":
        remove(file)
    assert await upgrade(url_of(file)) is None
    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert str(newest) in line.getMessage()


async def test_a_first_start_and_a_usual_one_note_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "new.db"
    for _ in range(2):
        await upgrade(url_of(path))
        back_up(path, NOW)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_damage_found_while_the_bot_runs_is_a_sentence_with_the_number_in_the_log(
    file: Path, caplog: pytest.LogCaptureFixture
):
    async with open_store(url_of(file), purpose="tests") as store:
        spoil(file, "all but the first page")
        for ask in (store.read, store.write):
            caplog.clear()
            with pytest.raises(StorageDamagedError) as refused:
                await ask(lambda session: table.settings_of(session, 1))
            (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
            assert str(refused.value.params["error_id"]) in line.getMessage()
            assert line.exc_info is None
            for language in ("en", "ja"):
                assert "paddock restore" in error_text(refused.value, language)


async def test_a_start_on_a_full_disk_is_a_sentence(tmp_path: Path):
    try:
        with small_disk(tmp_path / "disk", 4) as disk:
            file = disk / "paddock.db"
            (disk / "paddock.db.lock").touch()
            fill(disk)
            with pytest.raises(StorageFullError):
                await upgrade(url_of(file))
    except NoMountError as error:
        pytest.skip(f"no small file system can be mounted here: {error}")


def test_who_cannot_write_their_name_holds_the_lock_nevertheless(file: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_descriptor: int, _name: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with Owner(file, "tests"):
        assert (file.parent / "paddock.db.lock").read_text() == ""
