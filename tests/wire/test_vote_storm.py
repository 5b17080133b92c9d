"""Invariant 1: an acknowledged vote is on disk, whatever is killed when, and a poll closes once.

Members press the buttons of a poll as fast as the wire carries it; the bot is killed in the middle, started again, and
killed again, until the poll's time is over. Then each member's ballot has to be what they were told last.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain.poll.ballot import digest_of
from bot.domain.poll.poll import FINAL_AFTER, POLL, Poll, PollState
from bot.domain.poll.rules import PollRules
from tests.postgres import on_both_engines
from tests.wire import pollroom
from tests.wire.pollroom import MULTIPLE, SINGLE
from tests.wire.pollshow import assert_shown, is_shown_closed
from tests.wire.storm import ARRIVES_S, MEMBERS, Count, Storm, Strike, Voter, rows_of

ROUNDS = 20  # on each engine
# A round's votes before each kill, so long; and after the last one until the deadline.
STORMS_S = (0.3, 1.5)
LAST_STORM_S = 1.5
# How often a start may take longer than those before it, so that the bot is there when the poll closes.
START_MARGIN = 1.5
# From before the deadline until after the closing transaction, which comes three seconds later.
AROUND_CLOSE_S = (-0.5, 4.0)


class Round:
    """One poll, from its first vote until its result is final."""

    def __init__(self, wire, bot, rows, number: int, strikes: Sequence[Strike]) -> None:
        self.wire, self.bot, self.rows = wire, bot, rows
        self.rng = random.Random(number)
        self.strikes = strikes
        self.kills_at_the_close = number % 2 == 1
        self.rules: PollRules = MULTIPLE if number % 3 else SINGLE
        self.count = Count()

    async def survive(self) -> None:
        """Let the storm pass over the poll, and compare what is kept with what was told."""
        poll = await pollroom.plan(self.wire, self.rows.url, self.rules)
        voters = [Voter(person) for person in self.wire.add_members(MEMBERS)]
        storm = Storm(self.wire, self.bot, self.rows, poll, self.rng, voters, self.count)
        await storm.start()
        async with asyncio.TaskGroup() as group:
            for voter in voters:
                group.create_task(storm.vote_until_refused(voter))
            await self._strike(storm)
        closed = await self.rows.until_poll(poll.id, is_shown_closed, ARRIVES_S)
        votes, receipts = await storm.assert_kept()
        await self._assert_late_vote_refused(storm)
        assert await storm.assert_kept() == (votes, receipts)
        assert_shown(self.wire, closed, votes, len(receipts))
        await self._assert_final_once(closed, receipts, votes)
        assert not self.wire.exceeded
        assert "Traceback" not in self.bot.log

    async def _strike(self, storm: Storm) -> None:
        for place, strike in enumerate(self.strikes, 1):
            await asyncio.sleep(self.rng.uniform(*STORMS_S))
            await storm.kill(strike)
            if place == len(self.strikes):
                until = timedelta(seconds=START_MARGIN * storm.slowest_start_s + LAST_STORM_S)
                await pollroom.let_close(self.wire, self.rows, storm.poll.id, SystemClock().now() + until)
            await storm.start()
        if self.kills_at_the_close:
            assert storm.poll.closes_at is not None
            moment = timedelta(seconds=self.rng.uniform(*AROUND_CLOSE_S))
            await SystemClock().sleep_until(storm.poll.closes_at + moment)
            await storm.kill(Strike.ANYWHERE)
            await storm.start()

    async def _assert_late_vote_refused(self, storm: Storm) -> None:
        refused = self.count.refused
        await storm.press(storm.voters[0], 1)
        assert self.count.refused == refused + 1

    async def _assert_final_once(self, closed: Poll, receipts: set[str], votes: dict[int, int]) -> None:
        """Let the ten minutes be over, and see that there is one result, of these ballots and no others."""
        assert await self.bot.stop() == 0
        await pollroom.pass_reopening(self.rows, closed.id, SystemClock().now())
        await self.bot.start()
        await self.rows.finished(closed.id, ARRIVES_S, POLL)
        final = await self.rows.poll(closed.id)
        assert final.state is PollState.FINAL
        assert closed.closed_at is not None
        assert final.closed_at == closed.closed_at - FINAL_AFTER  # it was closed once
        assert final.digest == digest_of(receipts)
        kept = await self.rows.read(lambda session: rows_of(session, closed.id))
        assert sorted(receipt for _, _, receipt in kept) == sorted(receipts)
        assert {user_id for user_id, _, _ in kept} <= {None}
        assert_shown(self.wire, final, votes, len(receipts))
        # Killed before it says so, it does not say so; it never says so twice.
        assert self.bot.log.count(" poll closed ") <= 1
        assert self.bot.log.count(" poll final ") == 1


async def survive(wire, bot, rows, record_property, number: int, strikes: Sequence[Strike]) -> None:
    """Do one round and note its figures, whatever comes of it."""
    played = Round(wire, bot, rows, number, strikes)
    try:
        await played.survive()
    finally:
        count = played.count
        record_property("storm", (rows.engine, 1, bot.kills, count.acknowledged, count.refused, count.unanswered))


async def test_a_killed_bot_loses_no_vote_that_it_acknowledged(wire, bot, rows, record_property):
    await survive(wire, bot, rows, record_property, 0, [Strike.WRITING])


@pytest.mark.soak
@on_both_engines
@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
async def test_a_bot_killed_over_and_over_loses_no_vote_that_it_acknowledged(number, wire, bot, rows, record_property):
    strikes = [*Strike]
    random.Random(number).shuffle(strikes)
    await survive(wire, bot, rows, record_property, number, strikes)
