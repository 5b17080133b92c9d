"""How many votes a second the service writes, beside one transaction a vote and beside bare sqlite3.

Everything is measured in one run, in turn, on SQLite with WAL and synchronous=FULL: the ballot box as it is, the same
service with batches of one, and `executemany` of the same rows in the same batches through Python's own sqlite3. Each
voter is a task that has to be woken, so an event loop that does nothing but wake as many, as often, is measured too:
these two together are the least that a vote can cost. Run as ``python -m tests.bench.votes``; exits with 1 if a promise
is broken.
"""

import asyncio
import gc
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.actor import Actor
from bot.domain.poll.poll import Option, Poll, PollState
from bot.domain.poll.rules import PollRules
from bot.domain.poll.vote import Act, Vote
from bot.services import ballot_box
from bot.services.ballot_box import BATCH_MAX, BallotBox
from bot.storage import ballot as table
from bot.storage import poll as polls
from bot.storage.migrate import upgrade
from bot.storage.store import WRITER_PRAGMAS, open_store

AT_ONCE = (1, 100, 1_000)
VOTES = {1: 1_000, 100: 20_000, 1_000: 40_000}
VOTES_ONE_BY_ONE = {1: 500, 100: 1_000, 1_000: 2_000}
ROUNDS = 5
TIMES_MIN = 20.0  # what was promised at 1,000 voters, against one transaction a vote
P99_MS_MAX = 100.0  # at 1,000 voters
SHARE_MIN = 0.5  # of bare sqlite3, at 1,000 voters

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
GUILD = 1_000_000_000_000_000_001
OPTIONS = 10
# What `bot.storage.ballot.cast_ballots` makes SQLAlchemy write.
UPSERT = (
    "INSERT INTO ballots (poll_id, user_id, marks, nonce, joined_s, is_set_aside) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (poll_id, user_id) DO UPDATE SET marks = excluded.marks, nonce = excluded.nonce, "
    "joined_s = excluded.joined_s, is_set_aside = excluded.is_set_aside"
)


@dataclass(frozen=True)
class Measured:
    """Votes a second, and the slowest of a hundred votes in milliseconds."""

    votes_per_s: float
    p99_ms: float


def main() -> int:
    """Print what was measured and its ratios."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        asyncio.run(_make(template))
        kept = True
        for at_once in AT_ONCE:
            kept = _compare(Path(folder), template, at_once) and kept
    return 0 if kept else 1


def _compare(folder: Path, template: Path, at_once: int) -> bool:
    grouped: list[Measured] = []
    times: list[float] = []
    shares: list[float] = []
    least: list[float] = []
    for _ in range(ROUNDS):
        batches: list[Sequence[table.CastBallot]] = []
        box = asyncio.run(_vote(_copy(folder, template), at_once, VOTES[at_once], BATCH_MAX, batches))
        one_by_one = asyncio.run(_vote(_copy(folder, template), at_once, VOTES_ONE_BY_ONE[at_once], 1, []))
        bare_s = _bare(_copy(folder, template), batches)
        grouped.append(box)
        times.append(box.votes_per_s / one_by_one.votes_per_s)
        woken_s = asyncio.run(_wake(at_once, VOTES[at_once]))
        shares.append(box.votes_per_s / (VOTES[at_once] / bare_s))
        least.append(box.votes_per_s / (VOTES[at_once] / (bare_s + woken_s)))
    votes_per_s = statistics.median(one.votes_per_s for one in grouped)
    p99_ms = statistics.median(one.p99_ms for one in grouped)
    ratio, share = statistics.median(times), statistics.median(shares)
    sys.stdout.write(
        f"{at_once:5} voters at once: {votes_per_s:7,.0f} votes/s, p99 {p99_ms:5.1f} ms, "
        f"{ratio:5.1f} times one transaction a vote, {share:4.0%} of bare sqlite3, "
        f"{statistics.median(least):4.0%} of that and a bare event loop\n"
    )
    if at_once != AT_ONCE[-1]:
        return True
    sys.stdout.write(
        f"promised at {at_once:,}: at least {TIMES_MIN:.0f} times, p99 below {P99_MS_MAX:.0f} ms, {SHARE_MIN:.0%}; "
        f"medians of {ROUNDS} rounds\n"
    )
    return ratio >= TIMES_MIN and p99_ms < P99_MS_MAX and share >= SHARE_MIN


async def _make(path: Path) -> None:
    url = f"sqlite+aiosqlite:///{path}"
    await upgrade(url)
    poll = Poll(
        id=0,
        guild_id=GUILD,
        channel_id=1,
        question="Which of these would you drive home?",
        rules=PollRules(),
        options=tuple(Option(number, f"Car {number}") for number in range(1, OPTIONS + 1)),
        state=PollState.OPEN,
        created_by=1,
        created_at=NOW,
        opens_at=NOW,
        closes_at=None,
        seed="",
    )
    async with open_store(url, purpose="bench") as store:
        await store.write(lambda session: polls.add_poll(session, poll))


def _copy(folder: Path, template: Path) -> Path:
    path = folder / "votes.db"
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    return Path(shutil.copy(template, path))


async def _vote(
    path: Path, at_once: int, votes: int, batch_max: int, batches: list[Sequence[table.CastBallot]]
) -> Measured:
    taken_ms: list[float] = []
    cast_ballots = table.cast_ballots

    async def noting(session: ballot_box.Session, ballots: Sequence[table.CastBallot]) -> None:
        batches.append(ballots)
        await cast_ballots(session, ballots)

    ballots = [_vote_of(number) for number in range(votes)]
    gc.collect()
    gc.freeze()  # a bot does not hold votes that are yet to come, so it does not look through them for garbage either
    async with open_store(f"sqlite+aiosqlite:///{path}", purpose="bench") as store:
        box = BallotBox(store, batch_max=batch_max)
        await box.cast(_vote_of(votes))  # a bot that runs has its connection and its statements

        async def voter(first: int) -> None:
            for vote in ballots[first::at_once]:
                begun = time.perf_counter()
                await box.cast(vote)
                taken_ms.append((time.perf_counter() - begun) * 1000)

        table.cast_ballots = noting
        try:
            begun = time.perf_counter()
            await asyncio.gather(*(voter(first) for first in range(at_once)))
            taken_s = time.perf_counter() - begun
        finally:
            table.cast_ballots = cast_ballots
    return Measured(votes / taken_s, statistics.quantiles(taken_ms, n=100)[-1])


def _vote_of(number: int) -> Vote:
    actor = Actor(
        user_id=10**18 + number,
        guild_id=GUILD,
        role_ids=frozenset(),
        capabilities=frozenset(),
        created_at=NOW - timedelta(days=900),
        joined_at=NOW - timedelta(days=90),
    )
    return Vote(1, actor, Act.REPLACE, ((number % OPTIONS + 1, 1),), NOW)


async def _wake(at_once: int, times: int) -> float:
    """Return how many seconds the event loop alone takes to wake so many tasks until each wake-up was had."""
    loop = asyncio.get_running_loop()
    waiting: list[asyncio.Future[None]] = []

    async def sleeper(naps: int) -> None:
        for _ in range(naps):
            turn = loop.create_future()
            waiting.append(turn)
            await turn

    begun = time.perf_counter()
    sleepers = asyncio.gather(*(sleeper(times // at_once) for _ in range(at_once)))
    while not sleepers.done():
        await asyncio.sleep(0)
        woken, waiting[:] = waiting[:], []
        for turn in woken:
            turn.set_result(None)
    return time.perf_counter() - begun


def _bare(path: Path, batches: Sequence[Sequence[table.CastBallot]]) -> float:
    """Return how many seconds sqlite3 alone takes for the same rows in the same batches."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in WRITER_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    begun = time.perf_counter()
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(UPSERT, batch)
        connection.execute("COMMIT")
    taken_s = time.perf_counter() - begun
    connection.close()
    return taken_s


if __name__ == "__main__":
    sys.exit(main())
