"""/source: the feeds that a guild follows."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.actor import Capability
from bot.domain.errors import GoneError
from bot.domain.source import Source
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.markdown import escape, link
from bot.edge.replies import PagesPanel, language, say, text_panel, think
from bot.edge.sentences import kept_sentence
from bot.services.source import SourceService
from bot.text import plural, text

CHOICES_MAX = 25  # Discord docs, application commands, autocomplete choices
CHOICE_CHARS_MAX = 100
TITLES_SHOWN = 5


@app_commands.default_permissions(manage_messages=True)
class SourceCog(commands.GroupCog, group_name="source", group_description=described("source.command.group")):
    """Adds, lists, removes and tries sources."""

    def __init__(self, actors: Actors, sources: SourceService) -> None:
        self._actors = actors
        self._sources = sources

    @app_commands.command(description=described("source.command.add"))
    @app_commands.describe(url=described("source.option.url"))
    async def add(self, interaction: discord.Interaction, url: str) -> None:
        """Follow a feed."""
        await think(interaction)
        source, count = await self._sources.add(await self._actors.of(interaction), url)
        asked_in = language(interaction)
        await say(interaction, plural("source.added", asked_in, count, name=link(source.name, source.site_url)))

    @app_commands.command(name="list", description=described("source.command.list"))
    async def list_(self, interaction: discord.Interaction) -> None:
        """Show what is followed, and what is wrong with any of it."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.EDIT)
        asked_in = language(interaction)
        found = await self._sources.list(actor.guild_id)
        if not found:
            await say(interaction, text("source.list.none", asked_in))
            return
        title = plural("source.list.title", asked_in, len(found))
        await say(interaction, view=PagesPanel(title, [source_line(source, asked_in) for source in found], asked_in))

    @app_commands.command(description=described("source.command.remove"))
    @app_commands.describe(source=described("source.option.source"))
    async def remove(self, interaction: discord.Interaction, source: str) -> None:
        """Stop following a feed."""
        actor = await self._actors.of(interaction)
        actor.require(Capability.EDIT)
        chosen = _match(await self._sources.list(actor.guild_id), source)
        removed = await self._sources.remove(actor, chosen.id)
        await say(interaction, text("source.removed", language(interaction), name=escape(removed.name)))

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

    @app_commands.command(description=described("source.command.test"))
    @app_commands.describe(url=described("source.option.url"))
    async def test(self, interaction: discord.Interaction, url: str) -> None:
        """Read a feed and show what it holds, without following it."""
        await think(interaction)
        feed = await self._sources.test(await self._actors.of(interaction), url)
        asked_in = language(interaction)
        lines = [plural("source.test.title", asked_in, len(feed.articles), name=link(feed.title, feed.site_url))]
        for article in feed.articles[:TITLES_SHOWN]:
            stamp = "" if article.published_at is None else f" <t:{int(article.published_at.timestamp())}:R>"
            lines.append(f"- {link(article.title, article.url, 150)}{stamp}")
        lines.append(text("source.test.note", asked_in))
        await say(interaction, view=text_panel(lines, asked_in))


def source_line(source: Source, asked_in: str) -> str:
    """Return one source of the list: its name, its feed, and when it was read or why it could not be."""
    line = f"- {link(source.name, source.site_url)} · {link(text('source.list.feed', asked_in), source.url)} · "
    if source.failure is not None:
        return line + plural(
            "source.list.failing", asked_in, source.failures, reason=kept_sentence(source.failure, asked_in)
        )
    if source.read_at is None:
        return line + text("source.list.unread", asked_in)
    return line + text("source.list.read", asked_in, at=f"<t:{int(source.read_at.timestamp())}:R>")


def _match(found: tuple[Source, ...], typed: str) -> Source:
    """Return the source that was picked, or typed by name or address instead of picked."""
    for source in found:
        if typed in {str(source.id), source.url} or typed.casefold() == source.name.casefold():
            return source
    raise GoneError
