"""The other forms of an edition: a question with named options, and a post in a forum, for which there is no nonce.

See `tests.wire.test_kills`, which kills the bot at every step of the usual form.
"""

import itertools
import re

import pytest

from bot.domain.roundup import EditionStep
from tests.postgres import on_both_engines
from tests.wire import newsroom
from tests.wire.kill_count import Kill, Moment, Nonces, Reply, noted
from tests.wire.killing import ARRIVES_S, within
from tests.wire.newsroom import Form
from tests.wire.test_kills import Scene, routes, survive

SHORT = [
    (Form.POLL, Kill(EditionStep.QUESTION, Moment.AFTER, Reply.KEPT, Nonces.FORGOTTEN)),
    (Form.FORUM, Kill(EditionStep.MESSAGE, Moment.AFTER, Reply.KEPT, Nonces.FORGOTTEN)),
]
ALL = [
    (form, Kill(step, moment, reply, Nonces.FORGOTTEN))
    for form, steps in (
        (Form.POLL, (EditionStep.QUESTION,)),
        (Form.FORUM, (EditionStep.MESSAGE, EditionStep.QUESTION, EditionStep.LINKS)),
    )
    for step, moment, reply in itertools.product(steps, Moment, Reply)
]


@pytest.mark.parametrize(("form", "kill"), SHORT, ids=str)
async def test_a_killed_bot_posts_each_form_once(form, kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows, record_property, form)


@pytest.mark.soak
@on_both_engines
@pytest.mark.parametrize(("form", "kill"), ALL, ids=str)
async def test_a_bot_killed_anywhere_posts_each_form_once(form, kill, wire, bot, rows, record_property):
    await survive(kill, wire, bot, rows, record_property, form)


async def test_a_post_that_a_servers_fault_hides_is_not_made_again(wire, bot, rows, record_property):
    """A repetition by discord.py itself would have no nonce by which Discord could tell it from a new post."""
    edition_id = await newsroom.plan(wire, rows.url, Form.FORUM)
    route = routes(wire.place(newsroom.FORUM).id, wire.place("editors").id, Form.FORUM)[EditionStep.MESSAGE]
    scene = Scene(wire, bot, rows, edition_id, route)
    spoiled = wire.spoil_reply(route, status=502)
    await bot.start()
    await within(spoiled.met.wait())
    await rows.failed(edition_id, ARRIVES_S)
    await bot.kill()

    await scene.restart()

    await newsroom.assert_posted_once(wire, rows, edition_id, form=Form.FORUM)
    assert sum(re.fullmatch(route, call.name) is not None for call in wire.calls) == 1
    kill = Kill(EditionStep.MESSAGE, Moment.AFTER, Reply.LOST, Nonces.KNOWN)
    record_property("kill", noted(rows.engine, kill, kill.moment))
