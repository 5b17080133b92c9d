"""Databases that go away under a running bot and come back: a server that is stopped, a disk that is full."""

import asyncio
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.files_of_a_bot import NoMountError, fill, small_disk, url_of
from tests.postgres import Postgresql

# The tables with some articles take less than one, SQLite's log up to four (its auto-checkpoint, 1,000 pages).
DISK_MIB = 8


class Breakable(Protocol):
    """A migrated database at `url`; `says` is what the bot tells people while it is broken."""

    url: str
    says: str

    async def break_for(self, process_id: int) -> None:
        """Let the bot's process not get on with its database."""

    async def mend(self) -> None:
        """Let it get on again."""


class StoppedServer:
    """A PostgreSQL that its operator stops and starts."""

    says = "The database cannot be reached just now"

    def __init__(self, server: Postgresql, url: str) -> None:
        self.url = url
        self._server = server

    async def break_for(self, process_id: int) -> None:
        del process_id  # it is gone for everybody
        await asyncio.to_thread(self._server.stop)

    async def mend(self) -> None:
        await asyncio.to_thread(self._server.start)


class FullDisk:
    """A small disk with the database, filled up to the last byte."""

    says = "The disk that holds the database is full"

    def __init__(self, disk: Path, database: Path) -> None:
        self.url = url_of(database)
        self._disk = disk
        self._ballast: Path | None = None

    async def break_for(self, process_id: int) -> None:
        del process_id  # it is full for everybody
        self._ballast = await asyncio.to_thread(fill, self._disk)

    async def mend(self) -> None:
        if self._ballast is not None:
            await asyncio.to_thread(self._ballast.unlink)
            self._ballast = None


class NoLongerFiles:
    """Files that may not grow, by a limit on the bot's process: what is left where no disk can be mounted."""

    says = "The database cannot be reached just now"
    # More than the bot's log has, less than the database and its log have after two sources of the test's.
    BYTES_MAX = 64 * 1024

    def __init__(self, database: Path) -> None:
        self.url = url_of(database)
        self._process_id: int | None = None

    async def break_for(self, process_id: int) -> None:
        _, hard = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (self.BYTES_MAX, hard))
        self._process_id = process_id

    async def mend(self) -> None:
        if self._process_id is not None:
            _, hard = resource.prlimit(self._process_id, resource.RLIMIT_FSIZE)
            resource.prlimit(self._process_id, resource.RLIMIT_FSIZE, (hard, hard))
            self._process_id = None


@contextmanager
def full_disk(template: Path, folder: Path) -> Iterator[FullDisk | NoLongerFiles]:
    """Give a copy of a migrated database on a disk of its own that can be filled, or the next best."""
    try:
        with small_disk(folder / "disk", DISK_MIB) as disk:
            yield FullDisk(disk, Path(shutil.copy(template, disk / "paddock.db")))
    except NoMountError:
        yield NoLongerFiles(Path(shutil.copy(template, folder / "paddock.db")))
