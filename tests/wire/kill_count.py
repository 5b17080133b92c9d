"""Where the bot was killed and how often, counted over all the workers of a run."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.poll.poll import PollStep
from bot.domain.roundup import EDITION_STEPS, EditionStep

ENGINES = ("sqlite", "postgresql")


def place_of(step: EditionStep | PollStep) -> str:
    """Return how a step is called where those of editions and of polls are counted together."""
    return step.value if isinstance(step, EditionStep) else f"poll's {step}"


_PLACES = [place_of(step) for step in (*EDITION_STEPS, *PollStep)]


class Moment(StrEnum):
    """Where in a step the bot is killed."""

    BEFORE = "before"  # its intent is recorded; Discord has not heard of it
    DURING = "during"  # Discord has the request; the bot has no answer
    AFTER = "after"  # it is done; that is not recorded


class Reply(StrEnum):
    """What becomes of the reply to the step's request."""

    KEPT = "kept"
    LOST = "lost"


class Nonces(StrEnum):
    """Whether Discord still knows what it was asked when the bot is back."""

    KNOWN = "known"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class Kill:
    step: EditionStep | PollStep
    moment: Moment
    reply: Reply
    nonces: Nonces

    def __str__(self) -> str:
        return f"{self.step}-{self.moment}-{self.reply}-{self.nonces}"


# What a test notes of a kill: the engine, and its place by name. Plain words, which workers can send to each other.
Noted = Sequence[str]


def noted(engine: str, kill: Kill, moment: Moment) -> Noted:
    """Return what is to be counted; `moment` is that of this very kill, which may be one of two."""
    return (engine, place_of(kill.step), moment.value, kill.reply.value, kill.nonces.value)


def lines(kills: Iterable[Noted]) -> list[str]:
    """Return the count of a run, a line for each thing that can be told apart; none for no kill."""
    counts = Counter(
        place
        for engine, step, moment, reply, nonces in kills
        for place in ((), (engine,), (engine, step, moment), (reply,), (nonces,))
    )
    if not counts:
        return []
    found = [f"kills: {counts[()]}"]
    for engine in filter(lambda engine: counts[engine,], ENGINES):
        found.append(f"  {engine}: {counts[engine,]}")
        for step in _PLACES:
            places = ", ".join(f"{moment} {counts[engine, step, moment.value]}" for moment in Moment)
            found.append(f"    {step}: {places}")
    found.append("  reply: " + ", ".join(f"{reply} {counts[reply.value,]}" for reply in Reply))
    found.append("  nonces: " + ", ".join(f"{nonces} {counts[nonces.value,]}" for nonces in Nonces))
    return found
