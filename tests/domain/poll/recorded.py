"""Final polls and their ballots, drawn at random, for tests of what is kept of them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.bracket import OPENING, is_over, open_matches
from bot.domain.poll.knockout import begun_by, close_round
from bot.domain.poll.poll import Option, Poll, PollState
from bot.domain.poll.record import KeptBallot
from bot.domain.poll.rules import METHODS, SCORE_MAX, Method, PollKind, PollRules, Seeding, TieRule

OPENED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CLOSED = OPENED + timedelta(days=1)
SEED = "5eed" * 8
MEMBER = 730_000_000_000_000_001  # who asked, and who nominated
COUNTED = [kind for kind in PollKind if kind is not PollKind.BRACKET]  # brackets are counted round by round

plain_labels = st.text("abcd 車é", min_size=1, max_size=6)
nonces = st.binary(min_size=16, max_size=16).map(bytes.hex)


def final_poll(*, named=("Ran", "Tama", "Cosmo"), options=None, poll_id=7, **rules):
    """A poll that is final: single choice unless `rules` say something else."""
    return Poll(
        id=poll_id,
        guild_id=510_000_000_000_000_001,
        channel_id=620_000_000_000_000_001,
        question="Which car would you wake up for?",
        rules=PollRules(**rules),
        options=options or tuple(Option(number, label, added_by=MEMBER) for number, label in enumerate(named, 1)),
        state=PollState.FINAL,
        created_by=MEMBER,
        created_at=OPENED,
        opens_at=OPENED,
        closes_at=CLOSED,
        closed_at=CLOSED,
        seed=SEED,
    )


def nonce(number):
    return f"{number:032x}"


def ballots_of(*values, aside=()):
    """Kept ballots that say what each of `values` says; those at the places `aside` are set aside."""
    return [
        KeptBallot(marks_of(said), nonce(place), is_set_aside=place in aside) for place, said in enumerate(values, 1)
    ]


@st.composite
def final_polls(draw, *, labels=plain_labels, ballots_min=0):
    """A final poll of any kind that is counted at once, and its ballots."""
    kind = draw(st.sampled_from(COUNTED))
    count = draw(st.integers(2, 6))
    named = draw(st.lists(labels, min_size=count, max_size=count))
    options = [Option(number, label) for number, label in enumerate(named, 1)]
    if count > 3 and draw(st.booleans()):
        options[-1] = Option(count, named[-1], merged_into=draw(st.integers(1, count - 2)))
        options[-2] = Option(count - 1, named[-2], is_removed=True)
    poll = final_poll(
        options=tuple(options),
        poll_id=draw(st.integers(1, 2**40)),
        kind=kind,
        method=draw(st.sampled_from(METHODS[kind])),
        choices_max=count if kind is PollKind.MULTIPLE else 1,
        labels=("so back", "so over") if kind is PollKind.VERDICT else None,
        tie_rule=draw(st.sampled_from(TieRule)),
        quorum=draw(st.none() | st.integers(1, 9)),
    )
    said = draw(st.lists(_marks(kind, count), min_size=ballots_min, max_size=9))
    hidden = draw(st.lists(nonces, min_size=len(said), max_size=len(said), unique=True))
    return poll, [
        KeptBallot(marks, one, is_set_aside=draw(st.integers(0, 5)) == 0)
        for marks, one in zip(said, hidden, strict=True)
    ]


def _marks(kind, count):
    numbers = st.lists(st.integers(1, count), min_size=1, max_size=count, unique=True)
    match kind:
        case PollKind.SINGLE:
            return st.integers(1, count).map(lambda number: ((number, 1),))
        case PollKind.MULTIPLE:
            return numbers.map(lambda chosen: marks_of(dict.fromkeys(chosen, 1)))
        case PollKind.RANKED:
            return numbers.map(lambda order: marks_of({number: place for place, number in enumerate(order, 1)}))
        case PollKind.SCORE:
            values = st.integers(0, SCORE_MAX)
        case _:
            values = st.sampled_from([1, -1])
    return st.dictionaries(st.integers(1, count), values, min_size=1).map(marks_of)


@st.composite
def final_brackets(draw, *, aside=False):
    """A bracket that is over, or was closed early, and its ballots; with `aside` some are set aside."""
    count = draw(st.integers(4, 9))
    seeding = draw(st.sampled_from(Seeding))
    poll = final_poll(
        named=[f"Car {number}" for number in range(1, count + 1)],
        kind=PollKind.BRACKET,
        method=Method.KNOCKOUT,
        seeding=seeding,
        round_length=timedelta(hours=1),
        tie_rule=draw(st.sampled_from(TieRule)),
    )
    said = [{} for _ in range(draw(st.integers(0, 6)))]
    if seeding is Seeding.VOTE:
        for one in said:
            favourites = draw(st.lists(st.integers(1, count), max_size=3, unique=True))
            one.update((OPENING + number, 1) for number in favourites)
    bracket = begun_by(poll, OPENED)
    for hour in range(1, draw(st.integers(0, 6)) + 1):
        if is_over(bracket):
            break
        for one in said:
            for match in open_matches(bracket):
                if draw(st.booleans()):
                    one[match.number] = draw(st.sampled_from(match.entries))
        profile = Counter(map(marks_of, said))
        bracket = close_round(replace(poll, bracket=bracket), profile, next_closes_at=OPENED + timedelta(hours=hour))
    hidden = draw(st.lists(nonces, min_size=len(said), max_size=len(said), unique=True))
    return replace(poll, bracket=bracket), [
        KeptBallot(marks_of(one), nonce, is_set_aside=aside and draw(st.booleans()))
        for one, nonce in zip(said, hidden, strict=True)
    ]
