"""What ballots do to a bracket: the order of its entries, the end of each round, its result, and a recount of it all.

A ballot holds one mark for each match that its voter judged: (match number, option number). It grows from round to
round, and what it says of a round that is over is never changed or withdrawn; so the ballots at the end, played again
from nothing, give the same bracket.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import (
    BadMarkError,
    EmptyBallotError,
    Marks,
    OptionGoneError,
    Profile,
    TooManyChosenError,
    lot,
    marks_of,
)
from bot.domain.poll.bracket import (
    OPENING,
    Bracket,
    Match,
    Round,
    begin,
    is_opening_vote,
    matches_of,
    next_matches,
    open_matches,
    open_round,
)
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import Method, Seeding, TieRule
from bot.domain.poll.tally import CountRound, Decision, Line, Tally

# An eighth of the largest field: enough to say who must not meet early, few enough to be chosen in one go.
FAVOURITES_MAX = 8
TAKEN_BACK = 0  # as the value of a tap: what was said of this match is not said any more
# Where a round has several matches, it is told by the one that was hardest to decide.
_HARDEST_LAST = (Decision.OUTRIGHT, Decision.SHARED, Decision.EARLIER_ROUNDS, Decision.LOT)


class RoundOverError(PaddockError):
    """The round of this match, or the opening vote, is over."""

    message_id = "poll.error.round_over"


def seeded(
    numbers: Iterable[int], seeding: Seeding, *, seed: str, votes: Mapping[int, int] | None = None
) -> tuple[int, ...]:
    """Return the entries, the strongest first.

    Args:
        numbers: the options, in the order in which they were typed.
        seeding: what makes the order.
        seed: of the lot, which also orders those that are level in the opening vote.
        votes: of the opening vote (`opening_votes`).
    """
    if seeding is Seeding.ORDER:
        return tuple(numbers)
    drawn = lot(seed, numbers)
    if seeding is Seeding.LOT:
        return tuple(drawn)
    counted = votes or {}
    return tuple(sorted(drawn, key=lambda number: -counted.get(number, 0)))


def opening_votes(profile: Profile) -> Counter[int]:
    """Return how many named each option as a favourite."""
    found: Counter[int] = Counter()
    for marks, times in profile.items():
        for key, value in marks:
            if key > OPENING and value == 1:
                found[key - OPENING] += times
    return found


def votes_of(profile: Profile, match: Match) -> tuple[int, int]:
    """Return the votes of a match's first and second entry."""
    votes = _votes(profile)
    return _of(votes, match)


def _votes(profile: Profile) -> Counter[tuple[int, int]]:
    votes: Counter[tuple[int, int]] = Counter()
    for marks, times in profile.items():
        for mark in marks:
            votes[mark] += times
    return votes


def _of(votes: Mapping[tuple[int, int], int], match: Match) -> tuple[int, int]:
    second_n = 0 if match.second is None else votes.get((match.number, match.second), 0)
    return (0 if match.is_bye else votes.get((match.number, match.first), 0)), second_n


def with_votes(bracket: Bracket, profile: Profile) -> Bracket:
    """Return the bracket with the votes of its open round as they stand, nothing of it decided; for showing it."""
    found = open_round(bracket)
    if found is None:
        return bracket
    votes = _votes(profile)
    return replace(bracket, rounds=(*bracket.rounds[:-1], _told(found, votes)))


def _told(one: Round, votes: Mapping[tuple[int, int], int]) -> Round:
    matches = [
        replace(match, first_n=first_n, second_n=second_n)
        for match in one.matches
        for first_n, second_n in [_of(votes, match)]
    ]
    return replace(one, matches=tuple(matches))


def close_round(
    bracket: Bracket, profile: Profile, *, tie_rule: TieRule, seed: str, next_closes_at: datetime | None = None
) -> Bracket:
    """Return the bracket with its open round decided, and with the next one, unless that was the final.

    More votes win a match. Of two that are level the one wins that had more votes in the latest earlier round in which
    they differ, among the rounds that both of them played; then the lot. A final that is level is shared, if such is
    the rule.

    Args:
        bracket: past its opening vote (`seeded` and `begin` end that).
        profile: all ballots.
        tie_rule: whether a final can be shared.
        seed: of the lot.
        next_closes_at: when the next round ends, in aware UTC; needed unless this is the final.

    Raises:
        ValueError: if no round is open, or the next one has no end.
    """
    found = open_round(bracket)
    if found is None or is_opening_vote(bracket):
        raise ValueError("no round is open")
    votes = _votes(profile)
    can_share = tie_rule is TieRule.SHARED and bracket.final is not None
    earlier = bracket.rounds[:-1]
    decided = [
        match if match.is_bye else _decided(match, earlier, seed=seed, can_share=can_share)
        for match in _told(found, votes).matches
    ]
    rounds = (*earlier, replace(found, matches=tuple(decided)))
    if bracket.final is None:
        if next_closes_at is None:
            raise ValueError("the next round has no end")
        rounds = (*rounds, Round(next_matches(decided), next_closes_at))
    return replace(bracket, rounds=rounds)


def _decided(match: Match, earlier: Sequence[Round], *, seed: str, can_share: bool) -> Match:
    if match.first_n != match.second_n:
        return _won(match, match.first_n > match.second_n, Decision.OUTRIGHT)
    if can_share:
        return replace(match, decided_by=Decision.SHARED)
    for one in reversed(earlier):
        got = {
            number: votes
            for past in one.to_play
            for number, votes in zip(past.entries, (past.first_n, past.second_n), strict=True)
        }
        # Whoever had a bye got no votes in that round, which says nothing.
        if all(number in got for number in match.entries) and len({got[number] for number in match.entries}) > 1:
            return _won(
                match, got[match.first] == max(got[number] for number in match.entries), Decision.EARLIER_ROUNDS
            )
    return _won(match, lot(seed, match.entries)[0] == match.first, Decision.LOT)


def _won(match: Match, is_first: bool, decided_by: Decision) -> Match:  # noqa: FBT001  # private, and read at once
    return replace(match, winner=match.first if is_first else match.second, decided_by=decided_by)


def replay(
    order: Sequence[int], closes: Sequence[datetime], profile: Profile, *, tie_rule: TieRule, seed: str
) -> Bracket:
    """Return a bracket played from nothing: whoever has the ballots gets what was played.

    Args:
        order: the entries, the strongest first.
        closes: when each round ended, as many as there are rounds.
        profile: all ballots as they were at the end.
        tie_rule: whether a final can be shared.
        seed: of the lot.

    Raises:
        ValueError: if the order is no field, or `closes` are not as many as its rounds.
    """
    if not closes:
        raise ValueError("a bracket has a round")
    bracket = begin(order, closes[0])
    if len(closes) != bracket.rounds_n:
        raise ValueError("a bracket has as many ends as rounds")
    for next_closes_at in (*closes[1:], None):
        bracket = close_round(bracket, profile, tie_rule=tie_rule, seed=seed, next_closes_at=next_closes_at)
    return bracket


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


def result(bracket: Bracket, *, ballots_n: int) -> Tally:
    """Return how far each entry came. Before the final is decided there is no winner.

    The tiers are the winner, the other finalist, those who lost the semi-finals, and so on; entries that are still in
    are level at the top. A line's score is how many rounds the entry came through, its count all votes that it got.
    The rounds are told without byes.
    """
    score: Counter[int] = Counter(dict.fromkeys(bracket.order, 0))
    votes: Counter[int] = Counter()
    for match in matches_of(bracket):
        if match.winner is not None:
            score[match.winner] += 1
        elif match.decided_by is Decision.SHARED:
            score.update(match.entries)
        votes.update(dict(zip(match.entries, (match.first_n, match.second_n), strict=False)))
    ranked = sorted(bracket.order, key=lambda number: -score[number])
    by_score: dict[int, list[int]] = {}
    for number in ranked:
        by_score.setdefault(score[number], []).append(number)
    tiers = [tuple(tier) for tier in by_score.values()]
    final = bracket.final
    decided_by = Decision.OUTRIGHT if final is None or final.decided_by is None else final.decided_by
    if not votes.total():
        # What nobody judged was decided by lot alone, and wins nothing.
        tiers, decided_by = [bracket.order] if bracket.order else [], Decision.NOBODY
    return Tally(
        method=Method.KNOCKOUT,
        ballots_n=ballots_n,
        winners=tiers[0] if bracket.is_over and decided_by is not Decision.NOBODY else (),
        tiers=tuple(tiers),
        lines=tuple(Line(number, score[number], count=votes[number]) for number in ranked),
        decided_by=decided_by,
        rounds=tuple(
            _count_round(one) for one in bracket.rounds if all(match.is_over for match in one.matches) and one.matches
        ),
    )


def _count_round(one: Round) -> CountRound:
    totals = {
        number: votes
        for match in one.to_play
        for number, votes in zip(match.entries, (match.first_n, match.second_n), strict=True)
    }
    out = tuple(number for match in one.matches for number in match.losers)
    decisions = [match.decided_by for match in one.to_play if match.decided_by is not None]
    return CountRound(totals, out, decided_by=max(decisions, key=_HARDEST_LAST.index, default=Decision.OUTRIGHT))
