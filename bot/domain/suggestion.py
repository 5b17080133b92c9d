"""Stories that members suggest: what may be suggested, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.article import Article
from bot.domain.errors import PaddockError

# A member's suggestions that wait at once: enough for a good day, too few to bury the editors.
OPEN_MAX = 3
NOTE_CHARS_MAX = 300
# What members wrote is kept no longer than this (docs/privacy.md).
KEPT = timedelta(days=30)
# An accepted story counts as much as four sources on it: an editor has asked for it.
ACCEPTED_WEIGHT = 4.0


class SuggestionState(StrEnum):
    """What became of a suggestion."""

    OPEN = "open"
    ACCEPTED = "accepted"  # for the next edition
    USED = "used"  # in an edition that was posted
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A link that a member thinks worth an edition. `article` is what stands there, once an editor accepted it.

    `message_id` is the message in which the editors were told of it.
    """

    id: int
    guild_id: int
    roundup_id: int
    member_id: int
    url: str
    note: str
    at: datetime
    state: SuggestionState
    decided_by: int | None
    article: Article | None
    message_id: int | None


class SuggestionLimitError(PaddockError):
    """The member has as many suggestions open as one may. Params: limit."""

    message_id = "suggestion.error.limit"


class SuggestionKnownError(PaddockError):
    """The story was suggested already and waits."""

    message_id = "suggestion.error.known"


class SuggestionToldError(PaddockError):
    """The edition tells that story already."""

    message_id = "suggestion.error.told"


class SuggestionDecidedError(PaddockError):
    """An editor was quicker. Params: member (a mention), state (its words are in `suggestion.state.*`)."""

    message_id = "suggestion.error.decided"
