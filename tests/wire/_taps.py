"""A press that nobody waits for, such as one of the thousands of a storm."""

import asyncio
from datetime import datetime

import discord
from simcord.backend import Backend
from simcord.backend.models import Interaction


class Tap:
    """One press. `over` is set when its answer has arrived; whoever gives up waiting may set it too."""

    def __init__(self, backend: Backend, record: Interaction) -> None:
        self.over = asyncio.Event()
        self._backend = backend
        self._record = record

    @property
    def id(self) -> int:
        """The interaction's."""
        return self._record.id

    @property
    def token(self) -> str:
        """By which an answer is given that was only promised."""
        return self._record.token

    @property
    def at(self) -> datetime:
        """When it was made, as Discord tells the bot."""
        return discord.utils.snowflake_time(self.id)

    @property
    def answer(self) -> str | None:
        """The sentence that the presser was shown; None if no answer has come, or nothing but the promise of one."""
        record = self._record
        if not record.responded or record.loading or record.message_id is None:
            return None
        assert record.ephemeral
        return self._backend.get_message(record.channel_id, record.message_id).content
