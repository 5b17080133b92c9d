"""What moderators do with polls: make, look at, change, close, reopen, lengthen, set ballots aside, export, delete."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError, NotSetUpError
from bot.domain.poll.ballot import NONCE_BYTES
from bot.domain.poll.bracket import Bracket
from bot.domain.poll.draft import (
    POLLS_OPEN_MAX,
    PollDraft,
    PollsFullError,
)
from bot.domain.poll.native import NoResultError, check_not_native
from bot.domain.poll.poll import (
    POLL,
    JoinWindow,
    Poll,
    PollState,
)
from bot.domain.poll.record import KeptBallot, Record, record_of
from bot.domain.poll.rules import PollKind
from bot.services.due_work import DueWorkService
from bot.services.poll_change import (
    Change,
    check_set_aside,
    checked_windows,
    closing,
    lengthening,
    reopening,
    rewording,
)
from bot.services.poll_count import ShownPoll, shown
from bot.storage import ballot as ballots
from bot.storage import guild as guilds
from bot.storage import poll as table
from bot.storage.ballot import BallotCount
from bot.storage.poll import OpenCard
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)

LISTED_MAX = 25  # Discord docs, autocomplete: 25 choices; a list on a page has as many lines
CARDS_SHOWN_MAX = 500  # open cards that are brought up to date when the bot starts
CARDS_READ_MAX = 20_000  # of the whole fleet, about 3 MB


@dataclass(frozen=True, slots=True)
class SetAside:
    """Whose ballots are set aside now, and how many, of how many; None while the poll holds that back."""

    poll: Poll
    count: BallotCount | None


class PollService:
    """What moderators do with polls, and what everybody may see of them."""

    def __init__(self, store: Store, clock: Clock, due: DueWorkService) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def create(self, actor: Actor, draft: PollDraft) -> Poll:
        """Make a poll, which is posted when it opens.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError: before /setup.
            PollsFullError: if too many are open.
            PaddockError: see `PollDraft.checked`.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()
        poll = poll_of(draft.checked(now), guild_id=actor.guild_id, created_by=actor.user_id, now=now)

        async def write(session: Session) -> Poll:
            await guilds.take_turns(session, actor.guild_id)
            if await guilds.settings_of(session, actor.guild_id) is None:
                raise NotSetUpError
            return await self.add(session, poll)

        made = await self._store.write(write)
        log.info("poll made guild=%s poll=%s kind=%s options=%s", *_named(made), made.rules.kind, len(made.options))
        return made

    async def add(self, session: Session, poll: Poll) -> Poll:
        """Keep a new poll and make its opening due, in the transaction of what asks for it.

        Raises:
            PollsFullError: if too many are open.
        """
        if await table.open_n(session, poll.guild_id, self._clock.now()) >= POLLS_OPEN_MAX:
            raise PollsFullError(limit=POLLS_OPEN_MAX)
        made = await table.add_poll(session, poll)
        await self._due.schedule(session, POLL, made.id, made.opens_at, guild_id=made.guild_id)
        await self._audit(session, made, made.created_by, "made")
        return made

    async def get(self, actor: Actor, poll_id: int) -> Poll:
        """Return a poll of the actor's guild.

        Raises:
            GoneError: if there is none.
        """
        return (await self.shown(actor, poll_id)).poll

    async def shown(self, actor: Actor, poll_id: int) -> ShownPoll:
        """Return a poll of the actor's guild as it may be shown to everybody, moderators included.

        Raises:
            GoneError: if there is none.
        """
        found = await self.card(poll_id)
        if found is None or found.poll.guild_id != actor.guild_id:
            raise GoneError
        return found

    async def card(self, poll_id: int) -> ShownPoll | None:
        """Return what a poll's card shows just now, in the guild's language; None if it is gone."""

        async def read(session: Session) -> ShownPoll | None:
            poll = await table.poll_by_id(session, poll_id)
            settings = None if poll is None else await guilds.settings_of(session, poll.guild_id)
            return None if poll is None or settings is None else await shown(session, poll, settings.language)

        return await self._store.read(read)

    async def shown_live(self, poll_id: int) -> None:
        """Have a card shown once more by its own work if the poll is not open any more.

        Told after a card was shown as that of an open poll. While it was, another process may have shown the end.
        """

        async def write(session: Session) -> None:
            poll = await table.poll_to_change(session, poll_id)
            if poll is not None and poll.state in {PollState.CLOSED, PollState.FINAL}:
                await table.save_poll(session, poll)
                await self._due.schedule(session, POLL, poll.id, self._clock.now(), guild_id=poll.guild_id)

        poll = await self._store.read(lambda session: table.poll_by_id(session, poll_id))
        if poll is not None and poll.state is not PollState.OPEN:
            await self._store.write(write)

    async def open_cards(self, guild_ids: Collection[int]) -> tuple[OpenCard, ...]:
        """Return where open polls of these guilds are shown: after a start their cards may be older than their votes.

        Args:
            guild_ids: those that this process serves; of a fleet's others the cards are shown by other processes.
        """
        served = frozenset(guild_ids)
        found = await self._store.read(lambda session: table.open_cards(session, CARDS_READ_MAX))
        return tuple(card for card in found if card.guild_id in served)[:CARDS_SHOWN_MAX]

    async def find(
        self, actor: Actor, like: str = "", states: Iterable[PollState] = PollState, limit: int = LISTED_MAX
    ) -> tuple[Poll, ...]:
        """Return the guild's polls in these states whose question holds `like`, the newest first."""
        wanted = tuple(states)
        return await self._store.read(
            lambda session: table.polls_of(session, actor.guild_id, states=wanted, like=like, limit=limit)
        )

    async def close(self, actor: Actor, poll_id: int) -> Poll:
        """Close an open poll now; votes that were cast before are counted.

        Raises:
            NotAllowedError, GoneError, NotOpenError.
        """
        return await self._change(actor, poll_id, "closed", closing(self._clock.now()))

    async def reopen(self, actor: Actor, poll_id: int, closes_at: datetime | None = None) -> Poll:
        """Open a closed poll again whose result is not final yet.

        Args:
            actor: who asks.
            poll_id: which.
            closes_at: when it closes then; None until it is closed by hand.

        Raises:
            NotAllowedError, GoneError, NotClosedError, PollFinalError, PastError, LengthError.
        """
        return await self._change(actor, poll_id, "reopened", reopening(closes_at, self._clock.now()))

    async def extend(self, actor: Actor, poll_id: int, closes_at: datetime) -> Poll:
        """Let an open poll, or one that has not opened yet, close at another time; of a bracket the round that is open.

        Raises:
            NotAllowedError, GoneError, NotOpenError, PollFinalError, PastError, LengthError.
        """
        return await self._change(actor, poll_id, "extended", lengthening(closes_at, self._clock.now()))

    async def edit(self, actor: Actor, poll_id: int, question: str) -> Poll:
        """Give a poll that is not over another wording of its question.

        Raises:
            NotAllowedError, GoneError, PollClosedError, PollFinalError, PollQuestionError.
        """
        return await self._change(actor, poll_id, "edited", rewording(question))

    async def set_aside(self, actor: Actor, poll_id: int, windows: Sequence[JoinWindow]) -> SetAside:
        """Set aside, unseen, the ballots of all who joined in one of these windows, and of nobody else.

        Raises:
            NotAllowedError: without the capability to moderate.
            GoneError, PollFinalError, RoundCountedError, WindowError.
        """
        actor.require(Capability.MODERATE)
        chosen = checked_windows(windows)

        async def write(session: Session) -> SetAside:
            poll = await self._to_change(session, actor, poll_id)
            check_set_aside(poll)
            if poll.set_aside != chosen:
                poll = await table.save_poll(session, replace(poll, set_aside=chosen))
                await ballots.set_aside(session, poll.id, chosen)
                await self._due.schedule(session, POLL, poll.id, self._clock.now(), guild_id=poll.guild_id)
                await self._audit(session, poll, actor.user_id, "set_aside")
            count = None if poll.holds_back else await ballots.count_ballots(session, poll.id)
            return SetAside(poll, count)

        done = await self._store.write(write)
        # How many they are tells who has voted, if their window is short enough.
        log.info("ballots set aside guild=%s poll=%s windows=%s", *_named(done.poll), len(done.poll.set_aside))
        return done

    async def export(self, actor: Actor, poll_id: int) -> Record:
        """Return everything by which anybody can count a final poll again, and nothing that says who voted what.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError, NotFinalError, NoResultError: see `record_of`; the last if it ended without a result.
        """
        actor.require(Capability.EDIT)

        async def read(session: Session) -> tuple[Poll, tuple[KeptBallot, ...]]:
            poll = await table.poll_by_id(session, poll_id)
            if poll is None or poll.guild_id != actor.guild_id:
                raise GoneError
            if poll.is_void:
                raise NoResultError
            return poll, await ballots.kept_ballots(session, poll_id)

        # A hundred thousand receipts take seconds.
        return await asyncio.to_thread(record_of, *await self._store.read(read))

    async def delete(self, actor: Actor, poll_id: int) -> Poll:
        """Delete a poll with its ballots, and return what it was, so that its card can be taken away.

        Raises:
            NotAllowedError, GoneError.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> Poll:
            poll = await self._to_change(session, actor, poll_id, is_deleted=True)
            await ballots.delete_ballots(session, poll_id)
            await table.delete_poll(session, poll_id)
            await self._due.cancel(session, POLL, poll_id)
            await self._audit(session, poll, actor.user_id, "deleted")
            return poll

        deleted = await self._store.write(write)
        log.info("poll deleted guild=%s poll=%s", *_named(deleted))
        return deleted

    async def change_options(self, actor: Actor, poll_id: int, action: str, change: Callable[[Poll], Poll]) -> Poll:
        """Change what can be chosen in a poll whose result is not final; for `bot.services.poll_options`."""

        async def changed(_: Session, poll: Poll) -> Poll:
            return change(poll)

        return await self._change(actor, poll_id, action, changed)

    async def _change(self, actor: Actor, poll_id: int, action: str, change: Change) -> Poll:
        """Change a poll, have its card brought up to date, and write it in the audit trail."""
        actor.require(Capability.EDIT)

        async def write(session: Session) -> Poll:
            poll = await table.save_poll(session, await change(session, await self._to_change(session, actor, poll_id)))
            await self._due.schedule(session, POLL, poll.id, self._clock.now(), guild_id=poll.guild_id)
            await self._audit(session, poll, actor.user_id, action)
            return poll

        changed = await self._store.write(write)
        log.info("poll %s guild=%s poll=%s", action, *_named(changed))
        return changed

    async def _to_change(self, session: Session, actor: Actor, poll_id: int, *, is_deleted: bool = False) -> Poll:
        poll = await table.poll_to_change(session, poll_id)
        if poll is None or poll.guild_id != actor.guild_id:
            raise GoneError
        if not is_deleted:
            check_not_native(poll)
        return poll

    async def _audit(self, session: Session, poll: Poll, actor_id: int, action: str, **params: str) -> None:
        await guilds.add_audit(
            session,
            guild_id=poll.guild_id,
            actor_id=actor_id,
            action=f"poll.audit.{action}",
            params={"question": poll.question, **params},
            at=self._clock.now(),
        )


def poll_of(draft: PollDraft, *, guild_id: int, created_by: int, now: datetime, edition_id: int | None = None) -> Poll:
    """Return the poll that a checked draft makes; its id is given when it is kept."""
    rules = draft.rules
    return Poll(
        id=0,
        guild_id=guild_id,
        channel_id=draft.channel_id,
        question=draft.question,
        rules=rules,
        options=draft.options,
        state=PollState.SCHEDULED,
        created_by=created_by,
        created_at=now,
        opens_at=draft.opens_at or now,
        closes_at=None if rules.kind is PollKind.BRACKET else draft.closes_at,
        seed=secrets.token_hex(NONCE_BYTES),
        edition_id=edition_id,
        bracket=Bracket() if rules.kind is PollKind.BRACKET else None,
    )


def _named(poll: Poll) -> tuple[int, int]:
    return poll.guild_id, poll.id
