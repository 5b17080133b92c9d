"""Answers that wait for a commit: given at once where it is quick, and promised where it is not.

Discord gives up on an interaction that nobody has answered for three seconds (Discord docs, receiving and responding),
and shows that it failed although what was asked for is done a moment later.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import discord

from bot.edge.replies import think

log = logging.getLogger(__name__)

T = TypeVar("T")

ANSWER_S = 2.0  # of the three, so that the promise is still in time where the way to Discord is slow


async def patiently(interaction: discord.Interaction, doing: Coroutine[Any, Any, T]) -> T:
    """Do what may take longer than an answer may, and return or raise what came of it.

    If it is not done in time Discord is told that the answer is still to come, and nothing else: whether it was done is
    said afterwards. A press in a private panel leaves the panel as it is meanwhile; `replies.say` and
    `replies.show_again` answer either way.
    """
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_outcome(doing))
        try:
            async with asyncio.timeout(ANSWER_S):
                await asyncio.wait((task,))
        except TimeoutError:
            await _promise(interaction)
    outcome = task.result()
    if isinstance(outcome, _Raised):
        raise outcome.error
    return outcome


class _Raised:
    """An error, kept from ending the task group: others wait in it for nothing."""

    def __init__(self, error: Exception) -> None:
        self.error = error


async def _outcome(doing: Coroutine[Any, Any, T]) -> T | _Raised:
    try:
        return await doing
    except Exception as error:  # noqa: BLE001  # raised again where it is waited for
        return _Raised(error)


async def _promise(interaction: discord.Interaction) -> None:
    try:
        if interaction.message is not None and interaction.message.flags.ephemeral:
            await interaction.response.defer()
        else:
            await think(interaction)
    except Exception as error:  # noqa: BLE001  # what is being done is worth more than the promise
        log.warning("answer not promised guild=%s error=%r", interaction.guild_id, error)
