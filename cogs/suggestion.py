"""Suggest a story: the button of an edition, what the editors see of it, and /suggestion list."""

from typing import Any, cast

import discord
from discord import ButtonStyle, app_commands, ui
from discord.ext import commands

from bot.domain.suggestion import NOTE_CHARS_MAX, Suggestion, SuggestionState
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.lasting import SUBJECT, LastingButton
from bot.edge.live_edit import LiveEdits
from bot.edge.markdown import escape, link
from bot.edge.publish import Publisher
from bot.edge.replies import Field, Form, language, say, think
from bot.services.guild import GuildService
from bot.services.suggestion import SuggestionService, SuggestionStep
from bot.text import plural, text

URL_CHARS_MAX = 1_000  # a link that somebody pasted, trackers and all
URL_SHOWN_MAX = 200
SHOWN_MAX = 7  # with five components each within the 40 of a message (Discord docs, components reference)


@app_commands.default_permissions(manage_messages=True)
class SuggestionCog(
    commands.GroupCog,
    name="suggestion",
    group_name="suggestion",
    group_description=described("suggestion.command.group"),
):
    """Takes members' suggestions, tells the editors, and does what they decide."""

    def __init__(self, actors: Actors, guilds: GuildService, suggestions: SuggestionService, live: LiveEdits) -> None:
        self._actors = actors
        self._guilds = guilds
        self._suggestions = suggestions
        self._live = live

    @app_commands.command(name="list", description=described("suggestion.command.list"))
    async def list_(self, interaction: discord.Interaction) -> None:
        """Show what waits for an editor; each suggestion opens with its two buttons."""
        asked_in = language(interaction)
        found = await self._suggestions.list(await self._actors.of(interaction))
        if not found:
            await say(interaction, text("suggestion.list.none", asked_in))
            return
        await say(interaction, view=suggestions_view(found, asked_in))

    async def open_form(self, interaction: discord.Interaction, edition_id: int) -> None:
        """Ask a member for the link."""
        await interaction.response.send_modal(SuggestionForm(self, edition_id, language(interaction)))

    async def take(self, interaction: discord.Interaction, edition_id: int, url: str, note: str) -> None:
        """Keep what a member suggests."""
        actor = await self._actors.of(interaction)
        added = await self._suggestions.suggest(actor, edition_id, url, note)
        await say(interaction, text("suggestion.taken", language(interaction), url=link(added.url, added.url)))

    async def accept(self, interaction: discord.Interaction, suggestion_id: int) -> None:
        """Read the page of a suggestion and keep it for the next edition."""
        await think(interaction)
        decided = await self._suggestions.accept(await self._actors.of(interaction), suggestion_id)
        await self._close(interaction, decided)
        title = decided.url if decided.article is None else decided.article.title
        await say(interaction, text("suggestion.accepted", language(interaction), title=link(title, decided.url)))

    async def dismiss(self, interaction: discord.Interaction, suggestion_id: int) -> None:
        """Take a suggestion off the list."""
        await think(interaction)
        decided = await self._suggestions.dismiss(await self._actors.of(interaction), suggestion_id)
        await self._close(interaction, decided)
        await say(interaction, text("suggestion.dismissed", language(interaction), url=link(decided.url, decided.url)))

    async def _close(self, interaction: discord.Interaction, decided: Suggestion) -> None:
        """Take the buttons off the message that told the editors, if it was there that one was pressed."""
        pressed_on = interaction.message
        if pressed_on is None or pressed_on.id != decided.message_id:
            return
        settings = await self._guilds.settings(decided.guild_id)

        async def render() -> ui.LayoutView:
            return suggestion_view(decided, settings.language)

        self._live.want(pressed_on.channel.id, pressed_on.id, render)


class SuggestionTelling:
    """Posts suggestions where editors see them."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def perform(self, step: SuggestionStep) -> int:
        """Post a suggestion where the editors see it, and return the message's id."""
        custom_id = f"suggestion:{step.suggestion.id}:accept"
        view = suggestion_view(step.suggestion, step.language)
        return await self._publisher.post(
            step.channel_id,
            view,
            nonce=f"suggestion-{step.suggestion.id}",
            marker=custom_id,
            resumed=True,
            after=discord.Object(discord.utils.time_snowflake(step.suggestion.at)),
        )


class SuggestionForm(Form):
    """Asks a member for the link, and why it is worth telling."""

    def __init__(self, cog: SuggestionCog, edition_id: int, asked_in: str) -> None:
        super().__init__(text("suggestion.form.title", asked_in))
        self._cog = cog
        self._edition_id = edition_id
        self.url = Field(max_length=URL_CHARS_MAX, custom_id="url")
        self.note = Field(
            style=discord.TextStyle.paragraph, required=False, max_length=NOTE_CHARS_MAX, custom_id="note"
        )
        self.add_item(ui.Label(text=text("suggestion.form.url", asked_in), component=self.url))
        self.add_item(
            ui.Label(
                text=text("suggestion.form.note", asked_in),
                description=text("suggestion.form.note_hint", asked_in),
                component=self.note,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand what was typed to the cog."""
        await self._cog.take(interaction, self._edition_id, self.url.value, self.note.value)


class SuggestButton(LastingButton, template=f"edition:{SUBJECT}:suggest"):
    """Opens the form under an edition."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await _cog(interaction).open_form(interaction, self.subject_id)


class AcceptButton(LastingButton, template=f"suggestion:{SUBJECT}:accept"):
    """Keeps a suggestion for the next edition."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await _cog(interaction).accept(interaction, self.subject_id)


class DismissButton(LastingButton, template=f"suggestion:{SUBJECT}:dismiss"):
    """Takes a suggestion off the list."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await _cog(interaction).dismiss(interaction, self.subject_id)


def suggestion_view(suggestion: Suggestion, shown_in: str) -> ui.LayoutView:
    """Return the message that tells the editors of a suggestion: with its buttons, or with what became of it."""
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container()
    _add(container, suggestion, shown_in)
    view.add_item(container)
    return view


def suggestions_view(found: tuple[Suggestion, ...], asked_in: str) -> ui.LayoutView:
    """Return the list of what waits, the oldest first, each with its buttons."""
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(
        ui.TextDisplay(plural("suggestion.list.title", asked_in, len(found)))
    )
    for suggestion in found[:SHOWN_MAX]:
        container.add_item(ui.Separator())
        _add(container, suggestion, asked_in)
    if len(found) > SHOWN_MAX:
        container.add_item(ui.TextDisplay(plural("suggestion.list.more", asked_in, len(found) - SHOWN_MAX)))
    view.add_item(container)
    return view


def _add(container: "ui.Container[ui.LayoutView]", suggestion: Suggestion, shown_in: str) -> None:
    lines = [
        text("suggestion.told", shown_in, member=f"<@{suggestion.member_id}>"),
        link(suggestion.url, suggestion.url, URL_SHOWN_MAX),
    ]
    if suggestion.note:
        lines.append(f"> {escape(suggestion.note)}")
    if suggestion.state is not SuggestionState.OPEN:
        decided_by = f"<@{suggestion.decided_by}>"
        lines.append(f"-# {text(f'suggestion.state.{suggestion.state.value}', shown_in, member=decided_by)}")
    container.add_item(ui.TextDisplay("\n".join(lines)))
    if suggestion.state is SuggestionState.OPEN:
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        for action, style in (("accept", ButtonStyle.primary), ("dismiss", ButtonStyle.secondary)):
            row.add_item(
                ui.Button(
                    label=text(f"suggestion.button.{action}", shown_in),
                    style=style,
                    custom_id=f"suggestion:{suggestion.id}:{action}",
                )
            )
        container.add_item(row)


def _cog(interaction: discord.Interaction) -> SuggestionCog:
    return cast("SuggestionCog", cast("Any", interaction.client).get_cog("suggestion"))
