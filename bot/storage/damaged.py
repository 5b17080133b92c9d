"""A SQLite file that is damaged or none at all: one sentence with the way back, instead of SQLite's own words."""

import shlex
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.domain.errors import PaddockError
from bot.storage.backup import DamagedFileError, backup_folder, newest_backup_file
from bot.storage.unavailable import is_damage


class DamagedDatabaseError(PaddockError):
    """The database's own file is damaged, and there is a backup. Params: path, reason, backup (quoted for a shell)."""

    message_id = "storage.error.damaged_database"


class DamagedWithoutBackupError(PaddockError):
    """The database's own file is damaged, and there is no backup beside it. Params: path, reason, folder."""

    message_id = "storage.error.damaged_without_backup"


@contextmanager
def naming_the_way_back(database: Path) -> Generator[None]:
    """Turn what says that a database file is damaged into an error that names the newest backup.

    Raises:
        DamagedDatabaseError, DamagedWithoutBackupError: if it is.
    """
    try:
        yield
    except DamagedFileError as error:
        raise _damaged(database, str(error.params["reason"])) from error
    except DBAPIError as error:
        if not is_damage(error.orig):
            raise
        raise _damaged(database, str(error.orig)) from error


def _damaged(database: Path, reason: str) -> PaddockError:
    newest = newest_backup_file(database)
    if newest is None:
        return DamagedWithoutBackupError(path=str(database), reason=reason, folder=str(backup_folder(database)))
    return DamagedDatabaseError(path=str(database), reason=reason, backup=shlex.quote(str(newest)))
