"""The poll that asks an edition's question."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.edition import Answer, BigQuestion, QuestionKind, QuestionOrigin
from bot.domain.poll.asked import CLOSES_BEFORE, LENGTH_LEAST, answers, asked_as_poll, closes
from bot.domain.poll.count import tally
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import FINAL_AFTER, LENGTH_MAX, OPTION_CHARS_MAX, Poll, PollState
from bot.domain.poll.rules import PollKind
from bot.domain.question import kind_of
from bot.domain.roundup import REVIEW_LEAD, Roundup

DAILY = Roundup(
    id=1, guild_id=2, name="Morning", channel_id=3, at=time(7, 30), timezone="Europe/Berlin", notify_role_id=None
)
POSTED_AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


def asked(kind: QuestionKind, *options: str, words: str = "Which one?") -> PollDraft | None:
    return asked_as_poll(
        BigQuestion(words, QuestionOrigin.ARTICLE, kind, options),
        channel_id=7,
        closes_at=POSTED_AT + timedelta(hours=9),
        other="Other",
        labels=("Has it", "Lost it"),
    )


def poll_of(draft: PollDraft) -> Poll:
    return Poll(
        id=1,
        guild_id=2,
        channel_id=draft.channel_id,
        question=draft.question,
        rules=draft.rules,
        options=draft.options,
        state=PollState.OPEN,
        created_by=0,
        created_at=POSTED_AT,
        opens_at=POSTED_AT,
        closes_at=draft.closes_at,
        seed="",
    )


def test_named_options_make_a_single_choice_with_another_answer_beside_them():
    draft = asked(QuestionKind.POLL, "Apex", "Bolide", "apex", "x" * 200)
    assert draft is not None
    assert draft.rules.kind is PollKind.SINGLE
    assert [option.label for option in draft.options][:2] == ["Apex", "Bolide"]
    assert draft.options[-1].label == "Other"
    assert max(len(option.label) for option in draft.options) <= OPTION_CHARS_MAX
    assert draft.checked(POSTED_AT)


def test_what_is_best_is_named_by_readers():
    draft = asked(QuestionKind.WRITE_IN, words="What is the best coupe ever?")
    assert draft is not None
    assert (draft.rules.is_write_in, draft.options) == (True, ())
    assert draft.checked(POSTED_AT)


def test_who_is_up_and_who_is_down_is_judged_one_by_one():
    draft = asked(QuestionKind.VERDICT, "Mazda", "Nissan")
    assert draft is not None
    assert (draft.rules.kind, draft.rules.labels) == (PollKind.VERDICT, ("Has it", "Lost it"))
    assert [option.label for option in draft.options] == ["Mazda", "Nissan"]
    assert draft.checked(POSTED_AT)


def test_what_is_answered_in_words_makes_no_poll():
    assert asked(QuestionKind.THREAD) is None
    assert asked(QuestionKind.VERDICT) is None
    assert asked(QuestionKind.POLL) is None
    assert asked(QuestionKind.POLL, "Yes", " yes\u200b") is None


@pytest.mark.parametrize(
    ("question", "is_verdict"),
    [
        ("Which makers have their spark back, and who has lost it?", True),
        ("Who's on the way up, and who's on the way out?", True),
        ("Which brands still build cars for drivers, and which ones have not for years?", True),
        ("どのメーカーが好調で勢いがあり、どこが不調？", True),
        ("Which maker has the best coupe?", False),
        ("Who builds it and who buys it?", False),
        ("Which of the two would you take, and why?", False),
    ],
)
def test_a_question_for_both_ends_is_told_from_one_for_the_best(question: str, is_verdict: bool):  # noqa: FBT001  # a row of the table
    told = [question, "Toyota, Honda and Mazda lead.", "Nissan and Toyota cut jobs.", "Honda waits.", "Mazda builds."]
    kind, options = kind_of(question, told)
    assert (kind is QuestionKind.VERDICT) is is_verdict
    assert not is_verdict or {"Toyota", "Honda", "Mazda", "Nissan"} <= set(options)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # given below
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
    st.booleans(),
)
def test_the_poll_is_final_when_the_next_edition_is_made(now, at, days, zone, reviewed):
    roundup = replace(DAILY, at=at, days=days, timezone=zone, review_channel_id=9 if reviewed else None)
    lead = REVIEW_LEAD if reviewed else timedelta()

    closes_at = closes(roundup, now)

    assert LENGTH_LEAST <= closes_at - now <= LENGTH_MAX
    made_at = roundup.next_after(now + lead) - lead
    if closes_at - now > LENGTH_LEAST:
        assert made_at - closes_at == CLOSES_BEFORE > FINAL_AFTER


def test_answers_are_told_as_they_were_counted():
    draft = asked(QuestionKind.POLL, "Apex", "Bolide")
    assert draft is not None
    poll = poll_of(draft.checked(POSTED_AT))
    told = answers(poll, tally(poll, {((1, 1),): 2, ((2, 1),): 5}))
    assert told == (Answer("Bolide", 5), Answer("Apex", 2))


def test_a_verdict_is_told_with_how_most_found_each():
    draft = asked(QuestionKind.VERDICT, "Mazda", "Nissan", "Subaru")
    assert draft is not None
    poll = poll_of(draft.checked(POSTED_AT))
    told = answers(poll, tally(poll, {((1, 1), (2, -1)): 6, ((1, -1),): 1}))
    assert told == (Answer("Mazda: Has it", 6, 7), Answer("Nissan: Lost it", 6, 6))
