"""What the tests of followed polls share: the services, and a desk that answers for Discord about its own polls."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.poll.ballot import Marks
from bot.domain.poll.native import FollowedAnswer, FollowedPoll, NativeLook, NativeState
from bot.domain.poll.poll import Poll, PollStep
from bot.edge.due_runner import DueRunner
from bot.services.followed_polls import FollowedPolls
from bot.services.native_poll import NativePollService
from bot.services.poll import PollService
from bot.services.poll_work import PollOutcome, PollTask, PollWork
from bot.storage import ballot as ballots
from tests.house import CHANNEL, House
from tests.services.polling import moderator

MESSAGE = 9_001
CARS = ("RX-500", "126X", "EX-III")
DAY = timedelta(days=1)


@dataclass
class NativeDesk:
    """A native poll as Discord has it; `taken` are the steps that were done, `read` how often voters were."""

    closes_at: datetime
    voters: dict[int, set[int]] = field(default_factory=lambda: {number: set() for number in (1, 2, 3)})
    state: NativeState = NativeState.RUNNING
    thread_id: int | None = None
    taken: list[PollStep] = field(default_factory=list)
    read: int = 0
    failing: dict[PollStep, BaseException] = field(default_factory=dict)

    async def perform(self, task: PollTask) -> PollOutcome:
        self.taken.append(task.step)
        if task.step in self.failing:
            raise self.failing[task.step]
        if task.step is not PollStep.FOLLOW:
            return PollOutcome(result_id=7_000 + len(self.taken))
        if self.state is NativeState.GONE:
            return PollOutcome(native=NativeLook(NativeState.GONE))
        voters = None
        if task.reads_voters or self.state is NativeState.FINAL:
            self.read += 1
            voters = {number: tuple(sorted(users)) for number, users in self.voters.items()}
        return PollOutcome(native=NativeLook(self.state, voters, self.closes_at, self.thread_id))


@dataclass
class Following:
    """The services of polls as the application composes them, and one native poll."""

    house: House
    polls: PollService
    natives: NativePollService
    known: FollowedPolls
    desk: NativeDesk
    runner: DueRunner

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    def native(self, **changed: object) -> FollowedPoll:
        """Return the poll as a moderator sees it who follows it."""
        fields: dict[str, object] = {
            "message_id": MESSAGE,
            "channel_id": CHANNEL,
            "question": "Which one would you drive home?",
            "answers": tuple(FollowedAnswer(number, label) for number, label in enumerate(CARS, 1)),
            "is_multiple": False,
            "opened_at": self.now - timedelta(hours=1),
            "closes_at": self.desk.closes_at,
        }
        return FollowedPoll(**{**fields, **changed})  # type: ignore[arg-type]

    async def follow(self, **changed: object) -> Poll:
        """Follow the poll and let what is due be done."""
        done = await self.natives.follow(moderator, self.native(**changed))
        await self.run()
        return await self.read(done.poll)

    async def read(self, poll: Poll) -> Poll:
        return await self.polls.get(moderator, poll.id)

    async def run(self) -> None:
        await self.runner.run_once(self.now)

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass, in steps in which everything that falls due is done."""
        until = self.now + by
        while (due := await self.runner.next_due()) is not None and due[0] <= until:
            self.house.clock.move_to(max(due[0], self.now))
            await self.run()
        self.house.clock.move_to(until)
        await self.run()

    async def votes(self, poll: Poll) -> dict[int, Marks]:
        return await self.house.store.read(lambda session: ballots.votes_shown(session, poll.id))


def following(house: House) -> Following:
    known = FollowedPolls(house.store)
    polls = PollService(house.store, house.clock, house.due)
    natives = NativePollService(house.store, house.clock, house.due, polls, known)
    desk = NativeDesk(house.clock.now() + DAY)
    runner = DueRunner(house.due, house.clock)
    runner.register(PollWork(house.store, house.clock, known), desk.perform)
    return Following(house, polls, natives, known, desk, runner)
