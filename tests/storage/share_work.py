"""A process that does due work and records it, until it is killed.

``python -m tests.storage.share_work URL [SUBJECT]``: work on that subject kills the process each time.
"""

import asyncio
import os
import signal
import sys
from datetime import datetime
from functools import partial

from sqlalchemy import select

from bot.clock import SystemClock
from bot.domain.due_work import DueWork
from bot.edge.due_runner import DueRunner
from bot.services.due_work import DueWorkService
from bot.storage import due_work as agenda
from bot.storage.guild import AuditRow, add_audit
from bot.storage.store import Session, Store, after_commit, open_store

KIND = "shared"


class Recording:
    """Work of one step, which is recorded under the claim as the editions' steps are."""

    kind = KIND

    def __init__(self, store: Store, poison: int | None) -> None:
        self._store = store
        self._poison = poison

    async def next_step(self, work: DueWork) -> int | None:
        async def write(session: Session) -> int | None:
            await agenda.hold(session, work, SystemClock().now())
            done = await session.scalar(select(AuditRow.id).where(AuditRow.action == str(work.subject_id)))
            return work.subject_id if done is None else None

        return await self._store.write(write)

    async def perform(self, step: int) -> None:
        if step == self._poison:
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(0.02)
        print(step, flush=True)  # noqa: T201  # whoever started this counts the lines

    async def record_step(self, work: DueWork, step: int, outcome: None) -> None:  # noqa: ARG002  # DueSteps
        async def write(session: Session) -> None:
            now = SystemClock().now()
            await agenda.hold(session, work, now, got_on=True)
            await add_audit(session, guild_id=1, actor_id=1, action=str(step), params={}, at=now)

        await self._store.write(write)

    async def finished(self, work: DueWork) -> datetime | None:  # noqa: ARG002  # DueSteps
        return None

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        after_commit(session, partial(print, f"parked {work.subject_id} {error}", flush=True))


async def main() -> None:
    clock = SystemClock()
    async with open_store(sys.argv[1], purpose="paddock tests") as store:
        runner = DueRunner(DueWorkService(store), clock)
        recording = Recording(store, int(sys.argv[2]) if len(sys.argv) > 2 else None)
        runner.register(recording, recording.perform)
        while True:
            await runner.run_once(clock.now())
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main())
