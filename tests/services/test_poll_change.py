"""A poll that is closed, reopened, lengthened, or counted without some: what becomes of it, and why it may not."""

from datetime import timedelta

import pytest

from bot.domain.poll.draft import PastError
from bot.domain.poll.poll import FINAL_AFTER, JoinWindow, PollFinalError, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.services.poll_change import NotClosedError, NotOpenError, WindowError
from bot.storage.ballot import BallotCount
from tests.services.polling import NIGHT, PollHouse, moderator, voter

BRACKET = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=1))


async def test_a_poll_is_closed_by_hand_reopened_and_closed_again(polls: PollHouse):
    poll = await polls.make(closes=None)
    with pytest.raises(NotClosedError):
        await polls.polls.reopen(moderator, poll.id)
    await polls.vote(poll, 1, (1, 1))
    await polls.polls.close(moderator, poll.id)
    with pytest.raises(NotOpenError):
        await polls.polls.close(moderator, poll.id)
    await polls.pass_time(FINAL_AFTER - timedelta(seconds=1))
    reopened = await polls.polls.reopen(moderator, poll.id, polls.now + timedelta(hours=1))
    await polls.vote(poll, 2, (1, 1))
    assert reopened.closes_at == polls.now + timedelta(hours=1)
    final = await polls.final(poll)
    assert final.state is PollState.FINAL
    with pytest.raises(PollFinalError):
        await polls.polls.reopen(moderator, poll.id)
    with pytest.raises(PollFinalError):
        await polls.polls.extend(moderator, poll.id, polls.now + NIGHT)
    assert (await polls.polls.shown(moderator, poll.id)).count.counted == 2


async def test_a_poll_is_lengthened_and_shortened_but_not_into_the_past(polls: PollHouse):
    poll = await polls.make()
    later = await polls.polls.extend(moderator, poll.id, polls.now + 3 * NIGHT)
    assert later.closes_at == polls.now + 3 * NIGHT
    with pytest.raises(PastError):
        await polls.polls.extend(moderator, poll.id, polls.now)
    await polls.pass_time(2 * NIGHT)
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.OPEN
    polls.house.clock.advance(NIGHT)  # its time is over, though nobody has written that yet
    with pytest.raises(NotOpenError):
        await polls.polls.extend(moderator, poll.id, polls.now + NIGHT)


async def test_a_bracket_that_has_not_begun_has_no_end_to_be_moved(polls: PollHouse):
    """An end of its own would keep votes out while its rounds go on."""
    poll = await polls.make(BRACKET, opens=NIGHT, closes=None)
    with pytest.raises(NotOpenError):
        await polls.polls.extend(moderator, poll.id, polls.now + 2 * NIGHT)
    assert (await polls.polls.get(moderator, poll.id)).closes_at is None


async def test_ballots_of_those_who_joined_in_a_window_are_set_aside_and_taken_back(polls: PollHouse):
    poll = await polls.make(PollRules(is_secret=False))
    for who in range(6):
        await polls.vote(poll, voter(who, days=90), (1, 1))
    for who in range(10, 17):
        await polls.vote(poll, voter(who, days=20), (2, 1))
    window = JoinWindow(polls.now - timedelta(days=21), polls.now - timedelta(days=19))
    done = await polls.polls.set_aside(moderator, poll.id, [window])
    assert done.count == BallotCount(counted=6, set_aside=7)
    await polls.vote(poll, voter(17, days=20), (2, 1))  # who votes later is set aside as well
    shown = await polls.polls.shown(moderator, poll.id)
    assert (shown.count.set_aside, shown.tally and shown.tally.winners) == (8, (1,))
    undone = await polls.polls.set_aside(moderator, poll.id, [])
    assert undone.count == BallotCount(counted=14, set_aside=0)
    with pytest.raises(WindowError):
        await polls.polls.set_aside(moderator, poll.id, [JoinWindow(polls.now, polls.now)])
