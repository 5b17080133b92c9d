"""Runs work that falls due. It knows no feature: each registers its steps and how they are performed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from bot.clock import Clock, sleep_or_wake
from bot.domain.due_work import LEASE, AbandonedError, CannotActError, DueWork, LeaseLostError
from bot.domain.errors import DiscordAwayError, PaddockError, StorageUnavailableError, UnforeseenError, packed
from bot.edge.replies import new_error_id
from bot.services.due_work import DueWorkService
from bot.storage.store import Session

log = logging.getLogger(__name__)

StepT = TypeVar("StepT")
OutcomeT = TypeVar("OutcomeT")
RecordedT_contra = TypeVar("RecordedT_contra", contravariant=True)

# So many pieces at once: enough for a morning when many guilds post, few enough for Discord and for the feeds.
CLAIMED_MAX = 8
# The agenda is looked at this often even when nobody wakes the runner: another process may have written it.
LOOK_EVERY = timedelta(seconds=15)
# A step that takes longer than the lease would be taken over by somebody else.
STEP_TIMEOUT_S = LEASE.total_seconds() * 0.75


class DueSteps(Protocol[StepT, RecordedT_contra]):
    """What a service offers for one kind of due work."""

    @property
    def kind(self) -> str:
        """The kind under which the work is scheduled."""
        ...

    async def next_step(self, work: DueWork) -> StepT | None:
        """Record the intent of the next step and return it; None when nothing is left."""
        ...

    async def record_step(self, work: DueWork, step: StepT, outcome: RecordedT_contra) -> None:
        """Record what came of a step."""
        ...

    async def finished(self, work: DueWork) -> datetime | None:
        """Return when the work is due again, or None."""
        ...

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Write down, in the transaction that gives the work up, what follows from it.

        Args:
            session: that transaction.
            work: what is given up.
            error: why, as kept with `bot.domain.errors.packed`.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Registered(Generic[StepT, OutcomeT]):
    steps: DueSteps[StepT, OutcomeT]
    perform: Callable[[StepT], Awaitable[OutcomeT]]


class DueRunner:
    """Claims what is due and takes it step by step."""

    def __init__(self, agenda: DueWorkService, clock: Clock) -> None:
        self._agenda = agenda
        self._clock = clock
        self._kinds: dict[str, _Registered[Any, Any]] = {}
        self._stopping = False

    def register(self, steps: DueSteps[StepT, OutcomeT], perform: Callable[[StepT], Awaitable[OutcomeT]]) -> None:
        """Let this runner do a kind of work: `steps` says what is next, `perform` does it."""
        self._kinds[steps.kind] = _Registered(steps, perform)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of due work that are done here."""
        return frozenset(self._kinds)

    async def next_due(self, *, but: frozenset[str] = frozenset()) -> tuple[datetime, str] | None:
        """Return when the next piece falls due and its kind, or None if nothing waits; kinds in `but` do not count."""
        return await self._agenda.next_due(tuple(self._kinds.keys() - but))

    async def run_once(self, now: datetime) -> int:
        """Do everything that is due at `now` and return how many pieces were taken; safe to repeat."""
        taken = 0
        while not self._stopping and (claimed := await self._agenda.claim(now, tuple(self._kinds), CLAIMED_MAX)):
            taken += len(claimed)
            async with asyncio.TaskGroup() as group:
                for work in claimed:
                    group.create_task(self._do(work))
        return taken

    def stop(self) -> None:
        """Let `run` return once what was begun is finished."""
        self._stopping = True
        self._agenda.woken.set()

    async def run(self) -> None:
        """Do what falls due when it falls due, until `stop`."""
        while not self._stopping:
            self._agenda.woken.clear()
            try:
                await self.run_once(self._clock.now())
                upcoming = await self.next_due()
                next_at = None if upcoming is None else upcoming[0]
            except StorageUnavailableError:
                next_at = None  # it was logged where it was noticed, and the agenda is looked at again
            except Exception:
                # Whatever it was, the agenda is looked at again, and nothing in it was lost.
                log.exception("the agenda could not be read")
                next_at = None
            if not self._stopping:
                await self._sleep(next_at)

    async def _sleep(self, next_at: datetime | None) -> None:
        wake_at = self._clock.now() + LOOK_EVERY
        if next_at is not None:
            wake_at = min(wake_at, max(next_at, self._clock.now()))
        await sleep_or_wake(self._clock, wake_at, self._agenda.woken)

    async def _do(self, work: DueWork) -> None:
        registered = self._kinds[work.kind]
        try:
            work.check_not_abandoned()
            while True:
                async with asyncio.timeout(STEP_TIMEOUT_S):
                    step = await registered.steps.next_step(work)
                    if step is None:
                        break
                    outcome = await registered.perform(step)
                    await registered.steps.record_step(work, step, outcome)
            next_at = await registered.steps.finished(work)
            await self._agenda.finish(work, next_at=next_at)
        except LeaseLostError:
            log.warning("due work taken over kind=%s subject=%s", work.kind, work.subject_id)
        except DiscordAwayError as error:
            # However long it lasts, it says nothing of this piece of work, which is not given up for it.
            reason, error_id = error.params.get("reason"), error.params.get("error_id")
            log.warning(
                "discord away kind=%s subject=%s why=%s error_id=%s", work.kind, work.subject_id, reason, error_id
            )
            wait_s = error.params.get("retry_after_s")
            wait = timedelta(seconds=wait_s) if isinstance(wait_s, int) else timedelta()
            await self._fail(registered, work, error, patient=True, wait=wait)
        except StorageUnavailableError as error:
            await self._fail(registered, work, error, patient=True)
        except AbandonedError as error:
            log.error("due work abandoned kind=%s subject=%s times=%s", work.kind, work.subject_id, work.abandoned)  # noqa: TRY400  # nothing went wrong here: what did, did not live to say so
            await self._fail(registered, work, error, permanent=True)
        except PaddockError as error:
            await self._fail(registered, work, error, permanent=isinstance(error, CannotActError))
        except Exception:
            error_id = new_error_id()
            log.exception("due work failed kind=%s subject=%s error_id=%s", work.kind, work.subject_id, error_id)
            await self._fail(registered, work, UnforeseenError(error_id=error_id))

    async def _fail(
        self,
        registered: _Registered[Any, Any],
        work: DueWork,
        error: PaddockError,
        *,
        permanent: bool = False,
        patient: bool = False,
        wait: timedelta = timedelta(),
    ) -> None:
        kept, now = packed(error), self._clock.now()
        try:
            await self._agenda.fail(
                work,
                kept,
                now,
                permanent=permanent,
                patient=patient,
                not_before=now + wait,
                parked=registered.steps.parked,
            )
        except StorageUnavailableError:
            log.warning("failure not recorded kind=%s subject=%s", work.kind, work.subject_id)
        except Exception:
            # The work stays claimed until its lease ends and is tried again then; the others go on meanwhile.
            log.exception("failed work could not be given back kind=%s subject=%s", work.kind, work.subject_id)
