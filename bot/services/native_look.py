"""What Discord said of a native poll that is followed, written down in one transaction."""

import logging
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.domain.due_work import DueWork
from bot.domain.poll.native import GIVEN_UP_AFTER, LOOK_EVERY, NativeLook, NativeState, look_again_at, votes_of
from bot.domain.poll.poll import POLL, Poll, PollState
from bot.services.followed_polls import FollowedPolls
from bot.services.native_poll import native_ballot
from bot.services.poll_count import made_final
from bot.storage import ballot as ballots
from bot.storage import due_work as agenda
from bot.storage import poll as table
from bot.storage.store import Session, after_commit

log = logging.getLogger(__name__)


async def looked_at(
    session: Session, poll: Poll, look: NativeLook, *, revision: int, now: datetime, followed: FollowedPolls
) -> Poll:
    """Write what Discord said of a poll: its votes as they stand, or its result, or that there will be none.

    Args:
        session: the transaction, which had the poll from `poll_to_change`.
        poll: as it stands.
        look: what Discord said.
        revision: of the poll when Discord was asked, so that a later wish to read the voters is kept.
        now: the present moment.
        followed: forgets a poll that is over.
    """
    if poll.state is not PollState.OPEN:
        return poll
    closes_at = look.closes_at or poll.closes_at or now
    poll = replace(poll, closes_at=closes_at, thread_id=look.thread_id or poll.channel_id)
    is_lost = look.state is NativeState.GONE or now - closes_at > GIVEN_UP_AFTER
    if look.state is NativeState.FINAL and look.voters is not None:
        await _replace_ballots(session, poll, look)
        poll = await made_final(session, replace(poll, closed_at=min(closes_at, now)))
    elif is_lost:
        poll = await ended_without_result(session, poll, now)
    else:
        if look.voters is not None:
            await _replace_ballots(session, poll, look)
            poll = replace(poll, shown_revision=revision)
        return await table.save_poll(session, poll, shows=False)
    _forget(session, poll, followed)
    return await table.save_poll(session, poll)


async def ended_without_result(session: Session, poll: Poll, now: datetime) -> Poll:
    """Return a poll that ends without a result: what was counted of it is an approximation that nobody confirms."""
    await ballots.delete_ballots(session, poll.id)
    return replace(poll, state=PollState.FINAL, closed_at=min(poll.closes_at or now, now))


async def look_later(session: Session, poll: Poll, *, asked_at: datetime, now: datetime) -> None:
    """Have Discord asked again later, unless somebody wanted it asked again while it answered."""
    planned_at = await agenda.due_at_of(session, kind=POLL, subject_id=poll.id)
    if poll.state is not PollState.OPEN or (planned_at is not None and planned_at > asked_at):
        return
    at = look_again_at(poll.closes_at or now, now)
    await agenda.schedule(session, kind=POLL, subject_id=poll.id, due_at=at, guild_id=poll.guild_id)


async def not_to_be_looked_at(
    session: Session, poll: Poll, work: DueWork, error: str, *, now: datetime, followed: FollowedPolls
) -> None:
    """Ask again in an hour about a poll that Discord does not let us see, and at last give it up."""
    if poll.state is not PollState.OPEN:
        return
    if poll.closes_at is not None and now - poll.closes_at > GIVEN_UP_AFTER:
        _forget(session, poll, followed)
        await table.save_poll(session, await ended_without_result(session, poll, now))
        return
    await agenda.schedule(session, kind=work.kind, subject_id=poll.id, due_at=now + LOOK_EVERY, guild_id=poll.guild_id)
    line = "native poll not seen guild=%s poll=%s error=%s"
    after_commit(session, partial(log.warning, line, poll.guild_id, poll.id, error))


async def _replace_ballots(session: Session, poll: Poll, look: NativeLook) -> None:
    votes = votes_of(poll, look.voters or {})
    await ballots.delete_ballots(session, poll.id)
    await ballots.cast_ballots(session, [native_ballot(poll.id, user_id, marks) for user_id, marks in votes.items()])


def _forget(session: Session, poll: Poll, followed: FollowedPolls) -> None:
    native_id = poll.native_id
    if native_id is not None:
        after_commit(session, lambda: followed.drop(native_id))
