"""What a guild has chosen: language, zone, parts, pauses, and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.actor import Capability
from bot.domain.errors import PaddockError


class Part(StrEnum):
    """What can be on or off in a guild."""

    ROUNDUP = "roundup"  # the daily edition itself
    QUESTION = "question"  # The Big Question that closes it
    NOTIFY = "notify"  # the Notify-me button and the role that it gives


class PauseScope(StrEnum):
    """What a pause holds back."""

    POSTS = "posts"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Pause:
    """A scope that is held back, until a moment or (None) until somebody resumes it."""

    scope: PauseScope
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Tell whether it is in force at `now`; the end itself is over."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """A guild's choices; `version` grows with each change, so that copies can be told to be old."""

    guild_id: int
    language: str
    timezone: str
    parts: frozenset[Part]
    notices_channel_id: int | None
    set_up_at: datetime
    version: int
    pauses: tuple[Pause, ...] = ()
    granted_roles: Mapping[Capability, frozenset[int]] = field(default_factory=dict[Capability, frozenset[int]])

    @property
    def zone(self) -> ZoneInfo:
        """The guild's time zone."""
        return ZoneInfo(self.timezone)

    def is_paused(self, scope: PauseScope, now: datetime) -> bool:
        """Tell whether `scope` is held back at `now`."""
        return any(pause.scope is scope and pause.holds(now) for pause in self.pauses)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: what was done, by whom, when. `action` is a message id, `params` fill its placeholders."""

    id: int
    guild_id: int
    actor_id: int
    action: str
    params: Mapping[str, str]
    at: datetime


class UnknownZoneError(PaddockError):
    """No such time zone. Params: zone, near (names that look like it, or empty)."""

    message_id = "guild.error.zone"


class BadLanguageError(PaddockError):
    """A language that we do not speak. Params: given, known."""

    message_id = "guild.error.language"
