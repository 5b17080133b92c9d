"""/source: the feeds that a guild follows."""

import io
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError
from bot.domain.source import FeedChoiceError, ListTooLargeError, Source
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.markdown import escape, link
from bot.edge.publish import refusals
from bot.edge.replies import PagesPanel, language, say, text_panel, think
from bot.edge.sentences import error_sentence
from bot.services.source import LIST_BYTES_MAX, ImportResult, SourceService
from bot.text import plural, text
from cogs.source.choice import ChoicePanel
from cogs.source.edit_panel import EditPanel
from cogs.source.sentences import feed_lines, source_line

CHOICES_MAX = 25  # Discord docs, application commands, autocomplete choices
CHOICE_CHARS_MAX = 100
LIST_NAME = "sources.opml"


@app_commands.default_permissions(manage_messages=True)
class SourceCog(
    commands.GroupCog, name="source", group_name="source", group_description=described("source.command.group")
):
    """Adds, lists, changes, removes and tries sources."""

    def __init__(self, actors: Actors, sources: SourceService) -> None:
        self._actors = actors
        self._sources = sources

    @app_commands.command(description=described("source.command.add"))
    @app_commands.describe(url=described("source.option.url"))
    async def add(self, interaction: discord.Interaction, url: str) -> None:
        """Follow a feed, or the feed of a page."""
        await think(interaction)
        try:
            await self._add(interaction, url)
        except FeedChoiceError as error:
            await self._offer(interaction, ChoicePanel(error.feeds, language(interaction), self._add))

    @app_commands.command(name="list", description=described("source.command.list"))
    async def list_(self, interaction: discord.Interaction) -> None:
        """Show what is followed, what each counts, and what is wrong with any of it."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.EDIT)
        asked_in = language(interaction)
        found = await self._sources.list(actor.guild_id)
        if not found:
            await say(interaction, text("source.list.none", asked_in))
            return
        title = plural("source.list.title", asked_in, len(found))
        await say(interaction, view=PagesPanel(title, [source_line(source, asked_in) for source in found], asked_in))

    @app_commands.command(description=described("source.command.edit"))
    @app_commands.describe(source=described("source.option.source"))
    async def edit(self, interaction: discord.Interaction, source: str) -> None:
        """Open the panel in which a source is changed."""
        actor, chosen = await self._chosen(interaction, source)
        roundups = await self._sources.roundups(actor.guild_id)
        panel = EditPanel(chosen, roundups, asked_in=language(interaction), sources=self._sources, actors=self._actors)
        await say(interaction, view=panel)

    @app_commands.command(description=described("source.command.pause"))
    @app_commands.describe(source=described("source.option.source"))
    async def pause(self, interaction: discord.Interaction, source: str) -> None:
        """Take nothing from a source for a while."""
        await self._set_paused(interaction, source, is_paused=True)

    @app_commands.command(description=described("source.command.resume"))
    @app_commands.describe(source=described("source.option.source"))
    async def resume(self, interaction: discord.Interaction, source: str) -> None:
        """Take articles from a paused source again."""
        await self._set_paused(interaction, source, is_paused=False)

    @app_commands.command(description=described("source.command.remove"))
    @app_commands.describe(source=described("source.option.source"))
    async def remove(self, interaction: discord.Interaction, source: str) -> None:
        """Stop following a feed."""
        actor, chosen = await self._chosen(interaction, source)
        removed = await self._sources.remove(actor, chosen.id)
        await say(interaction, text("source.removed", language(interaction), name=escape(removed.name)))

    @app_commands.command(description=described("source.command.test"))
    @app_commands.describe(url=described("source.option.url"))
    async def test(self, interaction: discord.Interaction, url: str) -> None:
        """Read a feed and show what it holds, without following it."""
        await think(interaction)
        try:
            await self._test(interaction, url)
        except FeedChoiceError as error:
            await self._offer(interaction, ChoicePanel(error.feeds, language(interaction), self._test))

    @app_commands.command(name="import", description=described("source.command.import"))
    @app_commands.describe(file=described("source.option.file"))
    async def import_(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        """Follow the feeds of an OPML list."""
        await think(interaction)
        actor = await self._actors.of(interaction)
        actor.require(Capability.EDIT)
        if file.size > LIST_BYTES_MAX:
            raise ListTooLargeError(mebibytes=LIST_BYTES_MAX // 1024 // 1024)
        with refusals():
            body = await file.read()
        result = await self._sources.import_list(actor, body)
        asked_in = language(interaction)
        await say(interaction, view=text_panel(import_lines(result, asked_in), asked_in))

    @app_commands.command(description=described("source.command.export"))
    async def export(self, interaction: discord.Interaction) -> None:
        """Hand out what is followed as an OPML list."""
        actor = await self._actors.of(interaction)
        asked_in = language(interaction)
        name = interaction.guild.name if interaction.guild is not None else ""
        listed = await self._sources.export_list(actor, text("source.export.title", asked_in, guild=clean(name)))
        await interaction.response.send_message(
            text("source.export.said", asked_in),
            file=discord.File(io.BytesIO(listed), LIST_NAME),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    @edit.autocomplete("source")
    @pause.autocomplete("source")
    @resume.autocomplete("source")
    @remove.autocomplete("source")
    async def complete_source(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the sources whose name or address contains what was typed."""
        found = await self._sources.list(interaction.guild_id or 0)
        wanted = typed.casefold()
        return [
            app_commands.Choice(
                name=cut(clean(f"{source.name} — {source.url}"), CHOICE_CHARS_MAX), value=str(source.id)
            )
            for source in found
            if wanted in f"{source.name} {source.url}".casefold()
        ][:CHOICES_MAX]

    async def try_source(self, interaction: discord.Interaction, source_id: int) -> None:
        """Read a source that a notice spoke of, and show what it holds."""
        await think(interaction)
        actor = await self._actors.of(interaction)
        actor.require(Capability.EDIT)
        source = await self._sources.source(actor.guild_id, source_id)
        await self._test(interaction, source.url)

    async def _add(self, interaction: discord.Interaction, url: str) -> None:
        source, count = await self._sources.add(await self._actors.of(interaction), url)
        asked_in = language(interaction)
        await say(interaction, plural("source.added", asked_in, count, name=link(source.name, source.site_url)))

    async def _test(self, interaction: discord.Interaction, url: str) -> None:
        feed = await self._sources.test(await self._actors.of(interaction), url)
        asked_in = language(interaction)
        lines = [*feed_lines(feed, asked_in), text("source.test.note", asked_in)]
        await say(interaction, view=text_panel(lines, asked_in))

    @staticmethod
    async def _offer(interaction: discord.Interaction, panel: ChoicePanel) -> None:
        await say(interaction, view=panel)
        panel.last_used = interaction

    async def _set_paused(self, interaction: discord.Interaction, typed: str, *, is_paused: bool) -> None:
        actor, chosen = await self._chosen(interaction, typed)
        source = await self._sources.change(actor, chosen.id, lambda source: replace(source, is_paused=is_paused))
        message_id = "source.paused" if is_paused else "source.resumed"
        await say(interaction, text(message_id, language(interaction), name=escape(source.name)))

    async def _chosen(self, interaction: discord.Interaction, typed: str) -> tuple[Actor, Source]:
        """Return who asks and the source that was picked, or typed by name or address instead of picked."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.EDIT)
        for source in await self._sources.list(actor.guild_id):
            if typed in {str(source.id), source.url} or typed.casefold() == source.name.casefold():
                return actor, source
        raise GoneError


def import_lines(result: ImportResult, asked_in: str) -> list[str]:
    """Return what came of a list, the failures last, each with its reason."""
    lines = [plural("source.import.added", asked_in, len(result.added))]
    lines += [f"- {link(source.name, source.site_url)}" for source in result.added]
    if result.known_n:
        lines.append(plural("source.import.known", asked_in, result.known_n))
    if result.left_n:
        lines.append(plural("source.import.left", asked_in, result.left_n))
    if result.failed:
        lines.append(plural("source.import.failed", asked_in, len(result.failed)))
        lines += [
            f"- {link(feed.title or feed.url, feed.url)}: {error_sentence(error, asked_in)}"
            for feed, error in result.failed
        ]
    return lines
