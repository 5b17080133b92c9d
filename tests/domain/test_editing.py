"""What editors do to an edition: no change loses a story, doubles one or leaves the edition without a lead."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import editing
from bot.domain.edition import Edition, QuestionKind, QuestionOrigin, Section, SourceRef
from bot.domain.errors import PaddockError
from bot.domain.queue import OptionsError, OptionTwiceError, QuestionLongError
from bot.domain.roundup import Roundup

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)


def section(number: int, name: str = "Gearlog") -> Section:
    source = SourceRef(name, f"https://gearlog.example/{number}")
    return Section(f"Story {number}", "Quoted.", (source,), (f"https://gearlog.example/{number}",), number=number)


def edition(shown: int = 3, spare: int = 2) -> Edition:
    sections = [section(number) for number in range(shown + spare)]
    return Edition(
        "Morning",
        DAY,
        sections[0] if shown else None,
        tuple(sections[1:shown]),
        None,
        (),
        reserve=tuple(sections[shown:]),
    )


def order(content: Edition) -> list[int]:
    return [one.number for one in editing.stories(content)]


EDITIONS = st.builds(edition, st.integers(1, editing.STORIES_MAX), st.integers(0, 6))
NUMBERS = st.integers(0, 12)
CHANGES = st.one_of(
    st.builds(lambda n, p: lambda e: editing.moved(e, n, p), NUMBERS, st.integers(-7, 7)),
    st.builds(lambda n: lambda e: editing.led_by(e, n), NUMBERS),
    st.builds(lambda n: lambda e: editing.dropped(e, n), NUMBERS),
    st.builds(lambda n: lambda e: editing.brought_in(e, n), NUMBERS),
    st.builds(lambda n, words: lambda e: editing.headlined(e, n, words), NUMBERS, st.text()),
)


@given(content=EDITIONS, changes=st.lists(CHANGES, max_size=8))
def test_whatever_is_done_every_story_is_there_once_and_one_of_them_leads(content, changes):
    before = sorted(one.number for one in (*editing.stories(content), *content.reserve))
    for change in changes:
        try:
            content = change(content)
        except PaddockError:
            continue
    after = (*editing.stories(content), *content.reserve)
    assert sorted(one.number for one in after) == before
    assert content.lead is not None
    assert len(editing.stories(content)) <= editing.STORIES_MAX
    assert all(one.headline.strip() for one in after)
    assert {one.number: one.articles for one in after} == {
        number: (f"https://gearlog.example/{number}",) for number in before
    }


@given(content=EDITIONS, number=NUMBERS, places=st.integers(-3, 3))
def test_a_move_up_and_the_same_move_down_changes_nothing_unless_it_met_an_end(content, number, places):
    shown = order(content)
    if number not in shown or not 0 <= shown.index(number) + places < len(shown):
        return
    assert editing.moved(editing.moved(content, number, places), number, -places) == content


def test_a_story_moves_by_places_and_the_first_one_is_the_lead():
    assert order(editing.moved(edition(4), 2, -1)) == [0, 2, 1, 3]
    assert order(editing.moved(edition(4), 1, -1)) == [1, 0, 2, 3]
    assert editing.moved(edition(4), 1, -1).lead == section(1)
    assert order(editing.moved(edition(4), 1, 9)) == [0, 2, 3, 1]


def test_a_new_lead_pushes_the_old_one_down_and_one_from_the_reserve_takes_the_last_place():
    assert order(editing.led_by(edition(4), 2)) == [2, 0, 1, 3]
    full = editing.led_by(edition(6, 2), 7)
    assert order(full) == [7, 0, 1, 2, 3, 4]
    assert [one.number for one in full.reserve] == [5, 6]


def test_what_is_left_out_is_the_first_to_be_taken_in_again():
    less = editing.dropped(edition(3, 1), 0)
    assert order(less) == [1, 2]
    assert less.lead == section(1)
    assert [one.number for one in less.reserve] == [0, 3]
    assert order(editing.brought_in(less, 0)) == [1, 2, 0]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (lambda: editing.dropped(edition(1), 0), editing.LastStoryError),
        (lambda: editing.brought_in(edition(6, 1), 6), editing.TooManyStoriesError),
        (lambda: editing.brought_in(edition(3, 1), 0), editing.NoSuchStoryError),
        (lambda: editing.moved(edition(3, 1), 3, 1), editing.NoSuchStoryError),
        (lambda: editing.led_by(edition(3), 99), editing.NoSuchStoryError),
        (lambda: editing.headlined(edition(3), 1, " \u202e \n"), editing.NoWordsError),
        (lambda: editing.source_named(edition(3), 1, {"?"}, ""), editing.NoWordsError),
        (lambda: editing.corrected(edition(3), AT, "  "), editing.NoWordsError),
        (lambda: editing.asking(edition(3), "Which?", ["One"]), OptionsError),
        (lambda: editing.asking(edition(3), "Which?", ["One", "two", "TWO"]), OptionTwiceError),
        (lambda: editing.asking(edition(3), "Which?", list("abcdefghij")), OptionsError),
        (lambda: editing.asking(edition(3), "x" * 301, []), QuestionLongError),
    ],
)
def test_what_makes_no_sense_is_refused(change, refused):
    with pytest.raises(refused):
        change()


def test_words_are_cleaned_and_cut_on_their_way_in():
    changed = editing.headlined(edition(), 1, "New\u202e headline\n" + "x" * 400)
    assert "\u202e" not in changed.sections[0].headline
    assert "\n" not in changed.sections[0].headline
    assert len(changed.sections[0].headline) <= editing.HEADLINE_CHARS_MAX
    assert len(editing.commented(edition(), "word " * 200).comment) <= editing.COMMENT_CHARS_MAX
    assert editing.commented(editing.commented(edition(), "Hello"), " ").comment == ""


def test_a_headline_in_the_reserve_can_be_rewritten_too():
    assert editing.headlined(edition(2, 1), 2, "Better").reserve[0].headline == "Better"


def test_only_the_source_that_nobody_gave_gets_a_name_and_keeps_its_link():
    unnamed = SourceRef("Source not given", "https://page.example/1")
    mixed = replace(section(1), sources=(unnamed, SourceRef("Torque", None)))
    named = editing.source_named(replace(edition(), sections=(mixed,)), 1, {"Source not given"}, "Motor Daily")
    assert named.sections[0].sources == (SourceRef("Motor Daily", "https://page.example/1"), SourceRef("Torque", None))


def test_a_question_with_options_is_a_poll_and_without_it_says_itself_how_it_is_answered():
    poll = editing.asking(edition(), "Which one?", [" Mazda ", "", "Honda"]).big_question
    assert poll is not None
    assert (poll.kind, poll.options, poll.origin) == (QuestionKind.POLL, ("Mazda", "Honda"), QuestionOrigin.EDITOR)
    words = editing.asking(edition(), "What do you make of it?", []).big_question
    assert words is not None
    assert words.kind is QuestionKind.THREAD
    favourite = editing.asking(edition(), "What is the best kei car ever?", []).big_question
    assert favourite is not None
    assert favourite.kind is QuestionKind.WRITE_IN
    assert editing.asking(edition(), " ", ["One", "Two"]).big_question is None


def test_an_editor_signs_once_as_the_last_one():
    signed = editing.signed(editing.signed(editing.signed(edition(), 1), 2), 1)
    assert signed.edited_by == (2, 1)


def test_only_the_last_corrections_are_kept():
    content = edition()
    for number in range(editing.CORRECTIONS_MAX + 2):
        content = editing.corrected(content, AT, f"Figure {number}")
    assert [one.what for one in content.corrections] == [f"Figure {n}" for n in range(2, editing.CORRECTIONS_MAX + 2)]


def test_stories_without_numbers_of_their_own_are_numbered_and_others_keep_theirs():
    old = replace(edition(), lead=section(0), sections=(section(0), section(0)), reserve=(section(0),))
    numbered = editing.numbered(old)
    assert [one.number for one in (*editing.stories(numbered), *numbered.reserve)] == [0, 1, 2, 3]
    moved = editing.moved(edition(), 2, -2)
    assert editing.numbered(moved) == moved


def roundup(at: time, deadline: time, *, review: bool) -> Roundup:
    return Roundup(
        1, 1, "Morning", 1, at, "UTC", None, review_channel_id=2 if review else None, column_deadline=deadline
    )


@pytest.mark.parametrize(
    ("at", "deadline", "review", "ok"),
    [
        (time(7, 30), time(7, 30), False, True),
        (time(7, 30), time(10, 15), False, True),
        (time(7, 30), time(10, 16), False, False),
        (time(7, 30), time(7, 29), False, False),
        (time(7, 30), time(6, 30), True, True),
        (time(7, 30), time(6, 29), True, False),
        (time(23, 30), time(1, 0), False, True),
        (time(0, 10), time(23, 20), True, True),
    ],
)
def test_a_deadline_for_the_column_lies_where_the_edition_can_wait(at, deadline, review, ok):
    if ok:
        editing.check_roundup(roundup(at, deadline, review=review))
        return
    with pytest.raises(editing.ColumnDeadlineError) as refused:
        editing.check_roundup(roundup(at, deadline, review=review))
    assert refused.value.params["last"] == "10:15"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"name": " \n"}, editing.NoWordsError),
        ({"days": frozenset()}, editing.NoDaysError),
        ({"review_channel_id": 1}, editing.ReviewInPublicError),
    ],
)
def test_a_roundup_that_makes_no_sense_is_refused(change, refused):
    with pytest.raises(refused):
        editing.check_roundup(replace(roundup(time(7), time(7), review=False), **change))
