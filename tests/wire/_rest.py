"""Discord's HTTP interface in front of simcord's router: what is asked, what is refused, what is lost."""

import asyncio
import json
import re
import traceback
from collections.abc import Mapping
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from simcord.backend import Backend
from simcord.backend.errors import BackendError
from simcord.http import router, routes  # noqa: F401  # importing the routes registers them

from bot.demo.world._gaps import MESSAGES_ROUTE, NonceMemory
from tests.wire._faults import CutError, Fault, Faults
from tests.wire._limits import EXEMPT, Call, Limits, Refusal

# Without it discord.py takes a 429 for a block by Cloudflare and gives up at once; Discord's own answers have it.
VIA = {"Via": "1.1 google"}
_CALLBACK = re.compile(r"POST /interactions/\d+/([^/]+)/callback")
_FOLLOWUP = re.compile(r"(?:POST|PATCH) /webhooks/\d+/([^/]+)(?:/messages/@original)?")
_PROMISE = 5  # Discord docs, receiving and responding: "DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE"
# The router knows a route by its ids' places; of those that take a nonce there is one.
MESSAGES_PARTS = MESSAGES_ROUTE[1].strip("/").split("/")


class Rest:
    """Answers requests. `failures` are tracebacks of what simcord cannot do, and have to stay empty."""

    def __init__(self, backend: Backend, nonces: NonceMemory, *, token: str) -> None:
        self.faults = Faults()
        self.limits = Limits()
        self.calls: list[Call] = []
        self.failures: list[str] = []
        # Who waits for the answer to an interaction, by the interaction's token.
        self.awaited: dict[str, asyncio.Event] = {}
        self._backend = backend
        self._nonces = nonces
        self._token = token

    async def answer(self, request: web.Request, gateway: str) -> web.StreamResponse:
        """Answer one request, or close its connection where that is what shall happen."""
        call = Call(request.method, "/" + request.match_info["path"], asyncio.get_running_loop().time())
        self.calls.append(call)
        body, files = await _body(request)
        fault = self.faults.take(call.name)
        headers, refusal = self.limits.take(call)
        try:
            if fault is not None:
                await fault.before()
                refusal = self._refusal(fault, call) or refusal
            if refusal is not None:
                return _limited(refusal, headers)
            if fault is not None and fault.status is not None and not fault.is_late:
                return _broken(fault.status, headers)
            given = self._carry_out(request, call, body, files, gateway)
            self._note_answer(call, body)
            if fault is not None:
                await fault.after()
        except CutError:
            cut(request)
            return web.Response()
        status, answered = given
        if fault is not None and fault.status is not None:
            return _broken(fault.status, headers)
        if fault is not None and fault.held is not None:
            asyncio.get_running_loop().call_soon(fault.held.answered.set)
        return _json(answered, status, headers)

    async def publish(self, request: web.Request, path: str, xml: str | None) -> web.StreamResponse:
        """Answer a request for a feed; it is none of Discord's, so no limit counts it."""
        fault = self.faults.take(f"{request.method} {path}")
        try:
            if fault is not None:
                await fault.before()
                await fault.after()
        except CutError:
            cut(request)
            return web.Response()
        if fault is not None and fault.held is not None:
            asyncio.get_running_loop().call_soon(fault.held.answered.set)
        return web.Response(status=404) if xml is None else web.Response(text=xml, content_type="application/rss+xml")

    def _note_answer(self, call: Call, body: Any) -> None:
        """Wake who waits for this answer; one that is only promised is waited for on."""
        answers = _CALLBACK.fullmatch(call.name)
        if answers is not None and body["type"] == _PROMISE:
            return
        answers = answers or _FOLLOWUP.fullmatch(call.name)
        if answers is not None and (waiting := self.awaited.pop(answers[1], None)) is not None:
            waiting.set()

    def _refusal(self, fault: Fault, call: Call) -> Refusal | None:
        if fault.retry_after_s is None:
            return None
        if fault.everywhere:
            self.limits.close(call.at + fault.retry_after_s)
        return Refusal(fault.retry_after_s, fault.everywhere)

    def _carry_out(
        self, request: web.Request, call: Call, body: Any, files: list[Any], gateway: str
    ) -> tuple[int, Any]:
        if not EXEMPT.fullmatch(call.name) and request.headers.get("Authorization") != f"Bot {self._token}":
            return 401, {"message": "401: Unauthorized", "code": 0}
        if call.path == "/gateway/bot":
            limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
            return 200, {"url": gateway, "shards": 1, "session_start_limit": limit}
        makes_message = call.method == MESSAGES_ROUTE[0] and _is_messages(call.path)
        first = self._nonces.recall(body) if makes_message else None
        if first is not None:
            return 200, first
        try:
            made = router.dispatch(
                self._backend,
                call.method,
                call.path,
                json=body,
                params=dict(request.query),
                files=files,
                reason=request.headers.get("X-Audit-Log-Reason"),
            )
        except BackendError as error:
            if isinstance(error, router.RouteNotImplemented | router.UnsupportedField):
                self.failures.append(traceback.format_exc())
            return error.status, error.to_json()
        except Exception:
            self.failures.append(traceback.format_exc())
            raise
        return (200, self._nonces.keep(body, made)) if makes_message else (204 if made is None else 200, made)


def _is_messages(path: str) -> bool:
    parts = path.strip("/").split("/")
    return len(parts) == len(MESSAGES_PARTS) and (parts[0], parts[2]) == (MESSAGES_PARTS[0], MESSAGES_PARTS[2])


async def _body(request: web.Request) -> tuple[Any, list[Any]]:
    """Return the JSON of a request and its files, as simcord takes them."""
    if not request.can_read_body:
        return None, []
    if not request.content_type.startswith("multipart/"):
        return await request.json(), []
    scalars: dict[str, Any] = {}
    files: dict[str, SimpleNamespace] = {}
    async for part in await request.multipart():
        name = part.name or ""
        if part.filename is None:
            scalars[name] = await part.text()
        else:
            files[name] = SimpleNamespace(fp=BytesIO(await part.read()), filename=part.filename, description=None)
    body: Any = json.loads(scalars["payload_json"]) if "payload_json" in scalars else scalars
    for attachment in body.get("attachments") or body.get("data", {}).get("attachments") or ():
        if (file := files.get(f"files[{attachment['id']}]")) is not None:
            file.description = attachment.get("description")
    return body, list(files.values())


def _limited(refusal: Refusal, headers: Mapping[str, str]) -> web.Response:
    told = {
        "message": "You are being rate limited.",
        "retry_after": refusal.retry_after_s,
        "global": refusal.everywhere,
    }
    extra = {"Retry-After": f"{refusal.retry_after_s:.3f}", **VIA}
    if refusal.everywhere:
        extra["X-RateLimit-Global"] = "true"
    return _json(told, 429, {**headers, **extra})


def _broken(status: int, headers: Mapping[str, str]) -> web.Response:
    return _json({"message": f"{status}: broken", "code": 0}, status, headers)


def _json(answered: Any, status: int, headers: Mapping[str, str]) -> web.Response:
    # Exactly "application/json": with a charset behind it discord.py would not read it.
    body = b"" if answered is None else json.dumps(answered).encode()
    return web.Response(body=body, status=status, headers={**headers, "Content-Type": "application/json"})


def cut(request: web.Request) -> None:
    """Close the connection of a request without a word."""
    if request.transport is not None:
        request.transport.abort()
