"""A guild with two feeds whose edition is due at once, written by the bot's own services before the bot starts."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import SystemClock
from bot.domain.actor import Actor, Capability
from bot.domain.guild import Part
from bot.domain.roundup import EditionState
from bot.feeds.fetch import Fetcher
from bot.feeds.read import FeedReader
from bot.feeds.worker import ParserProcess
from bot.services.due_work import DueWorkService
from bot.services.feed import FeedWork
from bot.services.guild import GuildService, SetupChoice
from bot.services.page import PageService
from bot.services.roundup import RoundupService
from bot.services.source import SourceService
from bot.storage import source as sources
from bot.storage.poll import poll_of_edition
from bot.storage.roundup import change_edition
from bot.storage.store import open_store
from tests.wire.database import Database
from tests.wire.wire import Wire

ITEM = """<item><title>{title}</title><link>https://{host}/{slug}</link><guid>{host}/{slug}</guid>
<pubDate>{at}</pubDate><description>{words}</description></item>"""
FEED = "<rss version='2.0'><channel><title>{name}</title><link>https://{host}</link>{items}</channel></rss>"
STORIES = {
    "first": (
        "Lap Times",
        ("A rotary engine returns", "The maker runs a twin-rotor engine again. Which of its coupes was the best?"),
        ("A kei van crosses a desert", "Two friends drove 900 km with 47 kW and a spare belt. They met nobody."),
    ),
    "second": (
        "Paddock Post",
        ("A bridge opens for bicycles", "The old railway bridge of the town carries bicycles from Monday on."),
        ("Fuel gets dearer in May", "A litre costs four cents more than in April, says the office of statistics."),
    ),
}


# What the first feed tells instead where the edition shall ask for a vote.
BALLOT = (
    "Which coupe would you take: the Apex, the Bolide or the Comet?",
    "Three coupes cost the same this spring. Which coupe would you take: the Apex, the Bolide or the Comet?",
)
FORUM = "daily"


class Form(StrEnum):
    """What an edition is made of in Discord."""

    TEXT = "text"  # a message, a thread on it, an open question
    POLL = "poll"  # the question names what is voted on
    FORUM = "forum"  # the edition is a post in a forum


def actor(guild_id: int) -> Actor:
    now = SystemClock().now()
    capabilities = frozenset(Capability)
    return Actor(1, guild_id, frozenset(), capabilities, now - timedelta(days=900), now - timedelta(days=90))


def publish(wire: Wire, form: Form = Form.TEXT) -> tuple[str, ...]:
    """Put both feeds on the shelf and return their addresses."""
    now = SystemClock().now()
    return tuple(wire.feed(f"{slug}.xml", feed_of(slug, now, form)) for slug in STORIES)


def feed_of(slug: str, now: datetime, form: Form = Form.TEXT) -> str:
    name, *stories = STORIES[slug]
    if form is not Form.TEXT and slug == "first":
        stories[0] = BALLOT
    host = f"{slug}.example"
    at = format_datetime(now - timedelta(hours=1))
    items = "".join(
        ITEM.format(title=title, host=host, slug=number, at=at, words=words)
        for number, (title, words) in enumerate(stories)
    )
    return FEED.format(name=name, host=host, items=items)


async def plan(wire: Wire, database_url: str, form: Form = Form.TEXT, *, review_channel_id: int | None = None) -> int:
    """Make today's edition due at once in the first guild, and return the edition's id; see `plan_all`."""
    if form is Form.FORUM:
        wire.guild.handle.create_forum_channel(FORUM)
    place = wire.place(FORUM if form is Form.FORUM else "morning-roundup")
    places = [(wire.guild.handle.id, place.id)]
    (edition_id,) = await plan_all(wire, database_url, places, form=form, review_channel_id=review_channel_id)
    return edition_id


async def plan_all(
    wire: Wire,
    database_url: str,
    places: Sequence[tuple[int, int]],
    *,
    notices_channel_id: int | None = None,
    form: Form = Form.TEXT,
    review_channel_id: int | None = None,
) -> list[int]:
    """Set guilds up, let them follow both feeds, and make today's edition due in each.

    Args:
        wire: where they are.
        database_url: a migrated database that nobody has open.
        places: the ids of each guild and of the channel for its editions.
        notices_channel_id: where an edition that does not appear is spoken of.
        form: what the feeds give occasion to; the channel has to suit it.
        review_channel_id: where its draft is shown first; it is posted whether or not it is approved.
    """
    clock = SystemClock()
    urls = publish(wire, form)
    planned: list[int] = []
    async with open_store(database_url, purpose="test") as store:
        due = DueWorkService(store)
        guilds = GuildService(store, clock, due)
        # Reads nothing here: the bot under test is to ask the feeds.
        reader = FeedReader(Fetcher(user_agent="test"), ParserProcess())
        feeds = FeedWork(store, clock, due, reader, every=timedelta(hours=1))
        pages = PageService(store, clock, reader)
        followed = SourceService(store, clock, feeds, pages, reader, sources_max=len(urls))
        roundups = RoundupService(store, clock, due, followed)
        for guild_id, channel_id in places:
            await guilds.set_up(actor(guild_id), choice(channel_id, clock.now()))
            if notices_channel_id is not None:
                tell_there = partial(replace, notices_channel_id=notices_channel_id)
                await guilds.change(actor(guild_id), tell_there, "guild.audit.notices", channel="#notices")
            await store.write(partial(_follow, guild_id=guild_id, urls=urls, now=clock.now()))
            if review_channel_id is not None:
                shown_there = partial(replace, review_channel_id=review_channel_id, posts_unapproved=True)
                await guilds.change_roundup(actor(guild_id), shown_there, "editing.audit.review", name="", channel="")
            edition = await roundups.post_now(actor(guild_id))
            # Whoever asks for an edition has approved it; this one is to come by itself.
            unapproved = replace(edition, approved_by=None, approved_at=None)
            await store.write(partial(change_edition, edition=unapproved))
            planned.append(edition.id)
    return planned


def choice(channel_id: int, now: datetime) -> SetupChoice:
    """Choose a daily time half a day away, so that only the edition asked for is posted during a test."""
    return SetupChoice(
        name="Morning Lap",
        channel_id=channel_id,
        at=(now + timedelta(hours=12)).time().replace(second=0, microsecond=0),
        timezone="UTC",
        language="en",
        parts=frozenset(Part),
        notify_role_id=None,
    )


async def _follow(session: AsyncSession, *, guild_id: int, urls: tuple[str, ...], now: datetime) -> None:
    """Follow feeds that nobody has asked yet: the edition's first step has something to do."""
    for url, (name, *_) in zip(urls, STORIES.values(), strict=True):
        feed_id = await sources.add_feed(session, url=url, title=name, site_url=None)
        await sources.add_source(session, guild_id=guild_id, feed_id=feed_id, name=name, added_by=1, at=now)


@asynccontextmanager
async def opened(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url)
    try:
        yield database
    finally:
        await database.close()


async def assert_posted_once(
    wire: Wire, database: Database, edition_id: int, timeout_s: float = 40.0, *, form: Form = Form.TEXT
) -> None:
    """Wait until an edition is posted, then compare what is recorded with what stands in Discord."""
    edition = await database.until(edition_id, lambda e: e.state is not EditionState.DUE, timeout_s)
    assert edition.state is EditionState.POSTED
    if form is Form.FORUM:
        assert wire.threads(wire.place(FORUM).id) == [edition.thread_id]
        assert edition.channel_id == edition.thread_id
        message, question = wire.messages(edition.channel_id)
    else:
        assert wire.threads(edition.channel_id) == [edition.thread_id]
        (message,) = wire.messages(edition.channel_id)
        (question,) = wire.messages(edition.thread_id or 0)
    assert message.id == edition.message_id
    assert question.id == edition.question_id
    assert question.poll is None  # what an edition asks is a poll of ours
    poll = await database.read(lambda session: poll_of_edition(session, edition_id))
    assert poll is not None
    assert poll.message_id == question.id
    assert f"'poll:{poll.id}:vote'" in str(message.components)
