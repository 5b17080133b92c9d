"""Setting ballots aside without telling, by what changes, what any member voted."""

from datetime import timedelta

import pytest

from bot.domain.poll.poll import CLOSE_GRACE, JoinWindow, Poll, PollState
from bot.domain.poll.record import verify
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding, TieRule
from bot.services.poll_change import RoundCountedError
from tests.house import manager
from tests.services.polling import PollHouse, moderator, voter

OLD, RAID = 90, 20  # days since they joined
HOUR = timedelta(hours=1)


def window_of(polls: PollHouse, days: int) -> JoinWindow:
    return JoinWindow(polls.now - timedelta(days=days, hours=1), polls.now - timedelta(days=days, hours=-1))


async def voted(polls: PollHouse, poll: Poll, *, members: int, raiders: int) -> None:
    """Let members vote for the first option, and raiders for the second."""
    for who in range(members):
        await polls.vote(poll, voter(who, days=OLD), (1, 1))
    for who in range(100, 100 + raiders):
        await polls.vote(poll, voter(who, days=RAID), (2, 1))


async def final_counts(polls: PollHouse, poll: Poll) -> tuple[int, int]:
    final = await polls.final(poll)
    shown = await polls.polls.shown(moderator, poll.id)
    record = await polls.polls.export(moderator, poll.id)
    told = verify(record, expect=final.digest)
    assert shown.tally is not None
    assert told.tally.winners == shown.tally.winners
    assert sum(ballot.is_set_aside for ballot in record.ballots) == shown.count.set_aside
    return shown.count.counted, shown.count.set_aside


async def test_no_count_is_shown_with_a_members_secret_ballot_and_then_without_it(polls: PollHouse):
    poll = await polls.make()
    await voted(polls, poll, members=6, raiders=1)
    everybody = await polls.polls.shown(moderator, poll.id)
    assert everybody.tally is not None

    done = await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])

    assert done.count is None
    for state in (PollState.OPEN, PollState.CLOSED):
        shown = await polls.polls.shown(moderator, poll.id)
        assert (shown.poll.state, shown.tally) == (state, None)
        assert shown.count == everybody.count  # nor whether anybody in the window has voted
        if state is PollState.OPEN:
            await polls.polls.close(moderator, poll.id)
    assert polls.desk.shown[-1].shown.tally is None

    undone = await polls.polls.set_aside(moderator, poll.id, [])
    assert undone.count == everybody.count
    assert (await polls.polls.shown(moderator, poll.id)).tally == everybody.tally


async def test_nobody_reads_in_trail_or_log_how_many_in_a_window_have_voted(polls: PollHouse, caplog):
    poll = await polls.make()
    await voted(polls, poll, members=6, raiders=1)
    with caplog.at_level("INFO"):
        await polls.polls.set_aside(moderator, poll.id, [window_of(polls, 300)])
        nobody = caplog.messages[-1]
        await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])
    assert caplog.messages[-1] == nobody
    one, other = (await polls.house.guilds.audit(manager()))[:2]
    assert one.params == other.params


@pytest.mark.parametrize(
    ("members", "raiders", "counted"),
    [
        (6, 5, (6, 5)),
        (5, 5, (5, 5)),
        (0, 5, (0, 5)),  # all of them: there is nobody whose ballot would be left
        (6, 4, (10, 0)),  # what four say would stand in the record
        (4, 9, (13, 0)),  # and so would what the four others say
        (1, 9, (10, 0)),
    ],
)
async def test_secret_ballots_are_left_out_if_neither_they_nor_the_others_are_few(
    polls: PollHouse, members, raiders, counted
):
    poll = await polls.make()
    await voted(polls, poll, members=members, raiders=raiders)
    await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])
    assert await final_counts(polls, poll) == counted


async def test_of_public_ballots_any_number_is_set_aside_at_once(polls: PollHouse):
    poll = await polls.make(PollRules(is_secret=False))
    await voted(polls, poll, members=6, raiders=1)
    done = await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])
    assert done.count is not None
    assert (done.count.counted, done.count.set_aside) == (6, 1)
    assert (await polls.polls.shown(moderator, poll.id)).tally is not None
    assert await final_counts(polls, poll) == (6, 1)


async def test_a_window_is_the_same_for_who_voted_before_and_who_votes_after(polls: PollHouse):
    """It is kept to the second when somebody joined; a window such as "2h ago" begins anywhere within one."""
    poll = await polls.make(PollRules(is_secret=False))
    joined = voter(1, days=RAID).joined_at
    assert joined is not None
    half = timedelta(milliseconds=500)
    await polls.vote(poll, voter(1, days=RAID), (1, 1))
    done = await polls.polls.set_aside(moderator, poll.id, [JoinWindow(joined + half, joined + HOUR)] * 2)
    assert len(done.poll.set_aside) == 1
    await polls.vote(poll, voter(2, days=RAID), (1, 1))
    count = (await polls.polls.shown(moderator, poll.id)).count
    assert (count.counted, count.set_aside) == (0, 2)


def bracket_rules(seeding: Seeding) -> PollRules:
    return PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=HOUR, tie_rule=TieRule.LOT, seeding=seeding)


async def test_after_an_opening_vote_the_entries_meet_as_they_were_drawn(polls: PollHouse):
    poll = await polls.make(bracket_rules(Seeding.VOTE), closes=None)
    for who in range(5):
        await polls.votes.tap(voter(who, days=RAID), poll.id, ((1_000 + 4, 1),), polls.now)
    await polls.pass_time(HOUR + CLOSE_GRACE)
    with pytest.raises(RoundCountedError):
        await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])


@pytest.mark.parametrize(("raiders", "counted"), [(5, (6, 6)), (4, (11, 0))])
async def test_who_is_set_aside_from_a_bracket_is_settled_when_its_first_round_is_counted(
    polls: PollHouse, raiders, counted
):
    poll = await polls.make(bracket_rules(Seeding.ORDER), closes=None)
    await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])
    for who in range(6):
        await polls.votes.tap(voter(who, days=OLD), poll.id, ((1, 1),), polls.now)
    for who in range(100, 100 + raiders):
        await polls.votes.tap(voter(who, days=RAID), poll.id, ((1, 4),), polls.now)
    assert (await polls.polls.shown(moderator, poll.id)).tally is None
    await polls.pass_time(HOUR + CLOSE_GRACE)
    shown = await polls.polls.shown(moderator, poll.id)
    assert shown.poll.bracket is not None
    assert shown.poll.bracket.rounds[0].matches[0].second_n == (0 if counted[1] else raiders)
    (match,) = shown.poll.bracket.rounds[-1].matches
    await polls.votes.tap(voter(200, days=RAID), poll.id, ((match.number, match.first),), polls.now)
    assert await final_counts(polls, poll) == counted


@pytest.mark.parametrize(("raiders", "counted"), [(5, (6, 5)), (4, (10, 0))])
async def test_it_is_settled_as_well_when_a_bracket_is_closed_in_its_first_round(polls: PollHouse, raiders, counted):
    poll = await polls.make(bracket_rules(Seeding.ORDER), closes=None)
    await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])
    for who in range(6):
        await polls.votes.tap(voter(who, days=OLD), poll.id, ((1, 1),), polls.now)
    for who in range(100, 100 + raiders):
        await polls.votes.tap(voter(who, days=RAID), poll.id, ((1, 4),), polls.now)
    await polls.polls.close(moderator, poll.id)
    assert (await polls.polls.shown(moderator, poll.id)).tally is not None
    assert await final_counts(polls, poll) == counted
