"""A poll's steps on Discord: each is done once, whatever is killed when, and found again where it stands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.poll.bracket import OPENING
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import CLOSE_GRACE, FINAL_AFTER, Option, PollState, PollStep
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding, TieRule
from bot.storage.ballot import BallotRow
from cogs.poll import posting
from tests.cogs.house import House, Killed, texts
from tests.cogs.poll.polling import CARS, LENGTH, Polling, begin

REMINDED = PollRules(reminder=timedelta(hours=1))
LEASE_OVER = timedelta(minutes=3)


def kill_at(house: House, step: PollStep, *, after: bool) -> None:
    """Let the process end before or after a step acts, in any case before its outcome is recorded."""
    registered = house.app.runner._kinds["poll"]

    async def perform(task):
        if task.step is step and not after:
            raise Killed
        outcome = await registered.perform(task)
        if task.step is step:
            raise Killed
        return outcome

    house.app.runner._kinds["poll"] = replace(registered, perform=perform)


async def made(house: House, rules: PollRules, *, where: str = "general") -> Polling:
    """Make a poll and let nothing be done for it yet."""
    draft = PollDraft(
        "Which concept?",
        rules,
        tuple(Option(0, label) for label in CARS),
        house.world.place(where).id,
        closes_at=house.clock.now() + LENGTH,
    )
    return Polling(house, await house.app.polls.create(house.actor(), draft), where)


def posted(polling: Polling, custom_id: str) -> list:
    """Return the messages anywhere that carry a component with that custom id."""
    wanted = f"'poll:{polling.poll.id}:{custom_id}'"
    return [line for line in polling.house.world.everything() if wanted in str(line.raw) and not line.private]


async def test_a_poll_is_posted_with_its_thread_named_like_its_question(bare_guild):
    poll = await begin(bare_guild, question="Which *concept* should have been built?")

    kept = await poll.read()
    assert (kept.state, kept.message_id) == (PollState.OPEN, poll.card.id)
    (thread,) = bare_guild.world.threads("general")
    assert thread.name == "Which *concept* should have been built?"
    assert kept.thread_id == thread.id
    assert f"/{thread.id}" in str(poll.card.raw)
    assert bare_guild.pinged(poll.card) == []


async def test_the_thread_is_reminded_the_result_posted_and_the_card_shown_final(bare_guild):
    poll = await begin(bare_guild, REMINDED)
    await bare_guild.world.advance(LENGTH - timedelta(hours=1))
    await bare_guild.work()
    (reminder,) = poll.thread
    assert "closes in 1 hour" in reminder.text
    await poll.press(bare_guild.world.members[0], "option:2")

    await poll.close()
    assert "provisional and becomes final in 10 minutes" in poll.card.text
    assert "option" not in str(poll.card.raw)
    assert len(poll.thread) == 1
    await bare_guild.world.advance(FINAL_AFTER)
    await bare_guild.work()

    _, result = poll.thread
    assert "Nissan 126X won" in result.text
    assert "```\n*  1  Nissan 126X" in result.text
    (attached,) = result.raw["attachments"]
    assert attached["size"] > 1_000
    assert attached["description"].startswith("Result of “Which concept should have been built?”")
    assert "The result is final" in poll.card.text
    assert str(result.id) in str(poll.card.raw)
    assert [each["filename"] for each in poll.card.raw["attachments"]] == ["Poll.png"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", [PollStep.CARD, PollStep.THREAD, PollStep.REMIND, PollStep.RESULT, PollStep.SHOW])
async def test_what_is_killed_at_a_step_is_taken_up_and_nothing_stands_twice(bare_guild, step, after):
    poll = await made(bare_guild, REMINDED)
    kill_at(bare_guild, step, after=after)
    killed = False
    for length in (timedelta(), LENGTH - timedelta(hours=1), timedelta(hours=1) + CLOSE_GRACE, FINAL_AFTER):
        await bare_guild.world.advance(length)
        try:
            await bare_guild.work()
        except* Killed:
            killed = True
            await bare_guild.restart()
            bare_guild.world._nonces.forget()
            await bare_guild.world.advance(LEASE_OVER)
            await bare_guild.work()
    assert killed
    await bare_guild.world.advance(FINAL_AFTER)
    await bare_guild.work()

    assert (await poll.read()).state is PollState.FINAL
    for custom_id in ("mine", "vote:reminder", "check"):
        assert len(posted(poll, custom_id)) == 1, custom_id
    assert len(bare_guild.world.threads("general")) == 1
    assert "The result is final" in poll.card.text


async def test_a_vote_at_the_last_moment_is_shown_by_the_close_and_not_once_more_after_it(bare_guild):
    poll = await begin(bare_guild)
    await bare_guild.world.advance_to(poll.poll.closes_at - timedelta(seconds=1))
    await poll.press(bare_guild.world.members[0], "option:2")
    await bare_guild.world.advance_to(poll.poll.closes_at + CLOSE_GRACE)
    edits = bare_guild.world.requests().count(f"PATCH /channels/{poll.card.place.id}/messages/{poll.card.id}")
    await bare_guild.work()
    await bare_guild.world.advance(timedelta(seconds=10))
    await bare_guild.work()

    assert "Nissan 126X won" in poll.card.text
    after = bare_guild.world.requests().count(f"PATCH /channels/{poll.card.place.id}/messages/{poll.card.id}")
    assert after == edits + 1


async def test_in_a_thread_everything_is_said_there(bare_guild):
    place = bare_guild.world.place("general")
    line = await bare_guild.world.say(bare_guild.world.manager, "general", "A topic")
    await bare_guild.app.client.http.start_thread_with_message(
        place.id, line.id, name="topic", auto_archive_duration=1440
    )
    poll = await begin(bare_guild, REMINDED, where="topic")
    await bare_guild.world.advance(LENGTH - timedelta(hours=1))
    await bare_guild.work()
    await poll.finish()

    said = bare_guild.world.lines("topic")
    assert len(said) == 3  # the card, the reminder and the result
    assert "Result: " in said[-1].text
    assert len(bare_guild.world.threads("general")) == 1


async def test_in_a_forum_a_poll_is_a_post(bare_guild):
    handle = bare_guild.world.guild.handle.create_forum_channel("debates")
    poll = await begin(bare_guild, where="debates")

    (post,) = bare_guild.world.threads("debates")
    kept = await poll.read()
    assert (kept.channel_id, kept.message_id, kept.thread_id) == (post.id, post.id, post.id)
    assert kept.channel_id != handle.id
    (card,) = bare_guild.world.lines(post)
    await bare_guild.world.press(bare_guild.world.members[0], card, f"poll:{kept.id}:option:1")
    await poll.finish()

    shown, result = bare_guild.world.lines(post)
    assert "The result is final" in shown.text
    assert "Mazda RX-500 won" in result.text


async def test_a_result_whose_thread_was_deleted_is_told_beside_the_card(bare_guild):
    poll = await begin(bare_guild, REMINDED)
    bare_guild.backend.delete_channel(poll.card.id)  # the thread has its message's id
    await bare_guild.world.settle()

    await poll.finish()

    (result,) = posted(poll, "check")
    assert result.place.name == "general"
    assert f"/{result.place.id}/{result.id}" in str(poll.card.raw)
    assert "The result is final" in poll.card.text


async def test_a_card_that_was_deleted_keeps_nothing_back(bare_guild):
    poll = await begin(bare_guild)
    await bare_guild.world.delete(bare_guild.world.manager, poll.card)
    await poll.house.world.advance_to(poll.poll.closes_at + CLOSE_GRACE)
    await bare_guild.work()
    await bare_guild.world.advance(FINAL_AFTER)
    await bare_guild.work()

    assert (await poll.read()).state is PollState.FINAL
    assert len(posted(poll, "check")) == 1


async def test_a_poll_whose_channel_is_gone_is_given_up_and_told_by_the_doctor(bare_guild):
    poll = await made(bare_guild, PollRules())
    bare_guild.backend.delete_channel(poll.poll.channel_id)
    await bare_guild.world.settle()

    await bare_guild.work()
    asked = len(bare_guild.world.requests())
    await bare_guild.world.advance(timedelta(hours=2))  # not tried for ever
    await bare_guild.work()

    assert (await poll.read()).message_id is None
    assert len(bare_guild.world.requests()) == asked
    doctor = await bare_guild.world.slash(bare_guild.world.manager, "editors", "doctor")
    assert "A poll could not be shown" in doctor.text


async def test_without_the_permission_for_files_the_result_is_posted_without_its_picture(bare_guild):
    poll = await begin(bare_guild)
    await poll.press(bare_guild.world.members[0], "option:2")
    await poll.close()
    # Discord answers so to a message with a file, without the permission for files.
    bare_guild.fail("POST", "/channels/*/messages", status=403, code=50013)
    bare_guild.fail("PATCH", "/channels/*/messages/*", status=403, code=50013)
    await poll.finish()

    result = poll.thread[-1]
    assert result.raw["attachments"] == []
    assert "*  1  Nissan 126X" in result.text
    assert "The result is final" in poll.card.text


async def test_a_picture_that_cannot_be_drawn_keeps_no_result_back(bare_guild, monkeypatch):
    def broken(*args: object) -> bytes:
        raise ValueError("no font")

    monkeypatch.setattr(posting, "_drawn", broken)
    poll = await begin(bare_guild)
    await poll.press(bare_guild.world.members[0], "option:2")
    await poll.finish()

    assert "Nissan 126X won" in poll.thread[-1].text
    assert "`████████████` 1 · 100%" in poll.card.text  # bars in the picture's place


async def test_ballots_set_aside_are_told_on_card_and_result(bare_guild):
    poll = await begin(bare_guild)
    kept = await poll.read()
    await poll.press(bare_guild.world.members[0], "option:2")
    store = bare_guild.app.votes._store

    async def set_aside(session) -> None:
        await session.execute(update(BallotRow).where(BallotRow.poll_id == kept.id).values(is_set_aside=True))

    await store.write(set_aside)
    await poll.finish()

    for told in (poll.card.text, poll.thread[-1].text):
        assert "1 vote was set aside by the moderators" in told
        assert "Nobody voted" in told


async def test_a_bracket_shows_its_picture_and_pairs_and_goes_on_by_itself(bare_guild):
    rules = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=1))
    poll = await begin(bare_guild, rules, where="general")
    before = poll.card
    assert "Mazda RX-500 – Isuzu Bellett MX1600" in before.text
    assert before.raw["attachments"][0]["description"].startswith("Bracket of")

    member = bare_guild.world.members[0]
    await bare_guild.app.votes.tap(bare_guild.actor_of(member), poll.poll.id, ((1, 4), (2, 3)), bare_guild.clock.now())
    await bare_guild.world.advance(timedelta(hours=1, seconds=10))
    await bare_guild.work()
    assert "Isuzu Bellett MX1600 – トヨタ EX-III" in poll.card.text
    assert poll.card.raw["attachments"][0]["id"] != before.raw["attachments"][0]["id"]

    await bare_guild.app.votes.tap(bare_guild.actor_of(member), poll.poll.id, ((3, 3),), bare_guild.clock.now())
    await bare_guild.world.advance(timedelta(hours=1, seconds=10))
    await bare_guild.work()
    await bare_guild.world.advance(FINAL_AFTER)
    await bare_guild.work()

    assert "トヨタ EX-III won" in poll.thread[-1].text


async def test_an_opening_vote_lists_the_entries_and_then_becomes_a_bracket(bare_guild):
    rules = PollRules(PollKind.BRACKET, Method.KNOCKOUT, seeding=Seeding.VOTE, round_length=timedelta(hours=1))
    poll = await begin(bare_guild, rules)
    assert "- Mazda RX-500\n- Nissan 126X" in poll.card.text
    assert poll.card.raw["attachments"] == []

    actor = bare_guild.actor_of(bare_guild.world.members[0])
    await bare_guild.app.votes.tap(actor, poll.poll.id, ((OPENING + 4, 1),), bare_guild.clock.now())
    await bare_guild.world.advance(timedelta(hours=1, seconds=10))
    await bare_guild.work()

    assert "Isuzu Bellett MX1600 – " in poll.card.text
    assert len(poll.card.raw["attachments"]) == 1


async def test_a_poll_with_a_lot_prints_its_seed_when_it_opens(bare_guild):
    poll = await begin(bare_guild, PollRules(tie_rule=TieRule.LOT))

    assert f"Seed of the lot: {(await poll.read()).seed}" in poll.card.text


async def test_an_edit_of_the_question_is_shown_on_the_card(bare_guild):
    poll = await begin(bare_guild)

    await bare_guild.app.polls.edit(bare_guild.actor(), poll.poll.id, "Which one, then?")
    await bare_guild.work()

    assert "## Which one, then?" in poll.card.text


async def test_words_of_the_asker_mention_and_format_nothing(bare_guild):
    options = (Option(0, "@everyone `x`"), Option(0, "``` **bold** [a](https://b.example)"))
    poll = await begin(bare_guild, question="@everyone # <@&1> **who**?", options=options)
    await poll.press(bare_guild.world.members[0], "option:2")
    await poll.finish()

    for line in (poll.card, *poll.thread):
        assert bare_guild.pinged(line) == []
    assert "@everyone" not in texts(poll.card)
    assert "**bold**" not in texts(poll.card)
    assert "](https://b.example)" not in texts(poll.card)
    assert texts(poll.thread[-1]).count("```") == 2


async def test_editors_read_that_a_poll_did_not_appear_and_why(bare_guild):
    world, app = bare_guild.world, bare_guild.app
    panel = await bare_guild.slash("settings")
    await world.select(world.manager, panel.message, [world.place("editors")], custom_id="settings:notices")
    nowhere = PollDraft("Best *van*?", PollRules(), (Option(0, "Bongo"), Option(0, "Acty")), channel_id=404)
    await app.polls.create(bare_guild.actor(), nowhere)
    await bare_guild.work()
    await bare_guild.work()
    (told,) = world.lines("editors")
    assert "The poll “Best \\*van\\*?” did not appear: " in told.text
    assert "<#404>" in told.text
