"""Brings a database to the newest schema. Alembic is imported only when there is something to do."""

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Column, Connection, MetaData, String, Table, inspect, make_url, pool, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import migrations
from bot.clock import Clock, SystemClock
from bot.domain.errors import PaddockError
from bot.storage.backup import back_up, newest_backup_file, prune
from bot.storage.damaged import naming_the_way_back
from bot.storage.owner import Owner
from bot.storage.postgresql import lock_migrations, single_engine
from bot.storage.schema import REVISION, metadata
from bot.storage.store import read_only, sqlite_path
from bot.storage.unavailable import refusing_when_unavailable

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

# What opening a database raises when it is none, is locked, or is not there.
UNREADABLE = (SQLAlchemyError, OSError)

# The table in which Alembic keeps the revision.
_VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32)))


class NewerSchemaError(PaddockError):
    """The database was written by a newer version of the bot. Params: found, known."""

    message_id = "storage.error.newer"


async def revision_of(database_url: str) -> str | None:
    """Return the revision of a database without changing it; None if there is none yet.

    Raises:
        NoFolderError: if the folder of the SQLite file does not exist.
        DamagedDatabaseError, DamagedWithoutBackupError: if the SQLite file is damaged.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return await _read_revision(single_engine(url, "paddock"))
    path = sqlite_path(url)
    if not path.exists():
        return None
    with naming_the_way_back(path):
        return await _read_revision(create_async_engine(read_only(url, path), poolclass=pool.NullPool))


async def _read_revision(engine: AsyncEngine) -> str | None:
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


async def upgrade(database_url: str, clock: Clock | None = None) -> str | None:
    """Bring the database to the newest schema and return the revision that it had before, None if it was empty.

    A SQLite file that holds something is backed up first, by the time of `clock` (the machine's by default); if that
    fails, nothing is migrated. PostgreSQL is backed up by its operator; of several processes that start at once one
    migrates, and the others wait for it.

    Raises:
        FileOwnedError: if another process has the SQLite file open for writing.
        NewerSchemaError: if the database is at a revision that this version does not know.
        StorageUnavailableError: if the database cannot be reached or written.
        DamagedDatabaseError, DamagedWithoutBackupError: if the SQLite file is damaged; it is left as it is.
        NoRoomError, BackupFailedError: if no checked backup can be made.
    """
    url = make_url(database_url)
    with refusing_when_unavailable(writing=True):
        if url.get_backend_name() != "sqlite":
            return await _upgrade(url, None, clock or SystemClock())
        path = sqlite_path(url)
        with Owner(path, "paddock migrate"), naming_the_way_back(path):
            _note_a_lost_database(path)
            return await _upgrade(url.set(database=str(path)), path, clock or SystemClock())


async def _upgrade(url: URL, file: Path | None, clock: Clock) -> str | None:
    # A connection of its own: on SQLite with foreign keys off, for rebuilding a table must not cascade into its
    # children, and on PostgreSQL with a lock that goes when it goes.
    engine = (
        single_engine(url, "paddock migrate") if file is None else create_async_engine(url, poolclass=pool.NullPool)
    )
    try:
        async with engine.connect() as connection:
            if file is None:
                await lock_migrations(connection)
            before = await connection.run_sync(_revision)
            if before == REVISION:
                return before
            if before is not None:
                require_known(before)
            if await connection.run_sync(_holds_something):
                await _back_up_first(file, clock)
            await connection.run_sync(_run_alembic)
            await connection.commit()
            log.info("database migrated from=%s to=%s", before, REVISION)
            return before
    finally:
        await engine.dispose()


def _note_a_lost_database(path: Path) -> None:
    """Say so if the bot is about to begin anew beside the backups of an earlier life; whoever means it may."""
    if path.exists() and path.stat().st_size > 0:
        return
    newest = newest_backup_file(path)
    if newest is not None:
        log.warning("the database is empty, although there are backups: beginning anew. newest=%s", newest)


def require_known(revision: str) -> None:
    """Raise NewerSchemaError if this version of the bot does not know the revision."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415  # 150 ms that most starts need not pay

    try:
        ScriptDirectory.from_config(_alembic_config()).get_revision(revision)
    except CommandError:
        raise NewerSchemaError(found=revision, known=REVISION) from None


async def _back_up_first(file: Path | None, clock: Clock) -> None:
    if file is None:
        log.warning("about to migrate PostgreSQL, of which no backup is made here: that is for pg_dump")
        return
    now = clock.now()
    await asyncio.to_thread(back_up, file, now)
    await asyncio.to_thread(prune, file, now)


def _holds_something(connection: Connection) -> bool:
    found = bool(inspect(connection).get_table_names())
    connection.rollback()
    return found


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(select(_VERSIONS.c.version_num))
    connection.rollback()
    return found


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  # see `require_known`

    config = _alembic_config()
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = metadata
    command.upgrade(config, "head")


def _alembic_config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # see `require_known`

    config = Config()
    # Alembic's configuration takes "%" for the beginning of a placeholder.
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config
