"""Files in the states in which a bot leaves them, for the tests of backups."""

import hashlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent

# Writes rows, tells the number of each after its commit, and then stays; or never stops writing.
WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from bot.storage.guild import add_audit
from bot.storage.store import open_store

async def main():
    async with open_store(sys.argv[1], purpose="paddock run") as store:
        number = 0
        while number < int(sys.argv[2]):
            number += 1
            params = {"number": str(number), "padding": "x" * 2000}
            await store.write(lambda session: add_audit(
                session, guild_id=1, actor_id=2, action="a", params=params, at=datetime(2026, 1, 1, tzinfo=UTC)))
            print(number, flush=True)
        print("done", flush=True)
        await asyncio.sleep(120)

asyncio.run(main())
"""
ENDLESS = 10**9


class NoMountError(Exception):
    """This machine lets us mount nothing."""


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@contextmanager
def bot_writing(path: Path, rows: int) -> Iterator[subprocess.Popen[str]]:
    """A process that owns the file and writes; killed at the end without warning, so that its log stays."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url_of(path), str(rows)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() in {"done", "50"}:
                break
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)


def numbers_in(path: Path) -> list[int]:
    """The rows that `bot_writing` wrote, read without changing the file."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT json_extract(params, '$.number') FROM audit_entries ORDER BY id")
        return [int(number) for (number,) in found]


def add_rows(path: Path, first: int, last: int) -> None:
    """Write rows as a bot that was then stopped in order."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO audit_entries (guild_id, actor_id, action, params, at) VALUES (1, 2, 'a', ?, '2026-01-01')",
            [(f'{{"number": "{number}", "padding": "{"x" * 2000}"}}',) for number in range(first, last + 1)],
        )


def add_dangling_row(path: Path) -> None:
    """Add a row that refers to one that is not there; SQLite looks only where it is told to."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE orphans (feed_id INTEGER REFERENCES feeds (id))")
        connection.execute("INSERT INTO orphans VALUES (7)")


def damage(path: Path) -> None:
    """Overwrite the inner pages, as a bad disk does; the header still says that it is a database."""
    content = bytearray(path.read_bytes())
    content[4096 * 2 : -4096] = b"\xa5" * (len(content) - 4096 * 3)
    path.write_bytes(content)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with a digest of what it holds; the lock tells only who came last."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


@contextmanager
def small_disk(place: Path, size_mib: int) -> Iterator[Path]:
    """A file system of a few MiB. Raises NoMountError where we may not mount one."""
    place.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "tmpfs", str(place)], check=True, capture_output=True
        )
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise NoMountError(str(error)) from error
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)


def fill(place: Path, *, but: int = 0) -> Path:
    """Fill a disk with one file, all but so many bytes, and return the file."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    with ballast.open("rb+") as file:
        file.truncate(max(0, ballast.stat().st_size - but))
    return ballast
