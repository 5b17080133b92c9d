"""The commands on a guild's settings."""

import logging

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError, PaddockError
from bot.domain.guild import Part, PauseScope
from bot.domain.when import moment
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.edition import edition_view
from bot.edge.markdown import escape
from bot.edge.publish import refusals
from bot.edge.replies import language, say, text_panel
from bot.edge.sentences import error_sentence
from bot.services.guild import GuildService, SetupChoice
from bot.services.roundup import RoundupService
from bot.services.source import SourceService
from bot.text import plural, text
from cogs.guild.audit_panel import AuditPanel
from cogs.guild.draft import Draft, draft_of, first_draft, notify_role
from cogs.guild.settings_panel import SettingsPanel
from cogs.guild.setup_panel import SetupPanel

log = logging.getLogger(__name__)

SCOPES: dict[str, frozenset[PauseScope]] = {
    "all": frozenset(PauseScope),
    "posts": frozenset({PauseScope.POSTS}),
    "rules": frozenset({PauseScope.RULES}),
}
SCOPE_CHOICES = [app_commands.Choice(name=described(f"common.scope.{scope}"), value=scope) for scope in SCOPES]


class GuildCog(commands.Cog, name="guild"):
    """/setup, /settings, /audit, /pause and /resume."""

    def __init__(
        self,
        clock: Clock,
        actors: Actors,
        guilds: GuildService,
        sources: SourceService,
        roundups: RoundupService,
        *,
        timezone: str,
        default_language: str,
        starter_sources: tuple[str, ...],
    ) -> None:
        self._clock = clock
        self._actors = actors
        self._guilds = guilds
        self._sources = sources
        self._roundups = roundups
        self._timezone = timezone
        self._default_language = default_language
        self._starter_sources = starter_sources

    @app_commands.command(description=described("guild.command.setup"))
    @app_commands.default_permissions(manage_guild=True)
    async def setup(self, interaction: discord.Interaction) -> None:
        """Show the panel, with what stands or with what most would choose."""
        await self._open_setup(interaction)

    @app_commands.command(description=described("guild.command.settings"))
    @app_commands.default_permissions(manage_guild=True)
    async def settings(self, interaction: discord.Interaction) -> None:
        """Show the settings."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.MANAGE)
        if interaction.guild is None:
            raise GoneError
        panel = SettingsPanel(
            interaction.guild,
            await self._guilds.settings(actor.guild_id),
            await self._guilds.roundup(actor.guild_id),
            clock=self._clock,
            language=language(interaction),
            guilds=self._guilds,
            actors=self._actors,
            open_setup=self._open_setup,
        )
        await say(interaction, view=panel)

    @app_commands.command(description=described("guild.command.audit"))
    @app_commands.default_permissions(manage_guild=True)
    async def audit(self, interaction: discord.Interaction) -> None:
        """Show what was changed, by whom, when."""
        actor = await self._actors.of(interaction)
        entries = await self._guilds.audit(actor)
        if not entries:
            await say(interaction, text("guild.audit.none", language(interaction)))
            return
        await say(interaction, view=AuditPanel(entries, language(interaction), self._actors, self._guilds))

    @app_commands.command(description=described("guild.command.pause"))
    @app_commands.describe(what=described("guild.option.what"), until=described("guild.option.until"))
    @app_commands.choices(what=SCOPE_CHOICES)
    @app_commands.default_permissions(manage_guild=True)
    async def pause(self, interaction: discord.Interaction, what: str = "all", until: str | None = None) -> None:
        """Hold posts, rules or both back, until a time if one is given."""
        actor = await self._actors.of(interaction)
        settings = await self._guilds.settings(actor.guild_id)
        end = None if until is None else moment(until, self._clock.now(), settings.zone)
        await self._guilds.pause(actor, SCOPES[what], end)
        asked_in = language(interaction)
        scope = text(f"common.scope.{what}", asked_in)
        if end is None:
            lines = [text("guild.pause.done", asked_in, scope=scope)]
        else:
            stamp = int(end.timestamp())
            until_text = f"<t:{stamp}:F> (<t:{stamp}:R>)"
            lines = [text("guild.pause.done_until", asked_in, scope=scope, until=until_text)]
        if PauseScope.POSTS in SCOPES[what]:
            lines.append(text("guild.pause.skips", asked_in))
        await say(interaction, "\n".join(lines))

    @app_commands.command(description=described("guild.command.resume"))
    @app_commands.describe(what=described("guild.option.what"))
    @app_commands.choices(what=SCOPE_CHOICES)
    @app_commands.default_permissions(manage_guild=True)
    async def resume(self, interaction: discord.Interaction, what: str = "all") -> None:
        """Let posts, rules or both go on."""
        actor = await self._actors.of(interaction)
        await self._guilds.resume(actor, SCOPES[what])
        asked_in = language(interaction)
        await say(interaction, text("guild.resume.done", asked_in, scope=text(f"common.scope.{what}", asked_in)))

    async def _may_manage(self, interaction: discord.Interaction) -> None:
        (await self._actors.of(interaction)).require(Capability.MANAGE)

    async def _open_setup(self, interaction: discord.Interaction) -> None:
        actor = await self._actors.of(interaction)
        actor.require(Capability.MANAGE)
        if interaction.guild is None:
            raise GoneError
        settings = await self._guilds.find(actor.guild_id)
        followed = await self._sources.list(actor.guild_id)
        offered = tuple(url for url in self._starter_sources if url not in {source.url for source in followed})
        if settings is None:
            here = interaction.channel if isinstance(interaction.channel, discord.TextChannel) else None
            draft = first_draft(
                interaction.guild,
                here,
                timezone=self._timezone,
                language=self._default_language,
                source_urls=offered,
            )
        else:
            draft = draft_of(interaction.guild, settings, await self._guilds.roundup(actor.guild_id), ())
        panel = SetupPanel(
            interaction.guild,
            draft,
            language=language(interaction),
            clock=self._clock,
            starter_sources=offered,
            is_set_up=settings is not None,
            check=self._may_manage,
            save=self._save_setup,
        )
        await say(interaction, view=panel)

    async def _save_setup(self, interaction: discord.Interaction, draft: Draft) -> None:
        actor = await self._actors.of(interaction)
        actor.require(Capability.MANAGE)
        if interaction.guild is None or draft.channel_id is None:
            raise GoneError
        role_id = await self._notify_role(interaction.guild, draft)
        next_at = await self._guilds.set_up(
            actor,
            SetupChoice(
                name=text("guild.setup.roundup_name", draft.language),
                channel_id=draft.channel_id,
                at=draft.at,
                timezone=draft.timezone,
                language=draft.language,
                parts=draft.parts,
                notify_role_id=role_id,
            ),
        )
        interaction.client.dispatch("paddock_settings", actor.guild_id)
        asked_in = language(interaction)
        lines = [text("guild.setup.saved", asked_in)]
        if next_at is not None:
            stamp = int(next_at.timestamp())
            channel = f"<#{draft.channel_id}>"
            lines.append(text("guild.setup.next", asked_in, channel=channel, at=f"<t:{stamp}:F> (<t:{stamp}:R>)"))
        lines += await self._add_sources(actor, draft.source_urls, asked_in)
        # Where the panel said that it was being saved.
        await interaction.edit_original_response(view=text_panel(lines, asked_in))
        await self._show_preview(interaction, draft, asked_in)

    async def _add_sources(self, actor: Actor, urls: tuple[str, ...], asked_in: str) -> list[str]:
        """Follow each and return a line for each: what it holds, or why it is not followed."""
        lines: list[str] = []
        for url in urls:
            try:
                source, count = await self._sources.add(actor, url)
                lines.append(plural("guild.setup.source_added", asked_in, count, name=escape(source.name)))
            except PaddockError as error:
                reason = error_sentence(error, asked_in)
                lines.append(text("guild.setup.source_failed", asked_in, url=escape(url, 100), reason=reason))
        return lines

    async def _notify_role(self, guild: discord.Guild, draft: Draft) -> int | None:
        """Return the role that Notify me gives, made with the consent that the panel asked for."""
        if Part.NOTIFY not in draft.parts:
            return draft.notify_role_id
        if (known := notify_role(guild, draft)) is not None:
            return known.id
        name = text("guild.setup.role_name", draft.language)
        with refusals():
            made = await guild.create_role(
                name=name, permissions=discord.Permissions.none(), mentionable=False, reason="/setup"
            )
        return made.id

    async def _show_preview(self, interaction: discord.Interaction, draft: Draft, asked_in: str) -> None:
        try:
            edition = await self._roundups.preview(await self._actors.of(interaction))
        except PaddockError as error:
            reason = error_sentence(error, asked_in)
            await say(interaction, text("guild.setup.no_preview", asked_in, reason=reason))
            return
        view = edition_view(edition, language=draft.language, edition_id=None, parts=draft.parts)
        view.add_item(ui.TextDisplay(text("guild.setup.preview_note", asked_in)))
        await say(interaction, view=view)
