"""How long readers may answer, and what the next edition tells of it."""

from datetime import UTC, date, datetime, time, timedelta

from bot.domain.edition import Answer, BigQuestion, QuestionKind, QuestionOrigin
from bot.domain.look_back import Comment, Heard, look_back, most_liked
from bot.domain.roundup import EditionRecord, EditionState, EditionStep, Roundup

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
