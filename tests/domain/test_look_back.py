"""How long readers may answer, and what the next edition tells of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.edition import Answer, BigQuestion, QuestionKind, QuestionOrigin
from bot.domain.look_back import POLL_HOURS_MAX, POLL_HOURS_MIN, Comment, Heard, look_back, most_liked, poll_hours
from bot.domain.roundup import REVIEW_LEAD, EditionRecord, EditionState, EditionStep, Roundup

DAILY = Roundup(
    id=1, guild_id=2, name="Morning", channel_id=3, at=time(7, 30), timezone="Europe/Berlin", notify_role_id=None
)
POSTED_AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
QUESTION = BigQuestion("Which one?", QuestionOrigin.ARTICLE, QuestionKind.POLL, ("A", "B"))
EARLIER = EditionRecord(
    id=7,
    guild_id=2,
    roundup_id=1,
    day=date(2026, 11, 19),
    state=EditionState.POSTED,
    content=None,
    channel_id=3,
    begun=EditionStep.LINKS,
    done=EditionStep.LINKS,
    message_id=40,
    thread_id=40,
    question_id=41,
    notice_id=None,
    due_at=POSTED_AT - timedelta(days=1),
    posted_at=POSTED_AT - timedelta(days=1),
    ended_at=None,
    reason=None,
)


@pytest.mark.parametrize("late_s", [0, 5, 299])
def test_a_daily_poll_closes_an_hour_before_the_next_edition(late_s):
    assert poll_hours(DAILY, POSTED_AT + timedelta(seconds=late_s)) == 23


def test_where_editors_see_the_edition_first_it_closes_an_hour_before_that():
    assert poll_hours(replace(DAILY, review_channel_id=9), POSTED_AT) == 22


def test_an_edition_posted_at_noon_has_a_poll_until_early_next_morning():
    assert poll_hours(DAILY, POSTED_AT + timedelta(hours=5)) == 18


def test_a_weekly_poll_is_open_all_week():
    assert poll_hours(replace(DAILY, days=frozenset({5})), POSTED_AT) == 7 * 24 - 1


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # given below
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
    st.booleans(),
)
def test_discord_takes_the_length_and_the_poll_is_over_when_the_next_edition_is_made(now, at, days, zone, reviewed):
    roundup = replace(DAILY, at=at, days=days, timezone=zone, review_channel_id=9 if reviewed else None)

    hours = poll_hours(roundup, now)

    assert POLL_HOURS_MIN <= hours <= POLL_HOURS_MAX
    made_at = roundup.next_after(now) - (REVIEW_LEAD if reviewed else timedelta())
    if hours > POLL_HOURS_MIN:
        assert made_at - (now + timedelta(hours=hours)) >= timedelta(minutes=55)


def test_answers_are_told_most_chosen_first_and_those_that_nobody_chose_not_at_all():
    heard = Heard((Answer("A", 2), Answer("B", 5), Answer("C", 0), Answer("D", 2)), is_final=False, comments_n=3)

    told = look_back(EARLIER, QUESTION, heard)

    assert told is not None
    assert [answer.text for answer in told.answers] == ["B", "A", "D"]
    assert (told.votes_n, told.comments_n, told.is_final) == (9, 3, False)
    assert (told.day, told.question) == (EARLIER.day, "Which one?")
    assert told.link == "https://discord.com/channels/2/40/41"


def test_a_question_that_nobody_answered_is_not_looked_back_on():
    assert look_back(EARLIER, QUESTION, Heard((Answer("A", 0),))) is None
    assert look_back(EARLIER, QUESTION, Heard()) is None
    assert look_back(EARLIER, QUESTION, Heard(comments_n=1)) is not None


def test_the_comment_that_most_members_liked_is_named_the_earliest_of_equals():
    assert most_liked([Comment(3, 2), Comment(1, 1), Comment(2, 2)]) == Comment(2, 2)
    assert most_liked([Comment(1, 0), Comment(2, 0)]) is None
    assert most_liked([]) is None
