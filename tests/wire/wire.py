"""A Discord on loopback, over real HTTP and websocket, for a bot in a process of its own.

What stands in it is simcord's world, with the gaps filled that `bot.demo.world` fills; this package adds the network.
"""

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from types import TracebackType
from typing import Any, Self

import simcord
from aiohttp import web
from simcord.actors import _component_interaction
from simcord.backend.models import Message
from simcord.enums import ComponentType
from simcord.http import router
from simcord.results import ResponseMessage

from bot.demo import plain
from bot.demo.world import Line, Person, Place, Role, Seen
from bot.demo.world._gaps import NonceMemory, guard_threads, speak_their_language
from bot.demo.world._guild import GUILD_AGE, READ_ONLY, SHOWN, Guild
from bot.demo.world._reading import Reading
from tests.wire._faults import Fault, Held
from tests.wire._gateway import Session
from tests.wire._limits import Call, busiest_second
from tests.wire._rest import Rest, cut
from tests.wire._taps import Tap
from tests.wire._world import EmptyStage, LiveClock

# Three parts of base64, as Discord's tokens are; nothing anywhere accepts it but this.
TOKEN = "MTA.d2lyZQ.b24tbG9vcGJhY2s"  # noqa: S105  # see above
ANSWER_S = 15.0  # Discord waits 3 s; a machine that runs all tests at once is slower
PAUSE_S = 0.01

Where = Place | str


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Wire:
    """The server; use as ``async with Wire() as wire``. It has one guild, the demo's, and more if asked for.

    Attributes:
        api: where the bot has to ask, its ``PADDOCK_DISCORD_API_BASE``.
        port: of this machine, on which the bot may read feeds too.
    """

    def __init__(self) -> None:
        self.api = self.gateway_url = ""
        self.port = 0
        self._stage = EmptyStage()
        self._backend = self._stage.backend
        clock = LiveClock()
        self._backend.clock = clock
        self._clock = clock
        self.guild = Guild(self._stage, clock, None)
        self.manager, self.editor, self.members = self.guild.manager, self.guild.editor, self.guild.members
        self._reading = Reading(self._stage, self.guild, UTC)
        self._nonces = NonceMemory(self._backend, clock)
        guard_threads(self._backend)
        speak_their_language(self._backend, self.guild.locale_of)
        self._backend.subscribers.append(self._tell)
        self._rest = Rest(self._backend, self._nonces, token=TOKEN)
        self._held: list[Held] = []
        self._feeds: dict[str, str] = {}
        self._handlers: dict[str, Handler] = {}
        self._away = False
        self._kept_back: list[tuple[str, Mapping[str, Any]]] | None = None
        self.sessions: list[Session] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway", self._serve_gateway)
        app.router.add_get("/{path:feeds/.*}", self._serve_feed)
        app.router.add_route("*", "/api/v10/{path:.*}", self._serve_api)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self.api = f"http://127.0.0.1:{self.port}/api/v10"
        self.gateway_url = f"ws://127.0.0.1:{self.port}/gateway"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for held in self._held:
            held.cut()
        await self.hang_up()
        await self._runner.cleanup()
        if error is None and self._rest.failures:
            raise AssertionError("\n".join(self._rest.failures))

    # What goes wrong. A route is a regular expression over "METHOD /path".

    def hold(self, route: str) -> Held:
        """Let the next request to `route` wait until the test says how it goes on."""
        held = Held()
        self._held.append(held)
        self._rest.faults.add(route, held=held)
        return held

    def fail(self, route: str, *, status: int, times: int = 1) -> Fault:
        """Answer with a status of the server's own and carry nothing out."""
        return self._rest.faults.add(route, times, status=status)

    def spoil_reply(self, route: str, *, status: int, times: int = 1) -> Fault:
        """Carry out what is asked and answer with a status of the server's own, as a gateway that lost patience."""
        return self._rest.faults.add(route, times, status=status, is_late=True)

    def limit(self, route: str, *, retry_after_s: float, everywhere: bool = False, times: int = 1) -> Fault:
        """Answer 429; `everywhere` refuses all that is asked until the time is over."""
        return self._rest.faults.add(route, times, retry_after_s=retry_after_s, everywhere=everywhere)

    def slow(self, route: str, *, delay_s: float, times: int = 1) -> Fault:
        """Take that long before anything is carried out."""
        return self._rest.faults.add(route, times, delay_s=delay_s)

    def lose_reply(self, route: str, *, times: int = 1) -> Fault:
        """Carry out what is asked and close the connection without an answer."""
        return self._rest.faults.add(route, times, loses_reply=True)

    def lift_limit(self) -> None:
        """Let a limit over everything be over."""
        self._rest.limits.open()

    def mend(self, fault: Fault) -> None:
        """Let a fault not happen any more."""
        self._rest.faults.remove(fault)

    async def go_away(self) -> None:
        """Be unreachable, as a data centre without a line: connections are cut and new ones get nowhere."""
        self._away = True
        await self.hang_up()

    def come_back(self) -> None:
        """Be reachable again."""
        self._away = False

    def keep_back(self) -> None:
        """Let no event reach the bot, as on a slow line: what people do was done when they did it, and comes later."""
        self._kept_back = []

    def deliver(self) -> None:
        """Let what was kept back reach the bot, in its order, and all that follows at once."""
        kept, self._kept_back = self._kept_back or [], None
        for event, payload in kept:
            self._tell(event, payload)

    async def hang_up(self, code: int = 1001) -> None:
        """End every session with one of the gateway's close codes."""
        await asyncio.gather(*(session.end(code) for session in list(self.sessions)))

    def forget_nonces(self) -> None:
        """Let the few minutes be over for which Discord remembers nonces."""
        self._nonces.forget()

    # What was asked.

    @property
    def calls(self) -> list[Call]:
        """Every request that arrived, feeds excepted."""
        return list(self._rest.calls)

    @property
    def exceeded(self) -> list[Call]:
        """The requests that were too many, of a route's own limit or of all together."""
        return list(self._rest.limits.exceeded)

    @property
    def too_early(self) -> list[Call]:
        """The requests that came while the bot had been told to wait with everything."""
        return list(self._rest.limits.too_early)

    @property
    def busiest_second(self) -> int:
        """The most requests within any second."""
        return busiest_second(self._rest.calls)

    def feed(self, name: str, xml: str) -> str:
        """Publish a feed and return its address."""
        self._feeds[f"/feeds/{name}"] = xml
        return f"http://127.0.0.1:{self.port}/feeds/{name}"

    def serve(self, name: str, handler: Handler) -> str:
        """Let a publisher of the test's own answer, and return the address."""
        self._handlers[f"/feeds/{name}"] = handler
        return f"http://127.0.0.1:{self.port}/feeds/{name}"

    # What stands here.

    def add_guild(self, name: str) -> tuple[int, int]:
        """Make another guild with one channel that the bot may write in; return the ids of both."""
        with self._clock.ago(GUILD_AGE):
            handle = self._stage.create_guild(name)
            overwrites = {handle.default_role: READ_ONLY, handle.roles[self._backend.bot_user.name]: SHOWN}
            channel = handle.create_text_channel("news", overwrites=overwrites)
        return handle.id, channel.id

    def add_members(self, count: int) -> list[Person]:
        """Let so many people join the first guild; their accounts and memberships are old enough for anything."""
        return [self.guild.add_person(f"Voter{number}") for number in range(count)]

    def act_as_bot(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Do what the bot once asked for, and return what Discord answered; no request is counted."""
        return router.dispatch(self._backend, method, path, json=json.loads(json.dumps(body)), params={}, files=[])

    def messages(self, channel_id: int) -> list[Message]:
        """Return what the bot has written in a channel or thread and everyone can see, the oldest first."""
        standing = sorted(self._backend.messages.get(channel_id, {}).values(), key=lambda message: message.id)
        me = self._backend.bot_user.id
        return [message for message in standing if message.author_id == me and not message.is_ephemeral]

    def threads(self, channel_id: int) -> list[int]:
        """Return the ids of a channel's threads, the oldest first."""
        return sorted(c.id for c in self._backend.channels.values() if c.is_thread and c.parent_id == channel_id)

    def place(self, name: str) -> Place:
        """Return the channel or thread of that name in the first guild."""
        return self._reading.place(name)

    def lines(self, where: Where, person: Person | None = None) -> list[Line]:
        """Return the messages there as plain text; private ones only to the person who was answered."""
        return self._reading.lines(self._place(where), person)

    def commands(self) -> set[str]:
        """Return the names of the commands that the bot has sent."""
        return {name for scope in self._backend.commands.values() for name, _ in scope}

    # What people do.

    async def slash(self, person: Person, where: Where, command: str, /, **options: object) -> Seen:
        """Run a slash command, such as ``"roundup preview"``, and wait for its answer."""
        channel = self._reading.handle(self._place(where))
        values = {name: self._value(value) for name, value in options.items()}
        return await self._act(lambda: self._actor(person).slash(channel, command, **values))

    async def press(self, person: Person, message: Line, button: str) -> Seen:
        """Press a button, named by its custom id or label."""
        custom_id = plain.button_id(self._reading.line(message.place.id, message.id).raw, button)
        return await self._act(lambda: self._actor(person).click(self._message(message), custom_id=custom_id))

    def seen(self, channel_id: int, message_id: int) -> Message:
        """Return a message as it is shown to people just now, whatever becomes of it."""
        return copy.deepcopy(self._backend.get_message(channel_id, message_id))

    async def tap(self, person: Person, message: Message, custom_id: str) -> Tap:
        """Press a button of a message that was `seen`, and do not wait: what comes of it is seen from what is returned.

        Whoever presses while the message is edited still presses what they see.
        """
        pressed = {"custom_id": custom_id, "component_type": ComponentType.BUTTON}
        result = await _component_interaction(self._actor(person), message, pressed)
        tap = Tap(self._backend, result._interaction)
        result._interaction.initial_response_deadline = self._backend.iso_after(ANSWER_S)
        self._rest.awaited[tap.token] = tap.over
        return tap

    async def select(
        self, person: Person, message: Line, values: Sequence[object], *, custom_id: str | None = None
    ) -> Seen:
        """Choose in a select."""
        chosen = [self._value(value) for value in values]
        return await self._act(lambda: self._actor(person).select(self._message(message), chosen, custom_id=custom_id))

    async def submit(self, person: Person, shown: Seen, values: Mapping[str, object]) -> Seen:
        """Submit the modal that `shown` opened; the keys are the custom ids of its inputs."""
        filled = {key: self._value(value) for key, value in values.items()}
        return await self._act(lambda: self._actor(person).submit_modal(shown.result, filled))

    async def ready(self, timeout_s: float = 60.0) -> None:
        """Wait until a bot has identified itself and sent its commands."""
        async with asyncio.timeout(timeout_s):
            while not (self.commands() and any(session.identified.is_set() for session in self.sessions)):
                await asyncio.sleep(PAUSE_S)

    async def _act(self, act: Callable[[], Awaitable[simcord.InteractionResult]]) -> Seen:
        result = await act()
        record = result._interaction
        async with asyncio.timeout(ANSWER_S):
            while not record.responded or record.loading:
                await asyncio.sleep(PAUSE_S)
        answers = [answer for answer in (result.response, *result.followups) if answer is not None]
        lines = tuple(self._reading.line(answer.channel_id, answer.id) for answer in answers)
        return Seen(lines, result.modal, result.acknowledged, result)

    def _place(self, where: Where) -> Place:
        return where if isinstance(where, Place) else self.place(where)

    def _actor(self, person: Person) -> simcord.MemberActor:
        return self.guild.actors[person.id]

    def _message(self, line: Line) -> ResponseMessage:
        return ResponseMessage(self._stage, self._backend.get_message(line.place.id, line.id))

    def _value(self, value: object) -> object:
        if isinstance(value, Person):
            return self._actor(value)
        if isinstance(value, Place):
            return self._reading.handle(value)
        return self.guild.handle.roles[value.name] if isinstance(value, Role) else value

    # The network.

    def _tell(self, event: str, payload: Mapping[str, Any]) -> None:
        if self._kept_back is not None:
            self._kept_back.append((event, json.loads(json.dumps(payload))))
            return
        for session in self.sessions:
            session.event(event, payload)

    async def _serve_gateway(self, request: web.Request) -> web.StreamResponse:
        if self._away:
            cut(request)
            return web.Response()
        socket = web.WebSocketResponse(max_msg_size=0, compress=False)
        await socket.prepare(request)
        session = Session(self._backend, socket, compressed=request.query.get("compress") == "zlib-stream")
        self.sessions.append(session)
        try:
            await session.serve(TOKEN, self.gateway_url)
        finally:
            self.sessions.remove(session)
        return socket

    async def _serve_api(self, request: web.Request) -> web.StreamResponse:
        if self._away:
            cut(request)
            return web.Response()
        return await self._rest.answer(request, self.gateway_url)

    async def _serve_feed(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        if path in self._handlers:
            return await self._handlers[path](request)
        return await self._rest.publish(request, path, self._feeds.get(path))
