"""The form in which a question is typed, with what readers may choose from: for the queue and for an edition."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import discord
from discord import TextStyle, ui

from bot.domain.queue import OPTION_CHARS_MAX, OPTIONS_MAX, QUESTION_CHARS_MAX
from bot.edge.replies import Field, Form
from bot.text import text

# Room over what may be asked: too long is said with figures, and nothing that was pasted is cut off unseen.
ROOM = 2


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed; `options` holds one a line."""

    question: str = ""
    options: str = ""


class QuestionForm(Form):
    """Asks for a question and its options, and hands both on.

    Args:
        asked_in: the asker's language.
        submit: takes what was typed.
        typed: what stands there already.
        required: whether an empty question is refused by Discord itself.
    """

    def __init__(
        self,
        asked_in: str,
        submit: Callable[[discord.Interaction, Typed], Awaitable[None]],
        *,
        typed: Typed,
        required: bool,
    ) -> None:
        super().__init__(text("question.form.title", asked_in))
        self._submit = submit
        self.question = Field(
            style=TextStyle.paragraph,
            default=typed.question or None,
            required=required,
            max_length=QUESTION_CHARS_MAX * ROOM,
            custom_id="question",
        )
        self.options = Field(
            style=TextStyle.paragraph,
            default=typed.options or None,
            required=False,
            max_length=OPTIONS_MAX * (OPTION_CHARS_MAX + 1) * ROOM,
            custom_id="options",
        )
        label = "question.form.question" if required else "question.form.question_or_none"
        self.add_item(ui.Label(text=text(label, asked_in), component=self.question))
        self.add_item(
            ui.Label(
                text=text("question.form.options", asked_in),
                description=text("question.form.options_hint", asked_in, most=OPTIONS_MAX),
                component=self.options,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand on what was typed."""
        await self._submit(interaction, Typed(self.question.value, self.options.value))
