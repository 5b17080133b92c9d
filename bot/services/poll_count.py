"""Counting a poll as it stands, and what of the count may be shown."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.poll.ballot import canonical, digest_of, profile_of, receipt_of
from bot.domain.poll.bracket import is_over, with_round_again
from bot.domain.poll.count import tally
from bot.domain.poll.knockout import close_round
from bot.domain.poll.poll import SHOWN_FROM_BALLOTS, Poll, PollState, may_leave_out
from bot.domain.poll.rules import ROUND_MIN, Seeding
from bot.domain.poll.tally import Tally
from bot.storage import ballot as ballots
from bot.storage.ballot import BallotCount
from bot.storage.store import Session


@dataclass(frozen=True, slots=True)
class ShownPoll:
    """A poll as it may be shown to everybody.

    `tally` is None while its result is hidden or held back (`Poll.holds_back`), or too few have voted. While it is held
    back, `count` does not say how many ballots are set aside: that would tell who has voted.
    """

    poll: Poll
    count: BallotCount
    tally: Tally | None
    language: str

    @property
    def has_quorum(self) -> bool:
        """Whether enough have voted for the result to be met."""
        quorum = self.poll.rules.quorum
        return quorum is None or self.count.counted >= quorum


async def counted(session: Session, poll: Poll) -> Tally:
    """Return the result of a poll as its ballots stand, whoever may see it."""
    cast = await ballots.counted_ballots(session, poll.id)
    return tally(poll, profile_of(poll.options, poll.rules.kind, cast))


async def shown(session: Session, poll: Poll, language: str) -> ShownPoll:
    """Return a poll as it may be shown."""
    count = await ballots.count_ballots(session, poll.id)
    if poll.holds_back:
        return ShownPoll(poll, BallotCount(count.counted + count.set_aside, 0), None, language)
    is_open = poll.state in {PollState.SCHEDULED, PollState.OPEN}
    is_told = not is_open or (not poll.rules.is_hidden and count.counted >= SHOWN_FROM_BALLOTS)
    return ShownPoll(poll, count, await counted(session, poll) if is_told else None, language)


async def settled(session: Session, poll: Poll) -> Poll:
    """Return a poll whose ballots are about to be counted for good without those that were set aside.

    Secret ones that are too few to be set aside without being told count after all (`may_leave_out`).
    """
    if not poll.holds_back:
        return poll
    count = await ballots.count_ballots(session, poll.id)
    if may_leave_out(set_aside=count.set_aside, counted=count.counted):
        return poll
    await ballots.set_aside(session, poll.id, ())
    return replace(poll, set_aside=())


async def closed(session: Session, poll: Poll, now: datetime) -> Poll:
    """Return a poll as it is once it is closed at `now`: a bracket is played to its end with the votes that it has."""
    if poll.bracket is not None:
        poll = await settled(session, poll)
    bracket = poll.bracket
    if bracket is not None:
        cast = await ballots.counted_ballots(session, poll.id)
        profile = profile_of(poll.options, poll.rules.kind, cast)
        while not is_over(bracket):
            bracket = close_round(replace(poll, bracket=bracket), profile, next_closes_at=now)
    return replace(poll, state=PollState.CLOSED, closed_at=now, bracket=bracket)


async def made_final(session: Session, poll: Poll) -> Poll:
    """Take the members from the ballots of a secret poll, and keep the digest of all receipts."""
    poll = await settled(session, poll)
    await ballots.forget_members(session, poll.id, keep_members=not poll.rules.is_secret)
    kept = await ballots.kept_ballots(session, poll.id)
    digest = digest_of(receipt_of(poll.id, ballot.nonce, canonical(ballot.marks)) for ballot in kept)
    # Who nominated an option has probably voted for it.
    options = tuple(replace(option, added_by=None) for option in poll.options) if poll.rules.is_secret else poll.options
    return replace(poll, state=PollState.FINAL, digest=digest, options=options)


def reopened(poll: Poll, closes_at: datetime | None, now: datetime) -> Poll:
    """Return a closed poll as it is open again; of a bracket the round is that was, for another round's length."""
    bracket = poll.bracket
    if bracket is not None and poll.closed_at is not None:
        until = closes_at or now + (poll.rules.round_length or ROUND_MIN)
        has_opening = poll.rules.seeding is Seeding.VOTE
        bracket = with_round_again(bracket, poll.closed_at, until, has_opening=has_opening)
    closes_at = None if bracket is not None else closes_at
    return replace(poll, state=PollState.OPEN, closed_at=None, closes_at=closes_at, bracket=bracket)
