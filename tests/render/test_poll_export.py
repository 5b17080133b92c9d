import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll.bracket import OPENING, Bracket, Match, Round
from bot.domain.poll.poll import Option
from bot.domain.poll.record import Record, record_of
from bot.domain.poll.rules import Method, PollKind, Seeding
from bot.domain.wording import storable
from bot.render.poll_export import BYTE_ORDER_MARK, record_csv, record_json, safe_cell
from tests.domain.poll.recorded import CLOSED, ballots_of, final_poll, final_polls, nonce
from tests.nasty import nasty_text, samples

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def rows_of(record):
    content = record_csv(record)
    assert content.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(content.removeprefix(BYTE_ORDER_MARK), newline=""), strict=True))


def test_a_row_is_a_ballot_and_a_column_an_option():
    poll = final_poll(named=("Ran", "車"), kind=PollKind.RANKED, method=Method.IRV)
    record = record_of(poll, ballots_of({1: 2, 2: 1}, {1: 1}, aside={2}))
    head, *rows = rows_of(record)
    assert head == ["Ran", "車", "nonce", "receipt", "set_aside"]
    receipts = {ballot.nonce: ballot.receipt for ballot in record.ballots}
    assert sorted(rows, key=lambda row: row[2]) == [
        ["2", "1", nonce(1), receipts[nonce(1)], "0"],
        ["1", "", nonce(2), receipts[nonce(2)], "1"],
    ]


def test_a_verdict_is_told_in_the_words_of_the_poll():
    poll = final_poll(kind=PollKind.VERDICT, method=Method.WILSON, labels=("so back", "=over"))
    _, row = rows_of(record_of(poll, ballots_of({1: 1, 3: -1})))
    assert row[:3] == ["so back", "", "'=over"]


def test_a_bracket_has_a_column_for_each_match_and_for_the_opening_vote():
    matches = (Match(1, 1, None, winner=1), Match(2, 2, 3, winner=3, second_n=1))
    poll = replace(
        final_poll(
            kind=PollKind.BRACKET,
            method=Method.KNOCKOUT,
            seeding=Seeding.VOTE,
            round_length=timedelta(hours=1),
        ),
        bracket=Bracket((1, 2, 3), (Round(matches, CLOSED),)),
    )
    ballots = record_of(final_poll(), ballots_of({1: 1})).ballots
    ballots = (replace(ballots[0], marks=((2, 3), (OPENING + 1, 1))),)
    head, row = rows_of(Record(poll, ballots, "", {}))
    assert head[:4] == ["0: Ran", "0: Tama", "0: Cosmo", "2: Tama / Cosmo"]
    assert row[:4] == ["1", "", "", "Cosmo"]


@given(final_polls(labels=nasty_text))
def test_no_cell_is_a_formula_and_none_is_lost_whatever_options_are_called(drawn):
    poll, ballots = drawn
    head, *rows = rows_of(record_of(poll, ballots))
    assert len(rows) == len(ballots)
    assert all(len(row) == len(poll.options) + 3 for row in (head, *rows))
    for cell in (cell for row in (head, *rows) for cell in row):
        assert not cell.lstrip().startswith(FORMULAS)
        cell.encode()  # no half of a surrogate pair


@pytest.mark.parametrize("start", FORMULAS)
def test_what_begins_like_a_formula_gets_an_apostrophe(start):
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell(f" {start}1+1") == f"' {start}1+1"
    assert safe_cell(f"a{start}") == f"a{start}"


@given(st.one_of(nasty_text, st.sampled_from(samples())))
def test_nothing_else_in_a_cell_is_changed(content):
    assert safe_cell(content).removeprefix("'") == storable(content).removeprefix("'")


@given(final_polls())
def test_each_ballot_is_a_line_of_the_json(drawn):
    poll, ballots = drawn
    content = record_json(record_of(poll, ballots))
    assert content.endswith("}\n")
    document = json.loads(content)
    lines = content.splitlines()
    for ballot in document["ballots"]:
        (line,) = [line for line in lines if ballot["nonce"] in line]
        assert json.loads(line.strip().removesuffix(",")) == ballot


def test_names_are_written_as_they_are():
    assert "車" in record_json(record_of(final_poll(named=("車", "Ran")), []))


def test_nothing_in_an_export_says_who_voted_asked_or_nominated_or_where():
    options = (Option(1, "Ran", url="https://a.example", added_by=730_000_000_000_000_009), Option(2, "Tama"))
    poll = replace(final_poll(options=options), message_id=840_000_000_000_000_001, thread_id=840_000_000_000_000_002)
    record = record_of(poll, ballots_of({1: 1}))
    for content in (record_json(record), record_csv(record)):
        for hidden in ("7300000000", "5100000000", "6200000000", "8400000000"):
            assert hidden not in content
