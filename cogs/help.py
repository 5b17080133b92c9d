"""/help and /doctor: what there is, and what is wrong."""

from collections.abc import Iterator

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.actor import Capability
from bot.domain.errors import NotSetUpError
from bot.domain.guild import GuildSettings, Part
from bot.domain.roundup import Roundup
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.markdown import escape
from bot.edge.permissions import NOTICING, POSTING, missing_for_role, missing_in, missing_to_mention
from bot.edge.replies import language, say, text_panel
from bot.edge.sentences import kept_sentence
from bot.services.doctor import DoctorService, Finding
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
        settings = await self._guilds.find(actor.guild_id)
        # Buttons are named as everybody sees them, which need not be the asker's language.
        posted_in = asked_in if settings is None else settings.language
        names = {name: text(f"roundup.view.{name}", posted_in) for name in ("discuss", "notify", "about")}
        lines = [text("help.title", asked_in), text("help.member", asked_in, **names)]
        lines.append(text("help.polls", asked_in, mine=text("vote.button.mine", posted_in)))
        if Capability.EDIT in actor.capabilities:
            lines.append(text("help.edit", asked_in))
        if Capability.MANAGE in actor.capabilities:
            lines.append(text("help.manage", asked_in))
        if settings is None:
            lines.append(text("help.not_set_up", asked_in))
        lines.append(text("help.privacy", asked_in))
        await say(interaction, view=text_panel(lines, asked_in))

    @app_commands.command(description=described("help.command.doctor"))
    @app_commands.default_permissions(manage_guild=True)
    async def doctor(self, interaction: discord.Interaction) -> None:
        """Say what is wrong in this guild and what to do about each."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.MANAGE)
        asked_in = language(interaction)
        lines = [*await self._in_discord(interaction, asked_in)]
        lines += [_told(finding, asked_in) for finding in await self._doctor.examine(actor)]
        lines = [f"- ⚠️ {line}" for line in lines] or [f"- ✅ {text('help.doctor.well', asked_in)}"]
        lines.append(text("help.doctor.intents", asked_in))
        await say(interaction, view=text_panel([text("help.doctor.title", asked_in), *lines], asked_in))

    async def _in_discord(self, interaction: discord.Interaction, asked_in: str) -> list[str]:
        guild = interaction.guild
        if guild is None:
            return []
        try:
            settings, roundup = await self._guilds.settings(guild.id), await self._guilds.roundup(guild.id)
        except NotSetUpError:
            return []
        return [
            *_channel_lines(guild, settings, roundup, asked_in),
            *_role_lines(guild, settings, roundup, asked_in),
            *_notices_lines(guild, settings, asked_in),
        ]


def _channel_lines(guild: discord.Guild, settings: GuildSettings, roundup: Roundup, asked_in: str) -> Iterator[str]:
    if Part.ROUNDUP not in settings.parts:
        return
    channel = guild.get_channel(roundup.channel_id)
    if channel is None:
        yield text("help.doctor.no_channel", asked_in)
    elif missing := missing_in(channel, POSTING):
        yield _lacks(channel, missing, asked_in)


def _role_lines(guild: discord.Guild, settings: GuildSettings, roundup: Roundup, asked_in: str) -> Iterator[str]:
    if Part.NOTIFY not in settings.parts:
        return
    role = None if roundup.notify_role_id is None else guild.get_role(roundup.notify_role_id)
    if role is None:
        yield text("help.doctor.no_role", asked_in)
        return
    if missing_for_role(guild, role):
        yield text("help.doctor.role", asked_in, role=role.mention)
    channel = guild.get_channel(roundup.channel_id)
    if channel is not None and missing_to_mention(channel, role):
        yield text("help.doctor.mention", asked_in, role=role.mention, channel=channel.mention)


def _notices_lines(guild: discord.Guild, settings: GuildSettings, asked_in: str) -> Iterator[str]:
    if settings.notices_channel_id is None:
        return
    channel = guild.get_channel(settings.notices_channel_id)
    if channel is None:
        yield text("help.doctor.no_notices", asked_in)
    elif missing := missing_in(channel, NOTICING):
        yield _lacks(channel, missing, asked_in)


def _lacks(channel: discord.abc.GuildChannel, missing: tuple[str, ...], asked_in: str) -> str:
    names = join_names((text(f"guild.permission.{name}", asked_in) for name in missing), asked_in)
    return text("help.doctor.lacks", asked_in, permissions=names, channel=channel.mention)


def _told(finding: Finding, asked_in: str) -> str:
    params = dict(finding.params)
    if "name" in params:
        params["name"] = escape(str(params["name"]), 100)
    if "reason" in params:
        params["reason"] = kept_sentence(str(params["reason"]), asked_in)
    return text(finding.message_id, asked_in, **params)
