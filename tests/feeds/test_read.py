"""Reading a feed: fetched if it has changed, parsed only then."""

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.feeds.fetch import Fetcher
from bot.feeds.read import FeedReader
from bot.feeds.worker import ParserProcess

FEED = (
    b"<rss version='2.0'><channel><title>Motor</title><item><link>/1</link><title>Vans</title></item></channel></rss>"
)


async def answer(request: web.Request) -> web.Response:
    if request.path == "/old":
        return web.Response(status=301, headers={"Location": "/deep/feed"})
    if request.headers.get("If-None-Match") == '"1"':
        return web.Response(status=304)
    return web.Response(body=FEED, headers={"ETag": '"1"', "Content-Type": "application/rss+xml"})


async def test_an_unchanged_feed_is_not_parsed():
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server, ParserProcess() as first, ParserProcess() as second:
        assert server.port is not None
        ports = frozenset({server.port})
        async with Fetcher(user_agent="paddock-test", allow_loopback_ports=ports) as fetcher:
            url = str(server.make_url("/old"))
            changed = await FeedReader(fetcher, first).read(url)
            unchanged = await FeedReader(fetcher, second).read(url, changed.fetched.validators)
        assert changed.parsed is not None
        assert changed.parsed.articles[0].url == str(server.make_url("/1"))
        assert changed.fetched.permanent_url == str(server.make_url("/deep/feed"))
        assert unchanged.fetched.not_modified
        assert unchanged.parsed is None
        assert second.pid is None  # no parser was even started
