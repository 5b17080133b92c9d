"""A story's thread: opened by the first who wants to discuss it, joined by the others."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.discussion import OPENING_MAX
from tests.cogs.house import CIVIC, HILUX, POSTED_AT, House, texts

GONE = "no longer"


@pytest.fixture
async def posted(guild) -> House:
    """A house whose edition stands, its stories numbered from the lead on."""
    guild.number_stories()
    await guild.post()
    return guild


def edition(house: House):
    return next(line for line in house.world.lines("morning-roundup") if ":discuss" in str(line.raw))


def select_id(house: House) -> str:
    parts = edition(house).raw["components"][0]["components"]
    (select,) = [child for part in parts for child in part.get("components", []) if child["type"] == 3]
    return select["custom_id"]


async def discuss(house: House, person, number: int = 0):
    return await house.world.select(person, edition(house), [str(number)], custom_id=select_id(house))


def stories(house: House) -> list:
    """The threads that hang on no message."""
    return [thread for thread in house.world.threads("morning-roundup") if thread.id != edition(house).id]


async def test_choosing_a_story_opens_its_thread_and_lets_the_asker_in(posted):
    reader = posted.world.members[0]

    seen = await discuss(posted, reader)

    (thread,) = stories(posted)
    (first,) = posted.world.lines(thread)
    assert thread.name == HILUX[0]
    assert f"## [{HILUX[0]}](<https://gearlog.example/0>)" in texts(first)
    assert "From [Morning roundup](<https://discord.com/channels/" in texts(first)
    assert seen.private
    assert f"#{HILUX[0]}" in seen.text
    assert reader.id in posted.backend.get_channel(thread.id).thread_members
    assert posted.pinged(first) == []


async def test_the_others_join_the_same_thread_also_after_a_restart(posted):
    first, second, third = posted.world.members
    await discuss(posted, first)
    await discuss(posted, second)
    await posted.restart()
    await discuss(posted, third)

    (thread,) = stories(posted)
    assert len(posted.world.lines(thread)) == 1
    assert {member.id for member in posted.world.members} <= set(posted.backend.get_channel(thread.id).thread_members)


async def test_each_story_has_a_thread_of_its_own(posted):
    await discuss(posted, posted.world.members[0], 0)
    await discuss(posted, posted.world.members[0], 1)

    names = {thread.name for thread in stories(posted)}
    assert len(names) == 2
    assert CIVIC[0] in names


async def test_many_who_ask_at_once_open_one_thread(posted):
    service = posted.app.client.get_cog("discussion")._discussions
    edition_id = int(select_id(posted).split(":")[1])
    wanted = [service.want(posted.guild.id, edition_id, 0) for _ in range(8)]

    turns = await asyncio.gather(*wanted, return_exceptions=True)

    assert sum(not isinstance(turn, Exception) for turn in turns) == 1
    assert "opening that thread at this moment" in (await discuss(posted, posted.world.members[0])).text
    assert stories(posted) == []


async def test_a_thread_opened_by_a_process_that_was_killed_is_found_and_not_opened_twice(posted):
    discussions = posted.app.client.get_cog("discussion")._discussions
    recorded = discussions.opened

    async def killed(*args):
        raise asyncio.CancelledError

    discussions.opened = killed
    posted.fail("POST", "/channels/*/messages", status=503)  # the words were not posted either
    answer = await discuss(posted, posted.world.members[0])
    assert "Discord" in answer.text
    discussions.opened = recorded

    await posted.restart()
    await posted.world.advance(OPENING_MAX + timedelta(seconds=1))
    await discuss(posted, posted.world.members[1])

    (thread,) = stories(posted)
    assert len(posted.world.lines(thread)) == 1


async def test_a_failure_lets_the_next_one_open_it_at_once(posted):
    posted.fail("POST", "/channels/*/threads", status=503)
    refused = await discuss(posted, posted.world.members[0])
    assert stories(posted) == []
    assert refused.private

    await discuss(posted, posted.world.members[0])

    assert len(stories(posted)) == 1


async def test_a_thread_that_was_deleted_is_opened_anew(posted):
    await discuss(posted, posted.world.members[0])
    (thread,) = stories(posted)
    posted.backend.delete_channel(thread.id)
    await posted.world.settle()

    await discuss(posted, posted.world.members[1])

    (fresh,) = stories(posted)
    assert fresh.id != thread.id
    assert posted.world.members[1].id in posted.backend.get_channel(fresh.id).thread_members


async def test_in_a_forum_a_story_is_a_post_beside_the_edition(guild):
    handle = guild.world.guild.handle.create_forum_channel("daily")
    await guild.change_roundup(channel_id=handle.id)
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    (thread,) = guild.world.threads("daily")
    (line, _) = guild.world.lines(thread)
    select = next(part for part in str(line.raw).split("'") if part.endswith(":discuss"))

    for member in guild.world.members:
        await guild.world.select(member, line, ["0"], custom_id=select)

    (story,) = [other for other in guild.world.threads("daily") if other.id != thread.id]
    assert story.name == HILUX[0]
    assert len(guild.world.lines(story)) == 1


@pytest.mark.parametrize("value", ["99", "x", "-1", "9" * 90])
async def test_a_forged_choice_is_refused(posted, value):
    line = edition(posted)
    stored = posted.backend.get_message(line.place.id, line.id)
    select = next(
        child
        for part in stored.components[0]["components"]
        for child in part.get("components", [])
        if child["type"] == 3
    )
    select["options"][0]["value"] = value

    seen = await posted.world.select(posted.world.members[0], line, [value], custom_id=select["custom_id"])

    assert seen.private
    assert GONE in seen.text
    assert stories(posted) == []
