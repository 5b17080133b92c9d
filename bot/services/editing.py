"""What editors do with an edition: approve it, skip it, take that back, and change it before and after it is posted."""

import logging
from collections.abc import Callable
from dataclasses import replace

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.editing import (
    EditedMeanwhileError,
    NoDraftError,
    NotWaitingError,
    SkippedAlreadyError,
    TooLateToUndoError,
    corrected,
    numbered,
    signed,
)
from bot.domain.edition import Edition
from bot.domain.errors import GoneError, NotSetUpError
from bot.domain.roundup import (
    EDITION,
    EDITION_SHOW,
    LATE_WINDOW,
    EditionRecord,
    EditionState,
    EditionStep,
    Roundup,
    SkipReason,
)
from bot.services.due_work import DueWorkService
from bot.services.question import ask_again
from bot.services.roundup import chosen
from bot.storage import guild as guilds
from bot.storage import question as questions
from bot.storage import roundup as table
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)

# How far back the last edition that was posted is looked for.
EDITIONS_LOOKED_AT = 30


class EditingService:
    """Use cases of editors, each with its line in the audit trail and with Discord shown what changed."""

    def __init__(self, store: Store, clock: Clock, due: DueWorkService) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def open(self, actor: Actor, edition_id: int) -> EditionRecord:
        """Return an edition that may be edited.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if there is no such edition here.
            NoDraftError: if it is not made yet, or will not appear.
        """
        actor.require(Capability.EDIT)
        return _editable(await self._store.read(lambda session: _in_guild(session, actor, edition_id)))

    async def current(self, actor: Actor, roundup_id: int | None = None) -> EditionRecord:
        """Return the edition of a roundup that is to be edited: the one being made, else the last one posted.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError, GoneError: if there is no such roundup here.
            NoDraftError: if there is none yet.
        """
        actor.require(Capability.EDIT)

        async def read(session: Session) -> tuple[EditionRecord, ...]:
            roundup = await _roundup(session, actor, roundup_id)
            return await table.editions_page(session, actor.guild_id, limit=EDITIONS_LOOKED_AT, roundup_id=roundup.id)

        for edition in await self._store.read(read):
            if _is_editable(edition):
                return _editable(edition)
        raise NoDraftError

    async def approve(self, actor: Actor, edition_id: int) -> EditionRecord:
        """Approve an edition: it is posted at its time, or at once if that has passed.

        A second approval changes nothing.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if there is no such edition here.
            NotWaitingError: if it was posted, skipped or given up, or comes too late.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()

        async def write(session: Session) -> EditionRecord:
            edition = await _in_guild(session, actor, edition_id, to_change=True)
            if edition.state is not EditionState.DUE or edition.content is None or edition.message_id is not None:
                raise NotWaitingError
            if now - edition.due_at > LATE_WINDOW:
                raise NotWaitingError
            if edition.approved_at is not None:
                return edition
            approved = replace(edition, approved_by=actor.user_id, approved_at=now)
            changed = await table.change_edition(session, approved)
            await self._due.schedule(session, EDITION, edition.id, max(now, edition.due_at), guild_id=edition.guild_id)
            await self._tell(session, actor, changed, "editing.audit.approved")
            return changed

        edition = await self._store.write(write)
        log.info("edition approved guild=%s edition=%s", edition.guild_id, edition.id)
        return edition

    async def skip(self, actor: Actor, edition_id: int) -> EditionRecord:
        """Leave an edition out that has not been posted yet.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if there is no such edition here.
            NotWaitingError: if it is being posted, or its day has ended in some other way.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> EditionRecord:
            return await self._skip(session, actor, await _in_guild(session, actor, edition_id, to_change=True))

        return await self._store.write(write)

    async def skip_next(self, actor: Actor, roundup_id: int | None = None) -> EditionRecord:
        """Leave out the next edition of a roundup: today's if it is not posted yet, else the one to come.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError, GoneError: if there is no such roundup here.
            SkippedAlreadyError: if it is skipped already.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()

        async def write(session: Session) -> EditionRecord:
            roundup = await _roundup(session, actor, roundup_id)
            today = await table.edition_of_day(session, roundup.id, roundup.day_of(now))
            if today is not None and _is_waiting(today):
                return await self._skip(session, actor, today)
            posting_at = now
            while True:
                posting_at = roundup.next_after(posting_at)
                edition = await table.plan_edition(session, roundup, day=roundup.day_of(posting_at), due_at=posting_at)
                if edition.state is EditionState.SKIPPED:
                    raise SkippedAlreadyError(at=f"<t:{int(posting_at.timestamp())}:F>")
                if edition.state is EditionState.DUE:  # one that was posted before its time is not the next
                    return await self._skip(session, actor, edition)

        return await self._store.write(write)

    async def unskip(self, actor: Actor, edition_id: int) -> EditionRecord:
        """Take back that an editor skipped an edition, as long as its time has not come.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if there is no such edition here.
            TooLateToUndoError: if its time has passed, or it was not an editor who skipped it.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()

        async def write(session: Session) -> EditionRecord:
            edition = await _in_guild(session, actor, edition_id, to_change=True)
            skipped = edition.state is EditionState.SKIPPED and edition.reason == SkipReason.BY_EDITOR.value
            roundup = await table.roundup_by_id(session, edition.roundup_id)
            if not skipped or roundup is None or edition.due_at <= now:
                raise TooLateToUndoError
            revived = replace(edition, state=EditionState.DUE, reason=None, ended_at=None)
            changed = await ask_again(session, await table.change_edition(session, revived))
            # Not left to the roundup, which may have passed over this day already.
            begins_at = max(now, edition.due_at - roundup.lead)
            await self._due.schedule(session, EDITION, edition.id, begins_at, guild_id=edition.guild_id)
            await self._tell(session, actor, changed, "editing.audit.unskipped")
            return changed

        return await self._store.write(write)

    async def edit(
        self,
        actor: Actor,
        edition_id: int,
        change: Callable[[Edition], Edition],
        *,
        revision: int,
        what: str | None = None,
    ) -> EditionRecord:
        """Change an edition, sign it, and have Discord show it.

        Args:
            actor: who asks.
            edition_id: which edition.
            change: the edition as it is → as it should be; see `bot.domain.editing`.
            revision: the one that the editor looked at.
            what: what readers are told about a change; None before the edition is posted.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError, NoDraftError: if there is nothing to edit.
            EditedMeanwhileError: if it is not the revision that stands, or was posted; nothing is changed then.
            PaddockError: what `change` refuses, and NoWordsError for a posted edition with an empty `what`.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()

        async def write(session: Session) -> EditionRecord:
            edition = _editable(await _in_guild(session, actor, edition_id, to_change=True))
            is_posted = edition.message_id is not None
            if edition.content is None or edition.revision != revision or (is_posted and what is None):
                raise EditedMeanwhileError
            content = signed(change(numbered(edition.content)), actor.user_id)
            # A question of the queue that the editor has replaced waits for another edition.
            asked = content.big_question
            await questions.release(session, edition.id, but=None if asked is None else asked.queued_id)
            if what is None or not is_posted:
                changed = await table.change_edition(session, replace(edition, content=content))
                await self._tell(session, actor, changed, "editing.audit.edited")
            else:
                content = corrected(content, now, what)
                changed = await table.change_edition(session, replace(edition, content=content))
                await self._tell(session, actor, changed, "editing.audit.corrected", what=content.corrections[-1].what)
            return changed

        return await self._store.write(write)

    async def _skip(self, session: Session, actor: Actor, edition: EditionRecord) -> EditionRecord:
        if not _is_waiting(edition):
            raise NotWaitingError
        ended = replace(
            edition, state=EditionState.SKIPPED, reason=SkipReason.BY_EDITOR.value, ended_at=self._clock.now()
        )
        changed = await table.change_edition(session, ended)
        await questions.release(session, edition.id)
        await self._due.cancel(session, EDITION, edition.id)
        await self._tell(session, actor, changed, "editing.audit.skipped")
        return changed

    async def _tell(self, session: Session, actor: Actor, edition: EditionRecord, action: str, **params: str) -> None:
        """Write the line of the audit trail, and have what Discord shows of the edition brought up to date."""
        now = self._clock.now()
        await guilds.add_audit(
            session,
            guild_id=actor.guild_id,
            actor_id=actor.user_id,
            action=action,
            params={"day": edition.day.isoformat(), **params},
            at=now,
        )
        await self._due.schedule(session, EDITION_SHOW, edition.id, now, guild_id=edition.guild_id)


async def _in_guild(session: Session, actor: Actor, edition_id: int, *, to_change: bool = False) -> EditionRecord:
    read = table.edition_to_change if to_change else table.edition_by_id
    found = await read(session, edition_id)
    if found is None or found.guild_id != actor.guild_id:
        raise GoneError
    return found


async def _roundup(session: Session, actor: Actor, roundup_id: int | None) -> Roundup:
    found = await table.roundups_of(session, actor.guild_id)
    if not found:
        raise NotSetUpError
    return chosen(found, roundup_id)


def _is_editable(edition: EditionRecord) -> bool:
    return edition.content is not None and edition.state in {EditionState.DUE, EditionState.POSTED}


def _editable(edition: EditionRecord) -> EditionRecord:
    if edition.content is None or not _is_editable(edition):
        raise NoDraftError
    return replace(edition, content=numbered(edition.content))


def _is_waiting(edition: EditionRecord) -> bool:
    """Tell whether an edition is still to be posted; from its recorded intent on, the message may stand."""
    posting = edition.begun is EditionStep.MESSAGE or edition.message_id is not None
    return edition.state is EditionState.DUE and not posting
