"""Work that kills its process each time: it is given up, and what stood beside it is done."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.clock import SystemClock
from bot.domain.due_work import ABANDONED_MAX, AbandonedError
from bot.domain.errors import packed
from bot.storage import due_work
from bot.storage.due_work import DueWorkRow
from bot.storage.guild import AuditRow
from bot.storage.store import open_store
from tests.house import GUILD, START
from tests.storage.share_work import KIND

ROOT = Path(__file__).parents[2]
SUBJECTS = range(6)
POISON = 3
ONE_LIFE_S = 60.0


async def one_life(url: str) -> list[str]:
    """Let a process do what is due until it dies of it or has given the poison up; return what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.share_work", url, str(POISON), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(ONE_LIFE_S):
            async for line in process.stdout:
                said.append(line.decode().strip())
                if said[-1].startswith("parked"):
                    process.kill()
    finally:
        if process.returncode is None and not process.stdout.at_eof():
            process.kill()
        await process.wait()
    return said


async def let_leases_pass(url: str) -> list[int]:
    """Let the minutes be over for which dead processes hold work, and return what has been done so far."""
    async with open_store(url, purpose="tests") as store:
        later = update(DueWorkRow).where(DueWorkRow.free_at > SystemClock().now()).values(free_at=None)
        await store.write(lambda session: session.execute(later))
        done = await store.read(lambda session: session.scalars(select(AuditRow.action)))
        return sorted(map(int, done))


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)],  # eight lives take half a minute
    indirect=True,
)
async def test_work_that_kills_its_process_is_given_up_and_all_else_is_done(database_url: str):
    async with open_store(database_url, purpose="tests") as store:
        for subject_id in SUBJECTS:
            await store.write(
                lambda session, number=subject_id: due_work.schedule(
                    session, kind=KIND, subject_id=number, due_at=START, guild_id=GUILD
                )
            )
    innocent = [subject_id for subject_id in SUBJECTS if subject_id != POISON]
    said: list[str] = []
    lives = 0
    while not said or not said[-1].startswith("parked"):
        lives += 1
        assert lives <= ABANDONED_MAX + 1
        said = await one_life(database_url)
        await let_leases_pass(database_url)

    assert lives == ABANDONED_MAX + 1
    error = packed(AbandonedError(count=ABANDONED_MAX))
    assert said[-1] == f"parked {POISON} {error}"
    assert await let_leases_pass(database_url) == innocent
    async with open_store(database_url, purpose="tests") as store:
        ((kind, kept, _),) = await store.read(lambda session: due_work.parked_in(session, GUILD))
        assert (kind, kept) == (KIND, error)
        left = await store.read(lambda session: session.scalars(select(DueWorkRow.subject_id)))
        assert list(left) == [POISON]
