"""Random lives of the agenda, on a real file, against a model that fits on a page."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.due_work import ABANDONED_ALONE, LEASE, DueWork, LeaseLostError
from bot.storage import due_work as table
from bot.storage.store import open_store
from tests.house import START

T = TypeVar("T")


@dataclass(frozen=True)
class Expected:
    """What the model knows of one piece: `token` of who holds it, and from when on it may be claimed."""

    due_at: datetime
    token: str | None = None
    free_at: datetime | None = None
    attempts: int = 0
    abandoned: int = 0
    parked: bool = False

    @property
    def claimable_at(self) -> datetime:
        return max(self.due_at, self.free_at or self.due_at)

    @property
    def gone_wrong(self) -> int:
        """How many claims in a row will have been abandoned if it is claimed now."""
        return self.abandoned + (self.token is not None)

    @property
    def order(self) -> tuple[int, datetime]:
        return (self.gone_wrong if self.gone_wrong >= ABANDONED_ALONE else 0, self.due_at)


class Agenda(RuleBasedStateMachine):
    """Random lives of an agenda against a model that fits on a page: nothing is lost, nothing is held by two."""

    claims = Bundle("claims")
    subjects = st.integers(1, 4)
    minutes = st.integers(-3, 30).map(lambda count: timedelta(minutes=count))
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = shutil.copy(self.template, Path(self.folder.name) / "paddock.db")
        self.opened = open_store(f"sqlite+aiosqlite:///{path}", purpose="tests")
        self.store = self.runner.run(self.opened.__aenter__())
        self.now = START
        self.expected: dict[int, Expected] = {}

    def teardown(self) -> None:
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def write(self, use_case: Callable[[AsyncSession], Awaitable[T]]) -> T:
        return self.runner.run(self._write(use_case))

    async def _write(self, use_case: Callable[[AsyncSession], Awaitable[T]]) -> T:
        return await self.store.write(use_case)

    def holds(self, work: DueWork) -> bool:
        expected = self.expected.get(work.subject_id)
        return expected is not None and expected.token == work.token

    @initialize()
    def begin(self) -> None:
        self.schedule(1, timedelta())

    @rule(subject=subjects, wait=minutes)
    def schedule(self, subject: int, wait: timedelta) -> None:
        due_at = self.now + wait
        self.write(lambda s: table.schedule(s, kind="feed", subject_id=subject, due_at=due_at))
        before = self.expected.get(subject)
        held = before is not None and before.token is not None
        self.expected[subject] = Expected(due_at, before.token, before.free_at) if held else Expected(due_at)

    @rule(subject=subjects)
    def cancel(self, subject: int) -> None:
        self.write(lambda s: table.cancel(s, kind="feed", subject_id=subject))
        self.expected.pop(subject, None)

    @rule(wait=st.integers(0, 40).map(lambda count: timedelta(minutes=count)))
    def let_time_pass(self, wait: timedelta) -> None:
        self.now += wait

    @rule(target=claims, limit=st.integers(1, 4))
    def claim(self, limit: int) -> object:
        claimed = self.write(lambda s: table.claim(s, self.now, kinds=["feed"], limit=limit))
        free = [
            subject for subject, piece in self.expected.items() if not piece.parked and piece.claimable_at <= self.now
        ]
        assert bool(claimed) is bool(free)
        order = {subject: self.expected[subject].order for subject in free}
        together = sum(1 for suspicion, _ in order.values() if not suspicion)
        assert len(claimed) == min(limit, together or 1, len(free))
        for work in claimed:
            piece = self.expected[work.subject_id]
            assert (work.due_at, work.attempts, work.abandoned) == (piece.due_at, piece.attempts, piece.gone_wrong)
            self.expected[work.subject_id] = replace(
                piece, token=work.token, free_at=self.now + LEASE, abandoned=work.abandoned
            )
        taken = [order.pop(work.subject_id) for work in claimed]
        assert taken == sorted(taken)
        assert not order or not taken or taken[-1] <= min(order.values())
        return multiple(*claimed)

    @rule(work=claims, got_on=st.booleans())
    def hold(self, work: DueWork, *, got_on: bool) -> None:
        if self.holds(work):
            self.write(lambda s: table.hold(s, work, self.now, got_on=got_on))
            piece = self.expected[work.subject_id]
            abandoned = 0 if got_on else piece.abandoned
            self.expected[work.subject_id] = replace(piece, free_at=self.now + LEASE, abandoned=abandoned)
        else:
            with pytest.raises(LeaseLostError):
                self.write(lambda s: table.hold(s, work, self.now, got_on=got_on))

    @rule(work=consumes(claims), wait=st.none() | minutes)
    def finish(self, work: DueWork, wait: timedelta | None) -> None:
        next_at = None if wait is None else self.now + wait
        self.write(lambda s: table.finish(s, work, next_at=next_at))
        if not self.holds(work):
            return
        piece = self.expected[work.subject_id]
        if piece.due_at != work.due_at:
            self.expected[work.subject_id] = replace(piece, token=None, free_at=None, abandoned=0)
        elif next_at is None:
            del self.expected[work.subject_id]
        else:
            self.expected[work.subject_id] = Expected(next_at)

    @rule(work=consumes(claims), wait=st.none() | minutes)
    def fail(self, work: DueWork, wait: timedelta | None) -> None:
        next_at = None if wait is None else self.now + wait
        parked = self.write(lambda s: table.fail(s, work, error="broken", next_at=next_at, now=self.now))
        holds = self.holds(work)
        piece = self.expected.get(work.subject_id)
        if piece is None or not holds:
            assert not parked
        elif piece.due_at != work.due_at:
            assert not parked
            self.expected[work.subject_id] = replace(piece, token=None, free_at=None, abandoned=0)
        else:
            assert parked is (next_at is None)
            self.expected[work.subject_id] = replace(
                piece, token=None, free_at=next_at, attempts=piece.attempts + 1, abandoned=0, parked=parked
            )

    @invariant()
    def the_next_due_time_is_right(self) -> None:
        found = self.write(lambda s: table.next_due(s, ["feed"]))
        waiting = [piece.claimable_at for piece in self.expected.values() if not piece.parked]
        assert (None if found is None else found[0]) == min(waiting, default=None)

    @invariant()
    def nothing_is_lost(self) -> None:
        count = self.write(lambda s: s.scalar(text("SELECT count(*) FROM due_work")))
        assert count == len(self.expected)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_no_life_of_an_agenda_loses_work_or_gives_it_to_two(template_database: Path):
    from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415  # it reads settings when called

    machine = type("AgendaOnAFile", (Agenda,), {"template": template_database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
