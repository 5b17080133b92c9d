"""What a member voted, with the receipt, for as long as it is known."""

from collections.abc import Iterable

import discord
from discord import ui

from bot.domain.poll.poll import PollState
from cogs.poll.panels.ballot import BallotPanel, Row
from cogs.poll.panels.kinds import panel_for


class OwnPanel(BallotPanel):
    """Shows a ballot; changing it leads to the panel of its kind."""

    def draft_saved(self) -> None:
        """Draft nothing."""

    def body(self) -> str:
        """Return what became of a ballot that nobody knows any more."""
        if self.is_forgotten:
            return self.say("vote.panel.forgotten")
        return ""

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody can say any more whose ballot is whose."""
        return self.poll.state is PollState.FINAL and self.poll.rules.is_secret

    def rows(self) -> Iterable[Row]:
        """Return nothing: what can be pressed stands at the end."""
        return ()

    def own_buttons(self) -> Iterable[ui.Button[BallotPanel]]:
        """Return the way to the panel."""
        if self.poll.state is PollState.OPEN and self.poll.native_id is None and self.poll.standing:
            yield self.button("vote" if self.saved is None else "change", self._change)

    async def _change(self, interaction: discord.Interaction) -> None:
        panel = panel_for(self._desk, await self._desk.own(interaction, self.poll.id), self._asked_in)
        panel.last_used = interaction
        self.stop()  # or it would say in a quarter of an hour that it has closed, in the place of the other
        await interaction.response.edit_message(view=panel)
