"""Shows polls as fully as Discord draws them: an emoji or a picture that it does not take keeps nothing back."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from bot.domain.poll.plainness import Plainness, plain, ways_to_show
from bot.domain.poll.poll import Poll

log = logging.getLogger(__name__)

T = TypeVar("T")

INVALID_FORM = 50035  # Discord docs, JSON error codes: invalid form body


def is_not_drawn(error: discord.HTTPException) -> bool:
    """Tell whether Discord found fault with what a message holds, rather than with who sends it or where."""
    return error.code == INVALID_FORM


async def as_drawn(poll: Poll, show: Callable[[Poll], Awaitable[T]]) -> tuple[T, Plainness]:
    """Show a poll, and plainer each time while Discord does not draw it; return what came of it, and how plain it is.

    Raises:
        discord.HTTPException: if Discord does not take it even with nothing but words.
    """
    *fuller, plainest = ways_to_show(poll)
    for plainness in fuller:
        try:
            return await show(plain(poll, plainness)), plainness
        except discord.HTTPException as error:
            if not is_not_drawn(error):
                raise
            log.warning("poll not drawn guild=%s poll=%s code=%s", poll.guild_id, poll.id, error.code)
    return await show(plain(poll, plainest)), plainest
