"""What an operator should know of the database's surroundings before something goes wrong."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.domain.backup import has_wal_reset_bug
from bot.storage.backup import file_of, newest_backup, room_for_a_backup
from bot.storage.backup_failure import BackupFailure, failure_of


@dataclass(frozen=True, slots=True)
class FileHealth:
    """How a SQLite file is placed: the library's version, the disk, the backups, and what was in their way last."""

    sqlite_version: str
    has_wal_reset_bug: bool
    free_bytes: int
    needed_bytes: int
    newest_backup_at: datetime | None
    backup_failure: BackupFailure | None


def file_health(database_url: str) -> FileHealth:
    """Look at a SQLite file's surroundings without opening it.

    Raises:
        NotSqliteError: on PostgreSQL.
        NoFolderError: if the folder of the file does not exist.
    """
    database = file_of(database_url)
    free_bytes, needed_bytes = room_for_a_backup(database)
    newest, failure = newest_backup(database), failure_of(database)
    return FileHealth(
        sqlite_version=sqlite3.sqlite_version,
        has_wal_reset_bug=has_wal_reset_bug(sqlite3.sqlite_version_info),
        free_bytes=free_bytes,
        needed_bytes=needed_bytes,
        newest_backup_at=newest,
        # One made by hand afterwards shows that it is over.
        backup_failure=failure if failure is None or newest is None or failure.at >= newest else None,
    )
