import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.abif import AbifError, ContradictionError, DeclaredTwiceError, read_abif
from bot.domain.poll.ballot import marks_of
from bot.domain.poll.election import (
    LINE_CHARS_MAX,
    NAME_CHARS_MAX,
    NAMES_MAX,
    Election,
    ElectionError,
    LineLongError,
    NamedTwiceError,
    NameLongError,
    NamesManyError,
    NoBallotsError,
    NoOrderError,
    NoScoresError,
    Paper,
    TimesError,
    places_by,
    places_of,
    tidy,
)
from bot.domain.poll.irv import EqualPlacesError
from bot.domain.poll.rules import Method, TieRule
from bot.text import LANGUAGES, error_text
from tests.nasty import nasty_text, samples

BLANK = Paper((), ())


def ranked(*tiers):
    return Paper(places_of(tiers), None)


def scored(**scores):
    """A ballot by scores alone: a1=5 is 5 for number 1."""
    given = {int(name[1:]): score for name, score in scores.items()}
    return Paper(places_by(given), marks_of(given))


def refused(content):
    """Return the error, after it was told in every language."""
    with pytest.raises(ElectionError) as raised:
        read_abif(content)
    for language in LANGUAGES:
        assert error_text(raised.value, language)
    return raised.value


def test_the_order_of_preference_is_read_with_equals():
    election = read_abif("3:Ran>Tama=Cosmo>Lux\n2:Tama,Ran\n")
    assert election.names == ("Ran", "Tama", "Cosmo", "Lux")
    assert election.papers == {ranked([1], [2, 3], [4]): 3, ranked([2, 1]): 2}
    assert election.ballots_n == 5


def test_scores_are_the_order_too_unless_one_is_given():
    election = read_abif("4:A/1, B/5, C/5\n1: A/9 > B/9 > C/2\n")
    assert election.papers == {
        Paper(((1, 2), (2, 1), (3, 1)), ((1, 1), (2, 5), (3, 5))): 4,
        Paper(((1, 1), (2, 2), (3, 3)), ((1, 9), (2, 9), (3, 2))): 1,
    }


def test_who_has_no_score_beside_others_that_have_is_not_ranked():
    assert read_abif("1:A/4,B\n").papers == {Paper(((1, 1),), ((1, 4),)): 1}


def test_candidates_have_full_names_and_may_be_ones_that_nobody_votes_for():
    election = read_abif('=R:[Ran (蘭)]\n=T:[Tama "T"]\n="車":[Kuruma]\n1:T>"車">[Ran (蘭)]\n')
    assert election.names == ("Ran (蘭)", 'Tama "T"', "Kuruma")
    assert election.papers == {ranked([2], [3], [1]): 1}


def test_a_candidate_may_be_declared_after_the_ballots():
    assert read_abif("1:R>T\n=T:[Tama]\n").names == ("R", "Tama")


def test_what_is_around_the_ballots_is_passed_over():
    election = read_abif(
        "\ufeffABIF 1.0 {ballot_type: 1}\r\n"
        '{"title": "A # in a title: [x]"}\r\n'
        "\r\n"
        "# a comment: 3:A>B\r\n"
        "  2 : A > B   # not C\r\n"
        "1:[A #1]>B#C\r\n"
        '1:B:{"precinct": 7} # there\r\n'
    )
    assert election.names == ("A", "B", "A #1")
    assert election.papers == {ranked([1], [2]): 2, ranked([3], [2]): 1, ranked([2]): 1}


def test_blank_ballots_count_as_ballots():
    election = read_abif("5:\n1:A\n4: # nobody\n")
    assert election.papers == {BLANK: 9, ranked([1]): 1}


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("1:A\nA>B", 2, 1),
        ("1:A>", 1, 5),
        ("1:A>>B", 1, 5),
        ("1:>A", 1, 3),
        ("1:A B", 1, 5),
        ("  1:A *2", 1, 7),
        ("3*A>B", 1, 1),
        ("1:[A", 1, 3),
        ('1:"A', 1, 3),
        ("1:[A]]", 1, 6),
        ("1:A/", 1, 4),
        ("1:A/-1", 1, 4),
        ("1:A/4.5", 1, 6),
        ("1:A/1234567", 1, 4),
        ("1:A: x", 1, 6),
        ("=A", 1, 3),
        ("=A:", 1, 4),
        ("=A:[B] C", 1, 8),
        ("{title", 1, 1),
    ],
)
def test_a_slip_is_named_with_its_line_and_column(content, line, column):
    error = refused(content)
    assert isinstance(error, AbifError)
    assert (error.params["line"], error.params["column"]) == (line, column)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("", NoBallotsError),
        ("=A:[B]\n", NoBallotsError),
        ("0:A\n", NoBallotsError),
        ("5:\n", NoBallotsError),
        ("x:A\n", TimesError),
        ("-1:A\n", TimesError),
        ("1.5:A\n", TimesError),
        ("1234567890:A\n", TimesError),
        ("1:A>B>A\n", NamedTwiceError),
        ("=A:[B]\n1:A>B\n", NamedTwiceError),
        ("=A:[B]\n=A:[C]\n", DeclaredTwiceError),
        ("=A:[B]\n=C:[B]\n", DeclaredTwiceError),
        ("1:B>A\n=A:[B]\n", DeclaredTwiceError),
        ("1:A/1>B/2\n", ContradictionError),
        ("1:A/1=B/2\n", ContradictionError),
        ("1:A/3>B>C/4\n", ContradictionError),
        ("1:[]\n", NameLongError),
        ("1:[\u202e\u200b]\n", NameLongError),
        (f"1:{'A' * (NAME_CHARS_MAX + 1)}\n", NameLongError),
        (f"1:{'>'.join(f'A{number}' for number in range(NAMES_MAX + 1))}\n", NamesManyError),
        ("A" * (LINE_CHARS_MAX + 1), LineLongError),
    ],
)
def test_what_cannot_be_counted_is_refused(content, kind):
    error = refused(content)
    assert type(error) is kind
    assert kind is NoBallotsError or error.params["line"] == content.count("\n", 0, -1) + 1


def test_star_needs_scores_and_names_the_line_that_has_none():
    election = read_abif("2:A/5,B/1\n3:\n1:B>A\n")
    with pytest.raises(NoScoresError) as raised:
        election.count(Method.STAR, tie_rule=TieRule.SHARED, seed="")
    assert raised.value.params == {"line": 3}
    assert read_abif("2:A/5,B/1\n3:\n").count(Method.STAR, tie_rule=TieRule.SHARED, seed="").winners == (1,)


TENNESSEE = """
42:Memphis>Nashville>Chattanooga>Knoxville
26:Nashville>Chattanooga>Knoxville>Memphis
15:Chattanooga>Knoxville>Nashville>Memphis
17:Knoxville>Chattanooga>Nashville>Memphis
"""


@pytest.mark.parametrize(
    ("method", "winner"),
    [
        (Method.PLURALITY, "Memphis"),
        (Method.IRV, "Knoxville"),
        (Method.SCHULZE, "Nashville"),
        (Method.BORDA, "Nashville"),
    ],
)
def test_tennessee_has_the_capital_that_the_method_gives_it(method, winner):
    election = read_abif(TENNESSEE)
    tally = election.count(method, tie_rule=TieRule.SHARED, seed="")
    assert [election.names[number - 1] for number in tally.winners] == [winner]
    assert tally.ballots_n == 100


def test_plurality_gives_a_vote_to_each_of_those_who_share_the_first_place():
    tally = read_abif("3:A=B>C\n2:C>A\n").count(Method.PLURALITY, tie_rule=TieRule.SHARED, seed="")
    assert {line.number: line.score for line in tally.lines} == {1: 3, 2: 3, 3: 2}


names = st.text(
    st.characters(codec="utf-8", exclude_characters="[]", exclude_categories=("Cc", "Cs", "Co", "Cn")),
    min_size=1,
    max_size=12,
).map(tidy)


@st.composite
def elections(draw):
    called = draw(st.lists(names.filter(bool), min_size=1, max_size=6, unique=True))
    numbers = st.lists(st.integers(1, len(called)), max_size=len(called), unique=True)

    def split(order):
        tiers = [[]]
        for number in order:
            if tiers[-1] and draw(st.booleans()):
                tiers.append([])
            tiers[-1].append(number)
        return Paper(places_of(tiers), None) if order else BLANK

    scores = st.dictionaries(st.integers(1, len(called)), st.integers(0, 999_999), min_size=1)
    papers = st.one_of(numbers.map(split), scores.map(lambda given: Paper(places_by(given), marks_of(given))))
    return Election(tuple(called), draw(st.dictionaries(papers, st.integers(1, 999_999_999), min_size=1, max_size=8)))


def written(election, draw):
    """Write an election as ABIF, with tokens, blanks and comments of any kind."""
    lines, tokens = [], []
    for number, name in enumerate(election.names, 1):
        token = draw(st.sampled_from([f"c{number}", f"[候補 {number}]", f'"say \\"{number}\\""', f"c-{number}_"]))
        tokens.append(token)
        lines.append(f"={token}:[{name}]")
    for paper, times in election.papers.items():
        gap = draw(st.sampled_from(["", " ", "\t"]))
        if paper.scores is None:
            tiers = {}
            for number, place in paper.places:
                tiers.setdefault(place, []).append(tokens[number - 1])
            said = f"{gap}>{gap}".join("=".join(tiers[place]) for place in sorted(tiers))
        else:
            said = f"{gap},".join(f"{tokens[number - 1]}{gap}/{score}" for number, score in paper.scores)
        lines.append(f"{gap}{times}{gap}:{gap}{said}{gap}{draw(st.sampled_from(['', ' # [said](so)']))}")
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


@given(elections(), st.data())
def test_whatever_is_written_is_read_back(election, data):
    read = read_abif(written(election, data.draw))
    assert (read.names, read.papers) == (election.names, election.papers)


@given(st.one_of(nasty_text, st.text('0123456789:>=,/[]"{}#*AB \n\\'), st.sampled_from(samples())))
def test_anything_else_is_ballots_or_one_sentence(content):
    try:
        election = read_abif(content)
    except ElectionError as error:
        assert error_text(error, "en")  # noqa: PT017  # either way is right
    else:
        assert election.ballots_n > 0


@given(elections(), st.sampled_from([Method.IRV, Method.SCHULZE, Method.BORDA, Method.PLURALITY, Method.STAR]))
def test_whatever_is_read_is_counted_or_refused_with_a_sentence(election, method):
    try:
        tally = election.count(method, tie_rule=TieRule.LOT, seed="x")
    except (NoScoresError, NoOrderError, EqualPlacesError):
        return
    assert tally.ballots_n == election.ballots_n
