"""An edition in a forum: a post with a tag, which is message and thread in one, made once whatever is killed when."""

from datetime import timedelta

import pytest

from bot.domain.roundup import EditionState, EditionStep
from tests.cogs.house import POSTED_AT, House, kill_at

TAGS = [{"id": "555000000000000001", "name": "Editions", "moderated": False, "emoji_id": None, "emoji_name": None}]


@pytest.fixture
async def forum(guild) -> House:
    """A house whose roundup is posted in the forum #daily, with the tag Editions."""
    handle = guild.world.guild.handle.create_forum_channel("daily")
    guild.backend.edit_channel(handle.id, {"available_tags": TAGS})
    await guild.world.settle()
    await guild.change_roundup(channel_id=handle.id, forum_tag_id=int(TAGS[0]["id"]))
    return guild


async def post(house: House) -> None:
    await house.world.advance_to(POSTED_AT)
    await house.work()


def calls(house: House, wanted: str) -> int:
    return sum(call.startswith("POST") and wanted in call for call in house.world.requests())


async def test_an_edition_is_a_post_with_its_tag_and_its_question_stands_in_it(forum):
    await post(forum)

    (thread,) = forum.world.threads("daily")
    edition, question = forum.world.lines(thread)
    assert thread.name == "Nov 20 · Toyota shows a hydrogen Hilux with 600 km of range"
    assert forum.backend.get_channel(thread.id).applied_tags == [int(TAGS[0]["id"])]
    assert edition.id == thread.id
    assert "# Morning roundup" in edition.text
    assert "🗳️ Vote" in edition.buttons
    assert "My vote" in question.buttons
    assert forum.world.lines("morning-roundup") == []
    (record,) = await forum.app.roundups.history(forum.actor())
    assert record.state is EditionState.POSTED
    assert record.channel_id == record.message_id == record.thread_id == thread.id
    assert f"/{forum.guild.id}/{thread.id}/{thread.id}" in (await forum.slash("roundup history")).text


async def test_the_readers_are_mentioned_when_the_post_is_made(forum):
    kill_at(forum, EditionStep.MESSAGE, after=True)
    await forum.world.advance_to(POSTED_AT)
    with pytest.raises(BaseExceptionGroup):
        await forum.work()

    (thread,) = forum.world.threads("daily")
    assert forum.pinged(forum.world.lines(thread)[0]) == [forum.world.role("Roundup readers").id]


async def test_a_tag_that_the_forum_has_no_more_keeps_no_edition_back(forum):
    forum.backend.edit_channel(forum.world.place("daily").id, {"available_tags": []})
    await forum.world.settle()

    await post(forum)

    (thread,) = forum.world.threads("daily")
    assert forum.backend.get_channel(thread.id).applied_tags == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", [EditionStep.MESSAGE, EditionStep.THREAD, EditionStep.QUESTION, EditionStep.LINKS])
async def test_a_post_is_made_once_wherever_the_process_is_killed(forum, step, after):
    kill_at(forum, step, after=after)
    await forum.world.advance_to(POSTED_AT)
    with pytest.raises(BaseExceptionGroup):
        await forum.work()

    await forum.restart()
    await forum.world.advance(timedelta(minutes=10))
    await forum.work()

    (thread,) = forum.world.threads("daily")
    edition, question = forum.world.lines(thread)
    assert "🗳️ Vote" in edition.buttons
    assert (await forum.world.press(forum.world.members[0], question, question.buttons[0])).private
    assert calls(forum, "/threads") == 1
    (record,) = await forum.app.roundups.history(forum.actor())
    assert record.state is EditionState.POSTED


async def test_a_post_that_somebody_renamed_meanwhile_is_found_by_what_it_carries(forum):
    kill_at(forum, EditionStep.MESSAGE, after=True)
    await forum.world.advance_to(POSTED_AT)
    with pytest.raises(BaseExceptionGroup):
        await forum.work()
    (thread,) = forum.world.threads("daily")
    forum.backend.edit_channel(thread.id, {"name": "Friday"})

    await forum.restart()
    await forum.world.advance(timedelta(minutes=10))
    await forum.work()

    assert len(forum.world.threads("daily")) == 1


async def test_a_post_begun_before_an_outage_of_hours_is_left_out_unless_it_stands(forum):
    kill_at(forum, EditionStep.MESSAGE, after=False)
    await forum.world.advance_to(POSTED_AT)
    with pytest.raises(BaseExceptionGroup):
        await forum.work()
    await forum.restart()

    await forum.world.advance(timedelta(hours=3, minutes=1))
    await forum.work()

    assert forum.world.threads("daily") == []
    assert "more than three hours late" in (await forum.slash("roundup history")).text
