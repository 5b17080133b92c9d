"""The sheet of ballots says what looking at each ballot says."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.ballot import Marks, marks_of
from bot.domain.poll.sheet import PLACES_MAX, Sheet

NUMBERS = [2, 3, 5, 40]
LAST = PLACES_MAX + 1
# Places as wild as a sheet takes them, and times that fill one byte, two, and more.
profiles = st.dictionaries(
    st.dictionaries(st.sampled_from(NUMBERS), st.integers(1, 6) | st.integers(1, PLACES_MAX)).map(marks_of),
    st.integers(1, 3) | st.integers(200, 300) | st.integers(60_000, 5_000_000_000),
    max_size=12,
)


def places(marks: Marks) -> Mapping[int, int]:
    return dict.fromkeys(NUMBERS, LAST) | dict(marks)


@given(profile=profiles)
def test_pairs_are_compared_as_on_each_ballot(profile):
    table = Sheet(NUMBERS, profile).pairwise()
    for one in NUMBERS:
        for other in NUMBERS:
            if one != other:
                assert table[one][other] == sum(
                    times for marks, times in profile.items() if places(marks)[one] < places(marks)[other]
                )


@given(profile=profiles, standing=st.sets(st.sampled_from(NUMBERS)))
def test_the_best_of_those_standing_is_found_as_on_each_ballot(profile, standing):
    sheet = Sheet(NUMBERS, profile)
    firsts = {number: sheet.count(ballots) for number, ballots in sheet.firsts(standing).items()}
    expected = dict.fromkeys(standing, 0)
    for marks, times in profile.items():
        given_here = {number: place for number, place in marks if number in standing}
        for number, place in given_here.items():
            if place == min(given_here.values()):
                expected[number] += times
    assert firsts == expected


@given(profile=profiles)
def test_an_option_is_named_by_the_ballots_that_give_it(profile):
    assert Sheet(NUMBERS, profile).naming() == {
        number: sum(times for marks, times in profile.items() if number in dict(marks)) for number in NUMBERS
    }


def test_a_sheet_may_be_empty():
    assert Sheet([], {}).pairwise() == {}
    assert Sheet([1, 2], {}).pairwise() == {1: {2: 0}, 2: {1: 0}}
    assert Sheet([1, 2], {}).firsts([]) == {}
