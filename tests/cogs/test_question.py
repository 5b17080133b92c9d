"""/question: the queue of the guild's own questions."""

import pytest
import simcord

from bot.demo.world import Seen
from tests.cogs.house import CIVIC, House, rss, texts

ASKED = "Which badge would you bring back?"


async def queue(house: House, question: str, options: str = "") -> Seen:
    form = await house.slash("question add")
    assert form.modal
    return await house.world.submit(house.world.manager, form, {"question": question, "options": options})


async def test_a_queued_question_is_listed_and_asked_by_the_next_edition_without_one(bare_guild):
    bare_guild.press.put("civic", rss("Civics", [CIVIC]))
    await bare_guild.slash("source add", url=bare_guild.press.url("civic"))

    added = await queue(bare_guild, ASKED, "Saab\nRover\n\n")

    assert added.private
    assert added.text == f"Queued at place 1: {ASKED}\n-# As a poll between Saab, Rover."
    listed = await bare_guild.slash("question list")
    assert "### 1 question waits" in listed.text
    assert f"1. {ASKED} (Saab, Rover)" in listed.text
    edition = await bare_guild.post()
    assert ASKED in texts(edition)
    assert "Saab · Rover" in texts(edition)
    assert "No question waits." in (await bare_guild.slash("question list")).text
    assert f"queued the question {ASKED}" in await bare_guild.audit()


@pytest.mark.parametrize(
    ("question", "options", "sentence"),
    [
        ("x" * 301, "", "The question has 301 characters; Discord shows at most 300."),
        (ASKED, "Saab", "That makes 1 options. A poll has 2 to 9"),
        (ASKED, "Saab\nsaab", "This option stands there twice: saab"),
        (ASKED, "Saab\n" + "x" * 56, "This option is longer than the 55 characters"),
    ],
)
async def test_what_cannot_be_queued_is_given_back_to_be_changed(bare_guild, question, options, sentence):
    refused = await queue(bare_guild, question, options)

    assert refused.private
    assert sentence in refused.text
    form = await bare_guild.world.press(bare_guild.world.manager, refused, "Change it")
    assert form.modal
    inputs = [part["component"]["value"] for part in form.result.modal["components"] if "value" in part["component"]]
    assert inputs == [typed for typed in (question, options) if typed]
    mended = await bare_guild.world.submit(bare_guild.world.manager, form, {"question": ASKED, "options": ""})
    assert mended.text == f"Queued at place 1: {ASKED}"


async def test_a_question_is_removed_by_picking_it(bare_guild):
    await queue(bare_guild, ASKED)
    await queue(bare_guild, "What did you learn to drive in?")
    manager = bare_guild.world.manager
    offered = await bare_guild.world.suggest(manager, "general", "question remove", "question", "badge")
    assert [name for name, _ in offered] == [ASKED]

    seen = await bare_guild.slash("question remove", question=offered[0][1])

    assert seen.text == f"No longer queued: {ASKED}"
    assert "### 1 question waits" in (await bare_guild.slash("question list")).text
    again = await bare_guild.slash("question remove", question=ASKED)
    assert again.text == "That no longer exists here, so nothing was changed."


async def test_a_question_in_markdown_formats_and_mentions_nothing(bare_guild):
    seen = await queue(bare_guild, "**Who** is [best](https://evil.example) @everyone?")

    assert r"\*\*Who\*\* is \[best\]" in seen.text
    assert "@everyone" not in seen.text


async def test_members_have_no_queue(bare_guild):
    with pytest.raises(simcord.SetupError):
        await bare_guild.world.slash(bare_guild.world.members[0], "general", "question list")
