"""Hold our counts against the libraries': ``python -m tests.oracles [--elections N] [--seed N] [--write]``.

With ``--write`` what the libraries say is kept for the tests that run without them. Exits with 1 if anything differs.
"""

import argparse
import sys
import time
from importlib.util import find_spec

from tests.oracles import minneapolis
from tests.oracles.elections import KEPT, Paper, as_json, differences, random_elections, wilson_differences

KEPT_N = {Paper.RANKED: 400, Paper.EQUAL: 150, Paper.SCORE: 250}
KEPT_SEED = 1
TRIALS_MAX = 60
SHOWN_MAX = 5


def main() -> int:
    """Ask, compare and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elections", type=int, default=1_000, help="of each kind of ballot")
    parser.add_argument("--seed", type=int, default=2, help="for other elections")
    parser.add_argument("--write", action="store_true", help="keep what the libraries say for the tests")
    given = parser.parse_args()
    installed = minneapolis.package()
    if find_spec("pref_voting") is None or find_spec("py3votecore") is None or installed is None:
        sys.stderr.write("The libraries are not installed here: make oracles\n")
        return 1
    began = time.perf_counter()
    from tests.oracles.libraries import ask, wilson  # noqa: PLC0415  # they are heavy, and may be missing

    found: list[str] = []
    for paper in Paper:
        elections = list(random_elections(given.seed, paper, given.elections))
        for election in elections:
            found += differences(election, ask(election))
        sys.stdout.write(f"{paper}: {len(elections)} elections\n")
    bounds = [(won, of, wilson(won, of)) for of in range(1, TRIALS_MAX) for won in range(of + 1)]
    found += wilson_differences(bounds)
    sys.stdout.write(f"wilson: {len(bounds)} bounds\n")
    found += minneapolis.differences(installed)
    sys.stdout.write("minneapolis: the ballots of 2017\n")
    if given.write:
        lines = [
            as_json(election, ask(election))
            for paper in Paper
            for election in random_elections(KEPT_SEED, paper, KEPT_N[paper])
        ]
        KEPT.write_text("\n".join(lines) + "\n", encoding="utf-8")
        minneapolis.KEPT.write_text(minneapolis.as_abif(installed / minneapolis.BALLOTS), encoding="utf-8")
        sys.stdout.write(f"{KEPT}: {len(lines)} elections kept\n")
    for what in found[:SHOWN_MAX]:
        sys.stdout.write(f"DIFFERENT {what}\n")
    sys.stdout.write(f"{len(found)} differences, {time.perf_counter() - began:.0f} s\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
