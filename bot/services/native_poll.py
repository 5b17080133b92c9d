"""Following Discord's own polls: begun by a moderator, counted as votes come, read anew after a gap."""

import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError, NotSetUpError
from bot.domain.poll.ballot import NONCE_BYTES, Marks, canonical
from bot.domain.poll.native import FollowedPoll, with_vote, without_vote
from bot.domain.poll.poll import POLL, Poll, PollState
from bot.services.due_work import DueWorkService
from bot.services.followed_polls import FOLLOWED_MAX, FollowedPolls
from bot.services.poll import PollService
from bot.storage import ballot as ballots
from bot.storage import guild as guilds
from bot.storage import poll as table
from bot.storage.ballot import CastBallot
from bot.storage.store import Session, Store, after_commit

log = logging.getLogger(__name__)

RECONCILED_TOGETHER = 100  # polls in one transaction: what waits for it waits some ten milliseconds


@dataclass(frozen=True, slots=True)
class Followed:
    """The poll that follows a native one, and whether it does only since now."""

    poll: Poll
    is_new: bool


class NativePollService:
    """What is done about native polls, and what Discord tells of them; what is due is in `bot.services.poll_work`.

    Args:
        store: where polls and ballots are kept.
        clock: tells the time.
        due: makes polls due.
        polls: keeps them.
        followed: which are followed; the same one for everybody who ends a poll.
    """

    def __init__(
        self, store: Store, clock: Clock, due: DueWorkService, polls: PollService, followed: FollowedPolls
    ) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._polls = polls
        self._followed = followed

    async def follow(self, actor: Actor, native: FollowedPoll) -> Followed:
        """Follow a native poll from now on; its votes so far are read soon after.

        One that is followed already stays as it is, but for its end, which its author may have brought forward.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError: before /setup.
            PollsFullError: if too many polls are open.
            GoneError: if it is followed in another guild.
            PollQuestionError, OptionsNumberError: see `FollowedPoll.as_poll`.
        """
        actor.require(Capability.EDIT)
        poll = native.as_poll(
            guild_id=actor.guild_id,
            created_by=actor.user_id,
            now=self._clock.now(),
            seed=secrets.token_hex(NONCE_BYTES),
        )

        async def write(session: Session) -> Followed:
            await guilds.take_turns(session, actor.guild_id)
            if await guilds.settings_of(session, actor.guild_id) is None:
                raise NotSetUpError
            known = await table.poll_of_native(session, native.message_id)
            if known is not None:
                return Followed(await self._again(session, known, native, actor), is_new=False)
            made = await self._polls.add(session, poll)
            after_commit(session, lambda: self._followed.add(native.message_id, made.id))
            return Followed(made, is_new=True)

        done = await self._store.write(write)
        log.info("poll followed guild=%s poll=%s new=%s", done.poll.guild_id, done.poll.id, done.is_new)
        return done

    async def _again(self, session: Session, known: Poll, native: FollowedPoll, actor: Actor) -> Poll:
        """Return a poll that is followed already, looked at anew soon while it is open."""
        if known.guild_id != actor.guild_id:
            raise GoneError
        poll = await table.poll_to_change(session, known.id)
        if poll is None or poll.state is not PollState.OPEN:
            return known
        poll = await table.save_poll(session, replace(poll, closes_at=native.closes_at))
        await self._due.schedule(session, POLL, poll.id, self._clock.now(), guild_id=poll.guild_id)
        return poll

    async def voted(self, message_id: int, user_id: int, answer_id: int) -> None:
        """Count a vote that came over the gateway; one in a poll that is not followed is nobody's business."""
        await self._change(message_id, user_id, lambda poll, old: with_vote(poll, old, answer_id))

    async def unvoted(self, message_id: int, user_id: int, answer_id: int) -> None:
        """Take back a vote, likewise."""
        await self._change(message_id, user_id, lambda _, old: without_vote(old, answer_id))

    async def _change(self, message_id: int, user_id: int, change: Callable[[Poll, Marks], Marks]) -> None:
        """Change one member's ballot, after others who change a ballot of the same poll."""
        poll_id = await self._followed.poll_id(message_id)
        if poll_id is None:
            return

        async def write(session: Session) -> None:
            poll = await table.poll_to_change(session, poll_id)
            if poll is None or poll.state is not PollState.OPEN:
                after_commit(session, lambda: self._followed.drop(message_id))
                return
            old, _ = (await ballots.ballots_of_members(session, poll_id, [user_id])).get(user_id, ((), ""))
            new = change(poll, old)
            if not new:
                await ballots.withdraw_ballots(session, [(poll_id, user_id)])
            elif new != old:
                await ballots.cast_ballots(session, [native_ballot(poll_id, user_id, new)])

        await self._store.write(write)

    async def look_now(self, message_id: int) -> None:
        """Have Discord asked about a native poll soon: something happened to its message."""
        poll_id = await self._followed.poll_id(message_id)
        if poll_id is None:
            return

        async def write(session: Session) -> None:
            poll = await table.poll_to_change(session, poll_id)
            if poll is not None and poll.state is PollState.OPEN:
                await self._due.schedule(session, POLL, poll_id, self._clock.now(), guild_id=poll.guild_id)

        await self._store.write(write)

    async def reconcile(self, guild_ids: Collection[int]) -> int:
        """Have the voters of all followed open polls of these guilds read anew; return how many polls there are.

        Asked for when a connection begins: what was voted before is not told.
        """
        found = await self._store.read(lambda session: table.open_natives(session, FOLLOWED_MAX, guild_ids))
        poll_ids = list(found.values())
        for start in range(0, len(poll_ids), RECONCILED_TOGETHER):
            await self._read_anew(poll_ids[start : start + RECONCILED_TOGETHER])
        return len(poll_ids)

    async def _read_anew(self, poll_ids: Collection[int]) -> None:
        now = self._clock.now()

        async def write(session: Session) -> None:
            for poll_id in sorted(poll_ids):
                poll = await table.poll_to_change(session, poll_id)
                if poll is not None and poll.state is PollState.OPEN:
                    await table.save_poll(session, poll)  # a revision that was not looked at yet
                    await self._due.schedule(session, POLL, poll_id, now, guild_id=poll.guild_id)

        await self._store.write(write)


def native_ballot(poll_id: int, user_id: int, marks: Marks) -> CastBallot:
    """Return a ballot as it is kept; when its member joined Discord does not tell."""
    return poll_id, user_id, canonical(marks), secrets.token_hex(NONCE_BYTES), None, False
