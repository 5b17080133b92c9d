"""Setting ballots aside, unseen, by when their members joined."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.poll.poll import JoinWindow
from bot.domain.poll.rules import PollRules
from tests.cogs.house import texts
from tests.cogs.poll.managing import press, run
from tests.cogs.poll.polling import begin


async def test_ballots_of_those_who_joined_in_a_window_are_set_aside_and_counted_again(bare_guild):
    poll = await begin(bare_guild, PollRules(is_secret=False))
    for who in range(3):
        await poll.press(bare_guild.world.members[who], "option:1")
    since = datetime(2020, 1, 1, tzinfo=UTC)
    await bare_guild.world.advance(timedelta(hours=1))
    until = bare_guild.clock.now()
    stamps = {"from": f"<t:{round(since.timestamp())}>", "until": f"<t:{round(until.timestamp())}>"}

    seen = await run(bare_guild, "set-aside", poll, **stamps)

    assert seen.private
    assert "3 of 3 ballots are set aside" in seen.text
    assert (await poll.read()).set_aside == (JoinWindow(since, until),)
    await bare_guild.work()
    assert "set aside" in texts(poll.card)
    assert "3 of 3" in (await run(bare_guild, "set-aside", poll)).text  # asked again without a window
    undone = await press(bare_guild, seen, "poll_aside:undo:0")
    assert undone.text.endswith("No ballots are set aside.")
    assert (await poll.read()).set_aside == ()
    assert (await run(bare_guild, "set-aside", poll)).text.endswith("No ballots are set aside.")
    assert (await bare_guild.audit()).count("chose whose ballots of the poll") == 2  # who only looks changes nothing


async def test_how_many_secret_ballots_are_set_aside_is_told_to_nobody_before_the_result(bare_guild):
    poll = await begin(bare_guild)
    await poll.press(bare_guild.world.members[0], "option:1")
    seen = await run(bare_guild, "set-aside", poll, **{"from": "<t:1577836800>"})
    assert "set aside, if they are 5 or more" in seen.text
    assert "1 of 1" not in seen.text
    await bare_guild.work()
    assert "set aside, if they are 5 or more" in texts(poll.card)
    assert "1 vote so far" in texts(poll.card)
    assert "Until the result is final" in (await run(bare_guild, "results", poll)).text


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        ({"from": "tomorrow"}, "“tomorrow” is still to come."),
        ({"from": "once"}, "once"),
        ({"from": "1h", "until": "2h"}, "Give a window whose beginning is before its end"),
        ({"from": "1h", "until": "later"}, "later"),
    ],
)
async def test_a_window_that_is_none_is_refused(bare_guild, window, sentence):
    poll = await begin(bare_guild)
    seen = await run(bare_guild, "set-aside", poll, **window)
    assert seen.private
    assert sentence in seen.text
    assert (await poll.read()).set_aside == ()


async def test_setting_aside_is_for_moderators_and_not_for_editors(bare_guild):
    poll = await begin(bare_guild)
    editor = bare_guild.world.editor
    seen = await bare_guild.world.slash(editor, "general", "poll set-aside", poll=str(poll.poll.id), **{"from": "2h"})
    assert seen.private
    assert (await poll.read()).set_aside == ()
