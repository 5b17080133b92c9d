"""The composition root: everything is opened and closed here, in order, and the long tasks run here."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from bot.clock import Clock, SystemClock
from bot.edge.actor import Actors
from bot.edge.client import PaddockClient, use_api
from bot.edge.due_runner import DueRunner
from bot.edge.live_edit import LiveEdits
from bot.edge.native_poll import NativePolls
from bot.edge.pace import Pace
from bot.edge.publish import Publisher
from bot.edge.quiet import Quiet
from bot.edge.threads import Threads
from bot.feeds.fetch import Fetcher, FetchLimits
from bot.feeds.read import FeedReader
from bot.feeds.worker import ParserProcess
from bot.services.backup import BackupService
from bot.services.ballot_box import BallotBox
from bot.services.commands import CommandListService
from bot.services.discussion import DiscussionService
from bot.services.doctor import DoctorService
from bot.services.due_work import DueWorkService
from bot.services.editing import EditingService
from bot.services.edition import EditionWork
from bot.services.edition_poll import EditionPollService
from bot.services.feed import FeedWork
from bot.services.followed_polls import FollowedPolls
from bot.services.guild import GuildService
from bot.services.native_poll import NativePollService
from bot.services.nomination import NominationService
from bot.services.notice import NoticeWork
from bot.services.page import PageService
from bot.services.planning import RoundupWork
from bot.services.poll import PollService
from bot.services.poll_options import PollOptionService
from bot.services.poll_preview import PollPreviewService
from bot.services.poll_template import PollTemplateService, PollTemplateWork
from bot.services.poll_work import PollWork
from bot.services.question import QuestionService
from bot.services.roundup import RoundupService
from bot.services.showing import ShowWork
from bot.services.source import SourceService
from bot.services.source_notice import SourceNoticeWork
from bot.services.suggestion import SuggestionService
from bot.services.vote import VoteService
from bot.settings import Settings
from bot.storage.migrate import upgrade
from bot.storage.store import Store, open_store
from cogs.discussion import DiscussionCog, DiscussSelect
from cogs.guild import GuildCog
from cogs.help import HelpCog
from cogs.poll import BUTTONS as POLL_BUTTONS
from cogs.poll import VotingCog
from cogs.poll.desk import VotingDesk
from cogs.poll.make.desk import MakingDesk
from cogs.poll.manage_cog import PollCog
from cogs.poll.native import NativePollCog
from cogs.poll.nominate import NominateButton, NominateCog
from cogs.poll.posting import PollPosting
from cogs.question import QuestionCog
from cogs.roundup import BUTTONS, RoundupCog
from cogs.roundup.posting import Posting
from cogs.roundup.review import Drafts
from cogs.roundup.showing import Showing
from cogs.source import SourceCog, SourceNotices, TrySourceButton
from cogs.suggestion import AcceptButton, DismissButton, SuggestButton, SuggestionCog, SuggestionTelling

log = logging.getLogger(__name__)

# How long a stop waits for what was begun; container platforms kill after 10 to 30 seconds.
STOP_S = 25.0
DEFAULT_PORT = 80  # of http
USER_AGENT = "Paddock/0.1 (Discord news roundup; reads feeds only)"


@dataclass(frozen=True, slots=True)
class App:
    """The open application: what `run`, the demo and the tests drive."""

    client: PaddockClient
    runner: DueRunner
    live: LiveEdits
    guilds: GuildService
    sources: SourceService
    roundups: RoundupService
    editing: EditingService
    polls: PollService
    votes: VoteService
    backups: BackupService

    async def run_once(self, clock: Clock) -> int:
        """Do everything that is due now, edits included, and return how many pieces of work were done."""
        done = await self.runner.run_once(clock.now())
        await self.live.run_once(clock.now())
        return done


@asynccontextmanager
async def open_app(
    settings: Settings, clock: Clock, *, purpose: str, loopback_ports: frozenset[int] = frozenset()
) -> AsyncGenerator[App]:
    """Open database, feeds and client in order, and close them in the other.

    Args:
        settings: what the operator chose.
        clock: tells the time to everything that works with dates; pacing counts in real time.
        purpose: what a second process is told about this one.
        loopback_ports: ports of this machine from which feeds may be read, which are refused otherwise.

    Raises:
        FileOwnedError, NoFolderError, NewerSchemaError: see `bot.storage`.
    """
    await upgrade(settings.database_url)
    limits = FetchLimits(timeout_s=settings.fetch_timeout_s, bytes_max=settings.fetch_bytes_max)
    async with (
        open_store(settings.database_url, purpose=purpose) as store,
        Fetcher(user_agent=USER_AGENT, limits=limits, allow_loopback_ports=loopback_ports) as fetcher,
        ParserProcess() as parser,
    ):
        app = _compose(settings, clock, store, FeedReader(fetcher, parser))
        try:
            yield app
        finally:
            await app.client.close()


@dataclass(frozen=True, slots=True)
class _Services:
    """The use cases, and what they share; nothing of it knows Discord."""

    store: Store
    due: DueWorkService
    guilds: GuildService
    feeds: FeedWork
    sources: SourceService
    roundups: RoundupService
    discussions: DiscussionService
    editing: EditingService
    suggestions: SuggestionService
    polls: PollService
    votes: VoteService
    followed: FollowedPolls


@dataclass(frozen=True, slots=True)
class _Discord:
    """The ways to Discord that all features share."""

    client: PaddockClient
    publisher: Publisher
    threads: Threads
    live: LiveEdits


def _compose(settings: Settings, clock: Clock, store: Store, reader: FeedReader) -> App:
    services = _open_services(settings, clock, store, reader)

    async def load(_: PaddockClient) -> None:
        await _load_features(discord, services, settings, clock)

    monotonic = SystemClock().monotonic
    client = PaddockClient(CommandListService(store, clock), load, Quiet(monotonic))
    publisher = Publisher(client, Pace(monotonic, settings.requests_per_s_each))
    discord = _Discord(client, publisher, Threads(client, publisher), LiveEdits(clock, publisher))
    return App(
        client=client,
        runner=_runner(discord, services, clock),
        live=discord.live,
        guilds=services.guilds,
        sources=services.sources,
        roundups=services.roundups,
        editing=services.editing,
        polls=services.polls,
        votes=services.votes,
        backups=BackupService(settings.database_url, clock, every=settings.backup_every),
    )


def _open_services(settings: Settings, clock: Clock, store: Store, reader: FeedReader) -> _Services:
    due = DueWorkService(store)
    feeds = FeedWork(store, clock, due, reader, every=timedelta(minutes=settings.fetch_minutes))
    pages = PageService(store, clock, reader)
    sources = SourceService(store, clock, feeds, pages, reader, sources_max=settings.sources_max)
    return _Services(
        store=store,
        due=due,
        guilds=GuildService(store, clock, due),
        feeds=feeds,
        sources=sources,
        roundups=RoundupService(store, clock, due, sources),
        discussions=DiscussionService(store, clock),
        editing=EditingService(store, clock, due),
        suggestions=SuggestionService(store, clock, due, reader),
        polls=PollService(store, clock, due),
        votes=VoteService(store, BallotBox(store)),
        followed=FollowedPolls(store),
    )


async def _load_features(discord: _Discord, services: _Services, settings: Settings, clock: Clock) -> None:
    """Add the cogs and their lasting buttons."""
    add, actors, guilds = discord.client.add_feature, Actors(services.guilds), services.guilds
    await add(
        GuildCog(
            clock,
            actors,
            guilds,
            services.sources,
            services.roundups,
            timezone=settings.timezone,
            default_language=settings.language,
            starter_sources=settings.starter_sources,
        )
    )
    await add(SourceCog(actors, services.sources), (TrySourceButton,))
    roundup = RoundupCog(actors, guilds, services.roundups, services.editing, live=discord.live, clock=clock)
    await add(roundup, BUTTONS)
    suggestion = SuggestionCog(actors, guilds, services.suggestions, discord.live)
    await add(suggestion, (SuggestButton, AcceptButton, DismissButton))
    await add(QuestionCog(actors, QuestionService(services.store, clock)))
    await add(DiscussionCog(services.discussions, discord.publisher, discord.threads), (DiscussSelect,))
    await _load_polls(discord, services, actors, clock)
    await add(HelpCog(actors, guilds, DoctorService(clock, guilds, services.sources, services.due)))


async def _load_polls(discord: _Discord, services: _Services, actors: Actors, clock: Clock) -> None:
    add, tree = discord.client.add_feature, discord.client.tree
    store, due, polls = services.store, services.due, services.polls
    voting = VotingDesk(polls, services.votes, discord.live)
    await add(VotingCog(polls, voting), POLL_BUTTONS)
    await add(NominateCog(actors, NominationService(store, clock, due, services.votes), voting), (NominateButton,))
    making = MakingDesk(
        clock=clock,
        actors=actors,
        guilds=services.guilds,
        polls=polls,
        previews=PollPreviewService(store, clock),
        options=PollOptionService(polls),
        templates=PollTemplateService(store, clock, due),
    )
    await add(PollCog(making, discord.publisher, tree))
    await add(NativePollCog(actors, NativePollService(store, clock, due, polls, services.followed), tree))


def _runner(discord: _Discord, services: _Services, clock: Clock) -> DueRunner:
    """Return what does the work that falls due, each kind with its service and its hands on Discord."""
    store, due, publisher = services.store, services.due, discord.publisher
    runner = DueRunner(due, clock)
    runner.register(services.feeds, services.feeds.read)
    runner.register(SourceNoticeWork(store, clock), SourceNotices(publisher).tell)
    runner.register(RoundupWork(store, clock, due), RoundupWork.perform)
    editions = EditionWork(store, clock, due, services.sources, services.roundups)
    asking = EditionPollService(store, clock, due)
    posting = Posting(publisher, discord.threads, editions, services.discussions, asking, clock=clock)
    runner.register(editions, posting.perform)
    runner.register(ShowWork(store, clock), Showing(posting, Drafts(publisher)).perform)
    runner.register(NoticeWork(store, clock), posting.tell)
    runner.register(services.suggestions, SuggestionTelling(publisher).perform)
    natives = NativePolls(discord.client, publisher)
    poll_posting = PollPosting(publisher, discord.threads, discord.live, natives)
    runner.register(PollWork(store, clock, services.followed), poll_posting.perform)
    runner.register(PollTemplateWork(store, clock, due, services.polls), PollTemplateWork.perform)
    return runner


async def run(settings: Settings) -> None:
    """Connect to Discord and serve until SIGTERM or SIGINT, then finish what was begun.

    Raises:
        SettingsError: without a token.
        LoginRefusedError, NoDiscordError: if Discord does not let us in.
        FileOwnedError, NoFolderError, NewerSchemaError: see `bot.storage`.
    """
    token = settings.require_token()
    loopback_ports: set[int] = set()
    if settings.discord_api_base is not None:
        use_api(settings.discord_api_base)
        # A test's Discord serves the test's feeds too: no other port of this machine is ever read from.
        loopback_ports.add(urlsplit(settings.discord_api_base).port or DEFAULT_PORT)
    clock = SystemClock()
    async with open_app(settings, clock, purpose="paddock run", loopback_ports=frozenset(loopback_ports)) as app:
        await _serve(app, token)


async def _serve(app: App, token: str) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await app.client.log_in(token)
    # What there is by now stays as long as the process. Looking through all of it for garbage, again and again, would
    # hold up everybody for a tenth of a second each time.
    gc.freeze()
    async with asyncio.TaskGroup() as group:
        connection = group.create_task(_connected(app), name="connection")
        work = group.create_task(_work(app), name="due work")
        edits = group.create_task(app.live.run(), name="live edits")
        backups = group.create_task(app.backups.run(), name="backups")
        stop = group.create_task(stopping.wait(), name="stop")
        await asyncio.wait((stop, connection), return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        stop.cancel()
        app.runner.stop()
        edits.cancel()
        backups.cancel()
        if not app.client.is_ready():
            work.cancel()  # nothing was begun: it waits for a connection that is not wanted any more
        await asyncio.wait((work,), timeout=STOP_S)
        work.cancel()
        await app.client.finish_answers(STOP_S)
        await app.client.close()
    if (error := connection.result()) is not None:
        raise error
    log.info("stopped")


async def _connected(app: App) -> Exception | None:
    """Stay connected until the client is closed; return what ended it otherwise, so that the others can finish."""
    try:
        await app.client.stay_connected()
    except Exception as error:  # noqa: BLE001  # raised again when everything has been closed
        return error
    return None


async def _work(app: App) -> None:
    """Begin with due work once Discord is there: before that, each piece would only fail."""
    await app.client.wait_until_ready()
    await app.runner.run()
