"""Many members who press a poll's buttons over and over while the bot is killed, and what their ballots may be then.

Each member knows what they were told. A vote whose answer never came may have been counted or not, so it widens what
their ballot may be; an answer narrows it to what it said.
"""

import asyncio
import random
import re
from dataclasses import dataclass, field
from enum import StrEnum

from simcord.backend.models import Message
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import SystemClock
from bot.demo.world import Person
from bot.domain.poll.ballot import from_canonical, receipt_of
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import PollKind
from bot.storage.ballot import BallotRow
from bot.text import text
from tests.wire._taps import Tap
from tests.wire.bot_process import BotProcess
from tests.wire.database import Database
from tests.wire.pollroom import CARS, option_button
from tests.wire.wire import PAUSE_S, Wire

Chosen = frozenset[int]
NOTHING: Chosen = frozenset()
MEMBERS = 60
# A vote whose answer takes longer than this is one without: Discord waits three seconds (docs, receiving and
# responding), and this machine does other things too.
UNANSWERED_S = 20.0
ARRIVES_S = 90.0  # a bot has to start meanwhile
TWICE = 0.15  # so often does somebody press a second button before the first has answered
ANSWERS = r"POST /interactions/.*"
ALWAYS = 1_000_000
# How long a batch, or the answers to one, are held before the kill: long enough to be come to.
HELD_S = 0.3

_RECEIPT = re.compile(r"`([0-9a-f]{64})`")
_WITHDRAWN = text("vote.told.withdrawn", "en")
_CLOSED = text("poll.error.closed", "en", at=0).partition("<t:")[0]


class Strike(StrEnum):
    """When the bot is killed in a storm."""

    ANYWHERE = "anywhere"  # at a random moment
    WRITING = "writing"  # while a batch waits to be written
    ANSWERING = "answering"  # what is written was not answered yet


@dataclass
class Voter:
    """A member, and what is known of their ballot.

    `receipt` is the one that they were told last; None if they have no ballot, or have voted since without an answer.
    """

    person: Person
    may_have: frozenset[Chosen] = frozenset({NOTHING})
    receipt: str | None = None
    is_refused: bool = False


@dataclass
class Count:
    """What came of the votes."""

    acknowledged: int = 0
    refused: int = 0
    unanswered: int = 0


@dataclass
class Storm:
    """A storm of votes on one poll."""

    wire: Wire
    bot: BotProcess
    database: Database
    poll: Poll
    rng: random.Random
    voters: list[Voter] = field(default_factory=list)
    count: Count = field(default_factory=Count)
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    slowest_start_s: float = 0.0
    _card: Message | None = None
    _waiting: set[Tap] = field(default_factory=set)

    async def start(self) -> None:
        """Start the bot, and let members vote once it is connected and the poll's card stands."""
        await self.database.pass_leases(SystemClock().now())
        began = asyncio.get_running_loop().time()
        await self.bot.start()
        await self.wire.ready(ARRIVES_S)
        self.poll = await self.database.until_poll(self.poll.id, lambda poll: poll.thread_id is not None, ARRIVES_S)
        self._card = self._card or self.wire.seen(self.poll.channel_id, self.poll.message_id or 0)
        self.slowest_start_s = max(self.slowest_start_s, asyncio.get_running_loop().time() - began)
        self.is_up.set()

    async def kill(self, strike: Strike) -> None:
        """Kill the bot while they vote; whoever waits for an answer learns that none comes."""
        match strike:
            case Strike.ANYWHERE:
                await self._end()
            case Strike.WRITING:
                async with self.database.held_still(BallotRow.__tablename__):
                    await asyncio.sleep(HELD_S)
                    await self._end()
            case Strike.ANSWERING:
                kept = self.wire.fail(ANSWERS, status=503, times=ALWAYS)
                await kept.met.wait()
                await asyncio.sleep(HELD_S)
                await self._end()
                self.wire.mend(kept)

    async def _end(self) -> None:
        await self.bot.kill()
        self.is_up.clear()
        while self.wire.sessions:  # what the dead bot had sent is read first
            await asyncio.sleep(PAUSE_S)
        for tap in self._waiting:
            tap.over.set()

    async def vote_until_refused(self, voter: Voter) -> None:
        """Let a member vote as fast as they are answered, until they are told that the poll is closed."""
        while not voter.is_refused:
            await self.is_up.wait()
            numbers = [self.rng.randint(1, len(CARS)) for _ in range(2 if self.rng.random() < TWICE else 1)]
            await self.press(voter, *numbers)

    async def press(self, voter: Voter, *numbers: int) -> None:
        """Let a member press options, one right after the other, and learn what came of each."""
        taps = [await self.send(voter, number) for number in numbers]
        for number, tap in zip(numbers, taps, strict=True):
            await self.hear(voter, number, tap)

    async def send(self, voter: Voter, number: int) -> Tap:
        """Press an option of the poll's card."""
        assert self._card is not None
        tap = await self.wire.tap(voter.person, self._card, option_button(self.poll.id, number))
        self._waiting.add(tap)
        return tap

    async def hear(self, voter: Voter, number: int, tap: Tap) -> None:
        """Wait for the answer to a press, and take in what it says."""
        try:
            async with asyncio.timeout(UNANSWERED_S):
                await tap.over.wait()
        except TimeoutError:
            pass
        self._waiting.discard(tap)
        after = frozenset(self._pressed(chosen, number) for chosen in voter.may_have)
        answer = tap.answer
        if answer is None:
            self.count.unanswered += 1
            voter.may_have |= after
            voter.receipt = None
        elif answer.startswith(_CLOSED):
            self.count.refused += 1
            voter.is_refused = True
        else:
            self.count.acknowledged += 1
            said, voter.receipt = _read(answer)
            assert said in after, f"{voter.person.name} was told {set(said)}, which is none of {after}"
            closes_at = self.poll.closes_at
            assert closes_at is None or tap.at < closes_at, "a vote was taken that was made after the deadline"
            voter.may_have = frozenset({said})

    async def kept(self) -> list[tuple[int | None, Chosen, str]]:
        """Return whose each ballot in the table is, what it chooses, and its receipt, in one order."""
        found = await self.database.read(lambda session: rows_of(session, self.poll.id))
        return sorted(found, key=lambda ballot: ballot[2])

    def _pressed(self, chosen: Chosen, number: int) -> Chosen:
        """Return what is chosen once an option was pressed."""
        return frozenset({number}) if self.poll.rules.kind is PollKind.SINGLE else chosen ^ {number}

    async def assert_kept(self) -> tuple[dict[int, int], set[str]]:
        """Compare the table with what members were told; return the votes of each option and all receipts.

        Members stand beside their ballots as long as the result is not final.
        """
        kept = await self.kept()
        by_member = {user_id: (chosen, receipt) for user_id, chosen, receipt in kept}
        assert len(by_member) == len(kept), "a member has two ballots"
        assert by_member.keys() <= {voter.person.id for voter in self.voters}, "a ballot of nobody who voted"
        for voter in self.voters:
            chosen, receipt = by_member.get(voter.person.id, (NOTHING, None))
            assert chosen in voter.may_have, f"{voter.person.name} was told {voter.may_have}, and {set(chosen)} is kept"
            assert voter.receipt in {None, receipt}, f"{voter.person.name} has another receipt than their ballot"
        votes = {
            number: sum(number in chosen for chosen, _ in by_member.values()) for number in range(1, len(CARS) + 1)
        }
        return votes, {receipt for _, receipt in by_member.values()}


def _read(answer: str) -> tuple[Chosen, str | None]:
    """Return what an answer says that its member has chosen now, and the receipt."""
    if answer == _WITHDRAWN:
        return NOTHING, None
    receipt = _RECEIPT.search(answer)
    assert receipt is not None, f"neither taken nor refused: {answer}"
    said = answer.partition("\n")[0]
    return frozenset(number for number, label in enumerate(CARS, 1) if f"**{label}**" in said), receipt[1]


async def rows_of(session: AsyncSession, poll_id: int) -> list[tuple[int | None, Chosen, str]]:
    """Return whose each ballot of a poll is, what it chooses, and its receipt."""
    wanted = select(BallotRow.user_id, BallotRow.marks, BallotRow.nonce).where(BallotRow.poll_id == poll_id)
    return [
        (user_id, frozenset(number for number, _ in from_canonical(kept)), receipt_of(poll_id, nonce, kept))
        for user_id, kept, nonce in await session.execute(wanted)
    ]
