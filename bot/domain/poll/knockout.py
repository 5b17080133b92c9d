"""What ballots do to a bracket: the order of its entries, the end of each round, its result, and a recount of it all.

What a ballot holds, and may hold, stands in `bot.domain.poll.bracket_marks`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.poll.ballot import Profile, lot
from bot.domain.poll.bracket import (
    OPENING,
    Bracket,
    Match,
    Round,
    begin,
    is_opening_vote,
    is_over,
    matches_of,
    next_matches,
    open_round,
    opening,
)
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import Method, Seeding, TieRule
from bot.domain.poll.tally import CountRound, Decision, Line, Tally

# Where a round has several matches, it is told by the one that was hardest to decide.
_HARDEST_LAST = (Decision.OUTRIGHT, Decision.SHARED, Decision.EARLIER_ROUNDS, Decision.LOT)


def begun_by(poll: Poll, closes_at: datetime) -> Bracket:
    """Return the bracket with which a poll opens: its first round, or its opening vote, until `closes_at`.

    Raises:
        ValueError: if fewer than two options stand.
    """
    if poll.rules.seeding is Seeding.VOTE:
        return opening(closes_at)
    return begin(seeded(_entries(poll), poll.rules.seeding, seed=poll.seed), closes_at)


def close_round(poll: Poll, profile: Profile, *, next_closes_at: datetime | None = None) -> Bracket:
    """Return a poll's bracket after the opening vote, or the round, that is open: with the next, or its final decided.

    A bracket that is closed early is played to its end by calling this until `is_over`: nobody votes in those rounds.

    Args:
        poll: whose.
        profile: all ballots.
        next_closes_at: when the next round ends, in aware UTC; needed unless this is the final.

    Raises:
        ValueError: if no round is open, or the next one has no end.
    """
    bracket, rules = poll.bracket or Bracket(), poll.rules
    if not is_opening_vote(bracket):
        return decide_round(bracket, profile, tie_rule=rules.tie_rule, seed=poll.seed, next_closes_at=next_closes_at)
    if next_closes_at is None or not bracket.rounds:
        raise ValueError("no opening vote is open, or the first round has no end")
    order = seeded(_entries(poll), rules.seeding, seed=poll.seed, votes=opening_votes(profile))
    return begin(order, next_closes_at)


def bracket_tally(poll: Poll, profile: Profile) -> Tally:
    """Return the result of a poll's bracket as it stands.

    One that is over is played again from the ballots alone: what was played is not believed but for when each round
    ended. While it runs, those that are still in are level; during the opening vote the favourites are told.

    Raises:
        ValueError: if its rounds are not those of a bracket with so many entries.
    """
    bracket, rules = poll.bracket or Bracket(), poll.rules
    ballots_n = sum(profile.values())
    if is_opening_vote(bracket):
        return _favourites(_entries(poll), opening_votes(profile), ballots_n)
    if not is_over(bracket):
        return result(with_votes(bracket, profile), ballots_n=ballots_n)
    playing = frozenset(bracket.order)
    entries = [option.number for option in poll.options if option.number in playing]
    order = seeded(entries, rules.seeding, seed=poll.seed, votes=opening_votes(profile))
    closes = [one.closes_at for one in bracket.rounds]
    again = replay(order, closes, profile, tie_rule=rules.tie_rule, seed=poll.seed)
    return result(again, ballots_n=ballots_n)


def _entries(poll: Poll) -> list[int]:
    return [option.number for option in poll.standing]


def _favourites(numbers: Sequence[int], votes: Mapping[int, int], ballots_n: int) -> Tally:
    ranked = sorted(numbers, key=lambda number: -votes.get(number, 0))
    tiers: dict[int, list[int]] = {}
    for number in ranked:
        tiers.setdefault(votes.get(number, 0), []).append(number)
    return Tally(
        method=Method.KNOCKOUT,
        ballots_n=ballots_n,
        winners=(),
        tiers=tuple(tuple(tier) for tier in tiers.values()),
        lines=tuple(Line(number, votes.get(number, 0), count=votes.get(number, 0)) for number in ranked),
        decided_by=Decision.OUTRIGHT if votes else Decision.NOBODY,
    )


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


def decide_round(
    bracket: Bracket, profile: Profile, *, tie_rule: TieRule, seed: str, next_closes_at: datetime | None = None
) -> Bracket:
    """Return a bracket with its open round decided, and with the next one, unless that was the final.

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
        bracket = decide_round(bracket, profile, tie_rule=tie_rule, seed=seed, next_closes_at=next_closes_at)
    return bracket


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
        winners=tiers[0] if is_over(bracket) and decided_by is not Decision.NOBODY else (),
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
