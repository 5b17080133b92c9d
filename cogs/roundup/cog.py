"""/roundup, and what the buttons of an edition do."""

from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.due_work import CannotActError
from bot.domain.editing import NAME_CHARS_MAX
from bot.domain.errors import GoneError, NotSetUpError
from bot.domain.guild import Part
from bot.domain.roundup import EditionRecord, EditionState, OldEditionError, Roundup, message_link
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.edition import edition_view
from bot.edge.live_edit import LiveEdits
from bot.edge.markdown import escape, link
from bot.edge.permissions import missing_for_role
from bot.edge.publish import refusals
from bot.edge.replies import language, say, text_panel, think
from bot.edge.sentences import kept_sentence
from bot.render.edition import credits_of
from bot.services.editing import EditingService
from bot.services.guild import GuildService
from bot.services.roundup import RoundupService
from bot.text import plural, text
from cogs.roundup.edit_panel import EditPanel
from cogs.roundup.manage import DeletePanel, RoundupPanel, first_choice
from cogs.roundup.posting import links_of
from cogs.roundup.skipped_panel import SkippedPanel

DATE_FORMAT = "%Y-%m-%d"


@app_commands.default_permissions(manage_messages=True)
class RoundupCog(
    commands.GroupCog,
    name="roundup",
    group_name="roundup",
    group_description=described("roundup.command.group"),
):
    """Previews, posts, skips, edits and lists editions, and keeps the guild's roundups."""

    def __init__(
        self,
        actors: Actors,
        guilds: GuildService,
        roundups: RoundupService,
        editing: EditingService,
        *,
        live: LiveEdits,
        clock: Clock,
    ) -> None:
        self._actors = actors
        self._guilds = guilds
        self._roundups = roundups
        self._editing = editing
        self._live = live
        self._clock = clock

    @app_commands.command(description=described("roundup.command.preview"))
    @app_commands.describe(roundup=described("roundup.option.roundup"))
    async def preview(self, interaction: discord.Interaction, roundup: str | None = None) -> None:
        """Show privately what would be posted now."""
        await think(interaction)
        actor = await self._actors.of(interaction)
        settings = await self._guilds.settings(actor.guild_id)
        edition = await self._roundups.preview(actor, await self._roundup_id(actor, roundup))
        view = edition_view(edition, language=settings.language, edition_id=None, parts=settings.parts)
        view.add_item(ui.TextDisplay(text("roundup.preview.note", language(interaction))))
        await say(interaction, view=view)

    @app_commands.command(description=described("roundup.command.now"))
    @app_commands.describe(roundup=described("roundup.option.roundup"))
    async def now(self, interaction: discord.Interaction, roundup: str | None = None) -> None:
        """Post today's edition at once."""
        actor = await self._actors.of(interaction)
        edition = await self._roundups.post_now(actor, await self._roundup_id(actor, roundup))
        await say(interaction, text("roundup.now.begun", language(interaction), channel=f"<#{edition.channel_id}>"))

    @app_commands.command(description=described("roundup.command.skip"))
    @app_commands.describe(roundup=described("roundup.option.roundup"))
    async def skip(self, interaction: discord.Interaction, roundup: str | None = None) -> None:
        """Leave the next edition out."""
        actor = await self._actors.of(interaction)
        edition = await self._editing.skip_next(actor, await self._roundup_id(actor, roundup))
        await self._tell_skipped(interaction, edition)

    @app_commands.command(description=described("roundup.command.edit"))
    @app_commands.describe(roundup=described("roundup.option.roundup"))
    async def edit(self, interaction: discord.Interaction, roundup: str | None = None) -> None:
        """Open the panel in which the draft, or the last edition, is changed."""
        actor = await self._actors.of(interaction)
        edition = await self._editing.current(actor, await self._roundup_id(actor, roundup))
        await self._open_editor(interaction, edition)

    @app_commands.command(description=described("roundup.command.history"))
    @app_commands.describe(roundup=described("roundup.option.roundup"))
    async def history(self, interaction: discord.Interaction, roundup: str | None = None) -> None:
        """List the last editions and what became of them."""
        asked_in = language(interaction)
        actor = await self._actors.of(interaction)
        roundup_id = None if roundup is None else await self._roundup_id(actor, roundup)
        editions = await self._roundups.history(actor, roundup_id=roundup_id)
        if not editions:
            await say(interaction, text("roundup.history.none", asked_in))
            return
        found = await self._guilds.roundups(actor.guild_id)
        # Which one it was goes without saying where there is one, or one was asked for.
        names = {} if len(found) == 1 or roundup_id is not None else {one.id: one.name for one in found}
        lines = [text("roundup.history.title", asked_in)]
        lines += [history_line(edition, asked_in, names.get(edition.roundup_id)) for edition in editions]
        await say(interaction, view=text_panel(lines, asked_in))

    @app_commands.command(description=described("roundup.command.new"))
    @app_commands.describe(name=described("roundup.option.name"), channel=described("roundup.option.channel"))
    async def new(
        self,
        interaction: discord.Interaction,
        name: app_commands.Range[str, 1, NAME_CHARS_MAX],
        channel: discord.TextChannel | discord.ForumChannel,
    ) -> None:
        """Add a roundup and open its settings."""
        actor = await self._actors.of(interaction)
        made = await self._guilds.add_roundup(actor, first_choice(name, channel.id, actor.guild_id))
        await self._open_settings(interaction, made)

    @app_commands.command(description=described("roundup.command.settings"))
    @app_commands.describe(roundup=described("roundup.option.roundup"))
    async def settings(self, interaction: discord.Interaction, roundup: str | None = None) -> None:
        """Open the settings of a roundup."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.MANAGE)
        found = await self._guilds.roundup(actor.guild_id, await self._roundup_id(actor, roundup))
        await self._open_settings(interaction, found)

    @app_commands.command(description=described("roundup.command.delete"))
    @app_commands.describe(roundup=described("roundup.option.roundup"))
    async def delete(self, interaction: discord.Interaction, roundup: str) -> None:
        """Ask whether a roundup is really to be deleted."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.MANAGE)
        found = await self._guilds.roundup(actor.guild_id, await self._roundup_id(actor, roundup))
        await say(interaction, view=DeletePanel(found, language(interaction), self._actors, self._guilds))

    @preview.autocomplete("roundup")
    @now.autocomplete("roundup")
    @skip.autocomplete("roundup")
    @edit.autocomplete("roundup")
    @history.autocomplete("roundup")
    @settings.autocomplete("roundup")
    @delete.autocomplete("roundup")
    async def complete_roundup(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the guild's roundups whose name contains what was typed."""
        try:
            found = await self._guilds.roundups(interaction.guild_id or 0)
        except NotSetUpError:
            return []
        wanted = typed.casefold()
        return [app_commands.Choice(name=one.name, value=str(one.id)) for one in found if wanted in one.name.casefold()]

    async def _roundup_id(self, actor: Actor, given: str | None) -> int:
        """Return the roundup that was picked, or typed by name instead; the first where none was given."""
        found = await self._guilds.roundups(actor.guild_id)
        for one in found:
            if given is None or given == str(one.id) or given.casefold() == one.name.casefold():
                return one.id
        raise GoneError

    async def _open_settings(self, interaction: discord.Interaction, roundup: Roundup) -> None:
        if interaction.guild is None:
            raise GoneError
        panel = RoundupPanel(
            interaction.guild,
            roundup,
            language=language(interaction),
            clock=self._clock,
            actors=self._actors,
            guilds=self._guilds,
        )
        await say(interaction, view=panel)

    async def _open_editor(self, interaction: discord.Interaction, edition: EditionRecord) -> None:
        await say(interaction, view=EditPanel(edition, language(interaction), self._actors, self._editing))

    async def _tell_skipped(self, interaction: discord.Interaction, edition: EditionRecord) -> None:
        await say(interaction, view=SkippedPanel(edition, language(interaction), self._actors, self._editing))

    async def approve(self, interaction: discord.Interaction, edition_id: int) -> None:
        """Approve a draft."""
        edition = await self._editing.approve(await self._actors.of(interaction), edition_id)
        asked_in = language(interaction)
        if edition.due_at > self._clock.now():
            stamp = int(edition.due_at.timestamp())
            at = f"<t:{stamp}:t> (<t:{stamp}:R>)"
            await say(interaction, text("editing.approved", asked_in, at=at, channel=f"<#{edition.channel_id}>"))
        else:
            await say(interaction, text("editing.approved_late", asked_in, channel=f"<#{edition.channel_id}>"))

    async def skip_edition(self, interaction: discord.Interaction, edition_id: int) -> None:
        """Leave out the edition whose draft it is."""
        await self._tell_skipped(interaction, await self._editing.skip(await self._actors.of(interaction), edition_id))

    async def open_editor(self, interaction: discord.Interaction, edition_id: int) -> None:
        """Open the panel in which an edition is changed."""
        await self._open_editor(interaction, await self._editing.open(await self._actors.of(interaction), edition_id))

    @commands.Cog.listener()
    async def on_paddock_settings(self, guild_id: int) -> None:
        """Show today's editions as the new settings want them: in their language, with or without Notify me."""
        for roundup in await self._guilds.roundups(guild_id):
            await self._show_anew(roundup)

    async def _show_anew(self, roundup: Roundup) -> None:
        guild_id = roundup.guild_id
        edition = await self._roundups.today(roundup)
        if edition is None or edition.message_id is None or edition.state is not EditionState.POSTED:
            return
        edition_id = edition.id

        async def render() -> ui.LayoutView | None:
            settings = await self._guilds.settings(guild_id)
            fresh = await self._roundups.edition(guild_id, edition_id)
            if fresh.content is None:
                return None
            return edition_view(
                fresh.content,
                language=settings.language,
                edition_id=fresh.id,
                parts=settings.parts,
                notify_role_id=roundup.notify_role_id if Part.NOTIFY in settings.parts else None,
                links=links_of(fresh),
            )

        self._live.want(edition.channel_id, edition.message_id, render)

    async def toggle_notify(self, interaction: discord.Interaction, edition_id: int) -> None:
        """Give the presser the role that is mentioned with each edition, or take it back."""
        guild, member = interaction.guild, interaction.user
        if guild is None or not isinstance(member, discord.Member):
            raise GoneError
        edition = await self._roundups.edition(guild.id, edition_id)
        settings = await self._guilds.settings(guild.id)
        roundup = await self._guilds.roundup(guild.id, edition.roundup_id)
        asked_in = language(interaction)
        role = None if roundup.notify_role_id is None else guild.get_role(roundup.notify_role_id)
        if role is None or Part.NOTIFY not in settings.parts:
            await say(interaction, text("roundup.notify.off", asked_in))
            return
        if missing_for_role(guild, role):
            await say(interaction, text("roundup.notify.cannot", asked_in, role=escape(role.name)))
            return
        has_it = any(held.id == role.id for held in member.roles)
        try:
            with refusals(interaction.channel_id or 0):
                if has_it:
                    await member.remove_roles(role, reason=text("roundup.view.notify", settings.language))
                else:
                    await member.add_roles(role, reason=text("roundup.view.notify", settings.language))
        except CannotActError:
            await say(interaction, text("roundup.notify.cannot", asked_in, role=escape(role.name)))
            return
        await say(interaction, text("roundup.notify.taken" if has_it else "roundup.notify.given", asked_in))

    async def post_again(self, interaction: discord.Interaction, edition_id: int) -> None:
        """Post an edition that did not appear, as long as it is today's."""
        actor = await self._actors.of(interaction)
        missed = await self._roundups.edition(actor.guild_id, edition_id)
        today = await self._roundups.today(await self._guilds.roundup(actor.guild_id, missed.roundup_id))
        if today is None or today.id != missed.id:
            raise OldEditionError
        edition = await self._roundups.post_now(actor, missed.roundup_id)
        await say(interaction, text("roundup.now.begun", language(interaction), channel=f"<#{edition.channel_id}>"))

    async def tell_about(self, interaction: discord.Interaction, edition_id: int) -> None:
        """Tell where an edition comes from: each outlet it names, and how it was made."""
        edition = await self._roundups.edition(interaction.guild_id or 0, edition_id)
        if edition.content is None:
            raise GoneError
        asked_in = language(interaction)
        sections = [*([edition.content.lead] if edition.content.lead else []), *edition.content.sections]
        settings = await self._guilds.settings(edition.guild_id)
        outlets: dict[str, str | None] = {}
        for credit in (credit for section in sections for credit in credits_of(section, settings.language)):
            outlets.setdefault(credit.label, credit.url)
        lines = [text("roundup.about.title", asked_in), plural("roundup.about.how", asked_in, len(sections))]
        lines += [f"- {link(name, url)}" for name, url in outlets.items()]
        if edition.posted_at is not None:
            stamp = f"<t:{int(edition.posted_at.timestamp())}:F>"
            lines.append(text("roundup.about.posted", asked_in, at=stamp))
        await say(interaction, view=text_panel(lines, asked_in))


def history_line(edition: EditionRecord, asked_in: str, name: str | None = None) -> str:
    """Return one edition of the history: its day, its roundup where it has to be named, and what became of it."""
    day = edition.day.strftime(DATE_FORMAT) + ("" if name is None else f" · {escape(name)}")
    lead = edition.content.lead.headline if edition.content is not None and edition.content.lead else ""
    params: dict[str, Any] = {"day": day, "lead": link(lead, message_link(edition) or None, 120)}
    match edition.state:
        case EditionState.POSTED:
            return text("roundup.history.posted", asked_in, **params)
        case EditionState.DUE:
            return text("roundup.history.due", asked_in, day=day)
        case EditionState.SKIPPED:
            return text(
                "roundup.history.skipped",
                asked_in,
                day=day,
                reason=text(f"roundup.skipped.{edition.reason}", asked_in),
            )
        case EditionState.FAILED:
            return text(
                "roundup.history.failed", asked_in, day=day, reason=kept_sentence(edition.reason or "", asked_in)
            )
