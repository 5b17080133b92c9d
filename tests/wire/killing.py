"""A bot that is killed at a request of one of its steps, whatever the work is."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import ClassVar

from bot.clock import SystemClock
from tests.wire.bot_process import BotProcess
from tests.wire.database import Database
from tests.wire.kill_count import Kill, Moment, Reply
from tests.wire.wire import Wire

ARRIVES_S = 60.0  # a bot has to start meanwhile, on a machine that does other things too
# The reply is on the bot's side of the network once it is sent; how long it takes the bot to come to its database is
# not to be seen from outside. Were this too short, the kill would come a little earlier, which is another test's place.
TAKES_REPLY_S = 0.3


@dataclass
class Scene:
    """One piece of work, the request by which a step of it acts, and what happens to the bot that does it."""

    wire: Wire
    bot: BotProcess
    database: Database
    subject_id: int
    route: str
    kills: list[Moment] = field(default_factory=list)

    kind: ClassVar[str]

    async def kill_as(self, kill: Kill) -> None:
        """Start the bot and kill it there."""
        match kill.moment, kill.reply:
            case Moment.BEFORE, reply:
                await self._kill_before()
                if reply is Reply.LOST:  # and what was not heard is said again, in vain too
                    await self.restart()
                    await self._kill_after_lost_reply(kill)
            case Moment.DURING, reply:
                await self._kill_during(reply)
            case Moment.AFTER, Reply.KEPT:
                await self._kill_after()
            case Moment.AFTER, Reply.LOST:
                await self.bot.start()
                await self._kill_after_lost_reply(kill)

    async def restart(self) -> None:
        """Start the bot again some minutes later: the dead one's claim is over."""
        await self.database.pass_leases(SystemClock().now())
        await self.bot.start()

    async def lost_reply_noticed(self, kill: Kill) -> None:
        """Wait until the bot has recorded that it has no reply to that step's request."""
        del kill
        await self.database.failed(self.subject_id, ARRIVES_S, self.kind)

    async def _kill_before(self) -> None:
        held = self.wire.hold(self.route)
        await self.bot.start()
        await within(held.arrived.wait())
        await self.kill(Moment.BEFORE)
        held.cut()

    async def _kill_during(self, reply: Reply) -> None:
        held = self.wire.hold(self.route)
        await self.bot.start()
        await within(held.arrived.wait())
        if reply is Reply.LOST:
            await held.carry_out()
            await self.kill(Moment.DURING)
            held.cut()
        else:  # Discord comes to it when nobody waits for the answer any more
            await self.kill(Moment.DURING)
            await held.answer()

    async def _kill_after(self) -> None:
        held = self.wire.hold(self.route)
        await self.bot.start()
        await within(held.arrived.wait())
        async with self.database.held_still():
            await held.answer()
            await asyncio.sleep(TAKES_REPLY_S)
            await self.kill(Moment.AFTER)

    async def _kill_after_lost_reply(self, kill: Kill) -> None:
        lost = self.wire.lose_reply(self.route)
        await within(lost.met.wait())
        await self.lost_reply_noticed(kill)
        await self.kill(Moment.AFTER)

    async def kill(self, moment: Moment) -> None:
        """Kill the bot, and remember when."""
        self.kills.append(moment)
        await self.bot.kill()


async def within(waiting: Awaitable[object]) -> None:
    """Wait for something that a bot does soon after its start."""
    async with asyncio.timeout(ARRIVES_S):
        await waiting
