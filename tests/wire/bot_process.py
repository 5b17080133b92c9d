"""The real bot, ``python -m bot run``, in a process that the test may kill."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.wire.wire import TOKEN

ROOT = Path(__file__).parents[2]
STOP_S = 40.0  # the bot itself gives what was begun 25 s
CHILDREN_S = 10.0


class BotProcess:
    """Starts, kills and stops it; use as a context manager, which leaves no process behind whatever happens.

    Args:
        database_url: as in ``DATABASE_URL``.
        api: the address of `Wire`.
        folder: where it runs and where its log is kept; it must hold no ``.env``.
        settings: further variables of its environment.
    """

    def __init__(self, database_url: str, api: str, folder: Path, **settings: str) -> None:
        self._environment = {
            # Nothing is inherited but what Python needs: the developer's own settings are not the test's.
            **{key: os.environ[key] for key in ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV") if key in os.environ},
            "PYTHONPATH": str(ROOT),
            "DISCORD_TOKEN": TOKEN,
            "DATABASE_URL": database_url,
            "PADDOCK_DISCORD_API_BASE": api,
            **settings,
        }
        self._folder = folder
        self._log = folder / "bot.log"
        self._process: asyncio.subprocess.Process | None = None
        self.kills = 0

    @property
    def log(self) -> str:
        """What it has logged since its first start."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"the bot's log:\n{self.log[-8_000:]}")
        if self.is_running:
            await self._end(signal.SIGKILL)

    async def start(self) -> None:
        """Start it; it needs some seconds before it is connected."""
        assert not self.is_running
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                cwd=self._folder,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # its children can be found by its group
            )

    async def kill(self) -> None:
        """Kill the bot alone, as the system does when memory is short, and see that its children end by themselves."""
        self.kills += 1
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        process = self._process
        assert process is not None
        assert process.returncode is None, f"the bot ended by itself:\n{self.log[-8_000:]}"
        process.send_signal(number)
        try:
            async with asyncio.timeout(STOP_S):
                code = await process.wait()
            await self._children_gone(process.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return code

    @staticmethod
    async def _children_gone(group: int) -> None:
        async with asyncio.timeout(CHILDREN_S):
            while _exists(group):
                await asyncio.sleep(0.02)


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
