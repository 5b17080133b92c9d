"""The presses on a poll's card: counted, answered in the member's language, and refused with a sentence."""

from dataclasses import replace
from datetime import timedelta

import discord
import pytest

from bot.domain.poll.ballot import canonical, receipt_of
from bot.domain.poll.poll import CLOSE_GRACE
from bot.domain.poll.rules import Method, PollKind, PollRules
from tests.cogs.house import House
from tests.cogs.poll.polling import LENGTH, Polling, begin, forge

LIVE = timedelta(seconds=6)  # more than the five between two edits of a card
MULTIPLE = PollRules(PollKind.MULTIPLE, choices_max=2)
RANKED = PollRules(PollKind.RANKED, Method.SCHULZE)
GONE = "no longer exists here"


def everybody(house: House):
    world = house.world
    return (*world.members, world.manager, world.editor, world.moderator)


async def ballots(polling: Polling) -> int:
    shown = await polling.house.app.polls.card(polling.poll.id)
    return shown.count.counted


async def test_a_press_is_a_vote_and_its_receipt_is_the_one_on_disk(bare_guild):
    poll = await begin(bare_guild)
    member = bare_guild.world.members[0]

    seen = await poll.press(member, "option:2")

    assert seen.private
    assert "Your vote: **Nissan 126X**" in seen.text
    own = await bare_guild.app.votes.own(bare_guild.actor_of(member), poll.poll.id)
    assert own.marks == ((2, 1),)
    receipt = receipt_of(poll.poll.id, own.nonce, canonical(own.marks))
    assert f"`{receipt}`" in seen.text
    assert f"<t:{int(poll.poll.closes_at.timestamp())}:R>" in str(seen.message.raw)


async def test_a_second_press_changes_a_single_choice_and_the_same_again_keeps_it(bare_guild):
    poll = await begin(bare_guild)
    member = bare_guild.world.members[0]

    await poll.press(member, "option:2")
    await poll.press(member, "option:3")
    await poll.press(member, "option:3")

    assert await poll.marks(member) == ((3, 1),)
    assert await ballots(poll) == 1


async def test_a_press_turns_an_option_of_several_on_and_off(bare_guild):
    poll = await begin(bare_guild, MULTIPLE)
    member = bare_guild.world.members[0]

    await poll.press(member, "option:1")
    assert "**Mazda RX-500**, **Nissan 126X**" in (await poll.press(member, "option:2")).text
    refused = await poll.press(member, "option:3")
    assert "at most 2" in refused.text
    assert await poll.marks(member) == ((1, 1), (2, 1))

    await poll.press(member, "option:1")
    assert await poll.marks(member) == ((2, 1),)
    assert "withdrawn" in (await poll.press(member, "option:2")).text
    assert await poll.marks(member) is None


async def test_a_member_is_answered_in_their_language_and_the_card_speaks_the_guilds(bare_guild):
    poll = await begin(bare_guild)

    seen = await poll.press(bare_guild.world.editor, "option:3")

    assert "あなたの票：**トヨタ EX-III**" in seen.text
    assert "votes so far" in poll.card.text


async def test_from_six_options_on_one_is_chosen_in_the_cards_select(bare_guild):
    poll = await begin(bare_guild, labels=[f"Car {n}" for n in range(1, 26)])
    member = bare_guild.world.members[0]

    seen = await poll.choose(member, 17)

    assert "Your vote: **Car 17**" in seen.text
    assert await poll.marks(member) == ((17, 1),)


async def test_counts_are_shown_from_five_votes_on_the_best_first(bare_guild):
    poll = await begin(bare_guild)
    voters = everybody(bare_guild)

    for member in voters[:4]:
        await poll.press(member, "option:4")
    await bare_guild.world.advance(LIVE)
    await bare_guild.work()
    assert "4 votes so far" in poll.card.text
    assert "█" not in poll.card.text

    await poll.press(voters[4], "option:4")
    await bare_guild.world.advance(LIVE)
    await bare_guild.work()
    shown = poll.card.text
    assert "5 votes so far" in shown
    assert shown.index("Isuzu") < shown.index("Mazda")
    assert "`████████████` 5 · 100%" in shown


async def test_a_hidden_poll_tells_only_how_many_have_voted(bare_guild):
    poll = await begin(bare_guild, PollRules(is_hidden=True))

    for member in everybody(bare_guild):
        await poll.press(member, "option:1")
    await bare_guild.world.advance(LIVE)
    await bare_guild.work()

    assert "6 members have voted" in poll.card.text
    assert "█" not in poll.card.text


async def test_buttons_posted_before_a_restart_work_after_it_and_cards_catch_up(bare_guild):
    poll = await begin(bare_guild)
    first, second = bare_guild.world.members[:2]
    await poll.press(first, "option:1")
    assert "0 votes so far" in poll.card.text  # the edit was still to come when the process ended

    await bare_guild.restart()
    await bare_guild.work()
    assert "1 vote so far" in poll.card.text

    assert "Your vote: **Nissan 126X**" in (await poll.press(second, "option:2")).text
    assert "Mazda RX-500" in (await poll.press(first, "mine")).text
    await bare_guild.world.advance(LIVE)
    await bare_guild.work()
    assert "2 votes so far" in poll.card.text


async def test_each_kind_of_button_works_after_a_restart(bare_guild):
    poll = await begin(bare_guild, replace(RANKED, reminder=timedelta(hours=1)))
    many = await begin(bare_guild, labels=[f"Car {n}" for n in range(8)], question="Another?")
    member = bare_guild.world.members[0]
    await bare_guild.world.advance(LENGTH - timedelta(hours=1))
    await bare_guild.work()
    await bare_guild.restart()

    assert "Start over" in (await poll.press(member, "vote")).text
    reminder = poll.thread[-1]
    assert "closes in 1 hour" in reminder.text
    assert "Start over" in (await bare_guild.world.press(member, reminder, "Vote")).text
    assert "Your vote: **Car 4**" in (await many.choose(member, 5)).text
    await poll.finish()
    await bare_guild.restart()
    assert "recount" in (await bare_guild.world.press(member, poll.thread[-1], "Check it")).text


async def test_whoever_checks_is_told_the_digest_that_was_posted(bare_guild):
    poll = await begin(bare_guild)
    member = bare_guild.world.members[0]
    await poll.press(member, "option:1")
    await poll.finish()
    digest = (await poll.read()).digest

    seen = await bare_guild.world.press(member, poll.thread[-1], "Check it")

    assert digest is not None
    assert f"--expect {digest}" in seen.text
    assert digest in poll.thread[-1].text
    assert digest[:16] in poll.card.text


# Refused, with nothing changed.


@pytest.mark.parametrize(
    ("action", "told"),
    [("option:5", "can no longer be chosen"), ("option:" + "9" * 30, GONE), ("option:0", "can no longer be chosen")],
)
async def test_an_option_that_there_is_not_is_refused(bare_guild, action, told):
    poll = await begin(bare_guild)
    forge(bare_guild, poll, f"poll:{poll.poll.id}:option:2", f"poll:{poll.poll.id}:{action}")

    seen = await poll.press(bare_guild.world.members[0], action)

    assert seen.private
    assert told in seen.text
    assert await ballots(poll) == 0


@pytest.mark.parametrize("subject", ["999", "9" * 40, "0"])
@pytest.mark.parametrize("action", ["option:2", "vote", "mine", "check", "vote:reminder"])
async def test_a_poll_that_there_is_not_is_refused(bare_guild, subject, action):
    poll = await begin(bare_guild)
    forge(bare_guild, poll, f"poll:{poll.poll.id}:option:2", f"poll:{subject}:{action}")

    seen = await bare_guild.world.press(bare_guild.world.members[0], poll.card, f"poll:{subject}:{action}")

    assert seen.private
    assert GONE in seen.text
    assert await ballots(poll) == 0


@pytest.mark.parametrize("value", ["99", "x", "-1", "9" * 90])
async def test_a_choice_that_is_not_an_option_is_refused(bare_guild, value):
    poll = await begin(bare_guild, labels=[f"Car {n}" for n in range(8)])
    forge(bare_guild, poll, "2", value)

    seen = await bare_guild.world.select(bare_guild.world.members[0], poll.card, [value])

    assert seen.private
    assert "no longer" in seen.text
    assert await ballots(poll) == 0


@pytest.mark.parametrize("rules", [RANKED, PollRules(PollKind.SCORE, Method.SUM)], ids=["ranked", "score"])
async def test_a_single_option_is_no_ballot_of_another_kind(bare_guild, rules):
    poll = await begin(bare_guild, rules)
    forge(bare_guild, poll, f"poll:{poll.poll.id}:vote", f"poll:{poll.poll.id}:option:2")

    seen = await poll.press(bare_guild.world.members[0], "option:2")

    assert "can no longer be chosen" in seen.text
    assert await ballots(poll) == 0


async def test_a_removed_option_is_refused_where_its_button_still_stands(bare_guild):
    poll = await begin(bare_guild)

    def without_second(kept):
        options = [replace(option, is_removed=option.number == 2) for option in kept.options]
        return replace(kept, options=tuple(options))

    await bare_guild.app.polls.change_options(bare_guild.actor(), poll.poll.id, "removed", without_second)

    seen = await poll.press(bare_guild.world.members[0], "option:2")

    assert "can no longer be chosen" in seen.text
    assert await ballots(poll) == 0
    await bare_guild.work()
    assert f"poll:{poll.poll.id}:option:2" not in str(poll.card.raw)


async def test_the_deadline_itself_is_too_late_also_before_the_closing_is_written(bare_guild):
    poll = await begin(bare_guild)
    member = bare_guild.world.members[0]
    await poll.press(member, "option:1")
    await bare_guild.world.advance_to(poll.poll.closes_at)

    seen = await poll.press(member, "option:2")

    assert "closed" in seen.text
    assert await poll.marks(member) == ((1, 1),)


async def test_after_the_close_every_button_that_was_left_standing_is_refused(bare_guild):
    poll = await begin(bare_guild)
    before = poll.card
    await poll.close()
    member = bare_guild.world.members[0]
    message = bare_guild.backend.get_message(before.place.id, before.id)
    message.components = before.raw["components"]  # as a client that has not heard of the edit shows it

    for action in ("option:1", "option:2"):
        assert "closed" in (await poll.press(member, action)).text
    assert await ballots(poll) == 0


async def test_another_guild_cannot_vote_here(bare_guild):
    poll = await begin(bare_guild)
    env, world = bare_guild.world._env, bare_guild.world
    stranger = env.create_user("stranger")
    elsewhere = env.create_guild("Elsewhere", owner=stranger)
    place = elsewhere.create_text_channel("general")
    actor = elsewhere.add_member(env.create_user("visitor"))
    view = discord.ui.View(timeout=None)
    for action in ("option:1", "vote", "mine"):
        view.add_item(discord.ui.Button(label=action, custom_id=f"poll:{poll.poll.id}:{action}"))
    await world.settle()
    sent = await bare_guild.app.client.get_partial_messageable(place.id).send("forged", view=view)

    for action in ("option:1", "vote", "mine"):
        answer = await actor.click(sent, custom_id=f"poll:{poll.poll.id}:{action}")
        assert GONE in answer.response.content
    assert await ballots(poll) == 0


async def test_whoever_lost_the_role_may_no_longer_vote_but_may_leave(bare_guild):
    world = bare_guild.world
    readers = world.role("Readers").id
    poll = await begin(bare_guild, PollRules(role_ids=frozenset({readers})))
    reader, other = world.members[0], world.members[2]
    assert "@Readers" in poll.card.text
    await poll.press(reader, "option:1")

    assert "@Readers" in (await poll.press(other, "option:1")).text
    await bare_guild.take_role(reader, "Readers")
    assert "@Readers" in (await poll.press(reader, "option:2")).text
    assert await poll.marks(reader) == ((1, 1),)

    panel = await poll.press(reader, "mine")
    really = await world.press(reader, panel.message, "Withdraw my vote")
    await world.press(reader, really.message, "ballot:really")
    assert await ballots(poll) == 0


async def test_an_account_that_is_too_new_is_told_when_it_may_vote(bare_guild):
    poll = await begin(bare_guild)
    young = bare_guild.world.guild.add_person("New", account_age=timedelta(days=2), member_for=timedelta(days=1))
    await bare_guild.world.settle()

    seen = await poll.press(young, "option:1")

    assert seen.text == "Your account is too young to vote here. It may from 2026-11-25 06:00."
    assert await ballots(poll) == 0


async def test_a_vote_that_was_cast_before_the_deadline_counts_while_it_is_on_its_way(bare_guild):
    poll = await begin(bare_guild)
    member = bare_guild.world.members[0]
    actor = bare_guild.actor_of(member)
    await bare_guild.world.advance_to(poll.poll.closes_at + CLOSE_GRACE - timedelta(seconds=1))
    await bare_guild.work()

    before = poll.poll.closes_at - timedelta(milliseconds=1)
    await bare_guild.app.votes.vote(actor, poll.poll.id, ((1, 1),), before)

    assert await ballots(poll) == 1


async def test_a_poll_that_takes_write_ins_offers_to_nominate(bare_guild):
    poll = await begin(bare_guild, PollRules(is_write_in=True), labels=())

    assert f"poll:{poll.poll.id}:nominate" in str(poll.card.raw)
    assert "Nothing has been nominated yet" in poll.card.text
