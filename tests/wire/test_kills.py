"""Invariant 2: an edition is posted once, whatever is killed when.

The bot is killed at every step of `EDITION_STEPS`: before Discord has heard of it, while Discord is at it, and after it
was done but before that was recorded; with the reply kept and with the reply lost; while Discord remembers nonces and
after it has forgotten them. Started again, it has to leave one message, one thread and one question, all recorded.
"""

import asyncio
import itertools
import re
from collections.abc import Callable

import pytest

from bot.domain.roundup import EDITION_STEPS, EditionRecord, EditionState, EditionStep
from tests.postgres import on_both_engines
from tests.wire import killing, newsroom
from tests.wire.bot_process import BotProcess
from tests.wire.database import Database
from tests.wire.kill_count import Kill, Moment, Nonces, Reply, lines, noted
from tests.wire.killing import ARRIVES_S, within
from tests.wire.newsroom import Form
from tests.wire.wire import Wire

COMPOSES_S = 0.8
KILLS_MIN = 60  # on each engine


def routes(channel_id: int, review_channel_id: int, form: Form = Form.TEXT) -> dict[EditionStep, str]:
    """Return the request by which each step acts; the draft is made from the database alone.

    These editions are their roundups' first and have nothing to look back on. A post in a forum is a thread already.
    """
    if form is Form.FORUM:
        return {
            EditionStep.GATHER: r"GET /feeds/first\.xml",
            EditionStep.REVIEW: rf"POST /channels/{review_channel_id}/messages",
            EditionStep.MESSAGE: rf"POST /channels/{channel_id}/threads",
            EditionStep.QUESTION: rf"POST /channels/(?!{review_channel_id})\d+/messages",
            EditionStep.LINKS: rf"PATCH /channels/(?!{review_channel_id})\d+/messages/\d+",
        }
    return {
        EditionStep.GATHER: r"GET /feeds/first\.xml",
        EditionStep.REVIEW: rf"POST /channels/{review_channel_id}/messages",
        EditionStep.MESSAGE: rf"POST /channels/{channel_id}/messages",
        EditionStep.THREAD: rf"POST /channels/{channel_id}/messages/\d+/threads",
        EditionStep.QUESTION: rf"POST /channels/(?!{channel_id}|{review_channel_id})\d+/messages",
        EditionStep.LINKS: rf"PATCH /channels/{channel_id}/messages/\d+",
    }


KILLED = [step for step in EDITION_STEPS if step is EditionStep.DRAFT or step in routes(1, 2)]
ALL = [
    Kill(step, moment, reply, nonces)
    for step, moment, reply, nonces in itertools.product(KILLED, Moment, Reply, Nonces)
    if not (step is EditionStep.DRAFT and reply is Reply.LOST)  # it asks nobody
]
SHORT = [
    Kill(EditionStep.MESSAGE, Moment.AFTER, Reply.KEPT, Nonces.FORGOTTEN),
    Kill(EditionStep.THREAD, Moment.DURING, Reply.LOST, Nonces.FORGOTTEN),
    Kill(EditionStep.QUESTION, Moment.DURING, Reply.KEPT, Nonces.FORGOTTEN),
]


class Scene(killing.Scene):
    """One edition, and what happens to the bot that posts it."""

    kind = "edition"

    async def kill_as(self, kill: Kill) -> None:
        """Start the bot and kill it there."""
        if kill.step is EditionStep.DRAFT:
            await self._kill_at_the_draft(kill.moment)
        else:
            await super().kill_as(kill)

    async def lost_reply_noticed(self, kill: Kill) -> None:
        """Wait until the bot has recorded that it has no reply to that step's request."""
        if kill.step is EditionStep.GATHER:  # one feed of two: the edition is made from the other
            await self.database.until(self.subject_id, lambda edition: edition.done is not None, ARRIVES_S)
        else:
            await super().lost_reply_noticed(kill)

    async def _kill_at_the_draft(self, moment: Moment) -> None:
        def gathered(edition: EditionRecord) -> bool:
            return edition.done is not None

        def drafting(edition: EditionRecord) -> bool:
            return edition.begun not in {None, EditionStep.GATHER}

        await self.bot.start()
        await self.database.until(self.subject_id, gathered if moment is Moment.BEFORE else drafting, ARRIVES_S)
        if moment is not Moment.AFTER:
            await self.kill(moment)
            return
        async with self.database.held_still():
            await asyncio.sleep(COMPOSES_S)
            await self.kill(moment)


async def survive(
    kill: Kill,
    wire: Wire,
    bot: BotProcess,
    database: Database,
    note: Callable[[str, object], None],
    form: Form = Form.TEXT,
) -> None:
    review_channel_id = wire.place("editors").id
    edition_id = await newsroom.plan(wire, database.url, form, review_channel_id=review_channel_id)
    channel_id = (await database.edition(edition_id)).channel_id
    route = routes(channel_id, review_channel_id, form).get(kill.step, "")
    scene = Scene(wire, bot, database, edition_id, route)

    await scene.kill_as(kill)
    for moment in scene.kills:
        note("kill", noted(database.engine, kill, moment))
    stopped = await database.edition(edition_id)
    assert stopped.state is EditionState.DUE
    assert_hit(kill, stopped)
    if kill.nonces is Nonces.FORGOTTEN:
        wire.forget_nonces()
    await scene.restart()

    await newsroom.assert_posted_once(wire, database, edition_id, form=form)
    await database.finished(edition_id, ARRIVES_S)
    await assert_reviewed_once(wire, database, edition_id)
    assert not wire.exceeded


def assert_hit(kill: Kill, stopped: EditionRecord) -> None:
    """Check that the kill came where it was meant to: the step's intent is recorded and its outcome is not."""
    if kill.step is EditionStep.DRAFT:  # which begins as soon as its predecessor is done, and takes its own time
        assert stopped.done in {EditionStep.GATHER, EditionStep.DRAFT, EditionStep.LOOK_BACK}
    elif kill.step is EditionStep.GATHER and kill.reply is Reply.LOST and kill.moment is not Moment.DURING:
        assert stopped.done is not None  # the other feed made an edition of it
    else:
        assert stopped.begun is kill.step
        assert stopped.done is (None if kill.step is EditionStep.GATHER else before(kill.step))


def before(step: EditionStep) -> EditionStep:
    return EDITION_STEPS[EDITION_STEPS.index(step) - 1]


async def assert_reviewed_once(wire: Wire, database: Database, edition_id: int) -> None:
    """Wait until the draft says what became of it, and see that there is one."""
    edition = await database.until(edition_id, lambda e: e.shown_revision == e.revision, ARRIVES_S)
    assert edition.review_channel_id is not None
    (draft,) = wire.messages(edition.review_channel_id)
    assert draft.id == edition.review_id
    assert f"/{edition.channel_id}/{edition.message_id}" in str(draft.components)


@pytest.mark.parametrize("kill", SHORT, ids=str)
async def test_a_killed_bot_posts_the_edition_once(kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows, record_property)


@pytest.mark.soak
@on_both_engines
@pytest.mark.parametrize("kill", ALL, ids=str)
async def test_a_bot_killed_anywhere_posts_the_edition_once(kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows, record_property)


def test_the_long_run_kills_in_every_step_at_every_moment_with_and_without_its_reply():
    places = {(kill.step, kill.moment, kill.reply, kill.nonces) for kill in ALL}
    assert len(places) == len(ALL) >= KILLS_MIN
    for step in KILLED:
        replies = [Reply.KEPT] if step is EditionStep.DRAFT else list(Reply)
        assert places >= set(itertools.product([step], Moment, replies, Nonces))
    assert set(SHORT) <= set(ALL)


def test_a_run_says_how_often_and_where_it_killed():
    lost = Kill(EditionStep.THREAD, Moment.BEFORE, Reply.LOST, Nonces.FORGOTTEN)
    kept = Kill(EditionStep.GATHER, Moment.DURING, Reply.KEPT, Nonces.KNOWN)
    told = lines(
        [
            noted("sqlite", lost, Moment.BEFORE),
            noted("sqlite", lost, Moment.AFTER),
            noted("postgresql", lost, Moment.BEFORE),
            noted("sqlite", kept, Moment.DURING),
        ]
    )
    assert told[:3] == ["kills: 4", "  sqlite: 3", "    gather: before 0, during 1, after 0"]
    assert "    thread: before 1, during 0, after 1" in told
    assert "  postgresql: 1" in told
    assert told[-2:] == ["  reply: kept 1, lost 3", "  nonces: known 1, forgotten 3"]
    assert lines([]) == []


def test_every_step_that_acts_on_something_is_killed_at_its_request():
    assert routes(1, 2).keys() == set(EDITION_STEPS) - {EditionStep.DRAFT, EditionStep.LOOK_BACK}
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
    await within(first.arrived.wait())
    await bot.kill()

    second = wire.hold(route)
    await scene.restart()
    await within(second.arrived.wait())
    await first.answer()
    await second.answer()

    await newsroom.assert_posted_once(wire, rows, edition_id)
    kill = Kill(EditionStep.MESSAGE, Moment.DURING, Reply.KEPT, Nonces.KNOWN)
    record_property("kill", noted(rows.engine, kill, kill.moment))


@pytest.mark.parametrize("moment", [pytest.param(Moment.BEFORE, marks=pytest.mark.soak), Moment.DURING])
async def test_a_bot_killed_while_it_shows_what_changed_shows_it_when_it_is_back(wire, bot, rows, moment):
    review_channel_id = wire.place("editors").id
    edition_id = await newsroom.plan(wire, rows.url, review_channel_id=review_channel_id)
    scene = Scene(wire, bot, rows, edition_id, rf"PATCH /channels/{review_channel_id}/messages/\d+")
    held = wire.hold(scene.route)
    await bot.start()
    await within(held.arrived.wait())
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
