"""Looks for what is wrong in a guild, in what we keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.guild import Part, PauseScope
from bot.services.due_work import DueWorkService
from bot.services.guild import GuildService
from bot.services.planning import RoundupWork
from bot.services.source import SourceService

PARKED_SHOWN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a message that says what to do about it; `reason` is an error as it is kept."""

    message_id: str
    params: Mapping[str, object] = field(default_factory=dict[str, object])


class DoctorService:
    """Examines a guild's settings, sources and agenda."""

    def __init__(self, clock: Clock, guilds: GuildService, sources: SourceService, due: DueWorkService) -> None:
        self._clock = clock
        self._guilds = guilds
        self._sources = sources
        self._due = due

    async def examine(self, actor: Actor) -> tuple[Finding, ...]:
        """Return what is wrong, nothing if all is well.

        Raises:
            NotAllowedError: without the capability to manage.
        """
        actor.require(Capability.MANAGE)
        settings = await self._guilds.find(actor.guild_id)
        if settings is None:
            return (Finding("help.doctor.not_set_up"),)
        found: list[Finding] = []
        if Part.ROUNDUP not in settings.parts:
            found.append(Finding("help.doctor.roundup_off"))
        if settings.is_paused(PauseScope.POSTS, self._clock.now()):
            found.append(Finding("help.doctor.paused"))
        sources = await self._sources.list(actor.guild_id)
        if not sources:
            found.append(Finding("help.doctor.no_sources"))
        found += [
            Finding("help.doctor.source", {"name": source.name, "reason": source.failure})
            for source in sources
            if source.failure is not None and not source.is_paused
        ]
        # An edition's day is over soon; planning stands still until somebody does something about it.
        recent = self._clock.now() - PARKED_SHOWN
        found += [
            Finding(f"help.doctor.parked.{kind}", {"reason": error})
            for kind, error, parked_at in await self._due.parked_in(actor.guild_id)
            if parked_at >= recent or kind == RoundupWork.kind
        ]
        return tuple(found)
