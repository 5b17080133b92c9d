"""What moderators do with polls, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import GoneError, NotAllowedError, NotSetUpError
from bot.domain.poll.draft import (
    LengthError,
    OptionLengthError,
    OptionRepeatedError,
    OptionsNumberError,
    PastError,
    PollDraft,
    PollQuestionError,
    PollsFullError,
)
from bot.domain.poll.poll import FINAL_AFTER, JoinWindow, Option, PollFinalError, PollState
from bot.domain.poll.record import NotFinalError, verify
from bot.domain.poll.rules import (
    AccountDaysError,
    ChoicesError,
    LabelsError,
    Method,
    MethodError,
    PollKind,
    PollRules,
    RoundError,
    WriteInsError,
)
from bot.services import poll as service
from bot.services.poll import NotClosedError, NotOpenError, WindowError
from bot.storage import ballot as ballots
from tests.house import CHANNEL, MEMBER, OTHER_GUILD, House
from tests.services.polling import NIGHT, PollHouse, moderator, options, poll_house, voter

DRAFT = PollDraft("Which one?", PollRules(), options(), CHANNEL)
BRACKET = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=1))


async def test_who_may_not_edit_makes_changes_and_exports_nothing(polls: PollHouse):
    poll = await polls.make()
    window = JoinWindow(polls.now - NIGHT, polls.now)
    for refused in (
        polls.polls.create(MEMBER, DRAFT),
        polls.polls.close(MEMBER, poll.id),
        polls.polls.reopen(MEMBER, poll.id),
        polls.polls.extend(MEMBER, poll.id, polls.now + NIGHT),
        polls.polls.edit(MEMBER, poll.id, "Mine?"),
        polls.polls.export(MEMBER, poll.id),
        polls.polls.delete(MEMBER, poll.id),
        polls.polls.set_aside(replace(MEMBER, capabilities=frozenset()), poll.id, [window]),
    ):
        with pytest.raises(NotAllowedError):
            await refused


async def test_another_guilds_poll_is_as_good_as_gone(polls: PollHouse):
    poll = await polls.make()
    stranger = replace(moderator, guild_id=OTHER_GUILD)
    for refused in (
        polls.polls.get(stranger, poll.id),
        polls.polls.close(stranger, poll.id),
        polls.polls.edit(stranger, poll.id, "Mine?"),
        polls.polls.export(stranger, poll.id),
        polls.polls.delete(stranger, poll.id),
        polls.polls.set_aside(stranger, poll.id, []),
        polls.votes.own(stranger, poll.id),
    ):
        with pytest.raises(GoneError):
            await refused
    assert await polls.polls.find(stranger) == ()


async def test_there_are_no_polls_before_the_guild_is_set_up(house: House):
    with pytest.raises(NotSetUpError):
        await poll_house(house).polls.create(moderator, DRAFT)


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (replace(DRAFT, question="  \u200b "), PollQuestionError),
        (replace(DRAFT, question="?" * 301), PollQuestionError),
        (replace(DRAFT, options=options(["one"])), OptionsNumberError),
        (replace(DRAFT, options=options([f"car {n}" for n in range(101)])), OptionsNumberError),
        (replace(DRAFT, options=options(["a", "b" * 81])), OptionLengthError),
        (replace(DRAFT, options=options(["Miata", " miata "])), OptionRepeatedError),
        (replace(DRAFT, rules=PollRules(PollKind.RANKED)), MethodError),
        (replace(DRAFT, rules=PollRules(PollKind.MULTIPLE, choices_min=3, choices_max=2)), ChoicesError),
        (replace(DRAFT, rules=PollRules(PollKind.MULTIPLE, choices_max=5)), ChoicesError),
        (replace(DRAFT, rules=PollRules(account_days_min=-1)), AccountDaysError),
        (replace(DRAFT, rules=PollRules(PollKind.VERDICT, Method.WILSON)), LabelsError),
        (replace(DRAFT, rules=PollRules(PollKind.VERDICT, Method.WILSON, labels=("Up", "up"))), LabelsError),
        (replace(DRAFT, rules=replace(BRACKET, round_length=None)), RoundError),
        (replace(DRAFT, rules=replace(BRACKET, is_write_in=True)), WriteInsError),
        (replace(DRAFT, rules=BRACKET, options=options(["a", "b", "c"])), OptionsNumberError),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_what_makes_no_poll_is_refused_and_nothing_is_kept(polls: PollHouse, draft, error):
    with pytest.raises(error):
        await polls.polls.create(moderator, draft)
    assert await polls.polls.find(moderator) == ()


async def test_a_poll_closes_in_the_future_and_not_for_ever(polls: PollHouse):
    for closes, error in (
        (timedelta(0), PastError),
        (timedelta(seconds=30), LengthError),
        (timedelta(days=367), LengthError),
    ):
        with pytest.raises(error):
            await polls.polls.create(moderator, replace(DRAFT, closes_at=polls.now + closes))
    with pytest.raises(PastError):
        await polls.polls.create(moderator, replace(DRAFT, opens_at=polls.now - timedelta(minutes=1)))


async def test_a_guild_has_only_so_many_open_polls(polls: PollHouse, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service, "POLLS_OPEN_MAX", 2)
    first = await polls.make()
    await polls.make(question="And?")
    with pytest.raises(PollsFullError):
        await polls.polls.create(moderator, DRAFT)
    await polls.polls.close(moderator, first.id)
    await polls.polls.create(moderator, DRAFT)


async def test_a_poll_is_closed_by_hand_reopened_and_closed_again(polls: PollHouse):
    poll = await polls.make(closes=None)
    with pytest.raises(NotClosedError):
        await polls.polls.reopen(moderator, poll.id)
    await polls.vote(poll, 1, (1, 1))
    await polls.polls.close(moderator, poll.id)
    with pytest.raises(NotOpenError):
        await polls.polls.close(moderator, poll.id)
    await polls.pass_time(FINAL_AFTER - timedelta(seconds=1))
    reopened = await polls.polls.reopen(moderator, poll.id, polls.now + timedelta(hours=1))
    await polls.vote(poll, 2, (1, 1))
    assert reopened.closes_at == polls.now + timedelta(hours=1)
    final = await polls.final(poll)
    assert final.state is PollState.FINAL
    with pytest.raises(PollFinalError):
        await polls.polls.reopen(moderator, poll.id)
    with pytest.raises(PollFinalError):
        await polls.polls.extend(moderator, poll.id, polls.now + NIGHT)
    assert (await polls.polls.shown(moderator, poll.id)).count.counted == 2


async def test_a_poll_is_lengthened_and_shortened_but_not_into_the_past(polls: PollHouse):
    poll = await polls.make()
    later = await polls.polls.extend(moderator, poll.id, polls.now + 3 * NIGHT)
    assert later.closes_at == polls.now + 3 * NIGHT
    with pytest.raises(PastError):
        await polls.polls.extend(moderator, poll.id, polls.now)
    await polls.pass_time(2 * NIGHT)
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.OPEN
    polls.house.clock.advance(NIGHT)  # its time is over, though nobody has written that yet
    with pytest.raises(NotOpenError):
        await polls.polls.extend(moderator, poll.id, polls.now + NIGHT)


async def test_ballots_of_those_who_joined_in_a_window_are_set_aside_and_taken_back(polls: PollHouse):
    poll = await polls.make()
    for who in range(6):
        await polls.vote(poll, voter(who, days=90), (1, 1))
    for who in range(10, 17):
        await polls.vote(poll, voter(who, days=20), (2, 1))
    window = JoinWindow(polls.now - timedelta(days=21), polls.now - timedelta(days=19))
    done = await polls.polls.set_aside(moderator, poll.id, [window])
    assert (done.count.counted, done.count.set_aside) == (6, 7)
    await polls.vote(poll, voter(17, days=20), (2, 1))  # who votes later is set aside as well
    shown = await polls.polls.shown(moderator, poll.id)
    assert (shown.count.set_aside, shown.tally and shown.tally.winners) == (8, (1,))
    undone = await polls.polls.set_aside(moderator, poll.id, [])
    assert (undone.count.counted, undone.count.set_aside) == (14, 0)
    with pytest.raises(WindowError):
        await polls.polls.set_aside(moderator, poll.id, [JoinWindow(polls.now, polls.now)])


async def test_a_final_poll_is_exported_and_counts_the_same_again(polls: PollHouse):
    poll = await polls.make(PollRules(PollKind.RANKED, Method.SCHULZE))
    receipts = [(await polls.vote(poll, who, (1 + who % 4, 1), (1 + (who + 1) % 4, 2))).value for who in range(9)]
    with pytest.raises(NotFinalError):
        await polls.polls.export(moderator, poll.id)
    final = await polls.final(poll)
    record = await polls.polls.export(moderator, poll.id)
    told = verify(record, expect=final.digest, receipt=receipts[3])
    shown = await polls.polls.shown(moderator, poll.id)
    assert shown.tally is not None
    assert told.tally.winners == shown.tally.winners


async def test_a_deleted_poll_takes_its_ballots_along(polls: PollHouse):
    poll = await polls.make()
    await polls.vote(poll, 1, (1, 1))
    assert (await polls.polls.delete(moderator, poll.id)).message_id == poll.message_id
    with pytest.raises(GoneError):
        await polls.polls.get(moderator, poll.id)
    count = await polls.house.store.read(lambda session: ballots.count_ballots(session, poll.id))
    assert (count.counted, await polls.house.due.next_due(["poll"])) == (0, None)


async def test_polls_are_found_by_their_words_their_number_and_their_state(polls: PollHouse):
    first = await polls.make(question="Best 100% electric car?")
    second = await polls.make(question="Best van?")
    await polls.polls.close(moderator, first.id)
    find = polls.polls.find
    assert [poll.id for poll in await find(moderator)] == [second.id, first.id]
    assert [poll.id for poll in await find(moderator, "100% ELECTRIC")] == [first.id]
    assert [poll.id for poll in await find(moderator, "%v%")] == []
    assert [poll.id for poll in await find(moderator, str(second.id))] == [second.id]
    assert [poll.id for poll in await find(moderator, states=[PollState.OPEN])] == [second.id]


async def test_a_poll_is_found_by_its_number_however_many_hold_it_in_their_question(polls: PollHouse):
    first = await polls.make()
    for year in range(3):
        await polls.make(question=f"Which car of {first.id}98{year}?")

    found = await polls.polls.find(moderator, str(first.id), limit=2)

    assert found[0].id == first.id
    assert len(found) == 2


async def test_options_keep_their_emoji_their_link_and_their_picture(polls: PollHouse):
    given = (
        Option(1, "RX-Vision", emoji="🔴", url="https://motor.example/rx", picture_url="https://motor.example/rx.png"),
        Option(2, "Cosmo"),
    )
    made = await polls.polls.create(moderator, replace(DRAFT, options=given))
    assert (await polls.polls.get(moderator, made.id)).options == given
