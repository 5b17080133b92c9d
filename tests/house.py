"""The bot's inner house for tests: real services on a real file, a publisher on loopback, and a desk for Discord."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import ManualClock
from bot.domain.actor import Actor, Capability
from bot.domain.due_work import DueWork
from bot.domain.guild import Part
from bot.domain.roundup import EditionRecord, EditionStep, PostingStep, Progress
from bot.edge.due_runner import DueRunner
from bot.feeds.fetch import Fetcher
from bot.feeds.read import FeedReader
from bot.services.doctor import DoctorService
from bot.services.due_work import DueWorkService
from bot.services.editing import EditingService
from bot.services.edition import EditionWork
from bot.services.feed import FeedWork
from bot.services.guild import GuildService, SetupChoice
from bot.services.notice import NoticeStep, NoticeWork
from bot.services.page import PageService
from bot.services.planning import RoundupWork
from bot.services.roundup import RoundupService
from bot.services.showing import ShowStep, ShowWork
from bot.services.source import SourceService
from bot.services.source_notice import SourceNotice, SourceNoticeWork
from bot.storage.store import Session, Store
from tests.parser import ParserHere

# A Wednesday, early in the morning of Berlin and in the afternoon of Tokyo.
START = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)
GUILD, OTHER_GUILD = 1_000_000_000_000_000_001, 1_000_000_000_000_000_002
CHANNEL, NOTICES, REVIEW, ROLE, USER = 2_001, 2_002, 2_003, 3_001, 4_001
EVERY = timedelta(minutes=30)
SOURCES_MAX = 3


def actor(*capabilities: Capability, guild_id: int = GUILD, user_id: int = USER) -> Actor:
    return Actor(
        user_id=user_id,
        guild_id=guild_id,
        role_ids=frozenset(),
        capabilities=frozenset(capabilities),
        created_at=START - timedelta(days=900),
        joined_at=START - timedelta(days=90),
    )


def manager(guild_id: int = GUILD) -> Actor:
    return actor(Capability.MANAGE, guild_id=guild_id)


def editor(guild_id: int = GUILD) -> Actor:
    return actor(Capability.EDIT, guild_id=guild_id)


MEMBER = actor(Capability.MODERATE)  # everything that neither settings nor sources ask for


@dataclass(frozen=True)
class Entry:
    guid: str
    title: str
    words: str = "The maker showed it on Tuesday and said when it goes on sale."
    published_at: datetime | None = None


@dataclass
class Shelf:
    """One address of a publisher: what it answers, and what it was asked."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    asked: list[str | None] = field(default_factory=list)  # the If-None-Match of each request
    gate: asyncio.Event | None = None  # holds answers back until it is set
    arrived: asyncio.Event = field(default_factory=asyncio.Event)  # a request waits at the gate


class NewsServer:
    """Publishers on loopback, with ETags."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self.server = TestServer(app)

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    def asked(self, path: str) -> int:
        return len(self.shelves[path].asked)

    def publish(self, path: str, *entries: Entry, name: str = "Motor Daily") -> str:
        """Put a feed on a shelf and return its address."""
        items = "".join(_item(entry) for entry in entries)
        body = (
            f"<rss version='2.0'><channel><title>{escape(name)}</title><link>https://motor.example</link>"
            f"{items}</channel></rss>"
        ).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        self.answer(path, body=body, headers={"ETag": etag, "Content-Type": "application/rss+xml"})
        return self.url(path)

    def answer(
        self, path: str, *, status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> str:
        shelf = self.shelves.setdefault(path, Shelf())
        shelf.status, shelf.headers, shelf.body = status, dict(headers or {}), body
        return self.url(path)

    async def _answer(self, request: web.Request) -> web.Response:
        shelf = self.shelves[request.path]
        known = request.headers.get("If-None-Match")
        shelf.asked.append(known)
        if shelf.gate is not None:
            shelf.arrived.set()
            await shelf.gate.wait()
        if known is not None and known == shelf.headers.get("ETag"):
            return web.Response(status=304, headers={"ETag": known})
        return web.Response(status=shelf.status, headers=shelf.headers, body=shelf.body)


def _item(entry: Entry) -> str:
    date = "" if entry.published_at is None else f"<pubDate>{format_datetime(entry.published_at)}</pubDate>"
    return (
        f"<item><guid isPermaLink='false'>{entry.guid}</guid><title>{escape(entry.title)}</title>"
        f"<link>https://motor.example/{entry.guid}</link><description>{escape(entry.words)}</description>{date}</item>"
    )


class Killed(BaseException):
    """Ends a step as a killed process does: nothing is told to anybody."""


class Desk:
    """What stands for Discord: it takes posts, gives them ids, and fails where a test wants it to."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._work: EditionWork | None = None
        self._next_id = 9_000
        self.taken: list[tuple[EditionStep, bool]] = []  # each step on an edition, and whether it was resumed
        self.notices: list[NoticeStep] = []
        self.source_notices: list[SourceNotice] = []
        self.shown: list[ShowStep] = []  # each edition that was shown as it stood then
        self.failing: dict[EditionStep, BaseException] = {}

    def serve(self, work: EditionWork) -> None:
        self._work = work

    async def perform(self, step: PostingStep) -> Progress:
        assert self._work is not None
        self.taken.append((step.step, step.resumed))
        if step.step in self.failing:
            raise self.failing[step.step]
        self._next_id += 1
        if step.step is EditionStep.GATHER:
            return await self._work.gather(step)
        if step.step is EditionStep.DRAFT:
            return await self._work.draft(step)
        made = {
            EditionStep.REVIEW: Progress(review_id=self._next_id),
            EditionStep.MESSAGE: Progress(message_id=self._next_id, posted_at=self._clock.now()),
            EditionStep.THREAD: Progress(thread_id=self._next_id),
            EditionStep.QUESTION: Progress(question_id=self._next_id),
        }
        return made.get(step.step, Progress())

    async def show(self, step: ShowStep) -> None:
        self.shown.append(step)

    async def tell(self, step: NoticeStep) -> int:
        self.notices.append(step)
        self._next_id += 1
        return self._next_id

    async def tell_of_source(self, step: SourceNotice) -> int:
        self.source_notices.append(step)
        self._next_id += 1
        return self._next_id


@dataclass(frozen=True)
class House:
    """The services as the application composes them, on one store."""

    store: Store
    clock: ManualClock
    due: DueWorkService
    guilds: GuildService
    feeds: FeedWork
    sources: SourceService
    roundups: RoundupService
    editing: EditingService
    planning: RoundupWork
    editions: EditionWork
    notices: NoticeWork
    source_notices: SourceNoticeWork
    doctor: DoctorService
    runner: DueRunner
    desk: Desk
    parser: ParserHere

    async def set_up(
        self,
        guild_id: int = GUILD,
        *,
        at: time = time(7, 30),
        timezone: str = "Europe/Berlin",
        language: str = "en",
        parts: frozenset[Part] = frozenset(Part),
        channel_id: int = CHANNEL,
    ) -> datetime | None:
        choice = SetupChoice(
            name="Morning roundup",
            channel_id=channel_id,
            at=at,
            timezone=timezone,
            language=language,
            parts=parts,
            notify_role_id=ROLE,
        )
        return await self.guilds.set_up(manager(guild_id), choice)

    async def run_due(self) -> int:
        """Do what is due now, as the application's runner does it."""
        return await self.runner.run_once(self.clock.now())

    async def history(self, guild_id: int = GUILD) -> tuple[EditionRecord, ...]:
        return await self.roundups.history(editor(guild_id))

    async def only_edition(self) -> EditionRecord:
        (edition,) = await self.history()
        return edition

    async def die_at(self, step: EditionStep) -> None:
        """Do what is due until `step` of an edition is taken, and be killed there."""
        self.desk.failing = {step: Killed()}
        with suppress(BaseExceptionGroup):  # the runner's task group hands it on
            await self.run_due()
            raise AssertionError(f"{step} was never taken")
        self.desk.failing = {}

    async def claim_edition(self) -> tuple[EditionRecord, DueWork]:
        """Let the edition that is due now be planned, and claim it without posting it."""
        work = await self.claim("roundup")
        await self.planning.next_step(work)
        await self.due.finish(work, next_at=await self.planning.finished(work))
        return await self.only_edition(), await self.claim("edition")

    async def claim(self, kind: str) -> DueWork:
        """Take the one piece of a kind that is due."""
        (work,) = await self.due.claim(self.clock.now(), [kind], 1)
        return work

    async def schedule(self, kind: str, subject_id: int, due_at: datetime, guild_id: int | None = None) -> None:
        async def write(session: Session) -> None:
            await self.due.schedule(session, kind, subject_id, due_at, guild_id=guild_id)

        await self.store.write(write)


def compose_house(store: Store, clock: ManualClock, reader: FeedReader, parser: ParserHere) -> House:
    due = DueWorkService(store)
    guilds = GuildService(store, clock, due)
    feeds = FeedWork(store, clock, due, reader, every=EVERY, jitter=lambda: 0.0)
    pages = PageService(store, clock, reader)
    sources = SourceService(store, clock, feeds, pages, reader, sources_max=SOURCES_MAX)
    roundups = RoundupService(store, clock, due, sources)
    editing = EditingService(store, clock, due)
    planning = RoundupWork(store, clock, due)
    editions = EditionWork(store, clock, due, sources, roundups)
    notices = NoticeWork(store, clock)
    source_notices = SourceNoticeWork(store, clock)
    desk = Desk(clock)
    desk.serve(editions)
    runner = DueRunner(due, clock)
    runner.register(feeds, feeds.read)
    runner.register(source_notices, desk.tell_of_source)
    runner.register(planning, planning.perform)
    runner.register(editions, desk.perform)
    runner.register(notices, desk.tell)
    runner.register(ShowWork(store, clock), desk.show)
    doctor = DoctorService(clock, guilds, sources, due)
    return House(
        store,
        clock,
        due,
        guilds,
        feeds,
        sources,
        roundups,
        editing,
        planning,
        editions,
        notices,
        source_notices,
        doctor,
        runner,
        desk,
        parser,
    )


@asynccontextmanager
async def open_house(store: Store, clock: ManualClock, port: int) -> AsyncIterator[House]:
    """Open the services on a store; feeds may be read from one port of this machine."""
    async with (
        Fetcher(user_agent="paddock-test", allow_loopback_ports=frozenset({port})) as fetcher,
        ParserHere() as parser,
    ):
        yield compose_house(store, clock, FeedReader(fetcher, parser), parser)
