"""Where a fetch may not lead: addresses that are none, that point inside, or to which a redirect leads."""

import aiohttp
import pytest
from aiohttp import web

from bot.domain.feed import (
    AddressError,
    ConnectError,
    CredentialsError,
    FetchError,
    HostError,
    PortError,
    PrivateAddressError,
    RedirectsError,
)
from bot.feeds.fetch import Fetcher
from tests.feeds.publisher import AGENT, FEED, Publisher


async def test_redirects_are_followed_and_permanent_ones_remembered(publisher, fetcher):
    async def moved(request: web.Request) -> web.StreamResponse:
        steps = {"/old": (301, "/newer"), "/newer": (308, "feed"), "/away": (302, "/feed")}
        if request.path in steps:
            status, target = steps[request.path]
            return web.Response(status=status, headers={"Location": target})
        return web.Response(body=FEED)

    publisher.handler = moved
    for_good = await fetcher.fetch(publisher.url("/old"))
    assert (for_good.final_url, for_good.permanent_url) == (publisher.url(), publisher.url())
    for_now = await fetcher.fetch(publisher.url("/away"))
    assert (for_now.final_url, for_now.permanent_url) == (publisher.url(), None)


async def test_a_circle_of_redirects_ends(publisher, fetcher):
    publisher.answer(status=302, headers={"Location": "/again"})
    with pytest.raises(RedirectsError):
        await fetcher.fetch(publisher.url())
    assert len(publisher.asked) == 4


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("file:///etc/passwd", AddressError),
        ("ftp://motor.example/feed", AddressError),
        ("gopher://127.0.0.1:25/_HELO", AddressError),
        ("http://169.254.169.254/latest/meta-data/", PrivateAddressError),
        ("http://[::ffff:169.254.169.254]/", PrivateAddressError),
        ("http://[64:ff9b::a9fe:a9fe]/", PrivateAddressError),
        ("http://10.0.0.1/", PrivateAddressError),
        ("http://user:secret@motor.example/", CredentialsError),
        ("http://motor.example:25/", PortError),
        ("http://[broken", FetchError),
    ],
)
async def test_no_redirect_leads_where_an_address_may_not(publisher, fetcher, target, kind):
    publisher.answer(status=302, headers={"Location": target})
    with pytest.raises(kind):
        await fetcher.fetch(publisher.url())


async def test_a_redirect_to_another_port_of_this_machine_is_refused(publisher, fetcher, secret):
    publisher.answer(status=301, headers={"Location": secret.url()})
    with pytest.raises(PrivateAddressError):
        await fetcher.fetch(publisher.url())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0", "[::ffff:127.0.0.1]"]
)
async def test_this_machine_is_refused_however_it_is_written(fetcher, secret, host):
    with pytest.raises(FetchError):
        await fetcher.fetch(f"http://{host}:{secret.server.port}/")


async def test_a_name_that_points_inside_is_refused(fetcher, secret, monkeypatch):
    async def resolve(self, host, port=0, family=0) -> list[dict[str, object]]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 6, "flags": 0}]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    with pytest.raises(PrivateAddressError):
        await fetcher.fetch(f"http://harmless.example:{secret.server.port}/")


async def test_a_name_that_does_not_exist_is_named(fetcher, monkeypatch):
    async def resolve(self, host, port=0, family=0) -> None:
        raise OSError("no such name")

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    with pytest.raises(HostError) as caught:
        await fetcher.fetch("https://nothing.example/feed")
    assert caught.value.params["host"] == "nothing.example"


@pytest.mark.parametrize(
    "url", ["", "feed", "motor.example/feed", "http://", "http:///x", "http://a:b:c/", "http://\0/"]
)
async def test_what_is_no_address_is_said_to_be_none(fetcher, url):
    with pytest.raises(AddressError):
        await fetcher.fetch(url)


async def test_a_port_that_nobody_listens_on_gives_no_connection(publisher):
    async with Publisher().server as gone:
        port = gone.port
    async with Fetcher(user_agent=AGENT, allow_loopback_ports=frozenset({port})) as fetcher:
        with pytest.raises(ConnectError):
            await fetcher.fetch(f"http://127.0.0.1:{port}/")
