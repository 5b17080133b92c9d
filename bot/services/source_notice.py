"""Tells a guild's editors, where they chose a channel for it, that a source fails, is gone for good, or is back."""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.domain.due_work import DueWork
from bot.domain.source import Source, SourceNews, news_of
from bot.services.feed import SOURCE_NOTICE
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import source as table
from bot.storage.store import Session, Store


@dataclass(frozen=True, slots=True)
class SourceNotice:
    """One notice to post: what happened to which source since `at`, and where to say so."""

    source: Source
    news: SourceNews
    at: datetime
    channel_id: int
    language: str


class SourceNoticeWork:
    """Due work on a source of which there is news: say so once."""

    kind = SOURCE_NOTICE

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def next_step(self, work: DueWork) -> SourceNotice | None:
        """Return the notice to post; None if it was, if nobody wants it, or if there is no news any more."""

        async def write(session: Session) -> SourceNotice | None:
            source = await table.source_by_id(session, work.subject_id)
            news = None if source is None else news_of(source, self._clock.now())
            if source is None or news is None:
                return None
            settings = await guilds.settings_of(session, source.guild_id)
            if settings is None or settings.notices_channel_id is None:
                if news is SourceNews.BACK:  # there is nobody to whom it was away
                    await table.record_told(session, source.id, None)
                return None
            return SourceNotice(source, news, work.due_at, settings.notices_channel_id, settings.language)

        return await self._store.write(write)

    async def record_step(self, work: DueWork, step: SourceNotice, outcome: int) -> None:  # noqa: ARG002  # DueSteps
        """Record that the guild was told.

        Raises:
            LeaseLostError: if somebody else has taken the work over.
        """
        now = self._clock.now()

        async def write(session: Session) -> None:
            await agenda.hold(session, work, now, got_on=True)
            await table.record_told(session, step.source.id, None if step.news is SourceNews.BACK else now)

        await self._store.write(write)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return None: the next news is another piece of work."""
        del work

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Do nothing: /doctor shows parked work, and a notice about a notice would help nobody."""
