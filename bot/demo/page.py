"""The demo's page: what there is to see, who you are, and time that passes when you say so."""

import asyncio
import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.clock import Clock
from bot.demo.stage import Stage, pass_until, run_due
from bot.demo.world import Line, Person, Place, World
from bot.domain.errors import PaddockError
from bot.text import DEFAULT_LANGUAGE, LANGUAGES, language_of, text

log = logging.getLogger(__name__)

PAGES = Path(__file__).parent / "pages"
FILES = {"page.css": "text/css", "page.js": "text/javascript", "page.svg": "image/svg+xml"}
LANGUAGE_NAMES = {"en": "English", "ja": "日本語"}
SHORT_DATES = {"en": "EEE d MMM", "ja": "M月d日"}
LONG_DATES = {"en": "EEEE d MMMM y", "ja": "y年M月d日(E)"}
LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
TRIES = ("read", "notify", "preview", "sources", "japanese", "poll", "vote", "time", "approve")
HAPPENED_LINES = 14
TICK_S = 1.0
HEADERS = {
    # The answer to /open leads to the simulated Discord's own page, on another port of this machine.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self' http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A channel or a thread in the list."""

    id: int
    name: str
    thread: bool
    latest: Line | None


class PortTakenError(PaddockError):
    """The page cannot be served on the port that was asked for. Params: port."""

    message_id = "demo.error.port"


class _Paper:
    """The templates in one language, with times in one zone."""

    def __init__(self, language: str, clock: Clock, zone: ZoneInfo) -> None:
        self._language = language
        self._clock = clock
        self._zone = zone
        self._templates = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)
        self._templates.filters |= {
            "code": _code,
            "moment": self._moment,
            "hour": self._hour,
            "date": self._date,
        }

    def print(self, template: str, state: Mapping[str, object]) -> str:
        """Return a template filled."""
        return self._templates.get_template(template).render(t=self._text, language=self._language, **state)

    def _text(self, message_id: str, **params: object) -> str:
        return text(message_id, self._language, **params)

    def _hour(self, at: datetime) -> str:
        return format_time(at.astimezone(self._zone), "HH:mm", locale=self._language)

    def _date(self, at: datetime) -> str:
        return format_date(at.astimezone(self._zone), LONG_DATES[self._language], locale=self._language)

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self._zone)
        if local.date() == self._clock.now().astimezone(self._zone).date():
            return self._hour(at)
        return f"{format_date(local, SHORT_DATES[self._language], locale=self._language)} {self._hour(at)}"


class Page:
    """The page's server; use as ``async with Page(world, stage) as page`` and show `url`.

    It binds to 127.0.0.1 only. What changes something needs a random token that stands in the page, and
    requests under another host name are refused, so that no other site in the same browser can act here.
    """

    def __init__(
        self,
        world: World,
        stage: Stage,
        *,
        port: int = 0,
        invented: bool = True,
        posts_language: str = DEFAULT_LANGUAGE,
    ) -> None:
        """Prepare a page.

        Args:
            world: what it shows.
            stage: what happens there as time passes.
            port: where it is served; 0 for a free one.
            invented: whether the news is.
            posts_language: the language of the buttons that the page tells to press.
        """
        self._world = world
        self._stage = stage
        self._port = port
        self._footer = "demo.footer" if invented else "demo.footer.feeds"
        self._posts_language = posts_language
        self._token = secrets.token_urlsafe(32)
        self._viewer = world.manager
        self._language: str | None = None
        self._acting = asyncio.Lock()
        self._papers = {language: _Paper(language, world.clock, world.zone) for language in LANGUAGES}
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/", self._show)
        app.router.add_get("/live", self._live)
        app.router.add_get("/{file}", self._file)
        app.router.add_post("/open", self._open)
        app.router.add_post("/viewer", self._choose)
        app.router.add_post("/time", self._pass)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self.url = ""

    async def __aenter__(self) -> Self:
        """Begin to serve.

        Raises:
            PortTakenError: if somebody else does so on that port.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise PortTakenError(port=self._port) from error
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def keep_going(self, stopping: asyncio.Event) -> None:
        """Let the clock run at its ordinary pace, do what is due, keep the open place fresh; until `stopping`.

        A tick is never broken off, so that what was begun in the database is finished.
        """
        stop = asyncio.ensure_future(stopping.wait())
        while not stop.done():
            await asyncio.wait((stop,), timeout=TICK_S)
            try:
                await self.tick()
            except Exception:
                # Such as a callback of the bot that takes too long: the next second may be better.
                log.exception("a second of the demo failed")

    async def tick(self) -> None:
        """Let a second pass."""
        async with self._acting:
            await self._world.advance(timedelta(seconds=TICK_S))
            await run_due(self._world, self._stage)
        await self._world.refresh()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.host not in (f"127.0.0.1:{self._port}", f"localhost:{self._port}"):
            raise web.HTTPMisdirectedRequest
        if request.method == "POST":
            given = str((await request.post()).get("token", ""))
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                raise web.HTTPForbidden
        response = await handler(request)
        response.headers.update(HEADERS)
        return response

    # What is shown.

    async def _show(self, request: web.Request) -> web.Response:
        if request.query.get("lang") in LANGUAGES:
            self._language = request.query["lang"]
        language = self._language or language_of(request.headers.get("Accept-Language"))
        page = self._papers[language].print("page.html.j2", await self._state(language))
        return web.Response(text=page, content_type="text/html")

    async def _live(self, request: web.Request) -> web.Response:
        language = self._language or language_of(request.headers.get("Accept-Language"))
        state = await self._state(language)
        parts = ("clock", "places", "happened")
        return web.json_response({part: self._papers[language].print(f"{part}.html.j2", state) for part in parts})

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["file"]
        if name not in FILES:
            raise web.HTTPNotFound
        return web.Response(body=(PAGES / name).read_bytes(), content_type=FILES[name], charset="utf-8")

    async def _state(self, language: str) -> dict[str, object]:
        world, viewer = self._world, self._viewer
        return {
            "token": self._token,
            "languages": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
            "now": world.clock.now(),
            "zone": world.zone.key,
            "footer": text(self._footer, language),
            "due": await self._stage.next_due(),
            "viewer": viewer,
            "people": [
                {"id": person.id, "name": person.name, "role": text(_role_id(world, person), language)}
                for person in world.guild.people.values()
            ],
            "places": self._places(),
            "happened": world.recent(viewer, HAPPENED_LINES)[::-1],
            "tries": [text(f"demo.try.{name}", language, **self._names()) for name in TRIES],
        }

    def _names(self) -> dict[str, str]:
        world, language = self._world, self._posts_language
        return {
            "manager": world.manager.name,
            "editor": world.editor.name,
            "member": world.members[0].name,
            "notify": text("roundup.view.notify", language),
            "question": text("guild.part.question", language),
        }

    def _places(self) -> list[_Shown]:
        world, viewer = self._world, self._viewer
        listed = [place for channel in world.channels(viewer) for place in (channel, *world.threads(channel, viewer))]
        return [self._shown(place) for place in listed]

    def _shown(self, place: Place) -> _Shown:
        lines = self._world.lines(place, self._viewer)
        return _Shown(place.id, place.name, place.parent is not None, lines[-1] if lines else None)

    # What is done.

    async def _open(self, request: web.Request) -> web.Response:
        chosen = str((await request.post()).get("place", ""))
        place = next((shown for shown in self._places() if str(shown.id) == chosen), None)
        if place is None:
            raise web.HTTPNotFound
        raise web.HTTPSeeOther(await self._world.open_preview(self._viewer, Place(place.id, place.name)))

    async def _choose(self, request: web.Request) -> web.Response:
        chosen = str((await request.post()).get("person", ""))
        person = next((p for p in self._world.guild.people.values() if str(p.id) == chosen), None)
        if person is None:
            raise web.HTTPNotFound
        self._viewer = person
        raise web.HTTPSeeOther("/")

    async def _pass(self, request: web.Request) -> web.Response:
        length = str((await request.post()).get("length", ""))
        async with self._acting:
            now = self._world.clock.now()
            if length in LENGTHS:
                await pass_until(self._world, self._stage, now + LENGTHS[length])
            elif length == "due":
                due = await self._stage.next_due()
                if due is not None:
                    await pass_until(self._world, self._stage, max(due.at, now))
            else:
                raise web.HTTPBadRequest
        await self._world.refresh()
        raise web.HTTPSeeOther("/")


def _code(said: str) -> Markup:
    """Return `said` with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(said))))  # noqa: S704  # escaped the moment before


def _role_id(world: World, person: Person) -> str:
    special = {world.manager.id: "manager", world.editor.id: "editor", world.moderator.id: "moderator"}
    return f"demo.role.{special.get(person.id, 'member')}"
