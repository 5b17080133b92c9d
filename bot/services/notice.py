"""Tells a guild's editors, where they chose a channel for it, that an edition did not appear, and why."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.due_work import DueWork
from bot.domain.roundup import EDITION_SHOW, EditionRecord, EditionState, Progress
from bot.services.due_work import DueWorkService
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import question as questions
from bot.storage import roundup as table
from bot.storage.store import Session, Store, after_commit

log = logging.getLogger(__name__)

NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """One notice to post: which edition did not appear, and where to say so."""

    edition: EditionRecord
    channel_id: int
    language: str


async def end_edition(
    session: Session, due: DueWorkService, edition: EditionRecord, progress: Progress, now: datetime
) -> EditionRecord:
    """Record that an edition will not appear, with the state and the reason in `progress`, and have its guild told.

    Editors who look at its draft are shown there what became of it, and half an edition what was changed meanwhile.
    """
    await due.schedule(session, NOTICE, edition.id, now, guild_id=edition.guild_id)
    if not edition.may_stand:
        await questions.release(session, edition.id)
    after_commit(
        session,
        lambda: log.info("edition ended guild=%s edition=%s state=%s", edition.guild_id, edition.id, progress.state),
    )
    ended = await table.record_progress(session, edition.id, replace(progress, ended_at=now))
    if ended.review_id is not None or ended.message_id is not None:
        ended = await table.change_edition(session, ended)
        await due.schedule(session, EDITION_SHOW, edition.id, now, guild_id=edition.guild_id)
    return ended


class NoticeWork:
    """Due work on an edition that was skipped or failed: say so once."""

    kind = NOTICE

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def next_step(self, work: DueWork) -> NoticeStep | None:
        """Return the notice to post; None if it was, if nobody wants it, or if the edition appeared after all."""

        async def read(session: Session) -> NoticeStep | None:
            edition = await table.edition_by_id(session, work.subject_id)
            if edition is None or edition.notice_id is not None:
                return None
            if edition.state not in {EditionState.SKIPPED, EditionState.FAILED}:
                return None
            settings = await guilds.settings_of(session, edition.guild_id)
            if settings is None or settings.notices_channel_id is None:
                return None
            return NoticeStep(edition, settings.notices_channel_id, settings.language)

        return await self._store.read(read)

    async def record_step(self, work: DueWork, step: NoticeStep, outcome: int) -> None:
        """Record the id of the notice's message."""

        async def write(session: Session) -> None:
            await agenda.hold(session, work, self._clock.now(), got_on=True)
            await table.record_progress(session, step.edition.id, Progress(notice_id=outcome))

        await self._store.write(write)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return None: a notice is posted once."""
        del work

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Do nothing: /doctor shows parked work, and a notice about a notice would help nobody."""
