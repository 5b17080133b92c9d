"""The edit panel: a draft is saved change by change, a posted edition with a correction; two editors lose nothing."""

from datetime import timedelta

import pytest

from tests.cogs.house import CIVIC, HILUX, POSTED_AT, ROTARY, draft, review_in, rss

LEAD = "Toyota shows a hydrogen Hilux with 600 km of range"


async def open_draft(house):
    """Let the draft come, and open the panel from it as a moderator."""
    house.press.put("gearlog", rss("Gearlog", [HILUX, CIVIC, ROTARY]))
    await review_in(house)
    line = await draft(house)
    return await house.world.press(house.world.moderator, line, "Edit")


async def choose(house, panel, headline: str):
    """Choose a story by the beginning of its headline."""
    options = {o["label"]: o["value"] for o in select_of(panel.message)["options"]}
    value = next(value for label, value in options.items() if label.startswith(headline))
    return await house.world.select(house.world.moderator, panel.message, [value], custom_id="edit:story")


def select_of(line) -> dict:
    rows = line.raw["components"][0]["components"]
    return next(part for row in rows for part in row.get("components", []) if part.get("custom_id") == "edit:story")


def order_in(text: str, *headlines: str) -> list[str]:
    return sorted(headlines, key=text.index)


async def press(house, panel, button: str):
    return await house.world.press(house.world.moderator, panel.message, f"edit:{button}")


async def fill(house, panel, button: str, **words: str):
    form = await press(house, panel, button)
    assert form.modal is not None
    return await house.world.submit(house.world.moderator, form, words)


async def test_a_draft_is_put_in_order_reworded_and_signed_and_posted_so(guild):
    panel = await open_draft(guild)
    assert panel.private
    assert "Each change is saved at once" in panel.text

    panel = await choose(guild, panel, "Mazda")
    await press(guild, panel, "lead")
    panel = await fill(guild, panel, "headline", words="Mazda's rotary is back")
    assert order_in(panel.text, "Mazda's rotary is back", "Toyota shows") == ["Mazda's rotary is back", "Toyota shows"]
    panel = await choose(guild, panel, "Honda")
    panel = await press(guild, panel, "drop")
    assert "In reserve" in panel.text
    await fill(guild, panel, "comment", words="A quiet morning, for once.")
    panel = await fill(guild, panel, "question", question="Rotary or hybrid?", options="Rotary\nHybrid")
    assert "**The Big Question:** Rotary or hybrid?\n-# To choose from: Rotary, Hybrid" in panel.text
    await guild.work()

    (line,) = guild.world.lines("editors")
    assert "Mazda's rotary is back" in line.text
    assert "Honda recalls" not in line.text
    await guild.world.press(guild.world.moderator, line, "Approve")
    posted = await guild.post()
    assert "## [Mazda's rotary is back]" in posted.text
    assert "Honda recalls" not in posted.text
    assert "Rotary or hybrid?" in posted.text
    (thread,) = guild.world.threads("morning-roundup")
    assert "Mazda's rotary is back" in thread.name
    (record,) = await guild.app.roundups.history(guild.actor())
    assert record.content is not None
    assert record.content.comment == "A quiet morning, for once."
    assert record.content.edited_by == (guild.world.moderator.id,)
    assert record.content.corrections == ()
    assert "@Łukasz · edited the edition of 2026-11-20" in await guild.audit()


async def test_what_was_left_out_is_taken_in_again_and_stories_move_up_and_down(guild):
    panel = await open_draft(guild)
    panel = await choose(guild, panel, "Honda")
    panel = await press(guild, panel, "drop")
    panel = await press(guild, panel, "bring_in")
    panel = await press(guild, panel, "up")

    (record,) = await guild.app.roundups.history(guild.actor())
    assert record.content is not None
    headlines = [section.headline for section in record.content.sections]
    assert headlines[-2].startswith("Honda")
    said = [part["content"] for part in panel.message.raw["components"][0]["components"] if "content" in part]
    # Each part in a text of its own, and the chosen one marked behind its number, or the list would count anew.
    stories = said[1].splitlines()
    assert [line.partition(". ")[0] for line in stories] == [str(number + 1) for number in range(len(stories))]
    assert "".join(said).count("▸ Honda recalls") == 1


async def test_an_edit_of_a_posted_edition_is_shown_with_what_was_corrected(guild):
    line = await guild.post()
    await guild.world.advance(timedelta(hours=2))
    panel = await guild.world.slash(guild.world.moderator, "general", "roundup edit")
    assert "Readers have seen this edition." in panel.text
    panel = await choose(guild, panel, "Toyota")
    panel = await fill(guild, panel, "headline", words="Toyota shows a hydrogen Hilux with 500 km of range")
    assert "Not saved yet." in panel.text
    await guild.work()
    assert LEAD in guild.edition.text

    await fill(guild, panel, "save", words="The range is 500 km, not 600.")
    await guild.work()

    assert guild.edition.id == line.id
    assert "with 500 km of range" in guild.edition.text
    assert "🗳️ Vote" in guild.edition.buttons, "what hangs on it stays"
    assert guild.pinged(guild.edition) == []
    (record,) = await guild.app.roundups.history(guild.actor())
    assert record.content is not None
    (correction,) = record.content.corrections
    assert (correction.what, correction.at) == ("The range is 500 km, not 600.", POSTED_AT + timedelta(hours=2))
    assert record.shown_revision == record.revision
    assert "corrected the edition of 2026-11-20: The range is 500 km, not 600." in await guild.audit()


async def test_a_correction_waits_for_discord_and_survives_the_end_of_the_process(guild):
    await guild.post()
    panel = await guild.world.slash(guild.world.moderator, "general", "roundup edit")
    panel = await fill(guild, panel, "comment", words="Corrected below.")
    await fill(guild, panel, "save", words="A figure.")
    panel = await choose(guild, panel, "Toyota")
    panel = await fill(guild, panel, "headline", words="Another headline")
    await fill(guild, panel, "save", words="The headline.")
    guild.fail("PATCH", "/channels/*/messages/*", status=503, times=None)
    await guild.work()
    assert "Another headline" not in guild.edition.text
    guild.backend.faults.clear()

    await guild.restart()
    await guild.world.advance(timedelta(minutes=1))
    await guild.work()

    assert "Another headline" in guild.edition.text


async def test_two_editors_at_once_lose_nothing_unsaid(guild):
    mine = await open_draft(guild)
    theirs = await guild.world.slash(guild.world.manager, "general", "roundup edit")
    await guild.world.press(guild.world.manager, theirs.message, "edit:comment")
    form = await guild.world.press(guild.world.manager, theirs.message, "edit:comment")
    await guild.world.submit(guild.world.manager, form, {"words": "Mine came first."})

    mine = await fill(guild, mine, "comment", words="No, mine.")

    assert "Somebody else changed the edition meanwhile." in mine.text
    assert "**Comment:** Mine came first." in mine.text
    mine = await fill(guild, mine, "comment", words="Together, then.")
    assert "**Comment:** Together, then." in mine.text
    assert "Somebody else" not in mine.text
    (record,) = await guild.app.roundups.history(guild.actor())
    assert record.content is not None
    assert record.content.edited_by == (guild.world.manager.id, guild.world.moderator.id)


async def test_a_draft_that_was_posted_while_the_panel_was_open_asks_for_a_correction(guild):
    panel = await open_draft(guild)
    await guild.slash("roundup now")
    await guild.work()

    panel = await fill(guild, panel, "comment", words="Too late?")

    assert "Somebody else changed the edition meanwhile." in panel.text
    assert "Readers have seen this edition." in panel.text
    assert "Too late?" not in panel.text


async def test_a_source_that_is_not_given_is_asked_for(guild):
    panel = await open_draft(guild)
    (record,) = await guild.app.roundups.history(guild.actor())

    def unname(content):
        from dataclasses import replace  # noqa: PLC0415

        lead = replace(content.lead, sources=(replace(content.lead.sources[0], name="feeds.source_not_given"),))
        return replace(content, lead=lead)

    await guild.app.editing.edit(guild.actor(), record.id, unname, revision=record.revision)
    await guild.work()
    (line,) = guild.world.lines("editors")
    assert "⚠️ 1 story has a source that is not given: name it with Edit." in line.text
    panel = await guild.world.press(guild.world.moderator, line, "Edit")
    assert "⚠️ source not given" in panel.text
    panel = await choose(guild, panel, "Toyota")

    panel = await fill(guild, panel, "source", words="Motor Daily")
    await guild.work()

    assert "source not given" not in panel.text
    (line,) = guild.world.lines("editors")
    assert "Motor Daily" in line.text
    assert "⚠️" not in line.text


@pytest.mark.parametrize("words", [" ", "\u202e"])
async def test_a_headline_of_nothing_is_refused_and_changes_nothing(guild, words):
    panel = await open_draft(guild)
    panel = await choose(guild, panel, "Toyota")

    refused = await fill(guild, panel, "headline", words=words)

    assert refused.text.endswith("Nothing was written there, so nothing was changed.")


async def test_without_an_edition_there_is_nothing_to_edit(bare_guild):
    seen = await bare_guild.slash("roundup edit")

    assert seen.text.startswith("There is no edition to edit yet.")
