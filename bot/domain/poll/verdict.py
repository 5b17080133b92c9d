"""Verdicts: each option judged one way or the other, ordered by how sure the share is."""

from collections.abc import Sequence
from math import sqrt

from bot.domain.poll.ballot import Profile
from bot.domain.poll.rules import Method
from bot.domain.poll.tally import Line, Tally
from bot.domain.poll.ties import Ties, result, tiers_by

# The 97.5th percentile of the normal distribution, for an interval of 95 %.
Z = 1.959963984540054


def verdict(numbers: Sequence[int], profile: Profile, ties: Ties) -> Tally:
    """Order options by the Wilson lower bound of the share that judged them the first way.

    So 40 of 50 come before 2 of 2. Where nobody judged the first way, the bound is 0, and the fewer judged the other
    way the better; those that nobody judged come last. A line's score is the bound.
    """
    judged_for = dict.fromkeys(numbers, 0)
    judged_against = dict.fromkeys(numbers, 0)
    for marks, times in profile.items():
        for number, way in marks:
            judged = judged_for if way > 0 else judged_against
            judged[number] += times
    lines: dict[int, Line] = {}
    keys: dict[int, tuple[bool, float, int]] = {}
    for number in numbers:
        for_n, against_n = judged_for[number], judged_against[number]
        bound = wilson_lower_bound(for_n, for_n + against_n)
        lines[number] = Line(number, score=bound, count=for_n + against_n, for_n=for_n, against_n=against_n)
        keys[number] = (for_n + against_n > 0, bound, -against_n)
    return result(Method.WILSON, sum(profile.values()), ties.settle(tiers_by(keys)), lines)


def wilson_lower_bound(successes: int, trials: int) -> float:
    """Return the lower end of the 95 % interval of a share, from 0 to 1; 0 without trials.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209–212.
    """
    if not successes:
        return 0.0  # what the formula gives, but for rounding
    squared = Z * Z
    spread = Z * sqrt(successes * (trials - successes) / trials + squared / 4)
    return (successes + squared / 2 - spread) / (trials + squared)
