"""Due work on one poll: opened, reminded of, closed and made final at its time, each shown on Discord once.

What the time brings (a state, a round, the end of secrecy) is written in the transaction that hands out the step which
shows it; so it happens once, whatever is killed when, and Discord is told afterwards.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.due_work import DueWork
from bot.domain.guild import GuildSettings, PauseScope
from bot.domain.poll.ballot import profile_of
from bot.domain.poll.bracket import is_over
from bot.domain.poll.knockout import begun_by, close_round
from bot.domain.poll.native import NativeLook
from bot.domain.poll.plainness import Plainness, plain_options
from bot.domain.poll.poll import CLOSE_GRACE, FINAL_AFTER, POLL, Poll, PollState, PollStep
from bot.domain.poll.rules import PollKind
from bot.services.followed_polls import FollowedPolls
from bot.services.native_look import look_later, looked_at, not_to_be_looked_at
from bot.services.poll_count import ShownPoll, made_final, shown
from bot.storage import ballot as ballots
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import poll as table
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)

# While a guild has paused its posts, a poll that is to open looks this often whether they go on.
PAUSED_LOOK_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PollTask:
    """A step to be done on Discord, handed out `at` this moment. With `resumed` an earlier attempt may have done it."""

    step: PollStep
    shown: ShownPoll
    resumed: bool
    at: datetime

    @property
    def poll(self) -> Poll:
        """The poll as the step shows it."""
        return self.shown.poll

    @property
    def reads_voters(self) -> bool:
        """Whether the voters of a native poll have to be read, even if it is not final."""
        return self.poll.shown_revision != self.poll.revision


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What a step made: the card, its thread, or the message with the result; or what Discord said of a native poll.

    `channel_id` is where the card stands if that is not where it was to be posted: in a forum it is a post.
    `plainness` is what of its options' adornments Discord did not draw, and is left out of the poll from now on.
    """

    channel_id: int | None = None
    message_id: int | None = None
    thread_id: int | None = None
    result_id: int | None = None
    native: NativeLook | None = None
    plainness: Plainness = Plainness.FULL


class PollWork:
    """Due work on a poll.

    Args:
        store: where polls are kept.
        clock: tells the time.
        followed: the native polls that are followed; left out where none is.
    """

    kind = POLL

    def __init__(self, store: Store, clock: Clock, followed: FollowedPolls | None = None) -> None:
        self._store = store
        self._clock = clock
        self._followed = followed or FollowedPolls(store)

    async def next_step(self, work: DueWork) -> PollTask | None:
        """Write what the time has brought and return the next step on Discord; None if nothing is to be done now.

        Raises:
            LeaseLostError: if somebody else has taken the work over.
        """
        now = self._clock.now()

        async def write(session: Session) -> PollTask | None:
            await agenda.hold(session, work, now)
            poll = await table.poll_to_change(session, work.subject_id)
            settings = None if poll is None else await guilds.settings_of(session, poll.guild_id)
            if poll is None or settings is None:
                return None
            poll = await _moved_on(session, poll, settings, now)
            step = poll.next_step(now)
            if step is None or (step is PollStep.FOLLOW and not await _is_due(session, work, now)):
                return None
            resumed = poll.begun is step
            if not resumed:
                poll = await table.save_poll(session, replace(poll, begun=step), shows=False)
            return PollTask(step, await shown(session, poll, settings.language), resumed, now)

        task = await self._store.write(write)
        if task is not None and task.resumed:
            log.info("step resumed poll=%s step=%s", work.subject_id, task.step)
        return task

    async def record_step(self, work: DueWork, step: PollTask, outcome: PollOutcome) -> None:
        """Record what a step did.

        Raises:
            LeaseLostError: if somebody else has taken the work over.
        """
        now = self._clock.now()

        async def write(session: Session) -> None:
            await agenda.hold(session, work, now, got_on=True)
            poll = await table.poll_to_change(session, work.subject_id)
            if poll is None:
                return
            if outcome.native is not None:
                poll, asked = replace(poll, begun=None), step.poll.revision
                followed = self._followed
                poll = await looked_at(session, poll, outcome.native, revision=asked, now=now, followed=followed)
                await look_later(session, poll, asked_at=step.at, now=now)
                return
            shows = step.step in {PollStep.CARD, PollStep.SHOW}
            recorded = replace(
                poll,
                begun=None,
                options=plain_options(poll.options, outcome.plainness),
                channel_id=outcome.channel_id or poll.channel_id,
                message_id=outcome.message_id or poll.message_id,
                thread_id=outcome.thread_id or poll.thread_id,
                result_id=outcome.result_id or poll.result_id,
                reminded_at=now if step.step is PollStep.REMIND else poll.reminded_at,
                shown_revision=step.poll.revision if shows else poll.shown_revision,
            )
            # The thread's and the result's links stand on the card, and its options are others where some is left out.
            linked = step.step in {PollStep.THREAD, PollStep.RESULT}
            await table.save_poll(session, recorded, shows=linked or outcome.plainness is not Plainness.FULL)

        await self._store.write(write)
        log.info("poll step done guild=%s poll=%s step=%s", step.poll.guild_id, work.subject_id, step.step)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return when the poll is looked at next; None once it is final and shown."""
        now = self._clock.now()

        async def read(session: Session) -> datetime | None:
            poll = await table.poll_by_id(session, work.subject_id)
            if poll is None:
                return None
            step = poll.next_step(now)
            if step is PollStep.FOLLOW:  # as planned when Discord was asked last
                return await agenda.due_at_of(session, kind=work.kind, subject_id=work.subject_id)
            if step is not None:  # changed since it was last looked at
                return now
            next_at = poll.next_at()
            if next_at is not None and poll.state is PollState.SCHEDULED and next_at <= now:
                return now + PAUSED_LOOK_EVERY
            return next_at

        return await self._store.read(read)

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Go on with what the time brings to a poll that Discord does not let us show: it is counted all the same.

        Without a card nobody votes, so a poll that was never shown is left; /doctor shows it.
        """
        poll = await table.poll_to_change(session, work.subject_id)
        if poll is not None and poll.native_id is not None:
            now = self._clock.now()
            await not_to_be_looked_at(session, poll, work, error, now=now, followed=self._followed)
            return
        if poll is None or poll.message_id is None or poll.state is PollState.FINAL:
            return
        log.warning("poll not shown guild=%s poll=%s error=%s", poll.guild_id, poll.id, error)
        next_at = poll.next_at()
        if next_at is not None:
            at = max(next_at, self._clock.now() + FINAL_AFTER)
            await agenda.schedule(session, kind=POLL, subject_id=poll.id, due_at=at, guild_id=poll.guild_id)


async def _is_due(session: Session, work: DueWork, now: datetime) -> bool:
    """Tell whether Discord is to be asked about a native poll now: it was asked, and is asked again when planned."""
    planned_at = await agenda.due_at_of(session, kind=work.kind, subject_id=work.subject_id)
    return planned_at is None or planned_at <= now


async def _moved_on(session: Session, poll: Poll, settings: GuildSettings, now: datetime) -> Poll:
    """Write and return what the time has made of a poll: it may have slept through several states."""
    if poll.native_id is not None:  # its time is Discord's
        return poll
    if poll.state is PollState.SCHEDULED and poll.opens_at <= now:
        if settings.is_paused(PauseScope.POSTS, now):
            return poll
        poll = await table.save_poll(session, _opened(poll, now))
        log.info("poll opened guild=%s poll=%s", poll.guild_id, poll.id)
    while poll.state is PollState.OPEN and poll.ends_at is not None and poll.ends_at + CLOSE_GRACE <= now:
        poll = await table.save_poll(session, await _ended(session, poll, now))
        log.info("poll %s guild=%s poll=%s", poll.state, poll.guild_id, poll.id)
    if poll.state is PollState.CLOSED and poll.final_at is not None and poll.final_at <= now:
        poll = await table.save_poll(session, await made_final(session, poll))
        log.info("poll final guild=%s poll=%s digest=%s", poll.guild_id, poll.id, poll.digest)
    return poll


def _opened(poll: Poll, now: datetime) -> Poll:
    """Open a poll; one that opens late is open for as long as it was to be."""
    late = now - poll.opens_at
    closes_at = None if poll.closes_at is None else poll.closes_at + late
    bracket = poll.bracket
    if bracket is not None and poll.rules.round_length is not None:
        bracket = begun_by(poll, now + poll.rules.round_length)
    return replace(poll, state=PollState.OPEN, opens_at=now, closes_at=closes_at, bracket=bracket)


async def _ended(session: Session, poll: Poll, now: datetime) -> Poll:
    """Close a poll whose time is over, or the round of a bracket."""
    closed = replace(poll, state=PollState.CLOSED, closed_at=now)
    if poll.rules.kind is not PollKind.BRACKET or poll.bracket is None or poll.rules.round_length is None:
        return closed
    cast = await ballots.counted_ballots(session, poll.id)
    profile = profile_of(poll.options, poll.rules.kind, cast)
    bracket = close_round(poll, profile, next_closes_at=now + poll.rules.round_length)
    return replace(closed if is_over(bracket) else poll, bracket=bracket)
