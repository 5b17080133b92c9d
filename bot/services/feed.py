"""Due work on feeds: each is read again and again, once for all guilds that follow it."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.domain.article import ParsedFeed
from bot.domain.due_work import DueWork
from bot.domain.errors import PaddockError, packed
from bot.domain.feed import GoneForGoodError, RateLimitedError
from bot.domain.source import FAILURES_TOLD, RETRY_LONGEST, FeedState, SourceEmptyError, news_of, next_read_at
from bot.feeds.fetch import Validators
from bot.feeds.read import FeedRead, FeedReader
from bot.services.due_work import DueWorkService
from bot.storage import article as articles
from bot.storage import due_work as agenda
from bot.storage import feed_move
from bot.storage import source as table
from bot.storage.store import Session, Store, after_commit

log = logging.getLogger(__name__)

FEED = "feed"
# The kind under which it stands on the agenda that a guild is to be told of a source (`bot.services.source_notice`).
SOURCE_NOTICE = "source_notice"
# An edition is made from feeds that were asked at most this long before.
FRESH = timedelta(minutes=10)
# At most so many feeds are asked at once for one edition: polite to small hosts, quick enough for fifty feeds.
READS_AT_ONCE = 8
# An edition waits no longer than this for its feeds: what answers later is in the next one. Shorter than a step of
# due work may take (`bot.edge.due_runner`).
REFRESH_S_MAX = 60.0


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """The one step of a feed's due work: ask it."""

    feed: FeedState


class FeedWork:
    """Reads feeds. One piece of due work is one reading of one feed, for all guilds that follow it.

    Args:
        store: where feeds and articles are kept.
        clock: tells the time.
        due: the agenda.
        reader: fetches and parses.
        every: the usual wait between two readings of a feed.
        jitter: a number from 0 to 1, another one each time, by which feeds are kept from being asked in step.
    """

    kind = FEED

    def __init__(
        self,
        store: Store,
        clock: Clock,
        due: DueWorkService,
        reader: FeedReader,
        *,
        every: timedelta,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._reader = reader
        self._every = every
        self._jitter = jitter
        # One request at a time to a feed, whoever asks: two guilds' editions fall due at the same minute.
        self._asking: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def look(self, address: str) -> tuple[FeedRead, ParsedFeed]:
        """Read a feed that somebody has just named, unless its publisher has asked us to wait.

        Raises:
            FeedError, SourceEmptyError: if it cannot be read or is empty.
            FeedChoiceError: if it is a page that offers several feeds; one with a single feed is as good as that.
        """
        now = self._clock.now()
        known = await self._store.read(lambda session: table.find_feed(session, address))
        if known is not None and known.ask_after is not None and known.ask_after > now:
            wait_s = round((known.ask_after - now).total_seconds())
            raise RateLimitedError(url=address, status=429, retry_after_s=wait_s)
        read = await self._reader.find(address)
        if read.parsed is None or not read.parsed.articles:
            raise SourceEmptyError(url=address)
        return read, read.parsed

    async def begin(self, session: Session, feed_id: int, read: FeedRead, now: datetime) -> None:
        """Keep the first reading of a feed that a guild begins to follow, and plan the next."""
        await self._keep(session, feed_id, read, now)
        await self._due.schedule(session, self.kind, feed_id, now + self._every * (1 + self._jitter() / 10))

    async def resume(self, session: Session, feed_id: int) -> None:
        """Ask a feed again that nobody wanted for a while."""
        await self._due.schedule(session, self.kind, feed_id, self._clock.now())

    async def forget(self, session: Session, feed_id: int) -> None:
        """Forget a feed if nobody follows it any more."""
        if await table.forget_feed_if_unfollowed(session, feed_id):
            await self._due.cancel(session, self.kind, feed_id)

    async def refresh(self, guild_id: int) -> None:
        """Ask a guild's feeds that were not asked lately; one that fails is noted and does not hold up the others.

        Paused sources are left alone, and so is a feed whose publisher has ended it.
        """
        now = self._clock.now()
        limit = asyncio.Semaphore(READS_AT_ONCE)

        async def one(feed_id: int) -> None:
            async with limit:
                state = await self._store.read(lambda session: table.feed_state(session, feed_id))
                if state is None or not state.may_be_asked(now):
                    return
                if state.asked_at is None or state.asked_at < now - FRESH:
                    await self.read(ReadFeed(state))

        followed = await self._store.read(lambda session: table.sources_of(session, guild_id))
        try:
            async with asyncio.timeout(REFRESH_S_MAX), asyncio.TaskGroup() as group:
                for source in followed:
                    if not source.is_paused:
                        group.create_task(one(source.feed_id))
        except TimeoutError:
            log.warning("feeds too slow for the edition guild=%s sources=%s", guild_id, len(followed))

    async def next_step(self, work: DueWork) -> ReadFeed | None:
        """Return the reading that is due; None if it was done, or if nobody wants the feed any more or can have it."""
        state = await self._wanted(work.subject_id)
        if state is None:
            return None
        return None if state.asked_at is not None and state.asked_at >= work.due_at else ReadFeed(state)

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
            failed = error
        else:
            await self._store.write(lambda session: self._keep(session, feed.id, read, now))
            return

        async def write(session: Session) -> None:
            seconds = failed.params.get("retry_after_s")
            await table.record_failure(
                session,
                feed.id,
                at=now,
                failure=packed(failed),
                ask_after=now + timedelta(seconds=seconds) if isinstance(seconds, int) else None,
                is_gone=isinstance(failed, GoneForGoodError),
            )
            if feed.failures + 1 >= FAILURES_TOLD or isinstance(failed, GoneForGoodError):
                await self._tell(session, feed.id, now)

        await self._store.write(write)
        log.info("feed failed feed=%s reason=%s", feed.id, failed.message_id)

    async def record_step(self, work: DueWork, step: ReadFeed, outcome: None) -> None:  # noqa: ARG002  # DueSteps
        """Keep the claim; what came of the reading was kept with it.

        Raises:
            LeaseLostError: if somebody else has taken the work over, or nobody follows the feed any more.
        """
        await self._store.write(lambda session: agenda.hold(session, work, self._clock.now(), got_on=True))

    async def finished(self, work: DueWork) -> datetime | None:
        """Return when the feed is asked again; None if nobody wants it any more, or its publisher has ended it."""
        state = await self._wanted(work.subject_id)
        if state is None:
            return None
        return next_read_at(state, self._clock.now(), every=self._every, jitter=self._jitter())

    async def _wanted(self, feed_id: int) -> FeedState | None:
        """Return a feed that somebody wants and that its publisher has not ended, else None."""

        async def read(session: Session) -> FeedState | None:
            is_wanted = await table.is_wanted(session, feed_id)
            return await table.feed_state(session, feed_id) if is_wanted else None

        state = await self._store.read(read)
        return None if state is None or state.gone_at is not None else state

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Try a feed again in a day: it failed for a fault of ours, which a newer version may not have."""
        after_commit(session, lambda: log.error("feed parked feed=%s error=%s", work.subject_id, error))
        await self._due.schedule(session, self.kind, work.subject_id, self._clock.now() + RETRY_LONGEST)

    async def _keep(self, session: Session, feed_id: int, read: FeedRead, now: datetime) -> None:
        validators, seconds, moved_to = read.fetched.validators, read.fetched.retry_after_s, read.fetched.permanent_url
        read_id = feed_id if moved_to is None else await feed_move.move_feed(session, feed_id, url=moved_to)
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
            await articles.save_articles(session, read_id, read.parsed.articles, at=now)
        if read_id != feed_id:
            # After the articles were kept: what they say of both feeds' entries is the newest. The agenda drops the
            # feed by itself, when it finds it gone.
            await feed_move.merge_feed(session, feed_id, into=read_id)
            log.info("feeds merged feed=%s into=%s", feed_id, read_id)
        await self._tell(session, read_id, now, told=True)

    async def _tell(self, session: Session, feed_id: int, now: datetime, *, told: bool | None = None) -> None:
        """Have each guild told what is new of its source, in the transaction in which that is recorded."""
        for source in await table.sources_on(session, feed_id, told=told):
            if news_of(source, now) is None:
                continue
            # Where it is on the agenda already it stays as it is: its moment tells one notice from another.
            if await self._due.planned_at(session, SOURCE_NOTICE, source.id) is None:
                await self._due.schedule(session, SOURCE_NOTICE, source.id, now, guild_id=source.guild_id)
