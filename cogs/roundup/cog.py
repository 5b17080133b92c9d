"""/roundup, and what the buttons of an edition do."""

from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.domain.due_work import CannotActError
from bot.domain.errors import GoneError
from bot.domain.guild import Part
from bot.domain.roundup import EditionRecord, EditionState, OldEditionError, message_link
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
from bot.services.guild import GuildService
from bot.services.roundup import RoundupService
from bot.text import plural, text
from cogs.roundup.posting import links_of

DATE_FORMAT = "%Y-%m-%d"


@app_commands.default_permissions(manage_messages=True)
class RoundupCog(
    commands.GroupCog,
    name="roundup",
    group_name="roundup",
    group_description=described("roundup.command.group"),
):
    """Previews, posts and lists editions."""

    def __init__(self, actors: Actors, guilds: GuildService, roundups: RoundupService, live: LiveEdits) -> None:
        self._actors = actors
        self._guilds = guilds
        self._roundups = roundups
        self._live = live

    @app_commands.command(description=described("roundup.command.preview"))
    async def preview(self, interaction: discord.Interaction) -> None:
        """Show privately what would be posted now."""
        await think(interaction)
        actor = await self._actors.of(interaction)
        settings = await self._guilds.settings(actor.guild_id)
        edition = await self._roundups.preview(actor)
        view = edition_view(edition, language=settings.language, edition_id=None, parts=settings.parts)
        view.add_item(ui.TextDisplay(text("roundup.preview.note", language(interaction))))
        await say(interaction, view=view)

    @app_commands.command(description=described("roundup.command.now"))
    async def now(self, interaction: discord.Interaction) -> None:
        """Post today's edition at once."""
        actor = await self._actors.of(interaction)
        edition = await self._roundups.post_now(actor)
        await say(interaction, text("roundup.now.begun", language(interaction), channel=f"<#{edition.channel_id}>"))

    @app_commands.command(description=described("roundup.command.history"))
    async def history(self, interaction: discord.Interaction) -> None:
        """List the last editions and what became of them."""
        asked_in = language(interaction)
        editions = await self._roundups.history(await self._actors.of(interaction))
        if not editions:
            await say(interaction, text("roundup.history.none", asked_in))
            return
        lines = [text("roundup.history.title", asked_in), *(history_line(e, asked_in) for e in editions)]
        await say(interaction, view=text_panel(lines, asked_in))

    @commands.Cog.listener()
    async def on_paddock_settings(self, guild_id: int) -> None:
        """Show today's edition as the new settings want it: its language, and whether it has a Notify button."""
        roundup = await self._guilds.roundup(guild_id)
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
        await self._roundups.edition(guild.id, edition_id)
        settings = await self._guilds.settings(guild.id)
        roundup = await self._guilds.roundup(guild.id)
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
        today = await self._roundups.today(await self._guilds.roundup(actor.guild_id))
        if today is None or today.id != missed.id:
            raise OldEditionError
        edition = await self._roundups.post_now(actor)
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


def history_line(edition: EditionRecord, asked_in: str) -> str:
    """Return one edition of the history: its day, its lead and what became of it."""
    day = edition.day.strftime(DATE_FORMAT)
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
