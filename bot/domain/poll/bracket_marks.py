"""What a ballot may say of a bracket: taps on open matches, and nothing else of those that are over.

A ballot holds one mark for each match that its voter judged, (match number, option number), and for each favourite of
the opening vote. It grows from round to round; what it says of a round that is over is never changed or withdrawn, so
the ballots at the end, played again from nothing, give the same bracket.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import (
    BadMarkError,
    EmptyBallotError,
    Marks,
    OptionGoneError,
    TooManyChosenError,
    marks_of,
)
from bot.domain.poll.bracket import OPENING, Bracket, is_opening_vote, matches_of, open_matches, open_round
from bot.domain.poll.poll import Poll

# An eighth of the largest field: enough to say who must not meet early, few enough to be chosen in one go.
FAVOURITES_MAX = 8
TAKEN_BACK = 0  # as the value of a tap: what was said of this match is not said any more


class RoundOverError(PaddockError):
    """The round of this match, or the opening vote, is over."""

    message_id = "poll.error.round_over"


def check_bracket_marks(
    poll: Poll, old: Marks, new: Marks, *, at: datetime, favourites_max: int = FAVOURITES_MAX
) -> Marks:
    """Return a member's ballot after some taps, each of which may be the same as before.

    Args:
        poll: whose bracket it is, open at `at` (`Poll.check_open`).
        old: the member's ballot so far.
        new: what was tapped: (match number, option number), or in the opening vote (1000 + option number, 1). With
            `TAKEN_BACK` as its value a mark is taken back. What is not tapped stays as it was.
        at: when, in aware UTC.
        favourites_max: how many the opening vote lets each member name.

    Raises:
        EmptyBallotError: if nothing was tapped.
        RoundOverError: if something else is said of a match that is not open (any more), or of the order after the
            opening vote.
        OptionGoneError: for a favourite that does not stand.
        BadMarkError: for an option that does not play in the match, or a match that does not exist.
        TooManyChosenError: for too many favourites.
    """
    if not new:
        raise EmptyBallotError
    said = dict(old)
    taps = {key: value for key, value in new if said.get(key, TAKEN_BACK) != value}
    bracket = poll.bracket or Bracket()
    running = open_round(bracket)
    is_open = running is not None and at < running.closes_at
    if taps and is_opening_vote(bracket):
        standing = {option.number for option in poll.standing}
        _check_favourites(taps, standing, is_open=is_open)
    elif taps:
        _check_taps(bracket, taps, is_open=is_open)
    marks = marks_of({key: value for key, value in (said | taps).items() if value != TAKEN_BACK})
    given = sum(1 for key, _ in marks if key > OPENING)
    if is_opening_vote(bracket) and given > favourites_max:
        raise TooManyChosenError(most=favourites_max, given=given)
    return marks


def _check_favourites(taps: Mapping[int, int], standing: Collection[int], *, is_open: bool) -> None:
    for key, value in taps.items():
        if value not in {1, TAKEN_BACK} or key <= OPENING:
            raise BadMarkError
        if value and key - OPENING not in standing:
            raise OptionGoneError
    if not is_open:
        raise RoundOverError


def _check_taps(bracket: Bracket, taps: Mapping[int, int], *, is_open: bool) -> None:
    known = {match.number: match for match in matches_of(bracket)}
    playing = {match.number for match in open_matches(bracket)} if is_open else set[int]()
    for key, value in taps.items():
        if key > OPENING:
            raise RoundOverError
        match = known.get(key)
        if match is None or match.is_bye or value not in {*match.entries, TAKEN_BACK}:
            raise BadMarkError
        if key not in playing:
            raise RoundOverError


def withdrawn(bracket: Bracket, marks: Marks, *, at: datetime) -> Marks:
    """Return what stays of a ballot that is withdrawn: what it says of rounds that are over at `at`."""
    running = open_round(bracket)
    if running is None or at >= running.closes_at:
        return marks
    if is_opening_vote(bracket):
        return ()
    playing = {match.number for match in running.matches}
    return tuple((key, value) for key, value in marks if key not in playing)


def fits(bracket: Bracket, marks: Marks, *, favourites_max: int = FAVOURITES_MAX) -> bool:
    """Tell whether a ballot could have been cast: it names matches that were played, and entries that played them."""
    known = {match.number: match.entries for match in matches_of(bracket) if not match.is_bye}
    favourites = [(key - OPENING, value) for key, value in marks if key > OPENING]
    judged = [(key, value) for key, value in marks if key <= OPENING]
    entries = frozenset(bracket.order)
    return (
        all(value in known.get(key, ()) for key, value in judged)
        and all(value == 1 and (number in entries or not entries) for number, value in favourites)
        and len(favourites) <= favourites_max
    )
