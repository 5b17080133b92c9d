"""Discord failing, limiting, slow or away: the edition comes once, a little later, and the log stays readable."""

import asyncio
from datetime import timedelta

import discord
import pytest
from discord.http import Route
from sqlalchemy import update

from bot.clock import SystemClock
from bot.domain.roundup import EditionState, EditionStep
from bot.edge.pace import Pace
from bot.edge.publish import Publisher
from bot.storage.roundup import EditionRow
from tests.wire import newsroom
from tests.wire.wire import TOKEN

MESSAGES = r"POST /channels/\d+/messages"
ANYTHING = r"\w+ /(?!feeds/).*"
STARTS_S = 60.0


async def go_on_later(bot, database) -> None:
    """Stop the bot in good order, and start it when the wait after its failure is over."""
    assert await bot.stop() == 0
    await database.pass_leases(SystemClock().now())
    await bot.start()


@pytest.mark.soak
async def test_a_server_that_fails_twice_is_asked_again(wire, bot, rows):
    edition_id = await newsroom.plan(wire, rows.url)
    wire.fail(MESSAGES, status=502, times=2)
    await bot.start()

    await newsroom.assert_posted_once(wire, rows, edition_id)

    assert "Traceback" not in bot.log


async def test_a_server_that_goes_on_failing_costs_a_line_with_a_number_and_the_edition_comes_later(wire, bot, rows):
    edition_id = await newsroom.plan(wire, rows.url)
    fault = wire.fail(MESSAGES, status=503, times=99)
    await bot.start()
    work = await rows.failed(edition_id, STARTS_S)
    assert work.parked_at is None
    wire.mend(fault)
    await go_on_later(bot, rows)

    await newsroom.assert_posted_once(wire, rows, edition_id)

    assert "Traceback" not in bot.log
    (line,) = [line for line in bot.log.splitlines() if "error_id=" in line]
    assert "discord away kind=edition" in line
    assert "why=503" in line


async def test_the_bot_keeps_quiet_while_everything_is_limited(wire, bot, rows):
    places = [wire.add_guild(f"Guild {number}") for number in range(6)]
    planned = await newsroom.plan_all(wire, rows.url, places)
    fault = wire.limit(MESSAGES, retry_after_s=3.0, everywhere=True)
    await bot.start()
    await asyncio.wait_for(fault.met.wait(), STARTS_S)

    for edition_id in planned:
        await newsroom.assert_posted_once(wire, rows, edition_id)

    # What was on its way when the limit began cannot be called back: one request of each edition at most.
    assert len(wire.too_early) < len(places)
    begun = next(call.at for call in wire.calls if "/messages" in call.path)
    assert not [call for call in wire.too_early if call.at > begun + 1.5]
    assert not wire.exceeded
    assert "Traceback" not in bot.log


@pytest.mark.soak
async def test_a_slow_discord_is_waited_for(wire, bot, rows):
    edition_id = await newsroom.plan(wire, rows.url)
    wire.slow(MESSAGES, delay_s=4, times=2)
    await bot.start()

    await newsroom.assert_posted_once(wire, rows, edition_id)

    assert "Traceback" not in bot.log


async def test_an_edition_begun_before_a_long_outage_is_left_out_and_the_guild_is_told(wire, bot, rows):
    """Its message may stand, so the bot looks; it does not, so nothing is posted four hours late."""
    notices = wire.place("editors").id
    place = (wire.guild.handle.id, wire.place("morning-roundup").id)
    (edition_id,) = await newsroom.plan_all(wire, rows.url, [place], notices_channel_id=notices)
    fault = wire.fail(MESSAGES, status=503, times=99)
    await bot.start()
    await rows.failed(edition_id, STARTS_S)
    assert (await rows.edition(edition_id)).begun is EditionStep.MESSAGE
    assert await bot.stop() == 0
    wire.mend(fault)
    four_hours_ago = SystemClock().now() - timedelta(hours=4)
    await rows.write(update(EditionRow).values(due_at=four_hours_ago))
    await rows.pass_leases(SystemClock().now())
    await bot.start()

    ended = await rows.until(edition_id, lambda edition: edition.notice_id is not None, STARTS_S)

    assert ended.state is EditionState.SKIPPED
    assert not wire.messages(place[1])
    assert [message.id for message in wire.messages(notices)] == [ended.notice_id]


async def test_a_request_cancelled_while_all_is_limited_does_not_silence_the_bot(wire, monkeypatch):
    monkeypatch.setattr(Route, "BASE", wire.api)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)
        publisher = Publisher(client, Pace(SystemClock().monotonic, 40))
        channel_id = wire.place("general").id
        wire.limit(r"GET .*/messages", retry_after_s=2.0, everywhere=True)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await publisher.find(channel_id, marker=None, after=None)

        async with asyncio.timeout(20):
            assert await publisher.find(channel_id, marker=None, after=None) is None


@pytest.mark.soak
async def test_a_lost_connection_costs_a_line_and_no_traceback(wire, bot):
    await bot.start()
    await wire.ready()
    await wire.go_away()
    await asyncio.sleep(4)
    wire.come_back()
    async with asyncio.timeout(STARTS_S):
        while not wire.sessions:
            await asyncio.sleep(0.1)

    assert "WARNING discord.client: Attempting a reconnect" in bot.log
    assert "Traceback" not in bot.log


@pytest.mark.soak
async def test_many_editions_at_once_stay_within_the_limit(wire, bot, rows):
    places = [wire.add_guild(f"Guild {number}") for number in range(60)]
    planned = await newsroom.plan_all(wire, rows.url, places)
    await bot.start()

    for edition_id in planned:
        await newsroom.assert_posted_once(wire, rows, edition_id, timeout_s=120)

    assert not wire.exceeded
    assert wire.busiest_second <= 50
    assert "Traceback" not in bot.log


@pytest.mark.soak
@pytest.mark.parametrize("status", [500, 503])
async def test_an_edition_comes_by_itself_after_a_minute_of_failures(wire, bot, rows, status):
    edition_id = await newsroom.plan(wire, rows.url)
    await bot.start()
    await wire.ready()
    fault = wire.fail(ANYTHING, status=status, times=9_999)
    await asyncio.sleep(60)
    wire.mend(fault)

    await newsroom.assert_posted_once(wire, rows, edition_id, timeout_s=180)

    assert not wire.exceeded
    assert "Traceback" not in bot.log


@pytest.mark.soak
async def test_an_edition_comes_by_itself_after_discord_was_unreachable(wire, bot, rows):
    edition_id = await newsroom.plan(wire, rows.url)
    held = wire.hold(MESSAGES)
    await bot.start()
    await asyncio.wait_for(held.arrived.wait(), STARTS_S)
    await wire.go_away()
    held.cut()
    await asyncio.sleep(60)
    wire.come_back()

    await newsroom.assert_posted_once(wire, rows, edition_id, timeout_s=240)

    assert "Traceback" not in bot.log
