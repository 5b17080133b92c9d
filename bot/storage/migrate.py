"""Brings a database to the newest schema. Alembic is imported only when there is something to do."""

import logging
from pathlib import Path

from sqlalchemy import URL, Column, Connection, MetaData, String, Table, inspect, make_url, pool, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from bot.domain.errors import PaddockError
from bot.storage.owner import Owner
from bot.storage.schema import REVISION, metadata
from bot.storage.store import read_only, sqlite_path

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
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        path = sqlite_path(url)
        if not path.exists():
            return None
        url = read_only(url, path)
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


async def upgrade(database_url: str) -> str | None:
    """Bring the database to the newest schema and return the revision that it had before, None if it was empty.

    Raises:
        FileOwnedError: if another process has the SQLite file open for writing.
        NewerSchemaError: if the database is at a revision that this version does not know.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return await _upgrade(url)
    path = sqlite_path(url)
    with Owner(path, "paddock migrate"):
        return await _upgrade(url.set(database=str(path)))


async def _upgrade(url: URL) -> str | None:
    # A connection of its own with foreign keys off: rebuilding a table must not cascade into its children.
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            before = await connection.run_sync(_revision)
            if before == REVISION:
                return before
            await connection.run_sync(_run_alembic)
            await connection.commit()
            log.info("database migrated from=%s to=%s", before, REVISION)
            return before
    finally:
        await engine.dispose()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(select(_VERSIONS.c.version_num))
    connection.rollback()
    return found


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415  # 150 ms that most starts need not pay
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    # Alembic's configuration takes "%" for the beginning of a placeholder.
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = metadata
    found = _revision(connection)
    try:
        if found is not None:
            ScriptDirectory.from_config(config).get_revision(found)
    except CommandError:
        raise NewerSchemaError(found=found, known=REVISION) from None
    command.upgrade(config, "head")
