"""A morning of editors: the draft an hour before, approved or skipped, and what the post and the draft say then."""

from dataclasses import replace
from datetime import date, timedelta

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.domain.due_work import NoPermissionError
from bot.domain.edition import Edition, Section, SourceRef
from bot.domain.errors import packed
from bot.domain.guild import Part
from bot.domain.roundup import EditionRecord, EditionState
from cogs.roundup.review import review_view
from tests.cogs.house import DRAFTED_AT, POSTED_AT, draft, review_in, texts


async def test_a_morning_from_draft_to_approval_to_the_thread(guild):
    await review_in(guild)

    line = await draft(guild)
    assert "Toyota shows a hydrogen Hilux" in line.text
    assert "Not approved yet. It goes to #morning-roundup at 07:30 (in 1 hour) once an editor approves it." in line.text
    assert line.buttons == ("Approve", "Edit", "Skip")
    assert guild.world.lines("morning-roundup") == []

    seen = await guild.world.press(guild.world.moderator, line, "Approve")
    assert seen.private
    assert seen.text.startswith("Approved. It goes to #morning-roundup at 07:30 (in 1 hour).")
    await guild.work()
    (line,) = guild.world.lines("editors")
    assert "Approved by @Łukasz" in line.text
    assert line.buttons == ("Edit", "Skip")
    assert guild.world.lines("morning-roundup") == []

    posted = await guild.post()
    assert "Toyota shows a hydrogen Hilux" in posted.text
    assert posted.at == POSTED_AT
    assert len(guild.world.threads("morning-roundup")) == 1
    (line,) = guild.world.lines("editors")
    address = f"https://discord.com/channels/{guild.guild.id}/{posted.place.id}/{posted.id}"
    assert f"✅ Posted\n{address} · approved by @Łukasz" in line.text
    assert line.buttons == ("Edit",)
    assert "@Łukasz · approved the edition of 2026-11-20" in await guild.audit()


async def test_what_nobody_approves_is_not_posted_and_said_so_when_it_is_too_late(guild):
    await review_in(guild)
    await draft(guild)

    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    assert guild.world.lines("morning-roundup") == []
    assert "Not approved yet" in guild.world.lines("editors")[0].text

    await guild.world.advance(timedelta(hours=3, seconds=2))
    await guild.work()

    assert guild.world.lines("morning-roundup") == []
    (line,) = guild.world.lines("editors")
    assert "➖ Not posted\nReason: nobody approved it" in line.text
    assert "skipped: nobody approved it" in (await guild.slash("roundup history")).text
    assert line.buttons == ("Post it now",)
    await guild.world.press(guild.world.moderator, line, "Post it now")
    await guild.work()
    assert "Hilux" in guild.edition.text
    assert "✅ Posted" in guild.world.lines("editors")[0].text


async def test_an_approval_that_comes_late_posts_late(guild):
    await review_in(guild)
    line = await draft(guild)
    await guild.world.advance_to(POSTED_AT + timedelta(hours=2))
    await guild.work()
    assert guild.world.lines("morning-roundup") == []

    seen = await guild.world.press(guild.world.moderator, line, "Approve")
    await guild.work()

    assert seen.text == "Approved. Its time has passed, so it goes to #morning-roundup in a moment."
    assert guild.edition.at == POSTED_AT + timedelta(hours=2)


async def test_what_may_be_posted_unapproved_is_posted_at_its_time(guild):
    await review_in(guild, unapproved=True)
    line = await draft(guild)
    assert "unless an editor skips it" in line.text

    posted = await guild.post()

    assert posted.at == POSTED_AT
    (line,) = guild.world.lines("editors")
    assert "✅ Posted" in line.text
    assert "approved by" not in line.text


async def test_a_skipped_draft_is_not_posted_and_can_be_taken_back(guild):
    await review_in(guild)
    line = await draft(guild)

    seen = await guild.world.press(guild.world.moderator, line, "Skip")
    await guild.work()
    assert seen.private
    assert "The edition of 2026-11-20 07:30 is left out." in seen.text
    assert "Reason: an editor skipped it" in guild.world.lines("editors")[0].text

    undone = await guild.world.press(guild.world.moderator, seen.message, "Undo")
    await guild.work()
    assert "comes after all" in undone.text
    (line,) = guild.world.lines("editors")
    assert line.buttons == ("Approve", "Edit", "Skip")
    await guild.world.press(guild.world.moderator, line, "Approve")
    await guild.post()
    assert "Hilux" in guild.edition.text
    audit = await guild.audit()
    assert "@Łukasz · skipped the edition of 2026-11-20" in audit
    assert "@Łukasz · took back that the edition of 2026-11-20 was skipped" in audit


async def test_a_skip_is_not_spoken_of_as_a_failure(guild):
    panel = await guild.slash("settings")
    await guild.world.select(
        guild.world.manager, panel.message, [guild.world.place("mod-log")], custom_id="settings:notices"
    )
    await guild.slash("roundup skip")
    await guild.world.advance(timedelta(hours=3))
    await guild.work()

    assert guild.world.lines("mod-log") == []
    assert guild.world.lines("morning-roundup") == []
    assert "skipped: an editor skipped it" in (await guild.slash("roundup history")).text


async def test_skip_leaves_out_the_next_one_alone_and_now_posts_it_after_all(guild):
    assert "The edition of 2026-11-20 07:30 is left out." in (await guild.slash("roundup skip")).text
    again = (await guild.slash("roundup skip")).text
    assert again.startswith("The edition of 2026-11-20 07:30 is left out already.")

    await guild.slash("roundup now")
    await guild.work()

    assert "Hilux" in guild.edition.text
    assert "The edition of 2026-11-21 07:30 is left out." in (await guild.slash("roundup skip")).text


async def test_a_skip_undone_before_the_draft_lets_the_edition_come_as_ever(guild):
    seen = await guild.slash("roundup skip")
    await guild.world.press(guild.world.manager, seen.message, "Undo")

    line = await guild.post()

    assert line.at == POSTED_AT
    await guild.world.advance(timedelta(hours=23, minutes=55))
    late = await guild.slash("roundup skip")
    await guild.world.advance(timedelta(minutes=10))
    await guild.work()
    refused = await guild.world.press(guild.world.manager, late.message, "Undo")
    assert "That can no longer be undone" in refused.text


@pytest.mark.parametrize("button", ["approve", "edit", "skip"])
async def test_the_buttons_of_a_draft_are_for_editors_and_work_after_a_restart(guild, button):
    await review_in(guild)
    line = await draft(guild)
    await guild.restart()
    member = guild.world.members[0]
    guild.backend.set_overwrite(
        line.place.id,
        Overwrite(member.id, OverwriteType.MEMBER, allow=discord.Permissions(view_channel=True).value, deny=0),
    )
    (record,) = await guild.app.roundups.history(guild.actor())

    refused = await guild.world.press(member, line, f"edition:{record.id}:{button}")
    granted = await guild.world.press(guild.world.moderator, line, f"edition:{record.id}:{button}")

    assert refused.private
    assert "You need this bot's “Edit” permission for that." in refused.text
    assert granted.private
    assert "permission" not in granted.text


async def test_now_posts_the_draft_that_the_editors_saw_as_approved_by_who_asked(guild):
    await review_in(guild)
    await draft(guild)

    await guild.slash("roundup now")
    await guild.work()

    assert guild.edition.at == DRAFTED_AT
    (line,) = guild.world.lines("editors")
    assert "approved by @Morgan" in line.text


async def test_with_approval_now_asks_nobody_else_when_there_is_no_draft_yet(guild):
    await review_in(guild)

    await guild.slash("roundup now")
    await guild.work()

    assert "Hilux" in guild.edition.text
    assert guild.world.lines("editors") == []
    (record,) = await guild.app.roundups.history(guild.actor())
    assert (record.state, record.approved_by) == (EditionState.POSTED, guild.world.manager.id)


async def test_approval_switched_off_meanwhile_lets_the_edition_come(guild):
    await review_in(guild)
    await draft(guild)
    panel = await guild.slash("roundup settings")
    await guild.world.select(guild.world.manager, panel.message, [], custom_id="roundup:review")

    await guild.post()

    assert "Hilux" in guild.edition.text


@pytest.mark.parametrize("unapproved", [False, True])
async def test_an_editors_channel_that_cannot_be_written_to(guild, unapproved):
    await review_in(guild, unapproved=unapproved)
    await guild.forbid("editors", send_messages=True, view_channel=True)

    await guild.world.advance_to(POSTED_AT)
    await guild.work()

    (record,) = await guild.app.roundups.history(guild.actor())
    assert record.state is (EditionState.POSTED if unapproved else EditionState.FAILED)
    assert bool(guild.world.lines("morning-roundup")) is unapproved


async def test_a_draft_that_somebody_deleted_keeps_nothing_back(guild):
    await review_in(guild)
    line = await draft(guild)
    await guild.world.press(guild.world.moderator, line, "Approve")
    guild.backend.delete_message(line.place.id, line.id)
    await guild.world.settle()

    await guild.post()
    await guild.work()

    assert "Hilux" in guild.edition.text
    assert await guild.app.runner.next_due(but=frozenset({"feed", "roundup", "poll"})) is None


async def test_a_draft_is_found_again_and_not_taken_for_the_edition(guild):
    registered = guild.app.runner._kinds["edition"]
    failures = iter([True])

    async def perform(posting):
        outcome = await registered.perform(posting)
        if posting.step.value == "review" and next(failures, False):
            raise OSError("the answer is lost")
        return outcome

    await review_in(guild)
    guild.app.runner._kinds["edition"] = replace(registered, perform=perform)
    await guild.world.advance_to(DRAFTED_AT)
    await guild.work()
    await guild.world.advance(timedelta(minutes=15))
    await guild.work()

    (line,) = guild.world.lines("editors")
    assert line.buttons == ("Approve", "Edit", "Skip")


async def test_a_japanese_guild_reviews_in_japanese(house):
    panel = await house.slash("setup")
    await house.world.select(house.world.manager, panel.message, ["ja"], custom_id="setup:language")
    await house.world.press(house.world.manager, panel.message, "Save")
    await review_in(house)

    line = await draft(house)

    assert "まだ承認されていません。編集者が承認すると、07:30" in line.text
    assert line.buttons == ("承認", "編集", "休みにする")
    seen = await house.world.press(house.world.editor, line, "承認")
    assert seen.text.startswith("承認しました。")
    assert len(texts(line)) <= 4_000


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("state", list(EditionState))
def test_a_draft_of_any_length_stays_within_discords_limits(state, language):
    words = "A sentence of some length follows here, and it goes on. " * 30
    unnamed = SourceRef("feeds.source_not_given", None)
    sections = tuple(
        Section(f"{number} {words}", words, (unnamed, SourceRef(words[:150], "https://press.example/1")), ())
        for number in range(6)
    )
    content = Edition(words, date(2026, 11, 20), sections[0], sections[1:], None, ())
    reason = "by_editor" if state is EditionState.SKIPPED else packed(NoPermissionError(channel=words))
    snowflake = 10**19
    record = EditionRecord(
        id=7,
        guild_id=snowflake,
        roundup_id=1,
        day=content.day,
        state=state,
        content=content,
        channel_id=snowflake,
        begun=None,
        done=None,
        message_id=snowflake,
        thread_id=None,
        question_id=None,
        notice_id=None,
        due_at=POSTED_AT,
        posted_at=None,
        ended_at=None,
        reason=reason,
        review_channel_id=snowflake,
        review_id=snowflake,
        approved_by=snowflake,
    )

    view = review_view(record, language=language, parts=frozenset(Part), posts_unapproved=False)

    assert 3_000 < view.content_length() <= 4_000
    assert view.total_children_count <= 40
