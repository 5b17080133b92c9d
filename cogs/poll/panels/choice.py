"""The panel of single and multiple choice: a select, on as many pages as the options take."""

from collections.abc import Iterable, Sequence

import discord
from discord import ButtonStyle, ui

from bot.domain.poll.ballot import OptionGoneError, marks_of
from bot.domain.poll.poll import Option
from bot.domain.poll.rules import PollKind
from bot.edge.poll_card import CHOICES_MAX, choice
from bot.edge.sentences import error_sentence
from cogs.poll.panels.ballot import BallotPanel, Row, chosen_of, page_of


class ChoicePanel(BallotPanel):
    """One option is saved as soon as it is chosen; several are saved together."""

    _page = 0

    def draft_saved(self) -> None:
        """Draft what is saved."""
        self._drafted = {number for number, _ in self.saved or ()}

    def prune(self) -> None:
        """Leave out of the draft what can no longer be chosen."""
        self._drafted &= {option.number for option in self.poll.standing}

    @property
    def is_unsaved(self) -> bool:
        """Whether something is drafted that is not on disk."""
        return self._drafted != {number for number, _ in self.saved or ()}

    def _offered(self) -> tuple[Sequence[Option], int, int]:
        return page_of(self.poll.standing, self._page, CHOICES_MAX)

    def pictured(self) -> Sequence[Option]:
        """Return the options of this page."""
        return self._offered()[0]

    def body(self) -> str:
        """Return how many are chosen, where several may be."""
        rules = self.poll.rules
        if rules.kind is PollKind.SINGLE:
            return ""
        name = "vote.panel.chosen" if rules.choices_min == 1 else "vote.panel.chosen_of"
        return self.count(name, len(self._drafted), least=rules.choices_min, most=rules.choices_max)

    def rows(self) -> Iterable[Row]:
        """Return the select of this page."""
        options, self._page, pages_n = self._offered()
        is_single = self.poll.rules.kind is PollKind.SINGLE
        select: ui.Select[BallotPanel] = ui.Select(
            custom_id="ballot:choose",
            placeholder=self.say("vote.button.choose" if is_single else "vote.button.choose_several"),
            min_values=1 if is_single else 0,
            max_values=1 if is_single else min(self.poll.rules.choices_max, len(options)),
            options=[
                choice(self.poll, option, self._asked_in, is_default=is_default)
                for option, is_default in zip(options, self._defaults([one.number for one in options]), strict=True)
            ],
        )

        async def chosen(interaction: discord.Interaction) -> None:
            await self._choose(interaction, chosen_of(select, options), [option.number for option in options])

        select.callback = chosen
        yield ui.ActionRow(select)
        yield from self.turn_row("page", self._page, pages_n, self._turn)

    def _defaults(self, numbers: list[int]) -> list[bool]:
        """Return which of these are shown as chosen: not more than the select takes."""
        left = 1 if self.poll.rules.kind is PollKind.SINGLE else min(self.poll.rules.choices_max, len(numbers))
        defaults: list[bool] = []
        for number in numbers:
            is_default = number in self._drafted and left > 0
            left -= is_default
            defaults.append(is_default)
        return defaults

    def _turn(self, to: int) -> None:
        self._page = to

    async def _choose(self, interaction: discord.Interaction, chosen: list[int], offered: list[int]) -> None:
        if self.poll.rules.kind is PollKind.MULTIPLE:
            self._drafted = (self._drafted - set(offered)) | set(chosen)
            await self.redraw(interaction)
            return
        if not chosen:
            await self.redraw(interaction, error_sentence(OptionGoneError(), self._asked_in))
            return
        self._drafted = set(chosen)
        await self._save(interaction)

    def own_buttons(self) -> Iterable[ui.Button[BallotPanel]]:
        """Return Save, where several may be chosen."""
        if self.poll.rules.kind is PollKind.MULTIPLE:
            yield self.button("save", self._save, off=not self.is_unsaved, style=ButtonStyle.success)

    async def _save(self, interaction: discord.Interaction) -> None:
        await self.cast(interaction, marks_of(dict.fromkeys(self._drafted, 1)))
