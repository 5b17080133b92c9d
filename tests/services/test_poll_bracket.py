"""A bracket in its own time: rounds end by themselves, each once, and a member's taps are kept round by round."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.poll.ballot import BadMarkError
from bot.domain.poll.bracket import is_opening_vote, open_matches
from bot.domain.poll.poll import CLOSE_GRACE, JoinWindow, PollState, PollStep
from bot.domain.poll.record import verify
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding, TieRule
from bot.services.poll_change import RoundCountedError
from tests.services.polling import PollHouse, moderator, voter

HOUR = timedelta(hours=1)
RULES = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=HOUR, tie_rule=TieRule.LOT)
FIVE = ("Cosmo", "S800", "2000GT", "Fairlady", "117 Coupé")


async def bracket(polls: PollHouse, rules: PollRules = RULES, labels=FIVE):
    return await polls.make(rules, labels=labels, closes=None)


async def tap(polls: PollHouse, poll_id: int, who: int, *marks: tuple[int, int]):
    return await polls.votes.tap(voter(who), poll_id, tuple(sorted(marks)), polls.now)


async def test_rounds_end_by_themselves_until_one_is_left(polls: PollHouse):
    poll = await bracket(polls)
    rounds = 0
    while poll.state is PollState.OPEN:
        assert poll.bracket is not None
        for match in open_matches(poll.bracket):
            for who in range(3):
                await tap(polls, poll.id, who, (match.number, match.entries[-1]))
        rounds += 1
        await polls.pass_time(HOUR + CLOSE_GRACE)
        poll = await polls.polls.get(moderator, poll.id)
    assert rounds == 3
    shown = await polls.polls.shown(moderator, poll.id)
    assert shown.tally is not None
    assert len(shown.tally.winners) == 1
    assert polls.desk.steps.count(PollStep.SHOW) == 4  # the links, two new rounds and the end
    final = await polls.final(poll)
    told = verify(await polls.polls.export(moderator, poll.id), expect=final.digest)
    assert told.tally.winners == shown.tally.winners


async def test_what_was_tapped_in_an_earlier_round_stays_and_cannot_be_tapped_again(polls: PollHouse):
    poll = await bracket(polls, labels=FIVE[:4])
    assert poll.bracket is not None
    first, second = open_matches(poll.bracket)
    await tap(polls, poll.id, 1, (first.number, first.first))
    await tap(polls, poll.id, 1, (second.number, second.first))
    assert (await polls.votes.own(voter(1), poll.id)).marks == (
        (first.number, first.first),
        (second.number, second.first),
    )
    await polls.pass_time(HOUR + CLOSE_GRACE)
    poll = await polls.polls.get(moderator, poll.id)
    assert poll.bracket is not None
    (final,) = open_matches(poll.bracket)
    assert set(final.entries) == {first.first, second.first}
    with pytest.raises(Exception, match=r"poll\.error"):
        await tap(polls, poll.id, 1, (first.number, first.entries[1]))
    await tap(polls, poll.id, 1, (final.number, final.first))
    assert len((await polls.votes.own(voter(1), poll.id)).marks or ()) == 3


async def test_a_whole_ballot_would_wipe_out_earlier_rounds_and_is_refused(polls: PollHouse):
    poll = await bracket(polls)
    with pytest.raises(BadMarkError):
        await polls.vote(poll, 1, (1, 1))


async def test_rounds_that_the_bot_slept_through_are_played_when_it_is_back(polls: PollHouse):
    poll = await bracket(polls)
    await polls.pass_time(timedelta(days=2))
    back = await polls.polls.get(moderator, poll.id)
    assert back.bracket is not None
    assert (back.state, len(back.bracket.rounds)) == (PollState.OPEN, 2)  # the next one is open for its whole length
    assert back.ends_at == polls.now + HOUR


async def test_an_opening_vote_seeds_the_bracket(polls: PollHouse):
    poll = await bracket(polls, PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=HOUR, seeding=Seeding.VOTE))
    assert poll.bracket is not None
    assert is_opening_vote(poll.bracket)
    for who in range(4):
        await tap(polls, poll.id, who, (1003, 1), *(((1005, 1),) if who else ()))
    await polls.pass_time(HOUR + CLOSE_GRACE)
    seeded = await polls.polls.get(moderator, poll.id)
    assert seeded.bracket is not None
    assert seeded.bracket.order[:2] == (3, 5)


async def test_a_bracket_that_is_closed_by_hand_is_played_to_its_end_and_reopened_in_the_round_that_was_open(
    polls: PollHouse,
):
    poll = await bracket(polls, labels=FIVE[:4])
    await tap(polls, poll.id, 1, (1, 4))
    closed = await polls.polls.close(moderator, poll.id)
    assert closed.bracket is not None
    assert closed.bracket.final is not None
    assert closed.bracket.final.winner is not None
    again = await polls.polls.reopen(moderator, poll.id)
    assert again.ends_at == polls.now + HOUR
    assert again.bracket is not None
    assert len(again.bracket.rounds) == 1
    assert [match.number for match in open_matches(again.bracket)] == [1, 2]
    await polls.pass_time(HOUR + CLOSE_GRACE)
    (final,) = open_matches((await polls.polls.get(moderator, poll.id)).bracket or again.bracket)
    assert 4 in final.entries  # what was voted before the close counts
    await tap(polls, poll.id, 1, (final.number, 4))
    await polls.pass_time(HOUR + CLOSE_GRACE)
    shown = await polls.polls.shown(moderator, poll.id)
    assert (shown.poll.state, shown.tally and shown.tally.winners) == (PollState.CLOSED, (4,))


async def test_a_bracket_that_ended_by_itself_is_reopened_in_its_final(polls: PollHouse):
    poll = await bracket(polls, labels=FIVE[:4])
    await polls.pass_time(HOUR + CLOSE_GRACE)
    await polls.pass_time(HOUR + CLOSE_GRACE)
    again = await polls.polls.reopen(moderator, poll.id)
    assert again.bracket is not None
    assert len(again.bracket.rounds) == 2
    (final,) = open_matches(again.bracket)
    await tap(polls, poll.id, 1, (final.number, final.entries[1]))
    await polls.pass_time(HOUR + CLOSE_GRACE)
    shown = await polls.polls.shown(moderator, poll.id)
    assert (shown.poll.state, shown.tally and shown.tally.winners) == (PollState.CLOSED, (final.entries[1],))


async def test_a_bracket_that_is_closed_in_its_opening_vote_is_reopened_in_it(polls: PollHouse):
    poll = await bracket(polls, replace(RULES, seeding=Seeding.VOTE))
    await tap(polls, poll.id, 1, (1003, 1))
    await polls.polls.close(moderator, poll.id)
    again = await polls.polls.reopen(moderator, poll.id)
    assert again.bracket is not None
    assert is_opening_vote(again.bracket)
    await polls.pass_time(HOUR + CLOSE_GRACE)
    seeded = await polls.polls.get(moderator, poll.id)
    assert seeded.bracket is not None
    assert seeded.bracket.order[0] == 3


async def test_a_round_is_lengthened(polls: PollHouse):
    poll = await bracket(polls)
    await polls.polls.extend(moderator, poll.id, polls.now + 3 * HOUR)
    await polls.pass_time(2 * HOUR)
    waiting = await polls.polls.get(moderator, poll.id)
    assert waiting.bracket is not None
    assert len(waiting.bracket.rounds) == 1


async def test_ballots_of_a_round_that_was_counted_are_not_set_aside(polls: PollHouse):
    poll = await bracket(polls)
    window = JoinWindow(polls.now - timedelta(days=100), polls.now)
    await polls.polls.set_aside(moderator, poll.id, [window])
    await polls.polls.set_aside(moderator, poll.id, [])
    await polls.pass_time(HOUR + CLOSE_GRACE)
    with pytest.raises(RoundCountedError):
        await polls.polls.set_aside(moderator, poll.id, [window])
