"""What counting costs: 100,000 ranked ballots on ten options, by Schulze and by instant run-off.

Each is measured in turn with a plain pass over the same ballots, and, where it is installed, with pref-voting, which
counts in NumPy and Numba. Ballots are random orders from a fixed seed, so nearly every one is different: the dearest
case. Pref-voting is given its rankings ready made and builds its profile from them, as we build our sheet; it is run
once before, so that nothing is compiled while it is measured. Milliseconds are those of the fastest round, which other
programs on the machine disturb least; ratios are medians of the rounds.

Run as ``python -m tests.bench.tally``; with pref-voting, which ``make oracles`` installs, as
``.venv-oracles/bin/python -m tests.bench.tally``. Exits with 1 if a promise is broken.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

from bot.domain.poll.ballot import Marks
from bot.domain.poll.count import count
from bot.domain.poll.rules import Method, TieRule

BALLOTS = 100_000
OPTIONS = 10
ROUNDS = 9
SECONDS_MAX = 0.3  # what was promised
SEED = 1
METHODS = (Method.SCHULZE, Method.IRV)

Winners = list[int]


def main() -> int:
    """Print times and ratios."""
    profile = generated()
    counting: dict[str, dict[Method, Callable[[], Winners]]] = {
        "ours": {method: _ours(method, profile) for method in METHODS}
    }
    if find_spec("pref_voting") is not None:
        counting["pref-voting"] = _theirs(profile)
    answers = {who: {method: run() for method, run in runs.items()} for who, runs in counting.items()}
    if any(answer != answers["ours"] for answer in answers.values()):
        raise SystemExit(f"they count different winners: {answers}")
    passes: list[float] = []
    taken: dict[tuple[str, Method], list[float]] = {}
    for _ in range(ROUNDS):
        passes.append(_seconds(lambda: plain_pass(profile)))
        for who, runs in counting.items():
            for method, run in runs.items():
                taken.setdefault((who, method), []).append(_seconds(run))
    sys.stdout.write(f"{BALLOTS:,} ballots on {OPTIONS} options, {len(profile):,} different; {ROUNDS} rounds\n")
    sys.stdout.write(f"a plain pass over them {_ms(passes)}\n")
    for method in METHODS:
        ours = taken["ours", method]
        sys.stdout.write(
            f"{method:<22} {_ms(ours)}  {_ratio(ours, passes):5.1f} plain passes  (at most {SECONDS_MAX * 1000:.0f})\n"
        )
        if theirs := taken.get(("pref-voting", method)):
            sys.stdout.write(f"  by pref-voting       {_ms(theirs)}  {_ratio(theirs, ours):5.1f} times ours\n")
    if len(counting) == 1:
        sys.stdout.write("Beside pref-voting: make oracles && .venv-oracles/bin/python -m tests.bench.tally\n")
    return 0 if all(min(taken["ours", method]) <= SECONDS_MAX for method in METHODS) else 1


def generated() -> dict[Marks, int]:
    """Return the ballots."""
    dice = random.Random(SEED)
    profile: dict[Marks, int] = {}
    places = list(range(1, OPTIONS + 1))
    for _ in range(BALLOTS):
        dice.shuffle(places)
        marks = tuple(enumerate(places, 1))
        profile[marks] = profile.get(marks, 0) + 1
    return profile


def plain_pass(profile: Mapping[Marks, int]) -> list[int]:
    """Look at every mark once, which is the least that any count in Python does."""
    sums = [0] * (OPTIONS + 1)
    for marks, times in profile.items():
        for number, place in marks:
            sums[number] += place * times
    return sums


def _ours(method: Method, profile: Mapping[Marks, int]) -> Callable[[], Winners]:
    numbers = range(1, OPTIONS + 1)
    return lambda: list(count(method, numbers, profile, tie_rule=TieRule.SHARED, seed="").winners)


def _theirs(profile: Mapping[Marks, int]) -> dict[Method, Callable[[], Winners]]:
    from pref_voting.iterative_methods import instant_runoff  # noqa: PLC0415  # may be missing
    from pref_voting.margin_based_methods import beat_path  # noqa: PLC0415  # as above
    from pref_voting.profiles import Profile  # noqa: PLC0415  # as above

    # It knows options by their index.
    rankings = [[number - 1 for number, _ in sorted(marks, key=lambda mark: mark[1])] for marks in profile]
    times = list(profile.values())
    return {
        Method.SCHULZE: lambda: _numbers(beat_path(Profile(rankings, times))),
        Method.IRV: lambda: _numbers(instant_runoff(Profile(rankings, times))),
    }


def _numbers(indices: Sequence[int]) -> Winners:
    return [int(index) + 1 for index in indices]


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _ms(seconds: Sequence[float]) -> str:
    return f"{min(seconds) * 1000:6.0f} ms"


def _ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ones, others, strict=True))


if __name__ == "__main__":
    sys.exit(main())
