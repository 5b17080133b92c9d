"""The connection to Discord: least intents, nothing in memory that grows with members, commands sent when changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import discord
from discord import ui
from discord.backoff import ExponentialBackoff
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.domain.errors import LoginRefusedError
from bot.edge.commands import CatalogueTranslator, CommandTree, digest_of, faults_in, payload_of
from bot.edge.login import login_failures
from bot.edge.once import heed
from bot.edge.quiet import Quiet
from bot.edge.unclaimed import answer, is_claimed
from bot.services.commands import CommandListService

log = logging.getLogger(__name__)

# The names that discord.py 2.7 gives to the tasks in which it runs commands, buttons and forms.
ANSWER_TASKS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_unclaimed")
DynamicButton = type[ui.DynamicItem[ui.Item[Any]]]


# This bot does not speak; discord.py would say at each start that it cannot.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


class _OneLine(logging.Filter):
    """Lets discord.py say in one line that it connects again: an outage would fill the log with tracebacks."""

    RECONNECT = "Attempting a reconnect"

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record and let it through."""
        if record.exc_info is not None and str(record.msg).startswith(self.RECONNECT):
            kind = record.exc_info[0]
            record.msg = f"{record.msg} error={'unknown' if kind is None else kind.__name__}"
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True


logging.getLogger("discord.client").addFilter(_OneLine())


class _Backoff(ExponentialBackoff[Literal[False]]):
    """discord.py's waits between two attempts to connect, which grow to 17 minutes, ended at four.

    They are drawn from zero up, so that even a gateway that breaks off after each identify sees fewer than the 1,000 a
    day beyond which Discord resets the token (Discord docs, gateway, "Identifying").
    """

    DOUBLINGS_MAX = 8

    def __init__(self, base: int = 1, *, integral: Literal[False] = False) -> None:
        super().__init__(base, integral=integral)
        self._max = self.DOUBLINGS_MAX


# `Client.connect` makes one for itself and takes none.
discord.client.ExponentialBackoff = _Backoff  # pyright: ignore[reportPrivateImportUsage]  # see above


def use_api(base: str) -> None:
    """Talk to another Discord than the real one: a test's, on this machine, its gateway at ``/gateway`` beside."""
    Route.BASE = base
    DiscordWebSocket.DEFAULT_GATEWAY = URL(base).with_scheme("ws").with_path("/gateway")


class CommandsRefusedError(RuntimeError):
    """A command breaks a limit of Discord: a fault of ours, found before anything is sent."""


class PaddockClient(commands.Bot):
    """The bot as Discord sees it.

    Args:
        command_list: remembers which commands Discord has.
        load: adds the cogs and the lasting buttons, after login and before the first event.
        quiet: knows when Discord wants to hear nothing.
    """

    def __init__(
        self, command_list: CommandListService, load: Callable[["PaddockClient"], Awaitable[None]], quiet: Quiet
    ) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=CommandTree,
            # Votes in Discord's own polls, for those that are followed; not privileged, and without a message's words.
            intents=discord.Intents(guilds=True, guild_polls=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=discord.app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
            http_trace=heed(quiet.trace()),
        )
        self._quiet = quiet
        self._command_list = command_list
        self._load = load

    async def log_in(self, token: str) -> None:
        """Log in and load the features.

        Raises:
            LoginRefusedError: if Discord does not take the token.
            NoDiscordError: if Discord cannot be reached.
        """
        with login_failures():
            await self.login(token)
        self._quiet.keep(self.http)

    async def stay_connected(self) -> None:
        """Connect, and connect again whatever ends the connection, until the client is closed.

        discord.py reconnects by itself after most failures; not after one at the very first attempt, nor after an
        event that it cannot read.

        Raises:
            LoginRefusedError: if Discord ended the session for good (gateway close codes 4004 and 4010 to 4014).
        """
        backoff = _Backoff()
        while not self.is_closed():
            try:
                await self.connect()
            except discord.ConnectionClosed as error:
                raise LoginRefusedError from error
            except Exception as error:  # noqa: BLE001  # whatever it was, being connected is what this is for
                wait_s = backoff.delay()
                log.warning("not connected error=%r trying_again_in_s=%.1f", error, wait_s)
                await asyncio.sleep(wait_s)

    async def setup_hook(self) -> None:
        """Load the features, then bring Discord's list of commands up to date."""
        await self._load(self)
        await self.tree.set_translator(CatalogueTranslator())
        await self.sync_commands()

    async def add_feature(self, cog: commands.Cog, buttons: Sequence[DynamicButton] = ()) -> None:
        """Add a cog and the lasting buttons that it answers."""
        await self.add_cog(cog)
        self.add_dynamic_items(*buttons)

    async def sync_commands(self) -> bool:
        """Send all commands, globally, if they changed since they were last sent, and tell whether they were.

        Raises:
            CommandsRefusedError: if Discord would refuse one; nothing is sent then.
        """
        payload = await payload_of(self.tree)
        if faults := faults_in(payload):
            raise CommandsRefusedError("; ".join(faults))
        digest = digest_of(payload)
        application_id = self.application_id or 0
        if await self._command_list.is_sent(application_id, digest):
            return False
        # What `tree.sync` would send: it would translate everything into each locale of Discord's once more.
        await self.http.bulk_upsert_global_commands(application_id, payload=payload)
        await self._command_list.record(application_id, digest)
        log.info("commands sent application=%s count=%s", application_id, len(payload))
        return True

    async def finish_answers(self, timeout_s: float) -> None:
        """Wait, at most so long, until commands and buttons that were begun have been answered."""
        begun = [task for task in asyncio.all_tasks() if task.get_name().startswith(ANSWER_TASKS)]
        if begun:
            await asyncio.wait(begun, timeout=timeout_s)

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Hand an event out; an interaction that nobody claims becomes the event ``unclaimed`` besides."""
        super().dispatch(event_name, *args, **kwargs)
        if event_name == "interaction" and not is_claimed(self, args[0]):
            super().dispatch("unclaimed", *args)

    async def on_unclaimed(self, interaction: discord.Interaction) -> None:
        """Answer for a panel or form that was opened before a restart."""
        await answer(interaction)

    async def on_ready(self) -> None:
        """Say that we are there. Nothing is started here: this comes again at each reconnect."""
        log.info("ready as=%s guilds=%s", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no prefix commands, and looking for one costs more than reading the event."""
