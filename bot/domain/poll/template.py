"""A poll that is made again: by hand, or by itself on chosen days."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import PaddockError
from bot.domain.poll.poll import Option
from bot.domain.poll.rules import PollRules
from bot.domain.weekdays import next_on

POLL_TEMPLATE = "poll_template"  # the kind under which recurring polls stand on the agenda

TEMPLATE_NAME_CHARS_MAX = 80
TEMPLATES_MAX = 50


class TemplateKnownError(PaddockError):
    """A template with this name stands already. Params: name."""

    message_id = "poll.error.template_known"


class TemplateGoneError(PaddockError):
    """There is no template with this name. Params: name."""

    message_id = "poll.error.template_gone"


class TemplatesFullError(PaddockError):
    """A guild has as many templates as it may. Params: limit."""

    message_id = "poll.error.templates_full"


class TemplateNameError(PaddockError):
    """A template needs a name that fits. Params: limit."""

    message_id = "poll.error.template_name"


class RepeatDaysError(PaddockError):
    """A poll that is made by itself needs a day on which it is."""

    message_id = "poll_make.error.repeat_days"


class LateError(PaddockError):
    """A poll that is made by itself would have come too late. Params: hours."""

    message_id = "poll_make.error.late"


@dataclass(frozen=True, slots=True)
class PollTemplate:
    """What a poll is made of. `length` is how long it is open (None: until closed by hand).

    With `days` (ISO weekdays, Monday is 1) and `at` (local time of day) it is made by itself; without days only by
    hand.
    """

    id: int
    guild_id: int
    name: str
    question: str
    rules: PollRules
    options: tuple[Option, ...]
    length: timedelta | None
    channel_id: int
    days: frozenset[int]
    at: time | None
    created_by: int
    created_at: datetime

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when it is made next after `moment`, in UTC; None if only by hand."""
        if not self.days or self.at is None:
            return None
        return next_on(self.days, self.at, zone, moment)
