"""The private panel of a poll that is taken away while it is open."""

from bot.domain.poll.rules import Method, PollKind, PollRules
from tests.cogs.poll.polling import begin


async def test_a_panel_of_a_poll_that_was_deleted_says_only_that(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    poll = await begin(bare_guild, PollRules(PollKind.RANKED, Method.SCHULZE))
    panel = await world.select(member, await poll.press(member, "vote"), ["3"], custom_id="ballot:next")
    await bare_guild.app.polls.delete(bare_guild.actor(), poll.poll.id)

    told = await world.press(member, panel, "ballot:save")

    assert told.text == "⚠️ That no longer exists here, so nothing was changed."
