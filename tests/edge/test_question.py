"""The Big Question in its thread, where it is answered in words."""

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin
from bot.edge.question import question_view

CARS = ("Renault 5", "Fiat Panda", "Citroën C3")
OUTSIDE = st.text(max_size=400) | st.sampled_from(
    ["# [x](https://evil.example) @everyone " * 9, "名前" * 200, "👩🏽‍🚒" * 90]
)


def asked(kind=QuestionKind.POLL, text="Which one?", options=CARS) -> BigQuestion:
    return BigQuestion(text, QuestionOrigin.ARTICLE, kind, tuple(options))


def words(view: ui.LayoutView) -> str:
    return "\n".join(part.content for part in view.walk_children() if isinstance(part, ui.TextDisplay))


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_question_says_how_it_is_answered(kind):
    told = words(question_view(asked(kind), "en"))
    assert "Which one?" in told
    assert "thread" in told


@settings(max_examples=80, deadline=None)
@given(OUTSIDE, st.lists(OUTSIDE, max_size=30), st.sampled_from(QuestionKind), st.sampled_from(["en", "ja"]))
def test_whatever_is_asked_stays_within_discords_limits(text, options, kind, language):
    assert 1 <= len(words(question_view(asked(kind, text, options), language))) <= 4_000
