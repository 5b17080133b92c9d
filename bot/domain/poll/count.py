"""Counting: the one door to all methods."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from bot.domain.poll.ballot import Profile
from bot.domain.poll.borda import borda
from bot.domain.poll.irv import irv
from bot.domain.poll.knockout import bracket_tally
from bot.domain.poll.plurality import plurality
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.schulze import schulze
from bot.domain.poll.score import score_sum, star
from bot.domain.poll.tally import Decision, Line, Tally
from bot.domain.poll.ties import Ties
from bot.domain.poll.verdict import verdict

_Counting: TypeAlias = Callable[[Sequence[int], Profile, Ties], Tally]

_COUNTING: Mapping[Method, _Counting] = {
    Method.PLURALITY: plurality,
    Method.SCHULZE: schulze,
    Method.IRV: irv,
    Method.BORDA: borda,
    Method.SUM: score_sum,
    Method.STAR: star,
    Method.WILSON: verdict,
}


def count(method: Method, numbers: Sequence[int], profile: Profile, *, tie_rule: TieRule, seed: str) -> Tally:
    """Return the result of `profile` by one method.

    Where ties are shared, those that are level win together. Otherwise one wins: earlier rounds decide where a method
    has them, then the lot, of which the first is ahead (`bot.domain.poll.ballot.lot`).

    Args:
        method: how it is counted; a knock-out is counted round by round (`bot.domain.poll.knockout`).
        numbers: the options that stand, in their order; options that nobody named are among them.
        profile: the ballots as they count (`bot.domain.poll.ballot.counted`), each pair of an option that stands. In
            ranked ballots options may share a place.
        tie_rule: what is done about options that are level.
        seed: of the lot.

    Raises:
        EqualPlacesError: by instant run-off, if a ballot puts two options first at the same time.
        KeyError: if a ballot names an option that does not stand.
        ValueError: for a knock-out, and for places that no ballot has.
    """
    counting = _COUNTING.get(method)
    if counting is None:
        raise ValueError(f"{method} is not counted from a profile")
    if not any(marks and times for marks, times in profile.items()):
        return Tally(
            method=method,
            ballots_n=sum(profile.values()),
            winners=(),
            tiers=(tuple(numbers),) if numbers else (),
            lines=tuple(Line(number, score=0) for number in numbers),
            decided_by=Decision.NOBODY,
        )
    return counting(numbers, profile, Ties(tie_rule, seed))


def tally(poll: Poll, profile: Profile) -> Tally:
    """Return the result of a poll whose ballots, as they count, are `profile`."""
    rules = poll.rules
    if rules.method is Method.KNOCKOUT:
        return bracket_tally(poll, profile)
    numbers = [option.number for option in poll.standing]
    return count(rules.method, numbers, profile, tie_rule=rules.tie_rule, seed=poll.seed)
