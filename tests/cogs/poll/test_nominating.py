"""Write-ins: the button of a card, its form, and the question which of two names is meant."""

import pytest

from bot.domain.poll.rules import Method, PollKind, PollRules
from tests.cogs.house import texts
from tests.cogs.poll.making import fields
from tests.cogs.poll.polling import Polling, begin

WRITE_IN = PollRules(is_write_in=True)


async def form_of(poll: Polling, who: int = 0):
    return await poll.press(poll.house.world.members[who], "nominate")


async def nominate(poll: Polling, label: str, who: int = 0):
    form = await form_of(poll, who)
    assert form.modal
    return await poll.house.world.submit(poll.house.world.members[who], form, {"label": label})


async def test_a_nomination_is_an_option_and_a_vote_and_the_card_shows_it(bare_guild):
    poll = await begin(bare_guild, WRITE_IN, [])
    assert "What you name is your vote as well." in str((await form_of(poll)).modal)
    seen = await nominate(poll, "Mazda *RX*-Vision")
    assert seen.private
    assert "is an option now, and has your vote." in seen.text
    receipt = (await bare_guild.app.votes.own(bare_guild.actor_of(bare_guild.world.members[0]), poll.poll.id)).receipt
    assert receipt in seen.text
    await bare_guild.work()
    assert r"Mazda \*RX\*-Vision" in texts(poll.card)
    same = await nominate(poll, "mazda rx vision", 1)
    assert "stands there already: your vote is counted for it." in same.text
    assert await poll.marks(bare_guild.world.members[1]) == ((1, 1),)


async def test_in_doubt_the_member_is_asked_and_says_which(bare_guild):
    poll = await begin(bare_guild, WRITE_IN, ["Mazda RX-Vision"])
    asked = await nominate(poll, "RX Vission")
    assert asked.private
    assert "Did you mean one of these by “RX Vission”?" in asked.text
    assert asked.message.buttons == ("Mazda RX-Vision", "No, it is another one")
    assert await poll.marks(bare_guild.world.members[0]) is None
    meant = await bare_guild.world.press(bare_guild.world.members[0], asked, "nominate:same:1")
    assert "your vote is counted for it" in meant.text
    assert await poll.marks(bare_guild.world.members[0]) == ((1, 1),)
    asked = await nominate(poll, "RX Vission", 1)
    other = await bare_guild.world.press(bare_guild.world.members[1], asked, "nominate:new")
    assert "is an option now, and has your vote." in other.text
    assert [option.label for option in (await poll.read()).standing] == ["Mazda RX-Vision", "RX Vission"]


@pytest.mark.parametrize(
    ("label", "sentence"),
    [("!!", "⚠️"), ("x" * 81, "80"), ("https://spam.example", "⚠️"), ("<@1>", "⚠️")],
)
async def test_what_cannot_be_nominated_is_given_back(bare_guild, label, sentence):
    poll = await begin(bare_guild, WRITE_IN, [])
    refused = await nominate(poll, label)
    assert refused.private
    assert sentence in refused.text
    form = await bare_guild.world.press(bare_guild.world.members[0], refused, "nominate:mend")
    assert fields(form) == {"label": label}
    seen = await bare_guild.world.submit(bare_guild.world.members[0], form, {"label": "Saab"})
    assert "has your vote" in seen.text


async def test_where_options_are_ranked_a_nomination_is_no_vote_and_says_so(bare_guild):
    poll = await begin(bare_guild, PollRules(PollKind.RANKED, Method.SCHULZE, is_write_in=True), ["Saab", "Rover"])
    assert "It becomes an option." in str((await form_of(poll)).modal)
    seen = await nominate(poll, "Lancia")
    assert "**Lancia** is an option now." in seen.text
    assert "press Vote on the poll" in seen.text
    assert await poll.marks(bare_guild.world.members[0]) is None


async def test_a_full_ballot_is_told_and_the_nomination_stands(bare_guild):
    rules = PollRules(PollKind.MULTIPLE, choices_max=1, is_write_in=True)
    poll = await begin(bare_guild, rules, ["Saab", "Rover"])
    await poll.press(bare_guild.world.members[0], "option:1")
    seen = await nominate(poll, "Lancia")
    assert "Choose at most 1" in seen.text
    assert "Lancia" in [option.label for option in (await poll.read()).standing]
    assert await poll.marks(bare_guild.world.members[0]) == ((1, 1),)


async def test_the_button_works_after_a_restart_and_not_after_the_close(bare_guild):
    poll = await begin(bare_guild, WRITE_IN, ["Saab"])
    card = poll.card
    await bare_guild.restart()
    assert "has your vote" in (await nominate(poll, "Lancia")).text
    form = await form_of(poll)
    await bare_guild.app.polls.close(bare_guild.actor(), poll.poll.id)
    late = await bare_guild.world.submit(bare_guild.world.members[0], form, {"label": "Rover"})
    assert "closed" in late.text
    pressed = await bare_guild.world.press(bare_guild.world.members[0], card, f"poll:{poll.poll.id}:nominate")
    assert not pressed.modal
    assert pressed.private
    assert "closed" in pressed.text


async def test_who_may_not_vote_is_told_before_they_type(bare_guild):
    role = bare_guild.world.role("Moderators").id
    poll = await begin(bare_guild, PollRules(is_write_in=True, role_ids=frozenset({role})), [])
    seen = await form_of(poll)
    assert not seen.modal
    assert seen.private
    assert "Only members with one of these roles vote here" in seen.text
