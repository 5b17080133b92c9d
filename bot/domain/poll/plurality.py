"""Plurality: most votes."""

from collections.abc import Sequence

from bot.domain.poll.ballot import Profile
from bot.domain.poll.rules import Method
from bot.domain.poll.tally import Line, Tally
from bot.domain.poll.ties import Ties, result, tiers_by


def plurality(numbers: Sequence[int], profile: Profile, ties: Ties) -> Tally:
    """Count the votes of single and of multiple choice; of a ranked ballot, what it puts first.

    A line's score is its votes.
    """
    votes = dict.fromkeys(numbers, 0)
    named = dict.fromkeys(numbers, 0)
    for marks, times in profile.items():
        # All that were chosen have the value 1; of a ranked ballot it is the first place, which options may share.
        first = min((value for _, value in marks), default=0)
        for number, value in marks:
            named[number] += times
            if value == first:
                votes[number] += times
    lines = {number: Line(number, score=votes[number], count=named[number]) for number in numbers}
    return result(Method.PLURALITY, sum(profile.values()), ties.settle(tiers_by(votes)), lines)
