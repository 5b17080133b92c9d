"""Threads and forum posts: found by their owner where Discord takes no nonce, opened, joined and listened to."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import discord
from discord import ui
from discord.http import Route, handle_message_parameters

from bot.domain.due_work import CannotActError
from bot.domain.edition import Answer
from bot.domain.look_back import Comment, Heard, most_liked
from bot.edge.once import Once
from bot.edge.publish import PAGE_MESSAGES, THREAD_ARCHIVE_MINUTES, Publisher, carries

log = logging.getLogger(__name__)

# How many posts are looked at for one that may stand already: those of a day, and a channel has few.
CANDIDATES_MAX = 20
ARCHIVED_LOOKED_AT = 50
# How much of a thread is looked at for the comment that most members liked; a longer one is counted by Discord.
COMMENT_PAGES = 5
MANY = (COMMENT_PAGES - 1) * PAGE_MESSAGES
COMMENT_TYPES = (discord.MessageType.default, discord.MessageType.reply)

Place: TypeAlias = discord.abc.GuildChannel | discord.abc.PrivateChannel | discord.Thread


class Threads:
    """Opens threads that hang on no message; they take no nonce, so one that may be there already is looked for."""

    def __init__(self, client: discord.Client, publisher: Publisher) -> None:
        self._client = client
        self._publisher = publisher

    async def parent_of(self, channel_id: int) -> tuple[int, discord.ForumChannel | None]:
        """Return the channel that threads are opened in for what stands in `channel_id`, and that channel if a forum.

        A thread's is the channel that it is in, another channel's is itself.

        Raises:
            CannotActError: if it is gone or the bot cannot see it.
            DiscordAwayError: if Discord does not answer.
        """
        channel = await self._channel(channel_id)
        if isinstance(channel, discord.Thread):
            channel = await self._channel(channel.parent_id)
        return channel.id, channel if isinstance(channel, discord.ForumChannel) else None

    async def post_in_forum(  # a post is all of these
        self,
        forum: discord.ForumChannel,
        view: ui.LayoutView,
        *,
        name: str,
        tag_id: int | None,
        marker: str | None,
        resumed: bool,
        after: discord.abc.Snowflake,
        mention_role_ids: Sequence[int] = (),
        but: Iterable[int] = (),
    ) -> int:
        """Make a post in a forum once and return its id, which is its thread's and its first message's.

        Args:
            forum: where.
            view: its first message.
            name: 1 to 100 characters.
            tag_id: the tag that it gets, left out if the forum has it no more.
            marker: tells its first message from all others of the bot; with None its name does.
            resumed: an earlier attempt may have succeeded, so look for it first.
            after: posts up to this one are not looked at.
            mention_role_ids: who is really mentioned.
            but: posts that are known to be others.

        Raises:
            CannotActError: if the forum is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer; the post may stand nevertheless.
        """
        if resumed:
            found = await self.find(forum.guild.id, forum.id, name=name, marker=marker, after=after, but=but)
            if found is not None:
                return found
        tags = [str(tag_id)] if forum.get_tag(tag_id or 0) is not None else []
        with handle_message_parameters(
            view=view,
            flags=discord.MessageFlags(components_v2=True),
            allowed_mentions=discord.AllowedMentions(
                everyone=False, users=False, roles=[discord.Object(role_id) for role_id in mention_role_ids]
            ),
            channel_payload={"name": name, "auto_archive_duration": THREAD_ARCHIVE_MINUTES, "applied_tags": tags},
        ) as parameters:
            made = await self._open(forum.id, parameters.payload or {})
        return int(made["id"])

    async def open(
        self,
        guild_id: int,
        channel_id: int,
        *,
        name: str,
        resumed: bool,
        after: discord.abc.Snowflake,
        but: Iterable[int] = (),
    ) -> int:
        """Open a thread of its own in a text channel once and return its id; the arguments are those of a post.

        Raises:
            CannotActError: if the channel is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer; the thread may be there nevertheless.
        """
        if resumed:
            found = await self.find(guild_id, channel_id, name=name, marker=None, after=after, but=but)
            if found is not None:
                return found
        made = await self._open(
            channel_id,
            {
                "name": name,
                "auto_archive_duration": THREAD_ARCHIVE_MINUTES,
                "type": discord.ChannelType.public_thread.value,
            },
        )
        return int(made["id"])

    async def find(
        self,
        guild_id: int,
        channel_id: int,
        *,
        name: str,
        marker: str | None,
        after: discord.abc.Snowflake,
        but: Iterable[int] = (),
    ) -> int | None:
        """Return the id of a thread of the bot's that stands already, or None; the arguments are those of a post.

        Raises:
            CannotActError: if the channel is gone or the bot lacks a permission there.
            DiscordAwayError: if Discord does not answer.
        """
        http = self._client.http
        async with self._publisher.acting(channel_id):
            active = await http.get_active_threads(guild_id)
        async with self._publisher.acting(channel_id):
            archived = await http.get_public_archived_threads(channel_id, limit=ARCHIVED_LOOKED_AT)
        me, others = self._client.user, frozenset(but)
        own = [
            (thread["name"] != name, int(thread["id"]))  # one that has the name is the first to be looked at
            for thread in (*active["threads"], *archived["threads"])
            if int(thread["parent_id"]) == channel_id
            and me is not None
            and int(thread["owner_id"]) == me.id
            and int(thread["id"]) > after.id
            and int(thread["id"]) not in others
        ]
        for is_named_otherwise, thread_id in sorted(own)[:CANDIDATES_MAX]:
            if marker is None:
                if is_named_otherwise:
                    return None
                is_meant = True
            else:
                is_meant = await self._begins_with(thread_id, marker)
            if is_meant:
                log.info("thread found again channel=%s thread=%s", channel_id, thread_id)
                return thread_id
        return None

    async def join(self, thread_id: int, member_id: int) -> None:
        """Add somebody to a thread, so that it stands in their list; one that is archived or locked takes nobody in.

        Raises:
            NothingThereError: if the thread is gone.
            DiscordAwayError: if Discord does not answer.
        """
        try:
            async with self._publisher.acting(thread_id):
                await self._client.http.add_user_to_thread(thread_id, member_id)
        except discord.HTTPException as error:
            log.info("nobody was added thread=%s code=%s", thread_id, error.code)

    async def hear(self, guild_id: int, thread_id: int, question_id: int) -> Heard | None:
        """Return what came of a question that was asked in a thread; None if Discord does not let us know.

        Raises:
            DiscordAwayError: if Discord does not answer.
        """
        thread = self._client.get_partial_messageable(thread_id)
        try:
            async with self._publisher.acting(thread_id):
                question = await thread.fetch_message(question_id)
            comments = await self._comments(thread)
            comments_n = len(comments)
            if comments_n >= MANY and isinstance(whole := await self._channel(thread_id), discord.Thread):
                comments_n = max(comments_n, whole.message_count)
        except (CannotActError, discord.HTTPException) as error:
            log.info("no answers to look back on thread=%s why=%s", thread_id, type(error).__name__)
            return None
        liked = most_liked(comments)
        return Heard(
            answers=_answers(question.poll),
            is_final=question.poll is None or question.poll.is_finalized(),
            comments_n=comments_n,
            liked_link=None if liked is None else f"https://discord.com/channels/{guild_id}/{thread_id}/{liked.id}",
        )

    async def _comments(self, thread: discord.PartialMessageable) -> list[Comment]:
        comments: list[Comment] = []
        before: discord.Message | None = None
        for _ in range(COMMENT_PAGES):
            async with self._publisher.acting(thread.id):  # a turn for each page: it is a request of its own
                page = [message async for message in thread.history(limit=PAGE_MESSAGES, before=before)]
            comments += [
                Comment(message.id, max((reaction.count for reaction in message.reactions), default=0))
                for message in page
                if message.type in COMMENT_TYPES and not message.author.bot
            ]
            if len(page) < PAGE_MESSAGES:
                break
            before = page[-1]
        return comments

    async def _begins_with(self, thread_id: int, marker: str) -> bool:
        """Tell whether the first message of a forum post carries the marker; one that was deleted carries none."""
        try:
            async with self._publisher.acting(thread_id):
                first = await self._client.get_partial_messageable(thread_id).fetch_message(thread_id)
        except CannotActError:
            return False
        return carries(first, marker)

    async def _channel(self, channel_id: int) -> Place:
        known = self._client.get_channel(channel_id)
        if known is not None:
            return known
        async with self._publisher.acting(channel_id):
            return await self._client.fetch_channel(channel_id)

    async def _open(self, channel_id: int, payload: dict[str, Any]) -> dict[str, Any]:
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=channel_id)
        async with self._publisher.acting(channel_id):
            return await self._client.http.request(
                route, json=payload, params={"use_nested_fields": 1}, trace_request_ctx=Once()
            )


def _answers(poll: discord.Poll | None) -> tuple[Answer, ...]:
    return () if poll is None else tuple(Answer(answer.text, answer.vote_count) for answer in poll.answers)
