"""Transactions that PostgreSQL undoes for each other's sake: each is run again, and nobody hears of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import StorageUnavailableError
from bot.storage import guild as table
from bot.storage.guild import AuditRow
from bot.storage.store import RUNS_MAX, Session, Store, after_commit
from tests.house import GUILD, START, USER

MEET_S = 20.0
# How PL/pgSQL says what PostgreSQL says by itself when transactions collide.
UNDO = "DO $$ BEGIN RAISE EXCEPTION 'for another one' USING ERRCODE = '{code}'; END $$"


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


async def add(session: Session, number: int) -> None:
    await table.add_audit(session, guild_id=GUILD, actor_id=USER, action="a", params={"number": str(number)}, at=START)


async def rows(store: Store) -> dict[int, str]:
    found = await store.read(lambda session: session.execute(select(AuditRow.id, AuditRow.params)))
    return {row_id: params["number"] for row_id, params in found}


class Crossing:
    """Two use cases that lock the same two rows, each first the one that the other locks last."""

    def __init__(self) -> None:
        self.runs = 0
        self._met = asyncio.Barrier(2)

    def lock(self, first: int, then: int) -> Callable[[Session], Awaitable[None]]:
        is_first_run = True

        async def use_case(session: Session) -> None:
            nonlocal is_first_run
            self.runs += 1
            await self._touch(session, first)
            if is_first_run:
                is_first_run = False
                await self._met.wait()
            await self._touch(session, then)

        return use_case

    @staticmethod
    async def _touch(session: Session, row_id: int) -> None:
        longer = func.json_build_object("number", AuditRow.params["number"].as_string() + "+")
        await session.execute(update(AuditRow).where(AuditRow.id == row_id).values(params=longer))


async def test_two_transactions_that_wait_for_each_other_are_both_done(store: Store, caplog: pytest.LogCaptureFixture):
    for number in range(2):
        await store.write(lambda session, number=number: add(session, number))
    one, two = await rows(store)
    crossing = Crossing()
    caplog.set_level(logging.INFO)

    async with asyncio.timeout(MEET_S):
        await asyncio.gather(store.write(crossing.lock(one, two)), store.write(crossing.lock(two, one)))

    assert await rows(store) == {one: "0++", two: "1++"}
    assert crossing.runs == 3
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


async def test_two_transactions_that_read_what_the_other_writes_come_one_after_the_other(store: Store):
    met = asyncio.Barrier(2)
    runs = 0

    def count_and_add() -> Callable[[Session], Awaitable[int]]:
        is_first_run = True

        async def use_case(session: Session) -> int:
            nonlocal is_first_run, runs
            runs += 1
            await session.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
            count = await session.scalar(select(func.count()).select_from(AuditRow)) or 0
            if is_first_run:
                is_first_run = False
                await met.wait()
            await add(session, count)
            return count

        return use_case

    async with asyncio.timeout(MEET_S):
        counted = await asyncio.gather(*(store.write(count_and_add()) for _ in range(2)))

    assert sorted(counted) == [0, 1]
    assert sorted((await rows(store)).values()) == ["0", "1"]
    assert runs == 3


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_who_is_always_undone_is_told_so_after_some_runs(
    store: Store, code: str, caplog: pytest.LogCaptureFixture
):
    runs: list[Session] = []
    followed: list[str] = []

    async def use_case(session: Session) -> None:
        runs.append(session)
        after_commit(session, lambda: followed.append("followed"))
        await add(session, len(runs))
        await session.execute(text(UNDO.format(code=code)))

    with pytest.raises(StorageUnavailableError) as refused:
        await store.write(use_case)

    assert len(set(map(id, runs))) == len(runs) == RUNS_MAX  # each on a session of its own
    assert await rows(store) == {}
    assert followed == []
    (told,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert str(refused.value.params["error_id"]) in told.getMessage()


async def test_what_follows_a_commit_follows_it_once_however_many_runs_it_took(store: Store):
    runs = 0
    followed: list[int] = []

    async def use_case(session: Session) -> None:
        nonlocal runs
        runs += 1
        after_commit(session, lambda run=runs: followed.append(run))
        if runs < RUNS_MAX:
            await session.execute(text(UNDO.format(code="40001")))

    await store.write(use_case)

    assert followed == [RUNS_MAX]


@pytest.mark.parametrize("code", ["22012", "40003", "23505"])
async def test_any_other_error_is_not_run_again(store: Store, code: str):
    """40003 among them: then PostgreSQL does not know whether it was done."""
    runs = 0

    async def use_case(session: Session) -> None:
        nonlocal runs
        runs += 1
        await session.execute(text(UNDO.format(code=code)))

    with pytest.raises(DBAPIError):
        await store.write(use_case)
    assert runs == 1
