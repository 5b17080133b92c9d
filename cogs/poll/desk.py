"""Where votes are handed in: from an interaction to the service, and then to the card."""

from functools import partial

import discord
from discord import ui

from bot.domain.errors import GoneError
from bot.domain.poll.ballot import Marks
from bot.domain.poll.poll import Poll, PollState
from bot.edge.actor import Actors
from bot.edge.live_edit import LiveEdits
from bot.edge.patience import patiently
from bot.edge.publish import Illustrated
from bot.services.ballot_box import Receipt
from bot.services.poll import PollService
from bot.services.vote import OwnBallot, VoteService
from cogs.poll.posting import card_of


class VotingDesk:
    """Does for a member what buttons, panels and commands ask; what it returns is on disk."""

    def __init__(self, polls: PollService, votes: VoteService, live: LiveEdits) -> None:
        self._polls = polls
        self._votes = votes
        self._live = live

    async def own(self, interaction: discord.Interaction, poll_id: int) -> OwnBallot:
        """Return a poll with the ballot of who asks; see `VoteService.own`.

        Raises:
            GoneError: also before it opens: then there is no card, and only who made it up asks.
        """
        own = await self._votes.own(Actors.member(interaction), poll_id)
        if own.poll.state is PollState.SCHEDULED:
            raise GoneError
        return own

    async def vote(self, interaction: discord.Interaction, poll_id: int, marks: Marks) -> Receipt:
        """Give who asks this ballot; see `VoteService.vote`."""
        vote = self._votes.vote(Actors.member(interaction), poll_id, marks, interaction.created_at)
        return self._shown(await patiently(interaction, vote))

    async def choose(self, interaction: discord.Interaction, poll_id: int, number: int) -> Receipt:
        """Choose one option; see `VoteService.choose`."""
        vote = self._votes.choose(Actors.member(interaction), poll_id, number, interaction.created_at)
        return self._shown(await patiently(interaction, vote))

    async def tap(self, interaction: discord.Interaction, poll_id: int, marks: Marks) -> Receipt:
        """Turn options of a ballot on and off; see `VoteService.tap`."""
        vote = self._votes.tap(Actors.member(interaction), poll_id, marks, interaction.created_at)
        return self._shown(await patiently(interaction, vote))

    async def withdraw(self, interaction: discord.Interaction, poll_id: int) -> Receipt:
        """Take a ballot back; see `VoteService.withdraw`."""
        vote = self._votes.withdraw(Actors.member(interaction), poll_id, interaction.created_at)
        return self._shown(await patiently(interaction, vote))

    async def catch_up(self) -> None:
        """Have the cards of all open polls brought up to date: votes may have come while nobody could show them."""
        for card in await self._polls.open_cards():
            self._live.want(card.channel_id, card.message_id, partial(self._render, card.poll_id))

    def _shown(self, receipt: Receipt) -> Receipt:
        self.show(receipt.poll)
        return receipt

    def show(self, poll: Poll) -> None:
        """Have a poll's card brought up to date soon."""
        if poll.message_id is not None:
            self._live.want(poll.channel_id, poll.message_id, partial(self._render, poll.id))

    async def _render(self, poll_id: int) -> ui.LayoutView | Illustrated | None:
        """Return the card as it stands now; None unless it is open: what comes after that is shown by a step."""
        shown = await self._polls.card(poll_id)
        return None if shown is None or shown.poll.state is not PollState.OPEN else await card_of(shown)
