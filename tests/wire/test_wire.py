"""The unmodified bot, in a process of its own, on this Discord; and what this Discord does as the real one does."""

import asyncio
import json

import aiohttp
import discord
import pytest

from bot.clock import SystemClock
from tests.house import Entry
from tests.wire import newsroom
from tests.wire.wire import TOKEN


async def test_the_real_bot_logs_in_sends_its_commands_and_stops_when_asked(wire, bot):
    await bot.start()
    await wire.ready()

    assert {"setup", "roundup", "source", "help", "doctor"} <= wire.commands()
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log
    assert not wire.sessions


async def test_commands_buttons_selects_and_forms_work_over_the_network(wire, bot):
    await bot.start()
    await wire.ready()

    shown = await wire.slash(wire.manager, "general", "setup")
    assert "Set up Paddock" in shown.text
    assert shown.private
    changed = await wire.select(wire.manager, shown.message, ["ja"], custom_id="setup:language")
    assert "日本語" in changed.text
    form = await wire.press(wire.manager, shown.message, "setup:time")
    assert form.modal is not None

    refused = await wire.slash(wire.editor, "editors", "roundup history")
    assert refused.private
    assert "/setup" in refused.text


async def test_an_edition_is_posted_by_the_real_bot(wire, bot, rows):
    edition_id = await newsroom.plan(wire, rows.url)
    await bot.start()

    await newsroom.assert_posted_once(wire, rows, edition_id)

    assert not wire.exceeded


@pytest.fixture
async def asker(wire):
    """A bot without a library: what Discord answers, byte for byte."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as session:
        yield session


async def test_a_nonce_used_again_gives_the_first_message_until_it_is_forgotten(wire, asker):
    channel_id = wire.place("general").id
    url = f"{wire.api}/channels/{channel_id}/messages"
    ids = []
    for enforced in (True, True, False):
        body = {"content": "once", "nonce": "7", "enforce_nonce": enforced}
        async with asker.post(url, json=body) as answer:
            ids.append(int((await answer.json())["id"]))
    wire.forget_nonces()
    async with asker.post(url, json={"content": "once", "nonce": "7", "enforce_nonce": True}) as answer:
        ids.append(int((await answer.json())["id"]))

    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert [message.id for message in wire.messages(channel_id)] == sorted(set(ids))


async def test_a_message_has_one_thread(wire, asker):
    channel_id = wire.place("general").id
    url = f"{wire.api}/channels/{channel_id}/messages"
    async with asker.post(url, json={"content": "talk"}) as answer:
        message_id = int((await answer.json())["id"])
    codes = []
    for name in ("one", "two"):
        async with asker.post(f"{url}/{message_id}/threads", json={"name": name}) as answer:
            codes.append((await answer.json()).get("code"))

    assert codes == [None, 160004]
    assert wire.threads(channel_id) == [message_id]


async def test_files_arrive_with_their_descriptions(wire, asker):
    form = aiohttp.FormData(quote_fields=False)
    attachment = {"id": 0, "filename": "lap.png", "description": "A lap chart"}
    form.add_field("payload_json", json.dumps({"content": "see", "attachments": [attachment]}))
    form.add_field("files[0]", b"\x89PNG", filename="lap.png", content_type="image/png")
    channel_id = wire.place("general").id
    async with asker.post(f"{wire.api}/channels/{channel_id}/messages", data=form) as answer:
        (stored,) = (await answer.json())["attachments"]

    assert (stored["filename"], stored["description"], stored["size"]) == ("lap.png", "A lap chart", 4)


async def test_a_limit_says_how_long_to_wait_and_for_what(wire, asker):
    url = f"{wire.api}/channels/{wire.place('general').id}/messages"
    wire.limit(r"POST .*/messages", retry_after_s=0.3, everywhere=True)
    async with asker.post(url, json={"content": "a"}) as answer:
        assert answer.status == 429
        assert answer.headers["Via"]
        assert answer.headers["X-RateLimit-Global"] == "true"
        assert (await answer.json())["retry_after"] == 0.3
    async with asker.get(f"{wire.api}/users/@me") as answer:
        assert answer.status == 429
    await asyncio.sleep(0.3)
    async with asker.get(f"{wire.api}/users/@me") as answer:
        assert answer.status == 200
    assert [call.path for call in wire.too_early] == ["/users/@me"]


async def test_a_channel_takes_five_messages_in_five_seconds(wire, asker):
    url = f"{wire.api}/channels/{wire.place('general').id}/messages"
    statuses = []
    for number in range(6):
        async with asker.post(url, json={"content": str(number)}) as answer:
            statuses.append((answer.status, answer.headers["X-RateLimit-Remaining"]))

    assert statuses == [(200, "4"), (200, "3"), (200, "2"), (200, "1"), (200, "0"), (429, "0")]
    assert len(wire.exceeded) == 1


async def test_more_than_fifty_requests_in_a_second_are_refused_and_counted(wire, asker):
    # Different routes, so that no route's own limit is met first.
    paths = ["/users/@me", "/users/@me/guilds", "/oauth2/applications/@me"]
    statuses = []
    for number in range(54):
        async with asker.get(wire.api + paths[number % 3]) as answer:
            statuses.append(answer.status)

    refused = statuses.count(429)
    assert refused == len(wire.exceeded)
    assert wire.busiest_second - refused <= 50
    assert refused or wire.busiest_second <= 50, "a machine this slow sends them over more than a second"


async def test_a_lost_reply_has_been_carried_out_and_a_held_one_waits(wire, asker):
    channel_id = wire.place("general").id
    url = f"{wire.api}/channels/{channel_id}/messages"
    wire.lose_reply(r"POST .*/messages")
    with pytest.raises(aiohttp.ClientConnectionError):
        await asker.post(url, json={"content": "lost"})
    held = wire.hold(r"POST .*/messages")
    asking = asyncio.create_task(asker.post(url, json={"content": "held"}))
    await held.arrived.wait()
    assert [message.content for message in wire.messages(channel_id)] == ["lost"]
    await held.carry_out()
    assert [message.content for message in wire.messages(channel_id)] == ["lost", "held"]
    assert not asking.done()
    held.cut()
    with pytest.raises(aiohttp.ClientConnectionError):
        await asking


async def test_a_wrong_token_is_refused_on_both_ways_in(wire):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{wire.api}/users/@me", headers={"Authorization": "Bot x.y.z"}) as answer:
            assert answer.status == 401
        async with session.ws_connect(wire.gateway_url) as socket:
            assert (await socket.receive_json())["op"] == 10
            await socket.send_json({"op": 2, "d": {"token": "x.y.z", "intents": 0}})
            await socket.receive()
            assert socket.close_code == 4004


async def test_the_gateway_answers_heartbeats_and_sends_only_events_that_were_asked_for(wire, asker):
    channel_id = wire.place("general").id
    async with asker.ws_connect(wire.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
        guilds = discord.Intents(guilds=True).value
        await socket.send_json({"op": 2, "d": {"token": TOKEN, "intents": guilds}})
        heard = [await socket.receive_json(), await socket.receive_json()]
        async with asker.post(f"{wire.api}/channels/{channel_id}/messages", json={"content": "x"}) as answer:
            message_id = (await answer.json())["id"]
        await asker.post(f"{wire.api}/channels/{channel_id}/messages/{message_id}/threads", json={"name": "t"})
        heard.append(await socket.receive_json())

    assert [event["t"] for event in heard] == ["READY", "GUILD_CREATE", "THREAD_CREATE"]
    assert [event["s"] for event in heard] == [1, 2, 3]


async def test_a_feed_of_this_discord_is_read_and_of_no_other_port_of_this_machine(wire, bot, news):
    ours = wire.feed("first.xml", newsroom.feed_of("first", SystemClock().now()))
    others = news.publish("/other.xml", Entry("1", "A story of another port"))
    await bot.start()
    await wire.ready()

    read = await wire.slash(wire.manager, "general", "source test", url=ours)
    refused = await wire.slash(wire.manager, "general", "source test", url=others)

    assert "A rotary engine returns" in read.text
    assert "A story of another port" not in refused.text
    assert news.asked("/other.xml") == 0
