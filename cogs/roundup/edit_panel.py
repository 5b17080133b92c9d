"""The panel in which an edition is edited: its draft with each change saved at once, a posted one with a correction."""

from collections.abc import Callable
from functools import partial

import discord
from discord import ButtonStyle, ui

from bot.domain import editing as rules
from bot.domain.edition import Edition, Section
from bot.domain.errors import GoneError
from bot.domain.roundup import EditionRecord
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.markdown import escape
from bot.edge.question_form import QuestionForm, Typed
from bot.edge.replies import Panel
from bot.edge.sentences import error_sentence
from bot.services.editing import EditingService
from bot.text import day_text, join_names, text
from cogs.roundup.edit_forms import Change, WordsForm
from cogs.roundup.review import UNNAMED

HEADLINE_SHOWN_CHARS = 120
OPTION_CHARS_MAX = 100  # Discord docs, components reference, "string select", label
CHOICES_MAX = 25  # likewise
Take = Callable[[str], Change]


class EditPanel(Panel):
    """Shows the stories in order and changes them.

    Attributes:
        edition: the edition as it was read or saved last.
        content: what is shown: that, or for a posted edition with the changes that are not saved yet.
    """

    def __init__(self, edition: EditionRecord, asked_in: str, actors: Actors, editing: EditingService) -> None:
        super().__init__()
        self._asked_in = asked_in
        self._actors = actors
        self._editing = editing
        self._number: int | None = None
        self._take_up(edition)
        self.show()

    def say(self, message_id: str, **params: object) -> str:
        """Return a message of this panel in the asker's language."""
        return text(message_id, self._asked_in, **params)

    @property
    def is_posted(self) -> bool:
        """Whether readers have seen it, so that they are told of a change."""
        return self.edition.message_id is not None

    def _take_up(self, edition: EditionRecord) -> None:
        if edition.content is None:
            raise GoneError
        self.edition = edition
        self.content: Edition = edition.content
        numbers = {section.number for section in (*rules.stories(self.content), *self.content.reserve)}
        self._number = self._number if self._number in numbers else None

    async def apply(self, interaction: discord.Interaction, change: Change) -> None:
        """Make one change: saved at once in a draft, kept until Save for a posted edition."""
        if self.is_posted:
            self.content = change(self.content)
            await self._show_again(interaction)
        else:
            await self._save(interaction, change, None)

    async def _save(self, interaction: discord.Interaction, change: Change, what: str | None) -> None:
        """Save and show what stands then; if somebody else changed it meanwhile, that is shown instead, and said."""
        actor = await self._actors.of(interaction)
        edition_id, note = self.edition.id, ""
        try:
            saved = await self._editing.edit(actor, edition_id, change, revision=self.edition.revision, what=what)
        except rules.EditedMeanwhileError as error:
            saved = await self._editing.open(actor, edition_id)
            note = error_sentence(error, self._asked_in)
        self._take_up(saved)
        await self._show_again(interaction, note)

    async def _show_again(self, interaction: discord.Interaction, note: str = "") -> None:
        self.show(note)
        await interaction.response.edit_message(view=self)

    def show(self, note: str = "") -> None:
        """Build the panel from what is there."""
        self.clear_items()
        container: ui.Container[EditPanel] = ui.Container()
        for words in self._summary(note):
            container.add_item(ui.TextDisplay(words))
        container.add_item(ui.ActionRow(self._choice()))
        if self._number is not None:
            for row in self._story_buttons(rules.story(self.content, self._number)):
                container.add_item(row)
        container.add_item(self._edition_buttons())
        self.add_item(container)

    def _summary(self, note: str) -> list[str]:
        """Return what is said, in blocks of their own: what follows a numbered list would be read as part of it."""
        content = self.content
        day = day_text(content.day, self._asked_in, "long")
        head = [self.say("editing.panel.title", title=escape(content.title), day=day)]
        if note:
            head.append(f"⚠️ {note}")
        shown = [self._line(section, f"{place}.") for place, section in enumerate(rules.stories(content), 1)]
        reserve = [self._line(section, "-") for section in content.reserve]
        blocks = [head, shown, [self.say("editing.panel.reserve"), *reserve] if reserve else [], self._closing()]
        return ["\n".join(lines) for lines in blocks if lines]

    def _closing(self) -> list[str]:
        content, lines = self.content, list[str]()
        if content.comment:
            lines.append(self.say("editing.panel.comment", comment=escape(content.comment)))
        question = content.big_question
        if question is None:
            lines.append(self.say("editing.panel.no_question"))
        else:
            lines.append(self.say("editing.panel.question", question=escape(question.text)))
            options = join_names((escape(option) for option in question.options), self._asked_in)
            lines += [self.say("editing.panel.options", options=options)] if options else []
        posted = "editing.panel.posted" if self.is_posted else "editing.panel.draft"
        lines.append(self.say("editing.panel.unsaved" if self._is_unsaved else posted))
        return lines

    def _line(self, section: Section, mark: str) -> str:
        names = join_names((self._source_name(ref.name) for ref in section.sources[:3]), self._asked_in)
        headline = escape(section.headline, HEADLINE_SHOWN_CHARS)
        # The mark stands behind the number: before it, Discord would see no list and count on from one.
        chosen = f"**▸ {headline}**" if section.number == self._number else headline
        return f"{mark} {chosen} · {names}"

    def _source_name(self, name: str) -> str:
        return self.say("editing.panel.unnamed") if name in UNNAMED else escape(name, 40)

    @property
    def _is_unsaved(self) -> bool:
        return self.content != self.edition.content

    def _choice(self) -> "StoryChoice":
        sections = [*rules.stories(self.content), *self.content.reserve][:CHOICES_MAX]
        return StoryChoice(self, sections, self._number)

    async def choose(self, interaction: discord.Interaction, number: int) -> None:
        """Show what can be done with a story."""
        self._number = number
        await self._show_again(interaction)

    def _story_buttons(self, section: Section) -> list[ui.ActionRow["EditPanel"]]:
        number, shown = section.number, rules.stories(self.content)
        places = [other.number for other in shown]
        first: ui.ActionRow[EditPanel] = ui.ActionRow()
        if number in places:
            at = places.index(number)
            self._add(first, "up", partial(rules.moved, number=number, places=-1), off=at == 0)
            self._add(first, "down", partial(rules.moved, number=number, places=1), off=at == len(places) - 1)
            self._add(first, "lead", partial(rules.led_by, number=number), off=at == 0)
            self._add(first, "drop", partial(rules.dropped, number=number), off=len(places) == 1)
        else:
            self._add(first, "bring_in", partial(rules.brought_in, number=number), off=len(places) >= rules.STORIES_MAX)
            self._add(first, "lead", partial(rules.led_by, number=number))
        second: ui.ActionRow[EditPanel] = ui.ActionRow()
        self._ask(
            second,
            "headline",
            lambda words: partial(rules.headlined, number=number, headline=words),
            default=section.headline,
            chars_max=rules.HEADLINE_CHARS_MAX,
        )
        if any(ref.name in UNNAMED for ref in section.sources):
            self._ask(
                second,
                "source",
                lambda words: partial(rules.source_named, number=number, unnamed=UNNAMED, name=words),
                default="",
                chars_max=rules.SOURCE_CHARS_MAX,
            )
        return [first, second]

    def _edition_buttons(self) -> ui.ActionRow["EditPanel"]:
        row: ui.ActionRow[EditPanel] = ui.ActionRow()
        self._ask(
            row,
            "comment",
            lambda words: partial(rules.commented, comment=words),
            default=self.content.comment,
            chars_max=rules.COMMENT_CHARS_MAX,
            required=False,
        )
        # What was asked in the thread, perhaps as a poll that Discord does not let anybody change, stays as it is.
        ask: ui.Button[EditPanel] = ui.Button(
            label=self.say("editing.button.question"), custom_id="edit:question", disabled=self.is_posted
        )
        ask.callback = self._open_question
        row.add_item(ask)
        if self.is_posted:
            save: ui.Button[EditPanel] = ui.Button(
                label=self.say("editing.button.save"),
                style=ButtonStyle.success,
                custom_id="edit:save",
                disabled=not self._is_unsaved,
            )
            save.callback = self._open_save
            row.add_item(save)
        return row

    def _add(self, row: ui.ActionRow["EditPanel"], name: str, change: Change, *, off: bool = False) -> None:
        button: ui.Button[EditPanel] = ui.Button(
            label=self.say(f"editing.button.{name}"), custom_id=f"edit:{name}", disabled=off
        )

        async def press(interaction: discord.Interaction) -> None:
            await self.apply(interaction, change)

        button.callback = press
        row.add_item(button)

    def _ask(
        self,
        row: ui.ActionRow["EditPanel"],
        name: str,
        take: Take,
        *,
        default: str,
        chars_max: int,
        required: bool = True,
    ) -> None:
        button: ui.Button[EditPanel] = ui.Button(label=self.say(f"editing.button.{name}"), custom_id=f"edit:{name}")

        async def submit(interaction: discord.Interaction, words: str) -> None:
            await self.apply(interaction, take(words))

        async def press(interaction: discord.Interaction) -> None:
            label = self.say(f"editing.form.{name}")
            form = WordsForm(label, submit, default=default, chars_max=chars_max, required=required)
            await interaction.response.send_modal(form)

        button.callback = press
        row.add_item(button)

    async def _open_question(self, interaction: discord.Interaction) -> None:
        asked = self.content.big_question
        typed = Typed() if asked is None else Typed(asked.text, "\n".join(asked.options))

        async def submit(interaction: discord.Interaction, typed: Typed) -> None:
            options = typed.options.splitlines()
            await self.apply(interaction, partial(rules.asking, question=typed.question, options=options))

        await interaction.response.send_modal(QuestionForm(self._asked_in, submit, typed=typed, required=False))

    async def _open_save(self, interaction: discord.Interaction) -> None:
        content = self.content

        async def submit(interaction: discord.Interaction, words: str) -> None:
            await self._save(interaction, lambda _: content, words)

        label = self.say("editing.form.what")
        form = WordsForm(label, submit, default="", chars_max=rules.CORRECTION_CHARS_MAX)
        await interaction.response.send_modal(form)


class StoryChoice(ui.Select[EditPanel]):
    """Which story is to be changed."""

    def __init__(self, panel: EditPanel, sections: list[Section], number: int | None) -> None:
        super().__init__(
            placeholder=panel.say("editing.panel.choose"),
            options=[
                discord.SelectOption(
                    label=cut(clean(section.headline), OPTION_CHARS_MAX),
                    value=str(section.number),
                    default=section.number == number,
                )
                for section in sections
            ],
            custom_id="edit:story",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Show what can be done with it."""
        await self.panel.choose(interaction, int(self.values[0]))
