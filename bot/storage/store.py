"""The open database: one writer, several readers.

On SQLite the writer is one connection, which alone checkpoints; readers are read-only and closed first. On PostgreSQL
both are one pool. A use case is one function on a session, run in one transaction.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import AdaptedConnection, Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.domain.errors import PaddockError
from bot.storage.owner import Owner
from bot.storage.postgresql import pooled_engine
from bot.storage.unavailable import is_worth_repeating, refusing_when_unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
# What a use case is handed: services pass it on to `bot.storage` and do nothing else with it.
Session: TypeAlias = AsyncSession

# What a use case has asked for with `after_commit`, in its session's own dictionary.
_AFTER_COMMIT = "paddock after commit"

# PostgreSQL undoes one of two transactions that wait for each other, after a second (its manual, "deadlock_timeout").
# The other then has its turn, so the second run succeeds; five let several who meet sort themselves out.
RUNS_MAX = 5
# Those that met would otherwise meet again: each waits for a random while, up to this long after its first run, and up
# to twice as long after each further one. A member who waits for the answer notices nothing of it.
REPEAT_AFTER_S = 0.05
READERS = 4
BUSY_TIMEOUT_MS = 5_000
WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an acknowledged change survives a power cut; it costs nothing measurable here
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is gone from the file
    f"busy_timeout={BUSY_TIMEOUT_MS}",
)
READER_PRAGMAS = ("query_only=ON", f"busy_timeout={BUSY_TIMEOUT_MS}")


class NoFolderError(PaddockError):
    """The folder of the database file does not exist. Params: folder."""

    message_id = "storage.error.folder"


class Store:
    """Runs use cases in transactions."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._write = async_sessionmaker(writer, expire_on_commit=False)
        self._read = async_sessionmaker(reader, expire_on_commit=False)
        self._turn = asyncio.Lock() if writer.dialect.name == "sqlite" else None

    async def write(self, use_case: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run `use_case` in one transaction, commit it and return its result; an error undoes all of it.

        Where PostgreSQL undoes it so that another transaction can go on (a deadlock, a serialization failure), it is
        run again from the beginning on a session of its own, at most `RUNS_MAX` times.

        Args:
            use_case: reads and writes through its session and does nothing else that a second run would repeat: no
                request, no log line, no change of what it was made with. What has to follow a commit it asks for with
                `after_commit`.

        Raises:
            StorageFullError: if the disk is full.
            StorageUnavailableError: if the database cannot be reached or used just now, or always had others to serve
                first. When the connection was lost during the commit, nobody can say whether it was done.
        """
        with refusing_when_unavailable(writing=True):
            if self._turn is not None:
                async with self._turn:
                    return await self._run(use_case)
            for run in range(1, RUNS_MAX):
                try:
                    return await self._run(use_case)
                except DBAPIError as error:
                    if not is_worth_repeating(error):
                        raise
                    log.info("transaction undone for another run=%s", run)
                await asyncio.sleep(random.uniform(0, REPEAT_AFTER_S * 2 ** (run - 1)))
            return await self._run(use_case)

    async def _run(self, use_case: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with self._write.begin() as session:
            result = await use_case(session)
        acts: list[Callable[[], object]] = session.info.get(_AFTER_COMMIT, [])
        for act in acts:
            act()
        return result

    async def read(self, query: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run `query` on one consistent view of the data and return its result.

        Raises:
            StorageUnavailableError: if the database cannot be reached or used just now.
        """
        with refusing_when_unavailable(writing=False):
            async with self._read() as session:
                return await query(session)


def after_commit(session: Session, act: Callable[[], object]) -> None:
    """Have `act` done once the transaction of this use case is committed; if it is undone, not at all.

    Args:
        session: what `Store.write` gave to the use case.
        act: quick, and raises nothing: the change stands already.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(act)


@asynccontextmanager
async def open_store(database_url: str, *, purpose: str) -> AsyncGenerator[Store]:
    """Open the database, own it while it is open, and close it in order.

    Args:
        database_url: as in ``DATABASE_URL``.
        purpose: what a second process is told about the owner, such as ``paddock run``.

    Raises:
        FileOwnedError: if another process has the SQLite file open for writing.
        NoFolderError: if the folder of the SQLite file does not exist.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        engine = pooled_engine(url, purpose)
        # What SQLite gives every reader: all statements of one query see the data as it was at the first.
        snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            yield Store(engine, snapshots)
        finally:
            await engine.dispose()
        return
    path = sqlite_path(url)
    with Owner(path, purpose):
        writer = _sqlite_engine(url.set(database=str(path)), WRITER_PRAGMAS, begin="BEGIN IMMEDIATE", size=1)
        reader = _sqlite_engine(read_only(url, path), READER_PRAGMAS, begin="BEGIN", size=READERS)
        try:
            # The first connection switches to WAL and takes up what a killed process left: before anybody reads.
            async with writer.connect():
                pass
            yield Store(writer, reader)
        finally:
            await reader.dispose()
            await writer.dispose()


def sqlite_path(url: URL) -> Path:
    """Return the absolute path of a SQLite address' file.

    Raises:
        NoFolderError: if its folder does not exist.
    """
    path = Path(url.database or "").expanduser().resolve()
    if not path.parent.is_dir():
        raise NoFolderError(folder=str(path.parent))
    return path


def read_only(url: URL, path: Path) -> URL:
    """Return the address by which a SQLite file is opened for reading only: then closing it last writes nothing."""
    return url.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})


def _sqlite_engine(url: URL, pragmas: tuple[str, ...], *, begin: str, size: int) -> AsyncEngine:
    # Parameters are what people wrote; an error that is logged must not carry them.
    engine = create_async_engine(
        url, poolclass=AsyncAdaptedQueuePool, pool_size=size, max_overflow=0, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: SqliteConnection, _: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        # sqlite3 would begin transactions by itself, too late for DDL and for a consistent read.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        # One errand to the driver's thread; through a cursor it would be three, in each transaction.
        driver = cast("AdaptedConnection", connection.connection.dbapi_connection)
        try:
            driver.run_async(lambda sqlite: sqlite.execute(begin))
        except SqliteError as error:
            raise OperationalError(begin, None, error) from error

    return engine
