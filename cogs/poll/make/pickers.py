"""Which poll or template is meant: offered while somebody types, and found again by what was picked or typed."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import discord
from discord import app_commands

from bot.domain.actor import Actor, Capability
from bot.domain.errors import PaddockError
from bot.domain.poll.poll import Poll, PollState, PollUnknownError
from bot.domain.poll.template import PollTemplate, TemplateGoneError
from bot.domain.wording import clean, cut
from bot.edge.commands import CHOICE_CHARS_MAX, CHOICES_MAX
from cogs.poll.make.desk import MakingDesk

if TYPE_CHECKING:
    from cogs.poll.manage_cog import PollCog

NOT_OVER = (PollState.SCHEDULED, PollState.OPEN)
NOT_FINAL = (*NOT_OVER, PollState.CLOSED)

Complete: TypeAlias = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def poll_cog(interaction: discord.Interaction) -> "PollCog":
    """Return the cog of /poll."""
    return cast("PollCog", cast("Any", interaction.client).get_cog("poll"))


def polls_in(*states: PollState) -> Complete:
    """Return what offers the guild's polls in these states, the newest first."""

    async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        desk = poll_cog(interaction).desk
        actor = await desk.actors.of(interaction)
        if not actor.capabilities & {Capability.EDIT, Capability.MODERATE}:
            return []  # what has not opened yet is not everybody's business
        found = await desk.polls.find(actor, typed.strip(), states, CHOICES_MAX)
        return [
            app_commands.Choice(name=cut(clean(poll.question), CHOICE_CHARS_MAX), value=str(poll.id)) for poll in found
        ]

    return complete


async def poll_meant(desk: MakingDesk, actor: Actor, typed: str) -> Poll:
    """Return the poll that was picked, or typed instead of picked: by its number or its words, if they leave no doubt.

    Raises:
        PollUnknownError: if there is none, or more than one.
    """
    wanted = typed.strip().removeprefix("#")
    found = await desk.polls.find(actor, wanted, limit=CHOICES_MAX) if wanted else ()
    for meant in (
        [poll for poll in found if str(poll.id) == wanted],
        [poll for poll in found if poll.question.casefold() == clean(typed).casefold()],
        found,
    ):
        if len(meant) == 1:
            return meant[0]
    raise PollUnknownError(given=typed)


async def templates_known(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
    """Offer the guild's templates whose name holds what was typed."""
    desk = poll_cog(interaction).desk
    wanted = typed.strip().casefold()
    try:
        known = await desk.templates.list(await desk.actors.of(interaction))
    except PaddockError:
        return []
    return [
        app_commands.Choice(name=cut(template.name, CHOICE_CHARS_MAX), value=str(template.id))
        for template in known
        if wanted in template.name.casefold()
    ][:CHOICES_MAX]


async def template_meant(desk: MakingDesk, actor: Actor, typed: str) -> PollTemplate:
    """Return the template that was picked, or typed instead of picked: by its name.

    Raises:
        NotAllowedError: without the capability to edit.
        TemplateGoneError: if there is none.
    """
    wanted = clean(typed).casefold()
    known = await desk.templates.list(actor)
    for template in known:
        if template.name.casefold() == wanted:
            return template
    for template in known:
        if str(template.id) == wanted:
            return template
    raise TemplateGoneError(name=typed)
