"""What people ask of the roundup: an edition composed from the guild's sources, previewed, posted now, listed."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.article import Article
from bot.domain.edition import Edition
from bot.domain.errors import GoneError, NotSetUpError
from bot.domain.guild import GuildSettings, Part, PauseScope
from bot.domain.queue import QueuedQuestion
from bot.domain.roundup import (
    ARTICLE_AGE_MAX,
    EDITION,
    AlreadyPostedError,
    EditionRecord,
    EditionState,
    NoNewsError,
    NoSourcesError,
    PostsPausedError,
    Roundup,
    RoundupKind,
    message_link,
)
from bot.services import suggestion
from bot.services.due_work import DueWorkService
from bot.services.question import ask_again
from bot.services.source import SourceService
from bot.storage import article as sources
from bot.storage import guild as guilds
from bot.storage import question as questions
from bot.storage import roundup as table
from bot.storage.store import Session, Store
from bot.text import text

HISTORY_PAGE = 10
# Reports of one event come within four days (`bot.domain.story`); what these editions told is not told again.
EDITIONS_REMEMBERED = 5
EDITIONS_READ_MAX = 50  # a week of seven roundups
WEEK = timedelta(days=7)


class RoundupService:
    """What people ask of the roundup. Its due work is in `bot.services.planning` and `bot.services.edition`."""

    def __init__(self, store: Store, clock: Clock, due: DueWorkService, source: SourceService) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._source = source

    async def preview(self, actor: Actor, roundup_id: int | None = None) -> Edition:
        """Compose what would be posted now, and keep nothing but what the feeds gave.

        Args:
            actor: who asks.
            roundup_id: which of the guild's roundups; None for the one that /setup made.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError, NoSourcesError, NoNewsError: if there is nothing to show.
            GoneError: if there is no such roundup here.
        """
        actor.require(Capability.EDIT)
        settings, roundup = await self._require(actor.guild_id, roundup_id)
        await self._source.refresh(actor.guild_id)
        return await self.compose(settings, roundup, roundup.day_of(self._clock.now()))

    async def post_now(self, actor: Actor, roundup_id: int | None = None) -> EditionRecord:
        """Make today's edition due at once and return it; whoever asks for it has approved it.

        Args:
            actor: who asks.
            roundup_id: of which of the guild's roundups; None for the one that /setup made.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError, NoSourcesError, PostsPausedError: if it cannot be posted.
            AlreadyPostedError: if today's edition stands; a day has one.
            GoneError: if there is no such roundup here.
        """
        actor.require(Capability.EDIT)
        settings, roundup = await self._require(actor.guild_id, roundup_id)
        now = self._clock.now()
        if settings.is_paused(PauseScope.POSTS, now):
            raise PostsPausedError
        if not await self._source.list(actor.guild_id):
            raise NoSourcesError

        async def write(session: Session) -> EditionRecord:
            edition = await table.plan_edition(session, roundup, day=roundup.day_of(now), due_at=now)
            if edition.state is EditionState.POSTED:
                raise AlreadyPostedError(link=message_link(edition))
            edition = await table.revive_edition(session, edition.id, roundup, due_at=now)
            if edition.content is None:
                await questions.release(session, edition.id)
            elif not edition.may_stand:
                edition = await ask_again(session, edition)
            if edition.review_channel_id is not None:
                approved = replace(edition, approved_by=actor.user_id, approved_at=now)
                edition = await table.change_edition(session, approved)
            await self._due.schedule(session, EDITION, edition.id, now, guild_id=actor.guild_id)
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

    async def history(
        self, actor: Actor, *, before: date | None = None, roundup_id: int | None = None
    ) -> tuple[EditionRecord, ...]:
        """Return a page of editions, newest first, of one of the guild's roundups or of all.

        Raises:
            NotAllowedError: without the capability to edit.
        """
        actor.require(Capability.EDIT)
        return await self._store.read(
            lambda session: table.editions_page(
                session, actor.guild_id, limit=HISTORY_PAGE, before=before, roundup_id=roundup_id
            )
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
        if roundup.kind is RoundupKind.WEEKLY:
            edition = await self._compose_week(settings, roundup, day)
        else:
            edition = await self._compose_day(settings, roundup, day)
        return edition if Part.QUESTION in settings.parts else replace(edition, big_question=None)

    async def _compose_day(self, settings: GuildSettings, roundup: Roundup, day: date) -> Edition:
        since = self._clock.now() - ARTICLE_AGE_MAX

        async def read(
            session: Session,
        ) -> tuple[tuple[Article, ...], tuple[Article, ...], tuple[QueuedQuestion, ...]]:
            articles = (
                *await suggestion.accepted(session, settings.guild_id, roundup.id),
                *await sources.articles_since(session, settings.guild_id, since, roundup_id=roundup.id),
            )
            earlier = await table.editions_page(session, settings.guild_id, limit=EDITIONS_READ_MAX, before=day)
            posted = [one for one in earlier if one.roundup_id == roundup.id and one.state is EditionState.POSTED]
            addresses = {url for edition in posted[:EDITIONS_REMEMBERED] for url in _told(edition)}
            fresh = tuple(article for article in articles if article.url not in addresses)
            told = await sources.articles_at(session, settings.guild_id, addresses)
            return fresh, told, await questions.waiting(session, settings.guild_id, roundup_id=roundup.id)

        articles, told, queue = await self._store.read(read)
        if not articles:
            if not await self._source.list(settings.guild_id):
                raise NoSourcesError
            raise NoNewsError(hours=int(ARTICLE_AGE_MAX.total_seconds() // 3600))
        # The column is read for its question before anything else is; other articles only if they would be quoted.
        ours = {article.url for article in articles if article.is_ours}
        articles = await self._source.complete(settings.guild_id, articles, ours)
        # Grouping compares every article with every other: milliseconds for dozens, too long for the loop for more.
        asked = next(iter(queue), None)
        now = self._clock.now()
        make = partial(_composer, settings=settings, roundup=roundup, day=day, now=now, told=told, asked=asked)
        edition = await asyncio.to_thread(make(articles))
        completed = await self._source.complete(settings.guild_id, articles, set(_quoted(edition)))
        if completed != articles:
            edition = await asyncio.to_thread(make(completed))
        if edition.lead is None:  # what is new repeats what was told
            raise NoNewsError(hours=int(ARTICLE_AGE_MAX.total_seconds() // 3600))
        return edition

    async def _compose_week(self, settings: GuildSettings, roundup: Roundup, day: date) -> Edition:
        from bot.domain.week import compose_week  # noqa: PLC0415  # as `compose` below

        async def read(session: Session) -> list[Edition]:
            before = day + timedelta(days=1)
            found = await table.editions_page(session, settings.guild_id, limit=EDITIONS_READ_MAX, before=before)
            return [
                edition.content
                for edition in found
                if edition.content is not None
                and edition.roundup_id != roundup.id
                and edition.state is EditionState.POSTED
                and edition.day > day - WEEK
            ]

        editions = await self._store.read(read)
        if not editions:
            raise NoNewsError(hours=int(WEEK.total_seconds() // 3600))
        phrase = partial(_phrase, settings.language)
        return await asyncio.to_thread(compose_week, editions, day=day, title=roundup.name, phrase=phrase)

    async def _require(self, guild_id: int, roundup_id: int | None) -> tuple[GuildSettings, Roundup]:
        async def read(session: Session) -> tuple[GuildSettings | None, tuple[Roundup, ...]]:
            return await guilds.settings_of(session, guild_id), await table.roundups_of(session, guild_id)

        settings, roundups = await self._store.read(read)
        if settings is None or not roundups:
            raise NotSetUpError
        return settings, chosen(roundups, roundup_id)


def chosen(roundups: Sequence[Roundup], roundup_id: int | None) -> Roundup:
    """Return one of a guild's roundups, the first for None.

    Raises:
        GoneError: if none has this id.
    """
    for roundup in roundups:
        if roundup_id in {None, roundup.id}:
            return roundup
    raise GoneError


def _told(edition: EditionRecord) -> Iterator[str]:
    """Yield the addresses of the articles that an edition was made from."""
    if edition.content is not None:
        for section in (edition.content.lead, *edition.content.sections):
            yield from section.articles if section is not None else ()


def _quoted(edition: Edition) -> Iterator[str]:
    """Yield the address of the article that each section of an edition quotes, those in reserve too."""
    for section in (edition.lead, *edition.sections, *edition.reserve):
        if section is not None:
            yield from section.articles[:1]


def _composer(
    articles: tuple[Article, ...],
    settings: GuildSettings,
    roundup: Roundup,
    *,
    day: date,
    now: datetime,
    told: tuple[Article, ...],
    asked: QueuedQuestion | None,
) -> Callable[[], Edition]:
    # Their word lists take 200 ms that a start need not pay.
    from bot.domain.compose import compose  # noqa: PLC0415
    from bot.domain.question import from_queue  # noqa: PLC0415

    return lambda: compose(
        articles,
        day=day,
        title=roundup.name,
        now=now,
        phrase=partial(_phrase, settings.language),
        told=told,
        queued=None if asked is None else from_queue(asked),
    )


def _phrase(language: str, message_id: str, /, **params: object) -> str:
    return text(message_id, language, **params)
