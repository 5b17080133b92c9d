"""What the database answers when it cannot do its work just now, turned into an expected error, in one place."""

import errno
import logging
import secrets
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.domain.errors import StorageDamagedError, StorageFullError, StorageUnavailableError

log = logging.getLogger(__name__)

# SQLite's result codes (https://www.sqlite.org/rescode.html): the low byte is the primary one.
_PRIMARY = 0xFF
_SQLITE_AWAY = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM}
)
# A file that is spoiled, and one that never was a database.
_SQLITE_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# PostgreSQL's classes of SQLSTATE (its manual, appendix A): connection exception, insufficient resources,
# operator intervention (shutting down, starting up), system error.
_POSTGRESQL_AWAY = ("08", "53", "57", "58")
_POSTGRESQL_DISK_FULL = "53100"
# Ibidem: serialization_failure and deadlock_detected. All was undone, and another run is what the manual asks for
# ("Serialization Failure Handling").
_POSTGRESQL_UNDONE = frozenset({"40001", "40P01"})


@contextmanager
def refusing_when_unavailable(*, writing: bool) -> Generator[None]:
    """Turn what says "not just now" into `StorageUnavailableError`, and log it once; let every other error through.

    Args:
        writing: whether writing is meant. A file that cannot be written is then unavailable; for a reader that tries
            to write, it is a fault of ours.

    Raises:
        StorageFullError: if the disk is full.
        StorageDamagedError: if the SQLite file is damaged.
        StorageUnavailableError: if the database is locked, gone, starting, or refuses connections, or if PostgreSQL
            undid the transaction for another one's sake and repeating it (`is_worth_repeating`) did not help.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError, OSError) as error:
        refusal = _refusal(error, writing=writing)
        if refusal is None:
            raise
        # Shaped like the ids of unexpected errors: short enough to be read out, rare enough to be found in a log.
        error_id = secrets.token_hex(4)
        cause = error.orig if isinstance(error, DBAPIError) else error
        # Without a traceback: it would lead through our own code only, and what is wrong is outside.
        log.error(  # noqa: TRY400
            "storage unavailable error_id=%s cause=%s: %s", error_id, type(cause).__name__, cause
        )
        raise refusal(error_id=error_id) from error


def is_worth_repeating(error: DBAPIError) -> bool:
    """Tell whether PostgreSQL undid a transaction only so that another one could go on."""
    return _sqlstate(error) in _POSTGRESQL_UNDONE


def is_damage(error: BaseException | None) -> bool:
    """Tell whether SQLite says with an error that the file is damaged."""
    return isinstance(error, sqlite3.Error) and _code(error) in _SQLITE_DAMAGED


def _sqlstate(error: DBAPIError) -> str:
    """Return PostgreSQL's code for what went wrong; empty where it did not say."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def _refusal(error: Exception, *, writing: bool) -> type[StorageUnavailableError] | None:
    if not isinstance(error, DBAPIError):
        # The file system's and the network's own errors, or no connection was free in time.
        return StorageFullError if getattr(error, "errno", None) in _DISK_FULL else StorageUnavailableError
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_refusal(error.orig, writing=writing)
    state = _sqlstate(error)
    if state == _POSTGRESQL_DISK_FULL:
        return StorageFullError
    passes = error.connection_invalidated or state.startswith(_POSTGRESQL_AWAY) or state in _POSTGRESQL_UNDONE
    return StorageUnavailableError if passes else None


def _sqlite_refusal(error: sqlite3.Error, *, writing: bool) -> type[StorageUnavailableError] | None:
    if is_damage(error):
        return StorageDamagedError
    code = _code(error)
    if code == sqlite3.SQLITE_FULL:
        return StorageFullError
    away = code in _SQLITE_AWAY or (writing and code == sqlite3.SQLITE_READONLY)
    return StorageUnavailableError if away else None


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY
