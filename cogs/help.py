"""/help and /doctor: what there is, and what is wrong."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.actor import Capability
from bot.domain.errors import NotSetUpError
from bot.domain.guild import Part
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.markdown import escape
from bot.edge.permissions import POSTING, missing_for_role, missing_in
from bot.edge.replies import language, say, text_panel
from bot.services.doctor import DoctorService
from bot.services.guild import GuildService
from bot.text import join_names, text


class HelpCog(commands.Cog, name="help"):
    """Shows what the asker can do, and to those who manage what is wrong."""

    def __init__(self, actors: Actors, guilds: GuildService, doctor: DoctorService) -> None:
        self._actors = actors
        self._guilds = guilds
        self._doctor = doctor

    @app_commands.command(description=described("help.command.help"))
    async def help(self, interaction: discord.Interaction) -> None:
        """List what this member can do here."""
        actor = await self._actors.of(interaction)
        asked_in = language(interaction)
        lines = [text("help.title", asked_in), text("help.member", asked_in)]
        if Capability.EDIT in actor.capabilities:
            lines.append(text("help.edit", asked_in))
        if Capability.MANAGE in actor.capabilities:
            lines.append(text("help.manage", asked_in))
        if await self._guilds.find(actor.guild_id) is None:
            lines.append(text("help.not_set_up", asked_in))
        lines.append(text("help.privacy", asked_in))
        await say(interaction, view=text_panel("\n".join(lines)))

    @app_commands.command(description=described("help.command.doctor"))
    @app_commands.default_permissions(manage_guild=True)
    async def doctor(self, interaction: discord.Interaction) -> None:
        """Say what is wrong in this guild and what to do about each."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.MANAGE)
        asked_in = language(interaction)
        lines = [*await self._in_discord(interaction, asked_in)]
        lines += [text(finding.message_id, asked_in, **finding.params) for finding in await self._doctor.examine(actor)]
        lines = [f"- ⚠️ {line}" for line in lines] or [f"- ✅ {text('help.doctor.well', asked_in)}"]
        lines.append(text("help.doctor.intents", asked_in))
        await say(interaction, view=text_panel("\n".join([text("help.doctor.title", asked_in), *lines])))

    async def _in_discord(self, interaction: discord.Interaction, asked_in: str) -> list[str]:
        guild = interaction.guild
        if guild is None:
            return []
        try:
            settings, roundup = await self._guilds.settings(guild.id), await self._guilds.roundup(guild.id)
        except NotSetUpError:
            return []
        lines: list[str] = []
        channel = guild.get_channel(roundup.channel_id)
        if channel is None:
            lines.append(text("help.doctor.no_channel", asked_in))
        elif missing := missing_in(channel, POSTING):
            names = join_names((text(f"guild.permission.{name}", asked_in) for name in missing), asked_in)
            lines.append(text("help.doctor.lacks", asked_in, permissions=names, channel=channel.mention))
        role = None if roundup.notify_role_id is None else guild.get_role(roundup.notify_role_id)
        if Part.NOTIFY in settings.parts and (role is None or missing_for_role(guild, role)):
            name = "—" if role is None else escape(role.name)
            lines.append(text("help.doctor.role", asked_in, role=name))
        return lines
