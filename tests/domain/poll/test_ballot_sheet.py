import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.ballot_sheet import HeadTwiceError, ScoreError, SheetError, read_sheet
from bot.domain.poll.election import (
    ElectionError,
    LineLongError,
    NamedTwiceError,
    NoBallotsError,
    NoOrderError,
    Paper,
    TimesError,
    places_of,
    tidy,
)
from bot.domain.poll.rules import Method, TieRule
from bot.text import LANGUAGES, error_text
from tests.nasty import nasty_text, samples


def ranked(*order):
    return Paper(places_of([[number] for number in order]), None if order else ())


def refused(content):
    """Return the error, after it was told in every language."""
    with pytest.raises(ElectionError) as raised:
        read_sheet(content)
    for language in LANGUAGES:
        assert error_text(raised.value, language)
    return raised.value


def test_a_row_is_a_ballot_best_first():
    election = read_sheet("Ran,Tama,Cosmo\nTama,Ran\nRan,Tama,Cosmo\n")
    assert election.names == ("Ran", "Tama", "Cosmo")
    assert election.papers == {ranked(1, 2, 3): 2, ranked(2, 1): 1}


def test_a_first_column_headed_weight_says_how_often_a_row_counts():
    election = read_sheet("weight,first,second\n42,Ran,Tama\n7,Tama,\n0,Cosmo,\n3,,\n")
    assert election.papers == {ranked(1, 2): 42, ranked(2): 7, ranked(): 3}


@pytest.mark.parametrize("head", ["weight", "Weight,1,2", "WEIGHT,1st choice,2nd choice", "weight,anything,at all"])
def test_whatever_stands_beside_weight_is_a_head(head):
    assert read_sheet(f"{head}\n2,Ran,Tama\n").papers == {ranked(1, 2): 2}


@pytest.mark.parametrize(
    "head", ["1st,2nd", "rank1,rank2", "Choice 1,Choice 2", "first,second", "第1希望,第2希望", "1,2"]
)
def test_a_head_that_names_places_is_no_ballot(head):
    assert read_sheet(f"{head}\nRan,Tama\n").papers == {ranked(1, 2): 1}


def test_candidates_that_are_called_like_places_are_candidates():
    assert read_sheet("1,2,3\n2,1,3\n3,1,2\n").ballots_n == 3
    assert read_sheet("First,Second\n").ballots_n == 1


def test_names_under_places_may_be_numbers():
    assert read_sheet("rank 1,rank 2\n7,9\n9,7\n").papers == {ranked(1, 2): 1, ranked(2, 1): 1}


def test_places_that_were_left_empty_close_up_and_empty_rows_are_none():
    assert read_sheet("Ran,,Tama\n,,\n\n,Tama,\n").papers == {ranked(1, 2): 1, ranked(2): 1}


def test_numbers_under_names_are_scores():
    election = read_sheet("Ran,Tama,Cosmo\n5,0,4\n,2,3\n4,,1\n")
    assert election.names == ("Ran", "Tama", "Cosmo")
    assert election.papers == {
        Paper(None, ((1, 5), (2, 0), (3, 4))): 1,
        Paper(None, ((2, 2), (3, 3))): 1,
        Paper(None, ((1, 4), (3, 1))): 1,
    }
    assert election.count(Method.STAR, tie_rule=TieRule.SHARED, seed="").winners == (1,)


def test_scores_may_have_weights_and_blank_ballots():
    election = read_sheet("weight,Ran,Tama\n9,,\n4,5,3\n2,0,5\n")
    assert election.papers == {Paper(None, ()): 9, Paper(None, ((1, 5), (2, 3))): 4, Paper(None, ((1, 0), (2, 5))): 2}


@pytest.mark.parametrize("method", [Method.IRV, Method.SCHULZE, Method.BORDA, Method.PLURALITY])
def test_scores_are_not_taken_for_an_order(method):
    with pytest.raises(NoOrderError):
        read_sheet("Ran,Tama\n5,1\n").profile(method)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_of_all_countries_are_read(separator):
    head = separator.join(["weight", "1", "2"])
    row = separator.join(["3", '"Ran, the first"', '"Tama; ""T"""'])
    assert read_sheet(f"\ufeff{head}\r\n{row}\r\n").names == ("Ran, the first", 'Tama; "T"')


@pytest.mark.parametrize(
    ("content", "kind", "line"),
    [
        ("Ran,Tama\nRan,Cosmo,Ran\n", NamedTwiceError, 2),
        ("Ran,Ran \n", NamedTwiceError, 1),
        ("weight,1\nx,Ran\n", TimesError, 2),
        ("weight,1\n,Ran\n", TimesError, 2),
        ("weight,1\n1,Ran\n-2,Ran\n", TimesError, 3),
        ("weight,1\n1.5,Ran\n", TimesError, 2),
        ("Ran,Tama\n5,1\n4,x\n", ScoreError, 3),
        ("Ran,Tama\n5,1\n4,1,3\n", ScoreError, 3),
        ("Ran,Tama\n5,1\n-4,1\n", ScoreError, 3),
        ("Ran,Ran\n5,1\n", HeadTwiceError, 1),
        ('Ran\n"Tama\nRan\n', SheetError, 4),
        ('Ran\n"Tama"x\n', SheetError, 2),
        (f"Ran\n{'x,' * 60_000}\n", LineLongError, 2),
    ],
)
def test_a_slip_is_named_with_its_line(content, kind, line):
    error = refused(content)
    assert type(error) is kind
    assert error.params["line"] == line


@pytest.mark.parametrize(
    "content", ["", "\n\n", ",,,\n", "weight\n", "weight,1st\n", "weight,1\n0,Ran\n", "weight,1\n3,\n"]
)
def test_a_file_without_a_ballot_is_refused(content):
    assert type(refused(content)) is NoBallotsError


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), min_size=1, max_size=12)


@given(
    st.lists(st.lists(names.map(tidy).filter(bool), max_size=5, unique=True), min_size=1, max_size=8),
    st.sampled_from([*",;\t"]),
)
def test_whatever_is_written_is_read_back(rows, separator):
    assume(any(rows))
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(["weight", "1", "2"])
    writer.writerows([[times, *row] for times, row in enumerate(rows, 1)])
    election = read_sheet(file.getvalue())
    expected = {}
    for times, row in enumerate(rows, 1):
        paper = ranked(*(election.names.index(name) + 1 for name in row))
        expected[paper] = expected.get(paper, 0) + times
    assert election.papers == expected


@given(
    st.lists(st.dictionaries(st.integers(1, 4), st.integers(0, 100), max_size=4), min_size=1, max_size=8).filter(any)
)
def test_scores_that_are_written_are_read_back(ballots):
    lines = ["weight,Ran,Tama,Cosmo,Lux"]
    lines += [",".join(["1", *(str(scores.get(number, "")) for number in range(1, 5))]) for scores in ballots]
    expected = {}
    for scores in ballots:
        paper = Paper(None, marks_of(scores))
        expected[paper] = expected.get(paper, 0) + 1
    assert read_sheet("\n".join(lines)).papers == expected


@given(st.one_of(nasty_text, st.text('weight12,;\t"AB \r\n'), st.sampled_from(samples())))
def test_anything_else_is_ballots_or_one_sentence(content):
    try:
        election = read_sheet(content)
    except ElectionError as error:
        assert error_text(error, "en")  # noqa: PT017  # either way is right
    else:
        assert election.ballots_n > 0
