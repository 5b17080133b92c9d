"""What came of the votes of all storms, counted over all the workers of a run."""

from collections import Counter
from collections.abc import Iterable, Sequence

# What a test notes of a storm: the engine, then rounds, kills, votes acknowledged, refused and without an answer. Plain
# words and numbers, which workers can send to each other.
Noted = Sequence[str | int]
_COUNTED = ("rounds", "kills", "acknowledged", "refused", "unanswered")


def figures(storms: Iterable[Noted]) -> list[str]:
    """Return a line for each engine."""
    sums: dict[str, Counter[str]] = {}
    for engine, *counts in storms:
        sums.setdefault(str(engine), Counter()).update(dict(zip(_COUNTED, map(int, counts), strict=True)))
    return [
        f"vote storms on {engine}: " + ", ".join(f"{name} {found[name]:,}" for name in _COUNTED)
        for engine, found in sorted(sums.items())
    ]
