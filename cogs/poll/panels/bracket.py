"""The panel of a bracket: one pair after the other, or the favourites of the opening vote; each tap is saved."""

from collections.abc import Iterable, Sequence
from functools import partial

import discord
from discord import ButtonStyle, ui

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.bracket import OPENING, Bracket, Match, is_opening_vote, open_matches
from bot.domain.poll.bracket_marks import FAVOURITES_MAX, TAKEN_BACK
from bot.domain.poll.poll import Option
from bot.domain.wording import cut
from bot.edge.markdown import link
from bot.edge.poll_card import BUTTON_CHARS_MAX, CHOICES_MAX, choice, own_emoji
from bot.render.poll_words import label_of, round_name
from cogs.poll.panels.ballot import BallotPanel, Row, chosen_of, page_of


class BracketPanel(BallotPanel):
    """Begins with the first pair that the member has not judged."""

    _page = 0  # of the opening vote's entries

    def draft_saved(self) -> None:
        """Begin where the saved ballot ends."""
        said = dict(self.saved or ())
        judged = [match.number in said for match in self._matches]
        self._place = judged.index(False) if False in judged else len(judged)

    def prune(self) -> None:
        """Begin anew where another round is open now."""
        self.draft_saved()

    @property
    def _bracket(self) -> Bracket:
        return self.poll.bracket or Bracket()

    @property
    def _matches(self) -> tuple[Match, ...]:
        return open_matches(self._bracket)

    def pictured(self) -> Sequence[Option]:
        """Return the pair that is judged now, or the entries on this page of the opening vote."""
        if is_opening_vote(self._bracket):
            return self._entries()[0]
        matches = self._matches
        numbers = matches[self._place].entries if self._place < len(matches) else ()
        return [self.poll.by_number[number] for number in numbers if number in self.poll.by_number]

    def _entries(self) -> tuple[Sequence[Option], int, int]:
        return page_of(self.poll.standing, self._page, CHOICES_MAX)

    def body(self) -> str:
        """Return the pair that is judged now, and how far the round has come."""
        if is_opening_vote(self._bracket):
            return self.count("vote.bracket.opening", FAVOURITES_MAX)
        matches = self._matches
        if self._place >= len(matches):
            return self.say("vote.bracket.through")
        match = matches[self._place]
        entries = 2 * len(self._bracket.rounds[-1].matches)
        at = f"**{self._place + 1}/{len(matches)}** · {round_name(entries, self._asked_in)}"
        first, second = (self._name(number) for number in match.entries)
        return f"{at}\n## {self.say('vote.card.match', first=first, second=second)}"

    def _name(self, number: int) -> str:
        option = self.poll.by_number.get(number)
        if option is None:
            return label_of(self.poll, number, self._asked_in)
        label = link(option.label, option.url) or label_of(self.poll, number, self._asked_in)
        return " ".join(part for part in (own_emoji(option), label) if part)

    def rows(self) -> Iterable[Row]:
        """Return the pair as two buttons and the way on, or the select of the opening vote."""
        if is_opening_vote(self._bracket):
            yield from self._opening_rows()
            return
        matches = self._matches
        if self._place < len(matches):
            match, row = matches[self._place], Row()
            chosen = dict(self.saved or ()).get(match.number)
            for name, number in zip(("first", "second"), match.entries, strict=True):
                label = label_of(self.poll, number, self._asked_in)
                label = cut(f"✓ {label}" if number == chosen else label, BUTTON_CHARS_MAX)
                style = ButtonStyle.primary if number == chosen else ButtonStyle.secondary
                row.add_item(self.button(name, partial(self._judge, match.number, number), label=label, style=style))
            yield row
        yield from self.turn_row("match", self._place, len(matches) + 1, self._turn, is_counted=False)

    def _turn(self, to: int) -> None:
        self._place = to

    async def _judge(self, match: int, number: int, interaction: discord.Interaction) -> None:
        """Let an entry go on, and show the next pair."""
        await self.tap(interaction, ((match, number),), partial(self._go_on, match))

    def _go_on(self, match: int) -> None:
        """Show the pair after a match; pressed twice before it was answered, a button skips no pair."""
        numbers = [each.number for each in self._matches]
        if match in numbers:
            self._place = numbers.index(match) + 1

    # The opening vote.

    def _opening_rows(self) -> Iterable[Row]:
        options, self._page, pages_n = self._entries()
        named = {key - OPENING for key, _ in self.saved or () if key > OPENING}
        select: ui.Select[BallotPanel] = ui.Select(
            custom_id="ballot:favourites",
            placeholder=self.say("vote.bracket.favourites"),
            min_values=0,
            max_values=min(FAVOURITES_MAX, len(options)),
            options=[
                choice(self.poll, option, self._asked_in, is_default=option.number in named) for option in options
            ],
        )

        async def chosen(interaction: discord.Interaction) -> None:
            wanted = set(chosen_of(select, options))
            taps = {OPENING + number: 1 for number in wanted - named}
            taken_back = {option.number for option in options} & named - wanted
            await self._tap(interaction, taps | {OPENING + number: TAKEN_BACK for number in taken_back})

        select.callback = chosen
        yield ui.ActionRow(select)
        yield from self.turn_row("page", self._page, pages_n, partial(setattr, self, "_page"))

    async def _tap(self, interaction: discord.Interaction, taps: dict[int, int]) -> None:
        if taps:
            await self.tap(interaction, marks_of(taps))
        else:
            await self.redraw(interaction)
