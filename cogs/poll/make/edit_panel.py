"""The panel of /poll edit: another wording of the question, and what is done to the options, each undone again."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

import discord
from discord import ButtonStyle, ui

from bot.domain.errors import GoneError, PaddockError
from bot.domain.poll.poll import OPTION_CHARS_MAX, Option, Poll, PollState, standing_for
from bot.domain.wording import clean, cut
from bot.edge.markdown import escape
from bot.edge.poll_card import CHOICE_CHARS_MAX, CHOICES_MAX
from bot.edge.sentences import error_sentence
from cogs.poll.make.desk import MakingDesk
from cogs.poll.make.forms import QUESTION_ROOM, WordsForm
from cogs.poll.make.pressed import PressedPanel

OPTION_ROOM = 2 * OPTION_CHARS_MAX  # too long is said with figures
Change: TypeAlias = Callable[[], Awaitable[Poll]]


class EditPollPanel(PressedPanel):
    """Shows a poll's options page by page, and what can be done with the one that is chosen.

    Attributes:
        poll: as it was read or changed last.
        number: the option that is chosen; None if none is.
        is_merging: whether what is chosen next is what it is merged into.
    """

    prefix = "poll_edit"

    def __init__(self, desk: MakingDesk, poll: Poll, asked_in: str) -> None:
        super().__init__(asked_in)
        self._desk = desk
        self.poll = poll
        self.number: int | None = None
        self._page = 0
        self.is_merging = False
        self._typed: dict[str, str] = {}
        self.show()

    def show(self, note: str = "") -> None:
        """Build the panel from what is there."""
        self.clear_items()
        container: ui.Container[EditPollPanel] = ui.Container(ui.TextDisplay("\n".join(self._lines(note))))
        offered = self._offered()
        if offered:
            container.add_item(ui.ActionRow(OptionChoice(self, offered[self._page * CHOICES_MAX :][:CHOICES_MAX])))
        pages = -(-len(offered) // CHOICES_MAX)
        if pages > 1:
            turning: ui.ActionRow[EditPollPanel] = ui.ActionRow()
            self.add_button(turning, "earlier", partial(self._turn, -1), off=self._page == 0)
            self.add_button(turning, "later", partial(self._turn, 1), off=self._page >= pages - 1)
            container.add_item(turning)
        if self.number is not None:
            container.add_item(self._option_buttons(self.poll.by_number[self.number]))
        elif self.poll.state is not PollState.CLOSED:
            row: ui.ActionRow[EditPollPanel] = ui.ActionRow()
            self.add_button(row, "reword", self._open_question, style=ButtonStyle.primary)
            container.add_item(row)
        self.add_item(container)

    def _lines(self, note: str) -> list[str]:
        lines = [self.say("poll_make.edit.title", question=escape(self.poll.question))]
        if note:
            lines.append(f"⚠️ {note}")
        chosen = None if self.number is None else self.poll.by_number[self.number]
        if chosen is None:
            lines.append(self.say("poll_make.edit.how" if self.poll.options else "poll_make.edit.no_options"))
        elif self.is_merging:
            lines.append(self.say("poll_make.edit.merge_into", option=escape(chosen.label)))
        else:
            lines.append(self.say("poll_make.edit.chosen", option=escape(chosen.label)))
            lines.append(self._standing(chosen))
        return lines

    def _standing(self, option: Option) -> str:
        """Return what has become of an option, and who nominated it."""
        if option.is_removed:
            return self.say("poll_make.edit.is_removed")
        if option.merged_into is not None:
            into = self.poll.by_number[option.merged_into]
            return self.say("poll_make.edit.is_merged", option=escape(into.label))
        # In a secret poll who nominated something has probably voted for it.
        if option.added_by is not None and not self.poll.rules.is_secret:
            return self.say("poll_make.edit.added_by", member=f"<@{option.added_by}>")
        return self.say("poll_make.edit.stands")

    def _offered(self) -> list[Option]:
        """Return what can be chosen: any option, or one that another can be merged into."""
        if not self.is_merging:
            return list(self.poll.options)
        return [option for option in self.poll.standing if option.number != self.number]

    async def choose(self, interaction: discord.Interaction, number: int) -> None:
        """Show what can be done with an option, or merge the chosen one into it.

        Raises:
            GoneError: if the poll has no such option.
        """
        if number not in self.poll.by_number:
            raise GoneError
        if self.is_merging and self.number is not None:
            merged, self.is_merging = self.number, False
            actor = await self._desk.actors.of(interaction)
            await self._change(interaction, lambda: self._desk.options.merge(actor, self.poll.id, merged, number))
            return
        self.number = number
        await self._show_again(interaction)

    def _option_buttons(self, option: Option) -> ui.ActionRow["EditPollPanel"]:
        row: ui.ActionRow[EditPollPanel] = ui.ActionRow()
        if self.is_merging:
            self.add_button(row, "no_merge", self._stop_merging)
            return row
        if option.is_removed:
            self.add_button(row, "restore", self._restore, style=ButtonStyle.primary)
        elif option.merged_into is not None:
            self.add_button(row, "unmerge", self._unmerge, style=ButtonStyle.primary)
            self.add_button(row, "remove", self._remove, style=ButtonStyle.danger)
        else:
            self.add_button(row, "rename", self._open_label)
            self.add_button(row, "merge", self._start_merging, off=len(self.poll.standing) < 2)  # noqa: PLR2004  # with itself?
            self.add_button(row, "remove", self._remove, style=ButtonStyle.danger)
        self.add_button(row, "done", self._leave)
        return row

    async def _change(self, interaction: discord.Interaction, change: Change) -> None:
        """Make a change and show what stands then; what is refused is said, with what stands by now."""
        note = ""
        try:
            self.poll = await change()
        except PaddockError as error:
            note = error_sentence(error, self.asked_in)
            self.poll = await self._desk.polls.get(await self._desk.actors.of(interaction), self.poll.id)
        if self.number not in self.poll.by_number:
            self.number = None
        await self._show_again(interaction, note)

    async def _show_again(self, interaction: discord.Interaction, note: str = "") -> None:
        self._page = min(self._page, max(0, (len(self._offered()) - 1) // CHOICES_MAX))
        self.show(note)
        await interaction.response.edit_message(view=self)

    async def _turn(self, by: int, interaction: discord.Interaction) -> None:
        self._page = max(0, self._page + by)
        await self._show_again(interaction)

    async def _start_merging(self, interaction: discord.Interaction) -> None:
        self.is_merging, self._page = True, 0
        await self._show_again(interaction)

    async def _stop_merging(self, interaction: discord.Interaction) -> None:
        self.is_merging, self._page = False, 0
        await self._show_again(interaction)

    async def _leave(self, interaction: discord.Interaction) -> None:
        self.number = None
        await self._show_again(interaction)

    async def _restore(self, interaction: discord.Interaction) -> None:
        actor, number = await self._desk.actors.of(interaction), self._chosen()
        await self._change(interaction, lambda: self._desk.options.restore(actor, self.poll.id, number))

    async def _unmerge(self, interaction: discord.Interaction) -> None:
        actor, number = await self._desk.actors.of(interaction), self._chosen()
        await self._change(interaction, lambda: self._desk.options.unmerge(actor, self.poll.id, number))

    async def _remove(self, interaction: discord.Interaction) -> None:
        actor, number = await self._desk.actors.of(interaction), self._chosen()
        await self._change(interaction, lambda: self._desk.options.remove(actor, self.poll.id, number))

    def _chosen(self) -> int:
        return 0 if self.number is None else self.number  # no option has the number 0

    async def _open_label(self, interaction: discord.Interaction) -> None:
        number = self._chosen()
        key = f"option {number}"

        async def submit(interaction: discord.Interaction, words: str) -> None:
            actor = await self._desk.actors.of(interaction)
            await self._typed_change(
                interaction, key, words, lambda: self._desk.options.rename(actor, self.poll.id, number, words)
            )

        default = self._typed.get(key, self.poll.by_number[number].label)
        label = self.say("poll_make.form.label")
        await interaction.response.send_modal(WordsForm(label, submit, default=default, chars_max=OPTION_ROOM))

    async def _open_question(self, interaction: discord.Interaction) -> None:
        async def submit(interaction: discord.Interaction, words: str) -> None:
            actor = await self._desk.actors.of(interaction)
            await self._typed_change(
                interaction, "question", words, lambda: self._desk.polls.edit(actor, self.poll.id, words)
            )

        default = self._typed.get("question", self.poll.question)
        label = self.say("poll_make.form.question")
        await interaction.response.send_modal(WordsForm(label, submit, default=default, chars_max=QUESTION_ROOM))

    async def _typed_change(self, interaction: discord.Interaction, key: str, words: str, change: Change) -> None:
        """Make a change of what was typed; refused words stand in the form when it is opened again."""
        self._typed[key] = words

        async def taken() -> Poll:
            changed = await change()
            self._typed.pop(key, None)
            return changed

        await self._change(interaction, taken)


class OptionChoice(ui.Select[EditPollPanel]):
    """Which option is to be changed, or which one another is to be merged into."""

    def __init__(self, panel: EditPollPanel, offered: list[Option]) -> None:
        merging = panel.is_merging
        super().__init__(
            placeholder=panel.say("poll_make.edit.choose_target" if merging else "poll_make.edit.choose"),
            options=[
                discord.SelectOption(
                    label=cut(clean(option.label), CHOICE_CHARS_MAX) or str(option.number),
                    value=str(option.number),
                    description=self._about(panel, option),
                    default=not merging and option.number == panel.number,
                )
                for option in offered
            ],
            custom_id="poll_edit:option",
        )
        self.panel = panel

    @staticmethod
    def _about(panel: EditPollPanel, option: Option) -> str | None:
        if option.is_removed:
            return panel.say("poll_make.edit.removed")
        target = standing_for(panel.poll.by_number, option.number)
        if option.merged_into is None or target is None:
            return None
        into = panel.poll.by_number[target]
        return cut(panel.say("poll_make.edit.merged", option=clean(into.label)), CHOICE_CHARS_MAX)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take it."""
        given = self.values[0]
        await self.panel.choose(interaction, int(given) if given.isascii() and given.isdecimal() else 0)
