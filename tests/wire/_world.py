"""simcord's world without a bot inside it: the bot is another process and comes over the network."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import discord
import simcord

from bot.clock import SystemClock


class LiveClock:
    """The machine's clock, as simcord wants one."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._began = self._clock.monotonic()
        self._back = timedelta()

    @property
    def elapsed(self) -> float:
        """Seconds since the world began."""
        return self._clock.monotonic() - self._began

    def now(self) -> datetime:
        return self._clock.now() - self._back

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep_until(self, moment: datetime) -> None:
        await self._clock.sleep_until(moment)

    def advance(self, seconds: float) -> None:
        raise NotImplementedError(f"real time cannot be moved by {seconds} s")

    @contextmanager
    def ago(self, length: timedelta) -> Generator[None]:
        """Let what is made inside be `length` old."""
        self._back = length
        try:
            yield
        finally:
            self._back = timedelta()


class EmptyStage(simcord.Env):
    """simcord's people, channels and commands; what they do is told to whoever listens, and not waited for."""

    def __init__(self) -> None:
        super().__init__(discord.Client(intents=discord.Intents.none()))

    async def _settle_internal(self, **_: Any) -> None:
        """Return at once: `Wire` waits for the answer to come over the network."""
