"""What members do with polls: the presses on a card, the private panels, and /vote."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import GoneError
from bot.domain.poll.poll import OptionUnknownError, Poll, PollState, PollUnknownError
from bot.domain.poll.rules import PollKind
from bot.domain.poll.vote import NativeVoteError
from bot.domain.poll.voter import check_voter
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.replies import language, say
from bot.render.poll_words import label_of
from bot.services.poll import PollService
from cogs.poll.desk import VotingDesk
from cogs.poll.panels import OwnPanel, panel_for
from cogs.poll.sentences import check_sentence, voted_sentence

CHOICES_MAX = 25  # Discord docs, application commands, autocomplete choices
CHOICE_CHARS_MAX = 100  # likewise, choice: "name"


class VotingCog(commands.Cog, name="voting"):
    """Takes votes."""

    def __init__(self, polls: PollService, desk: VotingDesk) -> None:
        self._polls = polls
        self._desk = desk

    async def cog_load(self) -> None:
        """Have open polls shown as they stand: votes may have been taken that the last process did not show."""
        await self._desk.catch_up()

    # The presses on a card.

    async def choose(self, interaction: discord.Interaction, poll_id: int, number: int) -> None:
        """Vote for an option of a card."""
        receipt = await self._desk.choose(interaction, poll_id, number)
        await say(interaction, voted_sentence(receipt, language(interaction)))

    async def open_panel(self, interaction: discord.Interaction, poll_id: int) -> None:
        """Show the panel in which a member fills in their ballot."""
        own = await self._desk.own(interaction, poll_id)
        check_takes_votes(own.poll, interaction)
        await say(interaction, view=panel_for(self._desk, own, language(interaction)))

    async def show_own(self, interaction: discord.Interaction, poll_id: int) -> None:
        """Show a member what they voted."""
        own = await self._desk.own(interaction, poll_id)
        await say(interaction, view=OwnPanel(self._desk, own, language(interaction)))

    async def tell_check(self, interaction: discord.Interaction, poll_id: int) -> None:
        """Tell how a result is counted again."""
        own = await self._desk.own(interaction, poll_id)
        await say(interaction, check_sentence(own.poll, language(interaction)))

    # /vote

    @app_commands.command(name="vote", description=described("vote.command.vote"))
    @app_commands.describe(poll=described("vote.option.poll"), option=described("vote.option.option"))
    async def vote(self, interaction: discord.Interaction, poll: str, option: str | None = None) -> None:
        """Vote in an open poll, or open its panel where one option is not a whole ballot."""
        own = await self._desk.own(interaction, await self._poll_id(interaction, poll))
        check_takes_votes(own.poll, interaction)
        if (
            option is None
            or own.poll.rules.kind not in {PollKind.SINGLE, PollKind.MULTIPLE}
            or own.poll.rules.choices_min > 1
        ):
            await say(interaction, view=panel_for(self._desk, own, language(interaction)))
            return
        await self.choose(interaction, own.poll.id, _option_number(own.poll, option, language(interaction)))

    @vote.autocomplete("poll")
    async def complete_poll(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the open polls whose question holds what was typed."""
        found = await self._polls.find(Actors.member(interaction), typed, [PollState.OPEN], CHOICES_MAX)
        return [
            app_commands.Choice(name=cut(clean(poll.question), CHOICE_CHARS_MAX), value=str(poll.id)) for poll in found
        ]

    @vote.autocomplete("option")
    async def complete_option(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the options of the poll that was chosen which hold what was typed; those that begin with it first."""
        asked_in, wanted = language(interaction), typed.casefold()
        try:
            poll_id = await self._poll_id(interaction, str(getattr(interaction.namespace, "poll", "")))
            poll = (await self._desk.own(interaction, poll_id)).poll
        except (GoneError, PollUnknownError):
            return []
        labels = [(label_of(poll, option.number, asked_in), option.number) for option in poll.standing]
        found = [(label, number) for label, number in labels if wanted in label.casefold()]
        found.sort(key=lambda pair: not pair[0].casefold().startswith(wanted))
        return [
            app_commands.Choice(name=cut(label, CHOICE_CHARS_MAX), value=_picked(number))
            for label, number in found[:CHOICES_MAX]
        ]

    async def _poll_id(self, interaction: discord.Interaction, typed: str) -> int:
        """Return the poll that was picked, or typed instead of picked: by its words, if they leave no doubt.

        Raises:
            PollUnknownError: if there is no such poll, or more than one.
        """
        found = await self._polls.find(Actors.member(interaction), typed, limit=CHOICES_MAX)
        meant = [poll for poll in found if str(poll.id) == typed]
        meant = meant or [poll for poll in found if poll.question.casefold() == clean(typed).casefold()]
        meant = meant or [poll for poll in found if poll.state is PollState.OPEN]
        if len(meant) != 1 or not typed:
            raise PollUnknownError(given=typed)
        return meant[0].id


def check_takes_votes(poll: Poll, interaction: discord.Interaction) -> None:
    """Refuse to open a panel in which nothing could be saved; what is saved is judged anew.

    Raises:
        PollNotOpenError, PollClosedError, NativeVoteError: see there.
        AccountYoungError, RoleMissingError, JoinedLateError: see `bot.domain.poll.voter`.
    """
    if poll.native_id is not None:
        raise NativeVoteError(link=poll.link or "")
    poll.check_open(interaction.created_at)
    check_voter(poll, Actors.member(interaction), interaction.created_at)


def _picked(number: int) -> str:
    """Return what stands for an option that was picked: nothing that an option is likely to be called."""
    return f"#{number}"


def _option_number(poll: Poll, typed: str, asked_in: str) -> int:
    """Return the option that was picked, or typed instead of picked, by its words.

    Raises:
        OptionUnknownError: if there is none.
    """
    labels = {label_of(poll, option.number, asked_in).casefold(): option.number for option in poll.standing}
    for option in poll.standing:
        if typed == _picked(option.number):
            return option.number
    if clean(typed).casefold() not in labels:
        raise OptionUnknownError(given=typed)
    return labels[clean(typed).casefold()]
