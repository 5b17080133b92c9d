"""Courtesy to publishers' hosts: few requests to one at a time, and a pause between their beginnings."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

# So many hosts are remembered before those are forgotten that nobody has asked for longer than the pause.
HOSTS_KEPT = 1_000


@dataclass(slots=True)
class _Host:
    free: asyncio.Semaphore
    next_at: float = 0.0
    users_n: int = 0


class Courtesy:
    """Lets requests to one host begin one after another; other hosts are not waited for.

    Args:
        at_once: so many requests to a host may be under way.
        gap_s: seconds between the beginnings of two requests to a host.
    """

    def __init__(self, *, at_once: int, gap_s: float) -> None:
        self._at_once = at_once
        self._gap_s = gap_s
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, own: bool = False) -> AsyncGenerator[None]:
        """Wait for a turn at `host`, then do the one request in the body; our `own` machine needs no pause."""
        place = self._place(host)
        place.users_n += 1
        try:
            async with place.free:
                if not own:
                    await self._pause(place)
                yield
        finally:
            place.users_n -= 1

    async def _pause(self, place: _Host) -> None:
        now = asyncio.get_running_loop().time()
        begins_at = max(now, place.next_at)
        place.next_at = begins_at + self._gap_s
        if begins_at > now:
            await asyncio.sleep(begins_at - now)

    def _place(self, host: str) -> _Host:
        if len(self._hosts) >= HOSTS_KEPT:
            now = asyncio.get_running_loop().time()
            self._hosts = {name: one for name, one in self._hosts.items() if one.users_n or one.next_at > now}
        return self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._at_once)))
