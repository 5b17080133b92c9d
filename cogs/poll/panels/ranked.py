"""The panel of a ranked ballot: built one preference after the other, and only of what was given."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import discord
from discord import ButtonStyle, ui

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.poll import Option
from bot.domain.wording import cut
from bot.edge.markdown import fit
from bot.edge.poll_card import CHOICE_CHARS_MAX, CHOICES_MAX, choice
from bot.render.poll_words import label_of
from cogs.poll.panels.ballot import LABEL_CHARS_MAX, BallotPanel, Press, Row, chosen_of, page_of


class RankedPanel(BallotPanel):
    """Lists the preferences so far; the next one is chosen below them, and one that was chosen can be moved."""

    is_ballot_in_body = True
    _page = 0  # of what is left
    _list_page = 0  # of what is chosen
    _picked: int | None = None  # the one that is moved

    def draft_saved(self) -> None:
        """Draft what is saved."""
        self._order = [number for number, _ in sorted(self.saved or (), key=lambda mark: mark[1])]
        self._picked = None

    def prune(self) -> None:
        """Leave out what can no longer be chosen; what comes after it moves up."""
        self._order = [number for number in self._order if self._stands(number)]
        self._picked = self._picked if self._picked in self._order else None

    def _stands(self, number: int) -> bool:
        option = self.poll.by_number.get(number)
        return option is not None and option.stands

    @property
    def is_unsaved(self) -> bool:
        """Whether the order is not the one on disk."""
        return self._marks() != (self.saved or ())

    def _marks(self) -> tuple[tuple[int, int], ...]:
        return marks_of({number: place for place, number in enumerate(self._order, 1)})

    # What is shown.

    def _left(self) -> tuple[Sequence[Option], int, int]:
        """Return the page of what can be chosen next."""
        left = [option for option in self.poll.standing if option.number not in self._order]
        return page_of(left, self._page, CHOICES_MAX)

    def pictured(self) -> Sequence[Option]:
        """Return what can be chosen next."""
        return self._left()[0]

    def body(self) -> str:
        """Return the list so far."""
        if not self._order:
            return self.say("vote.ranked.empty")
        numbers, page, _ = page_of(self._order, self._list_page, CHOICES_MAX)
        first = page * CHOICES_MAX + 1
        lines = [self._line(place, number) for place, number in enumerate(numbers, first)]
        return "\n".join([self.count("vote.ranked.title", len(self._order), of=len(self.poll.standing)), *lines])

    def _line(self, place: int, number: int) -> str:
        label = fit(label_of(self.poll, number, self._asked_in), LABEL_CHARS_MAX)
        return f"{place}. **▸ {label}**" if number == self._picked else f"{place}. {label}"

    def rows(self) -> Iterable[Row]:
        """Return the select of the next preference, and what changes the list."""
        yield from self._next_rows()
        if self._order:
            yield from self._list_rows()
        if self._picked is not None:
            yield self._move_row(self._order.index(self._picked))

    def _next_rows(self) -> Iterable[Row]:
        options, self._page, pages_n = self._left()
        if not options:
            return
        select: ui.Select[BallotPanel] = ui.Select(
            custom_id="ballot:next",
            placeholder=self.say("vote.ranked.next", place=len(self._order) + 1),
            options=[choice(self.poll, option, self._asked_in) for option in options],
        )

        async def chosen(interaction: discord.Interaction) -> None:
            for number in chosen_of(select, options):
                self._append(number)
            await self.redraw(interaction)

        select.callback = chosen
        yield ui.ActionRow(select)
        yield from self.turn_row("page", self._page, pages_n, partial(setattr, self, "_page"))

    def _list_rows(self) -> Iterable[Row]:
        numbers, self._list_page, pages_n = page_of(self._order, self._list_page, CHOICES_MAX)
        first = self._list_page * CHOICES_MAX + 1
        select: ui.Select[BallotPanel] = ui.Select(
            custom_id="ballot:pick",
            placeholder=self.say("vote.ranked.pick"),
            options=[
                discord.SelectOption(
                    label=cut(f"{place}. {label_of(self.poll, number, self._asked_in)}", CHOICE_CHARS_MAX),
                    value=str(number),
                    default=number == self._picked,
                )
                for place, number in enumerate(numbers, first)
            ],
        )

        async def picked(interaction: discord.Interaction) -> None:
            self._picked = next((number for number in numbers if str(number) in select.values), None)
            await self.redraw(interaction)

        select.callback = picked
        yield ui.ActionRow(select)
        yield from self.turn_row("list", self._list_page, pages_n, partial(setattr, self, "_list_page"))

    def _move_row(self, at: int) -> Row:
        row: Row = ui.ActionRow()
        last = len(self._order) - 1
        self.add(row, "first", self._press(lambda: self._move(at, 0)), off=at == 0)
        self.add(row, "up", self._press(lambda: self._move(at, at - 1)), off=at == 0)
        self.add(row, "down", self._press(lambda: self._move(at, at + 1)), off=at == last)
        self.add(row, "remove", self._press(lambda: self._remove(at)))
        return row

    def own_buttons(self) -> Iterable[ui.Button[BallotPanel]]:
        """Return Save and Start over."""
        can_save = self.is_unsaved and bool(self._order)
        yield self.button("save", self._save, off=not can_save, style=ButtonStyle.success)
        yield self.button("clear", self._press(self._clear), off=not self._order)

    # What pressing does.

    def _press(self, change: Callable[[], None]) -> Press:
        async def press(interaction: discord.Interaction) -> None:
            change()
            await self.redraw(interaction)

        return press

    def _append(self, number: int) -> None:
        if number in self._order:  # chosen twice before the first choice was answered
            return
        self._order.append(number)
        self._list_page = (len(self._order) - 1) // CHOICES_MAX

    def _move(self, at: int, to: int) -> None:
        self._order.insert(to, self._order.pop(at))
        self._list_page = to // CHOICES_MAX

    def _remove(self, at: int) -> None:
        del self._order[at]
        self._picked = None

    def _clear(self) -> None:
        self._order, self._picked = [], None

    async def _save(self, interaction: discord.Interaction) -> None:
        await self.cast(interaction, self._marks())
