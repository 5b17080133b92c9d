"""Ballots as a test writes them: options are letters, ``"42 M>N>C=K"`` is 42 ballots, and ``"8"`` blank ones."""

from collections.abc import Iterable, Mapping

from bot.domain.poll.ballot import Marks, lot, marks_of
from bot.domain.poll.count import count
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.tally import Tally


def number(letter: str) -> int:
    """Return an option's number: A is 1."""
    return ord(letter) - ord("A") + 1


def letters(numbers: Iterable[int]) -> str:
    """Return options as letters, in their order."""
    return "".join(chr(ord("A") + option - 1) for option in numbers)


def tiers(tally: Tally) -> str:
    """Return the order of a result, such as ``A BC D``."""
    return " ".join(letters(tier) for tier in tally.tiers)


def ranked(*lines: str) -> dict[Marks, int]:
    """Return ranked ballots."""
    profile: dict[Marks, int] = {}
    for line in lines:
        times, _, order = line.partition(" ")
        places = enumerate(order.split(">") if order else [], 1)
        marks = marks_of({number(letter): place for place, level in places for letter in level.split("=")})
        profile[marks] = profile.get(marks, 0) + int(times)
    return profile


def valued(*lines: str) -> dict[Marks, int]:
    """Return ballots that give values: ``"3 A5 B0"``, ``"2 A+1 B-1"``."""
    profile: dict[Marks, int] = {}
    for line in lines:
        times, *given = line.split()
        marks = marks_of({number(mark[0]): int(mark[1:]) for mark in given})
        profile[marks] = profile.get(marks, 0) + int(times)
    return profile


def counted(method: Method, options: str, profile: Mapping[Marks, int], *, seed: str | None = None) -> Tally:
    """Return the result; with a seed for a lot, that decides ties, otherwise they are shared."""
    numbers = [number(letter) for letter in options]
    tie_rule = TieRule.SHARED if seed is None else TieRule.LOT
    return count(method, numbers, profile, tie_rule=tie_rule, seed=seed or "")


def seed_for(first: str, others: str) -> str:
    """Return a seed by whose lot an option comes before some others."""
    options = [number(letter) for letter in first + others]
    return next(seed for seed in map(str, range(10_000)) if lot(seed, options)[0] == options[0])
