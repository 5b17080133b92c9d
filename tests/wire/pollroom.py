"""A guild with a poll, to be opened or over already, written by the bot's own services before the bot starts."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from discord import ui
from sqlalchemy import update

from bot.clock import Clock, ManualClock, SystemClock
from bot.domain.actor import Actor
from bot.domain.poll.ballot import Marks
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import FINAL_AFTER, POLL, Option, Poll, PollState, PollStep
from bot.domain.poll.rules import PollKind, PollRules
from bot.edge.due_runner import DueRunner
from bot.edge.poll_card import poll_card
from bot.services.ballot_box import BallotBox
from bot.services.due_work import DueWorkService
from bot.services.guild import GuildService
from bot.services.poll import PollService
from bot.services.poll_work import PollOutcome, PollTask, PollWork
from bot.services.vote import VoteService
from bot.storage.due_work import DueWorkRow
from bot.storage.poll import PollRow
from bot.storage.store import Store, open_store
from tests.wire import newsroom
from tests.wire.database import Database
from tests.wire.wire import Wire

CHANNEL = "morning-roundup"
CARS = ("Apex", "Bolide", "Comet", "Dart")
QUESTION = "Which one would you drive home?"
# A poll is open for a minute at least; these are closed sooner, once their storm is over.
OPEN_FOR = timedelta(hours=1)
# So long ago did a poll that is over close: its result is due.
CLOSED_AGO = FINAL_AFTER + timedelta(minutes=1)
VOTED_BEFORE_CLOSE = timedelta(minutes=5)
OPENED_BEFORE_CLOSE = timedelta(hours=1)
BALLOTS: Sequence[Marks] = (((1, 1),), ((1, 1),), ((2, 1),), ((1, 1),), ((4, 1),), ((2, 1),))

SINGLE = PollRules()
# Each option is a button that goes on and off: whoever takes their last one off has withdrawn.
MULTIPLE = PollRules(kind=PollKind.MULTIPLE, choices_max=len(CARS))


def option_button(poll_id: int, number: int) -> str:
    """Return the custom id of an option's button on a poll's card."""
    return f"poll:{poll_id}:option:{number}"


@dataclass(frozen=True)
class Room:
    """The services of polls on a database that no bot has open."""

    wire: Wire
    store: Store
    clock: Clock
    due: DueWorkService
    polls: PollService
    votes: VoteService

    @property
    def moderator(self) -> Actor:
        return newsroom.actor(self.wire.guild.handle.id)

    async def make(self, rules: PollRules, channel: str = CHANNEL) -> Poll:
        """Set the guild up and make a poll, which is due at once."""
        channel_id = self.wire.place(channel).id
        guilds = GuildService(self.store, self.clock, self.due)
        await guilds.set_up(self.moderator, newsroom.choice(channel_id, SystemClock().now()))
        options = tuple(Option(number, label) for number, label in enumerate(CARS, 1))
        draft = PollDraft(QUESTION, rules, options, channel_id, closes_at=self.clock.now() + OPEN_FOR)
        return await self.polls.create(self.moderator, draft)


@asynccontextmanager
async def room(wire: Wire, database_url: str, clock: Clock | None = None) -> AsyncGenerator[Room]:
    """Open the database while no bot has it."""
    clock = clock or SystemClock()
    async with open_store(database_url, purpose="test") as store:
        due = DueWorkService(store)
        polls, votes = PollService(store, clock, due), VoteService(store, BallotBox(store))
        yield Room(wire, store, clock, due, polls, votes)


async def plan(wire: Wire, database_url: str, rules: PollRules = SINGLE, channel: str = CHANNEL) -> Poll:
    """Make a poll that is due at once in the first guild."""
    async with room(wire, database_url) as services:
        return await services.make(rules, channel)


async def plan_over(wire: Wire, database_url: str) -> Poll:
    """Make a poll that a bot which is gone has opened, shown and closed: its result is due, and not posted."""
    closed_at = SystemClock().now() - CLOSED_AGO
    clock = ManualClock(closed_at - OPENED_BEFORE_CLOSE + VOTED_BEFORE_CLOSE)
    async with room(wire, database_url, clock) as services:
        poll = await services.make(SINGLE)
        runner = DueRunner(services.due, clock)
        runner.register(PollWork(services.store, clock), _Gone(wire).perform)
        await runner.run_once(clock.now())
        clock.move_to(closed_at - VOTED_BEFORE_CLOSE)
        for person, marks in zip(wire.add_members(len(BALLOTS)), BALLOTS, strict=True):
            await services.votes.vote(_voter(wire, person.id, clock.now()), poll.id, marks, clock.now())
        clock.move_to(closed_at)
        await services.polls.close(services.moderator, poll.id)
        await runner.run_once(clock.now())
        over = await services.polls.get(services.moderator, poll.id)
    assert over.state is PollState.CLOSED
    assert over.shown_revision == over.revision
    return over


class _Gone:
    """What a bot did on Discord that is not there any more."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def perform(self, task: PollTask) -> PollOutcome:
        poll = task.poll
        messages = f"/channels/{poll.channel_id}/messages"
        match task.step:
            case PollStep.CARD:
                made = self._wire.act_as_bot("POST", messages, _body(poll_card(task.shown)))
                return PollOutcome(message_id=int(made["id"]))
            case PollStep.THREAD:
                path = f"{messages}/{poll.message_id}/threads"
                made = self._wire.act_as_bot("POST", path, {"name": poll.question})
                return PollOutcome(thread_id=int(made["id"]))
            case PollStep.SHOW:
                self._wire.act_as_bot("PATCH", f"{messages}/{poll.message_id}", _body(poll_card(task.shown)))
                return PollOutcome()
            case _:
                raise AssertionError(task.step)


def _body(view: ui.LayoutView) -> dict[str, object]:
    # Discord docs, message flags: IS_COMPONENTS_V2.
    return {"components": view.to_components(), "flags": 1 << 15}


def _voter(wire: Wire, user_id: int, now: datetime) -> Actor:
    guild_id = wire.guild.handle.id
    long_ago = now - timedelta(days=100)
    return Actor(user_id, guild_id, frozenset(), frozenset(), created_at=long_ago, joined_at=long_ago)


async def let_close(wire: Wire, database: Database, poll_id: int, closes_at: datetime) -> None:
    """Let an open poll close then; no bot runs."""
    async with room(wire, database.url) as services:
        await services.polls.extend(services.moderator, poll_id, closes_at)


async def pass_reopening(database: Database, poll_id: int, now: datetime) -> None:
    """Let the minutes be over in which a closed poll may be reopened; no bot runs."""
    poll = await database.poll(poll_id)
    assert poll.closed_at is not None
    await database.write(update(PollRow).where(PollRow.id == poll_id).values(closed_at=poll.closed_at - FINAL_AFTER))
    is_its = (DueWorkRow.kind == POLL, DueWorkRow.subject_id == poll_id)
    await database.write(update(DueWorkRow).where(*is_its).values(due_at=now))
