"""Work that falls due: what is kept of it, and when a failed one is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import PaddockError

# A worker that was killed gives its work back after this long; each step takes seconds.
LEASE = timedelta(minutes=2)
ATTEMPTS_MAX = 8
BACKOFF_FIRST = timedelta(seconds=30)
BACKOFF_LONGEST = timedelta(minutes=30)
# Whoever is away says nothing of coming back. What waits is to be done soon after, and a try is one request.
BACKOFF_AWAY_LONGEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DueWork:
    """A claimed piece of work. `token` proves the claim: without it nothing may be recorded."""

    id: int
    kind: str
    subject_id: int
    due_at: datetime
    attempts: int
    token: str


def backoff(attempts: int, *, away: bool = False) -> timedelta:
    """Return the wait after the `attempts`-th failure (1, 2, …).

    Args:
        attempts: how often it has failed.
        away: it failed because Discord or the database is away, not for a reason of its own.
    """
    doublings = min(max(attempts, 1), ATTEMPTS_MAX) - 1  # more would only leave the range of a timedelta
    return min(BACKOFF_FIRST * 2**doublings, BACKOFF_AWAY_LONGEST if away else BACKOFF_LONGEST)


class LeaseLostError(PaddockError):
    """Somebody else holds this work now; nothing was recorded."""

    message_id = "common.error.gone"


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
