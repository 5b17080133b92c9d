"""Tells a guild's editors, where they chose a channel for it, that a poll did not appear, and why."""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.domain.due_work import DueWork
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import poll_notice as table
from bot.storage.poll_notice import LeftOut
from bot.storage.store import Session, Store

POLL_NOTICE = "poll_notice"


@dataclass(frozen=True, slots=True)
class PollNotice:
    """One notice to post: which poll did not appear, and where to say so."""

    left_out: LeftOut
    channel_id: int
    language: str


async def tell_left_out(session: Session, *, guild_id: int, question: str, reason: str, now: datetime) -> None:
    """Have a guild told that a poll did not appear, in the transaction that leaves it out.

    Args:
        session: that transaction.
        guild_id: whose poll.
        question: what it was to ask.
        reason: an error as kept with `bot.domain.errors.packed`.
        now: the present moment.
    """
    settings = await guilds.settings_of(session, guild_id)
    if settings is None or settings.notices_channel_id is None:
        return
    notice_id = await table.add_left_out(session, guild_id=guild_id, question=question, reason=reason, at=now)
    await agenda.schedule(session, kind=POLL_NOTICE, subject_id=notice_id, due_at=now, guild_id=guild_id)


class PollNoticeWork:
    """Due work on a poll that did not appear: say so once."""

    kind = POLL_NOTICE

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def next_step(self, work: DueWork) -> PollNotice | None:
        """Return the notice to post; None if it was, or if nobody wants it any more."""

        async def write(session: Session) -> PollNotice | None:
            left_out = await table.left_out_by_id(session, work.subject_id)
            if left_out is None:
                return None
            settings = await guilds.settings_of(session, left_out.guild_id)
            if settings is None or settings.notices_channel_id is None:
                await table.forget_left_out(session, left_out.id)
                return None
            return PollNotice(left_out, settings.notices_channel_id, settings.language)

        return await self._store.write(write)

    async def record_step(self, work: DueWork, step: PollNotice, outcome: int) -> None:  # noqa: ARG002  # DueSteps
        """Record that the guild was told.

        Raises:
            LeaseLostError: if somebody else has taken the work over.
        """

        async def write(session: Session) -> None:
            await agenda.hold(session, work, self._clock.now(), got_on=True)
            await table.forget_left_out(session, step.left_out.id)

        await self._store.write(write)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return None: a notice is posted once."""
        del work

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Forget it: /doctor shows parked work, and a notice about a notice would help nobody."""
        del error
        await table.forget_left_out(session, work.subject_id)
