"""Borda's count: points by place."""

from collections.abc import Sequence

from bot.domain.poll.ballot import Profile
from bot.domain.poll.rules import Method
from bot.domain.poll.sheet import Sheet
from bot.domain.poll.tally import Line, Tally
from bot.domain.poll.ties import Ties, result, tiers_by


def borda(numbers: Sequence[int], profile: Profile, ties: Ties) -> Tally:
    """Count ranked ballots; options may share a place.

    An option gets from each ballot a point for every option that comes after it, and half a point for every one that
    it is level with. Options that are not given are level with each other, so they share the points that are left:
    every ballot gives out the same number of points, as many to the options left out as if it had ordered them by
    chance, and a preference that was not given is made up for nobody. Compared are the margins of the pairwise table,
    summed. (Terzopoulou and Endriss, "The Borda class: an axiomatic study of the Borda rule on top-truncated
    preferences", Journal of Mathematical Economics 92 (2021), 31–40, call it the averaged rule and set it beside those
    that give such options nothing, or the most that was left.) Blank ballots give no points.

    A line's score is its points: an int, or a float that ends in .5.
    """
    sheet = Sheet(numbers, profile)
    table = sheet.pairwise()
    voiced_n = sum(profile.values()) - profile.get((), 0)
    doubled = {
        number: sum(voiced_n + times - table[other][number] for other, times in row.items())
        for number, row in table.items()
    }
    named = sheet.naming()
    lines = {number: Line(number, score=_halved(doubled[number]), count=named[number]) for number in numbers}
    return result(Method.BORDA, sum(profile.values()), ties.settle(tiers_by(doubled)), lines, pairwise=table)


def _halved(doubled: int) -> int | float:
    return doubled / 2 if doubled % 2 else doubled // 2
