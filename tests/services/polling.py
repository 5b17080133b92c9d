"""What the tests of polls share: a guild with the services of polls, members who vote, and a desk for Discord."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.actor import Actor, Capability
from bot.domain.poll.ballot import Marks
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import Option, Poll, PollStep
from bot.domain.poll.rules import PollRules
from bot.edge.due_runner import DueRunner
from bot.services.ballot_box import BallotBox, Receipt
from bot.services.poll import PollService
from bot.services.poll_work import PollOutcome, PollTask, PollWork
from bot.services.vote import VoteService
from tests.house import CHANNEL, GUILD, START, House, actor

CARS = ("RX-Vision", "Vision GT", "Urban EV", "IMs")
NIGHT = timedelta(hours=12)


def options(labels: Sequence[str] = CARS) -> tuple[Option, ...]:
    return tuple(Option(number, label) for number, label in enumerate(labels, 1))


def voter(number: int, *, guild_id: int = GUILD, days: int = 90, roles: Sequence[int] = ()) -> Actor:
    """Return a member who joined so many days ago, with an account of three years."""
    return Actor(
        user_id=5_000 + number,
        guild_id=guild_id,
        role_ids=frozenset(roles),
        capabilities=frozenset(),
        created_at=START - timedelta(days=1_000),
        joined_at=START - timedelta(days=days),
    )


moderator = actor(Capability.EDIT, Capability.MODERATE)


@dataclass
class PollDesk:
    """What stands for Discord: it does each step, counts them, and fails where a test wants it to."""

    taken: list[tuple[PollStep, bool]] = field(default_factory=list)
    shown: list[PollTask] = field(default_factory=list)
    failing: dict[PollStep, BaseException] = field(default_factory=dict)
    not_before: datetime | None = None

    async def perform(self, task: PollTask) -> PollOutcome:
        self.taken.append((task.step, task.resumed))
        self.shown.append(task)
        if task.step in self.failing:
            raise self.failing[task.step]
        if self.not_before is not None and task.step is PollStep.SHOW and task.at < self.not_before:
            return PollOutcome(not_before=self.not_before)
        number = 8_000 + len(self.taken)
        made = {
            PollStep.CARD: PollOutcome(message_id=number),
            PollStep.THREAD: PollOutcome(thread_id=number),
            PollStep.RESULT: PollOutcome(result_id=number),
        }
        return made.get(task.step, PollOutcome())

    @property
    def steps(self) -> list[PollStep]:
        return [step for step, _ in self.taken]


@dataclass
class PollHouse:
    """The services of polls as the application composes them."""

    house: House
    polls: PollService
    votes: VoteService
    work: PollWork
    desk: PollDesk
    runner: DueRunner

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    async def make(
        self,
        rules: PollRules | None = None,
        *,
        labels: Sequence[str] = CARS,
        closes: timedelta | None = NIGHT,
        opens: timedelta | None = None,
        question: str = "Which one would you drive home?",
    ) -> Poll:
        """Make a poll and let what is due be done."""
        draft = PollDraft(
            question,
            rules or PollRules(),
            options(labels),
            CHANNEL,
            opens_at=None if opens is None else self.now + opens,
            closes_at=None if closes is None else self.now + closes,
        )
        made = await self.polls.create(moderator, draft)
        await self.run()
        return await self.polls.get(moderator, made.id)

    async def run(self) -> None:
        await self.runner.run_once(self.now)

    async def pass_time(self, by: timedelta) -> None:
        self.house.clock.advance(by)
        await self.run()

    async def vote(self, poll: Poll, who: int | Actor, *marks: tuple[int, int]) -> Receipt:
        cast: Marks = tuple(sorted(marks))
        return await self.votes.vote(who if isinstance(who, Actor) else voter(who), poll.id, cast, self.now)

    async def final(self, poll: Poll) -> Poll:
        """Let the rest of a poll's time pass."""
        while (at := (await self.polls.get(moderator, poll.id)).next_at()) is not None:
            self.house.clock.move_to(max(at, self.now))
            await self.run()
        return await self.polls.get(moderator, poll.id)


def poll_house(house: House) -> PollHouse:
    work, desk = PollWork(house.store, house.clock), PollDesk()
    runner = DueRunner(house.due, house.clock)
    runner.register(work, desk.perform)
    return PollHouse(
        house,
        PollService(house.store, house.clock, house.due),
        VoteService(house.store, BallotBox(house.store)),
        work,
        desk,
        runner,
    )
