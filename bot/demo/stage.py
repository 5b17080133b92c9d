"""What the demo plays on: the world, and whoever does what is due in it."""

from datetime import datetime
from typing import NamedTuple, Protocol

from bot.demo.world import World

# More than a simulated month of daily editions with their retries; what exceeds it does not come to rest.
STEPS_MAX = 500


class Due(NamedTuple):
    """Something that will happen: when, and what, as a message id."""

    at: datetime
    what: str


class Stage(Protocol):
    """The application's side of the demo."""

    async def next_due(self) -> Due | None:
        """Return what is due next, or None if nothing is planned."""
        ...

    async def run_due(self) -> None:
        """Do everything that is due now, and let what was held back (live edits) go out; safe to repeat."""
        ...


async def pass_until(world: World, stage: Stage, moment: datetime) -> list[Due]:
    """Let time pass until `moment`, stopping wherever something is due to do it; return what was done."""
    done: list[Due] = []
    while len(done) < STEPS_MAX and (due := await stage.next_due()) is not None and due.at <= moment:
        await world.advance_to(due.at)
        await run_due(world, stage)
        if await stage.next_due() == due:
            break  # it does not get on, and has said why in the log; time passes all the same
        done.append(due)
    await world.advance_to(moment)
    await run_due(world, stage)
    return done


async def run_due(world: World, stage: Stage) -> None:
    """Do what is due, and wait until the bot has come to rest."""
    await stage.run_due()
    await world.settle()
