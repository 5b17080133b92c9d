"""The private panels: what is drafted, saved and withdrawn, for each kind of ballot."""

from datetime import timedelta

import pytest

from bot.domain.poll.bracket import OPENING
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding
from cogs.poll.panels import panel_for
from tests.cogs.house import House
from tests.cogs.poll.polling import CARS, LENGTH, RANKED, SCORE, VERDICT, Hand, begin, hold, many
from tests.cogs.poll.test_panel_limits import KINDS, own_of, poll_of

ROUND = timedelta(hours=1)


def bracket(seeding: Seeding = Seeding.ORDER) -> PollRules:
    return PollRules(PollKind.BRACKET, Method.KNOCKOUT, seeding=seeding, round_length=ROUND)


# Several.


async def test_several_are_chosen_over_pages_and_saved_together(bare_guild):
    rules = PollRules(PollKind.MULTIPLE, choices_min=2, choices_max=3)
    hand = await hold(await begin(bare_guild, rules, many(30)))

    await hand.select("ballot:choose", 1, 25)
    assert await hand.saved() is None
    assert "2 chosen, 2 to 3 are asked for" in hand.text
    assert "<Choose: " in hand.text
    await hand.press("ballot:page:on")
    await hand.select("ballot:choose", 30)
    assert "Car 1 ✓" not in hand.text
    await hand.press("Save")

    assert await hand.saved() == ((1, 1), (25, 1), (30, 1))
    assert "Saved: **Car 1**, **Car 25**, **Car 30**" in hand.text
    assert "Receipt" in hand.text


async def test_too_many_are_refused_and_nothing_of_the_draft_is_lost(bare_guild):
    rules = PollRules(PollKind.MULTIPLE, choices_min=2, choices_max=3)
    hand = await hold(await begin(bare_guild, rules, many(30)))
    await hand.select("ballot:choose", 1, 2, 3)
    await hand.press("ballot:page:on")
    await hand.select("ballot:choose", 30)

    told = await hand.press("Save")

    assert "at most 3" in told
    assert await hand.saved() is None
    await hand.press("ballot:page:back")
    await hand.select("ballot:choose", 1, 2)
    await hand.press("Save")
    assert await hand.saved() == ((1, 1), (2, 1), (30, 1))


async def test_one_of_a_hundred_is_saved_as_soon_as_it_is_chosen(bare_guild):
    hand = await hold(await begin(bare_guild, labels=many(100)))
    for _ in range(3):
        await hand.press("ballot:page:on")

    await hand.select("ballot:choose", 100)

    assert await hand.saved() == ((100, 1),)


# Ranked.


async def test_a_ranked_ballot_holds_only_the_preferences_that_were_given(bare_guild):
    hand = await hold(await begin(bare_guild, RANKED))

    await hand.select("ballot:next", 3)
    assert "Choose your number 2" in hand.text
    await hand.select("ballot:next", 1)
    assert await hand.saved() is None
    assert "Not saved yet" in hand.text
    await hand.press("Save")

    assert await hand.saved() == ((1, 2), (3, 1))
    assert "Saved as above" in hand.text
    assert "**Your order** (2 of 4)" in hand.text


async def test_a_preference_is_moved_removed_and_all_started_over(bare_guild):
    hand = await hold(await begin(bare_guild, RANKED))
    for number in (1, 2, 3, 4):
        await hand.select("ballot:next", number)
    assert "ballot:next" not in str(hand.seen.message.raw)  # all are ranked

    await hand.select("ballot:pick", 4)
    await hand.press("To the top")
    await hand.press("▼ Down")
    await hand.select("ballot:pick", 2)
    await hand.press("Remove")
    await hand.press("Save")
    assert await hand.saved() == ((1, 1), (3, 3), (4, 2))

    await hand.press("Start over")
    assert "Choose your favourite below" in hand.text
    assert await hand.saved() == ((1, 1), (3, 3), (4, 2))  # until something else is saved
    await hand.select("ballot:next", 2)
    await hand.press("Save")
    assert await hand.saved() == ((2, 1),)


async def test_a_hundred_are_ranked_over_pages(bare_guild):
    hand = await hold(await begin(bare_guild, RANKED, many(100)))
    await hand.press("ballot:page:on")
    for number in range(26, 56):
        await hand.select("ballot:next", number)
    await hand.press("ballot:list:back")
    await hand.select("ballot:pick", 27)
    await hand.press("▲ Up")
    await hand.press("Save")

    marks = dict(await hand.saved())
    assert (marks[27], marks[26], marks[55]) == (1, 2, 30)


async def test_a_panel_begins_with_what_is_saved(bare_guild):
    poll = await begin(bare_guild, RANKED)
    hand = await hold(poll)
    await hand.select("ballot:next", 2)
    await hand.press("Save")

    again = await hold(poll)

    assert "1. Nissan 126X" in again.text
    assert "Receipt" in again.text


# Scores.


async def test_scores_are_given_over_pages_and_taken_back(bare_guild):
    hand = await hold(await begin(bare_guild, SCORE, many(10)))

    await hand.select("ballot:score:1", 5)
    await hand.select("ballot:score:2", 0)
    await hand.select("ballot:score:3", 4)
    await hand.select("ballot:score:3", "-")
    await hand.press("ballot:page:on")
    await hand.select("ballot:score:10", 3)
    assert await hand.saved() is None
    await hand.press("Save")

    assert await hand.saved() == ((1, 5), (2, 0), (10, 3))
    assert "3 of 10 scored" in hand.text


# Verdicts.


async def test_verdicts_are_saved_one_by_one_and_taken_up_where_they_were_left(bare_guild):
    poll = await begin(bare_guild, VERDICT)
    hand = await hold(poll)

    assert "1/4" in hand.text
    await hand.press("so back")
    assert await hand.saved() == ((1, 1),)
    await hand.press("so over")
    assert await hand.saved() == ((1, 1), (2, -1))
    assert "so back: 1 · so over: 1 · not judged: 2" in hand.text

    again = await hold(poll)
    assert "3/4" in again.text
    assert CARS[2] in again.text
    await again.press("Skip")
    await again.press("so back")
    assert "That was the last one" in again.text
    assert await again.saved() == ((1, 1), (2, -1), (4, 1))


async def test_skipping_takes_a_verdict_back_and_the_last_one_with_it_the_ballot(bare_guild):
    hand = await hold(await begin(bare_guild, VERDICT))
    await hand.press("so over")
    await hand.press("ballot:option:back")
    assert "Your verdict: **so over**" in hand.text

    await hand.press("Skip")

    assert await hand.saved() is None
    assert "You have no vote" in hand.text


# Brackets.


async def test_a_bracket_shows_one_pair_at_a_time_and_saves_each_tap(bare_guild):
    poll = await begin(bare_guild, bracket(), many(8))
    hand = await hold(poll)

    assert "1/4" in hand.text
    assert "Car 1 – Car 8" in hand.text
    await hand.press("Car 8")
    assert await hand.saved() == ((1, 8),)
    assert "2/4" in hand.text
    await hand.press("ballot:match:on")

    again = await hold(poll)
    assert "2/4" in again.text
    await again.press("ballot:match:back")
    await again.press("ballot:first")  # the other of the pair
    assert await again.saved() == ((1, 1),)
    for _ in range(3):
        await again.press("ballot:first")
    assert "last match of this round" in again.text
    assert "4 of 4 matches" in again.text


async def test_a_panel_goes_on_with_the_next_round_when_the_last_is_over(bare_guild):
    poll = await begin(bare_guild, bracket(), many(4))
    hand = await hold(poll)
    await hand.press("Car 1")
    await bare_guild.world.advance(ROUND - timedelta(minutes=1))
    late = await hold(poll, bare_guild.world.members[1])
    await bare_guild.world.advance(timedelta(minutes=2))
    await bare_guild.work()

    told = await late.press("ballot:first")

    assert "round of this match is over" in told
    assert await late.saved() is None
    assert "1/1" in told
    await late.press("ballot:first")
    assert await late.saved() is not None


async def test_favourites_of_an_opening_vote_are_saved_as_they_are_chosen(bare_guild):
    hand = await hold(await begin(bare_guild, bracket(Seeding.VOTE), many(30)))

    await hand.select("ballot:favourites", 2, 9)
    await hand.press("ballot:page:on")
    await hand.select("ballot:favourites", 30)
    await hand.press("ballot:page:back")
    await hand.select("ballot:favourites", 9)

    assert await hand.saved() == ((OPENING + 9, 1), (OPENING + 30, 1))
    assert "**Car 9**, **Car 30**" in hand.text


# One's own ballot.


async def test_my_vote_shows_the_ballot_and_its_receipt_and_leads_to_the_panel(bare_guild):
    poll = await begin(bare_guild, RANKED)
    hand = await hold(poll)
    await hand.select("ballot:next", 2)
    told = await hand.press("Save")
    receipt = next(word for word in told.split() if len(word) == 66)

    mine = Hand(poll, hand.person, await poll.press(hand.person, "mine"))

    assert receipt in mine.text
    assert "1. **Nissan 126X**" in mine.text
    await mine.press("Change it")
    assert "Move or remove one" in mine.text
    assert "Choose your number 2" in mine.text


async def test_the_panel_that_my_vote_leads_to_is_not_closed_in_its_place(bare_guild):
    poll = await begin(bare_guild, RANKED)
    member = bare_guild.world.members[0]
    mine = Hand(poll, member, await poll.press(member, "mine"))
    await mine.press("Vote")
    await bare_guild.world.advance(timedelta(minutes=10))
    await mine.select("ballot:next", 2)
    await bare_guild.world.advance(timedelta(minutes=5))  # a quarter of an hour after the first press

    await mine.press("Save")

    assert await mine.saved() == ((2, 1),)


async def test_a_vote_is_withdrawn_only_after_a_second_press(bare_guild):
    poll = await begin(bare_guild, VERDICT)
    hand = await hold(poll)
    await hand.press("so back")

    await hand.press("Withdraw my vote")
    assert "as if you had never voted" in hand.text
    await hand.press("Keep it")
    assert await hand.saved() == ((1, 1),)
    await hand.press("Withdraw my vote")
    await hand.press("ballot:really")

    assert await hand.saved() is None
    assert "You have no vote" in hand.text
    assert "1/4" in hand.text


async def test_nobody_is_told_whose_ballot_was_whose_once_a_secret_poll_is_final(bare_guild):
    secret, public = await begin(bare_guild), await begin(bare_guild, PollRules(is_secret=False), question="Open?")
    member = bare_guild.world.members[0]
    for poll in (secret, public):
        await poll.press(member, "option:2")
    await public.finish()

    assert "nobody can say any more" in (await secret.press(member, "mine")).text
    assert "Saved: **Nissan 126X**" in (await public.press(member, "mine")).text


async def test_panels_speak_the_members_language(bare_guild: House):
    poll = await begin(bare_guild, VERDICT, length=LENGTH)
    hand = await hold(poll, bare_guild.world.editor)

    assert "未判定：4" in hand.text
    assert "とばす" in str(hand.seen.message.raw)


# Pressed twice in a moment.


@pytest.mark.parametrize(("rules", "button"), [(bracket(), "ballot:first"), (VERDICT, "ballot:good")])
async def test_a_button_that_is_pressed_twice_skips_nothing(bare_guild, rules, button):
    hand = await hold(await begin(bare_guild, rules, many(8)))

    for _ in range(2):
        bare_guild.send_press(hand.person, hand.seen.message, button)
    await bare_guild.world.settle()

    assert len(await hand.saved()) == 1
    panel = next(line for line in bare_guild.world.everything() if line.id == hand.seen.message.id)
    assert "2/" in panel.text


async def test_an_option_that_is_chosen_twice_is_ranked_once():
    panel = panel_for(None, own_of(poll_of(KINDS["ranked"]), None), "en")

    for number in (3, 3, 5):
        panel._append(number)

    assert panel._marks() == ((3, 1), (5, 2))
