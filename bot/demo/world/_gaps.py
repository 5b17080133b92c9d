"""Where simcord differs from Discord in a way that matters to this bot, the gap is filled here.

* A ``nonce`` used again within some minutes gives the first message back.
* A second thread on one message is refused.
* A thread that hangs on a message is not announced in its channel besides.
* A forum post's first message has the id of its thread.
* People's clients speak their own language.
* The clock is ours and starts when we say; accounts are older than the world.
* Timeouts that guard real input and output go by the real clock, and so does the bot's pace.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Generator, Mapping
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any, cast

import discord
from discord.http import Route
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.backend.models import Message

from bot.clock import Clock, ManualClock

# Discord docs, "Create Message", on enforce_nonce: "in the past few minutes".
NONCE_REMEMBERED = timedelta(minutes=5)
THREAD_EXISTS_CODE = 160004  # Discord docs, JSON error codes
MESSAGES_ROUTE = ("POST", "/channels/{channel_id}/messages")

# On the simulated clock a timeout that fires while its callback waits would hold simcord's world up: simcord
# settles all callbacks before it moves the clock that the timeout is waiting for.
REAL_TIMER_MODULES = ("asyncio.timeouts", "aiohttp", "bot.edge.pace")


class SharedClock:
    """simcord's clock, kept the same as ours: either may be moved, and the other shows it.

    The elapsed seconds are kept as simcord counts them, because our clock rounds to microseconds and simcord
    waits until an exact figure is reached.
    """

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._epoch = clock.now()
        self._elapsed_s = 0.0
        self._back = timedelta()

    @property
    def elapsed(self) -> float:
        """Seconds since the world began."""
        return max(self._elapsed_s, (self._clock.now() - self._epoch).total_seconds())

    def now(self) -> datetime:
        """Return the moment that the world shows."""
        return self._clock.now() - self._back

    def advance(self, seconds: float) -> None:
        """Move the world, and our clock with it."""
        self._elapsed_s = self.elapsed + seconds
        moment = self._epoch + timedelta(seconds=self._elapsed_s)
        if moment > self._clock.now():
            self._clock.move_to(moment)

    @contextlib.contextmanager
    def ago(self, length: timedelta) -> Generator[None]:
        """Let what is made inside be `length` old."""
        self._back = length
        try:
            yield
        finally:
            self._back = timedelta()


def guard_threads(backend: Backend) -> None:
    """Refuse a second thread on one message, announce such a thread by itself only, and give a post one id."""
    create, create_post = cast("Any", backend).create_thread, cast("Any", backend).create_forum_post
    starters: list[int] = []

    def create_forum_post(forum_id: int, name: str, starter: Message, **fields: Any) -> object:
        starters.append(starter.id)
        try:
            return create_post(forum_id, name, starter, **fields)
        finally:
            starters.clear()

    def create_thread(parent_id: int, name: str, owner_id: int, **fields: Any) -> object:
        if starters:
            return create(parent_id, name, owner_id, **{**fields, "message_id": starters[0]})
        message_id: int | None = fields.get("message_id")
        if message_id is None:
            return create(parent_id, name, owner_id, **fields)
        if message_id in backend.channels:
            raise BackendError(400, THREAD_EXISTS_CODE, "A thread has already been created for this message")
        thread = create(parent_id, name, owner_id, **{**fields, "broadcast": False})
        backend.announce_thread_create(thread)
        return thread

    cast("Any", backend).create_thread = create_thread
    cast("Any", backend).create_forum_post = create_forum_post


class NonceMemory:
    """Gives the first message back when a nonce comes again."""

    def __init__(self, backend: Backend, clock: Clock) -> None:
        self._backend = backend
        self._clock = clock
        self._first: dict[str, tuple[datetime, int, int]] = {}

    def watch(self, client: discord.Client) -> None:
        """Look at every message that `client` creates."""
        request = client.http.request

        async def request_once(route: Route, **kwargs: Any) -> Any:
            if (route.method, route.path) != MESSAGES_ROUTE:
                return await request(route, **kwargs)
            body = _body(kwargs)
            first = self.recall(body)
            return first if first is not None else self.keep(body, await request(route, **kwargs))

        cast("Any", client.http).request = request_once

    def recall(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the message that this nonce has made lately, as Discord's API gives it; None if there is none."""
        nonce = _nonce(body)
        if nonce is None or nonce not in self._first:
            return None
        at, channel_id, message_id = self._first[nonce]
        if self._clock.now() - at > NONCE_REMEMBERED:
            return None
        first = self._backend.messages.get(channel_id, {}).get(message_id)
        return None if first is None else {**serializers.message_payload(self._backend, first), "nonce": nonce}

    def keep(self, body: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
        """Remember which message a nonce has made, and return that message with its nonce."""
        nonce = _nonce(body)
        if nonce is None:
            return {**made}
        self._first[nonce] = (self._clock.now(), int(made["channel_id"]), int(made["id"]))
        return {**made, "nonce": nonce}

    def forget(self) -> None:
        """Forget every nonce, as Discord does after some minutes."""
        self._first.clear()


def _body(request: Mapping[str, Any]) -> Mapping[str, Any]:
    for part in request.get("form") or ():
        if part.get("name") == "payload_json":
            return json.loads(part["value"])
    return request.get("json") or {}


def _nonce(body: Mapping[str, Any]) -> str | None:
    return str(body["nonce"]) if body.get("nonce") and body.get("enforce_nonce") else None


def speak_their_language(backend: Backend, locale_of: Callable[[int], str]) -> None:
    """Let each interaction say the locale of who sent it; has to come before the bot subscribes."""

    def localise(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            asker = cast("Mapping[str, Any]", payload.get("member") or payload)["user"]
            cast("dict[str, Any]", payload)["locale"] = locale_of(int(asker["id"]))

    backend.subscribers.append(localise)


def use_real_timers(loop: asyncio.AbstractEventLoop, real_call_at: Callable[..., asyncio.TimerHandle]) -> None:
    """Send the timers of `REAL_TIMER_MODULES` to the loop itself; simcord puts its own back when it ends.

    Args:
        loop: the loop whose timers simcord has taken over.
        real_call_at: the loop's own `call_at`, as it was before.
    """
    simulated_at, simulated_later = loop.call_at, loop.call_later

    def real_in(delay_s: float, callback: Any, *args: Any, context: Context | None) -> asyncio.TimerHandle:
        # Outside every context the loop's time is the real one, whoever asks.
        return real_call_at(Context().run(loop.time) + delay_s, callback, *args, context=context)

    def call_at(when: float, callback: Any, *args: Any, context: Context | None = None) -> asyncio.TimerHandle:
        if _guards_real_work(callback):
            return real_in(when - loop.time(), callback, *args, context=context)
        return simulated_at(when, callback, *args, context=context)

    def call_later(delay: float, callback: Any, *args: Any, context: Context | None = None) -> asyncio.TimerHandle:
        if _guards_real_work(callback):
            return real_in(delay, callback, *args, context=context)
        return simulated_later(delay, callback, *args, context=context)

    patched = cast("Any", loop)
    patched.call_at, patched.call_later = call_at, call_later


def _guards_real_work(callback: Any) -> bool:
    owner = getattr(callback, "__self__", None)
    module = type(owner).__module__ if owner is not None else getattr(callback, "__module__", None)
    return (module or "").startswith(REAL_TIMER_MODULES)
