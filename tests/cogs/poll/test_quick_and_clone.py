"""/poll quick and clone, and "Make a poll from this"."""

from datetime import timedelta

import pytest

from bot.domain.poll.poll import Option
from bot.domain.poll.rules import PollKind
from tests.cogs.poll.making import fields, fill, only, posted, press


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ("Saab, Rover, Lancia", ["Saab", "Rover", "Lancia"]),
        ("Saab | Rover, the old one", ["Saab", "Rover, the old one"]),
        ("Saab\nRover\n\nLancia", ["Saab", "Rover", "Lancia"]),
        ("サーブ、ローバー", ["サーブ", "ローバー"]),
        ("1,5 l, 2,0 l", ["1,5 l", "2,0 l"]),
    ],
)
async def test_a_quick_poll_is_posted_at_once(bare_guild, given, options):
    seen = await bare_guild.slash("poll quick", question="Which one?", options=given, closes="tomorrow 18:00")
    assert seen.private
    assert "is made and about to appear in #general. It closes 2026-11-21" in seen.text
    await bare_guild.work()
    assert [option.label for option in (await only(bare_guild)).options] == options


@pytest.mark.parametrize("kind", [kind.value for kind in PollKind])
async def test_a_quick_poll_of_any_kind_has_the_usual_rules(bare_guild, kind):
    seen = await bare_guild.slash("poll quick", question="Which one?", options="a, b, c, d", kind=kind)
    assert "is made" in seen.text
    poll = await only(bare_guild)
    assert poll.rules.kind == kind
    assert poll.rules.choices_max == (4 if kind == "multiple" else 1)
    assert poll.closes_at is None


async def test_a_quick_poll_that_cannot_be_made_is_given_back_in_the_form(bare_guild):
    seen = await bare_guild.slash("poll quick", question="Which one?", options="Saab", closes="never")
    assert seen.private
    form = await press(bare_guild, seen, "edit")
    assert fields(form) == {"question": "Which one?", "options": "Saab", "opens": "", "closes": "never"}
    mended = await fill(bare_guild, form, {"options": "Saab\nRover", "closes": ""})
    assert "is made" in (await press(bare_guild, mended, "post")).text


async def test_a_clone_asks_the_same_for_as_long_with_the_options_that_stand(bare_guild):
    first = await posted(bare_guild, {"closes": "2d", "options": "🚗 Saab\nRover\nLancia"}, kind="ranked")
    panel = await bare_guild.slash("poll edit", poll=first)
    await bare_guild.world.select(bare_guild.world.manager, panel, ["2"], custom_id="poll_edit:option")
    await bare_guild.world.press(bare_guild.world.manager, panel.message, "poll_edit:remove")
    await bare_guild.world.advance(timedelta(hours=3))

    preview = await bare_guild.slash("poll clone", poll=first)

    assert "**Closes:** 2026-11-22 09:00" in preview.text
    assert fields(await press(bare_guild, preview, "edit"))["options"] == "🚗 Saab\nLancia"
    await press(bare_guild, preview, "post")
    newest, original = await bare_guild.app.polls.find(bare_guild.actor())
    assert (newest.question, newest.rules) == (original.question, original.rules)
    assert newest.options == (Option(1, "Saab", "🚗"), Option(2, "Lancia"))
    assert newest.closes_at - newest.opens_at == timedelta(days=2)


async def test_a_message_becomes_a_poll_and_a_list_in_it_its_options(bare_guild):
    said = await bare_guild.world.say(
        bare_guild.world.members[0],
        "general",
        "Which **badge** would you bring back?\n- Saab\n- Rover\n- Lancia\nVote!",
    )
    form = await bare_guild.world.menu(bare_guild.world.manager, "Make a poll from this", said)
    standing = fields(form)
    assert standing["question"] == "Which **badge** would you bring back? Vote!"
    assert standing["options"] == "Saab\nRover\nLancia"
    preview = await fill(bare_guild, form, {"question": "Which badge would you bring back?"})
    assert "is made" in (await press(bare_guild, preview, "post")).text


async def test_a_long_message_without_a_list_fits_the_form(bare_guild):
    said = await bare_guild.world.say(bare_guild.world.members[0], "general", "Which one? " * 100)
    form = await bare_guild.world.menu(bare_guild.world.manager, "Make a poll from this", said)
    assert 0 < len(fields(form)["question"]) <= 300
    assert fields(form)["options"] == ""
