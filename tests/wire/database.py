"""The bot's database, seen from beside it: read while the bot runs, held still, and moved on while it is dead."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Executable, func, make_url, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.domain.due_work import LEASE
from bot.domain.poll.poll import Poll
from bot.domain.roundup import EditionRecord, EditionState
from bot.storage.due_work import DueWorkRow
from bot.storage.poll import poll_by_id
from bot.storage.roundup import EditionRow, edition_by_id
from bot.storage.store import sqlite_path

T = TypeVar("T")
LOOK_EVERY_S = 0.005


class Database:
    """Works on SQLite and on PostgreSQL; use as a context manager."""

    def __init__(self, database_url: str) -> None:
        self.url = database_url
        parsed = make_url(database_url)
        self.engine = parsed.get_backend_name()
        self._is_sqlite = self.engine == "sqlite"
        self._writer: AsyncEngine = create_async_engine(parsed, pool_pre_ping=True)  # a server may have gone meanwhile
        if self._is_sqlite:
            # Reading must not write: a reader that closes last would otherwise checkpoint.
            read_only = parsed.set(database=sqlite_path(parsed).as_uri(), query={"mode": "ro", "uri": "true"})
            self._reader = create_async_engine(read_only)
        else:
            self._reader = self._writer

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()

    async def read(self, query: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run a query of `bot.storage`; the bot may be running."""
        async with AsyncSession(self._reader) as session:
            return await query(session)

    async def edition(self, edition_id: int) -> EditionRecord:
        found = await self.read(lambda session: edition_by_id(session, edition_id))
        assert found is not None
        return found

    async def count_editions(self, state: EditionState) -> int:
        """Return how many editions stand there."""
        wanted = select(func.count()).where(EditionRow.state == state)
        return await self.read(lambda session: session.scalar(wanted)) or 0

    async def poll(self, poll_id: int) -> Poll:
        found = await self.read(lambda session: poll_by_id(session, poll_id))
        assert found is not None
        return found

    async def work_of(self, subject_id: int, kind: str = "edition") -> DueWorkRow | None:
        """Return what the agenda says of an edition, or of something else."""
        wanted = select(DueWorkRow).where(DueWorkRow.kind == kind, DueWorkRow.subject_id == subject_id)
        return await self.read(lambda session: session.scalar(wanted))

    async def until(self, edition_id: int, reached: Callable[[EditionRecord], bool], timeout_s: float) -> EditionRecord:
        """Wait until an edition's row has come so far, and return it."""
        async with asyncio.timeout(timeout_s):
            while True:
                edition = await self.edition(edition_id)
                if reached(edition):
                    return edition
                await asyncio.sleep(LOOK_EVERY_S)

    async def until_poll(self, poll_id: int, reached: Callable[[Poll], bool], timeout_s: float) -> Poll:
        """Wait until a poll's row has come so far, and return it."""
        async with asyncio.timeout(timeout_s):
            while not reached(poll := await self.poll(poll_id)):
                await asyncio.sleep(LOOK_EVERY_S)
            return poll

    async def failed(self, subject_id: int, timeout_s: float, kind: str = "edition") -> DueWorkRow:
        """Wait until the bot has recorded that a step failed."""
        async with asyncio.timeout(timeout_s):
            while (work := await self.work_of(subject_id, kind)) is None or not work.attempts:
                await asyncio.sleep(LOOK_EVERY_S)
            return work

    async def finished(self, subject_id: int, timeout_s: float, kind: str = "edition") -> None:
        """Wait until an edition is off the agenda: the bot takes it off after its last step."""
        async with asyncio.timeout(timeout_s):
            while await self.work_of(subject_id, kind) is not None:
                await asyncio.sleep(LOOK_EVERY_S)

    @asynccontextmanager
    async def held_still(self, table: str = DueWorkRow.__tablename__) -> AsyncGenerator[None]:
        """Let nobody write: what the bot learns meanwhile it cannot record.

        Args:
            table: on PostgreSQL this one alone is held; SQLite has one writer for all.
        """
        async with self._writer.connect() as connection:
            if self._is_sqlite:
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                await connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
            try:
                yield
            finally:
                await connection.rollback()

    async def write(self, statement: Executable) -> None:
        """Change something while no bot runs."""
        async with self._writer.begin() as connection:
            await connection.execute(statement)

    async def pass_leases(self, now: datetime) -> None:
        """Let the minutes be over for which a dead bot holds its work and a failed step waits."""
        await self.write(update(DueWorkRow).where(DueWorkRow.free_at > now).values(free_at=None))

    async def end_silent_leases(self, now: datetime, silent: timedelta) -> None:
        """End the claims that their holders have not lengthened for so long; for PostgreSQL, where bots may run."""
        held = (DueWorkRow.token.is_not(None), DueWorkRow.free_at > now)
        await self.write(
            update(DueWorkRow).where(*held, DueWorkRow.free_at < now + LEASE - silent).values(free_at=None)
        )
