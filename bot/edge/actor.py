"""Builds the actor of an interaction: who asks, with the capabilities that Discord and the guild give them."""

from dataclasses import replace

import discord

from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError
from bot.services.guild import GuildService


class Actors:
    """Knows what each guild has granted to its roles."""

    def __init__(self, guilds: GuildService) -> None:
        self._guilds = guilds

    async def of(self, interaction: discord.Interaction) -> Actor:
        """Return who asks.

        Raises:
            GoneError: outside a guild, where nobody can do anything.
        """
        member = self.member(interaction)
        capabilities = set(_by_permission(interaction.permissions))
        settings = await self._guilds.find(member.guild_id)
        if settings is not None:
            granted = settings.granted_roles.items()
            capabilities |= {capability for capability, roles in granted if roles & member.role_ids}
        return replace(member, capabilities=frozenset(capabilities))

    @staticmethod
    def member(interaction: discord.Interaction) -> Actor:
        """Return who asks for what takes no capability, such as a vote, without asking the database.

        Raises:
            GoneError: outside a guild, where nobody can do anything.
        """
        member = interaction.user
        if interaction.guild_id is None or not isinstance(member, discord.Member):
            raise GoneError
        return Actor(
            user_id=member.id,
            guild_id=interaction.guild_id,
            role_ids=frozenset(role.id for role in member.roles),
            capabilities=frozenset(),
            created_at=member.created_at,
            joined_at=member.joined_at,
        )


def _by_permission(permissions: discord.Permissions) -> frozenset[Capability]:
    if permissions.administrator or permissions.manage_guild:
        return frozenset(Capability)
    found: set[Capability] = set()
    if permissions.manage_messages:
        found.add(Capability.EDIT)
    if permissions.moderate_members:
        found.add(Capability.MODERATE)
    return frozenset(found)
