"""Sample feeds on loopback, so that the demo has news without a network.

Five outlets in four formats tell of the same events in their own words. Articles come out as the demo's clock
passes their hour; a feed in which nothing is new answers 304 to whoever asks with its ETag or its date.
"""

import hashlib
import html
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import TypeAdapter

from bot.clock import Clock

FEEDS = Path(__file__).parent / "feeds"
PICTURES = FEEDS / "pictures"
CONTENT_TYPES = {
    "rss2": "application/rss+xml",
    "atom": "application/atom+xml",
    "rss1": "application/rdf+xml",
    "json": "application/feed+json",
}
Format = Literal["rss2", "atom", "rss1", "json"]


@dataclass(frozen=True, slots=True)
class Article:
    """An article as written. `hours` counts from the newsstand's opening; `story` names its event."""

    slug: str
    story: str
    hours: float
    title: str
    author: str
    picture: str
    summary: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher and all it will print."""

    slug: str
    name: str
    format: Format
    about: str
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """An article that is out."""

    article: Article
    at: datetime
    url: str
    picture_url: str

    @property
    def html(self) -> str:
        """The body as HTML; lines that begin with ``##`` or ``>`` are headings and quotations."""
        return "\n".join(_paragraph(text) for text in self.article.body)


def read_outlets() -> tuple[Outlet, ...]:
    """Return the outlets of ``feeds/outlets.toml``."""
    with (FEEDS / "outlets.toml").open("rb") as file:
        return TypeAdapter(tuple[Outlet, ...]).validate_python(tomllib.load(file)["outlet"])


def _paragraph(text: str) -> str:
    for mark, tag in (("## ", "h2"), ("> ", "blockquote")):
        if text.startswith(mark):
            return f"<{tag}>{html.escape(text.removeprefix(mark), quote=False)}</{tag}>"
    return f"<p>{html.escape(text, quote=False)}</p>"


class Newsstand:
    """The server; use as ``async with Newsstand(clock) as newsstand``, on a free port of 127.0.0.1."""

    def __init__(self, clock: Clock) -> None:
        """Prepare a newsstand that opens at the clock's present minute."""
        self._clock = clock
        self._opened = clock.now().replace(second=0, microsecond=0)
        self.outlets = {outlet.slug: outlet for outlet in read_outlets()}
        self._pages = Environment(
            loader=FileSystemLoader(FEEDS / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._pages.filters["rfc822"] = format_datetime
        app = web.Application()
        app.router.add_get("/pictures/{name}", self._picture)
        app.router.add_get("/{outlet}", self._front)
        app.router.add_get("/{outlet}/feed", self._feed)
        app.router.add_get("/{outlet}/{article}", self._article)
        self._runner = web.AppRunner(app, access_log=None)
        self.base = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def feeds(self) -> dict[str, str]:
        """Return each outlet's name with the address of its feed."""
        return {outlet.name: f"{self.base}/{outlet.slug}/feed" for outlet in self.outlets.values()}

    def pictures(self) -> dict[str, bytes]:
        """Return the pictures by address."""
        return {f"{self.base}/pictures/{path.name}": path.read_bytes() for path in sorted(PICTURES.glob("*.png"))}

    def printed(self, outlet: Outlet) -> list[Printed]:
        """Return what `outlet` has printed so far, the newest first."""
        everything = [
            Printed(
                article=article,
                at=self._opened + timedelta(hours=article.hours),
                url=f"{self.base}/{outlet.slug}/{article.slug}",
                picture_url=f"{self.base}/pictures/{article.picture}",
            )
            for article in outlet.articles
        ]
        out = [printed for printed in everything if printed.at <= self._clock.now()]
        return sorted(out, key=lambda printed: printed.at, reverse=True)

    def _outlet(self, request: web.Request) -> Outlet:
        outlet = self.outlets.get(request.match_info["outlet"])
        if outlet is None:
            raise web.HTTPNotFound
        return outlet

    async def _feed(self, request: web.Request) -> web.Response:
        outlet = self._outlet(request)
        articles = self.printed(outlet)
        updated = articles[0].at
        if outlet.format == "json":
            body = _json_feed(outlet, articles, self.base)
        else:
            template = self._pages.get_template(f"{outlet.format}.xml.j2")
            body = template.render(outlet=outlet, articles=articles, updated=updated, base=self.base)
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
        headers = {
            "ETag": etag,
            "Last-Modified": format_datetime(updated.astimezone(UTC), usegmt=True),
            "Cache-Control": "max-age=60",
        }
        if _unchanged(request.headers, etag, updated):
            return web.Response(status=304, headers=headers)
        return web.Response(text=body, content_type=CONTENT_TYPES[outlet.format], headers=headers)

    async def _article(self, request: web.Request) -> web.Response:
        outlet = self._outlet(request)
        for printed in self.printed(outlet):
            if printed.article.slug == request.match_info["article"]:
                page = self._pages.get_template("article.html.j2").render(outlet=outlet, printed=printed)
                return web.Response(text=page, content_type="text/html")
        raise web.HTTPNotFound

    async def _front(self, request: web.Request) -> web.Response:
        """Send whoever follows an outlet's own link to its newest article."""
        raise web.HTTPFound(self.printed(self._outlet(request))[0].url)

    async def _picture(self, request: web.Request) -> web.Response:
        path = PICTURES / Path(request.match_info["name"]).name
        if not path.is_file():
            raise web.HTTPNotFound
        return web.Response(body=path.read_bytes(), content_type="image/png", headers={"Cache-Control": "max-age=3600"})


def _unchanged(headers: Mapping[str, str], etag: str, updated: datetime) -> bool:
    """Return whether the asker has this version; an ETag outranks a date (RFC 9110, 13.2.2)."""
    if "If-None-Match" in headers:
        return etag in [given.strip().removeprefix("W/") for given in headers["If-None-Match"].split(",")]
    try:
        return updated <= parsedate_to_datetime(headers["If-Modified-Since"])
    except (KeyError, ValueError, TypeError):
        return False


def _json_feed(outlet: Outlet, articles: Sequence[Printed], base: str) -> str:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": outlet.name,
            "description": outlet.about,
            "home_page_url": f"{base}/{outlet.slug}",
            "feed_url": f"{base}/{outlet.slug}/feed",
            "items": [
                {
                    "id": f"{outlet.slug}/{printed.article.slug}",
                    "url": printed.url,
                    "title": printed.article.title,
                    "summary": printed.article.summary,
                    "content_html": printed.html,
                    "image": printed.picture_url,
                    "date_published": printed.at.isoformat(),
                    "authors": [{"name": printed.article.author}],
                }
                for printed in articles
            ],
        },
        ensure_ascii=False,
        indent=2,
    )
