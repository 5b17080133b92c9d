"""Voting: what is acknowledged is on disk, each refused vote fails alone, and nobody has two ballots."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import GoneError
from bot.domain.poll.ballot import (
    BadMarkError,
    EmptyBallotError,
    OptionGoneError,
    TooFewChosenError,
    TooManyChosenError,
)
from bot.domain.poll.poll import PollClosedError, PollNotOpenError
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.domain.poll.vote import Act, NoBallotError, Vote
from bot.domain.poll.voter import AccountYoungError, JoinedLateError, RoleMissingError
from bot.services.ballot_box import BallotBox
from bot.services.poll_options import PollOptionService
from bot.storage import ballot as ballots
from tests.house import OTHER_GUILD
from tests.services.polling import NIGHT, PollHouse, moderator, voter

SOME = PollRules(PollKind.MULTIPLE, Method.PLURALITY, choices_min=1, choices_max=2)


async def counts(polls: PollHouse, poll_id: int) -> dict[int, int]:
    shown = await polls.polls.shown(moderator, poll_id)
    return {} if shown.tally is None else {line.number: line.count for line in shown.tally.lines if line.count}


async def test_a_second_vote_replaces_the_first(polls: PollHouse):
    poll = await polls.make()
    for who in range(5):
        await polls.vote(poll, who, (1, 1))
    assert await counts(polls, poll.id) == {1: 5}
    await polls.vote(poll, 0, (3, 1))
    assert await counts(polls, poll.id) == {1: 4, 3: 1}


async def test_a_vote_that_was_withdrawn_never_was(polls: PollHouse):
    poll = await polls.make()
    for who in range(6):
        await polls.vote(poll, who, (2, 1))
    await polls.votes.withdraw(voter(5), poll.id, polls.now)
    own = await polls.votes.own(voter(5), poll.id)
    assert (own.marks, own.receipt) == (None, None)
    assert await counts(polls, poll.id) == {2: 5}
    with pytest.raises(NoBallotError):
        await polls.votes.withdraw(voter(5), poll.id, polls.now)


async def test_the_receipt_that_was_given_is_the_one_that_is_kept(polls: PollHouse):
    poll = await polls.make()
    given = await polls.vote(poll, 1, (2, 1))
    own = await polls.votes.own(voter(1), poll.id)
    assert (own.marks, own.receipt) == (((2, 1),), given.value)
    again = await polls.vote(poll, 1, (2, 1))
    assert again.value != given.value  # a fresh nonce: two receipts of a member say nothing together


async def test_options_are_tapped_on_and_off(polls: PollHouse):
    poll = await polls.make(SOME)
    tap = polls.votes.tap
    assert (await tap(voter(1), poll.id, ((1, 1),), polls.now)).marks == ((1, 1),)
    assert (await tap(voter(1), poll.id, ((3, 1),), polls.now)).marks == ((1, 1), (3, 1))
    with pytest.raises(TooManyChosenError):
        await tap(voter(1), poll.id, ((4, 1),), polls.now)
    assert (await tap(voter(1), poll.id, ((1, 1),), polls.now)).marks == ((3, 1),)
    assert (await tap(voter(1), poll.id, ((3, 1),), polls.now)).marks is None
    assert (await polls.votes.own(voter(1), poll.id)).marks is None


@pytest.mark.parametrize(
    ("rules", "marks", "error"),
    [
        (PollRules(), (), EmptyBallotError),
        (PollRules(), ((9, 1),), OptionGoneError),
        (PollRules(), ((1, 2),), BadMarkError),
        (PollRules(), ((1, 1), (2, 1)), TooManyChosenError),
        (replace(SOME, choices_min=2), ((1, 1),), TooFewChosenError),
        (PollRules(PollKind.RANKED, Method.IRV), ((1, 1), (2, 3)), BadMarkError),
        (PollRules(PollKind.SCORE, Method.STAR), ((1, 6),), BadMarkError),
        (PollRules(PollKind.VERDICT, Method.WILSON, labels=("up", "down")), ((1, 0),), BadMarkError),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_ballot_that_says_what_was_not_asked_is_refused(polls: PollHouse, rules, marks, error):
    poll = await polls.make(rules)
    with pytest.raises(error):
        await polls.votes.vote(voter(1), poll.id, marks, polls.now)
    assert (await polls.votes.own(voter(1), poll.id)).marks is None


async def test_only_those_vote_who_may(polls: PollHouse):
    rules = PollRules(role_ids=frozenset({77, 78}), account_days_min=30, joined_before_open=True)
    poll = await polls.make(rules)
    member = voter(1, roles=[78])
    await polls.vote(poll, member, (1, 1))
    for refused, error in (
        (voter(2), RoleMissingError),
        (replace(member, user_id=3, created_at=polls.now - timedelta(days=30)), AccountYoungError),
        (replace(member, user_id=4, joined_at=polls.now + timedelta(seconds=1)), JoinedLateError),
        (replace(member, user_id=5, guild_id=OTHER_GUILD), GoneError),
    ):
        with pytest.raises(error):
            await polls.vote(poll, refused, (1, 1))

    async def count(session):
        return await ballots.count_ballots(session, poll.id)

    assert (await polls.house.store.read(count)).counted == 1


async def test_who_lost_the_role_may_take_their_vote_back_but_not_change_it(polls: PollHouse):
    poll = await polls.make(PollRules(role_ids=frozenset({77})))
    await polls.vote(poll, voter(1, roles=[77]), (1, 1))
    with pytest.raises(RoleMissingError):
        await polls.vote(poll, voter(1), (2, 1))
    assert (await polls.votes.own(voter(1), poll.id)).marks == ((1, 1),)
    await polls.votes.withdraw(voter(1), poll.id, polls.now)


async def test_a_vote_counts_by_when_it_was_cast_not_by_when_it_arrived(polls: PollHouse):
    poll = await polls.make()
    assert poll.closes_at is not None
    polls.house.clock.move_to(poll.closes_at + timedelta(seconds=1))  # on its way while the deadline passed
    await polls.votes.vote(voter(1), poll.id, ((1, 1),), poll.closes_at - timedelta(milliseconds=1))
    with pytest.raises(PollClosedError):
        await polls.votes.vote(voter(2), poll.id, ((1, 1),), poll.closes_at)
    await polls.pass_time(timedelta(minutes=1))
    with pytest.raises(PollClosedError):  # closed: too late, whenever it was cast
        await polls.votes.vote(voter(3), poll.id, ((1, 1),), poll.closes_at - timedelta(milliseconds=1))
    shown = await polls.polls.shown(moderator, poll.id)
    assert (shown.count.counted, shown.tally and shown.tally.winners) == (1, (1,))


async def test_nobody_votes_before_a_poll_opens(polls: PollHouse):
    poll = await polls.make(opens=timedelta(hours=1), closes=NIGHT)
    with pytest.raises(PollNotOpenError):
        await polls.vote(poll, 1, (1, 1))
    await polls.pass_time(timedelta(hours=1))
    await polls.vote(poll, 1, (1, 1))


async def test_a_vote_is_judged_by_the_options_of_just_now(polls: PollHouse):
    poll = await polls.make()
    await polls.vote(poll, 0, (2, 1))
    await PollOptionService(polls.polls).remove(moderator, poll.id, 2)
    with pytest.raises(OptionGoneError):
        await polls.vote(poll, 1, (2, 1))
    await polls.vote(poll, 1, (1, 1))


async def test_ballots_that_take_several_statements_are_all_written(polls: PollHouse, monkeypatch):
    monkeypatch.setattr(ballots, "ROWS_AT_ONCE", 3)
    poll = await polls.make()
    await asyncio.gather(*(polls.vote(poll, who, (1, 1)) for who in range(10)))
    await asyncio.gather(*(polls.vote(poll, who, (2, 1)) for who in range(7)))
    assert await counts(polls, poll.id) == {1: 3, 2: 7}


async def test_of_votes_that_come_together_each_is_judged_alone(polls: PollHouse):
    poll = await polls.make()
    wishes = [(who, ((1 + who % 4, 1),) if who % 5 else ((99, 1),)) for who in range(200)]
    results = await asyncio.gather(
        *(polls.votes.vote(voter(who), poll.id, marks, polls.now) for who, marks in wishes), return_exceptions=True
    )
    refused = [who for (who, _), result in zip(wishes, results, strict=True) if isinstance(result, OptionGoneError)]
    assert refused == list(range(0, 200, 5))
    assert await counts(polls, poll.id) == {1: 40, 2: 40, 3: 40, 4: 40}


async def test_of_a_members_votes_that_come_together_the_last_one_stands(polls: PollHouse):
    poll = await polls.make()
    marks = [((number, 1),) for number in (1, 2, 3, 4)]
    given = await asyncio.gather(*(polls.votes.vote(voter(1), poll.id, one, polls.now) for one in marks))
    own = await polls.votes.own(voter(1), poll.id)
    assert (own.marks, own.receipt) == (((4, 1),), given[-1].value)


async def test_taps_that_come_together_all_count(polls: PollHouse):
    poll = await polls.make(replace(SOME, choices_max=4))
    await asyncio.gather(*(polls.votes.tap(voter(1), poll.id, ((number, 1),), polls.now) for number in (1, 2, 3)))
    assert (await polls.votes.own(voter(1), poll.id)).marks == ((1, 1), (2, 1), (3, 1))


async def test_a_voter_who_is_cancelled_takes_no_other_vote_along(polls: PollHouse):
    poll = await polls.make()
    votes = [asyncio.ensure_future(polls.vote(poll, who, (1, 1))) for who in range(40)]
    for turn in (0, 1, 2, 3, 5, 8):
        await asyncio.sleep(0)
        votes[turn * 4].cancel()
    done = await asyncio.gather(*votes, return_exceptions=True)
    acknowledged = [who for who, result in enumerate(done) if not isinstance(result, BaseException)]
    assert len(acknowledged) >= 30
    for who in acknowledged:
        assert (await polls.votes.own(voter(who), poll.id)).marks == ((1, 1),)
    await polls.vote(poll, 99, (2, 1))  # and the box goes on


async def test_a_batch_that_cannot_be_written_is_told_to_each_and_the_next_goes_on(polls: PollHouse):
    poll = await polls.make()

    class FullError(Exception):
        pass

    class Failing:
        failures = 1

        async def write(self, use_case):
            if self.failures:
                self.failures -= 1
                raise FullError
            return await polls.house.store.write(use_case)

    box = BallotBox(Failing())  # type: ignore[arg-type]
    wanted = [Vote(poll.id, voter(who), Act.REPLACE, ((1, 1),), polls.now) for who in range(3)]
    results = await asyncio.gather(*(box.cast(vote) for vote in wanted), return_exceptions=True)
    assert [type(result) for result in results] == [FullError] * 3
    assert (await box.cast(wanted[0])).marks == ((1, 1),)
