"""What all panels of a ballot have in common: what is saved, its receipt, and taking it back."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

import discord
from discord import ButtonStyle, ui

from bot.domain.errors import GoneError, PaddockError
from bot.domain.poll.ballot import Marks
from bot.domain.poll.plainness import Plainness, plain
from bot.domain.poll.poll import Option, Poll, PollState
from bot.edge.drawn import is_not_drawn
from bot.edge.gallery import caption_of, gallery_of
from bot.edge.markdown import fit
from bot.edge.poll_card import marker, takes_votes
from bot.edge.question import ACCENT
from bot.edge.replies import Panel, say, show_again
from bot.edge.sentences import error_sentence
from bot.render.poll_words import method_sentence
from bot.services.ballot_box import Receipt
from bot.services.vote import OwnBallot
from bot.text import plural, text
from cogs.poll.desk import VotingDesk
from cogs.poll.sentences import ballot_sentence, receipt_line, until_sentence

# Of 4,000 characters in a message; what is saved takes 800 at most, an error 500, the names of pictures 300, and what a
# kind says 1,600.
QUESTION_CHARS_MAX = 400
HOW_CHARS_MAX = 300
LABEL_CHARS_MAX = 50

Press: TypeAlias = Callable[[discord.Interaction], Coroutine[Any, Any, None]]
Row: TypeAlias = ui.ActionRow["BallotPanel"]
T = TypeVar("T")


class BallotPanel(Panel):
    """One member's ballot of one poll, private to them.

    What is drafted stays when a vote is refused; what is saved, and its receipt, is always shown.

    Attributes:
        poll: as it was read last.
        saved: the ballot that is on disk; None if there is none.
        is_ballot_in_body: what is drafted is listed in the body, and need not be said again once it is saved.
    """

    is_ballot_in_body = False

    def __init__(self, desk: VotingDesk, own: OwnBallot, asked_in: str) -> None:
        super().__init__()
        self._desk = desk
        self._asked_in = asked_in
        self._is_withdrawing = False
        self._plainness = Plainness.FULL
        self.poll = own.poll
        self.saved = own.marks
        self._receipt = own.receipt
        self.draft_saved()
        self.show()

    # What each kind says for itself.

    @abstractmethod
    def draft_saved(self) -> None:
        """Draft what is saved, and forget what else was drafted."""

    @abstractmethod
    def body(self) -> str:
        """Return what is asked now, and what is drafted; Markdown."""

    @abstractmethod
    def rows(self) -> Iterable[Row]:
        """Return what can be pressed."""

    def pictured(self) -> Sequence[Option]:
        """Return the options that are to be judged now, whose pictures are shown."""
        return ()

    def prune(self) -> None:
        """Leave out of the draft what can no longer be chosen."""

    @property
    def is_unsaved(self) -> bool:
        """Whether something is drafted that is not on disk."""
        return False

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody can say any more whose ballot is whose."""
        return self.poll.state is PollState.FINAL and self.poll.rules.is_secret

    # What is shown.

    def say(self, message_id: str, **params: object) -> str:
        """Return a message in the member's language."""
        return text(message_id, self._asked_in, **params)

    def count(self, message_id: str, count: int, **params: object) -> str:
        """Return a message with a number in the member's language."""
        return plural(message_id, self._asked_in, count, **params)

    def show(self, note: str = "") -> None:
        """Build the panel from what is there."""
        self.clear_items()
        question = fit(self.poll.question, QUESTION_CHARS_MAX)
        how = fit(method_sentence(self.poll.rules, self._asked_in), HOW_CHARS_MAX)
        container: ui.Container[BallotPanel] = ui.Container(
            ui.TextDisplay(f"### {question}\n-# {how}"), accent_colour=ACCENT
        )
        has_options = bool(self.poll.standing)
        if body := self.body() if has_options else self.say("vote.card.no_options"):
            container.add_item(ui.TextDisplay(body))
        if has_options and not self._is_withdrawing:
            self._add_pictures(container, self.pictured())
        for row in self.rows() if has_options and not self._is_withdrawing else ():
            container.add_item(row)
        container.add_item(ui.TextDisplay(self._state(note)))
        if foot := self._foot():
            container.add_item(foot)
        self.add_item(container)

    def _add_pictures(self, container: ui.Container["BallotPanel"], options: Sequence[Option]) -> None:
        pictures = gallery_of(self.poll, options, self._asked_in)
        if pictures is None:
            return
        container.add_item(pictures)
        if len(options) > 1:  # a single one is named above
            container.add_item(ui.TextDisplay(caption_of(self.poll, options, self._asked_in)))

    def _state(self, note: str) -> str:
        lines = [f"⚠️ {note}"] if note else []
        if self._is_withdrawing:
            lines.append(self.say("vote.panel.really"))
        elif self.is_unsaved:
            lines.append(self.say("vote.panel.unsaved"))
        if self.is_forgotten:
            lines.append(self.say("vote.panel.forgotten"))
        elif self.saved is None and not self.is_unsaved:
            lines.append(self.say("vote.panel.nothing"))
        elif self.saved is not None:
            if self.is_ballot_in_body and not self.is_unsaved:
                lines.append(self.say("vote.panel.saved_above"))
            else:
                lines.append(
                    self.say("vote.panel.saved", ballot=ballot_sentence(self.poll, self.saved, self._asked_in))
                )
            if self.poll.state is PollState.OPEN:
                lines.append(until_sentence(self.poll, self._asked_in))
            if self._receipt is not None:
                lines.append(receipt_line(self._receipt, self._asked_in))
        return "\n".join(lines)

    def _foot(self) -> Row | None:
        row: Row = ui.ActionRow()
        if self._is_withdrawing:
            label = self.say("vote.panel.yes")
            row.add_item(self.button("really", self._withdraw, label=label, style=ButtonStyle.danger))
            self.add(row, "keep", self._ask_not_to_withdraw)
            return row
        for button in self.own_buttons():
            row.add_item(button)
        if self.poll.rules.is_write_in and takes_votes(self.poll):
            # The lasting button itself: it answers wherever it stands.
            nominate = f"{marker(self.poll.id)}nominate"
            row.add_item(ui.Button(label=self.say("vote.button.nominate"), emoji="✍️", custom_id=nominate))
        if self.saved is not None and self.poll.state is PollState.OPEN:
            self.add(row, "withdraw", self._ask_to_withdraw)
        return row if row.children else None

    def own_buttons(self) -> Iterable[ui.Button["BallotPanel"]]:
        """Return the buttons beside "Withdraw"."""
        return ()

    # What can be pressed.

    def button(
        self,
        name: str,
        press: Press,
        *,
        label: str | None = None,
        off: bool = False,
        style: ButtonStyle = ButtonStyle.secondary,
    ) -> ui.Button["BallotPanel"]:
        """Return a button; without a label it has its name's."""
        made: ui.Button[BallotPanel] = ui.Button(
            label=label or self.say(f"vote.panel.{name}"), custom_id=f"ballot:{name}", disabled=off, style=style
        )

        async def pressed(interaction: discord.Interaction) -> None:
            await press(interaction)

        made.callback = pressed
        return made

    def add(
        self, row: Row, name: str, press: Press, *, off: bool = False, style: ButtonStyle = ButtonStyle.secondary
    ) -> None:
        """Put a button into a row."""
        row.add_item(self.button(name, press, off=off, style=style))

    def turn_row(
        self, name: str, place: int, pages_n: int, turn: Callable[[int], None], *, is_counted: bool = True
    ) -> Iterable[Row]:
        """Return the buttons that lead to the page before and after; nothing where there is one page."""
        if pages_n < 2:  # noqa: PLR2004  # one page needs no turning
            return
        row: Row = ui.ActionRow()
        for way, label, to in (("back", "←", place - 1), ("on", "→", place + 1)):

            async def press(interaction: discord.Interaction, to: int = to) -> None:
                turn(to)
                await self.redraw(interaction)

            row.add_item(self.button(f"{name}:{way}", press, label=label, off=not 0 <= to < pages_n))
        if is_counted:
            at = self.say("vote.panel.page", place=place + 1, pages=pages_n)
            row.add_item(ui.Button(label=at, custom_id=f"ballot:{name}:at", disabled=True))
        yield row

    # What pressing does.

    async def open(self, interaction: discord.Interaction) -> None:
        """Show the panel for the first time."""
        await self._draw(partial(say, interaction, view=self))

    async def redraw(self, interaction: discord.Interaction, note: str = "") -> None:
        """Show the panel as it is now, as the answer to a press."""
        await self._draw(partial(show_again, interaction, self), note)

    async def _draw(self, answer: Callable[[], Awaitable[None]], note: str = "") -> None:
        """Build the panel and answer with it; from then on with nothing but words if Discord does not draw the rest."""
        self.show(note)
        try:
            await answer()
        except discord.HTTPException as error:
            if self._plainness is Plainness.BARE or not is_not_drawn(error):
                raise
            self._plainness = Plainness.BARE
            self._take(self.poll)
            self.show(note)
            await answer()

    def _take(self, poll: Poll) -> None:
        self.poll = plain(poll, self._plainness)

    async def cast(
        self, interaction: discord.Interaction, marks: Marks, then: Callable[[], None] | None = None
    ) -> None:
        """Save a ballot, do what follows, and show what came of it.

        A ballot that says nothing is no ballot, so that the one before it is withdrawn.
        """
        if marks:
            await self._hand_in(interaction, self._desk.vote(interaction, self.poll.id, marks), then)
        else:
            await self._hand_in(interaction, self._desk.withdraw(interaction, self.poll.id), then)

    async def tap(self, interaction: discord.Interaction, marks: Marks, then: Callable[[], None] | None = None) -> None:
        """Save what is said of some matches of a bracket, do what follows, and show what came of it."""
        await self._hand_in(interaction, self._desk.tap(interaction, self.poll.id, marks), then)

    async def _withdraw(self, interaction: discord.Interaction) -> None:
        self._is_withdrawing = False
        await self._hand_in(interaction, self._desk.withdraw(interaction, self.poll.id), then=self.draft_saved)

    async def _hand_in(
        self,
        interaction: discord.Interaction,
        handing_in: Coroutine[Any, Any, Receipt],
        then: Callable[[], None] | None = None,
    ) -> None:
        try:
            receipt = await handing_in
        except GoneError as error:
            # Nothing of it is left, the ballot neither.
            self.clear_items()
            self.add_item(ui.Container(ui.TextDisplay(f"⚠️ {error_sentence(error, self._asked_in)}")))
            await show_again(interaction, self)
            self.stop()
            return
        except PaddockError as error:
            await self._catch_up(interaction)
            await self.redraw(interaction, error_sentence(error, self._asked_in))
            return
        self._take(receipt.poll)
        self.saved = receipt.marks
        self._receipt = None if receipt.marks is None else receipt.value
        if then is not None:
            then()
        await self.redraw(interaction)

    async def _catch_up(self, interaction: discord.Interaction) -> None:
        """Read the poll again after a refusal: it may offer other things now, or somebody voted on another device."""
        try:
            own = await self._desk.own(interaction, self.poll.id)
        except PaddockError:
            return  # what is drafted stays all the same
        self._take(own.poll)
        self.saved, self._receipt = own.marks, own.receipt
        self.prune()

    async def _ask_to_withdraw(self, interaction: discord.Interaction) -> None:
        self._is_withdrawing = True
        await self.redraw(interaction)

    async def _ask_not_to_withdraw(self, interaction: discord.Interaction) -> None:
        self._is_withdrawing = False
        await self.redraw(interaction)


def page_of(options: Sequence[T], place: int, size: int) -> tuple[Sequence[T], int, int]:
    """Return the page at `place` of at most `size` each, its place as it is, and how many there are, at least one."""
    pages_n = max(1, -(-len(options) // size))
    place = min(max(place, 0), pages_n - 1)
    return options[place * size : (place + 1) * size], place, pages_n


def chosen_of(select: ui.Select[Any], offered: Iterable[Option]) -> list[int]:
    """Return the numbers that were chosen among those that were offered; what else comes back is left out."""
    known = {str(option.number): option.number for option in offered}
    return [known[value] for value in select.values if value in known]
