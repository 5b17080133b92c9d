"""The panel of verdicts: one option after the other, judged one way, the other, or not; each is saved at once."""

from collections.abc import Iterable, Sequence
from functools import partial

import discord
from discord import ButtonStyle, ui

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.poll import Option
from bot.edge.markdown import escape, link
from bot.edge.poll_card import own_emoji
from bot.render.poll_words import label_of
from cogs.poll.panels.ballot import BallotPanel, Row

GOOD, BAD = 1, -1


class VerdictPanel(BallotPanel):
    """Begins with the first option that the member has not judged."""

    def draft_saved(self) -> None:
        """Take up what is saved, and begin where it ends."""
        self._verdicts = dict(self.saved or ())
        judged = [option.number in self._verdicts for option in self.poll.standing]
        self._place = judged.index(False) if False in judged else 0

    def prune(self) -> None:
        """Leave out what can no longer be judged."""
        standing = {option.number for option in self.poll.standing}
        self._verdicts = {number: value for number, value in self._verdicts.items() if number in standing}
        self._place = min(self._place, len(standing))  # or nothing would lead back to what is left

    @property
    def is_unsaved(self) -> bool:
        """Whether a verdict was refused."""
        return marks_of(self._verdicts) != (self.saved or ())

    @property
    def option(self) -> Option | None:
        """The option that is judged now; None after the last one."""
        return self.poll.standing[self._place] if self._place < len(self.poll.standing) else None

    def pictured(self) -> Sequence[Option]:
        """Return the option that is judged now."""
        return () if self.option is None else (self.option,)

    def body(self) -> str:
        """Return the option that is judged now, and how far the ballot has come."""
        good, bad = self._labels()
        verdicts = list(self._verdicts.values())
        given = self.say(
            "vote.verdict.given",
            good=escape(good),
            good_n=verdicts.count(GOOD),
            bad=escape(bad),
            bad_n=verdicts.count(BAD),
            left=len(self.poll.standing) - len(verdicts),
        )
        option = self.option
        if option is None:
            return f"{self.say('vote.verdict.through')}\n-# {given}"
        label = link(option.label, option.url) or label_of(self.poll, option.number, self._asked_in)
        name = " ".join(part for part in (own_emoji(option), label) if part)
        lines = [f"**{self._place + 1}/{len(self.poll.standing)}**", f"## {name}"]
        if (value := self._verdicts.get(option.number)) is not None:
            verdict = escape(good if value == GOOD else bad)
            lines.append(self.say("vote.verdict.yours", verdict=verdict))
        return "\n".join([*lines, f"-# {given}"])

    def _labels(self) -> tuple[str, str]:
        return self.poll.rules.labels or ("+", "−")

    def rows(self) -> Iterable[Row]:
        """Return the two verdicts and the way on."""
        option = self.option
        if option is not None:
            good, bad = self._labels()
            value = self._verdicts.get(option.number)
            row: Row = ui.ActionRow()
            for name, label, verdict in (("good", good, GOOD), ("bad", bad, BAD)):
                style = ButtonStyle.primary if value == verdict else ButtonStyle.secondary
                press = partial(self._judge, option.number, verdict)
                shown = f"✓ {label}" if value == verdict else label
                row.add_item(self.button(name, press, label=shown, style=style))
            row.add_item(self.button("skip", partial(self._judge, option.number, None)))
            yield row
        yield from self.turn_row("option", self._place, len(self.poll.standing) + 1, self._turn, is_counted=False)

    def _turn(self, to: int) -> None:
        self._place = to

    async def _judge(self, number: int, verdict: int | None, interaction: discord.Interaction) -> None:
        """Give an option a verdict, or none, and go on to the next."""
        if verdict is None:
            self._verdicts.pop(number, None)
        else:
            self._verdicts[number] = verdict
        if self.is_unsaved:
            await self.cast(interaction, marks_of(self._verdicts), partial(self._go_on, number))
        else:
            self._go_on(number)
            await self.redraw(interaction)

    def _go_on(self, number: int) -> None:
        """Show the option after this one; pressed twice before it was answered, a button skips none."""
        numbers = [option.number for option in self.poll.standing]
        if number in numbers:
            self._place = numbers.index(number) + 1
