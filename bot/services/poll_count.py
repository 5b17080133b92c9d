"""Counting a poll as it stands, and what of the count may be shown."""

from dataclasses import dataclass

from bot.domain.poll.ballot import profile_of
from bot.domain.poll.count import tally
from bot.domain.poll.poll import SHOWN_FROM_BALLOTS, Poll, PollState
from bot.domain.poll.tally import Tally
from bot.storage import ballot as ballots
from bot.storage.ballot import BallotCount
from bot.storage.store import Session


@dataclass(frozen=True, slots=True)
class ShownPoll:
    """A poll as it may be shown to everybody. `tally` is None while its result is hidden or too few have voted."""

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
    is_open = poll.state in {PollState.SCHEDULED, PollState.OPEN}
    is_told = not is_open or (not poll.rules.is_hidden and count.counted >= SHOWN_FROM_BALLOTS)
    return ShownPoll(poll, count, await counted(session, poll) if is_told else None, language)
