"""Copies of a SQLite file: made while the bot runs, checked, and kept by a rule.

The source is opened read-only and copied through SQLite's backup interface inside one read transaction. So the copy is
one state of the data, and a process that only backs up neither writes nor checkpoints: the bot's writer stays the only
one that does (the WAL-reset bug needs two).
"""

import fcntl
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from bot.domain.backup import DAMAGED_AGE_MAX, backup_made_at, backup_name, kept
from bot.domain.errors import PaddockError
from bot.storage.store import BUSY_TIMEOUT_MS, sqlite_path

log = logging.getLogger(__name__)

FOLDER = "backups"
DAMAGED_SUFFIX = ".damaged"
_PART_PREFIX = ".part-"
# A part this old was left by a process that was killed. No copy of a bot's database takes a day.
_PART_AGE_MAX = timedelta(days=1)
# A copy must not be what fills the disk under the bot: SQLite's log grows to 4 MiB (1,000 pages of 4 KiB,
# https://www.sqlite.org/c3ref/wal_autocheckpoint.html) before it is written back, and some time should be left.
SPARE_BYTES = 64 * 1024 * 1024


class NotSqliteError(PaddockError):
    """The database is on PostgreSQL, which has tools of its own for this."""

    message_id = "storage.error.not_sqlite"


class NoFileError(PaddockError):
    """There is no such file. Params: path."""

    message_id = "storage.error.no_file"


class FileExistsAlreadyError(PaddockError):
    """A backup would overwrite something. Params: path."""

    message_id = "storage.error.exists"


class NoRoomError(PaddockError):
    """The disk has no room for a copy. Params: folder, needed_mib, free_mib."""

    message_id = "storage.error.no_room"


class BackupFailedError(PaddockError):
    """A copy could not be made. Params: path, reason."""

    message_id = "storage.error.backup_failed"


class DamagedFileError(PaddockError):
    """A file is no database, or one that fails its checks. Params: path, reason."""

    message_id = "storage.error.damaged"


@dataclass(frozen=True, slots=True)
class Copied:
    """A checked copy: where it is, its schema's revision (None without one), its size, the rows of each table."""

    path: Path
    revision: str | None
    size_bytes: int
    rows: Mapping[str, int]


def file_of(database_url: str) -> Path:
    """Return the SQLite file of an address.

    Raises:
        NotSqliteError: on PostgreSQL.
        NoFolderError: if the folder of the file does not exist.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        raise NotSqliteError
    return sqlite_path(url)


def backup_folder(database: Path) -> Path:
    """Return where the backups of a database file stand."""
    return database.parent / FOLDER


def back_up(database: Path, now: datetime, *, target: Path | None = None) -> Copied:
    """Copy the database, check the copy, and put it in its place, which only a whole copy ever reaches.

    Args:
        database: may be in use by a running bot.
        now: for the name of the copy.
        target: a file that does not exist yet; by default one in `backup_folder`, named by time and revision.

    Raises:
        NoFileError: if there is no database.
        FileExistsAlreadyError: if `target` exists.
        DamagedFileError: if the database fails its checks.
        NoRoomError, BackupFailedError: if the copy cannot be made.
    """
    if not database.is_file():
        raise NoFileError(path=str(database))
    folder = backup_folder(database) if target is None else target.parent
    with saying_why(target or folder):
        if target is None:
            folder.mkdir(mode=0o700, exist_ok=True)
        # Locked is what comes after the copy: between looking for a free name and taking it nobody else may take it.
        with checked_copy(database, folder) as copied, _locked(folder):
            name = target or _free_name(folder, database.stem, now, copied.revision)
            if os.path.lexists(name):
                raise FileExistsAlreadyError(path=str(name))
            if target is None:
                give_to_owner_of(database, folder)
                give_to_owner_of(database, copied.path)
            made = put(copied, name)
    log.info("backup made file=%s revision=%s bytes=%s", name.name, made.revision, made.size_bytes)
    return made


@contextmanager
def checked_copy(source: Path, folder: Path) -> Generator[Copied]:
    """Give a copy of one state of a database, flushed to disk, and take it away again unless it was `put` somewhere.

    It lies in a folder of its own in `folder` that only we may read. Checked are the file's structure and every foreign
    key of the copy, and that it has as many rows in each table.

    Raises:
        DamagedFileError: if `source` is no database, or the copy fails a check.
        NoRoomError: if the copy would leave less than `SPARE_BYTES` on the disk.
        BackupFailedError: if the copy cannot be written or the source is locked.
    """
    inside = Path(tempfile.mkdtemp(prefix=_PART_PREFIX, dir=folder))
    try:
        yield _copy(source, inside / "copy")
    finally:
        shutil.rmtree(inside, ignore_errors=True)


def put(copied: Copied, place: Path) -> Copied:
    """Move a checked copy to its place, at once and for good, and return it as it stands there."""
    copied.path.replace(place)
    sync(place.parent)
    return replace(copied, path=place)


@contextmanager
def saying_why(path: Path) -> Generator[None]:
    """Turn what the file system refuses into an error that names `path`.

    Raises:
        BackupFailedError: with the reason.
    """
    try:
        yield
    except OSError as error:
        raise BackupFailedError(path=str(path), reason=error.strerror or str(error)) from error


def _copy(source: Path, copy: Path) -> Copied:
    try:
        with closing(_open_to_read(source)) as reader:
            reader.execute("BEGIN")
            there = _count_rows(reader)
            _require_room(copy.parent.parent, _size(reader))
            with closing(sqlite3.connect(copy, isolation_level=None)) as writer:
                # Nobody sees the copy before it is complete, and it is flushed once, below.
                writer.execute("PRAGMA synchronous=OFF")
                reader.backup(writer)
                # One file without a log beside it, which can be moved and read anywhere.
                writer.execute("PRAGMA journal_mode=DELETE")
        with closing(_open_to_read(copy)) as reader:
            _check(reader, source, there)
            revision = _revision(reader)
    except sqlite3.Error as error:
        # Python has the class for what SQLite calls corrupt or not a database, and subclasses for all else.
        damaged = type(error) is sqlite3.DatabaseError
        raise (DamagedFileError if damaged else BackupFailedError)(path=str(source), reason=str(error)) from error
    copy.chmod(0o600)
    sync(copy)
    return Copied(copy, revision, copy.stat().st_size, there)


def prune(database: Path, now: datetime) -> tuple[Path, ...]:
    """Delete the backups of a database that `kept` lets go, and what killed processes left; return those backups.

    What a restore found damaged is no backup: it is deleted after four weeks, whatever else there is.
    """
    found = dict(_backups(database))
    keep = kept(frozenset(found.values()), now)
    gone = [path for path, moment in found.items() if moment not in keep]
    gone += [path for path, moment in _backups(database, DAMAGED_SUFFIX) if now - moment >= DAMAGED_AGE_MAX]
    for path in gone:
        path.unlink(missing_ok=True)
        path.with_name(path.name + "-wal").unlink(missing_ok=True)
        log.info("backup pruned file=%s", path.name)
    for left in backup_folder(database).glob(f"{_PART_PREFIX}*"):
        if now.timestamp() - left.stat().st_mtime > _PART_AGE_MAX.total_seconds():
            shutil.rmtree(left, ignore_errors=True)
    return tuple(gone)


def room_for_a_backup(database: Path) -> tuple[int, int]:
    """Return the free bytes beside a database, and how many `back_up` wants to find there."""
    size_bytes = sum(
        path.stat().st_size for path in (database, database.with_name(database.name + "-wal")) if path.exists()
    )
    return shutil.disk_usage(database.parent).free, size_bytes + SPARE_BYTES


def newest_backup(database: Path) -> datetime | None:
    """Return when the newest backup in the database's own folder was made, or None."""
    return max((moment for _, moment in _backups(database)), default=None)


def newest_backup_file(database: Path) -> Path | None:
    """Return the newest backup in the database's own folder, or None."""
    found = dict(_backups(database))
    return max(found, key=lambda path: found[path], default=None)


def give_to_owner_of(database: Path, path: Path) -> None:
    """Give a file or folder to whoever has the database: root may back up and restore for a bot that is not root."""
    owner = database.stat()
    with suppress(PermissionError):
        os.chown(path, owner.st_uid, owner.st_gid)


def sync(path: Path) -> None:
    """Flush a file or a folder to disk. Not for a database that is open: closing any handle drops SQLite's locks."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _backups(database: Path, suffix: str = "") -> Iterator[tuple[Path, datetime]]:
    for path in backup_folder(database).glob(f"*{suffix}"):
        moment = backup_made_at(path.name.removesuffix(suffix), database.stem)
        if moment is not None:
            yield path, moment


def _free_name(folder: Path, stem: str, now: datetime, revision: str | None) -> Path:
    copy = 1
    while (name := folder / backup_name(stem, now, revision, copy=copy)).exists():
        copy += 1
    return name


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Open a file read-only, so that closing it last checkpoints nothing."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1_000
    )
    connection.execute("PRAGMA query_only=ON")
    return connection


def _count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    quoted = {name: name.replace('"', '""') for (name,) in names.fetchall()}
    return {
        name: connection.execute(f'SELECT count(*) FROM "{inside}"').fetchone()[0]  # noqa: S608  # quoted above
        for name, inside in quoted.items()
    }


def _size(connection: sqlite3.Connection) -> int:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    return pages * page_bytes


def _require_room(folder: Path, size_bytes: int) -> None:
    free_bytes, needed_bytes = shutil.disk_usage(folder).free, size_bytes + SPARE_BYTES
    if free_bytes < needed_bytes:
        mebibyte = 1024 * 1024
        raise NoRoomError(folder=str(folder), needed_mib=-(-needed_bytes // mebibyte), free_mib=free_bytes // mebibyte)


def _check(copy: sqlite3.Connection, source: Path, there: Mapping[str, int]) -> None:
    faults = [str(fault) for (fault,) in copy.execute("PRAGMA integrity_check(3)") if fault != "ok"]
    faults += [
        f"{table}: a row refers to one that is not in {parent}"
        for table, _, parent, _ in copy.execute("PRAGMA foreign_key_check").fetchmany(3)
    ]
    if not faults and (copied := _count_rows(copy)) != there:
        faults.append(f"{sum(copied.values())} of {sum(there.values())} rows were copied")
    if faults:
        raise DamagedFileError(path=str(source), reason="; ".join(faults))


def _revision(connection: sqlite3.Connection) -> str | None:
    if "alembic_version" not in _count_rows(connection):
        return None
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is None else str(found[0])
