"""A local Discord in which the bot can be tried without an account or a token."""

import logging

# Importing simcord makes a client without intents, and discord.py warns of that.
logging.getLogger("discord.state").setLevel(logging.ERROR)
