"""Voting: what a member does with their own ballot."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.actor import Actor
from bot.domain.errors import GoneError
from bot.domain.poll.ballot import Marks, canonical, receipt_of
from bot.domain.poll.poll import Poll
from bot.domain.poll.vote import Act, Vote
from bot.services.ballot_box import BallotBox, Receipt
from bot.storage import ballot as ballots
from bot.storage import poll as table
from bot.storage.store import Session, Store


@dataclass(frozen=True, slots=True)
class OwnBallot:
    """A poll, and what the member who asks has voted in it; `marks` and `receipt` are None without a ballot.

    Once a secret poll is final nobody, the bot included, can say whose ballot is whose: `marks` is None then as well.
    """

    poll: Poll
    marks: Marks | None = field(repr=False)
    nonce: str | None = field(repr=False)
    receipt: str | None = field(repr=False)


class VoteService:
    """What members do with their ballots."""

    def __init__(self, store: Store, box: BallotBox) -> None:
        self._store = store
        self._box = box

    async def vote(self, actor: Actor, poll_id: int, marks: Marks, at: datetime) -> Receipt:
        """Give a member this ballot, whatever they had before; it is on disk when this returns.

        Args:
            actor: whose.
            poll_id: where.
            marks: the whole ballot; in a bracket taps are cast instead.
            at: when the interaction was made, by its snowflake.

        Raises:
            PaddockError: see `bot.domain.poll.vote.judge`.
        """
        return await self._box.cast(Vote(poll_id, actor, Act.REPLACE, marks, at))

    async def choose(self, actor: Actor, poll_id: int, number: int, at: datetime) -> Receipt:
        """Choose one option, as a card's button does; where several may be chosen, this one goes on or off.

        Raises:
            PaddockError: see `bot.domain.poll.vote.judge`; OptionGoneError too where no card offers options.
        """
        return await self._box.cast(Vote(poll_id, actor, Act.CHOOSE, ((number, 1),), at))

    async def tap(self, actor: Actor, poll_id: int, marks: Marks, at: datetime) -> Receipt:
        """Turn options of a ballot on and off, or say who goes on in a bracket's matches; the rest of it stays.

        Raises:
            PaddockError: see `bot.domain.poll.vote.judge`.
        """
        return await self._box.cast(Vote(poll_id, actor, Act.TAP, marks, at))

    async def withdraw(self, actor: Actor, poll_id: int, at: datetime) -> Receipt:
        """Take a member's ballot back, as if they had never voted.

        Raises:
            PaddockError: see `bot.domain.poll.vote.judge`.
        """
        return await self._box.cast(Vote(poll_id, actor, Act.WITHDRAW, (), at))

    async def own(self, actor: Actor, poll_id: int) -> OwnBallot:
        """Return a poll with the ballot of who asks, and its receipt.

        Raises:
            GoneError: if there is no such poll in the member's guild.
        """

        async def read(session: Session) -> OwnBallot:
            poll = await table.poll_by_id(session, poll_id)
            if poll is None or poll.guild_id != actor.guild_id:
                raise GoneError
            found = await ballots.ballots_of_members(session, poll_id, [actor.user_id])
            marks, nonce = found.get(actor.user_id, (None, None))
            receipt = None if marks is None or nonce is None else receipt_of(poll_id, nonce, canonical(marks))
            return OwnBallot(poll, marks, nonce, receipt)

        return await self._store.read(read)
