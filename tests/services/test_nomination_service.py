"""Write-ins as members and moderators use them: a nomination is placed, voted for, merged, renamed and removed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError, NotAllowedError, PaddockError
from bot.domain.poll.ballot import TooFewChosenError, TooManyChosenError
from bot.domain.poll.nomination import (
    LabelTakenError,
    NominatedEnoughError,
    NominationEmptyError,
    NominationLinkError,
    NominationLongError,
    NominationRemovedError,
    NoSuchOptionError,
    NotMergedError,
    NotRemovedError,
    TooFewLeftError,
)
from bot.domain.poll.poll import Poll, PollClosedError, PollFinalError, PollNotOpenError, PollStep
from bot.domain.poll.rules import NOMINATIONS_EACH_MAX, Method, PollKind, PollRules
from bot.domain.poll.vote import NativeVoteError
from bot.domain.poll.voter import AccountYoungError, RoleMissingError
from bot.services.nomination import InDoubt, Nominated, NominationService, NotWriteInError
from bot.services.poll_options import BracketBegunError, PollOptionService
from bot.storage import poll as table
from tests.house import MEMBER, OTHER_GUILD, editor
from tests.services.polling import PollHouse, moderator, voter

WRITE_IN = PollRules(is_write_in=True)
ALL = frozenset(Capability)


@pytest.fixture
def nominations(polls: PollHouse) -> NominationService:
    return NominationService(polls.house.store, polls.house.clock, polls.house.due, polls.votes)


@pytest.fixture
def choices(polls: PollHouse) -> PollOptionService:
    return PollOptionService(polls.polls)


async def nominate(
    nominations: NominationService, polls: PollHouse, poll: Poll, words: str, who: int | Actor = 1, **how: bool
) -> Nominated | InDoubt:
    member = who if isinstance(who, Actor) else voter(who)
    return await nominations.nominate(member, poll.id, words, polls.now, **how)


async def labels(polls: PollHouse, poll: Poll) -> list[str]:
    return [option.label for option in (await polls.polls.get(moderator, poll.id)).standing]


async def votes(polls: PollHouse, poll: Poll) -> dict[str, int]:
    """Return how many votes each option has once the poll is closed."""
    closed = await polls.polls.close(moderator, poll.id)
    shown = await polls.polls.shown(moderator, poll.id)
    assert shown.tally is not None
    return {closed.by_number[line.number].label: line.count for line in shown.tally.lines}


async def test_a_nomination_becomes_an_option_and_the_members_vote_and_the_card_follows(polls, nominations):
    poll = await polls.make(WRITE_IN, labels=())
    polls.desk.taken.clear()
    placed = await nominate(nominations, polls, poll, "  Mazda RX-Vision ")
    assert isinstance(placed, Nominated)
    assert (placed.is_new, placed.option.label, placed.option.number) == (True, "Mazda RX-Vision", 1)
    assert placed.option.added_by == voter(1).user_id
    assert placed.receipt is not None
    assert placed.receipt.marks == ((1, 1),)
    await polls.run()
    assert polls.desk.steps == [PollStep.SHOW]
    assert await votes(polls, poll) == {"Mazda RX-Vision": 1}


async def test_the_same_in_other_words_is_a_vote_for_what_stands(polls, nominations):
    poll = await polls.make(WRITE_IN, labels=())
    await nominate(nominations, polls, poll, "Mazda RX-Vision")
    placed = await nominate(nominations, polls, poll, "mazda rx vision", 2)
    assert isinstance(placed, Nominated)
    assert (placed.is_new, placed.option.number) == (False, 1)
    assert await votes(polls, poll) == {"Mazda RX-Vision": 2}


async def test_in_doubt_the_member_says_which_one_is_meant_and_nothing_is_written_before(polls, nominations):
    poll = await polls.make(WRITE_IN, labels=("Mazda RX-Vision",))
    doubt = await nominate(nominations, polls, poll, "RX Vission")
    assert isinstance(doubt, InDoubt)
    assert [option.number for option in doubt.options] == [1]
    assert await labels(polls, poll) == ["Mazda RX-Vision"]
    meant = await nominations.meant(voter(1), poll.id, 1, polls.now)
    assert (meant.is_new, meant.option.number) == (False, 1)
    other = await nominate(nominations, polls, poll, "RX Vission", 2, is_new=True)
    assert isinstance(other, Nominated)
    assert other.is_new
    assert await votes(polls, poll) == {"Mazda RX-Vision": 1, "RX Vission": 1}


async def test_two_who_nominate_the_same_at_once_make_one_option(polls, nominations):
    poll = await polls.make(WRITE_IN, labels=())
    placed = await asyncio.gather(*(nominate(nominations, polls, poll, "Honda NSX", who) for who in range(6)))
    assert sum(isinstance(one, Nominated) and one.is_new for one in placed) == 1
    assert await votes(polls, poll) == {"Honda NSX": 6}


async def test_a_nomination_in_a_multiple_choice_is_chosen_besides_what_was(polls, nominations):
    rules = PollRules(PollKind.MULTIPLE, choices_max=2, is_write_in=True)
    poll = await polls.make(rules, labels=("Saab", "Rover"))
    await polls.vote(poll, 1, (1, 1))
    placed = await nominate(nominations, polls, poll, "Lancia")
    assert isinstance(placed, Nominated)
    assert placed.receipt is not None
    assert placed.receipt.marks == ((1, 1), (3, 1))
    again = await nominate(nominations, polls, poll, "lancia")
    assert isinstance(again, Nominated)
    assert again.receipt is not None
    assert again.receipt.marks == ((1, 1), (3, 1))  # a second time does not take it off
    full = await nominate(nominations, polls, poll, "Borgward")
    assert isinstance(full, Nominated)
    assert (full.is_new, full.receipt, type(full.refused)) == (True, None, TooManyChosenError)
    assert await labels(polls, poll) == ["Saab", "Rover", "Lancia", "Borgward"]


async def test_a_nomination_that_is_not_a_whole_ballot_stands_without_a_vote(polls, nominations):
    rules = PollRules(PollKind.MULTIPLE, choices_min=2, choices_max=3, is_write_in=True)
    poll = await polls.make(rules, labels=("Saab", "Rover", "Lancia"))
    placed = await nominate(nominations, polls, poll, "Borgward")
    assert isinstance(placed, Nominated)
    assert (placed.is_new, placed.receipt, type(placed.refused)) == (True, None, TooFewChosenError)


@pytest.mark.parametrize(
    ("kind", "method"), [(PollKind.RANKED, Method.SCHULZE), (PollKind.SCORE, Method.SUM)], ids=lambda value: value.value
)
async def test_where_naming_says_too_little_nothing_is_voted(polls, nominations, kind, method):
    poll = await polls.make(PollRules(kind, method, is_write_in=True), labels=("Saab", "Rover"))
    placed = await nominate(nominations, polls, poll, "Borgward")
    assert isinstance(placed, Nominated)
    assert (placed.is_new, placed.receipt, placed.refused) == (True, None, None)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("", NominationEmptyError),
        ("!?", NominationEmptyError),
        ("x" * 81, NominationLongError),
        ("https://spam.example", NominationLinkError),
        ("<@123>", NominationLinkError),
    ],
)
async def test_what_cannot_be_an_option_is_refused_in_words(polls, nominations, words, error):
    poll = await polls.make(WRITE_IN, labels=())
    with pytest.raises(error):
        await nominate(nominations, polls, poll, words)
    assert await labels(polls, poll) == []


async def test_who_may_not_vote_may_not_nominate(polls, nominations):
    young = replace(voter(1), created_at=polls.now - timedelta(days=1))
    poll = await polls.make(WRITE_IN, labels=())
    with pytest.raises(AccountYoungError):
        await nominate(nominations, polls, poll, "Saab", young)
    members = await polls.make(replace(WRITE_IN, role_ids=frozenset({7})), labels=())
    with pytest.raises(RoleMissingError):
        await nominate(nominations, polls, members, "Saab")
    with pytest.raises(GoneError):
        await nominate(nominations, polls, poll, "Saab", voter(1, guild_id=OTHER_GUILD))
    with pytest.raises(GoneError):
        await nominations.nominate(voter(1), 99, "Saab", polls.now)


async def test_nominations_are_taken_while_a_write_in_poll_is_open(polls, nominations):
    with pytest.raises(NotWriteInError):
        await nominate(nominations, polls, await polls.make(), "Saab")
    later = await polls.make(WRITE_IN, labels=(), opens=timedelta(hours=1))
    with pytest.raises(PollNotOpenError):
        await nominate(nominations, polls, later, "Saab")
    poll = await polls.make(WRITE_IN, labels=("Saab",))
    await polls.polls.close(moderator, poll.id)
    with pytest.raises(PollClosedError):
        await nominate(nominations, polls, poll, "Rover")
    with pytest.raises(PollClosedError):
        await nominations.meant(voter(1), poll.id, 1, polls.now)


async def test_a_native_poll_that_is_followed_takes_no_nominations(polls, nominations):
    poll = await polls.make(WRITE_IN, labels=())
    await polls.house.store.write(lambda session: table.save_poll(session, replace(poll, native_id=77)))
    with pytest.raises(NativeVoteError):
        await nominate(nominations, polls, poll, "Saab")


async def test_each_member_nominates_a_few(polls, nominations):
    poll = await polls.make(WRITE_IN, labels=())
    for name in ("Saab", "Rover", "Lancia")[:NOMINATIONS_EACH_MAX]:
        await nominate(nominations, polls, poll, name)
    with pytest.raises(NominatedEnoughError):
        await nominate(nominations, polls, poll, "Borgward")
    await nominate(nominations, polls, poll, "Borgward", 2)


async def test_what_the_rules_of_a_guild_refuse_never_becomes_an_option(polls, nominations):
    class RudeError(PaddockError):
        message_id = "common.error.gone"

    asked: list[str] = []

    async def refuse(actor: Actor, poll: Poll, label: str) -> None:
        asked.append(label)
        if "rude" in label:
            raise RudeError

    house = polls.house
    checked = NominationService(house.store, house.clock, house.due, polls.votes, [refuse])
    poll = await polls.make(WRITE_IN, labels=())
    with pytest.raises(RudeError):
        await nominate(checked, polls, poll, "Something rude")
    await nominate(checked, polls, poll, "Saab")
    assert (asked, await labels(polls, poll)) == (["Something rude", "Saab"], ["Saab"])


async def test_moderators_merge_rename_remove_and_undo_each_and_the_count_follows(polls, nominations, choices):
    poll = await polls.make(WRITE_IN, labels=("Saab", "Svenska Aeroplan", "Rover"))
    for who, number in enumerate((1, 2, 2, 3)):
        await polls.vote(poll, who, (number, 1))
    await choices.merge(moderator, poll.id, 2, 1)
    await choices.rename(moderator, poll.id, 3, "Rover Group")
    assert await labels(polls, poll) == ["Saab", "Rover Group"]
    await choices.remove(moderator, poll.id, 3)
    with pytest.raises(NominationRemovedError):
        await nominate(nominations, polls, poll, "Rover Group", 8)
    await choices.restore(moderator, poll.id, 3)
    await choices.unmerge(moderator, poll.id, 2)
    assert await labels(polls, poll) == ["Saab", "Svenska Aeroplan", "Rover Group"]
    await choices.merge(moderator, poll.id, 2, 1)
    # Who nominates what was merged votes for what it was merged into.
    placed = await nominate(nominations, polls, poll, "Svenska Aeroplan", 9)
    assert isinstance(placed, Nominated)
    assert placed.option.number == 1
    meant = await nominations.meant(voter(10), poll.id, 2, polls.now)
    assert meant.option.number == 1
    assert await votes(polls, poll) == {"Saab": 5, "Rover Group": 1}
    entries = [entry.action for entry in await polls.house.guilds.audit(replace(moderator, capabilities=ALL))]
    assert {f"poll.audit.{done}" for done in ("merged", "unmerged", "renamed", "removed", "restored")} <= set(entries)


async def test_the_card_follows_what_moderators_do(polls, choices):
    poll = await polls.make(labels=("Saab", "Rover", "Lancia"))
    for change in (
        choices.merge(moderator, poll.id, 2, 1),
        choices.unmerge(moderator, poll.id, 2),
        choices.remove(moderator, poll.id, 2),
        choices.restore(moderator, poll.id, 2),
        choices.rename(moderator, poll.id, 2, "Rover Group"),
    ):
        polls.desk.taken.clear()
        await change
        await polls.run()
        assert polls.desk.steps == [PollStep.SHOW]


async def test_what_cannot_be_done_to_options_is_refused(polls, choices):
    poll = await polls.make(labels=("Saab", "Rover", "Lancia"))
    for change, error in (
        (choices.unmerge(moderator, poll.id, 1), NotMergedError),
        (choices.restore(moderator, poll.id, 1), NotRemovedError),
        (choices.remove(moderator, poll.id, 9), NoSuchOptionError),
        (choices.rename(moderator, poll.id, 1, "ROVER"), LabelTakenError),
        (choices.rename(moderator, poll.id, 1, " "), NominationEmptyError),
    ):
        with pytest.raises(error):
            await change
    await choices.remove(moderator, poll.id, 1)
    with pytest.raises(TooFewLeftError):
        await choices.remove(moderator, poll.id, 2)
    with pytest.raises(TooFewLeftError):
        await choices.merge(moderator, poll.id, 2, 3)
    with pytest.raises(NoSuchOptionError):
        await nominations_meant_removed(polls, poll)


async def nominations_meant_removed(polls: PollHouse, poll: Poll) -> None:
    service = NominationService(polls.house.store, polls.house.clock, polls.house.due, polls.votes)
    await polls.house.store.write(
        lambda session: table.save_poll(session, replace(poll, rules=WRITE_IN, options=_first_removed(poll)))
    )
    await service.meant(voter(1), poll.id, 1, polls.now)


def _first_removed(poll: Poll):
    return tuple(replace(option, is_removed=option.number == 1) for option in poll.options)


async def test_enough_options_are_left_for_a_whole_ballot(polls, choices):
    rules = PollRules(PollKind.MULTIPLE, choices_min=3, choices_max=3)
    poll = await polls.make(rules, labels=("Saab", "Rover", "Lancia"))
    with pytest.raises(TooFewLeftError):
        await choices.remove(moderator, poll.id, 1)
    open_question = await polls.make(WRITE_IN, labels=("Saab",))
    await choices.remove(moderator, open_question.id, 1)
    assert await labels(polls, open_question) == []


async def test_the_entries_of_a_bracket_that_has_begun_are_only_renamed(polls, choices):
    rules = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(days=1))
    poll = await polls.make(rules)
    for change in (
        choices.remove(moderator, poll.id, 1),
        choices.merge(moderator, poll.id, 1, 2),
        choices.restore(moderator, poll.id, 1),
        choices.unmerge(moderator, poll.id, 1),
    ):
        with pytest.raises(BracketBegunError):
            await change
    await choices.rename(moderator, poll.id, 1, "Iconic SP")
    assert "Iconic SP" in await labels(polls, poll)
    later = await polls.make(rules, labels=("a1", "b2", "c3", "d4", "e5"), opens=timedelta(hours=1))
    await choices.remove(moderator, later.id, 1)
    with pytest.raises(TooFewLeftError):
        await choices.remove(moderator, later.id, 2)


async def test_options_are_for_editors_of_the_guild_until_the_result_is_final(polls, choices):
    poll = await polls.make(labels=("Saab", "Rover", "Lancia"))
    with pytest.raises(NotAllowedError):
        await choices.remove(MEMBER, poll.id, 1)
    with pytest.raises(GoneError):
        await choices.remove(editor(OTHER_GUILD), poll.id, 1)
    await polls.final(poll)
    with pytest.raises(PollFinalError):
        await choices.rename(moderator, poll.id, 1, "Saab Automobile")
