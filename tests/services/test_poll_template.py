"""Templates: kept, used again, and made into polls on their days, each time once."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.errors import GoneError, NotAllowedError, NotSetUpError
from bot.domain.guild import PauseScope
from bot.domain.poll.draft import POLLS_OPEN_MAX, PollDraft, PollQuestionError
from bot.domain.poll.poll import Option, Poll, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.domain.poll.template import (
    POLL_TEMPLATE,
    TEMPLATES_MAX,
    PollTemplate,
    RepeatDaysError,
    TemplateGoneError,
    TemplateKnownError,
    TemplateNameError,
    TemplatesFullError,
)
from bot.domain.roundup import EVERY_DAY
from bot.services.poll import poll_of
from bot.services.poll_template import PollTemplateService, PollTemplateWork
from bot.storage import poll as table
from tests.house import CHANNEL, GUILD, MEMBER, OTHER_GUILD, Killed, editor, manager
from tests.services.polling import NIGHT, PollHouse, moderator, options

EVENING = time(18)  # in Berlin, which is 17:00 UTC in November
FIRST = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NAME = "Car of the week"


@pytest.fixture
def templates(polls: PollHouse) -> PollTemplateService:
    house = polls.house
    work = PollTemplateWork(house.store, house.clock, house.due, polls.polls)
    polls.runner.register(work, work.perform)
    return PollTemplateService(house.store, house.clock, house.due)


def draft(polls: PollHouse, **rules: object) -> PollDraft:
    chosen = replace(PollRules(), **rules)
    return PollDraft("Which one?", chosen, options(), CHANNEL, closes_at=polls.now + NIGHT)


async def kept(polls: PollHouse, templates: PollTemplateService, name: str = NAME) -> PollTemplate:
    return await templates.save(moderator, name, draft(polls))


async def repeated(polls: PollHouse, templates: PollTemplateService) -> PollTemplate:
    """Keep a template that is made each evening."""
    template = await kept(polls, templates)
    return await templates.repeat(moderator, template.id, EVERY_DAY, EVENING)


async def made(polls: PollHouse) -> tuple[Poll, ...]:
    """Return the polls of the guild, the oldest first."""
    return tuple(reversed(await polls.polls.find(moderator, limit=200)))


async def audit(polls: PollHouse) -> list[str]:
    return [entry.action for entry in await polls.house.guilds.audit(manager())]


async def test_a_template_keeps_what_a_draft_says_and_makes_a_draft_that_opens_at_once(polls, templates):
    rules = {"kind": PollKind.RANKED, "method": Method.IRV, "quorum": 7, "role_ids": frozenset({3_001})}
    template = await templates.save(moderator, f"  {NAME} ", draft(polls, **rules))
    assert (template.name, template.length, template.days, template.at) == (NAME, NIGHT, frozenset(), None)
    polls.house.clock.advance(timedelta(days=3))
    used = await templates.use(moderator, template.id)
    assert used == replace(draft(polls, **rules), closes_at=polls.now + NIGHT)
    assert "poll_make.audit.template_kept" in await audit(polls)


async def test_a_template_of_a_poll_asks_what_stands_in_it_and_is_open_for_as_long(polls, templates):
    poll = await polls.make(labels=("Saab", "Rover", "Lancia"))

    def change(poll: Poll) -> Poll:
        first, *others = poll.options
        return replace(poll, options=(replace(first, is_removed=True), *others))

    await polls.polls.change_options(moderator, poll.id, "removed", change)
    template = await templates.save_poll(moderator, NAME, poll.id)
    assert template.options == (Option(1, "Rover"), Option(2, "Lancia"))
    assert template.length == NIGHT
    with pytest.raises(GoneError):
        await templates.save_poll(editor(OTHER_GUILD), "Other", poll.id)
    with pytest.raises(GoneError):
        await templates.save_poll(moderator, "Other", 99)


async def test_a_template_without_a_close_makes_a_poll_that_is_closed_by_hand(polls, templates):
    template = await templates.save(moderator, NAME, replace(draft(polls), closes_at=None))
    assert (await templates.use(moderator, template.id)).closes_at is None


async def test_a_day_is_the_same_time_tomorrow_when_clocks_change(polls, templates):
    polls.house.clock.move_to(datetime(2027, 3, 26, 17, 0, tzinfo=UTC))  # a Friday; on Sunday clocks are put forward
    template = await templates.save(moderator, NAME, replace(draft(polls), closes_at=polls.now + DAY))
    polls.house.clock.move_to(datetime(2027, 3, 27, 17, 0, tzinfo=UTC))
    assert (await templates.use(moderator, template.id)).closes_at == datetime(2027, 3, 28, 16, 0, tzinfo=UTC)


async def test_names_are_given_once_whatever_their_capitals_and_are_found_again(polls, templates):
    template = await kept(polls, templates)
    with pytest.raises(TemplateKnownError):
        await kept(polls, templates, NAME.upper())
    assert await templates.named(moderator, NAME.lower()) == template
    assert await templates.list(moderator) == (template,)
    summer = await kept(polls, templates, "Été à la plage")  # whose capital is none of A to Z
    for spelt in ("Été à la plage", "ÉTÉ À LA PLAGE", "été à la plage"):
        assert await templates.named(moderator, spelt) == summer
    for name in ("", " \n", "x" * 81):
        with pytest.raises(TemplateNameError):
            await kept(polls, templates, name)
    with pytest.raises(TemplateGoneError):
        await templates.named(moderator, "Nothing")
    with pytest.raises(PollQuestionError):
        await templates.save(moderator, "Empty", replace(draft(polls), question=" "))


async def test_templates_have_a_limit(polls, templates):
    for number in range(TEMPLATES_MAX):
        await kept(polls, templates, f"Template {number}")
    with pytest.raises(TemplatesFullError):
        await kept(polls, templates)


async def test_templates_are_for_editors_of_their_guild(polls, templates):
    template = await kept(polls, templates)
    for refused in (
        templates.save(MEMBER, "x", draft(polls)),
        templates.save_poll(MEMBER, "x", 1),
        templates.list(MEMBER),
        templates.get(MEMBER, template.id),
        templates.named(MEMBER, NAME),
        templates.use(MEMBER, template.id),
        templates.delete(MEMBER, template.id),
        templates.repeat(MEMBER, template.id, EVERY_DAY, EVENING),
        templates.stop(MEMBER, template.id),
    ):
        with pytest.raises(NotAllowedError):
            await refused
    for gone in (
        templates.get(editor(OTHER_GUILD), template.id),
        templates.use(editor(OTHER_GUILD), template.id),
        templates.delete(editor(OTHER_GUILD), template.id),
        templates.repeat(editor(OTHER_GUILD), template.id, EVERY_DAY, EVENING),
        templates.stop(editor(OTHER_GUILD), template.id),
    ):
        with pytest.raises(GoneError):
            await gone
    assert await templates.list(editor(OTHER_GUILD)) == ()
    with pytest.raises(TemplateGoneError):
        await templates.named(editor(OTHER_GUILD), NAME)
    with pytest.raises(NotSetUpError):
        await templates.save(editor(OTHER_GUILD), NAME, draft(polls))


async def test_a_repeated_poll_is_made_and_posted_on_its_days_and_closes_as_long_after(polls, templates):
    template = await kept(polls, templates)
    await templates.repeat(moderator, template.id, frozenset({3, 5}), EVENING)  # Wednesdays and Fridays
    for days in range(8):
        polls.house.clock.move_to(FIRST + days * DAY - timedelta(minutes=1))
        await polls.run()
        await polls.pass_time(timedelta(minutes=1))
    opened = [poll.opens_at for poll in await made(polls)]
    assert opened == [FIRST + days * DAY for days in (0, 2, 7)]
    first = (await made(polls))[0]
    assert first.closes_at == first.opens_at + NIGHT
    assert (first.created_by, first.question) == (moderator.user_id, "Which one?")
    assert first.message_id is not None
    assert "poll_make.audit.repeated" in await audit(polls)


async def test_a_time_of_day_is_that_of_the_guilds_zone_even_after_it_was_changed(polls, templates):
    await repeated(polls, templates)
    await polls.house.guilds.change(
        manager(), lambda settings: replace(settings, timezone="Europe/London"), "guild.audit.resumed", scope="posts"
    )
    polls.house.clock.move_to(FIRST)  # 18:00 in Berlin
    await polls.run()
    assert await made(polls) == ()
    await polls.pass_time(timedelta(hours=1))
    assert len(await made(polls)) == 1
    await polls.pass_time(DAY)
    assert [poll.opens_at for poll in await made(polls)] == [FIRST + timedelta(hours=1), FIRST + timedelta(hours=25)]


async def test_what_was_missed_by_a_little_is_made_once_when_the_bot_is_back(polls, templates):
    await repeated(polls, templates)
    polls.house.clock.move_to(FIRST + timedelta(hours=2))
    await polls.run()
    await polls.run()
    (late,) = await made(polls)
    assert (late.opens_at, late.closes_at) == (polls.now, polls.now + NIGHT)


async def test_of_days_that_were_missed_only_the_last_is_made_up_for_and_only_if_it_is_fresh(polls, templates):
    await repeated(polls, templates)
    polls.house.clock.move_to(FIRST + 5 * DAY + timedelta(hours=1))
    await polls.run()
    assert len(await made(polls)) == 1
    polls.house.clock.move_to(FIRST + 9 * DAY + timedelta(hours=4))
    await polls.run()
    assert len(await made(polls)) == 1
    polls.house.clock.move_to(FIRST + 10 * DAY)
    await polls.run()
    assert len(await made(polls)) == 2


async def test_a_poll_is_made_once_although_the_process_was_killed_right_after(polls, templates):
    await repeated(polls, templates)
    polls.house.clock.move_to(FIRST)
    work = await polls.house.claim(POLL_TEMPLATE)
    killed = PollTemplateWork(polls.house.store, polls.house.clock, polls.house.due, polls.polls)
    await killed.next_step(work)  # and nobody gives the work back
    polls.house.clock.advance(timedelta(minutes=5))  # the lease is over
    await polls.run()
    assert len(await made(polls)) == 1
    polls.house.clock.move_to(FIRST + DAY)
    await polls.run()
    assert len(await made(polls)) == 2


async def test_a_poll_is_made_although_the_process_was_killed_right_before(polls, templates, monkeypatch):
    await repeated(polls, templates)
    polls.house.clock.move_to(FIRST)

    async def dying(*_: object) -> Poll:
        raise Killed

    add = polls.polls.add
    monkeypatch.setattr(polls.polls, "add", dying)
    with pytest.raises(BaseExceptionGroup):
        await polls.run()
    monkeypatch.setattr(polls.polls, "add", add)
    await polls.pass_time(timedelta(minutes=5))
    assert len(await made(polls)) == 1


async def test_nothing_is_made_during_a_pause_and_nothing_is_made_up_for_after_it(polls, templates):
    await repeated(polls, templates)
    await polls.house.guilds.pause(manager(), frozenset({PauseScope.POSTS}), None)
    polls.house.clock.move_to(FIRST)
    await polls.run()
    await polls.house.guilds.resume(manager(), frozenset({PauseScope.POSTS}))
    await polls.pass_time(timedelta(hours=1))
    assert await made(polls) == ()
    await polls.pass_time(timedelta(hours=23))
    assert len(await made(polls)) == 1


async def test_a_poll_that_is_one_too_many_is_tried_again_then_left_out_until_the_next_time(polls, templates):
    await repeated(polls, templates)
    now = polls.now

    async def fill(session) -> None:
        for _ in range(POLLS_OPEN_MAX):
            open_on = replace(draft(polls), closes_at=None).checked(now)
            filler = poll_of(open_on, guild_id=GUILD, created_by=1, now=now)
            await table.add_poll(session, replace(filler, state=PollState.OPEN))

    await polls.house.store.write(fill)
    polls.house.clock.move_to(FIRST)
    for _ in range(12):  # the tries, ever further apart
        await polls.run()
        polls.house.clock.advance(timedelta(minutes=40))
    assert len(await made(polls)) == POLLS_OPEN_MAX
    for poll in (await made(polls))[:2]:
        await polls.polls.delete(moderator, poll.id)
    polls.house.clock.move_to(FIRST + DAY)
    await polls.run()
    assert [poll.opens_at for poll in await made(polls) if poll.message_id] == [FIRST + DAY]


async def test_a_poll_that_is_stopped_or_deleted_is_made_no_more_and_what_was_made_stays(polls, templates):
    template = await repeated(polls, templates)
    polls.house.clock.move_to(FIRST)
    await polls.run()
    stopped = await templates.stop(moderator, template.id)
    assert (stopped.days, stopped.at) == (frozenset(), None)
    await polls.pass_time(DAY)
    assert len(await made(polls)) == 1
    await templates.repeat(moderator, template.id, EVERY_DAY, EVENING)
    await templates.delete(moderator, template.id)
    await polls.pass_time(DAY)
    assert len(await made(polls)) == 1
    assert await templates.list(moderator) == ()
    assert {"poll_make.audit.stopped", "poll_make.audit.template_deleted"} <= set(await audit(polls))
    with pytest.raises(GoneError):
        await templates.delete(moderator, template.id)


async def test_a_new_time_replaces_the_old_one(polls, templates):
    template = await repeated(polls, templates)
    await templates.repeat(moderator, template.id, EVERY_DAY, time(20, 30))
    polls.house.clock.move_to(FIRST)
    await polls.run()
    assert await made(polls) == ()
    polls.house.clock.move_to(FIRST + timedelta(hours=2, minutes=30))
    await polls.run()
    assert len(await made(polls)) == 1


@pytest.mark.parametrize("days", [frozenset(), frozenset({0}), frozenset({8})], ids=repr)
async def test_a_poll_is_repeated_on_days_that_there_are(polls, templates, days):
    template = await kept(polls, templates)
    with pytest.raises(RepeatDaysError):
        await templates.repeat(moderator, template.id, days, EVENING)
