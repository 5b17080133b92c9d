"""The roundup: planned each day, composed from the guild's sources, posted step by step, previewed and listed."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.article import Article
from bot.domain.due_work import DueWork
from bot.domain.edition import Edition
from bot.domain.errors import GoneError, NotSetUpError
from bot.domain.guild import GuildSettings, Part, PauseScope
from bot.domain.roundup import (
    ARTICLE_AGE_MAX,
    LATE_WINDOW,
    AlreadyPostedError,
    EditionRecord,
    EditionState,
    EditionStep,
    NoNewsError,
    NoSourcesError,
    PostingStep,
    PostsPausedError,
    Progress,
    Roundup,
    SkipReason,
    next_step,
)
from bot.services.due_work import DueWorkService
from bot.services.notice import end_edition
from bot.services.source import SourceService
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import roundup as table
from bot.storage import source as sources
from bot.storage.store import Session, Store
from bot.text import text

log = logging.getLogger(__name__)

HISTORY_PAGE = 10
# Articles live longer than a day, so that nothing is missed; what these editions told is not told again.
EDITIONS_REMEMBERED = 3


class RoundupService:
    """What people ask of the roundup. The two classes below are its due work."""

    def __init__(self, store: Store, clock: Clock, due: DueWorkService, source: SourceService) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._source = source

    async def preview(self, actor: Actor) -> Edition:
        """Compose what would be posted now, and keep nothing but what the feeds gave.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError, NoSourcesError, NoNewsError: if there is nothing to show.
        """
        actor.require(Capability.EDIT)
        settings, roundup = await self._require(actor.guild_id)
        await self._source.refresh(actor.guild_id)
        return await self.compose(settings, roundup, roundup.day_of(self._clock.now()))

    async def post_now(self, actor: Actor) -> EditionRecord:
        """Make today's edition due at once and return it.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError, NoSourcesError, PostsPausedError: if it cannot be posted.
            AlreadyPostedError: if today's edition stands; a day has one.
        """
        actor.require(Capability.EDIT)
        settings, roundup = await self._require(actor.guild_id)
        now = self._clock.now()
        if settings.is_paused(PauseScope.POSTS, now):
            raise PostsPausedError
        if not await self._source.list(actor.guild_id):
            raise NoSourcesError

        async def write(session: Session) -> EditionRecord:
            edition = await table.plan_edition(session, roundup, day=roundup.day_of(now), due_at=now)
            if edition.state is EditionState.POSTED:
                raise AlreadyPostedError(link=message_link(edition))
            edition = await table.revive_edition(session, edition.id, channel_id=roundup.channel_id, due_at=now)
            await self._due.schedule(session, EditionWork.kind, edition.id, now, guild_id=actor.guild_id)
            await guilds.add_audit(
                session,
                guild_id=actor.guild_id,
                actor_id=actor.user_id,
                action="roundup.audit.now",
                params={"day": edition.day.isoformat()},
                at=now,
            )
            return edition

        return await self._store.write(write)

    async def history(self, actor: Actor, *, before: date | None = None) -> tuple[EditionRecord, ...]:
        """Return a page of editions, newest first.

        Raises:
            NotAllowedError: without the capability to edit.
        """
        actor.require(Capability.EDIT)
        return await self._store.read(
            lambda session: table.editions_page(session, actor.guild_id, limit=HISTORY_PAGE, before=before)
        )

    async def today(self, roundup: Roundup) -> EditionRecord | None:
        """Return today's edition, or None if there is none yet."""
        day = roundup.day_of(self._clock.now())
        return await self._store.read(lambda session: table.edition_of_day(session, roundup.id, day))

    async def edition(self, guild_id: int, edition_id: int) -> EditionRecord:
        """Return an edition of this guild.

        Raises:
            GoneError: if there is none with this id here.
        """
        found = await self._store.read(lambda session: table.edition_by_id(session, edition_id))
        if found is None or found.guild_id != guild_id:
            raise GoneError
        return found

    async def compose(self, settings: GuildSettings, roundup: Roundup, day: date) -> Edition:
        """Compose an edition from what the guild's sources have given lately.

        Raises:
            NoSourcesError: if the guild follows nothing.
            NoNewsError: if nothing is new enough.
        """
        since = self._clock.now() - ARTICLE_AGE_MAX

        async def read(session: Session) -> tuple[Article, ...]:
            articles = await sources.articles_since(session, settings.guild_id, since)
            earlier = await table.editions_page(session, settings.guild_id, limit=EDITIONS_REMEMBERED, before=day)
            told = {url for edition in earlier for url in _told(edition)}
            return tuple(article for article in articles if article.url not in told)

        articles = await self._store.read(read)
        if not articles:
            if not await self._source.list(settings.guild_id):
                raise NoSourcesError
            raise NoNewsError(hours=int(ARTICLE_AGE_MAX.total_seconds() // 3600))
        # Grouping compares every article with every other: milliseconds for dozens, too long for the loop for more.
        edition = await asyncio.to_thread(_composer(articles, settings, roundup, day, self._clock.now()))
        return edition if Part.QUESTION in settings.parts else replace(edition, big_question=None)

    async def _require(self, guild_id: int) -> tuple[GuildSettings, Roundup]:
        settings = await self._store.read(lambda session: guilds.settings_of(session, guild_id))
        roundup = await self._store.read(lambda session: table.roundup_of(session, guild_id))
        if settings is None or roundup is None:
            raise NotSetUpError
        return settings, roundup


class RoundupWork:
    """Due work on a roundup: at its time, plan the day's edition, then wait for the next day."""

    kind = "roundup"

    def __init__(self, store: Store, clock: Clock, due: DueWorkService) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def next_step(self, work: DueWork) -> None:
        """Plan the edition that is due, in one transaction; nothing is left to do outside of it."""
        now = self._clock.now()

        async def write(session: Session) -> None:
            await agenda.hold(session, work, now)
            roundup = await table.roundup_by_id(session, work.subject_id)
            if roundup is None:
                return
            settings = await guilds.settings_of(session, roundup.guild_id)
            edition = await table.plan_edition(session, roundup, day=roundup.day_of(work.due_at), due_at=work.due_at)
            if edition.state is not EditionState.DUE:
                return
            reason = _why_not(settings, work.due_at, now)
            if reason is not None:
                progress = Progress(state=EditionState.SKIPPED, reason=reason.value)
                await end_edition(session, self._due, edition, progress, now)
                return
            await self._due.schedule(session, EditionWork.kind, edition.id, work.due_at, guild_id=roundup.guild_id)

        await self._store.write(write)

    @staticmethod
    async def perform(step: None) -> None:
        """Do nothing: `next_step` never hands out a step."""

    async def record_step(self, work: DueWork, step: None, outcome: None) -> None:
        """Record nothing: `next_step` never hands out a step."""

    async def finished(self, work: DueWork) -> datetime | None:
        """Return when the next edition is due, None if the roundup is gone.

        After an outage of days that is the moment which may still be posted, if today's passed a short while ago.
        """
        earliest = max(work.due_at, self._clock.now() - LATE_WINDOW)

        async def read(session: Session) -> datetime | None:
            roundup = await table.roundup_by_id(session, work.subject_id)
            return None if roundup is None else roundup.next_after(earliest)

        return await self._store.read(read)

    async def parked(self, work: DueWork, error: str) -> None:
        """Take note that planning was given up; /doctor shows it."""
        log.error("roundup parked roundup=%s error=%s", work.subject_id, error)


class EditionWork:
    """Due work on an edition: the steps of `EDITION_STEPS`, each with its intent recorded before it is taken."""

    kind = "edition"

    def __init__(
        self, store: Store, clock: Clock, due: DueWorkService, source: SourceService, roundup: RoundupService
    ) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._source = source
        self._roundup = roundup

    async def next_step(self, work: DueWork) -> PostingStep | None:
        """Record the intent of the next step and return it, or None when the edition stands.

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
            reason = _why_not(settings, edition.due_at, now) if edition.message_id is None else None
            if reason is not None and not (step is EditionStep.MESSAGE and edition.begun is step):
                progress = Progress(state=EditionState.SKIPPED, reason=reason.value)
                await end_edition(session, self._due, edition, progress, self._clock.now())
                return None
            if edition.begun is not step:
                await table.record_progress(session, edition.id, Progress(begun=step))
            return PostingStep(
                step=step,
                edition=edition,
                language=settings.language,
                parts=settings.parts,
                notify_role_id=roundup.notify_role_id if Part.NOTIFY in settings.parts else None,
                resumed=edition.begun is step,
                overdue=reason,
            )

        return await self._store.write(write)

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
            await agenda.hold(session, work, now)
            if outcome.state is EditionState.SKIPPED:  # the step was not done, and is taken again if it is revived
                return await end_edition(session, self._due, step.edition, outcome, now)
            progress = replace(outcome, done=step.step, state=EditionState.POSTED if is_last else outcome.state)
            return await table.record_progress(session, work.subject_id, progress)

        edition = await self._store.write(write)
        if edition.state is EditionState.POSTED:
            log.info("edition posted guild=%s edition=%s", edition.guild_id, edition.id)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return None: an edition is posted once."""
        del work

    async def parked(self, work: DueWork, error: str) -> None:
        """Mark the edition as failed, with the reason that /roundup history and /doctor show."""
        progress = Progress(state=EditionState.FAILED, reason=error)

        async def write(session: Session) -> None:
            edition = await table.edition_by_id(session, work.subject_id)
            if edition is not None and edition.state is EditionState.DUE:
                await end_edition(session, self._due, edition, progress, self._clock.now())

        await self._store.write(write)


def message_link(edition: EditionRecord) -> str:
    """Return the address of an edition's message in Discord; empty before it is posted."""
    if edition.message_id is None:
        return ""
    return f"https://discord.com/channels/{edition.guild_id}/{edition.channel_id}/{edition.message_id}"


def _told(edition: EditionRecord) -> Iterator[str]:
    """Yield the addresses of the articles that an edition was made from."""
    if edition.content is not None:
        for section in (edition.content.lead, *edition.content.sections):
            yield from section.articles if section is not None else ()


def _composer(
    articles: tuple[Article, ...], settings: GuildSettings, roundup: Roundup, day: date, now: datetime
) -> Callable[[], Edition]:
    from bot.domain.compose import compose  # noqa: PLC0415  # its word lists take 200 ms that a start need not pay

    return lambda: compose(articles, day=day, title=roundup.name, now=now, phrase=partial(_phrase, settings.language))


def _phrase(language: str, message_id: str, /, **params: object) -> str:
    return text(message_id, language, **params)


def _why_not(settings: GuildSettings | None, due_at: datetime, now: datetime) -> SkipReason | None:
    if settings is None or settings.is_paused(PauseScope.POSTS, now):
        return SkipReason.PAUSED
    if now - due_at > LATE_WINDOW:
        return SkipReason.LATE
    return None
