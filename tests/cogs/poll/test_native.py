"""Discord's own polls are followed in a guild: from the menu on their message to the result that Discord counted."""

from datetime import timedelta
from types import SimpleNamespace

import discord
import pytest
from simcord.backend.models import Poll as NativePoll
from simcord.backend.models import PollAnswer
from simcord.enums import MessageType

from bot.demo.world import Line, Person, Seen
from bot.domain.poll.ballot import Marks
from bot.domain.poll.native import LOOK_EVERY
from bot.domain.poll.poll import CLOSE_GRACE, Poll, PollState
from bot.domain.poll.vote import NativeVoteError
from bot.edge import native_poll
from bot.storage import ballot as ballots
from tests.cogs.house import House

ANSWERS = ("Mazda RX-500", "トヨタ EX-III", "Nissan 126X")
DAY = timedelta(days=1)
MENU = "Follow this poll"


def ask(house: House, person: Person, *, where: str = "general", multiple: bool = False) -> Line:
    """Let a member post one of Discord's own polls, which is open for a day."""
    poll = NativePoll(
        question="Which concept should have been built?",
        answers=[PollAnswer(number, label, "🚗") for number, label in enumerate(ANSWERS, 1)],
        expiry=(house.clock.now() + DAY).isoformat(),
        allow_multiselect=multiple,
    )
    place = house.world.place(where)
    posted = house.backend.create_message(place.id, person.id, "", poll=poll)
    return next(line for line in house.world.lines(where) if line.id == posted.id)


def native_of(house: House, line: Line) -> NativePoll:
    return house.backend.get_message(line.place.id, line.id).poll


async def follow(house: House, line: Line) -> Seen:
    return await house.world.menu(house.world.manager, MENU, line)


async def the_poll(house: House) -> Poll:
    (poll,) = await house.app.polls.find(house.actor())
    return poll


async def votes(house: House, poll: Poll) -> dict[int, Marks]:
    return await house.app.guilds._store.read(lambda session: ballots.votes_shown(session, poll.id))


async def test_a_poll_is_followed_from_its_message_and_the_result_posted_when_it_is_over(bare_guild):
    house, world = bare_guild, bare_guild.world
    first, second, third = world.members
    line = ask(house, first)
    await world.vote(first, line, 3)

    told = await follow(house, line)
    assert told.message.private
    assert "I follow “Which concept should have been built?” from now on" in told.text
    assert f"/{line.id}" in told.text
    await house.work()
    await world.vote(second, line, 2)
    await world.vote(third, line, 1)
    await world.vote(third, line, 2)
    poll = await the_poll(house)
    assert await votes(house, poll) == {first.id: ((3, 1),), second.id: ((2, 1),), third.id: ((2, 1),)}

    await world.advance(DAY + CLOSE_GRACE)
    await house.work()
    result = world.lines("general")[-1]
    assert "トヨタ EX-III won" in result.text
    assert "3 votes" in result.text
    assert "as Discord counted it" in result.text
    assert f"/{line.id}" in str(result.raw)
    assert [each["filename"] for each in result.raw["attachments"]] == ["Poll.png"]
    final = await the_poll(house)
    assert final.state is PollState.FINAL
    assert (final.digest or "") in result.text
    assert native_of(house, line).finalized
    await world.advance(DAY)
    await house.work()
    assert world.lines("general")[-1].id == result.id


async def test_the_result_is_posted_in_the_thread_of_the_polls_message(bare_guild):
    house = bare_guild
    line = ask(house, house.world.members[0])
    await house.app.client.http.start_thread_with_message(line.place.id, line.id, name="x", auto_archive_duration=1440)
    # Discord says of such a message that it has a thread; the simulated one does not.
    house.backend.get_message(line.place.id, line.id).flags |= discord.MessageFlags.has_thread.flag
    await house.world.settle()
    await follow(house, line)
    await house.work()
    await house.world.advance(DAY + CLOSE_GRACE)
    await house.work()
    (thread,) = house.world.threads("general")
    (result,) = [each for each in house.world.lines(thread) if "Nobody" in each.text or "nobody" in each.text]
    assert (await the_poll(house)).result_id == result.id


async def test_a_vote_that_is_taken_back_is_not_counted(bare_guild):
    house, member = bare_guild, bare_guild.world.members[0]
    line = ask(house, member, multiple=True)
    await follow(house, line)
    await house.work()
    await house.world.vote(member, line, 1)
    await house.world.vote(member, line, 2)
    house.backend.remove_poll_vote(line.place.id, line.id, 1, member.id)
    await house.world.settle()
    poll = await the_poll(house)
    assert await votes(house, poll) == {member.id: ((2, 1),)}


async def test_votes_that_came_while_the_bot_was_away_are_read_when_it_is_back(bare_guild):
    house, member = bare_guild, bare_guild.world.members[0]
    line = ask(house, member)
    await follow(house, line)
    await house.work()
    await house.opened.aclose()
    native_of(house, line).votes[2] = {member.id}
    await house.restart()
    await house.work()
    assert await votes(house, await the_poll(house)) == {member.id: ((2, 1),)}


async def test_results_so_far_are_told_as_an_approximation_and_nothing_is_changed_here(bare_guild):
    house = bare_guild
    line = ask(house, house.world.members[0])
    for who in (*house.world.members, house.world.editor, house.world.moderator):
        await house.world.vote(who, line, 1)
    await follow(house, line)
    await house.work()
    poll = str((await the_poll(house)).id)
    results = (await house.slash("poll results", poll=poll)).text
    assert "Mazda RX-500" in results
    assert "an approximation until Discord has counted" in results
    refused = (await house.slash("poll close", poll=poll)).text
    assert "This poll is Discord’s own" in refused
    assert f"/{line.id}" in refused


async def test_a_message_without_a_poll_is_refused_in_a_sentence(bare_guild):
    house = bare_guild
    line = await house.world.say(house.world.members[0], "general", "Which one?")
    assert "holds none of Discord’s own polls" in (await follow(house, line)).text
    assert await house.app.polls.find(house.actor()) == ()


async def test_a_poll_that_is_followed_already_is_told_with_its_link(bare_guild):
    house = bare_guild
    line = ask(house, house.world.members[0])
    await follow(house, line)
    told = await follow(house, line)
    assert "is followed already" in told.text
    assert f"/{line.id}" in told.text
    assert len(await house.app.polls.find(house.actor())) == 1


async def test_where_the_bot_may_not_read_nothing_is_followed(bare_guild):
    house = bare_guild
    line = ask(house, house.world.members[0])
    await house.forbid("general", read_message_history=True)
    assert "I lack a permission" in (await follow(house, line)).text
    assert await house.app.polls.find(house.actor()) == ()


async def test_vote_leads_to_discords_own_poll(bare_guild):
    house, member = bare_guild, bare_guild.world.members[0]
    line = ask(house, member)
    await follow(house, line)
    told = await house.world.slash(member, "general", "vote", poll=str((await the_poll(house)).id))
    assert f"/{line.id}" in told.text
    with pytest.raises(NativeVoteError):
        await house.app.votes.vote(house.actor_of(member), (await the_poll(house)).id, ((1, 1),), house.clock.now())


async def test_a_deleted_poll_ends_without_result(bare_guild):
    house, member = bare_guild, bare_guild.world.members[0]
    line = ask(house, member)
    await follow(house, line)
    await house.work()
    await house.world.delete(member, line)
    await house.world.advance(LOOK_EVERY)
    await house.work()
    assert (await the_poll(house)).is_void
    assert house.world.lines("general") == []
    assert "ended without a result" in (await house.slash("poll list")).text
    poll = str((await the_poll(house)).id)
    assert "This poll ended without a result" in (await house.slash("poll results", poll=poll)).text
    assert "This poll ended without a result" in (await house.slash("poll export", poll=poll)).text


async def test_a_poll_whose_message_changes_is_looked_at_at_once(bare_guild):
    house, member = bare_guild, bare_guild.world.members[0]
    line = ask(house, member)
    await follow(house, line)
    await house.work()
    native_of(house, line).finalized = True
    # The bot receives no messages, so nobody but the test says it.
    await house.app.client.get_cog("native-poll").on_raw_message_edit(SimpleNamespace(message_id=line.id))
    await house.work()
    assert (await the_poll(house)).state is PollState.FINAL


async def test_where_discord_hides_the_poll_the_message_with_its_result_says_that_it_is_final(bare_guild):
    """Without the intent for message content, which the bot does not ask for."""
    house, member = bare_guild, bare_guild.world.members[0]
    line = ask(house, member)
    await follow(house, line)
    await house.world.vote(member, line, 2)
    house.app.client.http.message_content_access = False
    await house.world.advance(DAY + CLOSE_GRACE)
    await house.work()
    assert (await the_poll(house)).state is PollState.OPEN

    house.backend.create_message(
        line.place.id,
        member.id,
        embeds=[{"type": "poll_result"}],
        message_type=MessageType.POLL_RESULT,
        reference={"message_id": str(line.id), "type": 0},
    )
    await house.world.advance(timedelta(minutes=1))
    await house.work()
    poll = await the_poll(house)
    assert poll.state is PollState.FINAL
    assert await votes(house, poll) == {member.id: ((2, 1),)}


async def test_voters_are_read_page_by_page(bare_guild, monkeypatch):
    house = bare_guild
    line = ask(house, house.world.members[0])
    voters = list(range(1_001, 1_008))
    asked: list[tuple[int, int | None]] = []

    async def page(_channel_id, _message_id, answer_id, after=None, limit=None):
        asked.append((answer_id, after))
        rest = [voter for voter in voters if voter > (after or 0)] if answer_id == 2 else []
        return {"users": [{"id": str(voter)} for voter in rest[:limit]]}

    monkeypatch.setattr(native_poll, "VOTERS_PAGE", 3)
    monkeypatch.setattr(house.app.client.http, "get_poll_answer_voters", page)
    await follow(house, line)
    await house.work()
    assert await votes(house, await the_poll(house)) == dict.fromkeys(voters, ((2, 1),))
    assert asked == [(1, None), (2, None), (2, 1_003), (2, 1_006), (3, None)]


def test_the_bot_hears_of_votes_and_of_no_messages(bare_house):
    intents = bare_house.app.client.intents
    assert intents == discord.Intents(guilds=True, guild_polls=True)
