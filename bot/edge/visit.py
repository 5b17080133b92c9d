"""A short visit to Discord: who is the bot, and how is it invited? No gateway, no commands, nothing changed."""

import logging
from dataclasses import dataclass

import discord

from bot.edge.login import login_failures
from bot.edge.permissions import INVITED, INVITED_TO_MODERATE, invitation


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot as Discord knows it, and the addresses at which it is invited."""

    name: str
    invitation: str
    invitation_to_moderate: str


async def visit(token: str) -> Identity:
    """Log in, ask who we are, and leave.

    Raises:
        LoginRefusedError: if Discord does not take the token.
        NoDiscordError: if Discord cannot be reached.
    """
    # discord.py warns of a client without intents; this one never listens.
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    async with discord.Client(intents=discord.Intents.none()) as client:
        with login_failures():
            await client.login(token)
            application = await client.application_info()
    return Identity(
        name=application.name,
        invitation=invitation(application.id, INVITED),
        invitation_to_moderate=invitation(application.id, INVITED_TO_MODERATE),
    )
