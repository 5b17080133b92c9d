"""Due work that brings what Discord shows of an edition up to date: its message, and its draft for the editors."""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.domain.due_work import DueWork
from bot.domain.guild import Part
from bot.domain.roundup import EDITION_SHOW, EditionRecord, EditionState, Progress
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import roundup as table
from bot.storage.store import Session, Store


@dataclass(frozen=True, slots=True)
class ShowStep:
    """An edition that Discord shows in an older revision, and how its guild wants it shown."""

    edition: EditionRecord
    language: str
    parts: frozenset[Part]
    notify_role_id: int | None
    posts_unapproved: bool


class ShowWork:
    """Due work on an edition whose revision is not the one that Discord shows."""

    kind = EDITION_SHOW

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def next_step(self, work: DueWork) -> ShowStep | None:
        """Return the edition as it is to be shown; None if it is shown so, or nowhere yet.

        While it is being posted, its own steps show it; the last of them makes this work due again if need be.
        """

        async def read(session: Session) -> ShowStep | None:
            edition = await table.edition_by_id(session, work.subject_id)
            if edition is None or edition.shown_revision == edition.revision:
                return None
            if edition.message_id is None and edition.review_id is None:
                return None
            if edition.message_id is not None and edition.state is EditionState.DUE:
                return None
            settings = await guilds.settings_of(session, edition.guild_id)
            roundup = await table.roundup_by_id(session, edition.roundup_id)
            if settings is None or roundup is None:
                return None
            return ShowStep(
                edition=edition,
                language=settings.language,
                parts=settings.parts,
                notify_role_id=roundup.notify_role_id if Part.NOTIFY in settings.parts else None,
                posts_unapproved=roundup.posts_unapproved,
            )

        return await self._store.read(read)

    async def record_step(self, work: DueWork, step: ShowStep, outcome: None) -> None:
        """Record which revision is shown; one that was made meanwhile is the next step."""
        del outcome

        async def write(session: Session) -> None:
            await agenda.hold(session, work, self._clock.now(), got_on=True)
            edition = await table.edition_to_change(session, step.edition.id)
            # A message that was posted meanwhile was not shown anything here.
            if edition is not None and edition.message_id == step.edition.message_id:
                await table.record_progress(session, edition.id, Progress(shown_revision=step.edition.revision))

        await self._store.write(write)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return None: the next change makes it due again."""
        del work

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Do nothing: /doctor shows parked work."""
