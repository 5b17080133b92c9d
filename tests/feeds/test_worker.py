"""The parser's process: ended when it must be, and there again for the next document."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.feed import NoArticleError, NotAFeedError, ParserFailedError, ParseTimeoutError
from bot.feeds import wire
from bot.feeds.page import parse_article
from bot.feeds.parse import parse_feed
from bot.feeds.worker import ParserProcess

URL = "https://motor.example/feed.xml"
FEED = (
    "<rss version='2.0'><channel><title>Motor 車</title><item><title>Vans</title><link>/1</link>"
    "<pubDate>Mon, 05 Jan 2026 07:00:00 GMT</pubDate><description>Short.</description></item></channel></rss>"
).encode()
NESTED = (
    b"<rss version='2.0'><channel><item><description><![CDATA[" + b"<b>" * 200_000 + b"]]></description>"
    b"<content>" + b"<b>" * 200_000 + b"</content></item></channel></rss>"
)


def alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return True


async def gone(pid: int) -> bool:
    for _ in range(200):
        if not alive(pid):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_what_comes_back_is_what_the_parser_says():
    text = b"Vans\nThe van is gone."
    async with ParserProcess() as parser:
        assert parser.pid is None
        assert await parser.parse_feed(FEED, url=URL, content_type=None) == parse_feed(FEED, url=URL, content_type=None)
        article = await parser.parse_article(text, url=URL, content_type="text/plain")
        assert article == parse_article(text, url=URL, content_type="text/plain")


async def test_one_process_serves_all_and_none_is_left():
    async with ParserProcess() as parser:
        await asyncio.gather(*(parser.parse_feed(FEED, url=URL, content_type=None) for _ in range(5)))
        pid = parser.pid
        with pytest.raises(NotAFeedError) as caught:
            await parser.parse_feed(b"words", url=URL, content_type=None)
        assert caught.value.params == {"url": URL}
        with pytest.raises(NoArticleError):
            await parser.parse_article(b"\0", url=URL, content_type=None)
        assert parser.pid == pid
    assert pid is not None
    assert not alive(pid)


async def test_a_parse_that_takes_too_long_is_ended_and_the_next_one_works():
    async with ParserProcess(timeout_s=1.0) as parser:
        await parser.parse_feed(FEED, url=URL, content_type=None)
        pid = parser.pid
        assert pid is not None
        with pytest.raises(ParseTimeoutError):
            await parser.parse_feed(NESTED, url=URL, content_type=None)
        assert not alive(pid)
        assert (await parser.parse_feed(FEED, url=URL, content_type=None)).title == "Motor 車"
        assert parser.pid != pid


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
async def test_a_parse_that_needs_too_much_memory_fails_alone():
    huge = (
        b"<rss version='2.0'><channel><item><description>"
        + b"long " * 6_000_000
        + b"</description></item></channel></rss>"
    )
    async with ParserProcess(timeout_s=20, memory_bytes_max=192 * 1024 * 1024) as parser:
        with pytest.raises(ParserFailedError):
            await parser.parse_feed(huge, url=URL, content_type=None)
        assert (await parser.parse_feed(FEED, url=URL, content_type=None)).articles


async def test_a_process_that_was_killed_is_started_again():
    async with ParserProcess() as parser:
        await parser.parse_feed(FEED, url=URL, content_type=None)
        assert parser.pid is not None
        os.kill(parser.pid, signal.SIGKILL)
        with contextlib.suppress(ParserFailedError):  # lost, where the end had not been noticed yet
            await parser.parse_feed(FEED, url=URL, content_type=None)
        assert (await parser.parse_feed(FEED, url=URL, content_type=None)).articles


async def test_a_process_is_replaced_after_its_share_of_parses():
    async with ParserProcess(parses_max=2) as parser:
        pids = set()
        for _ in range(4):
            await parser.parse_feed(FEED, url=URL, content_type=None)
            pids.add(parser.pid)
        assert len(pids - {None}) == 2


async def test_a_cancelled_parse_leaves_no_process_and_the_next_one_works():
    async with ParserProcess(timeout_s=20) as parser:
        await parser.parse_feed(FEED, url=URL, content_type=None)
        pid = parser.pid
        assert pid is not None
        task = asyncio.create_task(parser.parse_feed(NESTED, url=URL, content_type=None))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not alive(pid)
        assert (await parser.parse_feed(FEED, url=URL, content_type=None)).articles


async def test_closing_ends_a_parse_that_is_under_way():
    async with ParserProcess(timeout_s=20) as parser:
        await parser.parse_feed(FEED, url=URL, content_type=None)
        pid = parser.pid
        task = asyncio.create_task(parser.parse_feed(NESTED, url=URL, content_type=None))
        await asyncio.sleep(0.1)
    with pytest.raises(ParserFailedError):
        await task
    assert pid is not None
    assert not alive(pid)


async def test_the_parser_ends_when_the_bot_is_killed():
    program = (
        "import asyncio\n"
        "from bot.feeds.worker import ParserProcess\n"
        "async def main():\n"
        "    parser = ParserProcess()\n"
        f"    await parser.parse_feed({FEED!r}, url={URL!r}, content_type=None)\n"
        "    print(parser.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert bot.stdout is not None
    pid = int(await bot.stdout.readline())
    assert alive(pid)
    bot.kill()
    await bot.wait()
    assert await gone(pid)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
async def test_the_parser_is_told_no_secrets(monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    async with ParserProcess() as parser:
        await parser.parse_feed(FEED, url=URL, content_type=None)
        environment = await asyncio.to_thread(Path(f"/proc/{parser.pid}/environ").read_bytes)
        assert b"very-secret" not in environment


def test_the_parsers_process_imports_neither_discord_nor_the_database():
    program = (
        "import sys, bot.feeds.child as child\n"
        "child.parse_feed(b'<rss version=\"2.0\"/>', url='https://a.example/', content_type=None)\n"
        "print(sorted({'discord', 'sqlalchemy', 'aiohttp', 'asyncio', 'trafilatura'} & set(sys.modules)))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"stated": 7}',
        b'{"stated": {"title": "x", "site_url": null, "articles": {}}}',
        b'{"stated": {"title": 7, "site_url": null, "articles": []}}',
        b'{"stated": {"title": "x", "site_url": null, "articles": [{"key": "only"}]}}',
        b'{"refused": 7, "params": {}}',
        b"\x80\x04N.",
    ],
)
def test_an_answer_that_no_parser_of_ours_sends_is_refused(answer):
    with pytest.raises((ValueError, KeyError)):
        wire.unpack_feed(answer)


def test_an_unknown_refusal_counts_as_a_failure():
    with pytest.raises(ParserFailedError):
        wire.unpack_feed(b'{"refused": "no.such.id", "params": {"url": "x"}}')
