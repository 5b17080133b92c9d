"""Answers to interactions: ephemeral, in the asker's language; and the one place where errors end."""

import logging
import secrets

import discord
from discord import app_commands, ui

from bot.domain.errors import PaddockError
from bot.text import error_text, language_of, text

log = logging.getLogger(__name__)

CONTENT_CHARS_MAX = 2_000  # Discord docs, create message, "content"
TEXT_CHARS_MAX = 4_000  # Discord docs, components reference: all text displays of a message together


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
    else:
        await interaction.response.send_message(content, ephemeral=True, allowed_mentions=mentions)


async def think(interaction: discord.Interaction) -> None:
    """Tell Discord that the answer takes more than a moment; it will be ephemeral."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def refuse(interaction: discord.Interaction, error: PaddockError) -> None:
    """Answer with the sentence of an expected error."""
    await say(interaction, error_text(error, language(interaction)))


async def handle(interaction: discord.Interaction, error: BaseException) -> None:
    """Answer for any error: a sentence for an expected one, an id for the rest, which is logged once."""
    if isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    if isinstance(error, PaddockError):
        await refuse(interaction, error)
        return
    error_id = new_error_id()
    name = interaction.command.qualified_name if interaction.command else "component"
    log.error("unexpected error_id=%s in=%s guild=%s", error_id, name, interaction.guild_id, exc_info=error)
    try:
        await say(interaction, text("common.error.unexpected", language(interaction), error_id=error_id))
    except discord.HTTPException as lost:
        # The interaction may be the very thing that failed; then nobody is left to be told.
        log.warning("the asker could not be told error_id=%s status=%s", error_id, lost.status)


class Panel(ui.LayoutView):
    """An ephemeral view for the one who asked, until its interaction's token ends; its errors end in `handle`."""

    TIMEOUT_S = 840.0  # an interaction's token lasts 15 minutes (Discord docs, receiving and responding)

    def __init__(self) -> None:
        super().__init__(timeout=self.TIMEOUT_S)

    async def on_error(self, interaction: discord.Interaction, error: Exception, item: ui.Item[ui.LayoutView]) -> None:
        """Answer for what a component's callback raised."""
        del item
        await handle(interaction, error)


class Form(ui.Modal):
    """A modal whose errors end in `handle`."""

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        """Answer for what `on_submit` raised."""
        await handle(interaction, error)


def text_panel(lines: str) -> ui.LayoutView:
    """Return a view that shows text."""
    view = ui.LayoutView()
    view.add_item(ui.Container(ui.TextDisplay(lines[:TEXT_CHARS_MAX])))
    return view
