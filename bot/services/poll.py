"""What moderators do with polls: make, look at, change, close, reopen, lengthen, set ballots aside, export, delete."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError, NotSetUpError, PaddockError
from bot.domain.poll.ballot import NONCE_BYTES
from bot.domain.poll.bracket import Bracket, with_round_until
from bot.domain.poll.draft import (
    POLLS_OPEN_MAX,
    LengthError,
    PastError,
    PollDraft,
    PollQuestionError,
    PollsFullError,
)
from bot.domain.poll.native import NoResultError, check_not_native
from bot.domain.poll.poll import (
    LENGTH_MAX,
    POLL,
    QUESTION_CHARS_MAX,
    JoinWindow,
    Poll,
    PollClosedError,
    PollFinalError,
    PollState,
)
from bot.domain.poll.record import KeptBallot, Record, record_of
from bot.domain.poll.rules import PollKind
from bot.domain.wording import clean
from bot.services.due_work import DueWorkService
from bot.services.poll_count import ShownPoll, closed, reopened, shown
from bot.storage import ballot as ballots
from bot.storage import guild as guilds
from bot.storage import poll as table
from bot.storage.ballot import BallotCount
from bot.storage.poll import OpenCard
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)

LISTED_MAX = 25  # Discord docs, autocomplete: 25 choices; a list on a page has as many lines
CARDS_SHOWN_MAX = 500  # open cards that are brought up to date when the bot starts
WINDOWS_MAX = 10


class NotOpenError(PaddockError):
    """It is not open, so it cannot be closed or lengthened."""

    message_id = "poll.error.not_running"


class NotClosedError(PaddockError):
    """It is not closed, so it cannot be reopened."""

    message_id = "poll.error.not_closed"


class RoundCountedError(PaddockError):
    """A bracket's round has been counted, so ballots that were in it stay."""

    message_id = "poll.error.round_counted"


class WindowError(PaddockError):
    """A window that is empty, or one too many. Params: limit."""

    message_id = "poll.error.window"


@dataclass(frozen=True, slots=True)
class SetAside:
    """How many ballots are set aside now, of how many."""

    poll: Poll
    count: BallotCount


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
        if await table.open_n(session, poll.guild_id) >= POLLS_OPEN_MAX:
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

    async def open_cards(self) -> tuple[OpenCard, ...]:
        """Return where open polls are shown: after a start their cards may be older than their votes."""
        return await self._store.read(lambda session: table.open_cards(session, CARDS_SHOWN_MAX))

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
        now = self._clock.now()

        async def change(session: Session, poll: Poll) -> Poll:
            if poll.state is not PollState.OPEN:
                raise NotOpenError
            return await closed(session, poll, now)

        return await self._change(actor, poll_id, "closed", change)

    async def reopen(self, actor: Actor, poll_id: int, closes_at: datetime | None = None) -> Poll:
        """Open a closed poll again whose result is not final yet.

        Args:
            actor: who asks.
            poll_id: which.
            closes_at: when it closes then; None until it is closed by hand.

        Raises:
            NotAllowedError, GoneError, NotClosedError, PollFinalError, PastError, LengthError.
        """
        now = self._clock.now()

        async def change(_: Session, poll: Poll) -> Poll:
            if poll.state is PollState.FINAL:
                raise PollFinalError
            if poll.state is not PollState.CLOSED:
                raise NotClosedError
            _check_end(poll, closes_at, now)
            return reopened(poll, closes_at, now)

        return await self._change(actor, poll_id, "reopened", change)

    async def extend(self, actor: Actor, poll_id: int, closes_at: datetime) -> Poll:
        """Let an open poll, or one that has not opened yet, close at another time; of a bracket the round that is open.

        Raises:
            NotAllowedError, GoneError, NotOpenError, PollFinalError, PastError, LengthError.
        """
        now = self._clock.now()

        async def change(_: Session, poll: Poll) -> Poll:
            if poll.state is PollState.FINAL:
                raise PollFinalError
            # A poll whose time is over takes no votes any more, even if its closing has not been written yet.
            if poll.state is PollState.CLOSED or (poll.ends_at is not None and poll.ends_at <= now):
                raise NotOpenError
            _check_end(poll, closes_at, now)
            if poll.bracket is not None and poll.bracket.rounds:
                return replace(poll, bracket=with_round_until(poll.bracket, closes_at))
            return replace(poll, closes_at=closes_at, reminded_at=None)

        return await self._change(actor, poll_id, "extended", change)

    async def edit(self, actor: Actor, poll_id: int, question: str) -> Poll:
        """Give a poll that is not over another wording of its question.

        Raises:
            NotAllowedError, GoneError, PollClosedError, PollFinalError, PollQuestionError.
        """
        asked = clean(question)
        if not 0 < len(asked) <= QUESTION_CHARS_MAX:
            raise PollQuestionError(limit=QUESTION_CHARS_MAX, given=len(asked))

        async def change(_: Session, poll: Poll) -> Poll:
            check_changeable(poll)
            return replace(poll, question=asked)

        return await self._change(actor, poll_id, "edited", change)

    async def set_aside(self, actor: Actor, poll_id: int, windows: Sequence[JoinWindow]) -> SetAside:
        """Set aside, unseen, the ballots of all who joined in one of these windows, and of nobody else.

        Raises:
            NotAllowedError: without the capability to moderate.
            GoneError, PollFinalError, RoundCountedError, WindowError.
        """
        actor.require(Capability.MODERATE)
        if len(windows) > WINDOWS_MAX or any(window.since >= window.until for window in windows):
            raise WindowError(limit=WINDOWS_MAX)

        async def write(session: Session) -> SetAside:
            poll = await self._to_change(session, actor, poll_id)
            if poll.state is PollState.FINAL:
                raise PollFinalError
            if poll.bracket is not None and (len(poll.bracket.rounds) > 1 or poll.state is PollState.CLOSED):
                raise RoundCountedError
            if poll.set_aside == tuple(windows):  # somebody only looks
                return SetAside(poll, await ballots.count_ballots(session, poll.id))
            poll = await table.save_poll(session, replace(poll, set_aside=tuple(windows)))
            await ballots.set_aside(session, poll.id, windows)
            count = await ballots.count_ballots(session, poll.id)
            await self._due.schedule(session, POLL, poll.id, self._clock.now(), guild_id=poll.guild_id)
            await self._audit(session, poll, actor.user_id, "set_aside")
            return SetAside(poll, count)

        done = await self._store.write(write)
        log.info("ballots set aside guild=%s poll=%s ballots=%s", *_named(done.poll), done.count.set_aside)
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

    async def _change(
        self, actor: Actor, poll_id: int, action: str, change: Callable[[Session, Poll], Awaitable[Poll]]
    ) -> Poll:
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


def check_changeable(poll: Poll) -> None:
    """Refuse a change of what a poll asks once it is over.

    Raises:
        PollClosedError, PollFinalError.
    """
    if poll.state is PollState.FINAL:
        raise PollFinalError
    if poll.state is PollState.CLOSED:
        raise PollClosedError(at=0 if poll.closed_at is None else round(poll.closed_at.timestamp()))


def _check_end(poll: Poll, closes_at: datetime | None, now: datetime) -> None:
    if closes_at is None:
        return
    if closes_at <= max(now, poll.opens_at):
        raise PastError
    if closes_at - poll.opens_at > LENGTH_MAX:
        raise LengthError


def _named(poll: Poll) -> tuple[int, int]:
    return poll.guild_id, poll.id
