"""What is refused in a private panel: said in a sentence, with what was drafted still there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import StorageUnavailableError
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.storage.store import Store
from tests.cogs.poll.polling import CARS, RANKED, SCORE, VERDICT, begin, hold


@pytest.mark.parametrize("rules", [RANKED, SCORE], ids=["ranked", "score"])
async def test_a_ballot_that_is_saved_after_the_close_is_refused_with_a_sentence(bare_guild, rules):
    poll = await begin(bare_guild, rules)
    hand = await hold(poll)
    await bare_guild.world.advance_to(poll.poll.closes_at - timedelta(minutes=1))
    fresh = await hold(poll)
    if rules is RANKED:
        await fresh.select("ballot:next", 1)
    else:
        await fresh.select("ballot:score:1", 5)
    await bare_guild.world.advance_to(poll.poll.closes_at)

    told = await fresh.press("Save")

    assert "This poll closed" in told
    assert "Not saved yet" in told
    assert await hand.saved() is None


async def test_a_panel_is_not_opened_for_who_may_not_vote(bare_guild):
    role = bare_guild.world.role("Readers").id
    poll = await begin(bare_guild, PollRules(PollKind.RANKED, Method.IRV, role_ids=frozenset({role})))

    assert "@Readers" in (await poll.press(bare_guild.world.members[2], "vote")).text
    await poll.close()
    assert "vote" not in {button.lower() for button in poll.card.buttons}


async def test_who_loses_the_role_over_an_open_panel_keeps_the_draft_and_is_told(bare_guild):
    role = bare_guild.world.role("Readers").id
    poll = await begin(bare_guild, PollRules(PollKind.RANKED, Method.IRV, role_ids=frozenset({role})))
    hand = await hold(poll)
    await hand.select("ballot:next", 2)
    await bare_guild.take_role(hand.person, "Readers")

    told = await hand.press("Save")
    assert "@Readers" in told
    assert "1. Nissan 126X" in told
    assert await hand.saved() is None

    await bare_guild.give_role(hand.person, "Readers")
    await hand.press("Save")
    assert await hand.saved() == ((2, 1),)


async def test_an_option_that_was_removed_meanwhile_leaves_the_draft_and_is_told(bare_guild):
    poll = await begin(bare_guild, RANKED)
    hand = await hold(poll)
    for number in (2, 4):
        await hand.select("ballot:next", number)

    def without_second(kept):
        return replace(kept, options=tuple(replace(option, is_removed=option.number == 2) for option in kept.options))

    await bare_guild.app.polls.change_options(bare_guild.actor(), poll.poll.id, "removed", without_second)

    told = await hand.press("Save")

    assert "can no longer be chosen" in told
    assert f"1. {CARS[3]}" in told
    await hand.press("Save")
    assert await hand.saved() == ((4, 1),)


async def test_a_database_that_is_away_costs_nothing_of_the_draft(bare_guild, monkeypatch):
    hand = await hold(await begin(bare_guild, RANKED))
    await hand.select("ballot:next", 3)

    async def away(*args: object) -> None:
        raise StorageUnavailableError(error_id="a1")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", away)
        told = await hand.press("Save")
    assert f"1. {CARS[2]}" in told
    assert await hand.saved() is None

    await hand.press("Save")
    assert await hand.saved() == ((3, 1),)


async def test_a_forged_choice_in_a_panel_changes_nothing(bare_guild):
    poll = await begin(bare_guild, RANKED)
    hand = await hold(poll)
    stored = bare_guild.backend.get_message(hand.seen.message.place.id, hand.seen.message.id)
    select = next(
        child
        for part in stored.components[0]["components"]
        for child in part.get("components", [])
        if child.get("custom_id") == "ballot:next"
    )
    select["options"][0]["value"] = "99"

    await hand.select("ballot:next", "99")

    assert "Choose your favourite below" in hand.text


async def test_what_is_left_to_judge_is_reached_after_the_last_options_were_removed(bare_guild):
    poll = await begin(bare_guild, VERDICT)
    hand = await hold(poll)
    for _ in range(3):
        await hand.press("Skip")
    assert "4/4" in hand.text

    def without_last(kept):
        return replace(kept, options=tuple(replace(option, is_removed=option.number > 2) for option in kept.options))

    await bare_guild.app.polls.change_options(bare_guild.actor(), poll.poll.id, "removed", without_last)
    told = await hand.press("so back")
    assert "can no longer be chosen" in told
    await hand.press("ballot:option:back")
    assert "2/2" in hand.text
    await hand.press("so over")
    assert await hand.saved() == ((2, -1),)
