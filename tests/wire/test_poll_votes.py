"""Votes over the network: many at once, over a restart, and around the deadline."""

import asyncio
import itertools
import random
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain.poll.poll import Poll
from bot.edge.live_edit import EDIT_EVERY
from bot.text import plural
from tests.wire import pollroom
from tests.wire.pollroom import CARS, MULTIPLE
from tests.wire.pollshow import assert_shown, by_label, counts_in, is_shown_closed, said_in
from tests.wire.storm import ARRIVES_S, Storm, Voter

VOTERS = 200
# Between the wire's clock, when an edit arrives, and the bot's, when it is sent, lies the way; a later edit may have a
# shorter one than the one before it.
ON_THE_WAY = timedelta(seconds=0.5)
LOOKS_EVERY_S = 0.05
# In how many of its slowest starts a bot is there again.
STARTS_WITHIN = 2.0
JUST_BEFORE = timedelta(seconds=0.7)  # Discord waits three seconds for an answer


def storm_of(wire, bot, rows, poll: Poll, members: int) -> Storm:
    voters = [Voter(person) for person in wire.add_members(members)]
    return Storm(wire, bot, rows, poll, random.Random(members), voters)


async def test_two_hundred_who_vote_at_once_are_all_counted_and_the_card_is_edited_every_five_seconds(
    wire, bot, rows, record_property
):
    poll = await pollroom.plan(wire, rows.url, MULTIPLE)
    storm = storm_of(wire, bot, rows, poll, VOTERS)
    await storm.start()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(storm.press(voter, storm.rng.randint(1, len(CARS))) for voter in storm.voters))
    took_s = loop.time() - began
    # Some change their mind, so that there is something to show again.
    await asyncio.gather(*(storm.press(voter, 1, 2) for voter in storm.voters[: VOTERS // 4]))

    votes, receipts = await storm.assert_kept()
    await until_shown(wire, storm.poll, votes, len(receipts))
    record_property(
        "figures",
        f"{VOTERS} voters at once over the network: {storm.count.acknowledged} votes acknowledged, "
        f"{storm.count.unanswered} without an answer, the first {VOTERS} in {took_s:.1f} s, "
        f"edits of the card: {len(edits_of(wire, storm.poll))}",
    )
    assert (storm.count.refused, storm.count.unanswered) == (0, 0)
    assert_seldom_edited(wire, storm.poll)
    assert not wire.exceeded
    assert "Traceback" not in bot.log


async def until_shown(wire, poll: Poll, votes: dict[int, int], ballots: int) -> None:
    """Wait until the card shows these counts."""
    async with asyncio.timeout(ARRIVES_S):
        while True:
            (card,) = wire.messages(poll.channel_id)
            said = said_in(card)
            if plural("vote.card.votes_so_far", "en", ballots) in said and counts_in(said) == by_label(votes):
                return
            await asyncio.sleep(LOOKS_EVERY_S)


def edits_of(wire, poll: Poll) -> list[float]:
    """Return when the card was edited, in seconds."""
    return [
        call.at for call in wire.calls if call.name == f"PATCH /channels/{poll.channel_id}/messages/{poll.message_id}"
    ]


def assert_seldom_edited(wire, poll: Poll) -> None:
    edits = edits_of(wire, poll)
    between = [later - earlier for earlier, later in itertools.pairwise(edits)]
    assert min(between) > (EDIT_EVERY - ON_THE_WAY).total_seconds(), between


async def test_buttons_that_were_posted_before_a_restart_work_after_it(wire, bot, rows):
    poll = await pollroom.plan(wire, rows.url, MULTIPLE)
    storm = storm_of(wire, bot, rows, poll, 2)
    first, second = storm.voters
    await storm.start()
    await storm.press(first, 1)
    assert await bot.stop() == 0
    await storm.start()

    await storm.press(first, 3)
    await storm.press(second, 2)
    assert storm.count.acknowledged == 3
    assert (await storm.assert_kept())[0] == {1: 1, 2: 1, 3: 1, 4: 0}
    (card,) = wire.lines(pollroom.CHANNEL)
    own = await wire.press(first.person, card, f"poll:{poll.id}:mine")
    assert all(CARS[number - 1] in own.text for number in (1, 3))


async def test_votes_made_before_the_deadline_that_arrive_after_it_are_counted(wire, bot, rows):
    poll = await pollroom.plan(wire, rows.url)
    storm = storm_of(wire, bot, rows, poll, 20)
    in_time, late = storm.voters[:10], storm.voters[10:]
    await storm.start()
    await bot.kill()
    closes_at = SystemClock().now() + timedelta(seconds=STARTS_WITHIN * storm.slowest_start_s)
    await pollroom.let_close(wire, rows, poll.id, closes_at)
    await storm.start()

    await SystemClock().sleep_until(closes_at - JUST_BEFORE)
    wire.keep_back()
    on_the_way = [(voter, 2, await storm.send(voter, 2)) for voter in in_time]
    assert all(tap.at < closes_at for _, _, tap in on_the_way)
    await SystemClock().sleep_until(closes_at)
    wire.deliver()
    await asyncio.gather(*(storm.hear(*sent) for sent in on_the_way))
    await asyncio.gather(*(storm.press(voter, 3) for voter in late))

    assert storm.count.acknowledged > 0
    assert storm.count.refused >= len(late)
    closed = await rows.until_poll(poll.id, is_shown_closed, ARRIVES_S)
    votes, receipts = await storm.assert_kept()
    assert votes[3] == 0
    assert_shown(wire, closed, votes, len(receipts))


@pytest.mark.soak
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_votes_that_race_with_a_moderator_who_closes_the_poll_are_counted_or_refused(wire, bot, rows):
    """The close is another process' transaction: votes are in the table before it, or are told that they are late."""
    poll = await pollroom.plan(wire, rows.url)
    storm = storm_of(wire, bot, rows, poll, 40)
    await storm.start()
    async with asyncio.TaskGroup() as group, pollroom.room(wire, rows.url) as beside:
        for voter in storm.voters:
            group.create_task(storm.vote_until_refused(voter))
        while storm.count.acknowledged < 2 * len(storm.voters):
            await asyncio.sleep(LOOKS_EVERY_S)
        await beside.polls.close(beside.moderator, poll.id)
        kept = await storm.kept()
    assert storm.count.refused >= len(storm.voters)
    assert await storm.kept() == kept  # nothing was written after the closing transaction
    votes, receipts = await storm.assert_kept()
    closed = await rows.until_poll(poll.id, is_shown_closed, ARRIVES_S)
    assert_shown(wire, closed, votes, len(receipts))
