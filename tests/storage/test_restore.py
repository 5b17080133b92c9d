"""Putting a backup back: checked first, onto a stopped bot, and the old file kept."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.errors import PaddockError
from bot.storage import backup, restore
from bot.storage.backup import DamagedFileError, NoFileError, NoRoomError, NotSqliteError, back_up
from bot.storage.migrate import upgrade
from bot.storage.owner import FileOwnedError
from bot.storage.restore import InUseError, NewerBackupError, NotOursError, SameFileError
from bot.storage.schema import REVISION
from bot.storage.store import open_store
from bot.text import error_text
from tests.files_of_a_bot import add_rows, bot_writing, damage, names, numbers_in, tree, url_of

NOW = datetime(2026, 11, 22, 1, 41, 44, tzinfo=UTC)
OLD = list(range(1, 6))


@pytest.fixture
def file(template_database: Path, tmp_path: Path) -> Path:
    """A database that has 9 rows now and had 5 when its backup was made."""
    path = Path(shutil.copy(template_database, tmp_path / "paddock.db"))
    add_rows(path, 1, 5)
    back_up(path, NOW - timedelta(days=40))
    add_rows(path, 6, 9)
    path.chmod(0o640)
    return path


@pytest.fixture
def saved(file: Path) -> Path:
    (path,) = (file.parent / "backups").iterdir()
    return path


def put_back(database: Path, saved: Path) -> restore.Restored:
    return restore.restore(url_of(database), saved, NOW)


def test_the_backup_takes_the_place_and_the_old_database_is_kept(file: Path, saved: Path):
    done = put_back(file, saved)
    assert numbers_in(file) == OLD
    assert (done.copied.path, done.copied.revision, done.copied.rows["audit_entries"]) == (file, REVISION, 5)
    assert done.kept is not None
    assert not done.kept_is_damaged
    assert numbers_in(done.kept) == list(range(1, 10))
    assert file.stat().st_mode & 0o777 == 0o640  # as the bot, who may be another user, had it
    # The backup itself is still there, old as it is.
    assert names(file.parent / "backups") == {saved.name, done.kept.name}
    assert names(file.parent) - {"paddock.db-wal", "paddock.db-shm"} == {"paddock.db", "paddock.db.lock", "backups"}


async def test_a_bot_starts_on_what_was_restored(file: Path, saved: Path):
    await asyncio.to_thread(put_back, file, saved)
    assert await upgrade(url_of(file)) == REVISION
    async with open_store(url_of(file), purpose="tests"):
        assert numbers_in(file) == OLD


def test_the_log_of_a_killed_bot_is_kept_with_its_database_and_not_replayed_onto_the_new_one(file: Path, saved: Path):
    with bot_writing(file, 30):
        pass
    assert file.with_name("paddock.db-wal").stat().st_size > 0
    done = put_back(file, saved)
    assert done.kept is not None
    assert numbers_in(done.kept) == [*range(1, 10), *range(1, 31)]
    with closing(sqlite3.connect(file)) as connection:  # which replays a log if there is one
        assert connection.execute("SELECT count(*) FROM audit_entries").fetchone() == (5,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_damaged_database_is_kept_as_it_is_and_replaced(file: Path, saved: Path):
    with bot_writing(file, 30):
        pass
    damage(file)
    log = file.with_name("paddock.db-wal")
    before = file.read_bytes(), log.read_bytes()
    done = put_back(file, saved)
    assert numbers_in(file) == OLD
    assert done.kept is not None
    assert done.kept_is_damaged
    assert (done.kept.read_bytes(), done.kept.with_name(done.kept.name + "-wal").read_bytes()) == before
    assert done.kept.stat().st_mode & 0o777 == 0o600


def test_a_restore_needs_no_database_that_could_be_kept(file: Path, saved: Path, tmp_path: Path):
    place = tmp_path / "new machine" / "paddock.db"
    place.parent.mkdir()
    place.with_name("paddock.db-wal").write_bytes(b"of a file that is gone")
    done = put_back(place, saved)
    assert done.kept is None
    assert numbers_in(place) == OLD
    assert place.stat().st_mode & 0o777 == 0o600


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be taken for one" * 100)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def damaged(path: Path) -> None:
    damage(path)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")


def somebodys(path: Path) -> None:
    """A database of another program that numbers its schemas as we do."""
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (REVISION,))


def without_schema(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE goods (name TEXT)")


def missing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (garbage, DamagedFileError),
        (nothing, NotOursError),
        (damaged, DamagedFileError),
        (newer, NewerBackupError),
        (somebodys, NotOursError),
        (without_schema, NotOursError),
        (missing, NoFileError),
    ],
)
def test_what_is_not_taken_is_named_and_nothing_is_changed(
    file: Path, saved: Path, spoil: Callable[[Path], None], expected: type[PaddockError]
):
    spoil(saved)
    before = tree(file.parent)
    with pytest.raises(expected) as refused:
        put_back(file, saved)
    for language in ("en", "ja"):
        assert str(saved) in error_text(refused.value, language)
    assert tree(file.parent) == before
    assert not list(file.parent.rglob(".part*"))


def test_the_database_is_not_its_own_backup(file: Path):
    before = tree(file.parent)
    with pytest.raises(SameFileError):
        put_back(file, file)
    assert tree(file.parent) == before


def test_a_running_bot_is_named_and_left_alone(file: Path, saved: Path):
    with bot_writing(file, 10) as running:
        before = tree(file.parent)
        with pytest.raises(FileOwnedError) as refused:
            put_back(file, saved)
        assert f"paddock run, process {running.pid}" in error_text(refused.value, "en")
        assert tree(file.parent) == before


def test_somebody_who_reads_the_old_database_is_waited_for_and_then_named(
    file: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(restore, "BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM guilds").fetchall()
        with pytest.raises(InUseError):
            put_back(file, saved)
    assert numbers_in(file) == list(range(1, 10))
    put_back(file, saved)
    assert numbers_in(file) == OLD


def test_without_room_for_the_old_database_nothing_is_restored(
    file: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
):
    before = tree(file.parent)
    monkeypatch.setattr(backup, "SPARE_BYTES", 2**60)
    with pytest.raises(NoRoomError):
        put_back(file, saved)
    assert tree(file.parent) == before


def test_a_restore_that_ends_before_the_exchange_leaves_the_old_database_whole(
    file: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
):
    with bot_writing(file, 30):
        pass

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "_take_over_rights", stop)
    with pytest.raises(KeyboardInterrupt):
        put_back(file, saved)
    assert numbers_in(file) == [*range(1, 10), *range(1, 31)]


def test_on_postgresql_nothing_is_done(saved: Path):
    with pytest.raises(NotSqliteError):
        restore.restore("postgresql+asyncpg://localhost/paddock", saved, NOW)
