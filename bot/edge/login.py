"""What can go wrong with logging in and staying connected, as errors that have a sentence."""

from collections.abc import Generator
from contextlib import contextmanager

import aiohttp
import discord

from bot.domain.errors import LoginRefusedError, NoDiscordError

NO_DISCORD = (
    aiohttp.ClientError,
    discord.ConnectionClosed,  # with a code after which there is no reconnecting
    discord.DiscordServerError,
    discord.GatewayNotFound,
    OSError,
)


@contextmanager
def login_failures() -> Generator[None]:
    """Turn discord.py's failures to reach Discord into ours.

    Raises:
        LoginRefusedError: if Discord does not take the token.
        NoDiscordError: if Discord cannot be reached.
    """
    try:
        yield
    except discord.LoginFailure as error:
        raise LoginRefusedError from error
    except NO_DISCORD as error:
        raise NoDiscordError(reason=type(error).__name__) from error
