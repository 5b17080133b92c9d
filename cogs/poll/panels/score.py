"""The panel of a ballot with scores: a select for each option, so many on a page."""

from collections.abc import Iterable, Sequence
from functools import partial

import discord
from discord import ButtonStyle, SelectOption, ui

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.poll import Option
from bot.domain.poll.rules import SCORE_MAX
from bot.domain.wording import cut
from bot.edge.poll_card import CHOICE_CHARS_MAX, own_emoji
from bot.render.poll_words import label_of
from cogs.poll.panels.ballot import BallotPanel, Row, page_of

OPTIONS_EACH = 8  # of a page: with a row each well within the 40 components of a message
NONE = "-"  # the value for "no score"


class ScorePanel(BallotPanel):
    """An option that has no score is not on the ballot."""

    _page = 0

    def draft_saved(self) -> None:
        """Draft what is saved."""
        self._scores = dict(self.saved or ())

    def prune(self) -> None:
        """Leave out what can no longer be chosen."""
        standing = {option.number for option in self.poll.standing}
        self._scores = {number: score for number, score in self._scores.items() if number in standing}

    @property
    def is_unsaved(self) -> bool:
        """Whether other scores are on disk."""
        return marks_of(self._scores) != (self.saved or ())

    def _scored_here(self) -> tuple[Sequence[Option], int, int]:
        return page_of(self.poll.standing, self._page, OPTIONS_EACH)

    def pictured(self) -> Sequence[Option]:
        """Return the options of this page."""
        return self._scored_here()[0]

    def body(self) -> str:
        """Return how many are scored."""
        return self.count("vote.score.given", len(self._scores), of=len(self.poll.standing), most=SCORE_MAX)

    def rows(self) -> Iterable[Row]:
        """Return a select for each option of this page."""
        options, self._page, pages_n = self._scored_here()
        for option in options:
            yield ui.ActionRow(self._select(option))
        yield from self.turn_row("page", self._page, pages_n, partial(setattr, self, "_page"))

    def _select(self, option: Option) -> ui.Select[BallotPanel]:
        label, given = label_of(self.poll, option.number, self._asked_in), self._scores.get(option.number)
        emoji = own_emoji(option)
        select: ui.Select[BallotPanel] = ui.Select(
            custom_id=f"ballot:score:{option.number}",
            placeholder=label,
            options=[
                SelectOption(
                    label=_scored(label, self.say("vote.score.of", score=score, most=SCORE_MAX)),
                    value=str(score),
                    emoji=None if emoji is None else discord.PartialEmoji(name=emoji),
                    default=given == score,
                )
                for score in range(SCORE_MAX, -1, -1)
            ]
            + ([] if given is None else [SelectOption(label=self.say("vote.score.none"), value=NONE)]),
        )

        async def chosen(interaction: discord.Interaction) -> None:
            await self._score(interaction, option.number, select.values)

        select.callback = chosen
        return select

    async def _score(self, interaction: discord.Interaction, number: int, values: list[str]) -> None:
        known = {str(score): score for score in range(SCORE_MAX + 1)}
        for value in values:
            if value in known:
                self._scores[number] = known[value]
            elif value == NONE:
                self._scores.pop(number, None)
        await self.redraw(interaction)

    def own_buttons(self) -> Iterable[ui.Button[BallotPanel]]:
        """Return Save."""
        yield self.button("save", self._save, off=not self.is_unsaved, style=ButtonStyle.success)

    async def _save(self, interaction: discord.Interaction) -> None:
        await self.cast(interaction, marks_of(self._scores))


def _scored(label: str, score: str) -> str:
    """Return an option with its score, both to be read even where the label has to be cut."""
    return f"{cut(label, CHOICE_CHARS_MAX - len(score) - 2)}: {score}"
