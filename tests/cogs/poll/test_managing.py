"""What moderators do with polls that there are: listed, told, changed, closed, exported, deleted."""

import csv
import io
import zipfile
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.poll.poll import CLOSE_GRACE, FINAL_AFTER, PollState
from bot.domain.poll.record import verify
from bot.domain.poll.record_file import read_record
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding
from cogs.poll.make import manage
from cogs.poll.make.showing import ExportLargeError, record_files
from tests.cogs.house import House, texts
from tests.cogs.poll.making import fields, fill
from tests.cogs.poll.managing import press, run
from tests.cogs.poll.polling import begin

GONE = "That no longer exists here, so nothing was changed."
EVERY_COMMAND = ("results", "edit", "close", "reopen", "export", "delete", "clone")


async def option(house: House, panel, number: int):
    return await house.world.select(house.world.manager, panel, [str(number)], custom_id="poll_edit:option")


async def test_polls_are_listed_the_newest_first_with_what_happens_to_each(bare_guild):
    assert "There are no such polls." in (await bare_guild.slash("poll list")).text
    first = await begin(bare_guild, question="First?")
    await begin(bare_guild, question="Second?", length=None)
    await first.close()
    listed = await bare_guild.slash("poll list")
    assert listed.private
    assert "### 2 polls" in listed.text
    assert listed.text.index("Second?") < listed.text.index("First?")
    assert "Single choice · open until somebody closes it" in listed.text
    assert "Single choice · closed, final" in listed.text
    assert f"[First?](<https://discord.com/channels/{bare_guild.guild.id}/" in texts(listed.message)
    only_open = await bare_guild.slash("poll list", state="open")
    assert "### 1 poll" in only_open.text
    assert "First?" not in only_open.text
    assert "There are no such polls." in (await bare_guild.slash("poll list", state="final")).text


async def test_a_long_list_has_pages(bare_guild):
    for number in range(24):
        await begin(bare_guild, question=f"{number}? {'x' * 200}")
    listed = await bare_guild.slash("poll list")
    assert "23?" in listed.text
    later = await press(bare_guild, listed, "pages:on")
    assert "0? x" in later.text or "1? x" in later.text


async def test_a_result_is_told_as_everybody_may_see_it(bare_guild):
    poll = await begin(bare_guild)
    few = await run(bare_guild, "results", poll)
    assert few.private
    assert few.text == "The result is shown from five votes on. 0 members have voted so far."
    for who in range(3):
        await poll.press(bare_guild.world.members[who], "option:1")
    assert "3 members have voted so far." in (await run(bare_guild, "results", poll)).text
    for who in (bare_guild.world.moderator, bare_guild.world.editor):
        await poll.press(who, "option:1")
    running = await run(bare_guild, "results", poll)
    assert running.text.startswith(
        "## So far: Which concept should have been built?\n**Mazda RX-500 is ahead so far.**"
    )
    assert "**5 votes so far**" in running.text
    assert "Check it" not in running.text  # there is nothing to check yet
    await poll.close()
    told = await run(bare_guild, "results", poll)
    assert told.private
    assert "Mazda RX-500 won" in told.text
    assert "```" in texts(told.message)
    attachments = told.message.raw["attachments"]
    assert attachments[0]["filename"].lower() == "poll.png"
    assert "Mazda RX-500" in str(told.message.raw["components"])


async def test_a_hidden_result_is_hidden_from_moderators_too(bare_guild):
    poll = await begin(bare_guild, PollRules(is_hidden=True))
    await poll.press(bare_guild.world.members[0], "option:1")
    seen = await run(bare_guild, "results", poll)
    assert seen.text == "The result is hidden until the close. 1 member has voted so far."


async def test_a_result_is_told_in_the_askers_language(bare_guild):
    poll = await begin(bare_guild)
    await poll.close()
    seen = await bare_guild.world.slash(bare_guild.world.editor, "general", "poll results", poll=str(poll.poll.id))
    assert "勝者はいません" in seen.text


async def test_a_poll_is_found_by_its_words_or_its_number_and_offered_where_it_fits(bare_guild):
    poll = await begin(bare_guild, question="Which badge?", length=timedelta(days=3))
    other = await begin(bare_guild, question="Which rotary?")
    await other.close()
    manager = bare_guild.world.manager

    async def offered(command: str, typed: str = "") -> list[str]:
        return [name for name, _ in await bare_guild.world.suggest(manager, "general", command, "poll", typed)]

    assert await offered("poll close") == ["Which badge?"]
    assert await offered("poll reopen") == ["Which rotary?"]
    assert await offered("poll extend") == ["Which badge?"]
    assert await offered("poll export") == []
    assert await offered("poll results", "which") == ["Which rotary?", "Which badge?"]
    assert await offered("poll delete", "ROTARY") == ["Which rotary?"]
    for typed in ("which badge?", "badge", str(poll.poll.id), f"#{poll.poll.id}"):
        assert "### Which badge?" in (await run(bare_guild, "edit", typed)).text
    for typed in ("which", "Which tractor?", "99999", "x" * 90):
        assert (await run(bare_guild, "edit", typed)).text.startswith(f"No poll, or more than one, goes by “{typed}”.")


@pytest.mark.parametrize("command", EVERY_COMMAND)
async def test_a_poll_that_is_not_there_is_said_to_be_gone(bare_guild, command):
    seen = await run(bare_guild, command, "12345")
    assert seen.private
    assert seen.text.startswith("No poll, or more than one, goes by “12345”.")


async def test_closed_now_it_can_be_reopened_until_it_is_final(bare_guild):
    poll = await begin(bare_guild)
    closed = await run(bare_guild, "close", poll)
    assert "is closed. Its result is final" in closed.text
    assert (await run(bare_guild, "close", poll)).text == "This poll is not open."
    await bare_guild.work()
    reopened = await run(bare_guild, "reopen", poll, closes="3h")
    assert "is open again. It closes 2026-11-20 09:00" in reopened.text
    assert (await poll.read()).state is PollState.OPEN
    await bare_guild.work()
    assert (await run(bare_guild, "reopen", poll)).text == "This poll is not closed, so it cannot be reopened."
    await run(bare_guild, "close", poll)
    by_hand = await run(bare_guild, "reopen", poll)
    assert "is open again, until somebody closes it." in by_hand.text
    assert (await poll.read()).closes_at is None
    await run(bare_guild, "close", poll)
    await bare_guild.work()
    await bare_guild.world.advance(FINAL_AFTER)
    await bare_guild.work()
    assert "The result is final" in (await run(bare_guild, "reopen", poll)).text
    assert "closed the poll" in await bare_guild.audit()


async def test_a_close_is_moved_and_shown_back(bare_guild):
    poll = await begin(bare_guild)
    seen = await run(bare_guild, "extend", poll, until="2026-11-30 18:00")
    assert "now closes 2026-11-30" in seen.text
    zone = (await bare_guild.app.guilds.settings(bare_guild.guild.id)).zone
    assert (await poll.read()).closes_at.astimezone(zone).isoformat()[:16] == "2026-11-30T18:00"
    for typed, sentence in (
        ("some day", "some day"),
        ("2020-01-01", "2020-01-01 has passed"),
        ("3/4", "3/4"),
        ("2y", "2y"),
        ("500d", "A poll is open for at least a minute and at most a year."),
    ):
        refused = await run(bare_guild, "extend", poll, until=typed)
        assert refused.private
        assert sentence in refused.text
    await poll.close()
    assert (await run(bare_guild, "extend", poll, until="2h")).text == "This poll is not open."


async def test_a_question_is_reworded_and_the_card_follows(bare_guild):
    poll = await begin(bare_guild)
    panel = await run(bare_guild, "edit", poll)
    form = await press(bare_guild, panel, "poll_edit:reword")
    assert fields(form) == {"words": "Which concept should have been built?"}
    refused = await fill(bare_guild, form, {"words": "x" * 301})
    assert "A poll needs a question of 1 to 300 characters" in refused.text
    again = await press(bare_guild, refused, "poll_edit:reword")
    assert fields(again) == {"words": "x" * 301}
    done = await fill(bare_guild, again, {"words": "Which concept was robbed?"})
    assert "### Which concept was robbed?" in done.text
    await bare_guild.work()
    assert "## Which concept was robbed?" in texts(poll.card)


async def test_options_are_renamed_merged_removed_and_each_is_undone(bare_guild):
    poll = await begin(bare_guild, PollRules(is_write_in=True), ["Mazda RX-500", "Mazda RX 500", "Nissan 126X"])
    member = bare_guild.world.members[0]
    await poll.press(member, "option:2")
    panel = await option(bare_guild, await run(bare_guild, "edit", poll), 2)
    assert "**Mazda RX 500**" in panel.text
    panel = await press(bare_guild, panel, "poll_edit:merge")
    assert "For which option are the votes for **Mazda RX 500** to count?" in panel.text
    assert "Mazda RX 500 |" not in panel.text.split("<")[-1]
    panel = await option(bare_guild, panel, 1)
    assert "votes for it count for **Mazda RX-500**" in panel.text
    await bare_guild.work()
    assert "Mazda RX 500" not in texts(poll.card)
    assert "Saved: **Mazda RX 500** (counts for Mazda RX-500)" in (await poll.press(member, "mine")).text
    panel = await press(bare_guild, panel, "poll_edit:unmerge")
    assert "It can be chosen." in panel.text
    await press(bare_guild, panel, "poll_edit:remove")
    assert "**Mazda RX 500** (removed: it does not count)" in (await poll.press(member, "mine")).text
    panel = await press(bare_guild, panel, "poll_edit:restore")

    panel = await option(bare_guild, panel, 3)
    refused = await fill(bare_guild, await press(bare_guild, panel, "poll_edit:rename"), {"words": "mazda rx-500"})
    assert "mazda rx-500" in refused.text
    form = await press(bare_guild, refused, "poll_edit:rename")
    assert fields(form) == {"words": "mazda rx-500"}
    panel = await fill(bare_guild, form, {"words": "Nissan 126X Mid4"})
    assert "**Nissan 126X Mid4**" in panel.text
    panel = await press(bare_guild, panel, "poll_edit:remove")
    assert "It is removed: votes for it do not count." in panel.text
    await bare_guild.work()
    assert "Nissan" not in texts(poll.card)
    panel = await press(bare_guild, panel, "poll_edit:restore")
    panel = await press(bare_guild, panel, "poll_edit:done")
    assert "Choose an option to rename" in panel.text
    await bare_guild.work()
    assert "Nissan 126X Mid4" in texts(poll.card)
    audit = await bare_guild.audit()
    assert "merged options of the poll" in audit
    assert "put an option of the poll" in audit


async def test_what_another_moderator_did_meanwhile_is_shown_with_the_refusal(bare_guild):
    poll = await begin(bare_guild)
    mine = await option(bare_guild, await run(bare_guild, "edit", poll), 1)
    theirs = await option(bare_guild, await run(bare_guild, "edit", poll), 1)
    await press(bare_guild, theirs, "poll_edit:remove")
    refused = await press(bare_guild, mine, "poll_edit:remove")
    assert "⚠️" in refused.text
    assert "It is removed: votes for it do not count." in refused.text


async def test_a_hundred_options_are_edited_page_by_page(bare_guild):
    poll = await begin(bare_guild, labels=[f"Car {number:03}" for number in range(1, 101)])
    panel = await run(bare_guild, "edit", poll)
    assert "Car 025" in panel.text
    assert "Car 026" not in panel.text
    for _ in range(3):
        panel = await press(bare_guild, panel, "poll_edit:later")
    assert "Car 100" in panel.text
    assert "[Later options ▶ (off)]" in panel.text
    panel = await press(bare_guild, await option(bare_guild, panel, 100), "poll_edit:remove")
    assert (await poll.read()).by_number[100].is_removed


async def test_a_final_poll_is_exported_whole_and_counts_the_same(bare_guild):
    poll = await begin(bare_guild, labels=["=cmd()", "Nissan 126X"])
    for who, number in enumerate((1, 2, 2)):
        await poll.press(bare_guild.world.members[who], f"option:{number}")
    early = await run(bare_guild, "export", poll)
    assert early.private
    assert "final" in early.text
    await poll.finish()
    seen = await run(bare_guild, "export", poll)
    assert seen.private
    assert "with all its 3 ballots and nobody's name" in seen.text
    digest = (await poll.read()).digest
    assert digest in seen.text
    record = await bare_guild.app.polls.export(bare_guild.actor(), poll.poll.id)
    exported = await record_files(record, bytes_max=2**20)
    files = {file.filename: file.fp.read().decode() for file in exported.files}
    assert f"recount {exported.name} --expect {digest}`" in seen.text
    number = poll.poll.id
    assert list(files) == [f"poll-{number}.csv", f"poll-{number}.json"]
    assert [each["filename"] for each in seen.message.raw["attachments"]] == list(files)
    rows = list(csv.reader(io.StringIO(files[f"poll-{number}.csv"].removeprefix("\ufeff"))))
    assert rows[0][0] == "'=cmd()"
    read = read_record(files[f"poll-{number}.json"])
    assert verify(read, expect=digest) is not None
    for member in bare_guild.world.members:
        assert str(member.id) not in files[f"poll-{number}.json"]


async def test_a_record_too_large_for_discord_is_packed_and_refused_if_that_is_not_enough(bare_guild):
    poll = await begin(bare_guild, labels=[f"Car {number:03} {'x' * 60}" for number in range(100)])
    await poll.finish()
    record, number = await bare_guild.app.polls.export(bare_guild.actor(), poll.poll.id), poll.poll.id
    whole = await record_files(record, bytes_max=10_000)
    size = len(whole.files[0].fp.read())
    for bytes_max, inside in (
        (size, [f"poll-{number}.csv", f"poll-{number}.json"]),
        (size - 1, [f"poll-{number}.json"]),
    ):
        packed = await record_files(record, bytes_max=bytes_max)
        assert packed.name == packed.files[0].filename == f"poll-{number}.zip"
        assert packed.has_csv == (len(inside) > 1)
        with zipfile.ZipFile(packed.files[0].fp) as archive:
            assert archive.namelist() == inside
    with pytest.raises(ExportLargeError):
        await record_files(record, bytes_max=100)


async def test_what_discord_takes_of_a_large_record_is_said_with_how_it_is_counted_again(bare_guild, monkeypatch):
    poll = await begin(bare_guild, labels=[f"Car {number:03} {'x' * 60}" for number in range(100)])
    await poll.finish()
    record = await bare_guild.app.polls.export(bare_guild.actor(), poll.poll.id)
    size = len((await record_files(record, bytes_max=10_000)).files[0].fp.read())
    for limit, said in ((size - 1, "The CSV for spreadsheets is left out"), (100, "Even packed, the record is larger")):
        less = partial(record_files, bytes_max=limit)
        monkeypatch.setattr(manage, "record_files", lambda record, less=less, **_: less(record))
        seen = await run(bare_guild, "export", poll)
        assert said in seen.text
        assert (f"recount poll-{poll.poll.id}.zip" in seen.text) == (limit > 100)


async def test_a_poll_is_deleted_after_a_question_with_its_card(bare_guild):
    poll = await begin(bare_guild)
    await poll.press(bare_guild.world.members[0], "option:1")
    asked = await run(bare_guild, "delete", poll)
    assert "This cannot be undone." in asked.text
    kept = await press(bare_guild, asked, "poll_delete:no")
    assert kept.text == "Nothing was deleted."
    assert poll.card
    done = await press(bare_guild, await run(bare_guild, "delete", poll), "poll_delete:yes")
    assert "is deleted." in done.text
    assert bare_guild.world.lines("general") == []
    await bare_guild.work()
    assert (await run(bare_guild, "edit", poll)).text.startswith("No poll, or more than one, goes by")
    assert "deleted the poll" in await bare_guild.audit()


async def test_a_card_that_cannot_be_taken_away_is_named_and_its_buttons_say_that_it_is_gone(bare_guild):
    poll = await begin(bare_guild)
    card = poll.card
    asked = await run(bare_guild, "delete", poll)
    bare_guild.fail("DELETE", "/channels/*/messages/*", status=403, code=50001, times=None)
    seen = await press(bare_guild, asked, "poll_delete:yes")
    assert "is deleted." in seen.text
    assert "Its message could not be taken away" in seen.text
    assert f"/{card.id}" in seen.text
    pressed = await bare_guild.world.press(bare_guild.world.members[0], card, f"poll:{poll.poll.id}:mine")
    assert pressed.text == GONE


async def test_of_a_bracket_rounds_are_told_moved_and_opened_again(bare_guild):
    rules = PollRules(PollKind.BRACKET, Method.KNOCKOUT, seeding=Seeding.VOTE, round_length=timedelta(hours=1))
    poll = await begin(bare_guild, rules, length=None)
    seen = await run(bare_guild, "results", poll)
    assert seen.text == "What the opening vote has come to is told when it is over. 0 members have voted so far."
    moved = await run(bare_guild, "extend", poll, until="3h")
    assert moved.text.startswith(
        "The open round of “Which concept should have been built?” now closes 2026-11-20 09:00"
    )
    await run(bare_guild, "close", poll)
    await bare_guild.work()
    assert "is open again. It closes 2026-11-20 07:00" in (await run(bare_guild, "reopen", poll)).text


async def test_what_is_final_is_not_edited(bare_guild):
    poll = await begin(bare_guild)
    await poll.finish()
    assert (await run(bare_guild, "edit", poll)).text == "The result is final, so nothing of it can be changed."


async def test_a_bracket_tells_only_the_rounds_that_are_over(bare_guild):
    rules = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=1))
    poll = await begin(bare_guild, rules, length=None)
    first = await run(bare_guild, "results", poll)
    assert first.private
    assert first.message.raw["attachments"]
    await bare_guild.world.advance(timedelta(hours=1) + CLOSE_GRACE)
    await bare_guild.work()
    assert (await run(bare_guild, "results", poll)).message.raw["attachments"]
