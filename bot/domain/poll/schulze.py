"""The Schulze method: strongest paths through the pairwise table, by winning votes.

Markus Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method", Social Choice and Welfare 36 (2011), 267–303.
"""

from collections.abc import Mapping, Sequence

from bot.domain.poll.ballot import Profile
from bot.domain.poll.rules import Method
from bot.domain.poll.sheet import Sheet
from bot.domain.poll.tally import Line, Tally
from bot.domain.poll.ties import Ties, result, tiers_by


def schulze(numbers: Sequence[int], profile: Profile, ties: Ties) -> Tally:
    """Count ranked ballots; options may share a place, and those that are not given come last, level.

    An option beats another if its strongest path to it is stronger than the one back. "Beats" is transitive (Schulze,
    section 4.1), so options are ordered by how many others beat them: whoever beats comes before the beaten, and the
    winners are those that nothing beats. A line's score is the number of others that do not beat it.
    """
    sheet = Sheet(numbers, profile)
    table = sheet.pairwise()
    paths = strongest_paths(table)
    unbeaten_by = {
        number: sum(paths[other][number] <= strength for other, strength in paths[number].items()) for number in numbers
    }
    named = sheet.naming()
    lines = {number: Line(number, score=unbeaten_by[number], count=named[number]) for number in numbers}
    return result(Method.SCHULZE, sum(profile.values()), ties.settle(tiers_by(unbeaten_by)), lines, pairwise=table)


def strongest_paths(pairwise: Mapping[int, Mapping[int, int]]) -> dict[int, dict[int, int]]:
    """Return the strength of the strongest path from each option to each other, 0 where there is none.

    A path is as strong as its weakest step. A step from one option to another exists if more ballots put the one
    before the other than the reverse, and it is as strong as the number of those ballots ("winning votes").
    """
    numbers = list(pairwise)
    rows = [
        [
            pairwise[one][other] if one != other and pairwise[one][other] > pairwise[other][one] else 0
            for other in numbers
        ]
        for one in numbers
    ]
    # Floyd and Warshall's algorithm: paths by way of one more option in each turn.
    for via, onward in enumerate(rows):
        for start, row in enumerate(rows):
            reach = row[via]
            if reach and start != via:
                # The better of the known path and the new one; most are known to be no worse without a call.
                rows[start] = [
                    known if known >= reach or known >= further else min(reach, further)
                    for known, further in zip(row, onward, strict=True)
                ]
    return {
        one: {other: strength for other, strength in zip(numbers, row, strict=True) if other != one}
        for one, row in zip(numbers, rows, strict=True)
    }
