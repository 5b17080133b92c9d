"""What the groups of commands under /poll have in common."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.actor import Actor, Capability
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import PollKind, PollRules
from bot.domain.poll.typed import TypedPoll, more_of, with_kind
from bot.edge.commands import described
from bot.edge.publish import Publisher
from cogs.poll.make.desk import MakingDesk
from cogs.poll.make.panel import MakePanel, Start, labels_in
from cogs.poll.make.pickers import poll_meant

MOMENT_CHARS_MAX = 100  # as `bot.domain.when` reads
KINDS = [app_commands.Choice(name=described(f"poll_make.kind.{kind.value}"), value=kind.value) for kind in PollKind]


class PollCommands(commands.Cog):
    """Carries what the commands need."""

    desk: MakingDesk
    publisher: Publisher

    async def editor(self, interaction: discord.Interaction) -> Actor:
        """Return who asks.

        Raises:
            NotAllowedError: if they may not make or change polls.
        """
        actor = await self.desk.actors.of(interaction)
        actor.require(Capability.EDIT)
        return actor

    async def meant(self, interaction: discord.Interaction, typed: str) -> tuple[Actor, Poll]:
        """Return who asks, and the poll that they mean.

        Raises:
            NotAllowedError, GoneError.
        """
        actor = await self.editor(interaction)
        return actor, await poll_meant(self.desk, actor, typed)

    async def panel(self, interaction: discord.Interaction, start: Start) -> MakePanel:
        """Return a panel in which a poll is made.

        Raises:
            NotAllowedError, GoneError, NotSetUpError.
        """
        actor = await self.editor(interaction)
        settings = await self.desk.guilds.settings(actor.guild_id)
        if start.rules.kind is PollKind.VERDICT and start.rules.labels is None:
            rules = replace(start.rules, labels=labels_in(settings.language))
            start = replace(start, rules=rules, typed=replace(start.typed, more=start.typed.more or more_of(rules)))
        return MakePanel(self.desk, interaction, settings, start)


def rules_of(kind: PollKind, *, is_write_in: bool = False) -> PollRules:
    """Return the rules with which a poll of a kind begins; a verdict's labels are still to come."""
    rules = with_kind(PollRules(is_write_in=is_write_in), kind, labels=("", ""))
    return replace(rules, labels=None)


def blank(rules: PollRules, *, question: str = "", options: str = "", closes: str = "") -> TypedPoll:
    """Return a form in which little stands yet."""
    return TypedPoll(question=question, options=options, closes=closes, more=more_of(rules))
