"""Discord away for ten minutes, failing, or limiting everything: each edition comes once, in its window or not at all.

Seven guilds' editions are on their way when it begins. Six come after it, once each. The window of the seventh closes
meanwhile: it is left out, and its guild is told. Discord counts what it is asked in every second of it.
"""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import pytest
from sqlalchemy import update

from bot.clock import SystemClock
from bot.domain.roundup import LATE_WINDOW, EditionState, EditionStep, SkipReason
from bot.storage.roundup import EditionRow
from tests.wire import newsroom
from tests.wire._limits import GLOBAL_PER_S, busiest_second
from tests.wire.bot_process import BotProcess
from tests.wire.database import Database
from tests.wire.wire import Wire

ANYTHING = r"\w+ /(?!feeds/).*"
TEN_MINUTES_S = 600.0
STARTS_S = 60.0
GUILDS = 6
# What the bot waits at most between two tries, the 25 s that one takes while each answer is an error, and some more for
# a machine that does other things too.
AFTERWARDS_S = 300.0
# Requests that were on their way when a limit began cannot be called back.
ON_THEIR_WAY_S = 1.5


class Outage(StrEnum):
    AWAY = "away"
    FAILING = "failing"
    LIMITING = "limiting"


async def begin(wire: Wire, kind: Outage, length_s: float) -> Callable[[], None]:
    """Let an outage begin, and return what ends it."""
    match kind:
        case Outage.AWAY:
            await wire.go_away()
            return wire.come_back
        case Outage.FAILING:
            fault = wire.fail(ANYTHING, status=500, times=10**9)
            return lambda: wire.mend(fault)
        case Outage.LIMITING:
            wire.limit(ANYTHING, retry_after_s=length_s, everywhere=True)
            return lambda: None


@dataclass
class Scene:
    """A Discord of its own with a bot and a database of its own."""

    wire: Wire
    bot: BotProcess
    rows: Database

    async def plan(self, length_s: float) -> tuple[int, list[int]]:
        """Make editions due; return the one whose window closes in the middle of an outage, and the others."""
        late_place = (self.wire.guild.handle.id, self.wire.place("morning-roundup").id)
        notices = self.wire.place("editors").id
        (left_out,) = await newsroom.plan_all(self.wire, self.rows.url, [late_place], notices_channel_id=notices)
        places = [self.wire.add_guild(f"Guild {number}") for number in range(GUILDS)]
        planned = await newsroom.plan_all(self.wire, self.rows.url, places)
        due_at = SystemClock().now() - LATE_WINDOW + timedelta(seconds=length_s / 2)
        await self.rows.write(update(EditionRow).where(EditionRow.id == left_out).values(due_at=due_at))
        return left_out, planned

    async def pass_through(self, kind: Outage, length_s: float) -> str:
        """Let Discord be away while all editions are on their way; check what came of it and return the figures."""
        left_out, planned = await self.plan(length_s)
        channels = [(await self.rows.edition(edition_id)).channel_id for edition_id in (left_out, *planned)]
        held = [self.wire.hold(rf"POST /channels/{channel_id}/messages") for channel_id in channels]
        await self.bot.start()
        async with asyncio.timeout(STARTS_S):
            for request in held:
                await request.arrived.wait()
        begun_at = asyncio.get_running_loop().time()
        end = await begin(self.wire, kind, length_s)
        for request in held:
            request.cut()
        await asyncio.sleep(length_s)
        end()
        ended_at = asyncio.get_running_loop().time()
        for edition_id in planned:
            await newsroom.assert_posted_once(self.wire, self.rows, edition_id, timeout_s=AFTERWARDS_S)
            edition = await self.rows.edition(edition_id)
            assert edition.posted_at - edition.due_at < LATE_WINDOW
        await self._assert_left_out_and_told(left_out)
        took_s = asyncio.get_running_loop().time() - ended_at
        assert self.bot.is_running
        assert "Traceback" not in self.bot.log
        return (
            f"Discord {kind} for {length_s:.0f} s: {self._counted(kind, begun_at, ended_at)}, all within {took_s:.0f} s"
        )

    async def _assert_left_out_and_told(self, edition_id: int) -> None:
        skipped = await self.rows.until(edition_id, lambda edition: edition.notice_id is not None, AFTERWARDS_S)
        assert (skipped.state, skipped.reason) == (EditionState.SKIPPED, SkipReason.LATE.value)
        assert not self.wire.messages(skipped.channel_id)
        told = self.wire.messages(self.wire.place("editors").id)
        assert [message.id for message in told] == [skipped.notice_id]

    def _counted(self, kind: Outage, begun_at: float, ended_at: float) -> str:
        """Check that no limit was exceeded, and return how much was asked during and after."""
        during = [call for call in self.wire.calls if begun_at < call.at < ended_at]
        after = [call for call in self.wire.calls if call.at >= ended_at]
        assert not self.wire.exceeded
        assert busiest_second(during) <= GLOBAL_PER_S
        assert busiest_second(after) <= GLOBAL_PER_S
        if kind is Outage.LIMITING:
            assert not [call for call in self.wire.too_early if call.at > during[0].at + ON_THEIR_WAY_S]
        return (
            f"{len(during)} requests, at most {busiest_second(during)} in a second; "
            f"then {len(after)}, at most {busiest_second(after)} in a second"
        )


@pytest.mark.soak
async def test_after_ten_minutes_each_edition_comes_once_or_is_left_out_and_told(
    template_database, tmp_path, record_property
):
    """Each kind has its own Discord and its own bot; they wait side by side."""

    async def pass_through(kind: Outage) -> None:
        folder = tmp_path / kind
        folder.mkdir()
        url = f"sqlite+aiosqlite:///{shutil.copy(template_database, folder / 'paddock.db')}"
        async with Wire() as wire, newsroom.opened(url) as rows, BotProcess(url, wire.api, folder) as bot:
            record_property("figures", await Scene(wire, bot, rows).pass_through(kind, TEN_MINUTES_S))

    async with asyncio.TaskGroup() as group:
        for kind in Outage:
            group.create_task(pass_through(kind))


@pytest.mark.soak
async def test_a_limit_of_ten_minutes_is_kept_and_the_edition_comes_after_it(wire, bot, rows):
    """The same in short: the bot is looked at while it waits, and the wait is then cut."""
    edition_id = await newsroom.plan(wire, rows.url)
    wire.limit(r"POST /channels/\d+/messages", retry_after_s=TEN_MINUTES_S, everywhere=True)
    await bot.start()
    work = await rows.failed(edition_id, STARTS_S)

    assert (await rows.edition(edition_id)).begun is EditionStep.MESSAGE
    assert work.parked_at is None
    left = work.free_at - SystemClock().now()
    assert timedelta(seconds=TEN_MINUTES_S - STARTS_S) < left <= timedelta(seconds=TEN_MINUTES_S)
    helped = await wire.slash(wire.manager, "general", "help")
    assert "/setup" in helped.text, "answers to people are outside of the limit"
    assert await bot.stop() == 0
    assert not wire.too_early
    wire.lift_limit()
    await rows.pass_leases(SystemClock().now())
    await bot.start()

    await newsroom.assert_posted_once(wire, rows, edition_id)

    assert not wire.exceeded
    assert "Traceback" not in bot.log
