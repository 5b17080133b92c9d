"""A backup: whole, checked, made while the bot runs, and before each migration."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import migrations
from bot.clock import ManualClock
from bot.domain.backup import backup_name
from bot.storage import backup, migrate
from bot.storage.backup import (
    BackupFailedError,
    DamagedFileError,
    FileExistsAlreadyError,
    NoFileError,
    NoRoomError,
    NotSqliteError,
    back_up,
    file_of,
    newest_backup,
    prune,
)
from bot.storage.damaged import DamagedWithoutBackupError
from bot.storage.health import file_health
from bot.storage.migrate import NewerSchemaError, revision_of, upgrade
from bot.storage.schema import REVISION
from bot.text import error_text
from tests.files_of_a_bot import (
    ENDLESS,
    NoMountError,
    add_dangling_row,
    add_rows,
    bot_writing,
    damage,
    fill,
    names,
    numbers_in,
    small_disk,
    tree,
    url_of,
)

NOW = datetime(2026, 11, 22, 1, 41, 44, tzinfo=UTC)


@pytest.fixture
def file(template_database: Path, tmp_path: Path) -> Path:
    """A database with 20 rows, of a bot that was stopped."""
    path = Path(shutil.copy(template_database, tmp_path / "paddock.db"))
    add_rows(path, 1, 20)
    return path


def test_a_backup_is_one_file_that_holds_every_row_and_that_only_we_may_read(file: Path):
    copied = back_up(file, NOW)
    assert copied.path == file.parent / "backups" / f"paddock-20261122T014144Z-{REVISION}.db"
    assert names(copied.path.parent) == {copied.path.name}
    assert numbers_in(copied.path) == list(range(1, 21))
    assert (copied.revision, copied.rows["audit_entries"]) == (REVISION, 20)
    assert copied.size_bytes == copied.path.stat().st_size
    assert copied.path.stat().st_mode & 0o777 == 0o600
    assert copied.path.parent.stat().st_mode & 0o777 == 0o700
    # Bytes 18 and 19 of the header are 1 where no log stands beside the file (SQLite, "Database File Format").
    assert copied.path.read_bytes()[18:20] == b"\x01\x01"


def test_a_backup_neither_writes_nor_checkpoints_while_the_bot_runs(file: Path):
    log = file.with_name("paddock.db-wal")
    with bot_writing(file, 40):
        before = file.read_bytes(), log.read_bytes()
        copied = back_up(file, NOW)
        assert (file.read_bytes(), log.read_bytes()) == before
        assert len(before[1]) > 40 * 2000  # what the bot wrote stands in the log only
    # Killed: whoever opens the file last now would be the one to write the log back.
    back_up(file, NOW)
    assert (file.read_bytes(), log.read_bytes()) == before
    assert numbers_in(copied.path) == [*range(1, 21), *range(1, 41)]


def test_a_backup_under_constant_writing_is_one_state_with_all_that_was_acknowledged_before(file: Path):
    with bot_writing(file, ENDLESS):
        for second in range(3):
            acknowledged = numbers_in(file)
            copied = back_up(file, NOW + timedelta(seconds=second))
            found = numbers_in(copied.path)
            assert found[: len(acknowledged)] == acknowledged
            assert found == [*range(1, 21), *range(1, len(found) - 19)]  # no gap, so no mixture of two states


def test_two_backups_of_one_second_are_two_files(file: Path):
    assert back_up(file, NOW).path != back_up(file, NOW).path
    assert newest_backup(file) == NOW.replace(microsecond=0)
    assert len(names(file.parent / "backups")) == 2


def test_a_damaged_database_is_refused_and_leaves_no_backup(file: Path):
    damage(file)
    with pytest.raises(DamagedFileError) as refused:
        back_up(file, NOW)
    assert str(file) in error_text(refused.value, "en")
    assert names(file.parent / "backups") == set()


def test_a_row_that_refers_to_nothing_is_damage(file: Path):
    add_dangling_row(file)
    with pytest.raises(DamagedFileError, match="orphans: a row refers to one that is not in feeds"):
        back_up(file, NOW)


def test_a_copy_that_lost_rows_is_noticed(file: Path, monkeypatch: pytest.MonkeyPatch):
    counted = backup._count_rows
    counts = iter([1, 0, 0])
    monkeypatch.setattr(
        backup,
        "_count_rows",
        lambda connection: counted(connection) | {"guilds": next(counts)},
    )
    with pytest.raises(DamagedFileError, match="21 of 22 rows were copied"):
        back_up(file, NOW)
    assert names(file.parent / "backups") == set()


def test_no_file_is_overwritten_and_a_missing_one_is_named(file: Path, tmp_path: Path):
    target = tmp_path / "copy.db"
    assert back_up(file, NOW, target=target).path == target
    before = tree(tmp_path)
    with pytest.raises(FileExistsAlreadyError):
        back_up(file, NOW, target=target)
    with pytest.raises(NoFileError):
        back_up(tmp_path / "other.db", NOW)
    with pytest.raises(BackupFailedError, match="No such file"):
        back_up(file, NOW, target=tmp_path / "nowhere" / "copy.db")
    assert tree(tmp_path) == before
    assert not list(tmp_path.glob(".part*"))


def test_a_backup_does_not_take_the_space_that_the_bot_needs(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backup, "SPARE_BYTES", 2**60)
    with pytest.raises(NoRoomError) as refused:
        back_up(file, NOW)
    assert str(file.parent / "backups") in error_text(refused.value, "ja")
    assert names(file.parent / "backups") == set()
    health = file_health(url_of(file))
    assert health.free_bytes < health.needed_bytes == file.stat().st_size + 2**60


def test_a_disk_that_fills_up_meanwhile_leaves_no_half_backup(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backup, "SPARE_BYTES", -(2**40))
    try:
        with small_disk(file.parent / "disk", 2) as disk:
            place = Path(shutil.copy(file, disk / "paddock.db"))
            fill(disk, but=64 * 1024)
            with pytest.raises(BackupFailedError, match="full"):
                back_up(place, NOW)
            assert names(disk / "backups") == set()
    except NoMountError as error:
        pytest.skip(f"no small file system can be mounted here: {error}")


def test_only_what_the_rule_lets_go_is_pruned(file: Path):
    folder = file.parent / "backups"
    folder.mkdir()
    ages = {hours: backup_name("paddock", NOW - timedelta(hours=hours), "0001") for hours in (1, 2, 30, 32, 2000)}
    others = ["mine.db", backup_name("other", NOW - timedelta(days=900), "0001"), "paddock-2020.db"]
    found = backup_name("paddock", NOW - timedelta(days=28), "old") + ".damaged"
    newer = backup_name("paddock", NOW - timedelta(days=27), "old") + ".damaged"
    for name in (*ages.values(), *others, found, found + "-wal", newer):
        (folder / name).touch()
    fresh, left = folder / ".part-now", folder / ".part-left"
    for part in (fresh, left):
        part.mkdir()
        (part / "copy").touch()
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    os.utime(left, (NOW.timestamp() - 90_000,) * 2)
    gone = prune(file, NOW)
    assert {path.name for path in gone} == {ages[32], ages[2000], found}
    assert names(folder) == {ages[1], ages[2], ages[30], *others, newer, fresh.name}
    assert prune(file, NOW) == ()


def test_postgresql_has_tools_of_its_own():
    with pytest.raises(NotSqliteError) as refused:
        file_of("postgresql+asyncpg://localhost/paddock")
    assert "pg_dump" in error_text(refused.value, "en")


NEXT = f'''"""Next."""
from alembic import op
revision = "9999"
down_revision = "{REVISION}"
def upgrade() -> None:
    op.execute("CREATE TABLE next (id INTEGER PRIMARY KEY)")
'''


@pytest.fixture
def next_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more migration than there are."""
    folder = Path(migrations.__file__).parent
    copy = shutil.copytree(folder, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9999_next.py").write_text(NEXT)
    monkeypatch.setattr(migrations, "__file__", str(copy / "__init__.py"))
    monkeypatch.setattr(migrate, "REVISION", "9999")


@pytest.mark.usefixtures("next_migration")
async def test_a_migration_begins_with_a_checked_backup(file: Path):
    folder = file.parent / "backups"
    folder.mkdir()
    (folder / backup_name("paddock", NOW - timedelta(days=90), "0000")).touch()
    assert await upgrade(url_of(file), ManualClock(NOW)) == REVISION
    (made,) = folder.iterdir()  # the old one was pruned
    assert made.name == f"paddock-20261122T014144Z-{REVISION}.db"
    assert await revision_of(url_of(made)) == REVISION
    assert numbers_in(made) == list(range(1, 21))
    assert await revision_of(url_of(file)) == "9999"
    assert await upgrade(url_of(file), ManualClock(NOW)) == "9999"
    assert list(folder.iterdir()) == [made]  # nothing was to be migrated


@pytest.mark.usefixtures("next_migration")
@pytest.mark.parametrize("obstacle", ["no room", "damage", "no folder"])
async def test_without_a_backup_nothing_is_migrated(file: Path, obstacle: str, monkeypatch: pytest.MonkeyPatch):
    if obstacle == "no room":
        monkeypatch.setattr(backup, "SPARE_BYTES", 2**60)
    elif obstacle == "damage":
        add_dangling_row(file)
    else:
        (file.parent / "backups").touch()
    before = tree(file.parent)
    with pytest.raises((NoRoomError, DamagedWithoutBackupError, BackupFailedError)):
        await upgrade(url_of(file), ManualClock(NOW))
    assert tree(file.parent) == before


async def test_nothing_is_backed_up_where_there_is_nothing_or_nothing_to_do(tmp_path: Path, file: Path):
    await upgrade(url_of(file))
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    await upgrade(url_of(fresh / "paddock.db"))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    with pytest.raises(NewerSchemaError):
        await upgrade(url_of(file))
    assert not [name for name in tree(tmp_path) if "backups" in name]


async def test_a_database_of_somebody_else_is_backed_up_before_our_tables_come_into_it(tmp_path: Path):
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE goods (name TEXT)")
    await upgrade(url_of(path), ManualClock(NOW))
    assert [made.name for made in (tmp_path / "backups").iterdir()] == ["shop-20261122T014144Z-none.db"]
