"""Each edition looks back on what readers made of the last one's question."""

from datetime import timedelta

import pytest

from bot.domain.roundup import EditionState, EditionStep
from tests.cogs.house import HILUX, POSTED_AT, ROTARY, House, kill_at, rss

NEXT_MORNING = POSTED_AT + timedelta(days=1)


@pytest.fixture
async def asked(guild) -> House:
    """A house whose first edition has asked for a vote; the feeds have something new for the next day."""
    await guild.post()
    guild.press.put("gearlog", rss("Gearlog", [ROTARY, HILUX], at=NEXT_MORNING, first=7))
    return guild


def question(house: House):
    (thread,) = house.world.threads("morning-roundup")
    return house.world.lines(thread)[0]


async def next_edition(house: House) -> str:
    await house.world.advance_to(NEXT_MORNING)
    await house.work()
    _, second = house.world.lines("morning-roundup")
    assert "Mazda" in second.text
    return second.text


async def test_the_next_edition_tells_the_votes_the_comments_and_the_most_liked_one(asked):
    first, second, third = asked.world.members
    poll = question(asked)
    favourite, other, *_ = poll.buttons
    await asked.world.press(first, poll, favourite)
    await asked.world.press(second, poll, other)
    await asked.world.press(second, poll, favourite)  # changed: it counts once
    await asked.world.press(third, poll, other)
    await asked.world.say(first, poll.place, "The Panda is the honest one.")
    liked = await asked.world.say(second, poll.place, "Range first, looks second.")
    await asked.world.react(third, liked, "👍")

    told = await next_edition(asked)

    base = f"https://discord.com/channels/{asked.guild.id}/{poll.place.id}"
    assert "### 💬 Yesterday you said…" in told
    assert f"\n**{favourite}** 67% (2)\n**{other}** 33% (1)\n" in told
    assert f"3 votes · 2 comments · [most liked]({base}/{liked.id})" in told
    assert "so far" not in told, "the poll closed before"
    assert told.index("Yesterday you said") < told.index("[🔔 Notify me]")


async def test_a_question_that_nobody_answered_is_not_spoken_of(asked):
    assert "Yesterday you said" not in await next_edition(asked)


@pytest.mark.parametrize("status", [403, 404])
async def test_votes_are_told_even_where_discord_tells_nothing_of_the_talk(asked, status):
    poll = question(asked)
    await asked.world.press(asked.world.members[0], poll, poll.buttons[0])
    await asked.world.say(asked.world.members[0], poll.place, "The Panda is the honest one.")
    asked.fail("GET", "/channels/*/messages/*", status=status, times=None)

    told = await next_edition(asked)

    assert f"**{poll.buttons[0]}** 100% (1)" in told
    assert "comment" not in told


async def test_a_deleted_thread_is_not_spoken_of(asked):
    await asked.world.say(asked.world.members[0], question(asked).place, "Mine is the C3.")
    asked.backend.delete_channel(question(asked).place.id)
    await asked.world.settle()

    assert "Yesterday you said" not in await next_edition(asked)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_process_killed_while_looking_back_looks_again(asked, after):
    await asked.world.say(asked.world.members[0], question(asked).place, "Mine is the C3.")
    kill_at(asked, EditionStep.LOOK_BACK, after=after)
    await asked.world.advance_to(NEXT_MORNING)
    with pytest.raises(BaseExceptionGroup):
        await asked.work()

    await asked.restart()
    await asked.world.advance(timedelta(minutes=10))
    await asked.work()

    _, second = asked.world.lines("morning-roundup")
    assert "-# 1 comment" in second.text
    assert (await asked.app.roundups.history(asked.actor()))[0].state is EditionState.POSTED
