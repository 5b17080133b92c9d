"""How each step of a poll is done on Discord: its card, its thread, the reminder, the result, and the card again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

import discord
from discord import ui

from bot.domain.due_work import CannotActError, NoPermissionError, NothingThereError
from bot.domain.errors import GoneError
from bot.domain.poll.bracket import is_opening_vote
from bot.domain.poll.knockout import result
from bot.domain.poll.plainness import Plainness
from bot.domain.poll.poll import Poll, PollState, PollStep
from bot.domain.poll.tally import Tally
from bot.domain.wording import clean, cut
from bot.edge.drawn import as_drawn
from bot.edge.live_edit import LiveEdits
from bot.edge.native_poll import NativePolls
from bot.edge.pace import Priority
from bot.edge.poll_card import marker, poll_card, reminder_view
from bot.edge.poll_result import result_view
from bot.edge.publish import THREAD_NAME_CHARS_MAX, Illustrated, Picture, Publisher
from bot.edge.threads import Threads
from bot.render.poll_table import alt_text
from bot.services.poll_count import ShownPoll
from bot.services.poll_work import PollOutcome, PollTask

log = logging.getLogger(__name__)

PICTURE_NAME = "Poll.png"


class PollPosting:
    """Performs the steps of `bot.services.poll_work.PollWork`."""

    def __init__(self, publisher: Publisher, threads: Threads, live: LiveEdits, natives: NativePolls) -> None:
        self._natives = natives
        self._publisher = publisher
        self._threads = threads
        self._live = live
        self._by_step: Mapping[PollStep, Callable[[PollTask], Awaitable[PollOutcome]]] = {
            PollStep.CARD: self._card,
            PollStep.THREAD: self._thread,
            PollStep.REMIND: self._remind,
            PollStep.RESULT: self._result,
            PollStep.SHOW: self._show,
            PollStep.FOLLOW: self._follow,
        }

    async def perform(self, task: PollTask) -> PollOutcome:
        """Do one step and return what it made.

        Raises:
            CannotActError: if the channel is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer.
        """
        return await self._by_step[task.step](task)

    async def _card(self, task: PollTask) -> PollOutcome:
        outcome, plainness = await as_drawn(task.poll, partial(self._post_card, task))
        return replace(outcome, plainness=plainness)

    async def _post_card(self, task: PollTask, poll: Poll) -> PollOutcome:
        # A bracket's picture comes when the card is shown with its thread, which is the next thing that happens.
        view, after = poll_card(replace(task.shown, poll=poll)), _made_at(poll)
        _, forum = await self._threads.parent_of(poll.channel_id)
        if forum is not None and forum.id == poll.channel_id:
            post_id = await self._threads.post_in_forum(
                forum,
                view,
                name=thread_name(poll),
                tag_id=None,
                marker=marker(poll.id),
                resumed=task.resumed,
                after=after,
            )
            return PollOutcome(channel_id=post_id, message_id=post_id, thread_id=post_id)
        message_id = await self._publisher.post(
            poll.channel_id,
            view,
            nonce=f"poll-{poll.id}",
            marker=marker(poll.id),
            resumed=task.resumed,
            after=after,
        )
        return PollOutcome(message_id=message_id)

    async def _thread(self, task: PollTask) -> PollOutcome:
        poll = task.poll
        parent_id, _ = await self._threads.parent_of(poll.channel_id)
        if parent_id != poll.channel_id:  # a thread has no threads: what would be said there is said here
            return PollOutcome(thread_id=poll.channel_id)
        thread_id = await self._publisher.open_thread(
            poll.guild_id, poll.channel_id, _posted(poll.message_id), thread_name(poll)
        )
        return PollOutcome(thread_id=thread_id)

    async def _remind(self, task: PollTask) -> PollOutcome:
        poll = task.poll
        try:
            await self._publisher.post(
                _posted(poll.thread_id),
                reminder_view(task.shown),
                nonce=f"poll-{poll.id}-remind",
                marker=f"{marker(poll.id)}vote:reminder",
                resumed=task.resumed,
                after=_made_at(poll),
            )
        except CannotActError as error:
            # Whoever deleted or locked the thread wants nothing said there; the poll goes on without.
            log.info("no reminder guild=%s poll=%s reason=%s", poll.guild_id, poll.id, error.message_id)
        return PollOutcome()

    async def _result(self, task: PollTask) -> PollOutcome:
        poll = task.poll
        thread_id = _posted(poll.thread_id)
        try:
            return PollOutcome(result_id=await self._post_result(task, thread_id))
        except CannotActError as error:
            if thread_id == poll.channel_id:
                raise
            log.info("result not in its thread guild=%s poll=%s reason=%s", poll.guild_id, poll.id, error.message_id)
        # A result is owed to those who voted: without the thread it is told beside the card.
        result_id = await self._post_result(task, poll.channel_id)
        return PollOutcome(result_id=result_id, thread_id=poll.channel_id)

    async def _post_result(self, task: PollTask, channel_id: int) -> int:
        poll, tally = task.poll, task.shown.tally
        if tally is None:  # a poll that is over is always counted
            raise GoneError
        picture = await picture_of(task.shown)
        view = result_view(task.shown, tally, picture)

        async def post(shown: ui.LayoutView | Illustrated) -> int:
            return await self._publisher.post(
                channel_id,
                shown,
                nonce=f"poll-{poll.id}-result",
                marker=f"{marker(poll.id)}check",
                resumed=task.resumed,
                after=_made_at(poll),
            )

        if picture is None:
            return await post(view)
        try:
            return await post(Illustrated(view, picture))
        except NoPermissionError:
            # Perhaps only for files: the table says the same.
            return await post(result_view(task.shown, tally))

    async def _show(self, task: PollTask) -> PollOutcome:
        poll = task.poll
        message_id = _posted(poll.message_id)
        plainness = Plainness.FULL
        try:
            async with self._live.held(poll.channel_id, message_id):
                _, plainness = await as_drawn(poll, partial(self._edit_card, task.shown, message_id))
        except NothingThereError:
            log.info("nothing to show any more guild=%s poll=%s", poll.guild_id, poll.id)
        return PollOutcome(plainness=plainness)

    async def _follow(self, task: PollTask) -> PollOutcome:
        native_id = _posted(task.poll.native_id)
        return PollOutcome(
            native=await self._natives.look(task.poll, native_id, at=task.at, reads_voters=task.reads_voters)
        )

    async def _edit_card(self, shown: ShownPoll, message_id: int, poll: Poll) -> None:
        shown = replace(shown, poll=poll)
        card = await card_of(shown)
        try:
            await self._publisher.edit(poll.channel_id, message_id, card, Priority.POST)
        except NoPermissionError:
            if not isinstance(card, Illustrated):
                raise
            await self._publisher.edit(poll.channel_id, message_id, poll_card(shown), Priority.POST)


def thread_name(poll: Poll) -> str:
    """Return the name of a poll's thread: its question."""
    return cut(clean(poll.question), THREAD_NAME_CHARS_MAX)


async def card_of(shown: ShownPoll) -> ui.LayoutView | Illustrated:
    """Return a poll's card with the picture that belongs to it: of a bracket, and of a final result."""
    poll, bracket = shown.poll, shown.poll.bracket
    if bracket is not None and not is_opening_vote(bracket) and poll.state is not PollState.FINAL:
        # What the open round has come to so far is nobody's business; what is over is in the picture.
        shown = replace(shown, tally=result(bracket, ballots_n=shown.count.counted))
    elif poll.state is not PollState.FINAL:
        return poll_card(shown)
    picture = await picture_of(shown)
    return poll_card(shown) if picture is None else Illustrated(poll_card(shown, picture), picture)


async def picture_of(shown: ShownPoll) -> Picture | None:
    """Return the picture of a result; None if there is none to draw, or it cannot be drawn."""
    poll, tally, language = shown.poll, shown.tally, shown.language
    if tally is None:
        return None
    try:
        content = await asyncio.to_thread(_drawn, poll, tally, language)
    except Exception:
        # A fault in a picture must not keep the result back: its table is the same in words.
        log.exception("no picture guild=%s poll=%s", poll.guild_id, poll.id)
        return None
    return Picture(PICTURE_NAME, content, alt_text(poll, tally, language))


def _drawn(poll: Poll, tally: Tally, language: str) -> bytes:
    from bot.render.poll_picture import poll_picture  # noqa: PLC0415  # loads Pillow, which a start need not wait for

    return poll_picture(poll, tally, language)


def _made_at(poll: Poll) -> discord.Object:
    return discord.Object(discord.utils.time_snowflake(poll.created_at))


def _posted(snowflake: int | None) -> int:
    if snowflake is None:
        raise GoneError
    return snowflake
