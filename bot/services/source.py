"""The feeds that a guild follows: added, removed, tried, and read again and again."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.article import ParsedFeed
from bot.domain.due_work import DueWork
from bot.domain.errors import GoneError, PaddockError, packed
from bot.domain.feed import RateLimitedError
from bot.domain.source import (
    RETRY_LONGEST,
    FeedState,
    Source,
    SourceEmptyError,
    SourceKnownError,
    SourceLimitError,
    next_read_at,
)
from bot.domain.wording import storable
from bot.feeds.fetch import Validators, web_address
from bot.feeds.read import FeedRead, FeedReader
from bot.services.due_work import DueWorkService
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import source as table
from bot.storage.store import Session, Store, after_commit

log = logging.getLogger(__name__)

# An edition is made from feeds that were asked at most this long before.
FRESH = timedelta(minutes=10)
# At most so many feeds are asked at once for one edition: polite to small hosts, quick enough for fifty feeds.
READS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """The one step of a feed's due work: ask it."""

    feed: FeedState


class SourceService:
    """What a guild follows. As due work, `kind` is one reading of one feed, for all guilds that follow it."""

    kind = "feed"

    def __init__(
        self,
        store: Store,
        clock: Clock,
        due: DueWorkService,
        reader: FeedReader,
        *,
        every: timedelta,
        sources_max: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._reader = reader
        self._every = every
        self._sources_max = sources_max
        # One request at a time to a feed, whoever asks: two guilds' editions fall due at the same minute.
        self._asking: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def add(self, actor: Actor, url: str) -> tuple[Source, int]:
        """Read a feed, follow it, and return the source and how many articles it has now.

        Raises:
            NotAllowedError: without the capability to edit.
            SourceLimitError, SourceKnownError, SourceEmptyError: see there.
            FetchError, FeedError: if it cannot be read; nothing is changed then.
        """
        actor.require(Capability.EDIT)
        address = feed_address(url)
        await self._check_room(actor.guild_id)
        read, parsed = await self._try(address)
        canonical = read.fetched.permanent_url or address
        now = self._clock.now()

        async def write(session: Session) -> Source:
            await guilds.take_turns(session, actor.guild_id)
            if await table.count_sources(session, actor.guild_id) >= self._sources_max:
                raise SourceLimitError(limit=self._sources_max)
            # First the feed, which waits for whoever is about to make one of it and another that the guild follows.
            feed_id = await table.add_feed(session, url=canonical, title=parsed.title, site_url=parsed.site_url)
            known = await table.find_source(session, actor.guild_id, url=canonical)
            if known is not None:
                raise SourceKnownError(name=known.name)
            await table.add_source(
                session,
                guild_id=actor.guild_id,
                feed_id=feed_id,
                name=parsed.title,
                added_by=actor.user_id,
                at=now,
            )
            await self._store_read(session, feed_id, read, now)
            await self._audit(session, actor, "source.audit.added", name=parsed.title, url=canonical)
            await self._due.schedule(session, self.kind, feed_id, now + self._every)
            added = await table.find_source(session, actor.guild_id, url=canonical)
            if added is None:
                raise GoneError
            return added

        source = await self._store.write(write)
        log.info("source added guild=%s feed=%s articles=%s", actor.guild_id, source.feed_id, len(parsed.articles))
        return source, len(parsed.articles)

    async def list(self, guild_id: int) -> tuple[Source, ...]:
        """Return what a guild follows, in the order in which it was added."""
        return await self._store.read(lambda session: table.sources_of(session, guild_id))

    async def remove(self, actor: Actor, source_id: int) -> Source:
        """Stop following a source and return it.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if the guild has no such source.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> Source:
            removed = await table.remove_source(session, actor.guild_id, source_id)
            if removed is None:
                raise GoneError
            if await table.forget_feed_if_unfollowed(session, removed.feed_id):
                await self._due.cancel(session, self.kind, removed.feed_id)
            await self._audit(session, actor, "source.audit.removed", name=removed.name, url=removed.url)
            return removed

        return await self._store.write(write)

    async def test(self, actor: Actor, url: str) -> ParsedFeed:
        """Read a feed as /source add would, keep nothing, and return what it holds.

        Raises:
            NotAllowedError: without the capability to edit.
            FetchError, FeedError, SourceEmptyError: if it cannot be read or is empty.
        """
        actor.require(Capability.EDIT)
        return (await self._try(feed_address(url)))[1]

    async def refresh(self, guild_id: int) -> None:
        """Ask a guild's feeds that were not asked lately; one that fails is noted and does not hold up the others."""
        now = self._clock.now()
        limit = asyncio.Semaphore(READS_AT_ONCE)

        async def one(feed_id: int) -> None:
            async with limit:
                state = await self._store.read(lambda session: table.feed_state(session, feed_id))
                if state is None or not state.may_be_asked(now):
                    return
                if state.asked_at is None or state.asked_at < now - FRESH:
                    await self.read(ReadFeed(state))

        async with asyncio.TaskGroup() as group:
            for source in await self.list(guild_id):
                group.create_task(one(source.feed_id))

    async def next_step(self, work: DueWork) -> ReadFeed | None:
        """Return the reading that is due, or None if it was done or nobody follows the feed any more."""
        state = await self._store.read(lambda session: table.feed_state(session, work.subject_id))
        if state is None or (state.asked_at is not None and state.asked_at >= work.due_at):
            return None
        return ReadFeed(state)

    async def read(self, step: ReadFeed) -> None:
        """Ask one feed and keep what is new, or why it could not be read.

        A feed that somebody else has asked since the step was handed out is left alone.
        """
        feed_id = step.feed.id
        async with self._asking.setdefault(feed_id, asyncio.Lock()):
            feed = await self._store.read(lambda session: table.feed_state(session, feed_id))
            if feed is None or feed.asked_at != step.feed.asked_at:
                return
            await self._read(feed, self._clock.now())

    async def _read(self, feed: FeedState, now: datetime) -> None:
        try:
            read = await self._reader.read(feed.url, validators=Validators(feed.etag, feed.last_modified))
        except PaddockError as error:
            failure = packed(error)
            seconds = error.params.get("retry_after_s")
            ask_after = now + timedelta(seconds=seconds) if isinstance(seconds, int) else None
            await self._store.write(
                lambda session: table.record_failure(session, feed.id, at=now, failure=failure, ask_after=ask_after)
            )
            log.info("feed failed feed=%s reason=%s", feed.id, error.message_id)
            return
        await self._store.write(lambda session: self._store_read(session, feed.id, read, now))

    async def record_step(self, work: DueWork, step: ReadFeed, outcome: None) -> None:  # noqa: ARG002  # DueSteps
        """Keep the claim; what came of the reading was kept with it.

        Raises:
            LeaseLostError: if somebody else has taken the work over, or nobody follows the feed any more.
        """
        await self._store.write(lambda session: agenda.hold(session, work, self._clock.now(), got_on=True))

    async def finished(self, work: DueWork) -> datetime | None:
        """Return when the feed is asked again; None if nobody follows it any more."""
        state = await self._store.read(lambda session: table.feed_state(session, work.subject_id))
        return None if state is None else next_read_at(state, self._clock.now(), every=self._every)

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Try a feed again in a day: it failed for a fault of ours, which a newer version may not have."""
        after_commit(session, lambda: log.error("feed parked feed=%s error=%s", work.subject_id, error))
        await self._due.schedule(session, self.kind, work.subject_id, self._clock.now() + RETRY_LONGEST)

    async def _try(self, address: str) -> tuple[FeedRead, ParsedFeed]:
        """Read a feed that somebody has just named, unless its publisher has asked us to wait."""
        now = self._clock.now()
        known = await self._store.read(lambda session: table.find_feed(session, address))
        if known is not None and known.ask_after is not None and not known.may_be_asked(now):
            wait_s = round((known.ask_after - now).total_seconds())
            raise RateLimitedError(url=address, status=429, retry_after_s=wait_s)
        read = await self._reader.read(address)
        if read.parsed is None or not read.parsed.articles:
            raise SourceEmptyError(url=address)
        return read, read.parsed

    async def _check_room(self, guild_id: int) -> None:
        count = await self._store.read(lambda session: table.count_sources(session, guild_id))
        if count >= self._sources_max:
            raise SourceLimitError(limit=self._sources_max)

    @staticmethod
    async def _store_read(session: Session, feed_id: int, read: FeedRead, now: datetime) -> None:
        validators, seconds, moved_to = read.fetched.validators, read.fetched.retry_after_s, read.fetched.permanent_url
        read_id = feed_id if moved_to is None else await table.move_feed(session, feed_id, url=moved_to)
        if read_id is None:
            return
        is_followed = await table.record_read(
            session,
            read_id,
            at=now,
            etag=validators.etag,
            last_modified=validators.last_modified,
            ask_after=None if seconds is None else now + timedelta(seconds=seconds),
        )
        if not is_followed:
            return
        if read.parsed is not None:
            await table.save_articles(session, read_id, read.parsed.articles, at=now)
        if read_id != feed_id:
            # After the articles were kept: what they say of both feeds' entries is the newest. The agenda drops the
            # feed by itself, when it finds it gone.
            await table.merge_feed(session, feed_id, into=read_id)
            log.info("feeds merged feed=%s into=%s", feed_id, read_id)

    async def _audit(self, session: Session, actor: Actor, action: str, **params: str) -> None:
        await guilds.add_audit(
            session,
            guild_id=actor.guild_id,
            actor_id=actor.user_id,
            action=action,
            params=params,
            at=self._clock.now(),
        )


def feed_address(given: str) -> str:
    """Return an address as people mean it: "Example.com/feed#top" is https://example.com/feed.

    Raises:
        AddressError: if it is no address of the web.
    """
    address = storable(given).strip().strip("<>").strip()
    return str(web_address(address if "://" in address else f"https://{address}", asked=given))
