"""Requests that are sent once: what discord.py repeats by itself has to be harmless when it is repeated.

discord.py 2.7.1 (`HTTPClient.request`) repeats a request that a server's fault answers, although Discord may have
carried it out. Where no nonce tells the repetition from a new wish there would be two of what was asked for. Such a
request is marked with a `Once`; its repetition ends in an error, after which what was made is looked for. A request
that met a limit was not carried out, and may be repeated.
"""

from types import SimpleNamespace

import aiohttp

from bot.domain.errors import DiscordAwayError
from bot.edge.replies import new_error_id

TOO_MANY_REQUESTS = 429


class Once:
    """Marks one request, as the ``trace_request_ctx`` of aiohttp; `answered` is the status that was not a success."""

    def __init__(self) -> None:
        self.answered: int | None = None


def heed(config: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
    """Let a session refuse to repeat what is marked, and return its configuration."""
    config.on_request_start.append(_start)
    config.on_request_end.append(_end)
    return config


async def _start(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _begun: aiohttp.TraceRequestStartParams
) -> None:
    mark: object = context.trace_request_ctx
    if isinstance(mark, Once) and mark.answered is not None:
        raise DiscordAwayError(reason=str(mark.answered), error_id=new_error_id())


async def _end(_session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams) -> None:
    mark: object = context.trace_request_ctx
    if isinstance(mark, Once) and end.response.status != TOO_MANY_REQUESTS:
        mark.answered = end.response.status
