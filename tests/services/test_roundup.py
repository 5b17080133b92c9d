"""What people ask of the roundup: a preview, an edition at once, what became of the others."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.due_work import LEASE, CannotActError
from bot.domain.errors import GoneError, NotAllowedError, NotSetUpError
from bot.domain.guild import Part, PauseScope
from bot.domain.roundup import (
    AlreadyPostedError,
    EditionState,
    EditionStep,
    NoNewsError,
    NoSourcesError,
    PostsPausedError,
    SkipReason,
    message_link,
)
from bot.services.roundup import HISTORY_PAGE
from bot.storage import roundup as table
from bot.storage.store import Session
from bot.text import error_text
from tests.house import CHANNEL, GUILD, MEMBER, NOTICES, OTHER_GUILD, Entry, House, NewsServer, editor, manager

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)  # 7:30 in Berlin
TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
POSTS = frozenset({PauseScope.POSTS})
VANS = Entry("vans", "Vans are back", "The maker shows its van again. Which van was the best of them all?")


async def test_a_day_has_one_edition_however_often_and_however_much_at_once_it_is_asked_for(column: House):
    column.clock.move_to(DUE)
    await asyncio.gather(column.run_due(), *(column.roundups.post_now(editor()) for _ in range(4)), column.run_due())
    await column.run_due()
    edition = await column.only_edition()
    assert edition.state is EditionState.POSTED
    assert [step for step, _ in column.desk.taken].count(EditionStep.MESSAGE) == 1
    for _ in range(3):
        await column.schedule("edition", edition.id, DUE)
        await column.schedule("roundup", edition.roundup_id, DUE)
        await column.run_due()
    assert [step for step, _ in column.desk.taken].count(EditionStep.MESSAGE) == 1


async def test_after_an_outage_of_days_todays_edition_is_posted_if_its_time_has_just_passed(column: House):
    column.clock.move_to(DUE + 4 * DAY + timedelta(minutes=20))
    await column.run_due()
    today, first = await column.history()
    assert (first.day, first.state, first.reason) == (TODAY, EditionState.SKIPPED, SkipReason.LATE.value)
    assert (today.day, today.due_at) == (TODAY + 4 * DAY, DUE + 4 * DAY)
    # The only news is days old by then; what matters here is that the day was tried.
    assert today.reason == SkipReason.NO_NEWS.value
    assert await column.due.next_due(["roundup"]) == (DUE + 5 * DAY, "roundup")


@pytest.mark.parametrize("follows", [True, False])
async def test_a_day_without_news_is_skipped_and_revived_once_there_is_some(
    guild: House, news: NewsServer, *, follows: bool
):
    await guild.guilds.change(
        manager(), lambda s: replace(s, notices_channel_id=NOTICES), "guild.audit.notices", channel="<#1>"
    )
    if follows:
        old = Entry("old", "Old", published_at=DUE - timedelta(days=9))
        await guild.sources.add(editor(), news.publish("/motor", old))
    guild.clock.move_to(DUE)
    await guild.run_due()
    edition = await guild.only_edition()
    assert (edition.state, edition.reason) == (EditionState.SKIPPED, SkipReason.NO_NEWS.value)
    assert edition.done is EditionStep.GATHER
    assert [step for step, _ in guild.desk.taken] == [EditionStep.GATHER, EditionStep.DRAFT]
    assert [step.edition.id for step in guild.desk.notices] == [edition.id]
    guild.clock.advance(timedelta(minutes=20))
    await guild.sources.add(editor(), news.publish("/other", VANS))
    guild.desk.taken.clear()
    await guild.roundups.post_now(editor())
    await guild.run_due()
    revived = await guild.only_edition()
    assert (revived.id, revived.state, revived.reason) == (edition.id, EditionState.POSTED, None)
    assert revived.content is not None
    assert guild.desk.taken[:2] == [(EditionStep.GATHER, False), (EditionStep.DRAFT, False)]


async def test_an_edition_that_was_skipped_for_lateness_can_be_had_by_hand_in_the_channel_of_now(column: House):
    column.clock.move_to(DUE + timedelta(hours=5))
    await column.run_due()
    await column.guilds.change_roundup(
        manager(), lambda r: replace(r, channel_id=77), "guild.audit.resumed", scope="posts"
    )
    asked = await column.roundups.post_now(editor())
    assert (asked.state, asked.channel_id, asked.due_at) == (EditionState.DUE, 77, column.clock.now())
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.channel_id) == (EditionState.POSTED, 77)
    assert (await column.guilds.audit(manager()))[0].action == "roundup.audit.now"


async def test_an_edition_that_stands_is_refused_with_its_address(column: House):
    column.clock.move_to(DUE)
    await column.run_due()
    edition = await column.only_edition()
    before = await column.guilds.audit(manager())
    with pytest.raises(AlreadyPostedError) as refused:
        await column.roundups.post_now(editor())
    link = f"https://discord.com/channels/{GUILD}/{CHANNEL}/{edition.message_id}"
    assert message_link(edition) == link
    for language in ("en", "ja"):
        assert link in error_text(refused.value, language)
    assert await column.guilds.audit(manager()) == before
    assert await column.due.next_due(["edition"]) is None


async def test_an_edition_that_is_not_posted_has_no_address(column: House):
    assert message_link(await column.roundups.post_now(editor())) == ""


async def test_asking_while_the_message_is_being_posted_moves_neither_its_channel_nor_its_time(column: House):
    column.clock.move_to(DUE)
    await column.die_at(EditionStep.MESSAGE)
    content = (await column.only_edition()).content
    await column.guilds.change_roundup(
        manager(), lambda r: replace(r, channel_id=77), "guild.audit.resumed", scope="posts"
    )
    column.clock.advance(timedelta(minutes=1))
    asked = await column.roundups.post_now(editor())
    assert (asked.channel_id, asked.due_at, asked.content) == (CHANNEL, DUE, content)
    column.clock.advance(LEASE)
    column.desk.taken.clear()
    await column.run_due()
    assert column.desk.taken[0] == (EditionStep.MESSAGE, True)  # and found by the time from which it is looked for
    assert (await column.only_edition()).channel_id == CHANNEL


async def test_an_edition_that_was_refused_by_its_channel_goes_to_the_new_one(column: House):
    column.clock.move_to(DUE)
    column.desk.failing = {EditionStep.MESSAGE: CannotActError(what="Missing Permissions", channel=f"<#{CHANNEL}>")}
    await column.run_due()
    failed = await column.only_edition()
    assert failed.state is EditionState.FAILED
    assert failed.reason
    column.desk.failing = {}
    await column.guilds.change_roundup(
        manager(), lambda r: replace(r, channel_id=77), "guild.audit.resumed", scope="posts"
    )
    await column.roundups.post_now(editor())
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.id, edition.state, edition.channel_id) == (failed.id, EditionState.POSTED, 77)


async def test_an_edition_whose_message_stands_goes_on_from_there(column: House):
    column.clock.move_to(DUE)
    column.desk.failing = {EditionStep.THREAD: CannotActError(what="Missing Permissions", channel=f"<#{CHANNEL}>")}
    await column.run_due()
    failed = await column.only_edition()
    assert failed.state is EditionState.FAILED
    column.desk.failing = {}
    column.desk.taken.clear()
    column.clock.advance(timedelta(hours=8))
    await column.roundups.post_now(editor())
    await column.run_due()
    assert column.desk.taken[0] == (EditionStep.THREAD, True)
    assert (await column.only_edition()).message_id == failed.message_id


async def test_asking_by_hand_is_refused_where_it_makes_no_sense_and_changes_nothing(house: House, news: NewsServer):
    with pytest.raises(NotSetUpError):
        await house.roundups.post_now(editor())
    with pytest.raises(NotSetUpError):
        await house.roundups.preview(editor())
    await house.set_up()
    for ask in (house.roundups.post_now, house.roundups.preview):
        with pytest.raises(NoSourcesError):
            await ask(editor())
    await house.sources.add(editor(), news.publish("/motor", VANS))
    await house.guilds.pause(manager(), POSTS, None)
    with pytest.raises(PostsPausedError) as refused:
        await house.roundups.post_now(editor())
    assert "/resume" in error_text(refused.value, "en")
    assert await house.history() == ()
    assert await house.due.next_due(["edition"]) is None
    assert (await house.roundups.preview(editor())).lead is not None  # a preview posts nothing


async def test_a_preview_without_news_says_how_far_back_it_looked(guild: House, news: NewsServer):
    old = Entry("old", "Old", published_at=DUE - timedelta(days=9))
    await guild.sources.add(editor(), news.publish("/motor", old))
    with pytest.raises(NoNewsError) as refused:
        await guild.roundups.preview(editor())
    assert "36" in error_text(refused.value, "en")


@pytest.mark.parametrize("asker", [MEMBER, manager()])
async def test_who_may_not_edit_gets_no_edition(column: House, asker):
    for asked in (
        column.roundups.post_now(asker),
        column.roundups.preview(asker),
        column.roundups.history(asker),
    ):
        with pytest.raises(NotAllowedError) as refused:
            await asked
        assert refused.value.params == {"capability": "edit"}
    assert await column.history() == ()


async def test_parts_that_are_off_are_left_out(column: House):
    with_question = await column.roundups.preview(editor())
    assert with_question.big_question is not None
    await column.set_up(parts=frozenset({Part.ROUNDUP}))
    column.clock.move_to(DUE)
    _, work = await column.claim_edition()
    step = await column.editions.next_step(work)
    assert step is not None
    assert step.notify_role_id is None
    assert (await column.editions.draft(step)).content == replace(with_question, big_question=None)


async def test_an_edition_belongs_to_its_guild(column: House):
    asked = await column.roundups.post_now(editor())
    assert await column.roundups.edition(GUILD, asked.id) == asked
    for guild_id, edition_id in ((OTHER_GUILD, asked.id), (GUILD, 999)):
        with pytest.raises(GoneError):
            await column.roundups.edition(guild_id, edition_id)
    assert await column.history(OTHER_GUILD) == ()


async def test_todays_edition_is_the_one_of_the_local_day(column: House):
    roundup = await column.guilds.roundup(GUILD)
    assert await column.roundups.today(roundup) is None
    asked = await column.roundups.post_now(editor())
    assert await column.roundups.today(roundup) == asked
    column.clock.move_to(datetime(2026, 11, 18, 23, 0, tzinfo=UTC))  # midnight in Berlin
    assert await column.roundups.today(roundup) is None


async def test_the_history_is_read_page_by_page_newest_first(column: House):
    roundup = await column.guilds.roundup(GUILD)

    async def plan(session: Session) -> None:
        for number in range(HISTORY_PAGE + 3):
            day = TODAY + number * DAY
            await table.plan_edition(session, roundup, day=day, due_at=DUE + number * DAY)

    await column.store.write(plan)
    first = await column.history()
    older = await column.roundups.history(editor(), before=first[-1].day)
    days = [edition.day for edition in (*first, *older)]
    assert len(first) == HISTORY_PAGE
    assert days == [TODAY + number * DAY for number in reversed(range(HISTORY_PAGE + 3))]
