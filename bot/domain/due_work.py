"""Work that falls due: what is kept of it, when a failed one is tried again, and when one is given up.

Work that fails says so, and is counted in `attempts`. Work that ends its process (memory, a fault in a library) says
nothing: it is known by a claim whose lease ended without the work being given back, which is counted in `abandoned`.
Such a claim may also be the fault of a machine that was switched off, so the rule is slow to blame the work:

- A stop in good order abandons nothing, and neither does a failure: what was begun is finished or given back. (Unless
  the stop takes longer than it may, or the failure cannot be written down; that is one claim, and not the next.)
- Only claims in a row count. A step that is recorded, a failure, a finish and a new time begin the count anew.
- The first abandoned claim has no consequence. From the second on the work is claimed after all other, and alone
  (`taken_together`): of eight pieces in a process that died the seven innocent ones are done, one counts on.
- After `ABANDONED_MAX` it is not begun again but parked, and the guild is told, as after any last failure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from bot.domain.errors import PaddockError

# A worker that was killed gives its work back after this long; each step takes seconds.
LEASE = timedelta(minutes=2)
ATTEMPTS_MAX = 8
BACKOFF_FIRST = timedelta(seconds=30)
BACKOFF_LONGEST = timedelta(minutes=30)
# A machine that goes down takes everything along once; that the same work is hit twice is worth a closer look.
ABANDONED_ALONE = 2
# As often as work may fail. Six of the eight are claims of this work alone: what ends the process then is the work, or
# nothing works at all. With the lease between them they take a quarter of an hour, and an edition may be 3 hours late.
ABANDONED_MAX = ATTEMPTS_MAX
# Whoever is away says nothing of coming back. What waits is to be done soon after, and a try is one request.
BACKOFF_AWAY_LONGEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DueWork:
    """A claimed piece of work. `token` proves the claim: without it nothing may be recorded.

    `attempts` counts its failures, `abandoned` the claims before this one, in a row, that nobody gave back.
    """

    id: int
    kind: str
    subject_id: int
    due_at: datetime
    attempts: int
    abandoned: int
    token: str

    def check_not_abandoned(self) -> None:
        """Refuse work that has been left unfinished too often to be begun once more.

        Raises:
            AbandonedError: if `ABANDONED_MAX` claims in a row were not given back.
        """
        if self.abandoned >= ABANDONED_MAX:
            raise AbandonedError(count=self.abandoned)


def backoff(attempts: int, *, away: bool = False) -> timedelta:
    """Return the wait after the `attempts`-th failure (1, 2, …).

    Args:
        attempts: how often it has failed.
        away: it failed because Discord or the database is away, not for a reason of its own.
    """
    doublings = min(max(attempts, 1), ATTEMPTS_MAX) - 1  # more would only leave the range of a timedelta
    return min(BACKOFF_FIRST * 2**doublings, BACKOFF_AWAY_LONGEST if away else BACKOFF_LONGEST)


def taken_together(abandoned: Sequence[int]) -> int:
    """Return how many of the first pieces one process may do at the same time.

    Args:
        abandoned: for each piece, in the order in which they are to be done, how many claims in a row were abandoned.
    """
    together = sum(1 for _ in takewhile(lambda count: count < ABANDONED_ALONE, abandoned))
    return together or min(len(abandoned), 1)


class LeaseLostError(PaddockError):
    """Somebody else holds this work now; nothing was recorded."""

    message_id = "common.error.gone"


class AbandonedError(PaddockError):
    """Time and again the process ended while it was at this work. Params: count."""

    message_id = "common.error.abandoned"


class CannotActError(PaddockError):
    """Discord will never let us do this. Params: channel (its mention), what (Discord's own words)."""

    message_id = "common.error.cannot_act"


class NoPermissionError(CannotActError):
    """A permission is missing there. Params: channel (its mention)."""

    message_id = "common.error.no_permission"


class NothingThereError(CannotActError):
    """The channel, or the message in it, is gone. Params: channel (its mention)."""

    message_id = "common.error.nothing_there"


class GuildForbidsError(CannotActError):
    """A permission for the whole guild is missing."""

    message_id = "common.error.guild_forbids"
