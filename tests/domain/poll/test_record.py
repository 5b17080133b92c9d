import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import digest_of, from_canonical, receipt_of
from bot.domain.poll.knockout import begun_by
from bot.domain.poll.poll import Option, PollState
from bot.domain.poll.record import (
    BallotChangedError,
    BallotImpossibleError,
    BallotTwiceError,
    DigestDiffersError,
    DigestUnexpectedError,
    KeptBallot,
    NotFinalError,
    ReceiptMissingError,
    ResultDiffersError,
    WinnerDiffersError,
    record_of,
    verify,
)
from bot.domain.poll.record_file import read_record
from bot.domain.poll.rules import Method, PollKind
from bot.render.poll_export import record_json
from tests.domain.poll.recorded import ballots_of, final_brackets, final_poll, final_polls, nonce, nonces


def document_of(poll, ballots):
    """A record as it stands in its file."""
    return json.loads(record_json(record_of(poll, ballots)))


def recounted(document, **options):
    return verify(read_record(json.dumps(document)), **options)


def voted(*chosen, aside=()):
    """A record of single choice in which `chosen` were voted for."""
    return document_of(final_poll(), ballots_of(*({number: 1} for number in chosen), aside=aside))


@given(final_polls())
def test_a_record_is_read_back_as_it_was_written_and_found_right(drawn):
    poll, ballots = drawn
    record = record_of(poll, ballots)
    read = read_record(record_json(record))
    assert read == record
    recount = verify(read, expect=record.digest)
    assert recount.is_expected
    assert list(recount.tally.winners) == record.result["winners"]


@given(final_polls(ballots_min=2), st.randoms(use_true_random=False))
def test_the_order_of_the_ballots_changes_nothing(drawn, chance):
    poll, ballots = drawn
    mixed = ballots.copy()
    chance.shuffle(mixed)
    assert record_json(record_of(poll, mixed)) == record_json(record_of(poll, ballots))


@given(final_polls(ballots_min=1), st.data())
def test_every_voter_finds_the_own_ballot_by_its_receipt(drawn, data):
    poll, ballots = drawn
    mine = data.draw(st.sampled_from(ballots))
    receipt = receipt_of(poll.id, mine.nonce, ",".join(f"{number}={value}" for number, value in mine.marks))
    found = recounted(document_of(poll, ballots), receipt=receipt).found
    assert (found.marks, found.nonce, found.is_set_aside) == (mine.marks, mine.nonce, mine.is_set_aside)


def remove_one(document, data):
    document["ballots"].remove(data.draw(st.sampled_from(document["ballots"])))


def add_a_copy(document, data):
    document["ballots"].append(data.draw(st.sampled_from(document["ballots"])))


def add_a_new_one(document, data):
    marks = data.draw(st.sampled_from(document["ballots"]))["marks"]
    hidden = data.draw(nonces)
    receipt = receipt_of(document["poll"], hidden, marks)
    document["ballots"].append({"marks": marks, "nonce": hidden, "receipt": receipt, "set_aside": False})


def change_marks(document, data):
    ballot = data.draw(st.sampled_from(document["ballots"]))
    number, value = from_canonical(ballot["marks"])[0]
    ballot["marks"] = data.draw(st.sampled_from(["", f"{number + 1}={value}", f"{number}={value + 1}", "1=1"]))


def change_the_nonce(document, data):
    data.draw(st.sampled_from(document["ballots"]))["nonce"] = data.draw(nonces)


def change_the_receipt(document, data):
    receipt = sha256(data.draw(nonces).encode()).hexdigest()
    data.draw(st.sampled_from(document["ballots"]))["receipt"] = receipt


def change_whether_it_counts(document, data):
    ballot = data.draw(st.sampled_from(document["ballots"]))
    ballot["set_aside"] = not ballot["set_aside"]


def change_the_digest(document, data):
    document["digest"] = sha256(data.draw(nonces).encode()).hexdigest()


def change_the_poll(document, data):
    document["poll"] += data.draw(st.integers(1, 9))


def change_the_winner(document, data):
    numbers = [option["number"] for option in document["options"]]
    document["result"]["winners"] = data.draw(st.lists(st.sampled_from(numbers), unique=True))


def change_a_score(document, data):
    data.draw(st.sampled_from(document["result"]["lines"]))["score"] += data.draw(st.integers(1, 9))


def change_how_many_voted(document, data):
    document["result"]["ballots"] += data.draw(st.integers(1, 9))


def change_what_decided(document, data):
    document["result"]["decided_by"] = data.draw(st.sampled_from(["nobody", "outright", "shared", "lot", "x"]))


CHANGES = [
    *[remove_one, add_a_copy, add_a_new_one, change_marks, change_the_nonce, change_the_receipt],
    *[change_whether_it_counts, change_the_digest, change_the_poll, change_the_winner, change_a_score],
    *[change_how_many_voted, change_what_decided],
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@settings(max_examples=40)  # of each
@given(drawn=final_polls(ballots_min=1), data=st.data())
def test_any_single_change_of_a_record_is_found(change, drawn, data):
    document = document_of(*drawn)
    before = json.dumps(document)
    change(document, data)
    assume(json.dumps(document) != before)
    with pytest.raises(PaddockError):
        recounted(document)


@given(final_polls(ballots_min=2), st.data())
def test_a_record_that_was_forged_as_a_whole_is_found_by_the_digest_that_was_posted(drawn, data):
    poll, ballots = drawn
    posted = record_of(poll, ballots).digest
    ballots.remove(data.draw(st.sampled_from(ballots)))
    forged = document_of(poll, ballots)
    assert not recounted(forged).is_expected
    with pytest.raises(DigestUnexpectedError):
        recounted(forged, expect=posted)


def test_a_receipt_and_the_digest_are_made_as_the_document_says():
    document = voted(2)
    (ballot,) = document["ballots"]
    assert ballot["receipt"] == sha256(f"paddock-ballot-1\n7\n{nonce(1)}\n2=1".encode()).hexdigest()
    assert document["digest"] == sha256(f"{ballot['receipt']}\n".encode()).hexdigest()


def test_what_is_wrong_is_named():
    document = voted(1, 1, 2)
    document["ballots"][1]["marks"] = "3=1"
    with pytest.raises(BallotChangedError) as raised:
        recounted(document)
    assert raised.value.params["where"] == ".ballots[1]"

    document = voted(1, 1, 2)
    document["ballots"].append(document["ballots"][0])
    with pytest.raises(BallotTwiceError):
        recounted(document)

    document = voted(1, 1, 2)
    del document["ballots"][0]
    with pytest.raises(DigestDiffersError):
        recounted(document)

    document = voted(1, 1, 2)
    document["result"]["winners"] = [2]
    with pytest.raises(WinnerDiffersError) as raised:
        recounted(document)
    assert raised.value.params == {"stated": "Tama", "counted": "Ran"}

    document = voted(1, 1, 2)
    document["result"]["lines"][1]["score"] = 3
    with pytest.raises(ResultDiffersError) as raised:
        recounted(document)
    assert raised.value.params == {"where": ".result.lines[1].score", "stated": "3", "counted": "1"}

    with pytest.raises(ReceiptMissingError):
        recounted(voted(1, 1, 2), receipt="ab" * 32)


@pytest.mark.parametrize("marks", ["1=1,2=1", "4=1", "1=2", "1=-1", "1001=1"])
def test_a_ballot_that_nobody_could_cast_is_found_even_if_all_else_fits(marks):
    document = voted(1)
    (ballot,) = document["ballots"]
    ballot["marks"], ballot["receipt"] = marks, receipt_of(7, ballot["nonce"], marks)
    document["digest"] = digest_of([ballot["receipt"]])
    with pytest.raises(BallotImpossibleError):
        recounted(document)


def test_ballots_that_were_set_aside_are_in_the_digest_and_do_not_count():
    document = voted(1, 2, 2, aside={2, 3})
    assert document["result"]["winners"] == [1]
    assert (document["result"]["ballots"], document["result"]["set_aside"]) == (1, 2)
    assert document["digest"] == voted(1, 2, 2)["digest"]
    recounted(document)


def test_what_was_merged_and_removed_since_counts_as_it_was_decided_and_ballots_stay_as_they_were_cast():
    options = (Option(1, "Ran"), Option(2, "ran", merged_into=1), Option(3, "spam", is_removed=True), Option(4, "Tama"))
    document = document_of(final_poll(options=options), ballots_of({1: 1}, {2: 1}, {3: 1}, {4: 1}))
    assert document["result"]["winners"] == [1]
    assert sorted(ballot["marks"] for ballot in document["ballots"]) == ["1=1", "2=1", "3=1", "4=1"]
    recounted(document)
    document["options"][1]["merged_into"] = 4
    with pytest.raises(WinnerDiffersError):
        recounted(document)


def test_the_record_says_whether_the_quorum_was_met():
    met = {}
    for quorum in (None, 2, 3):
        poll = final_poll(quorum=quorum)
        met[quorum] = document_of(poll, ballots_of({1: 1}, {1: 1}))["result"]["is_quorum_met"]
    assert met == {None: None, 2: True, 3: False}


def test_a_poll_in_which_nobody_voted_has_a_record_too():
    document = voted()
    assert document["ballots"] == []
    assert document["result"]["winners"] == []
    assert document["digest"] == sha256(b"").hexdigest()
    recounted(document)


@pytest.mark.parametrize("method", [Method.SCHULZE, Method.IRV, Method.BORDA])
def test_rounds_and_the_pairwise_table_stand_in_the_record_and_are_counted_again(method):
    poll = final_poll(kind=PollKind.RANKED, method=method)
    document = document_of(poll, ballots_of({1: 1, 2: 2}, {2: 1}, {3: 1, 2: 2}))
    table = "rounds" if method is Method.IRV else "pairwise"
    first = document["result"][table][0]["totals"] if method is Method.IRV else document["result"][table]["1"]
    first["2"] += 1
    with pytest.raises(ResultDiffersError):
        recounted(document)


def test_only_a_final_poll_has_a_record():
    with pytest.raises(NotFinalError):
        record_of(replace(final_poll(), state=PollState.CLOSED), [])


def test_ballots_that_are_not_those_of_the_posted_digest_make_no_record():
    poll = replace(final_poll(), digest=record_of(final_poll(), ballots_of({1: 1})).digest)
    assert record_of(poll, ballots_of({1: 1})).digest == poll.digest
    with pytest.raises(DigestDiffersError):
        record_of(poll, ballots_of({1: 1}, {2: 1}))


def test_a_flag_is_no_number_in_a_result():
    document = voted(1)
    document["result"]["ballots"] = True
    with pytest.raises(ResultDiffersError):
        recounted(document)


def test_a_ballot_knows_no_member():
    assert set(KeptBallot.__slots__) == {"marks", "nonce", "is_set_aside"}


@settings(max_examples=40)
@given(final_brackets())
def test_a_bracket_is_played_again_from_its_ballots(drawn):
    poll, ballots = drawn
    record = record_of(poll, ballots)
    read = read_record(record_json(record))
    assert read == record
    verify(read, expect=record.digest)


@settings(max_examples=40)
@given(final_brackets(aside=True))
def test_a_bracket_is_counted_without_the_ballots_that_were_set_aside(drawn):
    poll, ballots = drawn
    recount = verify(read_record(record_json(record_of(poll, ballots))))
    assert recount.tally.ballots_n == sum(not ballot.is_set_aside for ballot in ballots)


def turn_a_match(document, data):
    match = data.draw(st.sampled_from([match for one in document["bracket"]["rounds"] for match in one["matches"]]))
    match["winner"] = data.draw(st.sampled_from([match["first"], match["second"], None]))


def change_the_votes_of_a_match(document, data):
    match = data.draw(st.sampled_from([match for one in document["bracket"]["rounds"] for match in one["matches"]]))
    match[data.draw(st.sampled_from(["first_n", "second_n"]))] += 1


def change_the_order(document, data):
    document["bracket"]["order"] = data.draw(st.permutations(document["bracket"]["order"]))


def leave_one_out(document, data):
    document["bracket"]["order"].remove(data.draw(st.sampled_from(document["bracket"]["order"])))


def leave_a_round_out(document, data):
    document["bracket"]["rounds"].remove(data.draw(st.sampled_from(document["bracket"]["rounds"])))


def change_who_meets(document, data):
    matches = document["bracket"]["rounds"][0]["matches"]
    one, other = data.draw(st.sampled_from(matches)), data.draw(st.sampled_from(matches))
    one["first"], other["first"] = other["first"], one["first"]


TURNS = [
    *[turn_a_match, change_the_votes_of_a_match, change_the_order, leave_one_out, leave_a_round_out, change_who_meets],
    *[remove_one, change_the_nonce, change_the_receipt, change_the_digest, change_the_winner],
]


@pytest.mark.parametrize("change", TURNS, ids=lambda change: change.__name__)
@settings(max_examples=25)  # of each
@given(drawn=final_brackets(), data=st.data())
def test_any_single_change_of_a_bracket_is_found(change, drawn, data):
    poll, ballots = drawn
    assume(ballots and poll.bracket.order)
    document = document_of(poll, ballots)
    before = json.dumps(document)
    change(document, data)
    assume(json.dumps(document) != before)
    with pytest.raises(PaddockError):
        recounted(document)


def test_a_vote_on_somebody_who_did_not_play_is_found_even_if_all_else_fits():
    poll = final_poll(named=[*"abcd"], kind=PollKind.BRACKET, method=Method.KNOCKOUT, round_length=timedelta(hours=1))
    document = document_of(replace(poll, bracket=begun_by(poll, poll.opens_at)), ballots_of({1: 1}))
    (ballot,) = document["ballots"]
    ballot["marks"], ballot["receipt"] = "1=2", receipt_of(7, ballot["nonce"], "1=2")
    document["digest"] = digest_of([ballot["receipt"]])
    with pytest.raises(BallotImpossibleError):
        recounted(document)
