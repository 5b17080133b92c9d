"""Invariant 2 for polls: one card, one thread, one reminder and one result, whatever is killed when.

The bot is killed at every step of a poll, as `tests.wire.test_kills` does at those of an edition. A poll's card and
thread are those of one that opens; its result, and the card as it is shown last, those of one that closed eleven
minutes before the bot starts.
"""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.poll.poll import POLL, Poll, PollState, PollStep
from bot.domain.poll.rules import PollRules
from tests.postgres import on_both_engines
from tests.wire import killing, newsroom, pollroom
from tests.wire.bot_process import BotProcess
from tests.wire.database import Database
from tests.wire.kill_count import Kill, Moment, Nonces, Reply, noted
from tests.wire.killing import ARRIVES_S
from tests.wire.pollroom import BALLOTS
from tests.wire.wire import Wire

# So long before the close that it is due as soon as the poll has been open for a second.
REMINDED = PollRules(reminder=pollroom.OPEN_FOR - timedelta(seconds=1))
OVER = {PollStep.RESULT, PollStep.SHOW}
# A post in a forum has no nonce, and is its own thread.
FORUM_STEPS = {PollStep.CARD}

# To follow a native poll shows nothing.
STEPS = [step for step in PollStep if step is not PollStep.FOLLOW]
ALL = [Kill(*place) for place in itertools.product(STEPS, Moment, Reply, Nonces)]
ALL_IN_FORUM = [Kill(*place, Nonces.FORGOTTEN) for place in itertools.product(FORUM_STEPS, Moment, Reply)]
SHORT = [
    Kill(PollStep.CARD, Moment.AFTER, Reply.KEPT, Nonces.FORGOTTEN),
    Kill(PollStep.RESULT, Moment.DURING, Reply.KEPT, Nonces.FORGOTTEN),
]


class Scene(killing.Scene):
    """One poll, and what happens to the bot that shows it."""

    kind = POLL


def route_of(step: PollStep, poll: Poll, channel_id: int) -> str:
    """Return the request by which a step acts; what is said in a thread goes to the channel that is none of those."""
    return {
        PollStep.CARD: rf"POST /channels/{channel_id}/(messages|threads)",
        PollStep.THREAD: rf"POST /channels/{channel_id}/messages/\d+/threads",
        PollStep.REMIND: rf"POST /channels/(?!{channel_id}/)\d+/messages",
        PollStep.RESULT: rf"POST /channels/{poll.thread_id}/messages",
        PollStep.SHOW: rf"PATCH /channels/{channel_id}/messages/{poll.message_id}",
    }[step]


async def survive(
    kill: Kill,
    wire: Wire,
    bot: BotProcess,
    database: Database,
    note: Callable[[str, object], None],
    channel: str = pollroom.CHANNEL,
) -> None:
    step = kill.step
    assert isinstance(step, PollStep)
    if step in OVER:
        poll = await pollroom.plan_over(wire, database.url)
    else:
        poll = await pollroom.plan(wire, database.url, REMINDED, channel)
    scene = Scene(wire, bot, database, poll.id, route_of(step, poll, poll.channel_id))

    await scene.kill_as(kill)
    for moment in scene.kills:
        note("kill", noted(database.engine, kill, moment))
    stopped = await database.poll(poll.id)
    assert stopped.begun is step  # its intent is recorded, and its outcome is not
    if kill.nonces is Nonces.FORGOTTEN:
        wire.forget_nonces()
    await scene.restart()

    done = await database.until_poll(poll.id, is_done, ARRIVES_S)
    if step in OVER:
        await database.finished(poll.id, ARRIVES_S, POLL)
    assert_each_once(wire, done, poll.channel_id)
    assert not wire.exceeded
    assert "Traceback" not in bot.log


def is_done(poll: Poll) -> bool:
    """Tell whether everything has been done for it on Discord that is due."""
    is_told = poll.reminded_at is not None if poll.state is PollState.OPEN else poll.result_id is not None
    return is_told and poll.begun is None and poll.shown_revision == poll.revision


def assert_each_once(wire: Wire, poll: Poll, channel_id: int) -> None:
    """Compare what is recorded with what stands in Discord."""
    assert wire.threads(channel_id) == [poll.thread_id]
    assert poll.thread_id is not None
    if poll.channel_id == channel_id:
        (card,) = wire.messages(channel_id)
        (said,) = wire.messages(poll.thread_id)
    else:  # a post in a forum, with the card in it
        assert poll.channel_id == poll.thread_id
        card, said = wire.messages(poll.thread_id)
    assert card.id == poll.message_id
    if poll.state is PollState.OPEN:
        assert f"'poll:{poll.id}:vote:reminder'" in str(said.components)
        assert f"'poll:{poll.id}:option:1'" in str(card.components)
        return
    assert poll.state is PollState.FINAL
    assert said.id == poll.result_id
    assert f"/{poll.thread_id}/{said.id}" in str(card.components)
    assert (poll.digest or "none") in str(said.components)
    assert f"**{len(BALLOTS)} votes**" in str(said.components)
    assert f"**{len(BALLOTS)} votes**" in str(card.components)


@pytest.mark.parametrize("kill", SHORT, ids=str)
async def test_a_killed_bot_shows_a_poll_once(kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows, record_property)


@pytest.mark.soak
@on_both_engines
@pytest.mark.parametrize("kill", ALL, ids=str)
async def test_a_bot_killed_anywhere_shows_a_poll_once(kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows, record_property)


@pytest.mark.soak
@on_both_engines
@pytest.mark.parametrize("kill", ALL_IN_FORUM, ids=str)
async def test_a_bot_killed_anywhere_makes_one_post_of_a_poll(kill, wire, bot, rows, record_property):
    wire.guild.handle.create_forum_channel(newsroom.FORUM)
    await survive(kill, wire, bot, rows, record_property, newsroom.FORUM)


def test_the_long_run_kills_at_every_step_of_a_poll():
    assert {kill.step for kill in ALL} == set(PollStep) - {PollStep.FOLLOW}  # which only reads
    assert set(SHORT) <= set(ALL)
