"""Invariant 2: an edition is posted once, whatever is killed when.

The bot is killed at every step of `EDITION_STEPS`: before Discord has heard of it, while Discord is at it, and after it
was done but before that was recorded; with the reply kept and with the reply lost; while Discord remembers nonces and
after it has forgotten them. Started again, it has to leave one message, one thread and one question, all recorded.
"""

import asyncio
import itertools
import re
from dataclasses import dataclass
from enum import StrEnum

import pytest

from bot.clock import SystemClock
from bot.domain.roundup import EDITION_STEPS, EditionRecord, EditionState, EditionStep
from tests.postgres import on_both_engines
from tests.wire import newsroom
from tests.wire.bot_process import BotProcess
from tests.wire.database import Database
from tests.wire.wire import Wire

ARRIVES_S = 60.0  # a bot has to start meanwhile, on a machine that does other things too
# The reply is on the bot's side of the network once it is sent; how long it takes the bot to come to its database is
# not to be seen from outside. Were this too short, the kill would come a little earlier, which is another test's place.
TAKES_REPLY_S = 0.3
COMPOSES_S = 0.8


class Moment(StrEnum):
    """Where in a step the bot is killed."""

    BEFORE = "before"  # its intent is recorded; Discord has not heard of it
    DURING = "during"  # Discord has the request; the bot has no answer
    AFTER = "after"  # it is done; that is not recorded


class Reply(StrEnum):
    """What becomes of the reply to the step's request."""

    KEPT = "kept"
    LOST = "lost"


@dataclass(frozen=True)
class Kill:
    step: EditionStep
    moment: Moment
    reply: Reply
    nonces: str

    def __str__(self) -> str:
        return f"{self.step}-{self.moment}-{self.reply}-{self.nonces}"


def routes(channel_id: int, review_channel_id: int) -> dict[EditionStep, str]:
    """Return the request by which each step acts; the draft is made from the database alone."""
    return {
        EditionStep.GATHER: r"GET /feeds/first\.xml",
        EditionStep.REVIEW: rf"POST /channels/{review_channel_id}/messages",
        EditionStep.MESSAGE: rf"POST /channels/{channel_id}/messages",
        EditionStep.THREAD: rf"POST /channels/{channel_id}/messages/\d+/threads",
        EditionStep.QUESTION: rf"POST /channels/(?!{channel_id}|{review_channel_id})\d+/messages",
        EditionStep.LINKS: rf"PATCH /channels/{channel_id}/messages/\d+",
    }


ALL = [
    Kill(step, moment, reply, nonces)
    for step, moment, reply, nonces in itertools.product(EDITION_STEPS, Moment, Reply, ("known", "forgotten"))
    if not (step is EditionStep.DRAFT and reply is Reply.LOST)
]
SHORT = [
    Kill(EditionStep.GATHER, Moment.DURING, Reply.KEPT, "known"),
    Kill(EditionStep.DRAFT, Moment.AFTER, Reply.KEPT, "known"),
    Kill(EditionStep.REVIEW, Moment.AFTER, Reply.KEPT, "forgotten"),
    Kill(EditionStep.MESSAGE, Moment.AFTER, Reply.KEPT, "forgotten"),
    Kill(EditionStep.THREAD, Moment.DURING, Reply.LOST, "forgotten"),
    Kill(EditionStep.QUESTION, Moment.DURING, Reply.KEPT, "forgotten"),
    Kill(EditionStep.LINKS, Moment.AFTER, Reply.LOST, "known"),
]


@dataclass
class Scene:
    """One edition, and what happens to the bot that posts it."""

    wire: Wire
    bot: BotProcess
    database: Database
    edition_id: int
    route: str

    async def kill_as(self, kill: Kill) -> None:
        """Start the bot and kill it there."""
        if kill.step is EditionStep.DRAFT:
            await self._kill_at_the_draft(kill.moment)
            return
        match kill.moment, kill.reply:
            case Moment.BEFORE, reply:
                await self._kill_before()
                if reply is Reply.LOST:  # and what was not heard is said again, in vain too
                    await self.restart()
                    await self._kill_after_lost_reply(kill.step)
            case Moment.DURING, reply:
                await self._kill_during(reply)
            case Moment.AFTER, Reply.KEPT:
                await self._kill_after()
            case Moment.AFTER, Reply.LOST:
                await self.bot.start()
                await self._kill_after_lost_reply(kill.step)

    async def restart(self) -> None:
        """Start the bot again some minutes later: the dead one's claim is over."""
        await self.database.pass_leases(SystemClock().now())
        await self.bot.start()

    async def _kill_before(self) -> None:
        held = self.wire.hold(self.route)
        await self.bot.start()
        await _within(held.arrived.wait())
        await self.bot.kill()
        held.cut()

    async def _kill_during(self, reply: Reply) -> None:
        held = self.wire.hold(self.route)
        await self.bot.start()
        await _within(held.arrived.wait())
        if reply is Reply.LOST:
            await held.carry_out()
            await self.bot.kill()
            held.cut()
        else:  # Discord comes to it when nobody waits for the answer any more
            await self.bot.kill()
            await held.answer()

    async def _kill_after(self) -> None:
        held = self.wire.hold(self.route)
        await self.bot.start()
        await _within(held.arrived.wait())
        async with self.database.held_still():
            await held.answer()
            await asyncio.sleep(TAKES_REPLY_S)
            await self.bot.kill()

    async def _kill_after_lost_reply(self, step: EditionStep) -> None:
        lost = self.wire.lose_reply(self.route)
        await _within(lost.met.wait())
        if step is EditionStep.GATHER:  # one feed of two: the edition is made from the other
            await self.database.until(self.edition_id, lambda edition: edition.done is not None, ARRIVES_S)
        else:
            await self.database.failed(self.edition_id, ARRIVES_S)
        await self.bot.kill()

    async def _kill_at_the_draft(self, moment: Moment) -> None:
        def gathered(edition: EditionRecord) -> bool:
            return edition.done is not None

        def drafting(edition: EditionRecord) -> bool:
            return edition.begun not in {None, EditionStep.GATHER}

        await self.bot.start()
        await self.database.until(self.edition_id, gathered if moment is Moment.BEFORE else drafting, ARRIVES_S)
        if moment is not Moment.AFTER:
            await self.bot.kill()
            return
        async with self.database.held_still():
            await asyncio.sleep(COMPOSES_S)
            await self.bot.kill()


async def _within(waiting) -> None:
    async with asyncio.timeout(ARRIVES_S):
        await waiting


async def survive(kill: Kill, wire: Wire, bot: BotProcess, database: Database) -> None:
    channel_id, review_channel_id = wire.place("morning-roundup").id, wire.place("editors").id
    edition_id = await newsroom.plan(wire, database.url, review_channel_id=review_channel_id)
    route = routes(channel_id, review_channel_id).get(kill.step, "")
    scene = Scene(wire, bot, database, edition_id, route)

    await scene.kill_as(kill)
    stopped = await database.edition(edition_id)
    assert stopped.state is EditionState.DUE
    if kill.nonces == "forgotten":
        wire.forget_nonces()
    await scene.restart()

    await newsroom.assert_posted_once(wire, database, edition_id)
    await database.finished(edition_id, ARRIVES_S)
    await assert_reviewed_once(wire, database, edition_id)
    assert not wire.exceeded


async def assert_reviewed_once(wire: Wire, database: Database, edition_id: int) -> None:
    """Wait until the draft says what became of it, and see that there is one."""
    edition = await database.until(edition_id, lambda e: e.shown_revision == e.revision, ARRIVES_S)
    assert edition.review_channel_id is not None
    (draft,) = wire.messages(edition.review_channel_id)
    assert draft.id == edition.review_id
    assert f"/{edition.channel_id}/{edition.message_id}" in str(draft.components)


@pytest.mark.parametrize("kill", SHORT, ids=str)
async def test_a_killed_bot_posts_the_edition_once(kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows)
    record_property("kills", bot.kills)


@pytest.mark.soak
@on_both_engines
@pytest.mark.parametrize("kill", [kill for kill in ALL if kill not in SHORT], ids=str)
async def test_a_bot_killed_anywhere_posts_the_edition_once(kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows)
    record_property("kills", bot.kills)


def test_every_step_that_acts_on_something_is_killed_at_its_request():
    assert routes(1, 2).keys() == set(EDITION_STEPS) - {EditionStep.DRAFT}
    assert not [route for route in routes(1, 2).values() if re.fullmatch(route, "GET /gateway/bot")]


async def test_a_request_still_on_its_way_when_the_bot_is_back_makes_no_second_message(
    wire, bot, rows, record_property
):
    """Discord does what the dead bot asked only after the new one has looked and found nothing."""
    edition_id = await newsroom.plan(wire, rows.url)
    route = routes(wire.place("morning-roundup").id, wire.place("editors").id)[EditionStep.MESSAGE]
    scene = Scene(wire, bot, rows, edition_id, route)
    first = wire.hold(route)
    await bot.start()
    await _within(first.arrived.wait())
    await bot.kill()

    second = wire.hold(route)
    await scene.restart()
    await _within(second.arrived.wait())
    await first.answer()
    await second.answer()

    await newsroom.assert_posted_once(wire, rows, edition_id)
    record_property("kills", bot.kills)


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.DURING])
async def test_a_bot_killed_while_it_shows_what_changed_shows_it_when_it_is_back(
    wire, bot, rows, record_property, moment
):
    review_channel_id = wire.place("editors").id
    edition_id = await newsroom.plan(wire, rows.url, review_channel_id=review_channel_id)
    scene = Scene(wire, bot, rows, edition_id, rf"PATCH /channels/{review_channel_id}/messages/\d+")
    held = wire.hold(scene.route)
    await bot.start()
    await _within(held.arrived.wait())
    await bot.kill()
    if moment is Moment.BEFORE:
        held.cut()
    else:
        await held.answer()
    stopped = await rows.edition(edition_id)
    assert stopped.shown_revision != stopped.revision

    await scene.restart()

    await assert_reviewed_once(wire, rows, edition_id)
    await newsroom.assert_posted_once(wire, rows, edition_id)
    record_property("kills", bot.kills)
