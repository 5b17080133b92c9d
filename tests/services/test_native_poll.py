"""Discord's own polls are followed: votes as they come, and what Discord says in the end."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.actor import Capability
from bot.domain.due_work import NoPermissionError
from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.poll.ballot import canonical, digest_of, receipt_of
from bot.domain.poll.draft import OptionsNumberError, PollQuestionError
from bot.domain.poll.native import (
    GIVEN_UP_AFTER,
    FollowedAnswer,
    NativeChangeError,
    NativeState,
    NoResultError,
)
from bot.domain.poll.poll import CLOSE_GRACE, JoinWindow, PollState, PollStep
from bot.domain.poll.record import verify
from bot.domain.poll.rules import PollKind
from bot.domain.poll.vote import NativeVoteError
from bot.services.ballot_box import BallotBox
from bot.services.followed_polls import FollowedPolls
from bot.services.poll_work import PollWork
from bot.services.vote import VoteService
from bot.storage import ballot as ballots
from tests.house import CHANNEL, GUILD, OTHER_GUILD, House, actor
from tests.services.following import DAY, MESSAGE, Following, following
from tests.services.polling import moderator, voter

MINUTE = timedelta(minutes=1)


@pytest.fixture
def native(guild: House) -> Following:
    return following(guild)


async def test_a_followed_poll_asks_what_discord_asks_and_posts_nothing_of_ours(native: Following):
    poll = await native.follow()
    assert (poll.state, poll.native_id, poll.rules.kind) == (PollState.OPEN, MESSAGE, PollKind.SINGLE)
    assert [(option.number, option.label) for option in poll.options] == [(1, "RX-500"), (2, "126X"), (3, "EX-III")]
    assert (poll.rules.is_secret, poll.rules.account_days_min) == (False, 0)
    assert poll.link == f"https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}"
    assert set(native.desk.taken) == {PollStep.FOLLOW}


async def test_options_have_the_numbers_of_discords_answers(native: Following):
    poll = await native.follow(answers=(FollowedAnswer(7, "Cosmo", "🚀"), FollowedAnswer(4, "Cosmo")))
    assert [(option.number, option.label, option.emoji) for option in poll.options] == [
        (4, "Cosmo", None),
        (7, "Cosmo", "🚀"),
    ]


async def test_votes_cast_before_it_was_followed_are_read(native: Following):
    native.desk.voters = {1: {11, 12}, 2: {13}, 3: set()}
    poll = await native.follow()
    assert await native.votes(poll) == {11: ((1, 1),), 12: ((1, 1),), 13: ((2, 1),)}


async def test_votes_from_the_gateway_are_counted_changed_and_taken_back(native: Following):
    poll = await native.follow()
    await native.natives.voted(MESSAGE, 11, 1)
    await native.natives.voted(MESSAGE, 12, 2)
    assert await native.votes(poll) == {11: ((1, 1),), 12: ((2, 1),)}
    await native.natives.unvoted(MESSAGE, 12, 2)
    await native.natives.unvoted(MESSAGE, 11, 1)
    await native.natives.voted(MESSAGE, 11, 3)
    assert await native.votes(poll) == {11: ((3, 1),)}


async def test_a_changed_vote_whose_two_events_change_places_is_the_new_one(native: Following):
    poll = await native.follow()
    await native.natives.voted(MESSAGE, 11, 1)
    await native.natives.voted(MESSAGE, 11, 2)
    await native.natives.unvoted(MESSAGE, 11, 1)
    assert await native.votes(poll) == {11: ((2, 1),)}


async def test_of_several_answers_each_vote_stands_by_itself(native: Following):
    poll = await native.follow(is_multiple=True)
    await asyncio.gather(*(native.natives.voted(MESSAGE, 11, answer) for answer in (3, 1, 2)))
    await native.natives.unvoted(MESSAGE, 11, 2)
    assert await native.votes(poll) == {11: ((1, 1), (3, 1))}


async def test_a_vote_for_what_is_no_answer_changes_nothing(native: Following):
    poll = await native.follow()
    await native.natives.voted(MESSAGE, 11, 9)
    assert await native.votes(poll) == {}


async def test_votes_in_polls_that_are_not_followed_ask_the_database_once(native: Following, monkeypatch):
    written: list[object] = []
    monkeypatch.setattr(native.house.store, "write", written.append)
    for message_id in range(50):
        await native.natives.voted(message_id, 11, 1)
    assert written == []


async def test_after_a_restart_votes_are_counted_as_before(native: Following):
    poll = await native.follow()
    again = following(native.house)
    await again.natives.voted(MESSAGE, 11, 2)
    assert await native.votes(poll) == {11: ((2, 1),)}


async def test_only_so_many_followed_polls_are_known_the_newest_ones(native: Following):
    for number in range(3):
        await native.follow(message_id=MESSAGE + number)
    few = FollowedPolls(native.house.store, most=2)
    assert [await few.poll_id(MESSAGE + number) is not None for number in range(3)] == [False, True, True]
    few.add(MESSAGE + 9, 99)
    assert [await few.poll_id(MESSAGE + number) for number in (1, 9)] == [None, 99]


async def test_a_poll_is_followed_once_and_whoever_asks_again_is_told_where(native: Following):
    first = await native.natives.follow(moderator, native.native())
    again = await native.natives.follow(moderator, native.native())
    assert (first.is_new, again.is_new, again.poll.id) == (True, False, first.poll.id)


async def test_following_again_tells_of_an_end_that_was_brought_forward(native: Following):
    await native.follow()
    earlier = native.now + timedelta(hours=2)
    again = await native.natives.follow(moderator, native.native(closes_at=earlier))
    assert again.poll.closes_at == earlier


async def test_who_may_not_edit_follows_nothing(native: Following):
    with pytest.raises(NotAllowedError):
        await native.natives.follow(actor(), native.native())


async def test_a_poll_that_another_guild_follows_is_not_told_of(native: Following):
    await native.follow()
    await native.house.set_up(OTHER_GUILD)
    with pytest.raises(GoneError):
        await native.natives.follow(actor(Capability.EDIT, guild_id=OTHER_GUILD), native.native())


async def test_a_poll_without_answers_or_words_or_with_too_many_is_refused(native: Following):
    with pytest.raises(OptionsNumberError):
        await native.follow(answers=())
    with pytest.raises(OptionsNumberError):
        await native.follow(answers=tuple(FollowedAnswer(number, "x") for number in range(1, 102)))
    with pytest.raises(PollQuestionError):
        await native.follow(question="\u200b")


async def test_the_result_is_final_only_when_discord_says_so(native: Following):
    poll = await native.follow()
    await native.natives.voted(MESSAGE, 11, 1)
    await native.pass_time(DAY + CLOSE_GRACE)
    assert (await native.read(poll)).state is PollState.OPEN
    assert native.desk.taken[-1] is PollStep.FOLLOW

    native.desk.state, native.desk.voters = NativeState.FINAL, {1: {11}, 2: {12, 13}, 3: set()}
    await native.pass_time(MINUTE)
    final = await native.read(poll)
    assert (final.state, final.closed_at) == (PollState.FINAL, poll.closes_at)
    assert native.desk.taken[-2:] == [PollStep.FOLLOW, PollStep.RESULT]
    assert await native.votes(poll) == {11: ((1, 1),), 12: ((2, 1),), 13: ((2, 1),)}
    taken = len(native.desk.taken)
    await native.pass_time(timedelta(days=30))
    assert len(native.desk.taken) == taken


async def test_what_came_while_the_bot_was_away_is_in_the_result_and_what_was_taken_back_is_not(native: Following):
    poll = await native.follow()
    await native.natives.voted(MESSAGE, 11, 1)
    native.desk.voters, native.desk.state = {1: set(), 2: {12}, 3: set()}, NativeState.FINAL
    await native.pass_time(DAY * 3)
    assert await native.votes(poll) == {12: ((2, 1),)}


@pytest.mark.soak
async def test_discord_is_asked_ever_more_seldom_after_the_end_and_given_up_after_a_week(native: Following):
    poll = await native.follow()
    await native.pass_time(DAY + CLOSE_GRACE)
    taken = len(native.desk.taken)
    await native.pass_time(timedelta(minutes=16))
    assert 5 <= len(native.desk.taken) - taken <= 6  # after 1, 2, 4, 8, 16 minutes
    assert native.desk.read == 1  # and nobody's votes are read for that
    await native.pass_time(GIVEN_UP_AFTER + DAY)
    given_up = await native.read(poll)
    assert (given_up.state, given_up.is_void) == (PollState.FINAL, True)
    assert await native.votes(poll) == {}
    taken = len(native.desk.taken)
    await native.pass_time(timedelta(days=30))
    assert len(native.desk.taken) == taken


async def test_a_deleted_poll_ends_without_result(native: Following):
    poll = await native.follow()
    await native.natives.voted(MESSAGE, 11, 1)
    native.desk.state = NativeState.GONE
    await native.pass_time(timedelta(hours=1))
    gone = await native.read(poll)
    assert (gone.state, gone.is_void, gone.closed_at) == (PollState.FINAL, True, native.now)
    assert PollStep.RESULT not in native.desk.taken
    assert await native.votes(poll) == {}
    with pytest.raises(NoResultError):
        await native.polls.export(moderator, poll.id)


async def test_a_poll_that_its_author_ended_early_is_noticed_within_the_hour(native: Following):
    poll = await native.follow()
    ended_at = native.now + MINUTE
    native.desk.state, native.desk.closes_at, native.desk.voters = NativeState.FINAL, ended_at, {1: {11}}
    await native.pass_time(timedelta(hours=1))
    final = await native.read(poll)
    assert (final.state, final.closed_at) == (PollState.FINAL, ended_at)


async def test_discord_is_asked_at_once_when_something_happens_to_the_message(native: Following):
    poll = await native.follow()
    native.desk.state, native.desk.voters = NativeState.FINAL, {2: {11}}
    await native.natives.look_now(MESSAGE + 1)
    await native.run()
    assert (await native.read(poll)).state is PollState.OPEN
    await native.natives.look_now(MESSAGE)
    await native.run()
    assert (await native.read(poll)).state is PollState.FINAL


async def test_after_a_reconnect_the_voters_of_open_polls_are_read_once(native: Following):
    poll = await native.follow()
    native.desk.voters[3] = {11}
    assert await native.natives.reconcile([OTHER_GUILD]) == 0
    await native.pass_time(timedelta(hours=2))
    assert native.desk.read == 1
    assert await native.natives.reconcile([GUILD]) == 1
    await native.run()
    assert await native.votes(poll) == {11: ((3, 1),)}
    await native.pass_time(timedelta(hours=2))
    assert native.desk.read == 2


async def test_a_wish_to_read_that_comes_while_discord_answers_is_kept(native: Following):
    poll = await native.follow()
    answer = native.desk.perform

    async def meanwhile(task):
        outcome = await answer(task)
        if native.desk.read == 2:
            native.house.clock.advance(timedelta(seconds=1))
            native.desk.voters[1] = {11}
            await native.natives.reconcile([GUILD])
        return outcome

    native.runner._kinds.clear()
    native.runner.register(PollWork(native.house.store, native.house.clock, native.known), meanwhile)
    await native.natives.reconcile([GUILD])
    await native.run()
    await native.run()
    assert await native.votes(poll) == {11: ((1, 1),)}


async def test_a_poll_that_is_over_is_not_known_any_more(native: Following):
    await native.follow()
    native.desk.state = NativeState.FINAL
    await native.pass_time(DAY * 2)
    assert await native.known.poll_id(MESSAGE) is None


async def test_a_poll_that_was_deleted_here_is_forgotten_at_the_next_vote(native: Following):
    poll = await native.follow()
    await native.natives.voted(MESSAGE, 11, 1)
    await native.polls.delete(moderator, poll.id)
    await native.natives.voted(MESSAGE, 12, 1)
    assert await native.known.poll_id(MESSAGE) is None
    assert (await native.natives.follow(moderator, native.native())).is_new


@pytest.mark.soak
async def test_a_poll_that_discord_does_not_show_us_is_asked_about_again_and_at_last_given_up(native: Following):
    poll = await native.follow()
    native.desk.failing = {PollStep.FOLLOW: NoPermissionError(channel="<#1>")}
    await native.pass_time(timedelta(hours=5))
    native.desk.failing, native.desk.voters = {}, {1: {11}}
    await native.natives.reconcile([GUILD])
    await native.run()
    assert await native.votes(poll) == {11: ((1, 1),)}

    native.desk.failing = {PollStep.FOLLOW: NoPermissionError(channel="<#1>")}
    await native.pass_time(DAY + GIVEN_UP_AFTER + DAY)
    assert (await native.read(poll)).is_void


async def test_the_record_of_a_followed_poll_is_counted_again_like_any_other(native: Following):
    poll = await native.follow(is_multiple=True)
    native.desk.voters, native.desk.state = {1: {11, 12}, 2: {12}, 3: set()}, NativeState.FINAL
    await native.pass_time(DAY * 2)
    record = await native.polls.export(moderator, poll.id)
    counted = verify(record, expect=(await native.read(poll)).digest)
    assert counted.tally.winners == (1,)
    kept = await native.house.store.read(lambda session: ballots.kept_ballots(session, poll.id))
    assert record.digest == digest_of(receipt_of(poll.id, one.nonce, canonical(one.marks)) for one in kept)


async def test_a_followed_poll_is_neither_changed_nor_voted_in_here(native: Following):
    poll = await native.follow()
    window = JoinWindow(native.now - DAY, native.now)
    for act in (
        native.polls.close(moderator, poll.id),
        native.polls.extend(moderator, poll.id, native.now + DAY * 2),
        native.polls.edit(moderator, poll.id, "Another?"),
        native.polls.set_aside(moderator, poll.id, [window]),
    ):
        with pytest.raises(NativeChangeError) as refused:
            await act
        assert refused.value.params["link"] == poll.link
    votes = VoteService(native.house.store, BallotBox(native.house.store))
    with pytest.raises(NativeVoteError):
        await votes.vote(voter(1), poll.id, ((1, 1),), native.now)


async def test_the_count_so_far_is_told_from_five_votes_on(native: Following):
    poll = await native.follow()
    for who in range(5):
        assert (await native.polls.shown(moderator, poll.id)).tally is None
        await native.natives.voted(MESSAGE, 50 + who, 2)
    shown = await native.polls.shown(moderator, poll.id)
    assert shown.tally is not None
    assert shown.tally.winners == (2,)
