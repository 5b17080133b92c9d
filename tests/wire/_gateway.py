"""The gateway: one session for each websocket, with simcord's own shaping of events by intents."""

import asyncio
import contextlib
import json
import zlib
from collections.abc import Callable, Mapping
from enum import IntEnum
from types import SimpleNamespace
from typing import Any

import discord
from aiohttp import WSMsgType, web
from simcord.backend import Backend, serializers
from simcord.gateway import FakeGateway

HEARTBEAT_MS = 41_250  # what Discord says today


class Op(IntEnum):
    """Discord docs, gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    """Discord docs, gateway close event codes."""

    UNKNOWN_OPCODE = 4001
    AUTHENTICATION_FAILED = 4004


class _Parsers:
    """Stands where discord.py keeps a parser for each event, and sends every event on."""

    def __init__(self, send: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._send = send

    def __getitem__(self, event: str) -> Callable[[Mapping[str, Any]], None]:
        return lambda payload: self._send(event, payload)


class Session:
    """One connection of one bot, from its hello to its end."""

    def __init__(self, backend: Backend, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.id = f"session-{backend.snowflake()}"
        self.heartbeats = 0
        self.identified = asyncio.Event()
        self._backend = backend
        self._socket = socket
        self._zlib = zlib.compressobj() if compressed else None
        self._sequence = 0
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._gateway: FakeGateway | None = None

    async def serve(self, token: str, resume_url: str) -> None:
        """Speak with the bot until either side ends it."""
        sending = asyncio.create_task(self._send_all())
        try:
            self._put(Op.HELLO, {"heartbeat_interval": HEARTBEAT_MS})
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._hear(json.loads(message.data), token, resume_url)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sending

    async def end(self, code: int) -> None:
        """Close the connection with one of Discord's codes."""
        await self._socket.close(code=code)

    def event(self, name: str, payload: Mapping[str, Any]) -> None:
        """Tell the bot of an event, if it has identified itself and asked for such events."""
        if self._gateway is not None:
            self._gateway.feed(name, payload)

    async def _hear(self, said: Mapping[str, Any], token: str, resume_url: str) -> None:
        match said["op"]:
            case Op.HEARTBEAT:
                self.heartbeats += 1
                self._put(Op.HEARTBEAT_ACK)
            case Op.IDENTIFY if said["d"]["token"] != token:
                await self.end(Close.AUTHENTICATION_FAILED)
            case Op.IDENTIFY:
                self._begin(said["d"], resume_url)
            case Op.RESUME:
                # No session outlives its connection yet, and a bot whose session is gone identifies anew.
                self._put(Op.INVALID_SESSION, d=False)
            case Op.PRESENCE:
                pass
            case _:
                await self.end(Close.UNKNOWN_OPCODE)

    def _begin(self, identify: Mapping[str, Any], resume_url: str) -> None:
        intents = discord.Intents()
        intents.value = int(identify["intents"])
        state = SimpleNamespace(intents=intents, parsers=_Parsers(self._dispatch))
        gateway = FakeGateway(self._backend, state)
        backend = self._backend
        self._dispatch(
            "READY",
            {
                "v": 10,
                "user": dict(serializers.user_payload(backend.bot_user)),
                "guilds": [{"id": str(guild_id), "unavailable": True} for guild_id in backend.guilds],
                "session_id": self.id,
                "resume_gateway_url": resume_url,
                "shard": identify.get("shard", [0, 1]),
                "application": {"id": str(backend.application_id), "flags": 0},
            },
        )
        for guild in backend.guilds.values():
            gateway.feed("GUILD_CREATE", serializers.guild_create_payload(backend, guild))
        self._gateway = gateway
        self.identified.set()

    def _dispatch(self, name: str, payload: Mapping[str, Any]) -> None:
        self._sequence += 1
        self._put(Op.DISPATCH, d=payload, t=name, s=self._sequence)

    def _put(self, op: Op, d: Any = None, t: str | None = None, s: int | None = None) -> None:
        # Written out at once: the world changes while the message waits.
        self._out.put_nowait({"op": op, "d": json.loads(json.dumps(d)), "t": t, "s": s})

    async def _send_all(self) -> None:
        while True:
            text = json.dumps(await self._out.get())
            if self._zlib is None:
                await self._socket.send_str(text)
            else:
                packed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                await self._socket.send_bytes(packed)
