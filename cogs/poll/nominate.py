"""Write-ins: the form behind the button of a card, and the question which of two names is meant."""

from functools import partial
from typing import Any, cast

import discord
from discord import ButtonStyle, ui
from discord.ext import commands

from bot.domain.errors import PaddockError
from bot.domain.poll.poll import OPTION_CHARS_MAX, Option, Poll
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.lasting import SUBJECT, LastingButton
from bot.edge.markdown import escape
from bot.edge.patience import patiently
from bot.edge.poll_card import BUTTON_CHARS_MAX
from bot.edge.replies import Field, Form, Panel, language, say, show_again
from bot.edge.sentences import error_sentence
from bot.services.nomination import VOTED_KINDS, InDoubt, Nominated, NominationService
from bot.text import text
from cogs.poll.desk import VotingDesk
from cogs.poll.sentences import receipt_line, until_sentence

ROOM = 2 * OPTION_CHARS_MAX  # too long is said with figures, and given back
TITLE_CHARS_MAX = 45  # Discord docs, interactions, modal: "title"
HINT_CHARS_MAX = 100  # Discord docs, components reference, label: "description"


class NominateCog(commands.Cog, name="nominate"):
    """Takes nominations."""

    def __init__(self, actors: Actors, nominations: NominationService, voting: VotingDesk) -> None:
        self._actors = actors
        self._nominations = nominations
        self._voting = voting

    async def open_form(self, interaction: discord.Interaction, poll_id: int, typed: str = "") -> None:
        """Ask a member what they nominate; who may not is told before they type."""
        actor = await self._actors.of(interaction)
        poll = await self._nominations.open(actor, poll_id, interaction.created_at)
        await interaction.response.send_modal(NominateForm(self, poll, language(interaction), typed))

    async def take(self, interaction: discord.Interaction, poll_id: int, typed: str) -> None:
        """Take what was typed; what is refused is given back, and what is in doubt is asked."""
        actor, asked_in = await self._actors.of(interaction), language(interaction)
        try:
            nomination = self._nominations.nominate(actor, poll_id, typed, interaction.created_at)
            placed = await patiently(interaction, nomination)
        except PaddockError as error:
            await say(interaction, view=MendPanel(self, poll_id, typed, error_sentence(error, asked_in), asked_in))
            return
        if isinstance(placed, InDoubt):
            await say(interaction, view=DoubtPanel(self, placed, asked_in))
            return
        await say(interaction, self.told(placed, asked_in))

    async def insist(self, interaction: discord.Interaction, poll_id: int, label: str) -> Nominated | InDoubt:
        """Take a nomination that is none of those that it was taken for."""
        actor = await self._actors.of(interaction)
        nomination = self._nominations.nominate(actor, poll_id, label, interaction.created_at, is_new=True)
        return await patiently(interaction, nomination)

    async def mean(self, interaction: discord.Interaction, poll_id: int, number: int) -> Nominated:
        """Take a nomination for an option that stands."""
        actor = await self._actors.of(interaction)
        return await patiently(interaction, self._nominations.meant(actor, poll_id, number, interaction.created_at))

    def told(self, placed: Nominated, asked_in: str) -> str:
        """Return what became of a nomination, and of the vote that goes with it; the card is shown anew."""
        poll, option = placed.poll, escape(placed.option.label)
        self._voting.show(poll)
        if placed.receipt is not None:
            name = "poll_make.nominate.new_voted" if placed.is_new else "poll_make.nominate.same_voted"
            return "\n".join(
                [
                    text(name, asked_in, option=option),
                    until_sentence(placed.receipt.poll, asked_in),
                    receipt_line(placed.receipt.value, asked_in),
                ]
            )
        name = "poll_make.nominate.new" if placed.is_new else "poll_make.nominate.same"
        lines = [text(name, asked_in, option=option)]
        if placed.refused is None:
            lines.append(text("poll_make.nominate.then_vote", asked_in))
        else:
            lines.append(f"⚠️ {error_sentence(placed.refused, asked_in)}")
            lines.append(text("poll_make.nominate.vote", asked_in))
        return "\n".join(lines)


class NominateButton(LastingButton, template=f"poll:{SUBJECT}:nominate"):
    """Opens the form."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        cog = cast("NominateCog", cast("Any", interaction.client).get_cog("nominate"))
        await cog.open_form(interaction, self.subject_id)


class NominateForm(Form):
    """One line for what is nominated; the label says whether naming it is voting for it."""

    def __init__(self, cog: NominateCog, poll: Poll, asked_in: str, typed: str) -> None:
        super().__init__(cut(text("poll_make.nominate.title", asked_in), TITLE_CHARS_MAX))
        self._cog = cog
        self._poll_id = poll.id
        is_vote = poll.rules.kind in VOTED_KINDS
        self.label = Field(default=typed[:ROOM] or None, max_length=ROOM, custom_id="label")
        self.add_item(
            ui.Label(
                text=cut(clean(poll.question), TITLE_CHARS_MAX),
                description=text("poll_make.nominate.is_vote" if is_vote else "poll_make.nominate.no_vote", asked_in),
                component=self.label,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand on what was typed."""
        await self._cog.take(interaction, self._poll_id, self.label.value)


class MendPanel(Panel):
    """Says what is wrong with a nomination, and opens the form again with what was typed."""

    def __init__(self, cog: NominateCog, poll_id: int, typed: str, wrong: str, asked_in: str) -> None:
        super().__init__()
        self._cog = cog
        self._poll_id = poll_id
        self._typed = typed
        button: ui.Button[MendPanel] = ui.Button(
            label=text("poll_make.button.mend", asked_in), custom_id="nominate:mend"
        )
        button.callback = self._mend
        self.add_item(ui.Container(ui.TextDisplay(f"⚠️ {wrong}"), ui.ActionRow(button)))

    async def _mend(self, interaction: discord.Interaction) -> None:
        await self._cog.open_form(interaction, self._poll_id, self._typed)


class DoubtPanel(Panel):
    """Asks whether a nomination is one of the options that stand."""

    def __init__(self, cog: NominateCog, doubt: InDoubt, asked_in: str) -> None:
        super().__init__()
        self._cog = cog
        self._doubt = doubt
        self._asked_in = asked_in
        row: ui.ActionRow[DoubtPanel] = ui.ActionRow()
        for option in doubt.options:
            self._add(row, cut(clean(option.label), BUTTON_CHARS_MAX), f"nominate:same:{option.number}", option)
        self._add(row, cut(text("poll_make.nominate.other", asked_in), BUTTON_CHARS_MAX), "nominate:new", None)
        asked = text("poll_make.nominate.meant", asked_in, label=escape(doubt.label))
        self.add_item(ui.Container(ui.TextDisplay(asked), row))

    def _add(self, row: ui.ActionRow["DoubtPanel"], label: str, custom_id: str, option: Option | None) -> None:
        style = ButtonStyle.secondary if option is None else ButtonStyle.primary
        button: ui.Button[DoubtPanel] = ui.Button(label=label, style=style, custom_id=custom_id)
        button.callback = partial(self._answer, option)
        row.add_item(button)

    async def _answer(self, option: Option | None, interaction: discord.Interaction) -> None:
        poll_id = self._doubt.poll.id
        try:
            if option is None:
                placed = await self._cog.insist(interaction, poll_id, self._doubt.label)
            else:
                placed = await self._cog.mean(interaction, poll_id, option.number)
        except PaddockError as error:
            await self._end(interaction, f"⚠️ {error_sentence(error, self._asked_in)}")
            return
        if isinstance(placed, Nominated):
            await self._end(interaction, self._cog.told(placed, self._asked_in))

    async def _end(self, interaction: discord.Interaction, sentence: str) -> None:
        self.clear_items()
        self.add_item(ui.Container(ui.TextDisplay(sentence)))
        await show_again(interaction, self)
        self.stop()
