"""Polls in a house: made through the service, opened, voted in and closed as the app does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.demo.world import Line, Person, Seen
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import CLOSE_GRACE, FINAL_AFTER, Option, Poll
from bot.domain.poll.rules import Method, PollKind, PollRules
from tests.cogs.house import House

CARS = ("Mazda RX-500", "Nissan 126X", "トヨタ EX-III", "Isuzu Bellett MX1600")
LENGTH = timedelta(days=1)
RANKED = PollRules(PollKind.RANKED, Method.SCHULZE)
SCORE = PollRules(PollKind.SCORE, Method.STAR)
VERDICT = PollRules(PollKind.VERDICT, Method.WILSON, labels=("so back", "so over"))


@dataclass
class Polling:
    """One poll in a house."""

    house: House
    poll: Poll
    where: str

    @property
    def card(self) -> Line:
        """The poll's card as it stands."""
        return next(
            line for line in self.house.world.lines(self.where) if f"'poll:{self.poll.id}:mine'" in str(line.raw)
        )

    @property
    def thread(self) -> list[Line]:
        """What stands in the poll's thread."""
        (thread,) = [each for each in self.house.world.threads(self.where) if each.id == self.card.id]
        return self.house.world.lines(thread)

    async def read(self) -> Poll:
        """Return the poll as it is kept."""
        return await self.house.app.polls.get(self.house.actor(), self.poll.id)

    async def press(self, person: Person, action: str) -> Seen:
        """Press a button of the card."""
        return await self.house.world.press(person, self.card, f"poll:{self.poll.id}:{action}")

    async def choose(self, person: Person, number: int) -> Seen:
        """Choose in the card's select."""
        return await self.house.world.select(person, self.card, [str(number)])

    async def marks(self, person: Person):
        """Return a member's ballot as it is on disk."""
        actor = self.house.actor_of(person)
        return (await self.house.app.votes.own(actor, self.poll.id)).marks

    async def close(self) -> None:
        """Let the deadline pass."""
        closes_at = (await self.read()).closes_at
        await self.house.world.advance_to(closes_at + CLOSE_GRACE)
        await self.house.work()

    async def finish(self) -> None:
        """Let the result become final."""
        await self.close()
        await self.house.world.advance(FINAL_AFTER)
        await self.house.work()


async def begin(
    house: House,
    rules: PollRules | None = None,
    labels: Sequence[str] = CARS,
    *,
    where: str = "general",
    question: str = "Which concept should have been built?",
    length: timedelta | None = LENGTH,
    options: Sequence[Option] | None = None,
) -> Polling:
    """Make a poll and let the app open it."""
    draft = PollDraft(
        question,
        rules or PollRules(),
        tuple(options or (Option(0, label) for label in labels)),
        house.world.place(where).id,
        closes_at=None if length is None else house.clock.now() + length,
    )
    poll = await house.app.polls.create(house.actor(), draft)
    await house.work()
    return Polling(house, poll, where)


def many(count: int) -> list[str]:
    return [f"Car {n}" for n in range(1, count + 1)]


class Hand:
    """A member with the panel that is open before them."""

    def __init__(self, polling, person, seen) -> None:
        self.polling, self.person, self.seen = polling, person, seen

    @property
    def world(self):
        return self.polling.house.world

    async def press(self, button: str):
        self.seen = await self.world.press(self.person, self.seen.message, button)
        return self.seen.text

    async def select(self, custom_id: str, *values: object):
        chosen = [str(value) for value in values]
        self.seen = await self.world.select(self.person, self.seen.message, chosen, custom_id=custom_id)
        return self.seen.text

    @property
    def text(self) -> str:
        return self.seen.text

    async def saved(self):
        return await self.polling.marks(self.person)


async def hold(polling, person=None) -> Hand:
    member = person or polling.house.world.members[0]
    return Hand(polling, member, await polling.press(member, "vote"))


def forge(house: House, polling: Polling, old: str, new: str) -> None:
    """Let the card say something else than the bot sent, as whoever sends requests of their own can."""
    message = house.backend.get_message(polling.card.place.id, polling.card.id)

    def walk(parts) -> None:
        for part in parts:
            if part.get("custom_id") == old:
                part["custom_id"] = new
            for option in part.get("options") or ():
                if option["value"] == old:
                    option["value"] = new
            walk(part.get("components", []))

    walk(message.components)
