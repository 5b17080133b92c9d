"""Fetching from a server that does whatever servers do, on loopback."""

import asyncio
import gzip
import zlib

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feed import (
    ConnectError,
    FetchTimeoutError,
    ForbiddenError,
    GoneForGoodError,
    NotFoundError,
    ProtocolError,
    RateLimitedError,
    StatusError,
    TooLargeError,
)
from bot.feeds.fetch import Fetcher, FetchLimits, Validators
from bot.feeds.headers import RETRY_AFTER_S_MAX, header_text, retry_after_s
from tests.feeds.publisher import AGENT, FEED

MIB = 1024 * 1024


async def test_a_document_comes_with_its_type_and_its_validators(publisher, fetcher):
    publisher.answer(
        body=FEED,
        headers={
            "ETag": 'W/"a"',
            "Last-Modified": "Mon, 05 Jan 2026 07:00:00 GMT",
            "Content-Type": "text/xml",
        },
    )
    fetched = await fetcher.fetch(publisher.url())
    assert fetched.body == FEED
    assert fetched.content_type == "text/xml"
    assert fetched.validators == Validators('W/"a"', "Mon, 05 Jan 2026 07:00:00 GMT")
    assert fetched.final_url == publisher.url()
    assert fetched.permanent_url is None
    assert not fetched.not_modified


async def test_publishers_are_told_who_asks_and_given_no_cookie_back(publisher, fetcher):
    publisher.answer(body=FEED, headers={"Set-Cookie": "id=7"})
    await fetcher.fetch(publisher.url())
    await fetcher.fetch(publisher.url())
    assert publisher.asked[1].headers["User-Agent"] == AGENT
    assert "Cookie" not in publisher.asked[1].headers


async def test_an_unchanged_document_has_no_body_and_keeps_its_validators(publisher, fetcher):
    publisher.answer(status=304)
    validators = Validators('"a"', "Mon, 05 Jan 2026 07:00:00 GMT")
    fetched = await fetcher.fetch(publisher.url(), validators=validators)
    assert fetched.not_modified
    assert fetched.validators == validators
    assert publisher.asked[0].headers["If-None-Match"] == '"a"'
    assert publisher.asked[0].headers["If-Modified-Since"] == "Mon, 05 Jan 2026 07:00:00 GMT"


async def test_not_modified_is_an_error_when_nobody_asked_for_it(publisher, fetcher):
    publisher.answer(status=304)
    with pytest.raises(StatusError):
        await fetcher.fetch(publisher.url())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ForbiddenError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (410, GoneForGoodError),
        (204, StatusError),
        (500, StatusError),
        (503, StatusError),
    ],
)
async def test_each_refusal_has_its_error(publisher, fetcher, status, kind):
    publisher.answer(status=status)
    with pytest.raises(kind) as caught:
        await fetcher.fetch(publisher.url())
    assert type(caught.value) is kind
    assert caught.value.params["status"] == status


async def test_a_publisher_who_asks_for_peace_says_for_how_long(publisher, fetcher):
    publisher.answer(status=429, headers={"Retry-After": "120"})
    with pytest.raises(RateLimitedError) as caught:
        await fetcher.fetch(publisher.url())
    assert caught.value.retry_after_s == 120


async def test_a_bomb_is_refused_at_the_limit(publisher, fetcher):
    packed = gzip.compress(b"\0" * (64 * MIB))
    assert len(packed) < MIB
    publisher.answer(body=packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLargeError) as caught:
        await fetcher.fetch(publisher.url())
    assert caught.value.params["mebibytes"] == 1


async def test_compressed_documents_are_unpacked(publisher, fetcher):
    for encoding, body in (("gzip", gzip.compress(FEED)), ("deflate", zlib.compress(FEED))):
        publisher.answer(body=body, headers={"Content-Encoding": encoding})
        assert (await fetcher.fetch(publisher.url())).body == FEED


async def test_a_body_without_end_is_cut_off(publisher, fetcher):
    written = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse()
        await response.prepare(request)
        while written < 100 * MIB:
            await response.write(b"x" * 65536)
            written += 65536
        return response

    publisher.handler = endless
    with pytest.raises(TooLargeError):
        await fetcher.fetch(publisher.url())
    await asyncio.sleep(0.05)
    assert written < 50 * MIB  # what stood in the sockets' buffers, not the whole


async def test_a_slow_drip_ends_at_the_total_time(publisher):
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    publisher.handler = drip
    ports = frozenset({publisher.server.port})
    async with (
        Fetcher(user_agent=AGENT, limits=FetchLimits(timeout_s=0.4), allow_loopback_ports=ports) as fetcher,
        asyncio.timeout(5),
    ):
        with pytest.raises(FetchTimeoutError):
            await fetcher.fetch(publisher.url())


async def test_the_total_time_covers_all_redirects_together(publisher):
    async def later(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.2)
        return web.Response(status=302, headers={"Location": "/again"})

    publisher.handler = later
    ports = frozenset({publisher.server.port})
    limits = FetchLimits(timeout_s=0.5, redirects_max=20)
    async with Fetcher(user_agent=AGENT, limits=limits, allow_loopback_ports=ports) as fetcher:
        with pytest.raises(FetchTimeoutError):
            await fetcher.fetch(publisher.url())


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nbrrr",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        b"",
    ],
)
async def test_an_answer_that_breaks_the_rules_is_an_error_of_ours(answer):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with Fetcher(user_agent=AGENT, allow_loopback_ports=frozenset({port})) as fetcher:
            with pytest.raises((ProtocolError, ConnectError)):
                await fetcher.fetch(f"http://127.0.0.1:{port}/")


async def test_a_fetch_that_is_cancelled_stays_cancelled(publisher, fetcher):
    reached = asyncio.Event()

    async def never(request: web.Request) -> web.StreamResponse:
        reached.set()
        await asyncio.sleep(30)
        return web.Response()

    publisher.handler = never
    task = asyncio.create_task(fetcher.fetch(publisher.url()))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "9" * 40}, RETRY_AFTER_S_MAX),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Mon, 05 Jan 2026 07:10:00 GMT", "Date": "Mon, 05 Jan 2026 07:00:00 GMT"}, 600),
        ({"Retry-After": "Mon, 05 Jan 2026 06:00:00 GMT", "Date": "Mon, 05 Jan 2026 07:00:00 GMT"}, 0),
        ({"Retry-After": "Mon, 05 Jan 2026 07:10:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers, seconds):
    assert retry_after_s(headers) == seconds


@given(st.text())
def test_no_header_breaks_the_reading_of_it(value):
    retry_after_s({"Retry-After": value, "Date": value})
    kept = header_text({"ETag": value}, "ETag")
    assert kept is None or kept.isascii()


async def test_requests_to_a_host_begin_a_pause_apart_however_many_ask(publisher):
    times: list[float] = []

    async def note(_: web.Request) -> web.StreamResponse:
        times.append(asyncio.get_running_loop().time())
        return web.Response(body=FEED)

    publisher.handler = note
    gap_s = 0.2
    limits = FetchLimits(host_gap_s=gap_s)
    # By its name: this machine's own address, where the demo and the tests publish, needs no courtesy.
    url = publisher.url().replace("127.0.0.1", "localhost")
    ports = frozenset({publisher.server.port})
    begun = asyncio.get_running_loop().time()
    async with Fetcher(user_agent=AGENT, limits=limits, allow_loopback_ports=ports) as fetcher:
        await asyncio.gather(*(fetcher.fetch(url) for _ in range(4)))
    assert len(times) == 4
    # The clock of the loop may be a little coarse; the last of four waits for three pauses.
    assert max(times) - begun >= 3 * gap_s * 0.9


async def test_a_turn_that_is_waited_for_does_not_count_as_time_of_the_fetch(publisher):
    limits = FetchLimits(timeout_s=4.0, host_gap_s=5.0)
    url = publisher.url().replace("127.0.0.1", "localhost")
    ports = frozenset({publisher.server.port})
    async with Fetcher(user_agent=AGENT, limits=limits, allow_loopback_ports=ports) as fetcher:
        fetched = await asyncio.gather(fetcher.fetch(url), fetcher.fetch(url))
    assert [one.body for one in fetched] == [FEED, FEED]
