"""Discord's own polls: followed from the context menu of their message, and counted as the gateway tells of votes."""

import logging
from contextlib import suppress

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.due_work import NoPermissionError
from bot.domain.errors import StorageUnavailableError
from bot.domain.poll.native import NoNativePollError
from bot.domain.poll.poll import Poll
from bot.edge.actor import Actors
from bot.edge.commands import described
from bot.edge.markdown import escape
from bot.edge.native_poll import native_poll_in
from bot.edge.permissions import NOTICING
from bot.edge.replies import language, say
from bot.services.native_poll import Followed, NativePollService
from bot.text import text

log = logging.getLogger(__name__)


class NativePollCog(commands.Cog, name="native-poll"):
    """Follows native polls."""

    def __init__(
        self, actors: Actors, natives: NativePollService, tree: app_commands.CommandTree[discord.Client]
    ) -> None:
        self._actors = actors
        self._natives = natives
        self._tree = tree
        self._menu = app_commands.ContextMenu(name=described("native.menu"), callback=self.follow)
        self._menu.default_permissions = discord.Permissions(manage_messages=True)

    async def cog_load(self) -> None:
        """Add the entry of the context menu, which no cog declares by itself."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it out again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    async def follow(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Follow the poll of a message."""
        actor = await self._actors.of(interaction)
        native = native_poll_in(message)
        if native is None:
            raise NoNativePollError
        if not interaction.app_permissions.is_superset(NOTICING):
            raise NoPermissionError(channel=f"<#{message.channel.id}>")
        done = await self._natives.follow(actor, native)
        await say(interaction, followed_sentence(done, language(interaction)))

    # What the gateway tells.

    @commands.Cog.listener()
    async def on_raw_poll_vote_add(self, vote: discord.RawPollVoteActionEvent) -> None:
        """Count a vote."""
        try:
            await self._natives.voted(vote.message_id, vote.user_id, vote.answer_id)
        except StorageUnavailableError:
            self._tell_missed(vote)

    @commands.Cog.listener()
    async def on_raw_poll_vote_remove(self, vote: discord.RawPollVoteActionEvent) -> None:
        """Take a vote back."""
        try:
            await self._natives.unvoted(vote.message_id, vote.user_id, vote.answer_id)
        except StorageUnavailableError:
            self._tell_missed(vote)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, edited: discord.RawMessageUpdateEvent) -> None:
        """Ask Discord at once: a poll's message changes when the poll is over. Comes to who receives messages."""
        await self._look_now(edited.message_id)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, deleted: discord.RawMessageDeleteEvent) -> None:
        """Ask Discord at once, likewise."""
        await self._look_now(deleted.message_id)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Have those read who voted while nobody listened; when a session is resumed Discord tells what was missed."""
        count = await self._natives.reconcile([guild.id for guild in self._tree.client.guilds])
        if count:
            log.info("followed polls are read anew count=%s", count)

    async def _look_now(self, message_id: int) -> None:
        with suppress(StorageUnavailableError):  # it was logged where it was noticed, and Discord is asked hourly
            await self._natives.look_now(message_id)

    @staticmethod
    def _tell_missed(vote: discord.RawPollVoteActionEvent) -> None:
        # Why was logged where it was noticed; who voted is nobody's business. At the end all voters are read.
        log.warning("vote not counted guild=%s message=%s", vote.guild_id, vote.message_id)


def followed_sentence(done: Followed, asked_in: str) -> str:
    """Return what happens to a poll that is followed from now on, or already."""
    poll = done.poll
    told = {"question": escape(poll.question), "link": poll.link or "", "at": _stamp(poll)}
    if poll.is_void:
        return text("native.error.no_result", asked_in)
    if poll.digest is not None:
        return text("native.told.final", asked_in, **told)
    return text("native.told.followed" if done.is_new else "native.told.already", asked_in, **told)


def _stamp(poll: Poll) -> str:
    return "" if poll.closes_at is None else f"<t:{round(poll.closes_at.timestamp())}:R>"
