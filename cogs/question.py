"""/question: the queue of the guild's own questions for its editions."""

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.domain.actor import Capability
from bot.domain.errors import GoneError, PaddockError
from bot.domain.queue import QueuedQuestion
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.markdown import escape
from bot.edge.question_form import QuestionForm, Typed
from bot.edge.replies import PagesPanel, Panel, language, say
from bot.edge.sentences import error_sentence
from bot.services.question import QuestionService
from bot.text import join_names, plural, text

CHOICES_MAX = 25  # Discord docs, application commands, autocomplete choices
CHOICE_CHARS_MAX = 100


@app_commands.default_permissions(manage_messages=True)
class QuestionCog(commands.GroupCog, group_name="question", group_description=described("question.command.group")):
    """Adds, lists and removes questions."""

    def __init__(self, actors: Actors, questions: QuestionService) -> None:
        self._actors = actors
        self._questions = questions

    @app_commands.command(description=described("question.command.add"))
    async def add(self, interaction: discord.Interaction) -> None:
        """Open a form for a question and, if wanted, its options."""
        (await self._actors.of(interaction)).require(Capability.EDIT)
        await interaction.response.send_modal(self.form(language(interaction), Typed()))

    @app_commands.command(name="list", description=described("question.command.list"))
    async def list_(self, interaction: discord.Interaction) -> None:
        """Show what waits, the next one first."""
        asked_in = language(interaction)
        queue = await self._questions.list(await self._actors.of(interaction))
        if not queue:
            await say(interaction, text("question.list.none", asked_in))
            return
        title = plural("question.list.title", asked_in, len(queue))
        lines = [question_line(place, question, asked_in) for place, question in enumerate(queue, 1)]
        await say(interaction, view=PagesPanel(title, lines, asked_in))

    @app_commands.command(description=described("question.command.remove"))
    @app_commands.describe(question=described("question.option.question"))
    async def remove(self, interaction: discord.Interaction, question: str) -> None:
        """Take a question out of the queue."""
        actor = await self._actors.of(interaction)
        chosen = _match(await self._questions.list(actor), question)
        removed = await self._questions.remove(actor, chosen.id)
        await say(interaction, text("question.removed", language(interaction), question=escape(removed.text)))

    @remove.autocomplete("question")
    async def complete_question(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the questions that contain what was typed."""
        queue = await self._questions.list(await self._actors.of(interaction))
        wanted = typed.casefold()
        return [
            app_commands.Choice(name=cut(clean(question.text), CHOICE_CHARS_MAX), value=str(question.id))
            for question in queue
            if wanted in question.text.casefold()
        ][:CHOICES_MAX]

    def form(self, asked_in: str, typed: Typed) -> QuestionForm:
        """Return the form for a question of the queue, with what was typed into it before."""
        return QuestionForm(asked_in, self.take, typed=typed, required=True)

    async def take(self, interaction: discord.Interaction, typed: Typed) -> None:
        """Queue what was typed; what cannot be queued is given back to be mended."""
        asked_in = language(interaction)
        actor = await self._actors.of(interaction)
        try:
            added, place = await self._questions.add(actor, typed.question, typed.options.splitlines())
        except GoneError:
            raise
        except PaddockError as error:
            await say(interaction, view=MendPanel(self, typed, error_sentence(error, asked_in), asked_in))
            return
        lines = [text("question.added", asked_in, question=escape(added.text), place=place)]
        if added.options:
            names = join_names(map(escape, added.options), asked_in)
            lines.append(text("question.added_options", asked_in, options=names))
        await say(interaction, "\n".join(lines))


class MendPanel(Panel):
    """Says what is wrong with a question, and opens the form again with what was typed."""

    def __init__(self, cog: QuestionCog, typed: Typed, wrong: str, asked_in: str) -> None:
        super().__init__()
        self._cog = cog
        self._typed = typed
        self._asked_in = asked_in
        button: ui.Button[MendPanel] = ui.Button(label=text("question.form.mend", asked_in), custom_id="question:mend")
        button.callback = self._mend
        self.add_item(ui.Container(ui.TextDisplay(wrong), ui.ActionRow(button)))

    async def _mend(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(self._cog.form(self._asked_in, self._typed))


def question_line(place: int, question: QueuedQuestion, asked_in: str) -> str:
    """Return one question of the list: its place, what it asks, and among what."""
    line = f"{place}. {escape(question.text)}"
    if question.options:
        line += f" ({join_names(map(escape, question.options), asked_in)})"
    return f"{line}\n-# {text('question.list.by', asked_in, member=f'<@{question.added_by}>')}"


def _match(queue: tuple[QueuedQuestion, ...], typed: str) -> QueuedQuestion:
    """Return the question that was picked, or typed instead of picked, by its place or its words."""
    for place, question in enumerate(queue, 1):
        if typed == str(question.id) or typed.casefold() == question.text.casefold() or typed == f"#{place}":
            return question
    raise GoneError
