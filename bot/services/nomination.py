"""Write-ins: what members nominate, and the vote that goes with it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from bot.clock import Clock
from bot.domain.actor import Actor
from bot.domain.errors import GoneError, PaddockError
from bot.domain.poll import nomination as rules
from bot.domain.poll.nomination import Doubtful, NoSuchOptionError, Same
from bot.domain.poll.poll import POLL, Option, Poll, standing_for
from bot.domain.poll.rules import PollKind
from bot.domain.poll.vote import NativeVoteError
from bot.domain.poll.voter import check_voter
from bot.services.ballot_box import Receipt
from bot.services.due_work import DueWorkService
from bot.services.vote import VoteService
from bot.storage import poll as table
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)

# Asked of each nomination before it is taken: raises a PaddockError to refuse it. Moderation rules hang in here.
NominationCheck: TypeAlias = Callable[[Actor, Poll, str], Awaitable[None]]

# Where naming something is voting for it. Where options are put in order, scored or judged, it says too little.
VOTED_KINDS = frozenset({PollKind.SINGLE, PollKind.MULTIPLE})


class NotWriteInError(PaddockError):
    """The poll takes no nominations."""

    message_id = "poll_make.error.not_write_in"


@dataclass(frozen=True, slots=True)
class Nominated:
    """What became of a nomination.

    `is_new` says that it is an option of its own now; otherwise it stood already. `receipt` is that of the vote that
    was cast with it; without one `refused` says why it was not, or is None where naming is not voting.
    """

    poll: Poll
    option: Option
    is_new: bool
    receipt: Receipt | None = None
    refused: PaddockError | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A nomination that may be one of these options, the likeliest first: the member has to say."""

    poll: Poll
    label: str
    options: tuple[Option, ...]


class NominationService:
    """What members do in polls that take write-ins.

    Args:
        store: where options are kept.
        clock: tells when the card is to follow.
        due: has the card brought up to date.
        votes: takes the vote that goes with a nomination.
        checks: are asked of each nomination, in this order.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        due: DueWorkService,
        votes: VoteService,
        checks: Sequence[NominationCheck] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._votes = votes
        self._checks = tuple(checks)

    async def open(self, actor: Actor, poll_id: int, at: datetime) -> Poll:
        """Return a poll in which the actor may nominate.

        Args:
            actor: who.
            poll_id: where.
            at: when the interaction was made, by its snowflake.

        Raises:
            GoneError: if there is no such poll in the member's guild.
            NotWriteInError: if it takes no write-ins.
            PaddockError: see `Poll.check_open` and `check_voter`.
        """
        poll = await self._store.read(lambda session: table.poll_by_id(session, poll_id))
        return _checked(poll, actor, at)

    async def nominate(
        self, actor: Actor, poll_id: int, typed: str, at: datetime, *, is_new: bool = False
    ) -> Nominated | InDoubt:
        """Put what a member typed among the options, unless it stands there, and vote for it where that is voting.

        Args:
            actor: who nominates.
            poll_id: where.
            typed: the words.
            at: when the interaction was made, by its snowflake.
            is_new: the member has said that it is none of those that it was taken for.

        Raises:
            PaddockError: see `open`, `check_nomination` and `nominate` in `bot.domain.poll.nomination`, and the checks.
        """
        poll = await self.open(actor, poll_id, at)
        label = rules.check_nomination(typed)
        for check in self._checks:
            await check(actor, poll, label)

        async def write(session: Session) -> Nominated | InDoubt:
            poll = _checked(await table.poll_to_change(session, poll_id), actor, at)
            match rules.place(label, poll.options):
                case Same(number):
                    return Nominated(poll, poll.by_number[number], is_new=False)
                case Doubtful(numbers) if not is_new:
                    return InDoubt(poll, label, tuple(poll.by_number[number] for number in numbers))
                case _:
                    pass
            poll = replace(poll, options=rules.nominate(poll.options, label, actor.user_id))
            poll = await table.save_poll(session, poll)
            await self._due.schedule(session, POLL, poll.id, self._clock.now(), guild_id=poll.guild_id)
            return Nominated(poll, poll.options[-1], is_new=True)

        placed = await self._store.write(write)
        if isinstance(placed, InDoubt):
            return placed
        if placed.is_new:
            log.info("option nominated guild=%s poll=%s option=%s", actor.guild_id, poll_id, placed.option.number)
        return await self._with_vote(actor, placed, at)

    async def meant(self, actor: Actor, poll_id: int, number: int, at: datetime) -> Nominated:
        """Take a doubtful nomination for the option that the member meant, and vote for it where that is voting.

        Raises:
            NoSuchOptionError: if it does not stand any more.
            PaddockError: see `open`.
        """
        poll = await self.open(actor, poll_id, at)
        standing = standing_for(poll.by_number, number)
        if standing is None:
            raise NoSuchOptionError
        return await self._with_vote(actor, Nominated(poll, poll.by_number[standing], is_new=False), at)

    async def _with_vote(self, actor: Actor, placed: Nominated, at: datetime) -> Nominated:
        """Cast the vote; whatever is wrong with it, the nomination stands."""
        poll, chosen = placed.poll, (placed.option.number, 1)
        if poll.rules.kind not in VOTED_KINDS:
            return placed
        try:
            marks = {chosen}
            if poll.rules.kind is PollKind.MULTIPLE:
                own = await self._votes.own(actor, poll.id)
                marks |= {mark for mark in own.marks or () if own.poll.by_number[mark[0]].stands}
            receipt = await self._votes.vote(actor, poll.id, tuple(sorted(marks)), at)
        except PaddockError as error:
            return replace(placed, refused=error)
        return replace(placed, receipt=receipt)


def _checked(poll: Poll | None, actor: Actor, at: datetime) -> Poll:
    if poll is None or poll.guild_id != actor.guild_id:
        raise GoneError
    if poll.native_id is not None:
        raise NativeVoteError(link=poll.link or "")
    if not poll.rules.is_write_in:
        raise NotWriteInError
    poll.check_open(at)
    check_voter(poll, actor, at)
    return poll
