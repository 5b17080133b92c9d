"""The form of the edit panel in which some words are typed."""

from collections.abc import Awaitable, Callable

import discord
from discord import TextStyle, ui

from bot.domain.edition import Edition
from bot.edge.replies import Field, Form

Change = Callable[[Edition], Edition]
LINE_CHARS_MAX = 100  # what is longer is typed in a box of several lines


class WordsForm(Form):
    """Asks for some words, under a label that is the title as well."""

    def __init__(
        self,
        label: str,
        submit: Callable[[discord.Interaction, str], Awaitable[None]],
        *,
        default: str,
        chars_max: int,
        required: bool = True,
    ) -> None:
        super().__init__(label)
        self._submit = submit
        self.words = Field(
            style=TextStyle.short if chars_max <= LINE_CHARS_MAX else TextStyle.paragraph,
            default=default[:chars_max],
            max_length=chars_max,
            required=required,
            custom_id="words",
        )
        self.add_item(ui.Label(text=label, component=self.words))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand them on."""
        await self._submit(interaction, self.words.value)
