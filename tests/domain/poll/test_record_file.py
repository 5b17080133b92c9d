import copy
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.poll.knockout import begun_by, close_round
from bot.domain.poll.record import record_of, verify
from bot.domain.poll.record_file import (
    BALLOTS_MAX,
    FieldMissingError,
    FieldTwiceError,
    FieldWrongError,
    NewerRecordError,
    NotJsonAtAllError,
    NotJsonError,
    RecordError,
    TooManyError,
    read_record,
)
from bot.domain.poll.rules import Method, PollKind
from bot.render.poll_export import record_json
from bot.text import LANGUAGES, error_text
from tests.domain.poll.recorded import CLOSED, OPENED, ballots_of, final_poll
from tests.nasty import nasty_text, samples

RECORD = record_json(
    record_of(final_poll(kind=PollKind.RANKED, method=Method.IRV), ballots_of({1: 1, 2: 2}, {3: 1}, aside={2}))
)


def changed(*path, to):
    """The record with another value at a path."""
    document = json.loads(RECORD)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return json.dumps(document)


def without(*path):
    document = json.loads(RECORD)
    place = document
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return json.dumps(document)


def refused(content):
    """Return the error, after it was told in every language."""
    with pytest.raises(RecordError) as raised:
        read_record(content)
    return told(raised.value)


def told(error):
    """Tell an error in every language, and return it."""
    for language in LANGUAGES:
        assert error_text(error, language)
    return error


def test_a_byte_order_mark_in_front_does_no_harm():
    assert read_record(f"\ufeff{RECORD}") == read_record(RECORD)


def test_what_is_no_json_is_named_with_its_line():
    error = refused(RECORD.replace('"digest"', "digest"))
    assert isinstance(error, NotJsonError)
    assert RECORD.splitlines()[error.params["line"] - 1].startswith('  "digest"')


@pytest.mark.parametrize("content", ["[" * 100_000, "9" * 10_000, "NaN", '{"a": Infinity}', "[" * 900 + "]" * 900])
def test_json_that_no_writer_makes_is_refused(content):
    refused(content)


def test_nan_and_depth_are_told_apart_from_slips():
    assert isinstance(refused("[" * 100_000), NotJsonAtAllError)
    assert isinstance(refused("NaN"), NotJsonAtAllError)


@pytest.mark.parametrize("content", ["{}", "[]", "null", "7", '"x"', '{"format": 1}', '{"format": "opml"}'])
def test_json_that_is_no_record_is_refused(content):
    assert type(refused(content)) in {RecordError, FieldWrongError}


def test_a_record_of_a_newer_version_says_so():
    error = refused(changed("format", to="paddock-poll/2"))
    assert isinstance(error, NewerRecordError)
    assert error.params == {"found": "paddock-poll/2"}


PATHS = [
    *[("poll",), ("question",), ("rules",), ("options",), ("seed",), ("opened_at",), ("closed_at",), ("result",)],
    *[("digest",), ("ballots",), ("options", 0, "number"), ("options", 0, "label"), ("options", 1, "merged_into")],
    *[("options", 2, "is_removed"), ("ballots", 1, "marks"), ("ballots", 0, "nonce"), ("ballots", 0, "receipt")],
    *[("ballots", 1, "set_aside")],
]


def place_of(path):
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


@pytest.mark.parametrize("path", PATHS, ids=place_of)
def test_a_field_that_is_missing_is_named(path):
    error = refused(without(*path))
    assert isinstance(error, FieldMissingError)
    assert error.params == {"where": place_of(path)}


@pytest.mark.parametrize("path", PATHS, ids=place_of)
@pytest.mark.parametrize("value", [3.5, [1, "x"], {"a": {}}, "\ud800", "x" * 5_000, -1, 10**30])
def test_a_field_that_holds_something_else_is_named(path, value):
    is_flexible = (path[-1] in {"options", "ballots"} and isinstance(value, list)) or isinstance(value, dict)
    if is_flexible and path[-1] in {"options", "ballots", "result", "rules"}:
        return  # these are lists and objects, and are looked into
    error = refused(changed(*path, to=value))
    assert isinstance(error, FieldWrongError)
    assert error.params["where"].startswith(place_of(path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("kind", "best"), ("method", "wilson"), ("method", 1), ("tie_rule", "coin"), ("choices_min", "1")],
        *[("choices_max", 0), ("is_secret", 1), ("quorum", "5"), ("quorum", 0), ("labels", [1, 2]), ("labels", ["a"])],
        *[("role_ids", ["x"]), ("round_length", "long"), ("reminder", 1e400), ("seeding", None)],
    ],
)
def test_rules_that_no_poll_has_are_refused(name, value):
    assert isinstance(refused(changed("rules", name, to=value)), RecordError)


@pytest.mark.parametrize(
    "marks", ["1", "1=", "=1", "1=1,1=2", "2=1,1=2", "01=1", "1=1,", "1= 1", "1=1=1", "１=1", "1=+1", "1=1_0", "x"]
)
def test_marks_are_taken_only_as_they_were_hashed(marks):
    error = refused(changed("ballots", 0, "marks", to=marks))
    assert error.params["where"] == ".ballots[0].marks"


@pytest.mark.parametrize("nonce", ["", "AB" * 16, "ab" * 15, "ab" * 17, "xy" * 16, f"{'ab' * 16}\n"])
def test_a_nonce_is_taken_only_as_it_was_hashed(nonce):
    assert refused(changed("ballots", 0, "nonce", to=nonce)).params["where"] == ".ballots[0].nonce"


def test_a_field_that_stands_twice_is_refused_since_readers_would_differ():
    content = RECORD.replace('"seed":', '"seed": "00", "seed":')
    assert isinstance(refused(content), FieldTwiceError)


def test_options_have_numbers_of_their_own_and_are_merged_into_ones_that_there_are():
    document = json.loads(RECORD)
    document["options"].append(document["options"][0])
    assert refused(json.dumps(document)).params["where"] == ".options[3].number"
    assert refused(changed("options", 0, "merged_into", to=9)).params["where"] == ".options[0].merged_into"


def test_there_is_a_limit_on_everything():
    option = json.loads(RECORD)["options"][0]
    for count in (101, 1_001):
        many = [{**option, "number": number} for number in range(1, count + 1)]
        assert isinstance(refused(changed("options", to=many)), TooManyError)
    error = refused(RECORD.replace('"ballots": [', f'"ballots": [{"0," * BALLOTS_MAX}'))
    assert isinstance(error, TooManyError)
    assert error.params == {"where": ".ballots", "limit": BALLOTS_MAX}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | nasty_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(document, path=()):
    """Yield the path to everything in a document."""
    inside = document.items() if isinstance(document, dict) else enumerate(document)
    for step, value in inside:
        yield (*path, step)
        if isinstance(value, dict | list):
            yield from places(value, (*path, step))


def bracket_record():
    """A record of a bracket of four whose first round is over, with a ballot set aside."""
    poll = final_poll(named=[*"abcd"], kind=PollKind.BRACKET, method=Method.KNOCKOUT, round_length=timedelta(hours=1))
    poll = replace(poll, bracket=begun_by(poll, OPENED))
    bracket = close_round(poll, {((1, 1),): 1}, next_closes_at=CLOSED)
    return record_json(record_of(replace(poll, bracket=bracket), ballots_of({1: 1}, {2: 3}, aside={2})))


EVERYWHERE = [
    (document, path)
    for document in (json.loads(RECORD), json.loads(bracket_record()))
    for path in sorted(places(document), key=repr)
]


@settings(max_examples=100)
@given(st.sampled_from(EVERYWHERE), st.one_of(values, st.integers(0, 9), st.just([])))
def test_whatever_stands_wherever_ends_in_one_sentence_or_in_a_record_that_is_right(place, value):
    whole, path = place
    document = copy.deepcopy(whole)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    try:
        verify(read_record(json.dumps(document)))
    except PaddockError as error:
        told(error)


@pytest.mark.parametrize("content", samples(), ids=lambda content: repr(content[:12]))
def test_nasty_text_is_no_record(content):
    refused(content)
