"""Posts so that a repetition does no harm: with a nonce, and after an interruption only after looking.

A message that the bot must find again carries a `marker`: the beginning of a component's ``custom_id``.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from io import BytesIO

import aiohttp
import discord
from discord import ui

from bot.domain.due_work import CannotActError, GuildForbidsError, NoPermissionError, NothingThereError
from bot.domain.errors import DiscordAwayError, GoneError
from bot.edge.pace import Pace, Priority
from bot.edge.quiet import TOO_MANY_REQUESTS
from bot.edge.replies import new_error_id

log = logging.getLogger(__name__)

NONCE_CHARS_MAX = 25  # Discord docs, create message, "nonce"
THREAD_NAME_CHARS_MAX = 100  # Discord docs, channel resource, "name"
THREAD_ARCHIVE_MINUTES = 4_320  # three days: a weekend's answers stay in view
THREAD_ASLEEP = 50083  # Discord docs, JSON error codes: an operation on an archived thread
THREAD_EXISTS = 160004  # Discord docs, JSON error codes: a thread has already been created for this message
NO_PERMISSION = (50001, 50013)  # Discord docs, JSON error codes: missing access, missing permissions
SERVER_FAULT = 500  # and above
# One request with all of discord.py's own tries at it (25 s of waiting when the server fails each time). Ended before
# the step that it belongs to is.
ACT_TIMEOUT_S = 60.0
# How far back a post is looked for after an interruption. A channel of announcements has a few messages a day; the
# search also ends at the time from which the post is due.
LOOK_BACK_PAGES = 2
PAGE_MESSAGES = 100  # Discord docs, get channel messages, "limit"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is uploaded with a message. `name` is its file's, such as ``result.png``; `content` its bytes.

    `description` is what is told of it to who does not see it, at most 1,024 characters (Discord docs, message
    resource, attachment).
    """

    name: str
    content: bytes
    description: str

    @property
    def address(self) -> str:
        """Where the message's own view finds it."""
        return f"attachment://{self.name}"

    def file(self) -> discord.File:
        """Return it as it is sent, once."""
        return discord.File(BytesIO(self.content), self.name, description=self.description)


@dataclass(frozen=True, slots=True)
class Illustrated:
    """A view that shows a picture, which goes up with it."""

    view: ui.LayoutView
    picture: Picture


class Publisher:
    """Posts, opens threads and edits by channel id, without needing the channel in a cache."""

    def __init__(self, client: discord.Client, pace: Pace) -> None:
        self._client = client
        self._pace = pace

    async def post(
        self,
        channel_id: int,
        shown: ui.LayoutView | Illustrated,
        *,
        nonce: str,
        marker: str | None,
        resumed: bool,
        after: discord.abc.Snowflake | None = None,
        mention_role_ids: Sequence[int] = (),
    ) -> int:
        """Post a view once and return the message's id.

        Args:
            channel_id: a channel or a thread.
            shown: what is posted; where there is a `marker`, one of its components has a custom id that begins with it.
            nonce: at most 25 characters, the same for each repetition.
            marker: tells this post from all others of the bot; None in a thread where any post of the bot is the one.
            resumed: an earlier attempt may have succeeded, so look for it first.
            after: messages up to this one are not looked at.
            mention_role_ids: who is really mentioned; everything else that looks like a mention is not.

        Raises:
            CannotActError: if the channel is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer; the message may stand nevertheless.
        """
        if resumed and (found := await self.find(channel_id, marker=marker, after=after)) is not None:
            return found
        channel = self._client.get_partial_messageable(channel_id)
        async with self.acting(channel_id):
            mentions = discord.AllowedMentions(
                everyone=False, users=False, roles=[discord.Object(role_id) for role_id in mention_role_ids]
            )
            if isinstance(shown, Illustrated):
                message = await channel.send(
                    view=shown.view, file=shown.picture.file(), nonce=nonce, allowed_mentions=mentions
                )
            else:
                message = await channel.send(view=shown, nonce=nonce, allowed_mentions=mentions)
        return message.id

    async def find(self, channel_id: int, *, marker: str | None, after: discord.abc.Snowflake | None) -> int | None:
        """Return the id of a post that stands already, or None; the arguments are those of `post`.

        Raises:
            CannotActError: if the channel is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer.
        """
        channel = self._client.get_partial_messageable(channel_id)
        before: discord.Message | None = None
        for _ in range(LOOK_BACK_PAGES):
            async with self.acting(channel_id):  # a turn for each page: it is a request of its own
                history = channel.history(limit=PAGE_MESSAGES, before=before, after=after, oldest_first=False)
                page = [message async for message in history]
            found = next((message.id for message in page if self._is_the_one(message, marker)), None)
            if found is not None:
                log.info("post found again channel=%s message=%s", channel_id, found)
                return found
            if len(page) < PAGE_MESSAGES:
                break
            before = page[-1]
        return None

    async def open_thread(self, guild_id: int, channel_id: int, message_id: int, name: str) -> int:
        """Open a thread on a message and return its id; a thread that is there already is the one meant.

        Raises:
            CannotActError: if the message or channel is gone or the bot lacks a permission there.
        """
        async with self.acting(channel_id):
            try:
                await self._client.http.start_thread_with_message(
                    channel_id, message_id, name=name, auto_archive_duration=THREAD_ARCHIVE_MINUTES
                )
            except discord.HTTPException as error:
                if error.code != THREAD_EXISTS:
                    raise
                log.info("thread found again guild=%s message=%s", guild_id, message_id)
        return message_id  # Discord docs, start thread from message: the thread has the id of its message

    async def edit(
        self, channel_id: int, message_id: int, shown: ui.LayoutView | Illustrated, priority: Priority
    ) -> None:
        """Replace what a message shows, and its picture if a new one comes along; nobody is mentioned again.

        A thread in which nobody has said anything for a while is woken for it, as a message would wake it.

        Raises:
            CannotActError: if the message or channel is gone or the bot lacks a permission there.
        """
        try:
            await self._edit(channel_id, message_id, shown, priority)
        except discord.HTTPException as error:
            if error.code != THREAD_ASLEEP:
                raise
            async with self.acting(channel_id, priority):
                await self._client.http.edit_channel(channel_id, archived=False)
            await self._edit(channel_id, message_id, shown, priority)

    async def _edit(
        self, channel_id: int, message_id: int, shown: ui.LayoutView | Illustrated, priority: Priority
    ) -> None:
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        async with self.acting(channel_id, priority):
            mentions = discord.AllowedMentions.none()
            if isinstance(shown, Illustrated):
                await message.edit(view=shown.view, attachments=[shown.picture.file()], allowed_mentions=mentions)
            else:
                await message.edit(view=shown, allowed_mentions=mentions)

    @asynccontextmanager
    async def acting(self, channel_id: int, priority: Priority = Priority.POST) -> AsyncGenerator[None]:
        """Wait for a place in the budget, then ask one thing of Discord in the body.

        Raises:
            CannotActError: for a missing permission, channel or message.
            DiscordAwayError: for an answer that did not come, or a server's own fault.
        """
        async with self._pace.turn(priority):
            with refusals(channel_id):
                async with asyncio.timeout(ACT_TIMEOUT_S):
                    try:
                        yield
                    except asyncio.CancelledError:
                        _let_others_go_on(self._client)
                        raise

    def _is_the_one(self, message: discord.Message, marker: str | None) -> bool:
        me = self._client.user
        if me is None or message.author.id != me.id or message.type is not discord.MessageType.default:
            return False
        return marker is None or carries(message, marker)


def carries(message: discord.Message, marker: str) -> bool:
    """Tell whether a component of the message has a custom id that begins with `marker`."""
    view = ui.LayoutView.from_message(message, timeout=None)
    return any(str(getattr(item, "custom_id", "")).startswith(marker) for item in view.walk_children())


def _let_others_go_on(client: discord.Client) -> None:
    """Open discord.py's gate for requests again, in case the request that would have opened it was cancelled.

    A request that meets a global limit closes the gate, sleeps, and opens it; discord.py 2.7.1 does not open it when it
    is cancelled asleep (`HTTPClient.request`), and then no request is ever made again. Opened too early it does no harm
    where `Quiet` keeps the limit; elsewhere it costs one more 429.
    """
    gate: object = getattr(client.http, "_global_over", None)
    if isinstance(gate, asyncio.Event):
        gate.set()


@contextmanager
def refusals(channel_id: int | None = None) -> Generator[None]:
    """Turn what Discord refuses into errors that say so: for good, or because it is away for a while.

    Args:
        channel_id: where it happens; None for what concerns the whole guild.

    Raises:
        CannotActError: for a missing permission, channel or message.
        DiscordAwayError: for an answer that did not come, or a server's own fault.
    """
    channel = "" if channel_id is None else f"<#{channel_id}>"
    try:
        yield
    except discord.Forbidden as error:
        if channel_id is None:
            raise GuildForbidsError from error
        if error.code in NO_PERMISSION:
            raise NoPermissionError(channel=channel) from error
        raise CannotActError(channel=channel, what=error.text or str(error.code)) from error
    except discord.NotFound as error:
        raise (NothingThereError(channel=channel) if channel else GoneError()) from error
    except (discord.RateLimited, discord.HTTPException, aiohttp.ClientError, OSError) as error:
        reason = _away(error)
        if reason is None:
            raise
        wait_s = {"retry_after_s": round(error.retry_after)} if isinstance(error, discord.RateLimited) else {}
        raise DiscordAwayError(reason=reason, error_id=new_error_id(), **wait_s) from error


def _away(error: Exception) -> str | None:
    """Return in a word why Discord is away; None for an answer that finds fault with what we asked."""
    match error:
        case discord.RateLimited():
            return str(TOO_MANY_REQUESTS)
        case discord.HTTPException(status=status) if status >= SERVER_FAULT or status == TOO_MANY_REQUESTS:
            return str(status)
        case discord.HTTPException():
            return None
        case _:
            return type(error).__name__
