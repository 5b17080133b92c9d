"""The ballot box: votes that come together are judged with one read of state and written with one upsert.

Whoever comes while nothing is being written writes at once, with everything that has queued by then; so a single vote
waits for nobody, and a storm is as many transactions as the disk takes, not as many as there are voters. Nobody is told
before the commit.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from bot.domain.actor import Actor
from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import NONCE_BYTES, Marks, canonical, receipt_of
from bot.domain.poll.poll import Poll
from bot.domain.poll.vote import Vote, judge
from bot.storage import ballot as table
from bot.storage import poll as polls
from bot.storage.ballot import CastBallot
from bot.storage.poll import SeenPoll
from bot.storage.store import Session, Store

# What a transaction takes at most, so that the first of a storm does not wait for all of it: about 50 ms.
BATCH_MAX = 1_000
SEEN_MAX = 100  # so many polls are remembered as they were last read
_NONCE_CHARS = 2 * NONCE_BYTES  # in hex


class Receipt(NamedTuple):
    """What a voter is told after the commit. `marks` is None where the ballot was withdrawn."""

    poll: Poll
    marks: Marks | None
    nonce: str

    @property
    def value(self) -> str:
        """The receipt itself (see `bot.domain.poll.ballot.receipt_of`)."""
        return receipt_of(self.poll.id, self.nonce, canonical(self.marks or ()))


# A vote in the queue, and what its voter waits for: the outcome, or None where it is their turn to write.
_Entry: TypeAlias = tuple[Vote, asyncio.Future[Receipt | None]]


class BallotBox:
    """Takes votes.

    Args:
        store: where they are kept.
        batch_max: so many are written in one transaction at most.
    """

    def __init__(self, store: Store, *, batch_max: int = BATCH_MAX) -> None:
        self._store = store
        self._batch_max = batch_max
        self._waiting: deque[_Entry] = deque()
        self._is_writing = False
        self._seen: dict[int, SeenPoll] = {}

    async def cast(self, vote: Vote) -> Receipt:
        """Have a vote written, and return once it is on disk.

        Raises:
            PaddockError: what `judge` says of this vote; or StorageUnavailableError, StorageFullError.
        """
        turn: asyncio.Future[Receipt | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((vote, turn))
        if self._is_writing:
            try:
                outcome = await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled() and turn.exception() is None and turn.result() is None:
                    self._waiting.remove((vote, turn))
                    self._hand_over()  # it was to write for the others
                raise
            if outcome is not None:
                return outcome
        outcome = await self._write_next()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def _write_next(self) -> Receipt | BaseException:
        """Write what has queued, hand the pen to the next who waits, and return what came of the caller's own vote."""
        self._is_writing = True
        batch: list[_Entry] = []
        try:
            await asyncio.sleep(0)  # whoever was told just now and votes again at once comes along
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._batch_max))]
            outcomes = await self._store.write(lambda session: _written(session, batch, self._seen))
        except asyncio.CancelledError:
            # Of the one who wrote. Whether it was committed nobody knows; the others' ballots may be written again.
            batch = batch or [self._waiting.popleft()]
            self._waiting.extendleft(reversed(batch[1:]))
            raise
        except Exception as error:  # noqa: BLE001  # each voter is told of it, the one who wrote among them
            outcomes = [error] * len(batch)
        finally:
            self._hand_over()
        _tell(batch, outcomes)
        return outcomes[0]

    def _hand_over(self) -> None:
        while self._waiting and self._waiting[0][1].cancelled():
            self._waiting.popleft()
        self._is_writing = bool(self._waiting)
        if self._waiting:
            self._waiting[0][1].set_result(None)


def _tell(batch: Sequence[_Entry], outcomes: Sequence[Receipt | BaseException]) -> None:
    """Tell voters, but for the first, who wrote, and those who have gone, what came of their votes."""
    for (_, turn), outcome in zip(batch[1:], outcomes[1:], strict=True):
        if turn.done():
            continue
        if isinstance(outcome, BaseException):
            turn.set_exception(outcome)
        else:
            turn.set_result(outcome)


async def _written(
    session: Session, batch: Sequence[_Entry], seen: dict[int, SeenPoll]
) -> list[Receipt | BaseException]:
    """Judge votes one after the other, write what came of them, and return what each voter is told."""
    if len(seen) > SEEN_MAX:
        seen.clear()
    found = await polls.polls_to_vote(session, sorted({vote.poll_id for vote, _ in batch}), seen)
    ballots = await _ballots_before(session, batch)
    outcomes: list[Receipt | BaseException] = []
    written: dict[tuple[int, int], CastBallot | None] = {}
    nonces = secrets.token_hex(NONCE_BYTES * len(batch))
    for place, (vote, _) in enumerate(batch):
        poll, voter = found.get(vote.poll_id), vote.voter
        key = vote.poll_id, voter.user_id
        try:
            marks = judge(poll, vote, ballots.get(key))
        except PaddockError as error:
            outcomes.append(error)
            continue
        assert poll is not None  # noqa: S101  # said for the type checker: `judge` refuses a poll that there is not
        ballots[key] = marks
        nonce = nonces[place * _NONCE_CHARS : (place + 1) * _NONCE_CHARS]
        written[key] = None if marks is None else _cast_ballot(poll, voter, canonical(marks), nonce)
        outcomes.append(Receipt(poll, marks, nonce))
    await table.withdraw_ballots(session, [key for key, ballot in written.items() if ballot is None])
    await table.cast_ballots(session, [ballot for ballot in written.values() if ballot is not None])
    return outcomes


def _cast_ballot(poll: Poll, voter: Actor, kept: str, nonce: str) -> CastBallot:
    joined_at = voter.joined_at
    is_set_aside = bool(poll.set_aside) and any(window.holds(joined_at) for window in poll.set_aside)
    joined_s = None if joined_at is None else int(joined_at.timestamp())
    return poll.id, voter.user_id, kept, nonce, joined_s, is_set_aside


async def _ballots_before(session: Session, batch: Sequence[_Entry]) -> dict[tuple[int, int], Marks | None]:
    """Return the ballots of those whose vote depends on what they voted before."""
    asked: dict[int, list[int]] = {}
    for vote, _ in batch:
        if vote.needs_ballot:
            asked.setdefault(vote.poll_id, []).append(vote.voter.user_id)
    before: dict[tuple[int, int], Marks | None] = {}
    for poll_id, user_ids in asked.items():
        for user_id, (marks, _) in (await table.ballots_of_members(session, poll_id, user_ids)).items():
            before[poll_id, user_id] = marks
    return before
