"""A poll's own time: it opens, reminds, closes and becomes final once, whatever ends when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.due_work import NoPermissionError
from bot.domain.errors import DiscordAwayError
from bot.domain.guild import PauseScope
from bot.domain.poll.ballot import canonical, digest_of, receipt_of
from bot.domain.poll.poll import FINAL_AFTER, Option, PollClosedError, PollState, PollStep
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.storage import ballot as ballots
from bot.storage import poll as table
from tests.house import Killed, manager
from tests.services.polling import NIGHT, PollHouse, moderator, voter

OPENING = [PollStep.CARD, PollStep.THREAD, PollStep.SHOW]


async def test_a_poll_is_posted_closed_and_made_final_once(polls: PollHouse):
    poll = await polls.make()
    assert (poll.state, polls.desk.steps) == (PollState.OPEN, OPENING)
    for who in range(3):
        await polls.vote(poll, who, (2, 1))
    final = await polls.final(poll)
    assert polls.desk.steps == [*OPENING, PollStep.SHOW, PollStep.RESULT, PollStep.SHOW]
    assert final.state is PollState.FINAL
    assert final.closed_at is not None
    assert polls.now - final.closed_at == FINAL_AFTER
    await polls.pass_time(timedelta(days=30))
    assert len(polls.desk.steps) == 6


async def test_a_poll_that_is_to_open_later_does_so_and_takes_no_vote_before(polls: PollHouse):
    poll = await polls.make(opens=timedelta(hours=2))
    assert (poll.state, polls.desk.steps) == (PollState.SCHEDULED, [])
    await polls.pass_time(timedelta(hours=2))
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.OPEN


async def test_a_poll_that_opens_late_is_open_for_as_long_as_it_was_to_be(polls: PollHouse):
    poll = await polls.make(opens=timedelta(hours=1), closes=timedelta(hours=3))
    await polls.pass_time(timedelta(hours=9))  # the bot was down
    late = await polls.polls.get(moderator, poll.id)
    assert late.opens_at == polls.now
    assert late.closes_at == polls.now + timedelta(hours=2)


async def test_what_fell_due_while_the_bot_was_down_is_done_once_when_it_is_back(polls: PollHouse):
    poll = await polls.make(PollRules(reminder=timedelta(hours=1)))
    await polls.vote(poll, 1, (1, 1))
    polls.desk.taken.clear()
    await polls.pass_time(timedelta(days=3))
    assert polls.desk.steps == [PollStep.SHOW]  # closed now, so that there are ten minutes to reopen it
    await polls.pass_time(FINAL_AFTER)
    assert polls.desk.steps == [PollStep.SHOW, PollStep.RESULT, PollStep.SHOW]


async def test_the_thread_is_reminded_once_before_the_close(polls: PollHouse):
    poll = await polls.make(PollRules(reminder=timedelta(hours=1)))
    await polls.pass_time(NIGHT - timedelta(hours=1))
    assert polls.desk.steps == [*OPENING, PollStep.REMIND]
    await polls.pass_time(timedelta(minutes=5))
    assert polls.desk.steps.count(PollStep.REMIND) == 1
    assert poll.closes_at is not None
    await polls.polls.extend(moderator, poll.id, poll.closes_at - timedelta(minutes=5))
    await polls.run()
    assert polls.desk.steps.count(PollStep.REMIND) == 1  # it was just said
    await polls.polls.extend(moderator, poll.id, poll.closes_at + timedelta(days=1))
    await polls.pass_time(timedelta(days=1))
    assert polls.desk.steps.count(PollStep.REMIND) == 2  # of the new close


async def test_a_poll_that_is_open_for_less_than_its_reminder_reminds_nobody_as_it_opens(polls: PollHouse):
    await polls.make(PollRules(reminder=timedelta(hours=1)), closes=timedelta(hours=1))
    await polls.pass_time(timedelta(minutes=59))
    assert PollStep.REMIND not in polls.desk.steps


async def test_what_the_time_brings_is_logged_once_it_is_written(polls: PollHouse, caplog):
    """On PostgreSQL a use case may be run again; here every one of them is."""
    with caplog.at_level("INFO"):
        await polls.final(await polls.make())
    for event in ("poll opened", "poll closed", "poll final"):
        assert sum(line.startswith(event) for line in caplog.messages) == 1


@pytest.mark.parametrize("step", [PollStep.CARD, PollStep.THREAD, PollStep.SHOW, PollStep.RESULT], ids=str)
async def test_a_step_that_was_begun_when_the_process_died_is_handed_out_as_resumed(polls: PollHouse, step: PollStep):
    polls.desk.failing = {step: Killed()}
    with pytest.raises(BaseExceptionGroup):
        await polls.final(await polls.make())
    polls.desk.failing = {}
    at = len(polls.desk.taken) - 1
    await polls.pass_time(timedelta(minutes=5))  # the lease ends
    (poll,) = await polls.polls.find(moderator)
    await polls.final(poll)
    assert polls.desk.taken[at : at + 2] == [(step, False), (step, True)]
    assert polls.desk.steps.count(PollStep.RESULT) == (2 if step is PollStep.RESULT else 1)


async def test_a_secret_poll_that_is_final_holds_no_member_and_no_time(polls: PollHouse):
    poll = await polls.make(PollRules(is_write_in=True))
    for who in range(20):
        await polls.vote(poll, who, (1 + who % 3, 1))

    async def nominated(session):
        changed = await table.poll_to_change(session, poll.id)
        await table.save_poll(session, replace(changed, options=(*changed.options, Option(5, "Cosmo", added_by=77))))

    await polls.house.store.write(nominated)
    before = await polls.house.store.read(lambda session: rows(session, poll.id))
    final = await polls.final(poll)
    after = await polls.house.store.read(lambda session: rows(session, poll.id))
    assert {row.user_id for row in after} == {None}
    assert {row.joined_s for row in after} == {None}
    assert not {row.id for row in after} & {row.id for row in before}
    assert sorted(row.marks for row in after) == sorted(row.marks for row in before)
    assert [row.marks for row in sorted(after, key=lambda row: row.id)] != [row.marks for row in before]
    assert all(option.added_by is None for option in final.options)
    assert (await polls.votes.own(voter(1), poll.id)).marks is None


async def rows(session, poll_id: int):
    found = await session.scalars(
        ballots.select(ballots.BallotRow).where(ballots.BallotRow.poll_id == poll_id).order_by(ballots.BallotRow.id)
    )
    return found.all()


async def test_the_digest_is_that_of_the_receipts_which_voters_were_given(polls: PollHouse):
    poll = await polls.make()
    given = [(await polls.vote(poll, who, (1 + who % 2, 1))).value for who in range(7)]
    final = await polls.final(poll)
    assert final.digest == digest_of(given)
    record = await polls.polls.export(moderator, poll.id)
    assert sorted(ballot.receipt for ballot in record.ballots) == sorted(given)
    kept = await polls.house.store.read(lambda session: ballots.kept_ballots(session, poll.id))
    assert {receipt_of(poll.id, one.nonce, canonical(one.marks)) for one in kept} == set(given)


async def test_the_ballots_of_a_public_poll_stay_beside_their_members(polls: PollHouse):
    poll = await polls.make(PollRules(is_secret=False))
    await polls.vote(poll, 1, (2, 1))
    await polls.final(poll)
    votes = await polls.house.store.read(lambda session: ballots.votes_shown(session, poll.id))
    assert votes == {voter(1).user_id: ((2, 1),)}


async def test_results_are_shown_from_five_ballots_on_and_after_the_close_in_any_case(polls: PollHouse):
    poll = await polls.make()
    for who in range(4):
        await polls.vote(poll, who, (1, 1))
    assert (await polls.polls.shown(moderator, poll.id)).tally is None
    await polls.vote(poll, 4, (1, 1))
    assert (await polls.polls.shown(moderator, poll.id)).tally is not None
    few = await polls.make(question="And which one not?")
    await polls.vote(few, 1, (1, 1))
    await polls.polls.close(moderator, few.id)
    assert (await polls.polls.shown(moderator, few.id)).tally is not None


async def test_hidden_results_are_shown_to_nobody_before_the_close(polls: PollHouse):
    poll = await polls.make(PollRules(is_hidden=True))
    for who in range(9):
        await polls.vote(poll, who, (1, 1))
    shown = await polls.polls.shown(moderator, poll.id)
    assert (shown.count.counted, shown.tally) == (9, None)
    await polls.polls.close(moderator, poll.id)
    assert (await polls.polls.shown(moderator, poll.id)).tally is not None


async def test_a_paused_guild_opens_no_poll_but_closes_those_that_are_open(polls: PollHouse):
    poll = await polls.make()
    await polls.house.guilds.pause(manager(), [PauseScope.POSTS], None)
    waiting = await polls.make(question="Later?", closes=None)
    assert waiting.state is PollState.SCHEDULED
    await polls.pass_time(NIGHT + timedelta(minutes=1))
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.CLOSED
    assert (await polls.polls.get(moderator, waiting.id)).state is PollState.SCHEDULED
    await polls.house.guilds.resume(manager(), [PauseScope.POSTS])
    await polls.pass_time(timedelta(minutes=10))
    assert (await polls.polls.get(moderator, waiting.id)).state is PollState.OPEN


async def test_a_poll_whose_channel_is_closed_to_us_is_counted_and_final_all_the_same(polls: PollHouse):
    poll = await polls.make()
    await polls.vote(poll, 1, (3, 1))
    polls.desk.failing = {PollStep.SHOW: NoPermissionError(channel="<#1>")}
    await polls.pass_time(NIGHT + timedelta(minutes=1))
    closed = await polls.polls.get(moderator, poll.id)
    assert closed.state is PollState.CLOSED
    with pytest.raises(PollClosedError):
        await polls.vote(poll, 2, (1, 1))
    polls.desk.failing = {}
    await polls.pass_time(timedelta(minutes=30))
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.FINAL
    assert polls.desk.steps[-2:] == [PollStep.RESULT, PollStep.SHOW]


async def test_a_card_that_was_edited_just_now_is_shown_when_it_may_be(polls: PollHouse):
    poll = await polls.make()
    polls.desk.taken.clear()
    polls.desk.not_before = polls.now + timedelta(seconds=5)
    await polls.polls.close(moderator, poll.id)
    await polls.run()
    await polls.run()
    assert polls.desk.steps == [PollStep.SHOW]  # asked once, and put off
    upcoming = await polls.runner.next_due()
    assert upcoming is not None
    assert upcoming[0] == polls.desk.not_before
    await polls.pass_time(timedelta(seconds=5))
    shown = await polls.polls.get(moderator, poll.id)
    assert shown.shown_revision == shown.revision
    assert polls.desk.taken == [(PollStep.SHOW, False)] * 2
    await polls.pass_time(FINAL_AFTER)
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.FINAL


async def test_an_end_that_an_older_card_may_have_overtaken_is_shown_once_more(polls: PollHouse):
    """Of another process: what this one shows waits for its own edits only."""
    poll = await polls.make()
    await polls.polls.shown_live(poll.id)
    await polls.run()
    assert polls.desk.steps == OPENING
    await polls.polls.close(moderator, poll.id)
    await polls.run()
    await polls.polls.shown_live(poll.id)
    await polls.run()
    assert polls.desk.steps == [*OPENING, PollStep.SHOW, PollStep.SHOW]
    assert polls.desk.shown[-1].poll.state is PollState.CLOSED
    await polls.polls.delete(moderator, poll.id)
    await polls.polls.shown_live(poll.id)


async def test_a_poll_closes_at_its_time_though_its_card_is_put_off(polls: PollHouse):
    poll = await polls.make(closes=timedelta(minutes=2))
    polls.house.clock.advance(timedelta(minutes=2) - timedelta(seconds=1))
    polls.desk.not_before = polls.now + timedelta(seconds=5)
    await polls.polls.edit(moderator, poll.id, "Another wording?")
    await polls.run()
    await polls.pass_time(timedelta(seconds=5))
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.CLOSED


async def test_cards_are_shown_anew_when_the_guilds_language_changes(polls: PollHouse):
    """Nobody may vote for days, and the card would stay in the language of before."""
    over = await polls.final(await polls.make(closes=timedelta(minutes=1)))
    closed, poll = await polls.make(question="And which one not?"), await polls.make(question="Which one then?")
    await polls.polls.close(moderator, closed.id)
    await polls.run()
    polls.desk.shown.clear()
    await polls.house.guilds.change(manager(), lambda before: before, "guild.audit.resumed", scope="posts")
    await polls.run()
    assert polls.desk.shown == []
    await polls.house.set_up(language="ja")
    await polls.run()
    told = {task.poll.id: (task.step, task.shown.language) for task in polls.desk.shown}
    assert told == dict.fromkeys((closed.id, poll.id), (PollStep.SHOW, "ja"))
    assert over.id not in told
    await polls.house.guilds.change(
        manager(), lambda before: replace(before, language="en"), "guild.audit.resumed", scope="posts"
    )
    await polls.run()
    assert polls.desk.shown[-1].shown.language == "en"


async def test_while_discord_is_away_nothing_is_lost(polls: PollHouse):
    away = DiscordAwayError(reason="500", error_id="x")
    polls.desk.failing = dict.fromkeys(PollStep, away)
    poll = await polls.make(closes=timedelta(minutes=20))
    for _ in range(30):
        await polls.pass_time(timedelta(minutes=2))
    polls.desk.failing = {}
    polls.desk.taken.clear()
    for _ in range(10):
        await polls.pass_time(timedelta(minutes=2))
    assert polls.desk.steps.count(PollStep.CARD) == 1
    assert polls.desk.steps.count(PollStep.RESULT) == 1
    assert (await polls.polls.get(moderator, poll.id)).state is PollState.FINAL


async def test_a_change_while_the_card_is_shown_is_shown_next(polls: PollHouse):
    poll = await polls.make(PollRules(PollKind.RANKED, Method.IRV))
    await polls.polls.edit(moderator, poll.id, "Which one would you never sell?")
    await polls.run()
    assert polls.desk.steps == [*OPENING, PollStep.SHOW]
    assert polls.desk.shown[-1].poll.question == "Which one would you never sell?"
    changed = await polls.polls.get(moderator, poll.id)
    assert changed.shown_revision == changed.revision
