"""Puts a backup in the place of the database, which is itself kept first."""

import logging
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.backup import backup_name
from bot.domain.errors import PaddockError
from bot.storage.backup import (
    DAMAGED_SUFFIX,
    Copied,
    DamagedFileError,
    NoFileError,
    back_up,
    backup_folder,
    checked_copy,
    file_of,
    give_to_owner_of,
    put,
    saying_why,
    sync,
)
from bot.storage.migrate import NewerSchemaError, require_known
from bot.storage.owner import Owner
from bot.storage.schema import REVISION, metadata
from bot.storage.store import BUSY_TIMEOUT_MS

log = logging.getLogger(__name__)


class NotOursError(PaddockError):
    """The file is a database, but not one of this bot. Params: path."""

    message_id = "storage.error.not_ours"


class NewerBackupError(PaddockError):
    """The file was written by a newer version of the bot. Params: path, found, known."""

    message_id = "storage.error.newer_backup"


class SameFileError(PaddockError):
    """The database was named as its own backup. Params: path."""

    message_id = "storage.error.same_file"


class InUseError(PaddockError):
    """Somebody reads the database that is to be replaced. Params: path."""

    message_id = "storage.error.in_use"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: what now stands in the database's place, and where the old one is kept, if there was one."""

    copied: Copied
    kept: Path | None
    kept_is_damaged: bool


def restore(database_url: str, file: Path, now: datetime) -> Restored:
    """Check a backup and put it in the place of the database.

    The old database is kept as a checked backup; one that fails its checks is kept as it is, with its log beside it.
    Whenever the process is killed, either the old or the new database stands in the place, whole.

    Raises:
        NotSqliteError: on PostgreSQL.
        NoFolderError: if the folder of the database does not exist.
        FileOwnedError: if a bot is running.
        InUseError: if somebody reads the database.
        NoFileError, SameFileError, DamagedFileError, NotOursError, NewerBackupError: if `file` is not taken.
        NoRoomError, BackupFailedError: if there is no room for the copies, or they cannot be written.
    """
    database = file_of(database_url)
    with Owner(database, "paddock restore"):
        if not file.is_file():
            raise NoFileError(path=str(file))
        if database.exists() and file.samefile(database):
            raise SameFileError(path=str(file))
        with saying_why(database), checked_copy(file, database.parent) as copied:
            _require_ours(copied, file)
            kept, is_damaged = _keep(database, now)
            _fold(database, is_damaged=is_damaged)
            _take_over_rights(database, copied.path)
            restored = put(copied, database)
    log.info("database restored from=%s revision=%s", file.name, restored.revision)
    return Restored(restored, kept, is_damaged)


def _require_ours(copied: Copied, file: Path) -> None:
    if copied.revision is None:
        raise NotOursError(path=str(file))
    try:
        require_known(copied.revision)
    except NewerSchemaError as error:
        raise NewerBackupError(path=str(file), **error.params) from None
    # Others number their schemas like we do.
    if copied.revision == REVISION and not metadata.tables.keys() <= copied.rows.keys():
        raise NotOursError(path=str(file))


def _keep(database: Path, now: datetime) -> tuple[Path | None, bool]:
    """Keep the old database; return where, and whether it was found damaged."""
    if not database.exists() or database.stat().st_size == 0:
        return None, False
    try:
        return back_up(database, now).path, False
    except DamagedFileError:
        log.warning("the old database is damaged and is kept as it is file=%s", database.name)
    folder = backup_folder(database)
    place = folder / (backup_name(database.stem, now, "old") + DAMAGED_SUFFIX)
    for ending in ("-wal", ""):
        source = database.with_name(database.name + ending)
        if source.exists():
            copy = place.with_name(place.name + ending)
            shutil.copyfile(source, copy)
            copy.chmod(0o600)
            sync(copy)
    sync(folder)
    return place, True


def _fold(database: Path, *, is_damaged: bool) -> None:
    """Write the old database's log back into its file and remove it: it would be replayed onto the new one."""
    if not database.exists():
        is_damaged = True  # a log without its file is nobody's
    if not is_damaged:
        try:
            connection = sqlite3.connect(database, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1_000)
            with closing(connection):
                connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise InUseError(path=str(database)) from error
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    sync(database.parent)


def _take_over_rights(database: Path, copy: Path) -> None:
    if database.exists():
        copy.chmod(database.stat().st_mode & 0o777)
        give_to_owner_of(database, copy)
