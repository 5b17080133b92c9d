"""Posting, so that a repetition does no harm, and what Discord refuses for good."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import discord
import pytest
from discord import ui

from bot.domain.due_work import CannotActError, NoPermissionError, NothingThereError
from bot.domain.errors import DiscordAwayError
from bot.edge.due_runner import STEP_TIMEOUT_S
from bot.edge.pace import Pace, Priority
from bot.edge.publish import ACT_TIMEOUT_S, Illustrated, Picture, Publisher


def view(custom_id: str = "edition:7:about", text: str = "An edition") -> ui.LayoutView:
    made = ui.LayoutView(timeout=None)
    made.add_item(ui.TextDisplay(text))
    made.add_item(ui.ActionRow(ui.Button(label="About", custom_id=custom_id)))
    return made


class CountedPace(Pace):
    """Counts the turns that it gives."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0, 1_000)
        self.turns = 0

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncGenerator[None]:
        async with super().turn(priority):
            self.turns += 1
            yield


@pytest.fixture
def house(bare_house):
    return bare_house


@pytest.fixture
def publisher(house):
    return Publisher(house.app.client, Pace(lambda: 0.0, 1_000))


@pytest.fixture
def channel_id(house):
    return house.world.place("morning-roundup").id


async def post(publisher, channel_id, *, subject=7, nonce=None, resumed=False, **kwargs):
    return await publisher.post(
        channel_id,
        view(f"edition:{subject}:about"),
        nonce=nonce or f"edition-{subject}",
        marker=f"edition:{subject}:",
        resumed=resumed,
        **kwargs,
    )


def read_history(house) -> int:
    return sum(call.startswith("GET") and "/messages" in call for call in house.world.requests())


async def test_history_is_read_only_after_an_interruption(house, publisher, channel_id):
    await post(publisher, channel_id)
    assert read_history(house) == 0

    await post(publisher, channel_id, subject=8, resumed=True)
    assert read_history(house) == 1


async def test_a_post_that_stands_is_found_by_its_marker(house, publisher, channel_id):
    first = await post(publisher, channel_id)
    await post(publisher, channel_id, subject=70)
    await house.world.say(house.world.manager, "morning-roundup", "edition:7:about")

    assert await post(publisher, channel_id, nonce="another", resumed=True) == first
    assert len(house.world.lines("morning-roundup")) == 3


async def test_a_post_of_another_subject_is_not_taken_for_it(house, publisher, channel_id):
    await post(publisher, channel_id, subject=77)

    await post(publisher, channel_id, subject=7, resumed=True)

    assert len(house.world.lines("morning-roundup")) == 2


async def test_a_post_from_before_is_not_looked_at(house, publisher, channel_id):
    first = await post(publisher, channel_id)

    again = await post(publisher, channel_id, nonce="another", resumed=True, after=discord.Object(first))

    assert again != first


async def test_each_page_of_a_search_takes_a_turn_in_the_budget(house, channel_id, monkeypatch):
    monkeypatch.setattr("bot.edge.publish.PAGE_MESSAGES", 3)
    pace = CountedPace()
    publisher = Publisher(house.app.client, pace)
    first = await post(publisher, channel_id)
    for subject in range(10, 13):
        await post(publisher, channel_id, subject=subject)
    assert (pace.turns, read_history(house)) == (4, 0)

    assert await publisher.find(channel_id, marker="edition:7:", after=None) == first
    assert (pace.turns, read_history(house)) == (6, 2)


async def test_a_search_ends_after_so_many_pages(house, publisher, channel_id, monkeypatch):
    monkeypatch.setattr("bot.edge.publish.PAGE_MESSAGES", 2)
    await post(publisher, channel_id)
    for subject in range(10, 14):
        await post(publisher, channel_id, subject=subject)

    assert await publisher.find(channel_id, marker="edition:7:", after=None) is None
    assert read_history(house) == 2


async def test_somebody_elses_message_with_our_marker_is_not_taken(house, publisher, channel_id):
    first = await post(publisher, channel_id)
    house.backend.get_message(channel_id, first).author_id = house.world.editor.id

    assert await post(publisher, channel_id, nonce="another", resumed=True) != first


async def test_a_thread_that_is_there_already_is_the_one_meant(house, publisher, channel_id):
    message = await post(publisher, channel_id)

    first = await publisher.open_thread(house.guild.id, channel_id, message, "A thread")
    again = await publisher.open_thread(house.guild.id, channel_id, message, "A thread")

    assert first == again == message
    assert len(house.world.threads("morning-roundup")) == 1


async def test_any_post_of_ours_in_a_thread_is_the_one_meant(house, publisher, channel_id):
    message = await post(publisher, channel_id)
    thread = await publisher.open_thread(house.guild.id, channel_id, message, "A thread")
    await house.world.say(house.world.manager, "A thread", "first!")

    first = await publisher.post(thread, view(), nonce="q", marker=None, resumed=True)
    again = await publisher.post(thread, view(), nonce="q2", marker=None, resumed=True)

    assert first == again


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, 50013, NoPermissionError),
        (403, 50001, NoPermissionError),
        (403, 20016, CannotActError),
        (404, 10003, NothingThereError),
    ],
)
async def test_what_discord_refuses_for_good_is_an_error_that_says_so(
    house, publisher, channel_id, status, code, expected
):
    message = await post(publisher, channel_id)
    house.fail("*", "/channels/*", status=status, code=code, times=None)

    with pytest.raises(expected) as posted:
        await post(publisher, channel_id, subject=8)
    with pytest.raises(expected):
        await publisher.open_thread(house.guild.id, channel_id, message, "A thread")
    with pytest.raises(expected):
        await publisher.edit(channel_id, message, view(), Priority.LIVE_EDIT)

    assert isinstance(posted.value, CannotActError)
    assert posted.value.params["channel"] == f"<#{channel_id}>"


async def test_what_may_pass_is_left_as_it_is(house, publisher, channel_id):
    house.fail("POST", "/channels/*/messages", status=400, code=50035)

    with pytest.raises(discord.HTTPException):
        await post(publisher, channel_id)


async def test_another_refusal_of_a_thread_is_not_swallowed(house, publisher, channel_id):
    message = await post(publisher, channel_id)
    house.fail("POST", "/channels/*/messages/*/threads", status=400, code=160006)

    with pytest.raises(discord.HTTPException):
        await publisher.open_thread(house.guild.id, channel_id, message, "A thread")


async def test_a_request_that_hangs_is_given_up_before_its_step_is(house, publisher, channel_id, monkeypatch):
    async def hang(*_args, **_kwargs):
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.edge.publish.ACT_TIMEOUT_S", 0.05)
    monkeypatch.setattr(house.app.client.http, "send_message", hang)

    with pytest.raises(DiscordAwayError) as refused:
        await post(publisher, channel_id)

    assert refused.value.params["reason"] == "TimeoutError"
    assert ACT_TIMEOUT_S < STEP_TIMEOUT_S


def illustrated(content: bytes = b"first", alt: str = "Bars") -> Illustrated:
    picture = Picture("Result.png", content, alt)
    made = view()
    made.add_item(ui.MediaGallery(discord.MediaGalleryItem(picture.address, description=alt)))
    return Illustrated(made, picture)


def uploaded(house, channel_id: int, message_id: int) -> list[tuple[str, str, int]]:
    message = house.backend.get_message(channel_id, message_id)
    return [(file["filename"], file["description"], file["size"]) for file in message.attachments]


async def test_a_picture_goes_up_with_its_message_and_is_what_the_gallery_shows(house, publisher, channel_id):
    posted = await publisher.post(
        channel_id, illustrated(), nonce="edition-7", marker="edition:7:", resumed=False, after=None
    )

    assert uploaded(house, channel_id, posted) == [("Result.png", "Bars", len(b"first"))]
    message = house.backend.get_message(channel_id, posted)
    (gallery,) = [part for part in message.components if part["type"] == 12]
    assert gallery["items"][0]["media"]["url"] == message.attachments[0]["url"]
    assert gallery["items"][0]["description"] == "Bars"


async def test_a_repetition_with_a_picture_is_told_by_its_nonce_and_found_by_its_marker(house, publisher, channel_id):
    wish = {"nonce": "edition-7", "marker": "edition:7:", "after": None}
    first = await publisher.post(channel_id, illustrated(), resumed=False, **wish)

    assert await publisher.post(channel_id, illustrated(), resumed=False, **wish) == first
    house.world._nonces.forget()
    assert await publisher.post(channel_id, illustrated(), resumed=True, **wish) == first


async def test_an_edit_brings_a_picture_replaces_it_and_otherwise_leaves_it(house, publisher, channel_id):
    posted = await post(publisher, channel_id)

    await publisher.edit(channel_id, posted, illustrated(), Priority.POST)
    await publisher.edit(channel_id, posted, illustrated(b"second one", "More bars"), Priority.POST)
    assert uploaded(house, channel_id, posted) == [("Result.png", "More bars", len(b"second one"))]

    await publisher.edit(channel_id, posted, view(), Priority.POST)
    assert len(uploaded(house, channel_id, posted)) == 1


async def test_a_thread_that_went_to_sleep_is_woken_to_be_edited(house, publisher, channel_id):
    posted = await post(publisher, channel_id)
    thread_id = await publisher.open_thread(house.guild.id, channel_id, posted, "Comments")
    in_thread = await post(publisher, thread_id, nonce="edition-7-thread")
    house.backend.get_channel(thread_id).thread_metadata.archived = True
    house.fail("PATCH", "/channels/*/messages/*", status=400, code=50083)  # as Discord answers while it sleeps

    await publisher.edit(thread_id, in_thread, illustrated(), Priority.POST)

    assert uploaded(house, thread_id, in_thread) == [("Result.png", "Bars", len(b"first"))]
    assert not house.backend.get_channel(thread_id).thread_metadata.archived
