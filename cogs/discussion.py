"""The threads of single stories: whoever chooses one under an edition comes into its thread, opened if need be."""

import asyncio
from typing import Any, cast
from weakref import WeakValueDictionary

import discord
from discord.ext import commands

from bot.domain.discussion import Discussion, Turn
from bot.domain.due_work import NothingThereError
from bot.domain.errors import GoneError
from bot.domain.roundup import message_link
from bot.edge.edition import story_name, story_view
from bot.edge.lasting import SUBJECT, LastingSelect
from bot.edge.publish import THREAD_NAME_CHARS_MAX, Publisher
from bot.edge.replies import language, say, think
from bot.edge.threads import Threads
from bot.services.discussion import DiscussionService, Story
from bot.text import text


class DiscussionCog(commands.Cog, name="discussion"):
    """Opens the threads of stories and lets members in."""

    def __init__(self, discussions: DiscussionService, publisher: Publisher, threads: Threads) -> None:
        self._discussions = discussions
        self._publisher = publisher
        self._threads = threads
        # Who asks while somebody else here opens the same thread waits for it; each lock lives as long as one is held.
        self._opening: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()

    async def discuss(self, interaction: discord.Interaction, edition_id: int, number: int) -> None:
        """Let the asker into the thread of a story, and open it if nobody has."""
        if interaction.guild_id is None:
            raise GoneError
        await think(interaction)
        async with self._opening.setdefault((edition_id, number), asyncio.Lock()):
            thread_id = await self._thread_of(interaction.guild_id, edition_id, number)
            try:
                await self._threads.join(thread_id, interaction.user.id)
            except NothingThereError:
                # It was deleted since. What is opened in its place is the story's thread from now on.
                thread_id = await self._reopened(interaction.guild_id, edition_id, number)
                await self._threads.join(thread_id, interaction.user.id)
        await say(interaction, text("roundup.discuss.here", language(interaction), thread=f"<#{thread_id}>"))

    async def _reopened(self, guild_id: int, edition_id: int, number: int) -> int:
        story = await self._discussions.want(guild_id, edition_id, number)
        await self._discussions.lost(story.discussion)
        return await self._thread_of(guild_id, edition_id, number)

    async def _thread_of(self, guild_id: int, edition_id: int, number: int) -> int:
        story = await self._discussions.want(guild_id, edition_id, number)
        discussion = story.discussion
        if discussion.thread_id is not None:
            return discussion.thread_id
        try:
            thread_id = await self._open(story, discussion)
        except Exception:
            await self._discussions.lost(discussion)
            raise
        await self._discussions.opened(discussion, thread_id)
        return thread_id

    async def _open(self, story: Story, discussion: Discussion) -> int:
        edition = story.edition
        content = edition.content
        if content is None or edition.posted_at is None:
            raise GoneError
        name = story_name(story.section, content, THREAD_NAME_CHARS_MAX)
        view = story_view(story.section, language=story.language, edition=content, edition_link=message_link(edition))
        resumed = story.turn is Turn.AGAIN
        after = discord.Object(discord.utils.time_snowflake(edition.posted_at))
        parent_id, forum = await self._threads.parent_of(edition.channel_id)
        if forum is not None:
            return await self._threads.post_in_forum(
                forum, view, name=name, tag_id=None, marker=None, resumed=resumed, after=after, but=story.others
            )
        thread_id = await self._threads.open(
            edition.guild_id, parent_id, name=name, resumed=resumed, after=after, but=story.others
        )
        await self._publisher.post(
            thread_id, view, nonce=f"story-{discussion.id}", marker=None, resumed=resumed, after=None
        )
        return thread_id


class DiscussSelect(LastingSelect, template=f"edition:{SUBJECT}:discuss"):
    """Opens or joins the thread of the story that is chosen."""

    async def answer(self, interaction: discord.Interaction, number: int) -> None:
        """Ask the cog."""
        cog = cast("DiscussionCog", cast("Any", interaction.client).get_cog("discussion"))
        await cog.discuss(interaction, self.subject_id, number)
