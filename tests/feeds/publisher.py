"""A server that does whatever a test wants servers to do, on loopback."""

from aiohttp import web
from aiohttp.test_utils import TestServer

AGENT = "paddock-test/1 (+https://paddock.example)"
FEED = b"<rss version='2.0'/>"


class Publisher:
    """A server whose one handler a test sets; it counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.handler = self.feed
        app = web.Application()
        app.router.add_get("/{path:.*}", self.handle)
        self.server = TestServer(app)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.handler(request)

    async def feed(self, _: web.Request) -> web.StreamResponse:
        return web.Response(body=FEED, content_type="application/rss+xml")

    def answer(self, **settings: object) -> None:
        async def handler(request: web.Request) -> web.StreamResponse:
            return web.Response(**settings)

        self.handler = handler

    def url(self, path: str = "/feed") -> str:
        return str(self.server.make_url(path))
