"""Pictures over real HTTP: as multipart, repeated without harm."""

from collections.abc import AsyncGenerator

import discord
import pytest
from discord import ui
from discord.http import Route

from bot.edge.pace import Pace, Priority
from bot.edge.publish import Illustrated, Picture, Publisher
from tests.wire.wire import TOKEN, Wire

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300  # with every byte, and longer than one packet


@pytest.fixture
async def wire() -> AsyncGenerator[Wire]:
    async with Wire() as served:
        yield served


@pytest.fixture
async def publisher(wire, monkeypatch) -> AsyncGenerator[Publisher]:
    monkeypatch.setattr(Route, "BASE", wire.api)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)
        yield Publisher(client, Pace(lambda: 0.0, 1_000))


def illustrated(content: bytes = PNG, alt: str = "結果 “bars”") -> Illustrated:
    picture = Picture("Result.png", content, alt)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.MediaGallery(discord.MediaGalleryItem(picture.address, description=alt)))
    view.add_item(ui.ActionRow(ui.Button(label="Check it", custom_id="poll:7:check")))
    return Illustrated(view, picture)


async def post(publisher: Publisher, channel_id: int) -> int:
    return await publisher.post(
        channel_id, illustrated(), nonce="poll-7-result", marker="poll:7:check", resumed=False, after=None
    )


async def test_a_picture_arrives_whole_with_its_description(wire, publisher):
    channel_id = wire.place("general").id

    posted = await post(publisher, channel_id)

    (message,) = wire.messages(channel_id)
    (attached,) = message.attachments
    assert message.id == posted
    assert (attached["filename"], attached["description"], attached["size"]) == ("Result.png", "結果 “bars”", len(PNG))
    assert message.components[0]["items"][0]["media"]["url"] == attached["url"]


async def test_a_picture_is_sent_again_whole_when_the_server_failed(wire, publisher):
    channel_id = wire.place("general").id
    wire.fail(f"POST /channels/{channel_id}/messages", status=502)

    await post(publisher, channel_id)

    (message,) = wire.messages(channel_id)
    assert message.attachments[0]["size"] == len(PNG)


async def test_an_answer_that_was_lost_makes_no_second_picture(wire, publisher):
    channel_id = wire.place("general").id
    wire.spoil_reply(f"POST /channels/{channel_id}/messages", status=502)

    posted = await post(publisher, channel_id)

    assert [message.id for message in wire.messages(channel_id)] == [posted]


async def test_an_edit_replaces_the_picture(wire, publisher):
    channel_id = wire.place("general").id
    posted = await post(publisher, channel_id)

    await publisher.edit(channel_id, posted, illustrated(b"another", "Rounds"), Priority.POST)

    (message,) = wire.messages(channel_id)
    assert [(file["description"], file["size"]) for file in message.attachments] == [("Rounds", len(b"another"))]
