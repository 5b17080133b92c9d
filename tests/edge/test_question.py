"""The Big Question in its thread: in words, or as a poll within Discord's limits."""

from datetime import timedelta

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin
from bot.edge.publish import NativePoll
from bot.edge.question import question_post

CARS = ("Renault 5", "Fiat Panda", "Citroën C3")
OUTSIDE = st.text(max_size=400) | st.sampled_from(
    ["# [x](https://evil.example) @everyone " * 9, "名前" * 200, "👩🏽‍🚒" * 90]
)


def asked(kind=QuestionKind.POLL, text="Which one?", options=CARS) -> BigQuestion:
    return BigQuestion(text, QuestionOrigin.ARTICLE, kind, tuple(options))


def native(question: BigQuestion, *, hours: int = 23, language: str = "en") -> NativePoll:
    post = question_post(question, language=language, hours=hours)
    assert isinstance(post, NativePoll)
    return post


def words(view: ui.LayoutView) -> str:
    return "\n".join(part.content for part in view.walk_children() if isinstance(part, ui.TextDisplay))


@pytest.mark.parametrize(("language", "other", "seen"), [("en", "Other", "shows who"), ("ja", "その他", "公開")])
def test_a_poll_offers_what_was_found_and_something_else_and_says_that_votes_are_seen(language, other, seen):
    post = native(asked(), language=language, hours=7)

    assert post.poll.question == "Which one?"
    assert [answer.text for answer in post.poll.answers] == [*CARS, other]
    assert post.poll.duration == timedelta(hours=7)
    assert not post.poll.multiple
    assert seen in post.content


@pytest.mark.parametrize(
    "question",
    [asked(QuestionKind.THREAD), asked(QuestionKind.WRITE_IN), asked(options=()), asked(options=("Yes", " yes\u200b"))],
    ids=["thread", "write-in", "no options", "one option"],
)
def test_a_question_with_nothing_to_choose_from_is_asked_in_words(question):
    view = question_post(question, language="en", hours=23)

    assert isinstance(view, ui.LayoutView)
    assert "Which one?" in words(view)


@settings(max_examples=80, deadline=None)
@given(OUTSIDE, st.lists(OUTSIDE, max_size=30), st.sampled_from(QuestionKind), st.sampled_from(["en", "ja"]))
def test_whatever_is_asked_stays_within_discords_limits(text, options, kind, language):
    post = question_post(asked(kind, text, options), language=language, hours=23)

    if isinstance(post, ui.LayoutView):
        assert 1 <= len(words(post)) <= 4_000
        return
    answers = [answer.text for answer in post.poll.answers]
    assert 1 <= len(post.content) <= 2_000
    assert 1 <= len(post.poll.question) <= 300
    assert 3 <= len(answers) <= 10
    assert all(1 <= len(answer) <= 55 for answer in answers)
    assert len(set(answers)) == len(answers)
