"""The runner: takes what is due, step by step; nothing that one piece does stops another."""

import asyncio
import logging
import shutil
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.due_work import ATTEMPTS_MAX, BACKOFF_AWAY_LONGEST, CannotActError, LeaseLostError
from bot.domain.errors import DiscordAwayError, GoneError, unpacked
from bot.edge.due_runner import DueRunner
from bot.services.due_work import DueWorkService
from bot.storage.store import open_store
from tests.cogs.house import MORNING

KIND = "thing"


class Things:
    """A feature of two steps for each thing; a thing may be told to fail."""

    kind = KIND

    def __init__(self) -> None:
        self.failing: dict[int, BaseException] = {}
        self.failing_when_parked: Exception | None = None
        self.done: dict[int, list[int]] = {}
        self.given_up: list[tuple[int, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.one_done = asyncio.Event()

    async def next_step(self, work):
        done = len(self.done.setdefault(work.subject_id, []))
        return None if done == 2 else (work.subject_id, done)

    async def perform(self, step):
        subject, number = step
        self.begun.set()
        await self.gate.wait()
        if subject in self.failing:
            raise self.failing[subject]
        return number

    async def record_step(self, work, step, outcome):
        assert step == (work.subject_id, outcome)
        self.done[work.subject_id].append(outcome)
        if outcome == 1:
            self.one_done.set()

    async def finished(self, work):
        del work

    async def parked(self, session, work, error):
        del session
        if self.failing_when_parked is not None:
            raise self.failing_when_parked
        self.given_up.append((work.subject_id, error))


@pytest.fixture
def clock():
    return ManualClock(MORNING)


@pytest.fixture
async def store(tmp_path, template):
    shutil.copy(template, tmp_path / "due.db")
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'due.db'}", purpose="test") as opened:
        yield opened


@pytest.fixture
def agenda(store):
    return DueWorkService(store)


@pytest.fixture
def things():
    return Things()


@pytest.fixture
def runner(agenda, clock, things):
    made = DueRunner(agenda, clock)
    made.register(things, things.perform)
    return made


async def schedule(store, agenda, *subjects: int, at=MORNING) -> None:
    async def write(session) -> None:
        for subject in subjects:
            await agenda.schedule(session, KIND, subject, at, guild_id=1)

    await store.write(write)


async def test_what_is_due_is_done_step_by_step_and_then_gone(runner, agenda, store, clock, things):
    await schedule(store, agenda, 1, 2)
    await schedule(store, agenda, 3, at=MORNING + timedelta(seconds=1))

    assert await runner.run_once(clock.now()) == 2
    assert things.done == {1: [0, 1], 2: [0, 1]}
    assert await runner.next_due() == (MORNING + timedelta(seconds=1), KIND)
    assert await runner.run_once(clock.now()) == 0


async def test_more_than_one_claim_holds_are_all_done(runner, agenda, store, clock, things):
    await schedule(store, agenda, *range(20))

    assert await runner.run_once(clock.now()) == 20
    assert all(done == [0, 1] for done in things.done.values())


async def test_one_that_fails_does_not_stop_the_others_and_is_tried_again(runner, agenda, store, clock, things):
    things.failing[2] = RuntimeError("no")
    await schedule(store, agenda, 1, 2, 3)

    await runner.run_once(clock.now())
    assert things.done == {1: [0, 1], 2: [], 3: [0, 1]}

    del things.failing[2]
    clock.advance(timedelta(seconds=30))
    await runner.run_once(clock.now())
    assert things.done[2] == [0, 1]


async def test_one_that_fails_even_in_giving_up_does_not_stop_the_others(runner, agenda, store, clock, things):
    things.failing[1] = CannotActError(channel="<#1>", what="no")
    things.failing_when_parked = RuntimeError("the database is away")
    await schedule(store, agenda, 1, 2, 3)

    await runner.run_once(clock.now())

    assert (things.done[2], things.done[3]) == ([0, 1], [0, 1])


async def test_what_discord_will_never_allow_is_given_up_at_once(runner, agenda, store, clock, things):
    things.failing[1] = CannotActError(channel="<#1>", what="no")
    await schedule(store, agenda, 1)

    await runner.run_once(clock.now())

    ((subject, kept),) = things.given_up
    assert subject == 1
    assert unpacked(kept) == ("common.error.cannot_act", {"channel": "<#1>", "what": "no"})
    ((kind, error, at),) = await agenda.parked_in(1)
    assert (kind, error, at) == (KIND, kept, MORNING)
    assert await runner.next_due() is None


@pytest.mark.parametrize("error", [GoneError(), RuntimeError("no")])
async def test_what_may_pass_is_tried_several_times_at_growing_distance(runner, agenda, store, clock, things, error):
    things.failing[1] = error
    await schedule(store, agenda, 1)
    waits = []
    for _ in range(ATTEMPTS_MAX):
        assert things.given_up == []
        await runner.run_once(clock.now())
        upcoming = await runner.next_due()
        if upcoming is not None:
            waits.append(upcoming[0] - clock.now())
            clock.move_to(upcoming[0])

    assert len(things.given_up) == 1
    assert waits == sorted(waits)
    assert len(waits) == ATTEMPTS_MAX - 1


async def test_while_discord_is_away_work_is_tried_every_two_minutes_and_never_given_up(
    runner, agenda, store, clock, things
):
    things.failing[1] = DiscordAwayError(reason="503", error_id="0")
    await schedule(store, agenda, 1)
    waits = []
    for _ in range(3 * ATTEMPTS_MAX):
        await runner.run_once(clock.now())
        ((next_at, _),) = [await runner.next_due()]
        waits.append(next_at - clock.now())
        clock.move_to(next_at)

    assert things.given_up == []
    assert waits == sorted(waits)
    assert set(waits[2:]) == {BACKOFF_AWAY_LONGEST}


async def test_work_is_not_tried_before_discord_wants_to_be_asked_again(runner, agenda, store, clock, things):
    things.failing[1] = DiscordAwayError(reason="429", error_id="0", retry_after_s=600)
    await schedule(store, agenda, 1)

    await runner.run_once(clock.now())

    assert await runner.next_due() == (MORNING + timedelta(minutes=10), KIND)


async def test_an_unknown_error_is_logged_once_with_the_number_that_is_kept(
    runner, agenda, store, clock, things, caplog
):
    things.failing[1] = RuntimeError("a detail of ours")
    await schedule(store, agenda, 1)

    await runner.run_once(clock.now())

    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR
    error_id = record.getMessage().rsplit("error_id=", 1)[1]
    assert "a detail of ours" not in record.getMessage()
    things.failing[1] = CannotActError(channel="<#1>", what="no")
    assert len([r for r in caplog.records if error_id in r.getMessage()]) == 1


async def test_work_that_somebody_else_took_over_is_left_to_them(runner, agenda, store, clock, things, caplog):
    things.failing[1] = LeaseLostError()
    await schedule(store, agenda, 1)

    await runner.run_once(clock.now())

    assert things.given_up == []
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_stop_finishes_what_was_begun_and_begins_nothing_more(runner, agenda, store, clock, things):
    await schedule(store, agenda, *range(10))  # two more than are taken at once
    things.gate.clear()
    running = asyncio.ensure_future(runner.run())
    await things.begun.wait()

    runner.stop()
    await asyncio.sleep(0.05)
    assert not running.done(), "what was begun is not finished yet"
    things.gate.set()
    async with asyncio.timeout(5):
        await running

    assert sorted(map(len, things.done.values())) == [2] * 8


async def test_run_wakes_for_what_is_scheduled_meanwhile(runner, agenda, store, clock, things):
    running = asyncio.ensure_future(runner.run())
    await asyncio.sleep(0.05)

    await schedule(store, agenda, 1)
    async with asyncio.timeout(5):
        await things.one_done.wait()

    runner.stop()
    async with asyncio.timeout(5):
        await running


async def test_run_outlives_a_database_that_is_away(runner, agenda, store, clock, things, monkeypatch):
    claim, broken = agenda.claim, {"left": 2}

    async def sometimes(*args):
        if broken["left"]:
            broken["left"] -= 1
            raise OSError("away")
        return await claim(*args)

    monkeypatch.setattr(agenda, "claim", sometimes)
    await schedule(store, agenda, 1)
    running = asyncio.ensure_future(runner.run())
    async with asyncio.timeout(5):
        while not things.one_done.is_set():
            await asyncio.sleep(0.01)
            clock.advance(timedelta(seconds=15))

    runner.stop()
    await running
