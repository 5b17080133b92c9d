"""A guild's settings: /setup, /settings, /audit, /pause and /resume."""

from cogs.guild.cog import GuildCog

__all__ = ["GuildCog"]
