"""A guild's settings: set up, changed, paused, and told who changed what."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.errors import NotSetUpError
from bot.domain.guild import (
    AuditEntry,
    BadLanguageError,
    GuildSettings,
    Part,
    PastMomentError,
    Pause,
    PauseScope,
)
from bot.domain.moments import check_zone
from bot.domain.roundup import Roundup
from bot.services.due_work import DueWorkService
from bot.storage import guild as table
from bot.storage import roundup as roundups
from bot.storage.store import Session, Store
from bot.text import LANGUAGES

AUDIT_PAGE = 10


@dataclass(frozen=True, slots=True)
class SetupChoice:
    """What /setup asks: everything that a first edition needs. `at` is local to `timezone`."""

    name: str
    channel_id: int
    at: time
    timezone: str
    language: str
    parts: frozenset[Part]
    notify_role_id: int | None


class GuildService:
    """Settings of guilds, each change with its line in the audit trail."""

    def __init__(self, store: Store, clock: Clock, due: DueWorkService) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def settings(self, guild_id: int) -> GuildSettings:
        """Return a guild's settings.

        Raises:
            NotSetUpError: before /setup.
        """
        found = await self.find(guild_id)
        if found is None:
            raise NotSetUpError
        return found

    async def find(self, guild_id: int) -> GuildSettings | None:
        """Return a guild's settings, or None before /setup."""
        return await self._store.read(lambda session: table.settings_of(session, guild_id))

    async def roundup(self, guild_id: int) -> Roundup:
        """Return a guild's roundup.

        Raises:
            NotSetUpError: before /setup.
        """
        found = await self._store.read(lambda session: roundups.roundup_of(session, guild_id))
        if found is None:
            raise NotSetUpError
        return found

    async def set_up(self, actor: Actor, choice: SetupChoice) -> datetime | None:
        """Write what /setup asked and return when the first edition comes, None with the roundup off.

        Raises:
            NotAllowedError: without the capability to manage.
            UnknownZoneError, BadLanguageError: if a choice is not one.
        """
        actor.require(Capability.MANAGE)
        timezone = check_zone(choice.timezone)
        check_language(choice.language)
        now = self._clock.now()

        async def write(session: Session) -> datetime | None:
            before = await table.settings_of(session, actor.guild_id, to_change=True)
            rhythm = await self._rhythm(session, actor.guild_id)
            kept = before or GuildSettings(
                guild_id=actor.guild_id,
                language=choice.language,
                timezone=timezone,
                parts=choice.parts,
                notices_channel_id=None,
                set_up_at=now,
                version=0,
            )
            await table.save_settings(
                session, replace(kept, language=choice.language, timezone=timezone, parts=choice.parts)
            )
            roundup = await roundups.roundup_of(session, actor.guild_id)
            if roundup is None:
                roundup = Roundup(0, actor.guild_id, choice.name, choice.channel_id, choice.at, timezone, None)
            chosen = replace(
                roundup,
                name=choice.name,
                channel_id=choice.channel_id,
                at=choice.at,
                notify_role_id=choice.notify_role_id,
            )
            await roundups.save_roundup(session, chosen)
            await self._audit(
                session,
                actor,
                "guild.audit.set_up",
                channel=f"<#{choice.channel_id}>",
                time=f"{choice.at:%H:%M}",
                zone=timezone,
            )
            return await self._replan(session, actor.guild_id, now, before=rhythm)

        return await self._store.write(write)

    async def change(
        self, actor: Actor, edit: Callable[[GuildSettings], GuildSettings], action: str, **params: str
    ) -> GuildSettings:
        """Change settings through a pure function, with one line in the audit trail, and return them as they stand.

        Args:
            actor: who asks.
            edit: the settings as they are → as they should be.
            action: the message id of the audit line; `params` fill it.
            params: plain words, mentions and time stamps; `scope` and `capability` are codes, several with ", ".

        Raises:
            NotAllowedError: without the capability to manage.
            NotSetUpError: before /setup.
            UnknownZoneError, BadLanguageError: if what `edit` chose is not one.
        """
        actor.require(Capability.MANAGE)
        now = self._clock.now()

        async def write(session: Session) -> GuildSettings:
            before = await table.settings_of(session, actor.guild_id, to_change=True)
            if before is None:
                raise NotSetUpError
            rhythm = await self._rhythm(session, actor.guild_id)
            after = edit(before)
            check_language(after.language)
            saved = await table.save_settings(session, replace(after, timezone=check_zone(after.timezone)))
            await self._audit(session, actor, action, **params)
            await self._replan(session, actor.guild_id, now, before=rhythm)
            return saved

        return await self._store.write(write)

    async def change_roundup(
        self, actor: Actor, edit: Callable[[Roundup], Roundup], action: str, **params: str
    ) -> datetime | None:
        """Change the roundup through a pure function and return when its next edition comes.

        Raises:
            NotAllowedError: without the capability to manage.
            NotSetUpError: before /setup.
        """
        actor.require(Capability.MANAGE)
        now = self._clock.now()

        async def write(session: Session) -> datetime | None:
            await table.settings_of(session, actor.guild_id, to_change=True)
            before = await roundups.roundup_of(session, actor.guild_id)
            if before is None:
                raise NotSetUpError
            rhythm = await self._rhythm(session, actor.guild_id)
            after = edit(before)
            await roundups.save_roundup(session, replace(after, id=before.id, guild_id=before.guild_id))
            await self._audit(session, actor, action, **params)
            return await self._replan(session, actor.guild_id, now, before=rhythm)

        return await self._store.write(write)

    async def pause(self, actor: Actor, scopes: frozenset[PauseScope], until: datetime | None) -> None:
        """Hold posts or rules back, until a moment or until somebody resumes them.

        Raises:
            NotAllowedError: without the capability to manage.
            PastMomentError: if `until` has passed.
        """
        actor.require(Capability.MANAGE)
        if until is not None and until <= self._clock.now():
            raise PastMomentError(given=f"<t:{int(until.timestamp())}:f>")

        def edit(settings: GuildSettings) -> GuildSettings:
            others = tuple(pause for pause in settings.pauses if pause.scope not in scopes)
            new = tuple(Pause(scope, until) for scope in sorted(scopes))
            return replace(settings, pauses=others + new)

        if until is None:
            await self.change(actor, edit, "guild.audit.paused", scope=_names(scopes))
        else:
            stamp = f"<t:{int(until.timestamp())}:f>"
            await self.change(actor, edit, "guild.audit.paused_until", scope=_names(scopes), until=stamp)

    async def resume(self, actor: Actor, scopes: frozenset[PauseScope]) -> None:
        """Let posts or rules go on.

        Raises:
            NotAllowedError: without the capability to manage.
        """

        def edit(settings: GuildSettings) -> GuildSettings:
            return replace(settings, pauses=tuple(p for p in settings.pauses if p.scope not in scopes))

        await self.change(actor, edit, "guild.audit.resumed", scope=_names(scopes))

    async def audit(self, actor: Actor, *, before_id: int | None = None) -> tuple[AuditEntry, ...]:
        """Return a page of what was changed, newest first.

        Raises:
            NotAllowedError: without the capability to manage.
        """
        actor.require(Capability.MANAGE)
        return await self._store.read(
            lambda session: table.audit_page(session, actor.guild_id, before_id=before_id, limit=AUDIT_PAGE)
        )

    async def _audit(self, session: Session, actor: Actor, action: str, **params: str) -> None:
        await table.add_audit(
            session,
            guild_id=actor.guild_id,
            actor_id=actor.user_id,
            action=action,
            params=params,
            at=self._clock.now(),
        )

    async def _rhythm(self, session: Session, guild_id: int) -> Roundup | None:
        """Return the roundup if it is to be planned; None before /setup and with the part off."""
        settings = await table.settings_of(session, guild_id)
        if settings is None or Part.ROUNDUP not in settings.parts:
            return None
        return await roundups.roundup_of(session, guild_id)

    async def _replan(
        self, session: Session, guild_id: int, now: datetime, *, before: Roundup | None
    ) -> datetime | None:
        """Bring the agenda in line with the settings just written and return when the next edition comes.

        A change that does not touch the time leaves the agenda alone: an edition that is due and has not begun, or
        that waits after a failure, must not be put off to tomorrow because somebody pressed Save.
        """
        roundup = await self._rhythm(session, guild_id)
        if roundup is None:
            if before is not None:
                await self._due.cancel(session, "roundup", before.id)
            return None
        if before is not None and (before.at, before.timezone) == (roundup.at, roundup.timezone):
            planned = await self._due.planned_at(session, "roundup", roundup.id)
            if planned is not None:
                return planned
        next_at = roundup.next_after(now)
        await self._due.schedule(session, "roundup", roundup.id, next_at, guild_id=guild_id)
        return next_at


def check_language(language: str) -> None:
    """Refuse a language that has no catalogue.

    Raises:
        BadLanguageError: naming those that have.
    """
    if language not in LANGUAGES:
        raise BadLanguageError(given=language, known=", ".join(LANGUAGES))


def _names(scopes: frozenset[PauseScope]) -> str:
    return ", ".join(sorted(scope.value for scope in scopes))
