"""Due work on a roundup: the day's edition is planned at its time, earlier for approval, or skipped with a reason."""

import logging
from datetime import datetime

from bot.clock import Clock
from bot.domain.due_work import DueWork
from bot.domain.roundup import EDITION, LATE_WINDOW, ROUNDUP, EditionState, Progress, why_not
from bot.services import suggestion
from bot.services.due_work import DueWorkService
from bot.services.notice import end_edition
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import roundup as table
from bot.storage.store import Session, Store, after_commit

log = logging.getLogger(__name__)


class RoundupWork:
    """Due work on a roundup: plan the day's edition when it is to be begun, then wait for the next day."""

    kind = ROUNDUP

    def __init__(self, store: Store, clock: Clock, due: DueWorkService) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def next_step(self, work: DueWork) -> None:
        """Plan the edition that is due, in one transaction; nothing is left to do outside of it."""
        now = self._clock.now()

        async def write(session: Session) -> None:
            await agenda.hold(session, work, now)
            await suggestion.forget_old(session, now)
            roundup = await table.roundup_by_id(session, work.subject_id)
            if roundup is None:
                return
            settings = await guilds.settings_of(session, roundup.guild_id)
            posting_at = roundup.posting_of(work.due_at)
            edition = await table.plan_edition(session, roundup, day=roundup.day_of(posting_at), due_at=posting_at)
            if edition.state is not EditionState.DUE:
                return
            reason = why_not(settings, posting_at, now)
            if reason is not None:
                progress = Progress(state=EditionState.SKIPPED, reason=reason.value)
                await end_edition(session, self._due, edition, progress, now)
                return
            begins_at = max(work.due_at, posting_at - roundup.lead)
            await self._due.schedule(session, EDITION, edition.id, begins_at, guild_id=roundup.guild_id)

        await self._store.write(write)

    @staticmethod
    async def perform(step: None) -> None:
        """Do nothing: `next_step` never hands out a step."""

    async def record_step(self, work: DueWork, step: None, outcome: None) -> None:
        """Record nothing: `next_step` never hands out a step."""

    async def finished(self, work: DueWork) -> datetime | None:
        """Return when the next edition is to be begun, None if the roundup is gone.

        After an outage of days that is the one which may still be posted, if today's time passed a short while ago.
        """
        now = self._clock.now()

        async def read(session: Session) -> datetime | None:
            roundup = await table.roundup_by_id(session, work.subject_id)
            if roundup is None:
                return None
            return roundup.begin_after(max(work.due_at + roundup.lead, now - LATE_WINDOW))

        return await self._store.read(read)

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Let the day have no edition, of which its guild is told; that planning stands still, /doctor shows."""
        after_commit(session, lambda: log.error("roundup parked roundup=%s error=%s", work.subject_id, error))
        roundup = await table.roundup_by_id(session, work.subject_id)
        if roundup is None:
            return
        edition = await table.plan_edition(session, roundup, day=roundup.day_of(work.due_at), due_at=work.due_at)
        # Planning may have got as far as to hand the edition on; then it is posted all the same.
        handed_on = await self._due.planned_at(session, EDITION, edition.id) is not None
        if edition.state is EditionState.DUE and not handed_on:
            progress = Progress(state=EditionState.FAILED, reason=error)
            await end_edition(session, self._due, edition, progress, self._clock.now())
