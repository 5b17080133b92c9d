"""Until when Discord wants to hear nothing from us, learnt from its answers and kept by every request.

A limit over everything is rare, and comes at the end of something that went wrong; whoever goes on asking is blocked
(Discord docs, rate limits, "Invalid Request Limit"). discord.py 2.7.1 keeps such a limit by sleeping in the request
that met it. A limit of minutes would hold up whoever waits there, and is forgotten when they give up waiting.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient

log = logging.getLogger(__name__)

TOO_MANY_REQUESTS = 429
# A request waits for so long and no longer; the shortest that discord.py takes (`max_ratelimit_timeout`).
WAIT_MAX_S = 30.0


class Quiet:
    """Remembers the end of a limit over all requests.

    Args:
        monotonic: seconds that never go back; real ones, since Discord counts in real time.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until = monotonic()

    @property
    def left_s(self) -> float:
        """Seconds for which nothing is to be asked; 0 if there is no limit."""
        return max(0.0, self._until - self._monotonic())

    def trace(self) -> aiohttp.TraceConfig:
        """Return what makes a session tell us of its answers."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._hear)
        return config

    def keep(self, http: HTTPClient) -> None:
        """Let each request of a client that has logged in wait for the end of a limit, or raise `RateLimited`.

        Not before the login: until then there is nothing else to do than to wait.
        """
        http.max_ratelimit_timeout = WAIT_MAX_S
        ask = http.request

        async def request(*args: Any, **kwargs: Any) -> Any:
            while (left_s := self.left_s) > 0:
                if left_s > WAIT_MAX_S:
                    raise discord.RateLimited(left_s)
                await asyncio.sleep(left_s)
            return await ask(*args, **kwargs)

        http.request = request

    async def _hear(
        self, _session: aiohttp.ClientSession, _context: object, end: aiohttp.TraceRequestEndParams
    ) -> None:
        response = end.response
        if response.status != TOO_MANY_REQUESTS:
            return
        # Discord docs, rate limits: X-RateLimit-Global stands in answers to a limit over everything. What comes without
        # "Via" is not from Discord but from Cloudflare before it, and holds for our address.
        everywhere = response.headers.get("X-RateLimit-Global") == "true" or "Via" not in response.headers
        wait_s = _seconds(response.headers.get("Retry-After"))
        if everywhere and wait_s is not None:
            self._until = max(self._until, self._monotonic() + wait_s)
            log.warning("discord wants to hear nothing for_s=%.0f", wait_s)


def _seconds(given: str | None) -> float | None:
    try:
        seconds = float(given or "")
    except ValueError:  # a date, which neither of the two sends
        return None
    return seconds if 0 < seconds < float("inf") else None
