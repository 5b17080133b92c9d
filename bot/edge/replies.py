"""Answers to interactions: ephemeral, in the asker's language; and the one place where errors end."""

import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import discord
from discord import app_commands, ui

from bot.domain.errors import PaddockError
from bot.domain.wording import storable
from bot.edge.sentences import error_sentence
from bot.text import language_of, plural, text

log = logging.getLogger(__name__)

CONTENT_CHARS_MAX = 2_000  # Discord docs, create message, "content"
TEXT_CHARS_MAX = 4_000  # Discord docs, components reference: all text displays of a message together
MORE_CHARS = 40  # kept free for "and 123 more"


def new_error_id() -> str:
    """Return an id for an unexpected error: short enough to be read out, rare enough to be found in a log."""
    return secrets.token_hex(4)


def language(interaction: discord.Interaction) -> str:
    """Return the asker's own language."""
    return language_of(interaction.locale.value)


async def say(
    interaction: discord.Interaction, sentence: str | None = None, *, view: ui.LayoutView | None = None
) -> None:
    """Answer so that only the asker sees it: a sentence or a view, whether or not the answer was deferred."""
    mentions = discord.AllowedMentions.none()
    content = None if sentence is None else sentence[:CONTENT_CHARS_MAX]
    if interaction.response.is_done():
        if view is not None:
            await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=mentions)
        else:
            await interaction.followup.send(content or "", ephemeral=True, allowed_mentions=mentions)
    elif view is not None:
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=mentions)
        if isinstance(view, Panel):
            view.last_used = interaction
    else:
        await interaction.response.send_message(content, ephemeral=True, allowed_mentions=mentions)


async def show_again(interaction: discord.Interaction, view: ui.LayoutView) -> None:
    """Answer a press in a private panel by showing it anew in its place, whether or not the answer was deferred."""
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    else:
        await interaction.response.edit_message(view=view)


async def think(interaction: discord.Interaction) -> None:
    """Tell Discord that the answer takes more than a moment; it will be ephemeral."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def refuse(interaction: discord.Interaction, error: PaddockError) -> None:
    """Answer with the sentence of an expected error."""
    await say(interaction, error_sentence(error, language(interaction)))


async def handle(interaction: discord.Interaction, error: BaseException) -> None:
    """Answer for any error: a sentence for an expected one, an id for the rest, which is logged once."""
    if isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    if isinstance(error, PaddockError):
        answer = error_sentence(error, language(interaction))
    else:
        error_id = new_error_id()
        name = interaction.command.qualified_name if interaction.command else "component"
        log.error("unexpected error_id=%s in=%s guild=%s", error_id, name, interaction.guild_id, exc_info=error)
        answer = text("common.error.unexpected", language(interaction), error_id=error_id)
    try:
        await say(interaction, answer)
    except discord.HTTPException as lost:
        # The interaction may be the very thing that failed; then nobody is left to be told.
        log.warning("the asker could not be told guild=%s status=%s", interaction.guild_id, lost.status)


# An interaction's token lasts 15 minutes (Discord docs, receiving and responding); the last one is for closing.
OPEN_S = 840.0


class Panel(ui.LayoutView):
    """An ephemeral view for the one who asked; its errors end in `handle`, and when it closes it says so.

    Attributes:
        last_used: the interaction that showed or changed it last, through which it can still be changed.
    """

    def __init__(self) -> None:
        super().__init__(timeout=OPEN_S)
        self.last_used: discord.Interaction | None = None

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Let everybody use it who can see it: only the one who asked does."""
        self.last_used = interaction
        return True

    async def on_timeout(self) -> None:
        """Switch everything off, where a press would otherwise be answered by nobody."""
        if self.last_used is None:
            return
        for item in self.walk_children():
            if isinstance(item, ui.Button | ui.Select | ui.RoleSelect | ui.ChannelSelect):
                item.disabled = True
        closed = text("common.panel_closed", language(self.last_used))
        if self.content_length() + len(closed) <= TEXT_CHARS_MAX:
            self.add_item(ui.TextDisplay(closed))
        with suppress(discord.HTTPException):  # the asker may have dismissed it
            await self.last_used.edit_original_response(view=self)

    async def on_error(self, interaction: discord.Interaction, error: Exception, item: ui.Item[ui.LayoutView]) -> None:
        """Answer for what a component's callback raised."""
        del item
        await handle(interaction, error)


class Field(ui.TextInput[ui.View]):  # noqa: TID251  # this is what the others use
    """A line or a box to type into, from which what nobody can keep is taken out."""

    @property
    def value(self) -> str:
        """What was typed."""
        return storable(super().value)


class Form(ui.Modal):
    """A modal whose errors end in `handle`; it is typed into through `Field`.

    Its custom id is one of its own: discord.py knows a form by nothing else, and of two people who have the same form
    open one would fill in the other's.
    """

    def __init__(self, title: str) -> None:
        super().__init__(title=title, timeout=OPEN_S)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        """Answer for what `on_submit` raised."""
        await handle(interaction, error)


def text_panel(lines: Sequence[str], asked_in: str) -> ui.LayoutView:
    """Return a view that shows as many whole lines as fit, and says how many more there are."""
    pages = paged(lines, TEXT_CHARS_MAX - MORE_CHARS)
    shown = list(pages[0])
    if len(shown) < len(lines):
        shown.append(plural("common.more", asked_in, len(lines) - len(shown)))
    view = ui.LayoutView()
    view.add_item(ui.Container(ui.TextDisplay("\n".join(shown))))
    return view


class PagesPanel(Panel):
    """Lines under a title, on as many pages as they take; `title` stands on each."""

    def __init__(self, title: str, lines: Sequence[str], asked_in: str) -> None:
        super().__init__()
        self._title = title
        self._pages = paged(lines, TEXT_CHARS_MAX - len(title) - 1)
        self._asked_in = asked_in
        self._place = 0
        self._show()

    def _show(self) -> None:
        self.clear_items()
        container: ui.Container[PagesPanel] = ui.Container(
            ui.TextDisplay("\n".join([self._title, *self._pages[self._place]]))
        )
        if len(self._pages) > 1:
            row: ui.ActionRow[PagesPanel] = ui.ActionRow()
            for name, place in (("back", self._place - 1), ("on", self._place + 1)):
                button: ui.Button[PagesPanel] = ui.Button(
                    label=text(f"common.page.{name}", self._asked_in),
                    custom_id=f"pages:{name}",
                    disabled=not 0 <= place < len(self._pages),
                )
                button.callback = partial(self._turn, place)
                row.add_item(button)
            container.add_item(row)
        self.add_item(container)

    async def _turn(self, place: int, interaction: discord.Interaction) -> None:
        self._place = place
        self._show()
        await interaction.response.edit_message(view=self)


def paged(lines: Sequence[str], chars_max: int) -> list[list[str]]:
    """Return `lines` on pages of at most `chars_max` characters each, at least one; a line is never parted."""
    pages: list[list[str]] = [[]]
    room = chars_max
    for line in lines:
        if len(line) + 1 > room and pages[-1]:
            pages.append([])
            room = chars_max
        pages[-1].append(line[:chars_max])
        room -= len(line) + 1
    return pages
