"""What editors are told when a poll did not appear."""

from dataclasses import replace
from datetime import time, timedelta
from functools import partial

import pytest

from bot.domain.due_work import NoPermissionError
from bot.domain.errors import unpacked
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import PollState, PollStep
from bot.domain.poll.rules import PollRules
from bot.domain.roundup import EVERY_DAY
from bot.services import poll as service
from bot.services.poll_notice import POLL_NOTICE, PollNotice, PollNoticeWork, tell_left_out
from bot.services.poll_template import PollTemplateService, PollTemplateWork
from tests.house import CHANNEL, GUILD, NOTICES, manager
from tests.services.polling import PollHouse, moderator, options

CLOSED_TO_US = NoPermissionError(channel="<#1>")


@pytest.fixture
def told(polls: PollHouse) -> list[PollNotice]:
    """The notices that were posted."""
    notices: list[PollNotice] = []

    async def tell(step: PollNotice) -> int:
        notices.append(step)
        return 9_000 + len(notices)

    polls.runner.register(PollNoticeWork(polls.house.store, polls.house.clock), tell)
    return notices


async def choose_channel(polls: PollHouse, channel_id: int | None) -> None:
    await polls.house.guilds.change(
        manager(), lambda s: replace(s, notices_channel_id=channel_id), "guild.audit.notices", channel="<#1>"
    )


async def test_a_poll_whose_card_cannot_be_posted_is_told_of_once(polls: PollHouse, told):
    await choose_channel(polls, NOTICES)
    polls.desk.failing = {PollStep.CARD: CLOSED_TO_US}
    poll = await polls.make()
    for _ in range(3):
        await polls.pass_time(timedelta(hours=1))
    (notice,) = told
    assert (notice.channel_id, notice.language, notice.left_out.question) == (NOTICES, "en", poll.question)
    assert unpacked(notice.left_out.reason)[0] == CLOSED_TO_US.message_id
    assert await polls.house.due.next_due([POLL_NOTICE]) is None
    ((kind, _, _),) = await polls.house.due.parked_in(poll.guild_id)
    assert kind == "poll"  # and /doctor goes on showing it


async def test_nobody_is_told_of_a_poll_that_appeared_or_where_no_channel_was_chosen(polls: PollHouse, told):
    polls.desk.failing = {PollStep.CARD: CLOSED_TO_US}
    await polls.make()
    await choose_channel(polls, NOTICES)
    polls.desk.failing = {PollStep.SHOW: CLOSED_TO_US}
    assert (await polls.make(question="And this one?")).state is PollState.OPEN
    await polls.pass_time(timedelta(minutes=5))
    assert told == []


async def test_nothing_is_said_twice_or_once_nobody_wants_it(polls: PollHouse, told):
    await choose_channel(polls, NOTICES)
    store, now = polls.house.store, polls.now
    for question in ("Which one?", "And which one not?"):
        await store.write(partial(tell_left_out, guild_id=GUILD, question=question, reason="", now=now))
    first = await polls.house.claim(POLL_NOTICE)
    work = PollNoticeWork(store, polls.house.clock)
    step = await work.next_step(first)
    assert step is not None
    await work.record_step(first, step, 4711)
    assert await work.next_step(first) is None
    await choose_channel(polls, None)
    await polls.pass_time(timedelta(minutes=5))
    await choose_channel(polls, NOTICES)
    await polls.pass_time(timedelta(hours=1))
    assert told == []


async def daily(polls: PollHouse) -> None:
    """Have a poll made each evening."""
    house = polls.house
    work = PollTemplateWork(house.store, house.clock, house.due, polls.polls)
    polls.runner.register(work, work.perform)
    templates = PollTemplateService(house.store, house.clock, house.due)
    draft = PollDraft("Which one?", PollRules(), options(), CHANNEL, closes_at=polls.now + timedelta(hours=1))
    template = await templates.save(moderator, "Car of the day", draft)
    await templates.repeat(moderator, template.id, EVERY_DAY, time(18))


async def test_a_poll_that_repeats_and_came_too_late_is_told_of(polls: PollHouse, told):
    await choose_channel(polls, NOTICES)
    await daily(polls)
    await polls.pass_time(timedelta(hours=16))  # it was due four hours ago, and the bot was down
    assert [unpacked(notice.left_out.reason)[0] for notice in told] == ["poll_make.error.late"]


async def test_a_poll_that_repeats_and_is_one_too_many_is_told_of(polls: PollHouse, told, monkeypatch):
    await choose_channel(polls, NOTICES)
    await daily(polls)
    monkeypatch.setattr(service, "POLLS_OPEN_MAX", 0)
    await polls.pass_time(timedelta(hours=12))
    while not told:  # it is tried again, ever more seldom
        upcoming = await polls.runner.next_due()
        assert upcoming is not None
        polls.house.clock.move_to(upcoming[0])
        await polls.run()
    await polls.pass_time(timedelta(hours=1))
    (notice,) = told
    assert notice.left_out.question == "Which one?"
    assert unpacked(notice.left_out.reason)[0] == "poll.error.full"
    monkeypatch.setattr(service, "POLLS_OPEN_MAX", 100)
    await polls.pass_time(timedelta(days=1))
    assert len(await polls.polls.find(moderator)) == 1
