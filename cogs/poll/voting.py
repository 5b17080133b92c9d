"""What members do with polls: the presses on a card, the private panels, and /vote."""

from contextlib import suppress

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import GoneError, StorageUnavailableError
from bot.domain.poll.draft import POLLS_OPEN_MAX
from bot.domain.poll.poll import OptionUnknownError, Poll, PollState, PollUnknownError
from bot.domain.poll.rules import PollKind
from bot.domain.poll.vote import NativeVoteError
from bot.domain.poll.voter import check_voter
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.commands import CHOICE_CHARS_MAX, CHOICES_MAX, described
from bot.edge.replies import language, say
from bot.render.poll_words import label_of
from bot.services.poll import PollService
from cogs.poll.desk import VotingDesk
from cogs.poll.panels import OwnPanel, panel_for
from cogs.poll.sentences import check_sentence, voted_sentence

# What has not opened yet is not everybody's business.
KNOWN = (PollState.OPEN, PollState.CLOSED, PollState.FINAL)


class VotingCog(commands.Cog, name="voting"):
    """Takes votes."""

    def __init__(self, polls: PollService, desk: VotingDesk, client: discord.Client) -> None:
        self._client = client
        self._polls = polls
        self._desk = desk
        self._has_caught_up = False

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Have open polls shown as they stand: votes may have been taken that the last process did not show.

        Those of the guilds that this process serves, which are known now; whatever it takes later it shows itself.
        """
        if self._has_caught_up:
            return
        with suppress(StorageUnavailableError):  # it was logged where it was noticed; the next vote shows the card
            await self._desk.catch_up([guild.id for guild in self._client.guilds])
            self._has_caught_up = True

    # The presses on a card.

    async def choose(self, interaction: discord.Interaction, poll_id: int, number: int) -> None:
        """Vote for an option of a card."""
        receipt = await self._desk.choose(interaction, poll_id, number)
        await say(interaction, voted_sentence(receipt, language(interaction)))

    async def open_panel(self, interaction: discord.Interaction, poll_id: int) -> None:
        """Show the panel in which a member fills in their ballot."""
        own = await self._desk.own(interaction, poll_id)
        check_takes_votes(own.poll, interaction)
        await panel_for(self._desk, own, language(interaction)).open(interaction)

    async def show_own(self, interaction: discord.Interaction, poll_id: int) -> None:
        """Show a member what they voted."""
        own = await self._desk.own(interaction, poll_id)
        await OwnPanel(self._desk, own, language(interaction)).open(interaction)

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
            await panel_for(self._desk, own, language(interaction)).open(interaction)
            return
        await self.choose(interaction, own.poll.id, _option_number(own.poll, option, language(interaction)))

    @vote.autocomplete("poll")
    async def complete_poll(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the open polls, where the member can see them, whose question holds what was typed."""
        found = await self._polls.find(Actors.member(interaction), typed, [PollState.OPEN], POLLS_OPEN_MAX)
        seen = [poll for poll in found if _sees(interaction, poll)]
        return [
            app_commands.Choice(name=cut(clean(poll.question), CHOICE_CHARS_MAX), value=str(poll.id))
            for poll in seen[:CHOICES_MAX]
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
        known = await self._polls.find(Actors.member(interaction), typed, KNOWN, POLLS_OPEN_MAX)
        found = [poll for poll in known if _sees(interaction, poll)]
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


def _sees(interaction: discord.Interaction, poll: Poll) -> bool:
    """Tell whether who asks can see where a poll's card stands; who cannot is told nothing of it.

    What the bot itself cannot see is nobody's: a channel that is gone, or a thread that has gone to sleep, in which
    the card still stands.
    """
    if poll.channel_id == interaction.channel_id:
        return True
    channel = None if interaction.guild is None else interaction.guild.get_channel_or_thread(poll.channel_id)
    member = interaction.user
    if channel is None or not isinstance(member, discord.Member):
        return False
    if isinstance(channel, discord.Thread):
        # Who is in a private thread is not remembered; there its card is voted on.
        return channel.parent is not None and not channel.is_private() and _may_view(channel.parent, member)
    return _may_view(channel, member)


def _may_view(channel: discord.abc.GuildChannel, member: discord.Member) -> bool:
    return channel.permissions_for(member).view_channel


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
