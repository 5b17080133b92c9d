"""What can go wrong with logging in, as errors that have a sentence."""

from collections.abc import Generator
from contextlib import contextmanager

import aiohttp
import discord

from bot.domain.errors import LoginRefusedError, NoDiscordError


@contextmanager
def login_failures() -> Generator[None]:
    """Turn discord.py's failures to log in into ours.

    Raises:
        LoginRefusedError: if Discord does not take the token.
        NoDiscordError: if Discord cannot be reached.
    """
    try:
        yield
    except discord.LoginFailure as error:
        raise LoginRefusedError from error
    except (aiohttp.ClientError, discord.DiscordServerError, OSError) as error:
        raise NoDiscordError(reason=type(error).__name__) from error
