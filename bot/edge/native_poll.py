"""Discord's own polls, as Discord shows them: who voted for what, and whether it has counted."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import discord

from bot.domain.due_work import NothingThereError
from bot.domain.poll.native import FollowedAnswer, FollowedPoll, NativeLook, NativeState
from bot.domain.poll.poll import Poll
from bot.edge.publish import PAGE_MESSAGES, Publisher

log = logging.getLogger(__name__)

VOTERS_PAGE = 100  # Discord docs, poll resource, get answer voters, "limit"
# How many messages after the end of a poll are looked through for the one in which Discord tells its result.
RESULT_PAGES = 2
# Discord's clock and that of whoever ended the poll may differ by a little.
RESULT_EARLY = timedelta(minutes=1)


def native_poll_in(message: discord.Message) -> FollowedPoll | None:
    """Return the native poll that a message holds, as it is followed; None if it holds none."""
    poll = message.poll
    if poll is None or poll.expires_at is None:
        return None
    return FollowedPoll(
        message_id=message.id,
        channel_id=message.channel.id,
        question=poll.question,
        answers=tuple(
            FollowedAnswer(answer.id, answer.text or "", None if answer.emoji is None else str(answer.emoji))
            for answer in poll.answers
        ),
        is_multiple=poll.multiple,
        opened_at=message.created_at,
        closes_at=poll.expires_at,
    )


class NativePolls:
    """Asks Discord about its own polls."""

    def __init__(self, client: discord.Client, publisher: Publisher) -> None:
        self._client = client
        self._publisher = publisher

    async def look(self, poll: Poll, message_id: int, *, at: datetime, reads_voters: bool) -> NativeLook:
        """Return what Discord says of a poll.

        Args:
            poll: that follows it.
            message_id: the message that holds it.
            at: the present moment.
            reads_voters: its voters are wanted in any case; otherwise only once they are final.

        Raises:
            NoPermissionError: if the bot may not read there.
            DiscordAwayError: if Discord does not answer.
        """
        channel = self._client.get_partial_messageable(poll.channel_id)
        try:
            async with self._publisher.acting(poll.channel_id):
                message = await channel.fetch_message(message_id)
        except NothingThereError:
            log.info("native poll gone guild=%s poll=%s", poll.guild_id, poll.id)
            return NativeLook(NativeState.GONE)
        # Without the intent for message content Discord leaves other people's polls out of their messages (Discord
        # docs, gateway, "Message Content Intent"). The message that tells a result is known by its type all the same.
        is_final = await self._is_told(poll, message_id, at) if message.poll is None else message.poll.is_finalized()
        voters: dict[int, Sequence[int]] | None = None
        if is_final or reads_voters:
            voters = {option.number: await self._voters(poll, message_id, option.number) for option in poll.options}
        return NativeLook(
            NativeState.FINAL if is_final else NativeState.RUNNING,
            voters,
            closes_at=None if message.poll is None else message.poll.expires_at,
            # Discord docs, start thread from message: the thread has the id of its message.
            thread_id=message_id if message.flags.has_thread else None,
        )

    async def _is_told(self, poll: Poll, message_id: int, at: datetime) -> bool:
        """Tell whether Discord has posted the result of a poll, which it does when it has counted."""
        if poll.closes_at is None or poll.closes_at > at:
            return False
        channel = self._client.get_partial_messageable(poll.channel_id)
        after = discord.Object(discord.utils.time_snowflake(poll.closes_at - RESULT_EARLY))
        for _ in range(RESULT_PAGES):
            async with self._publisher.acting(poll.channel_id):  # a turn for each page: it is a request of its own
                history = channel.history(limit=PAGE_MESSAGES, after=after, oldest_first=True)
                page = [message async for message in history]
            if any(_tells_result(message, message_id) for message in page):
                return True
            if len(page) < PAGE_MESSAGES:
                break
            after = discord.Object(page[-1].id)
        return False

    async def _voters(self, poll: Poll, message_id: int, answer_id: int) -> Sequence[int]:
        """Return the members who voted for an answer, page by page."""
        found: dict[int, None] = {}
        after: int | None = None
        while True:
            async with self._publisher.acting(poll.channel_id):
                page = await self._client.http.get_poll_answer_voters(
                    poll.channel_id, message_id, answer_id, after=after, limit=VOTERS_PAGE
                )
            fresh = [user_id for user in page["users"] if (user_id := int(user["id"])) not in found]
            found.update(dict.fromkeys(fresh))
            if not fresh or len(page["users"]) < VOTERS_PAGE:
                return tuple(found)
            after = max(fresh)


def _tells_result(message: discord.Message, poll_message_id: int) -> bool:
    reference = message.reference
    is_result = message.type is discord.MessageType.poll_result
    return is_result and reference is not None and reference.message_id == poll_message_id
