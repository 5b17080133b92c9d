"""The running world: people act in it, time passes, and what was said can be read."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

import discord
import simcord
from simcord.backend.cdn import CDN_BASE

from bot.clock import ManualClock
from bot.demo import plain
from bot.demo.world._gaps import (
    NonceMemory,
    SharedClock,
    guard_threads,
    speak_their_language,
    use_real_timers,
)
from bot.demo.world._guild import BOT_AVATAR, Guild
from bot.demo.world._reading import Reading
from bot.demo.world._sights import Line, Person, Place, Role, Seen, Where
from bot.demo.world._window import Window
from bot.domain.errors import PaddockError

# What a callback may take of real time: starting a process on a busy machine takes seconds.
SETTLE_S = 30.0
# simcord refuses an operation while a click from the browser is handled; it is tried again for that long.
BUSY_PAUSE_S = 0.05
BUSY_TRIES_MAX = round(SETTLE_S / BUSY_PAUSE_S)

UTC = ZoneInfo("UTC")

AVATAR = Path(__file__).parents[1] / "pages" / "avatar.png"

T = TypeVar("T")


class World:
    """A running guild around `client`; use as ``async with World(client, clock) as world``.

    The clock is the world's: `advance` moves it, and whoever else was given it sees the same time. Leaving
    raises what the bot's callbacks raised, unless `errors` was called after it or the world is not `strict`.

    What is created inside a callback belongs to the bot and has to come to rest before an action here
    returns; what was started outside (the app's tasks) does not: call its ``run_once``, then read.
    """

    def __init__(
        self,
        client: discord.Client,
        clock: ManualClock,
        *,
        bot_permissions: discord.Permissions | None = None,
        pictures: Mapping[str, bytes] | None = None,
        strict: bool = True,
        zone: ZoneInfo = UTC,
    ) -> None:
        """Prepare a world.

        Args:
            client: the bot, not logged in.
            clock: what the bot's services go by.
            bot_permissions: what the bot's role may do; all but Administrator if not given.
            pictures: bytes of pictures that messages may show, by address; the browser is given no others.
            strict: whether errors in callbacks are raised when the world is left.
            zone: in which everyone in the guild lives.
        """
        self.clock = clock
        self.zone = zone
        self._client = client
        self._strict = strict
        self._pictures = dict(pictures or {})
        self._errors_read = 0
        self._lock = asyncio.Lock()
        shards = 1 if isinstance(client, discord.AutoShardedClient) and not client.shard_count else None
        self._env = simcord.Env(client, settle_timeout=SETTLE_S, shard_count=shards)
        shared = SharedClock(clock)
        self._env.backend.clock = shared  # type: ignore[assignment]
        self.guild = Guild(self._env, shared, bot_permissions)
        self.manager, self.editor, self.moderator = (
            self.guild.manager,
            self.guild.editor,
            self.guild.moderator,
        )
        self.members = self.guild.members
        self._reading = Reading(self._env, self.guild, zone)
        self._nonces = NonceMemory(self._env.backend, clock)
        guard_threads(self._env.backend)
        speak_their_language(self._env.backend, self.guild.locale_of)
        self._scope: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
        self._window: Window | None = None

    # Opening and closing.

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._real_call_at = loop.call_at
        await self._env.start()
        self._settle_in()
        self._scope = self.scope()
        self._scope.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._env.shutdown()
        finally:
            # A test's fixture may be left in another context than it was entered in; that one is over, then.
            with contextlib.suppress(ValueError):
                self._scope.__exit__(kind, error, trace)
        raised = self.unread_errors()
        if error is None and self._strict and raised:
            raise BaseExceptionGroup("the bot's callbacks raised", raised)

    async def restart(self, client: discord.Client) -> None:
        """End the bot and start `client` in its place, in the same guild: what a deployment does."""
        await self._operate(lambda: self._env.restart_bot(client))
        self._client = client
        self._settle_in()

    def _settle_in(self) -> None:
        self._nonces.watch(self._client)
        use_real_timers(asyncio.get_running_loop(), self._real_call_at)

    def scope(self) -> contextlib.AbstractContextManager[None]:
        """Let what runs inside, and tasks started there, answer interactions here and not at Discord."""
        return self._env.time_context()

    def errors(self) -> list[BaseException]:
        """Return what the bot's callbacks raised so far; it is not raised again on leaving.

        What the bot refuses in a sentence is an answer and not among them, though simcord notes it.
        """
        self._errors_read = self._env.error_cursor
        return [error for error in self._env.errors if not _was_answered(error)]

    def unread_errors(self) -> tuple[BaseException, ...]:
        """Return what would be raised on leaving."""
        return tuple(error for error in self._env.errors_since(self._errors_read) if not _was_answered(error))

    async def _operate(self, operation: Callable[[], Awaitable[T]]) -> T:
        async with self._lock:
            for _ in range(BUSY_TRIES_MAX):
                try:
                    return await operation()
                except simcord.SetupError as error:
                    # Raised before anything was done, so trying again is safe.
                    if "operation overlaps" not in str(error):
                        raise
                await asyncio.sleep(BUSY_PAUSE_S)
            return await operation()

    # Reading.

    def place(self, name: str) -> Place:
        """Return the channel or thread of that name.

        Raises:
            LookupError: if there is none.
        """
        return self._reading.place(name)

    def role(self, name: str) -> Role:
        """Return the role of that name."""
        return Role(self.guild.handle.roles[name].id, name)

    def channels(self, person: Person | None = None) -> list[Place]:
        """Return the guild's channels in order; with `person`, those that they can read."""
        return self._reading.channels(person)

    def threads(self, where: Where, person: Person | None = None) -> list[Place]:
        """Return a channel's threads, the oldest first; with `person`, those that they can read."""
        return self._reading.threads(self._place(where), person)

    def lines(self, where: Where, person: Person | None = None) -> list[Line]:
        """Return the messages there, the oldest first; private ones only to the `person` who was answered."""
        return self._reading.lines(self._place(where), person)

    def recent(self, person: Person, count: int) -> list[Line]:
        """Return the last `count` messages anywhere that `person` sees, the oldest first."""
        return self._reading.recent(person, count)

    def everything(self) -> list[Line]:
        """Return every message in the guild, the oldest first, private answers too."""
        return self._reading.everything()

    def transcript(self) -> str:
        """Return everything that stands in the guild now, place by place, private answers too."""
        return self._reading.transcript()

    def commands(self, person: Person, where: Where) -> tuple[str, ...]:
        """Return the slash commands that this person is shown there."""
        return self._actor(person).available_commands(self._channel(where))

    def requests(self) -> list[str]:
        """Return every call that the bot made to Discord's API, such as ``POST /channels/1/messages``."""
        return [f"{call.method} {call.path}" for call in self._env.http_requests]

    # Time.

    async def advance(self, length: timedelta) -> None:
        """Let `length` pass: views expire, native polls close, sleepers wake, each at its moment."""
        await self._operate(lambda: self._env.advance_time(length.total_seconds()))

    async def advance_to(self, moment: datetime) -> None:
        """Let time pass until `moment`; nothing happens if it has come already."""
        if moment > self.clock.now():
            await self.advance(moment - self.clock.now())

    async def settle(self) -> None:
        """Wait until the bot's callbacks have come to rest."""
        await self._operate(self._env.settle)

    # Acting.

    async def slash(self, person: Person, where: Where, command: str, /, **options: object) -> Seen:
        """Run a slash command, such as ``"roundup preview"``; people, places and roles may be options.

        Raises:
            simcord.SetupError: if this person is not shown that command there, or it has no such option.
        """
        actor, channel = self._actor(person), self._channel(where)
        values = {name: self._value(value) for name, value in options.items()}
        return self._seen(await self._operate(lambda: actor.slash(channel, command, **values)))

    async def suggest(
        self, person: Person, where: Where, command: str, option: str, typed: str, /, **filled: object
    ) -> list[tuple[str, object]]:
        """Type into an option with autocompletion; return the names and values that were offered."""
        actor, channel = self._actor(person), self._channel(where)
        values = {name: self._value(value) for name, value in filled.items()}
        offered = await self._operate(lambda: actor.autocomplete(channel, command, option, typed, **values))
        return [(choice["name"], choice["value"]) for choice in offered]

    async def menu(self, person: Person, name: str, target: Person | Line) -> Seen:
        """Use an entry of the context menu on a person (in #general) or on a message."""
        actor = self._actor(person)
        place = target.place if isinstance(target, Line) else self.place("general")
        channel = self._channel(place)
        on = self._message(person, target) if isinstance(target, Line) else self._actor(target)
        return self._seen(await self._operate(lambda: actor.context_menu(channel, name, on)))

    async def press(self, person: Person, message: Line | Seen, button: str) -> Seen:
        """Press a button, named by its custom id or by its label (or a part that no other label has).

        Raises:
            LookupError: if no button, or more than one, goes by that name.
        """
        line = message.message if isinstance(message, Seen) else message
        custom_id = plain.button_id(self._reading.line(line.place.id, line.id).raw, button)
        actor, on = self._actor(person), self._message(person, line)
        return self._seen(await self._operate(lambda: actor.click(on, custom_id=custom_id)))

    async def select(
        self, person: Person, message: Line | Seen, values: Sequence[object], *, custom_id: str | None = None
    ) -> Seen:
        """Choose in a select: strings are option values; people, places and roles where those are asked."""
        line = message.message if isinstance(message, Seen) else message
        actor, on = self._actor(person), self._message(person, line)
        chosen = [self._value(value) for value in values]
        return self._seen(await self._operate(lambda: actor.select(on, chosen, custom_id=custom_id)))

    async def submit(self, person: Person, shown: Seen, values: Mapping[str, object]) -> Seen:
        """Submit the modal that `shown` opened; the keys are the custom ids of its inputs."""
        actor = self._actor(person)
        filled = {key: self._value(value) for key, value in values.items()}
        return self._seen(await self._operate(lambda: actor.submit_modal(shown.result, filled)))

    async def say(self, person: Person, where: Where, text: str, *, reply_to: Line | None = None) -> Line:
        """Write a message."""
        actor, channel = self._actor(person), self._channel(where)
        to = self._message(person, reply_to) if reply_to is not None else None
        said = await self._operate(lambda: actor.send(channel, text, reply_to=to))
        return self._reading.line(channel.id, said.id)

    async def edit(self, person: Person, message: Line, text: str) -> None:
        """Change a message of one's own."""
        actor, on = self._actor(person), self._message(person, message)
        await self._operate(lambda: actor.edit(on, text))

    async def delete(self, person: Person, message: Line) -> None:
        """Delete a message."""
        actor, on = self._actor(person), self._message(person, message)
        await self._operate(lambda: actor.delete(on))

    async def react(self, person: Person, message: Line, emoji: str) -> None:
        """React to a message."""
        actor, on = self._actor(person), self._message(person, message)
        await self._operate(lambda: actor.react(on, emoji))

    async def vote(self, person: Person, message: Line, answer: int) -> None:
        """Vote in a native poll; the first answer is 1."""
        actor, on = self._actor(person), self._message(person, message)
        await self._operate(lambda: actor.vote(on, answer=answer))

    # The browser.

    async def open_preview(self, person: Person, where: Where) -> str:
        """Show a place in the browser as `person` sees it, and no other any more; return the address.

        The address lets whoever has it act as these people, so it is given to nobody else.

        Raises:
            LookupError: if `person` cannot read there.
        """
        place = self._place(where)
        if not self._reading.can_read(person, place):
            raise LookupError(f"{person.name} cannot read #{place.name}")
        others = [p for p in self.guild.people.values() if p != person and self._reading.can_read(p, place)]
        viewers = [self._actor(viewer) for viewer in (person, *others)]
        own = f"{CDN_BASE}/avatars/{self._env.backend.bot_user.id}/{BOT_AVATAR}.png"
        pictures = {own: AVATAR.read_bytes(), **self._pictures}
        assets = {url: (url.rsplit("/", 1)[-1], picture) for url, picture in pictures.items()}
        locale = "ja" if person.language == "ja" else "en-US"
        async with self._lock:
            if self._window is not None:
                await self._window.close()
            preview = self._env.preview(
                self._channel(place),
                viewers=viewers,
                layout="channel",
                locale=locale,
                timezone=self.zone.key,
                assets=assets,
                port=0,
            )
            self._window = Window(preview, self._env.backend, place.id, self._lock)
            await self._window.open()
            return self._window.url

    async def refresh(self) -> None:
        """Let the open page show what has changed since."""
        window = self._window
        if window is not None:
            with contextlib.suppress(simcord.SetupError):  # it was closed from the browser
                await self._operate(window.refresh)

    # Handles.

    def _place(self, where: Where) -> Place:
        return where if isinstance(where, Place) else self.place(where)

    def _actor(self, person: Person) -> simcord.MemberActor:
        return self.guild.actors[person.id]

    def _channel(self, where: Where) -> simcord.ChannelHandle:
        return self._reading.handle(self._place(where))

    def _message(self, person: Person, line: Line) -> discord.Message:
        history = self._channel(line.place).history(viewer=self._actor(person))
        found = next((message for message in history if message.id == line.id), None)
        if found is None:
            raise LookupError(f"{person.name} cannot see message {line.id}")
        return found

    def _value(self, value: object) -> object:
        if isinstance(value, Person):
            return self._actor(value)
        if isinstance(value, Place):
            return self._channel(value)
        if isinstance(value, Role):
            return self.guild.handle.roles[value.name]
        return value

    def _seen(self, result: simcord.InteractionResult) -> Seen:
        answers = [result.response, *result.followups]
        lines = tuple(self._reading.line(answer.channel_id, answer.id) for answer in answers if answer is not None)
        return Seen(lines, result.modal, result.acknowledged, result)


def _was_answered(error: BaseException) -> bool:
    cause = error.__cause__ if isinstance(error, discord.app_commands.CommandInvokeError) else error
    return isinstance(cause, PaddockError)
