from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.demo.reprint import UnreadableFeedError, open_reprint
from bot.feeds.fetch import FetchLimits
from bot.text import error_text
from tests.demo.feeds import VALLEY, VILLAGE

LIMITS = FetchLimits(timeout_s=5, bytes_max=100_000)


@pytest.fixture
def files(tmp_path):
    for name, written in (("village.xml", VILLAGE), ("valley.xml", VALLEY), ("notes.txt", "Buy milk.")):
        (tmp_path / name).write_text(written, encoding="utf-8")
    return tmp_path


@pytest.fixture
async def site():
    async def answer(request: web.Request) -> web.Response:
        if request.path != "/feed":
            raise web.HTTPNotFound
        return web.Response(text=VALLEY, content_type="application/atom+xml")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_files_are_served_as_they_are(files):
    names = [str(files / "village.xml"), str(files / "valley.xml")]
    async with open_reprint(names, LIMITS, "en") as reprint, aiohttp.ClientSession() as session:
        bodies = []
        for url in reprint.urls:
            async with session.get(url) as response:
                bodies.append(await response.text())
        async with session.get(reprint.urls[0].replace("/0/", "/2/")) as response:
            assert response.status == 404
    assert bodies == [VILLAGE, VALLEY]
    assert reprint.ports == {urlsplit(reprint.urls[0]).port}
    assert reprint.newest_at == datetime(2019, 4, 15, 6, 10, tzinfo=UTC)


async def test_an_address_is_read_where_it_is(site, files):
    async with open_reprint([f"{site}/feed", str(files / "village.xml")], LIMITS, "en") as reprint:
        assert reprint.urls[0] == f"{site}/feed"
        assert reprint.ports == {urlsplit(url).port for url in reprint.urls}


async def test_a_feed_without_dates_has_no_newest_article(files):
    undated = files / "undated.xml"
    undated.write_text(VILLAGE.replace("pubDate", "oldDate"), encoding="utf-8")
    async with open_reprint([str(undated)], LIMITS, "en") as reprint:
        assert reprint.newest_at is None


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_what_cannot_be_read_is_named_with_the_reason(files, site, language):
    for name in (str(files / "notes.txt"), str(files / "gone.xml"), f"{site}/gone"):
        with pytest.raises(UnreadableFeedError) as caught:
            async with open_reprint([name], LIMITS, language):
                pass
        sentence = error_text(caught.value, language)
        assert sentence.startswith(name)
        assert "\n" not in sentence
