"""Whether the emoji that were typed can be shown: a server's own are seen only where they come from.

Whether Discord knows a Unicode emoji is only known to Discord, which is asked by showing the preview.
"""

import asyncio
import logging
import re
from collections.abc import Iterable

import discord

from bot.domain.errors import DiscordAwayError, PaddockError
from bot.domain.poll.poll import Option
from bot.edge.publish import refusals

log = logging.getLogger(__name__)

LOOK_S = 1.0  # of the three seconds in which an interaction has to be answered
_CUSTOM = re.compile(r"<a?:(\w{2,32}):([0-9]{15,20})>")  # Discord docs, reference, "Message Formatting"


class StrangeEmojiError(PaddockError):
    """An emoji is of another server. Params: emoji (its name), option."""

    message_id = "poll_make.error.emoji"


async def check_emoji(interaction: discord.Interaction, options: Iterable[Option], known: set[int]) -> None:
    """Refuse emoji of other servers. They would be posted as bare names; what Discord does not say is let through.

    Args:
        interaction: of the moderator.
        options: what was typed.
        known: emoji that were found here before, to which those of this look are added.

    Raises:
        StrangeEmojiError: naming the first one.
    """
    found = [
        (option, custom[1], int(custom[2])) for option in options if (custom := _CUSTOM.fullmatch(option.emoji or ""))
    ]
    if all(emoji_id in known for _, _, emoji_id in found) or interaction.guild is None:
        return
    try:
        with refusals():
            async with asyncio.timeout(LOOK_S):
                # Not from a cache, which would take one more intent to be kept up to date.
                known.update(emoji.id for emoji in await interaction.guild.fetch_emojis())
    except (PaddockError, discord.HTTPException) as error:
        reason = error.params.get("reason") if isinstance(error, DiscordAwayError) else error
        log.info("emoji not looked at guild=%s reason=%s", interaction.guild_id, reason)
        return
    for option, name, emoji_id in found:
        if emoji_id not in known:
            raise StrangeEmojiError(emoji=f":{name}:", option=option.label)
