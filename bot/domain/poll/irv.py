"""Instant run-off: who has the fewest votes leaves, and those votes go on, until one has a majority."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import Profile, lot
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.sheet import Sheet
from bot.domain.poll.tally import CountRound, Decision, Line, Tally
from bot.domain.poll.ties import Tiers, Ties, result, tiers_by


class EqualPlacesError(PaddockError):
    """A ballot has two options first at the same time, and an instant run-off gives its vote to one."""

    message_id = "poll.error.equal_places"


class _Leaving(NamedTuple):
    """Who leaves after a round; `is_settling` if others than those could have stayed for it."""

    out: tuple[int, ...]
    decided_by: Decision = Decision.OUTRIGHT
    is_settling: bool = False


def irv(numbers: Sequence[int], profile: Profile, ties: Ties) -> Tally:
    """Count ranked ballots in rounds.

    In each round a ballot counts for the best option on it that is still in; one that gives none of them is exhausted.
    The count ends when an option has more than half of the votes of the ballots that are not, when all that are left
    are level, or when one is left. Whoever has such a majority can no longer be overtaken, so stopping there changes
    no winner.

    Of several that are last, all leave together if ties are shared, like ``instant_runoff`` of the library pref-voting;
    what is level at the end wins together. If a lot is to decide, one leaves at a time: who had fewer votes in the
    latest earlier round in which they differed, and at last who comes later in the lot. The tally says that this
    decided only if it could change who is left (see `_leaving`); each round says it for itself.

    Those that had not left yet are ordered by their votes at the end. A line's score is the votes of its last round.

    Raises:
        EqualPlacesError: if a ballot has to count for two options at once. It is refused only then: which of the two
            it means is not known, and splitting or doubling votes makes other methods of it.
    """
    sheet = Sheet(numbers, profile)
    ballots_n = sum(profile.values())
    standing = list(numbers)
    rounds: list[CountRound] = []
    scores: dict[int, int] = {}
    decisions: list[Decision] = []
    while True:
        totals, exhausted_n = _round(sheet, standing, ballots_n)
        scores.update(totals)
        leaving = _leaving(totals, rounds, ties)
        rounds.append(CountRound(totals, out=leaving.out, exhausted_n=exhausted_n, decided_by=leaving.decided_by))
        if leaving.is_settling or not leaving.out:
            decisions.append(leaving.decided_by)
        standing = [number for number in standing if number not in leaving.out]
        if not leaving.out or len(standing) == 1:
            break
    named = sheet.naming()
    lines = {number: Line(number, score=scores[number], count=named[number]) for number in numbers}
    settled = _tiers(standing, rounds), _strongest(decisions)
    return result(Method.IRV, ballots_n, settled, lines, rounds=rounds)


def _round(sheet: Sheet, standing: Sequence[int], ballots_n: int) -> tuple[dict[int, int], int]:
    """Return the votes of each option that is in, and how many ballots are exhausted."""
    counted = 0
    totals: dict[int, int] = {}
    for number, ballots in sheet.firsts(standing).items():
        if counted & ballots:
            raise EqualPlacesError
        counted |= ballots
        totals[number] = sheet.count(ballots)
    return totals, ballots_n - sum(totals.values())


def _leaving(totals: Mapping[int, int], earlier: Sequence[CountRound], ties: Ties) -> _Leaving:
    """Return who leaves after a round: nobody after the last."""
    most, least = max(totals.values()), min(totals.values())
    if 2 * most > sum(totals.values()):
        return _Leaving(())
    last = tuple(number for number, votes in totals.items() if votes == least)
    if len(last) == 1:
        return _Leaving(last)
    if ties.rule is TieRule.SHARED:
        return _Leaving((), Decision.SHARED) if most == least else _Leaving(last)
    # Those that have fewer votes together than whoever is next would all leave before it, one after the other: then
    # no order of theirs changes who is left.
    together = len(last) * least
    is_settling = any(least < votes <= together for votes in totals.values()) or most == least
    number, decided_by = _behind(last, earlier, ties)
    return _Leaving((number,), decided_by, is_settling=is_settling)


def _behind(level: Sequence[int], earlier: Sequence[CountRound], ties: Ties) -> tuple[int, Decision]:
    """Return which of those that are level leaves, and what told it from the others."""
    for before in reversed(earlier):
        fewest = min(before.totals[number] for number in level)
        level = [number for number in level if before.totals[number] == fewest]
        if len(level) == 1:
            return level[0], Decision.EARLIER_ROUNDS
    return lot(ties.seed, level)[-1], Decision.LOT


def _tiers(standing: Sequence[int], rounds: Sequence[CountRound]) -> Tiers:
    """Return all options, the winners first, then by when they left."""
    final = rounds[-1].totals
    return (
        *tiers_by({number: final[number] for number in standing}),
        *(round_.out for round_ in reversed(rounds) if round_.out),
    )


def _strongest(decisions: Sequence[Decision]) -> Decision:
    """Return the last resort among what decided the rounds."""
    for decision in (Decision.LOT, Decision.EARLIER_ROUNDS, Decision.SHARED):
        if decision in decisions:
            return decision
    return Decision.OUTRIGHT
