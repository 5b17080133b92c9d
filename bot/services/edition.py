"""Due work on one edition: posted step by step, each step recorded as begun before it is taken."""

import logging
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.due_work import DueWork
from bot.domain.edition import Edition
from bot.domain.errors import NotSetUpError
from bot.domain.guild import GuildSettings, Part
from bot.domain.roundup import (
    COLUMN_LOOK_EVERY,
    EDITION,
    EDITION_SHOW,
    EditionRecord,
    EditionState,
    EditionStep,
    NoNewsError,
    NoSourcesError,
    PostingStep,
    Progress,
    Roundup,
    SkipReason,
    held_until,
    needs_approval,
    next_step,
    why_not,
)
from bot.services.due_work import DueWorkService
from bot.services.notice import end_edition
from bot.services.roundup import RoundupService
from bot.services.source import SourceService
from bot.storage import due_work as agenda
from bot.storage import editing
from bot.storage import guild as guilds
from bot.storage import question as questions
from bot.storage import roundup as table
from bot.storage import suggestion as suggestions
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)

# The steps after which Discord shows an edition as it was when the step began.
SHOWING = frozenset({EditionStep.REVIEW, EditionStep.MESSAGE, EditionStep.LINKS})


class EditionWork:
    """Due work on an edition: the steps of `EDITION_STEPS`, each with its intent recorded before it is taken."""

    kind = EDITION

    def __init__(
        self, store: Store, clock: Clock, due: DueWorkService, source: SourceService, roundup: RoundupService
    ) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._source = source
        self._roundup = roundup
        # Which claim on a piece of work has asked the feeds: one that waits for the column asks them once, then rests.
        self._asked: dict[int, str] = {}

    async def next_step(self, work: DueWork) -> PostingStep | None:
        """Record the intent of the next step and return it; None when the edition stands, or waits (see `finished`).

        Raises:
            LeaseLostError: if somebody else has taken the work over.
        """
        now = self._clock.now()

        async def write(session: Session) -> PostingStep | None:
            await agenda.hold(session, work, now)
            edition = await table.edition_by_id(session, work.subject_id)
            step = None if edition is None else next_step(edition)
            if edition is None or step is None:
                return None
            settings = await guilds.settings_of(session, edition.guild_id)
            roundup = await table.roundup_by_id(session, edition.roundup_id)
            if settings is None or roundup is None:
                return None
            # Once the message stands, its thread and its links follow, however late; only the message has a deadline.
            reason = _why_not(settings, edition, roundup, now) if edition.message_id is None else None
            if reason is not None and not (step is EditionStep.MESSAGE and edition.begun is step):
                progress = Progress(state=EditionState.SKIPPED, reason=reason.value)
                await end_edition(session, self._due, edition, progress, self._clock.now())
                return None
            if (step := await self._ready(session, work, edition, roundup, step)) is None:
                return None
            begun_before = edition.begun is step and edition.done is not step
            if not begun_before:
                await table.record_progress(session, edition.id, Progress(begun=step))
            return PostingStep(
                step=step,
                edition=edition,
                roundup=roundup,
                language=settings.language,
                parts=settings.parts,
                notify_role_id=roundup.notify_role_id if Part.NOTIFY in settings.parts else None,
                resumed=begun_before,
                overdue=reason,
            )

        step = await self._store.write(write)
        if step is not None and step.step is EditionStep.GATHER:
            self._asked[work.id] = work.token  # not in the transaction, which may be undone and run again
        if step is not None and step.resumed:
            log.info("step resumed edition=%s step=%s", work.subject_id, step.step)
        return step

    async def _ready(
        self, session: Session, work: DueWork, edition: EditionRecord, roundup: Roundup, step: EditionStep
    ) -> EditionStep | None:
        """Return the step to take now; None while the edition waits for the column, an approval or its time."""
        now = self._clock.now()
        if step is EditionStep.DRAFT and await _column_look(session, edition, roundup, now) is not None:
            if self._asked.get(work.id) == work.token:
                return None
            step = EditionStep.GATHER
        begun = edition.begun is step
        held = step is EditionStep.MESSAGE and not begun and held_until(edition, roundup, now) is not None
        return None if held else step

    async def gather(self, step: PostingStep) -> Progress:
        """Ask the guild's feeds, so that the edition has this morning's news."""
        await self._source.refresh(step.edition.guild_id)
        return Progress()

    async def draft(self, step: PostingStep) -> Progress:
        """Compose the edition; a day without news is skipped and says so in /roundup history."""

        async def read(session: Session) -> tuple[GuildSettings | None, Roundup | None]:
            return (
                await guilds.settings_of(session, step.edition.guild_id),
                await table.roundup_by_id(session, step.edition.roundup_id),
            )

        settings, roundup = await self._store.read(read)
        if settings is None or roundup is None:
            raise NotSetUpError
        try:
            content = await self._roundup.compose(settings, roundup, step.edition.day)
        except (NoNewsError, NoSourcesError):
            return Progress(state=EditionState.SKIPPED, reason=SkipReason.NO_NEWS.value)
        return Progress(content=content)

    async def record_step(self, work: DueWork, step: PostingStep, outcome: Progress) -> None:
        """Record what a step did.

        Raises:
            LeaseLostError: if somebody else has taken the work over.
        """
        now = self._clock.now()
        is_last = step.step is EditionStep.LINKS

        async def write(session: Session) -> EditionRecord:
            await agenda.hold(session, work, now, got_on=True)
            if outcome.state is EditionState.SKIPPED:  # the step was not done, and is taken again if it is revived
                return await end_edition(session, self._due, step.edition, outcome, now)
            if outcome.content is not None and await _was_changed(session, step.edition):
                return step.edition  # by an editor: the step is taken again, with what the editor made of it
            if outcome.content is not None and not await _asks_its_own(session, work.subject_id, outcome.content):
                return step.edition  # another edition was quicker: this draft is made again, with the next question
            if is_last and step.edition.content is not None:
                shown = (step.edition.content.lead, *step.edition.content.sections)
                told = [url for section in shown if section is not None for url in section.articles]
                await suggestions.mark_used(session, step.edition.roundup_id, told)
            progress = replace(outcome, done=step.step, state=EditionState.POSTED if is_last else outcome.state)
            if step.step in SHOWING:
                progress = replace(progress, shown_revision=step.edition.revision)
            recorded = await table.record_progress(session, work.subject_id, progress)
            if is_last and recorded.review_id is not None:  # the editors' message is to say that it stands
                recorded = await table.change_edition(session, recorded)
            if step.step in SHOWING and recorded.revision != recorded.shown_revision:
                await self._due.schedule(session, EDITION_SHOW, recorded.id, now, guild_id=recorded.guild_id)
            return recorded

        edition = await self._store.write(write)
        if edition.state is EditionState.POSTED:
            log.info("edition posted guild=%s edition=%s", edition.guild_id, edition.id)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return when an edition is looked at again that waits: for the column, an approval or its time; else None."""
        now = self._clock.now()

        async def read(session: Session) -> datetime | None:
            edition = await table.edition_by_id(session, work.subject_id)
            step = None if edition is None else next_step(edition)
            if edition is None or step is None or await guilds.settings_of(session, edition.guild_id) is None:
                return None
            roundup = await table.roundup_by_id(session, edition.roundup_id)
            if roundup is None:
                return None
            if step is EditionStep.DRAFT:
                return await _column_look(session, edition, roundup, now) or now
            return held_until(edition, roundup, now) or now  # approved since it was last looked at

        self._asked.pop(work.id, None)
        return await self._store.read(read)

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Mark the edition as failed, with the reason that /roundup history and /doctor show.

        One that may be posted unapproved is not lost because the editors' channel is: it comes at its time.
        """
        edition = await table.edition_by_id(session, work.subject_id)
        if edition is None or edition.state is not EditionState.DUE:
            return
        roundup = await table.roundup_by_id(session, edition.roundup_id)
        if next_step(edition) is EditionStep.REVIEW and roundup is not None and roundup.posts_unapproved:
            log.warning("edition not reviewed guild=%s edition=%s error=%s", edition.guild_id, edition.id, error)
            await table.record_progress(session, edition.id, Progress(done=EditionStep.REVIEW))
            at = max(edition.due_at, self._clock.now())
            await self._due.schedule(session, EDITION, edition.id, at, guild_id=edition.guild_id)
            return
        progress = Progress(state=EditionState.FAILED, reason=error)
        await end_edition(session, self._due, edition, progress, self._clock.now())


def _why_not(settings: GuildSettings, edition: EditionRecord, roundup: Roundup, now: datetime) -> SkipReason | None:
    reason = why_not(settings, edition.due_at, now)
    waited = reason is SkipReason.LATE and edition.review_id is not None and needs_approval(edition, roundup)
    return SkipReason.NOT_APPROVED if waited else reason


async def _column_look(session: Session, edition: EditionRecord, roundup: Roundup, now: datetime) -> datetime | None:
    """Return when the guild's own column is looked for again; None if it came, has none, or is not waited for."""
    until = roundup.column_awaited_until(edition.day, edition.due_at)
    if until is None or now >= until:
        return None
    since = datetime.combine(edition.day, time(), ZoneInfo(roundup.timezone))
    if not await editing.awaits_column(session, edition.guild_id, roundup.id, since=since):
        return None
    return min(now + COLUMN_LOOK_EVERY, until)


async def _was_changed(session: Session, edition: EditionRecord) -> bool:
    current = await table.edition_to_change(session, edition.id)
    return current is None or current.revision != edition.revision


async def _asks_its_own(session: Session, edition_id: int, content: Edition) -> bool:
    """Take the question that `content` asks from the guild's queue; tell whether it could be had."""
    queued_id = None if content.big_question is None else content.big_question.queued_id
    if queued_id is not None and not await questions.take(session, queued_id, edition_id):
        return False
    await questions.release(session, edition_id, but=queued_id)
    return True
