"""The sources of a guild: added, changed, removed, tried, imported and exported."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.article import Article, ParsedFeed
from bot.domain.errors import GoneError, PaddockError
from bot.domain.roundup import Roundup
from bot.domain.source import (
    WEIGHTS_PERCENT,
    ListedFeed,
    ListTooLargeError,
    NotAListError,
    Source,
    SourceKnownError,
    SourceLimitError,
    SourceWeightError,
)
from bot.domain.wording import storable
from bot.feeds.fetch import web_address
from bot.feeds.opml import write_opml
from bot.feeds.read import FeedReader
from bot.services.feed import READS_AT_ONCE, FeedWork
from bot.services.page import PageService
from bot.storage import guild as guilds
from bot.storage import roundup as roundups
from bot.storage import source as table
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)

# A list of a thousand feeds has a quarter of that.
LIST_BYTES_MAX = 1024 * 1024
# Of a long list so many times the sources that a guild may have are tried: some are known or dead.
LIST_TRIED_TIMES = 2


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of a list of feeds: what is followed now, what was before, what failed and why, what had no room."""

    added: tuple[Source, ...]
    known_n: int
    failed: tuple[tuple[ListedFeed, PaddockError], ...]
    left_n: int


class SourceService:
    """What a guild follows. Its due work, one reading of one feed, is in `bot.services.feed`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        feeds: FeedWork,
        pages: PageService,
        reader: FeedReader,
        *,
        sources_max: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._feeds = feeds
        self._pages = pages
        self._reader = reader
        self._sources_max = sources_max

    async def add(self, actor: Actor, url: str, *, listed: ListedFeed | None = None) -> tuple[Source, int]:
        """Read a feed, follow it, and return the source and how many articles it has now.

        Args:
            actor: who asks.
            url: the address of a feed, or of a page that names one.
            listed: what a list says of the feed; its marks, weight and words are taken over.

        Raises:
            NotAllowedError: without the capability to edit.
            SourceLimitError, SourceKnownError, SourceEmptyError: see there.
            FeedChoiceError: if the page names several feeds.
            FetchError, FeedError: if it cannot be read; nothing is changed then.
        """
        actor.require(Capability.EDIT)
        address = feed_address(url)
        await self._check_room(actor.guild_id)
        read, parsed = await self._feeds.look(address)
        canonical = read.fetched.permanent_url or read.url
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
            await self._feeds.begin(session, feed_id, read, now)
            await self._audit(session, actor, "source.audit.added", name=parsed.title, url=canonical)
            added = await table.find_source(session, actor.guild_id, url=canonical)
            if added is None:
                raise GoneError
            return added if listed is None else await self._as_listed(session, added, listed)

        source = await self._store.write(write)
        log.info("source added guild=%s feed=%s articles=%s", actor.guild_id, source.feed_id, len(parsed.articles))
        return source, len(parsed.articles)

    async def list(self, guild_id: int) -> tuple[Source, ...]:
        """Return what a guild follows, in the order in which it was added."""
        return await self._store.read(lambda session: table.sources_of(session, guild_id))

    async def source(self, guild_id: int, source_id: int) -> Source:
        """Return a source of this guild.

        Raises:
            GoneError: if there is none with this id here.
        """
        return await self._store.read(lambda session: _of_guild(session, guild_id, source_id))

    async def roundups(self, guild_id: int) -> tuple[Roundup, ...]:
        """Return the guild's roundups, each of which a source may be meant for alone."""
        return await self._store.read(lambda session: roundups.roundups_of(session, guild_id))

    async def change(self, actor: Actor, source_id: int, edit: Callable[[Source], Source]) -> Source:
        """Change what the guild chose for a source, and return it.

        A guild has one column of its own for each roundup: where another source was it, it is no longer.

        Args:
            actor: who asks.
            source_id: the guild's own id of the source.
            edit: returns the source with another weight, pause, mark, word or roundup; all else stays as it is.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if the guild has no such source, or no such roundup.
            SourceWeightError: if it may not count that much.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> Source:
            await guilds.take_turns(session, actor.guild_id)
            old = await _of_guild(session, actor.guild_id, source_id)
            new = edit(old)
            if new.weight_percent not in WEIGHTS_PERCENT:
                raise SourceWeightError(given=new.weight_percent)
            names = {roundup.id: roundup.name for roundup in await roundups.roundups_of(session, actor.guild_id)}
            if new.roundup_id is not None and new.roundup_id not in names:
                raise GoneError
            if new.is_ours:
                for other in await table.sources_of(session, actor.guild_id):
                    if other.is_ours and other.id != new.id and other.roundup_id == new.roundup_id:
                        await table.save_source(session, replace(other, is_ours=False))
                        await self._audit(session, actor, "source.audit.not_ours", name=other.name)
            await table.save_source(session, new)
            for action, params in _differences(old, new, names):
                await self._audit(session, actor, action, name=new.name, **params)
            if old.is_paused and not new.is_paused:
                await self._feeds.resume(session, new.feed_id)
            return await _of_guild(session, actor.guild_id, source_id)

        return await self._store.write(write)

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
            await self._feeds.forget(session, removed.feed_id)
            await self._audit(session, actor, "source.audit.removed", name=removed.name, url=removed.url)
            return removed

        return await self._store.write(write)

    async def test(self, actor: Actor, url: str) -> ParsedFeed:
        """Read a feed as /source add would, keep nothing, and return what it holds.

        Raises:
            NotAllowedError: without the capability to edit.
            FeedChoiceError: if it is a page that names several feeds.
            FetchError, FeedError, SourceEmptyError: if it cannot be read or is empty.
        """
        actor.require(Capability.EDIT)
        return (await self._feeds.look(feed_address(url)))[1]

    async def import_list(self, actor: Actor, body: bytes) -> ImportResult:
        """Follow the feeds of an OPML list, each as `add` does, and say what came of each.

        Raises:
            NotAllowedError: without the capability to edit.
            ListTooLargeError, NotAListError, FeedError: if the list cannot be read.
        """
        actor.require(Capability.EDIT)
        if len(body) > LIST_BYTES_MAX:
            raise ListTooLargeError(mebibytes=LIST_BYTES_MAX // 1024 // 1024)
        listed = await self._reader.read_list(body)
        if not listed:
            raise NotAListError
        known = {source.url for source in await self.list(actor.guild_id)}
        tried = listed[: LIST_TRIED_TIMES * self._sources_max]
        results = await self._add_all(actor, [feed for feed in tried if _spelt(feed.url) not in known])
        failed = [(feed, result) for feed, result in results if isinstance(result, PaddockError)]
        full_n = sum(isinstance(error, SourceLimitError) for _, error in failed)
        again_n = sum(isinstance(error, SourceKnownError) for _, error in failed)
        return ImportResult(
            added=tuple(result for _, result in results if isinstance(result, Source)),
            known_n=len(tried) - len(results) + again_n,
            failed=tuple((feed, e) for feed, e in failed if not isinstance(e, SourceLimitError | SourceKnownError)),
            left_n=len(listed) - len(tried) + full_n,
        )

    async def export_list(self, actor: Actor, title: str) -> bytes:
        """Return the guild's sources as an OPML list that other readers take and `import_list` restores.

        Raises:
            NotAllowedError: without the capability to edit.
        """
        actor.require(Capability.EDIT)
        sources = await self.list(actor.guild_id)
        return write_opml(title, [(_listed(source), source.site_url) for source in sources])

    async def refresh(self, guild_id: int) -> None:
        """Ask a guild's feeds that were not asked lately, for an edition."""
        await self._feeds.refresh(guild_id)

    async def complete(self, guild_id: int, articles: Sequence[Article], urls: Collection[str]) -> tuple[Article, ...]:
        """Return `articles`, those with one of these addresses completed from their own pages where they have to be."""
        return await self._pages.complete(guild_id, articles, urls)

    async def _add_all(
        self, actor: Actor, feeds: Sequence[ListedFeed]
    ) -> Sequence[tuple[ListedFeed, Source | PaddockError]]:
        limit = asyncio.Semaphore(READS_AT_ONCE)

        async def one(feed: ListedFeed) -> tuple[ListedFeed, Source | PaddockError]:
            async with limit:
                try:
                    return feed, (await self.add(actor, feed.url, listed=feed))[0]
                except PaddockError as error:
                    return feed, error

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(feed)) for feed in feeds]
        return [task.result() for task in tasks]

    @staticmethod
    async def _as_listed(session: Session, added: Source, listed: ListedFeed) -> Source:
        has_column = any(source.is_ours for source in await table.sources_of(session, added.guild_id))
        source = replace(
            added,
            weight_percent=listed.weight_percent,
            is_paused=listed.is_paused,
            include_words=listed.include_words,
            exclude_words=listed.exclude_words,
            is_ours=listed.is_ours and not has_column,
            is_paywalled=listed.is_paywalled,
        )
        await table.save_source(session, source)
        return source

    async def _check_room(self, guild_id: int) -> None:
        count = await self._store.read(lambda session: table.count_sources(session, guild_id))
        if count >= self._sources_max:
            raise SourceLimitError(limit=self._sources_max)

    async def _audit(self, session: Session, actor: Actor, action: str, **params: str) -> None:
        await guilds.add_audit(
            session,
            guild_id=actor.guild_id,
            actor_id=actor.user_id,
            action=action,
            params=params,
            at=self._clock.now(),
        )


async def _of_guild(session: Session, guild_id: int, source_id: int) -> Source:
    source = await table.source_by_id(session, source_id)
    if source is None or source.guild_id != guild_id:
        raise GoneError
    return source


def _differences(old: Source, new: Source, roundup_names: dict[int, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what stands in the audit trail for a change: actions and their parameters."""
    if new.weight_percent != old.weight_percent:
        yield "source.audit.weight", {"weight": f"{new.weight_percent / 100:g}"}
    if new.is_paused != old.is_paused:
        yield ("source.audit.paused" if new.is_paused else "source.audit.resumed"), {}
    if new.is_ours != old.is_ours:
        yield ("source.audit.ours" if new.is_ours else "source.audit.not_ours"), {}
    if new.is_paywalled != old.is_paywalled:
        yield ("source.audit.paywalled" if new.is_paywalled else "source.audit.not_paywalled"), {}
    if (new.include_words, new.exclude_words) != (old.include_words, old.exclude_words):
        words = {"include": ", ".join(new.include_words) or "—", "exclude": ", ".join(new.exclude_words) or "—"}
        yield "source.audit.words", words
    if new.roundup_id != old.roundup_id:
        if new.roundup_id is None:
            yield "source.audit.all_roundups", {}
        else:
            yield "source.audit.roundup", {"roundup": roundup_names[new.roundup_id]}


def _listed(source: Source) -> ListedFeed:
    return ListedFeed(
        url=source.url,
        title=source.name,
        weight_percent=source.weight_percent,
        is_paused=source.is_paused,
        include_words=source.include_words,
        exclude_words=source.exclude_words,
        is_ours=source.is_ours,
        is_paywalled=source.is_paywalled,
    )


def _spelt(url: str) -> str:
    try:
        return feed_address(url)
    except PaddockError:
        return url


def feed_address(given: str) -> str:
    """Return an address as people mean it: "Example.com/feed#top" is https://example.com/feed.

    Raises:
        AddressError: if it is no address of the web.
    """
    address = storable(given).strip().strip("<>").strip()
    return str(web_address(address if "://" in address else f"https://{address}", asked=given))
