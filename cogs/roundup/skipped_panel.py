"""The answer to a skip: what is left out, with a button that takes it back."""

import discord
from discord import ui

from bot.domain.roundup import EditionRecord
from bot.edge.actor import Actors
from bot.edge.replies import Panel
from bot.services.editing import EditingService
from bot.text import text


class SkippedPanel(Panel):
    """Says which edition is left out; Undo lets it come after all."""

    def __init__(self, edition: EditionRecord, asked_in: str, actors: Actors, editing: EditingService) -> None:
        super().__init__()
        self._edition = edition
        self._asked_in = asked_in
        self._actors = actors
        self._editing = editing
        said = text("editing.skipped", asked_in, at=f"<t:{int(edition.due_at.timestamp())}:F>")
        undo: ui.Button[SkippedPanel] = ui.Button(label=text("editing.button.undo", asked_in), custom_id="skipped:undo")
        undo.callback = self._undo
        self.add_item(ui.Container(ui.TextDisplay(said), ui.ActionRow(undo)))

    async def _undo(self, interaction: discord.Interaction) -> None:
        edition = await self._editing.unskip(await self._actors.of(interaction), self._edition.id)
        said = text("editing.unskipped", self._asked_in, at=f"<t:{int(edition.due_at.timestamp())}:F>")
        self.clear_items()
        self.add_item(ui.Container(ui.TextDisplay(said)))
        await interaction.response.edit_message(view=self)
        self.stop()
