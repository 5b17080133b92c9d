"""The forms of the edit panel: some words, or a question with what it can be answered with."""

from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord import TextStyle, ui

from bot.domain import editing as rules
from bot.domain.edition import BigQuestion, Edition
from bot.edge.replies import Field, Form
from bot.text import text

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


class QuestionForm(Form):
    """Asks for The Big Question of an edition, and its options if it is to be a poll."""

    def __init__(
        self,
        question: BigQuestion | None,
        asked_in: str,
        apply: Callable[[discord.Interaction, Change], Awaitable[None]],
    ) -> None:
        super().__init__(text("editing.form.question", asked_in))
        self._apply = apply
        self.question = Field(
            style=TextStyle.paragraph,
            default="" if question is None else question.text[: rules.QUESTION_CHARS_MAX],
            max_length=rules.QUESTION_CHARS_MAX,
            required=False,
            custom_id="question",
        )
        self.options = Field(
            style=TextStyle.paragraph,
            default="" if question is None else "\n".join(question.options),
            max_length=rules.OPTIONS_MAX * (rules.OPTION_CHARS_MAX + 1),
            required=False,
            custom_id="options",
        )
        self.add_item(ui.Label(text=text("editing.form.question_label", asked_in), component=self.question))
        self.add_item(
            ui.Label(
                text=text("editing.form.options_label", asked_in),
                description=text("editing.form.options_hint", asked_in),
                component=self.options,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Ask it."""
        options = self.options.value.splitlines()
        await self._apply(interaction, partial(rules.asking, question=self.question.value, options=options))
