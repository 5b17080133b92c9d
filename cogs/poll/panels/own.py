"""What a member voted, with the receipt, for as long as it is known."""

from collections.abc import Iterable

import discord
from discord import ui

from bot.edge.poll_card import takes_votes
from cogs.poll.panels.ballot import BallotPanel, Row
from cogs.poll.panels.kinds import panel_for


class OwnPanel(BallotPanel):
    """Shows a ballot; changing it leads to the panel of its kind."""

    def draft_saved(self) -> None:
        """Draft nothing."""

    def body(self) -> str:
        """Return nothing: the ballot stands where every panel tells what is saved."""
        return ""

    def rows(self) -> Iterable[Row]:
        """Return nothing: what can be pressed stands at the end."""
        return ()

    def own_buttons(self) -> Iterable[ui.Button[BallotPanel]]:
        """Return the way to the panel."""
        if takes_votes(self.poll) and self.poll.standing:
            yield self.button("vote" if self.saved is None else "change", self._change)

    async def _change(self, interaction: discord.Interaction) -> None:
        panel = panel_for(self._desk, await self._desk.own(interaction, self.poll.id), self._asked_in)
        panel.last_used = interaction
        self.stop()  # or it would say in a quarter of an hour that it has closed, in the place of the other
        await panel.redraw(interaction)
