"""What the panels with rows of buttons have in common: how they speak, and how a button comes into a row."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeAlias

import discord
from discord import ButtonStyle, ui

from bot.edge.replies import Panel
from bot.text import text

Press: TypeAlias = Callable[[discord.Interaction], Awaitable[None]]


class PressedPanel(Panel):
    """A panel in the language of who asked for it.

    Attributes:
        asked_in: that language.
    """

    # With what the custom ids of its buttons begin.
    prefix: ClassVar[str]

    def __init__(self, asked_in: str) -> None:
        super().__init__()
        self.asked_in = asked_in

    def say(self, message_id: str, **params: object) -> str:
        """Return a message of this panel in the asker's language."""
        return text(message_id, self.asked_in, **params)

    def add_button(
        self,
        row: ui.ActionRow[Any],
        name: str,
        press: Press,
        *,
        style: ButtonStyle = ButtonStyle.secondary,
        off: bool = False,
    ) -> None:
        """Put a button into a row; `name` is the end of its message and of its custom id."""
        button: ui.Button[Any] = ui.Button(
            label=self.say(f"poll_make.button.{name}"), style=style, custom_id=f"{self.prefix}:{name}", disabled=off
        )

        async def pressed(interaction: discord.Interaction) -> None:
            await press(interaction)

        button.callback = pressed
        row.add_item(button)
