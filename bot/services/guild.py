"""A guild's settings: set up, changed, paused, and told who changed what."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.editing import (
    ROUNDUPS_MAX,
    LastRoundupError,
    ReviewInPublicError,
    RoundupLimitError,
    RoundupNameError,
    check_roundup,
)
from bot.domain.errors import NotSetUpError
from bot.domain.guild import (
    AuditEntry,
    BadLanguageError,
    GuildSettings,
    Part,
    Pause,
    PauseScope,
)
from bot.domain.poll.poll import POLL
from bot.domain.roundup import EDITION, EDITION_SHOW, Roundup
from bot.domain.when import PastMomentError
from bot.domain.zones import check_zone
from bot.services.due_work import DueWorkService
from bot.services.notice import NOTICE
from bot.services.rhythm import replan, rhythm_of
from bot.services.roundup import chosen
from bot.storage import editing
from bot.storage import guild as table
from bot.storage import poll as polls
from bot.storage import roundup as roundups
from bot.storage.store import Session, Store
from bot.text import LANGUAGES, text

AUDIT_PAGE = 10
# Under which kinds an edition may stand on the agenda.
EDITION_KINDS = (EDITION, EDITION_SHOW, NOTICE)


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

    async def roundup(self, guild_id: int, roundup_id: int | None = None) -> Roundup:
        """Return one of a guild's roundups, for None the first, which /setup made.

        Raises:
            NotSetUpError: before /setup.
            GoneError: if there is no such roundup here.
        """
        return chosen(await self.roundups(guild_id), roundup_id)

    async def roundups(self, guild_id: int) -> tuple[Roundup, ...]:
        """Return a guild's roundups, in the order in which they were made.

        Raises:
            NotSetUpError: before /setup.
        """
        found = await self._store.read(lambda session: roundups.roundups_of(session, guild_id))
        if not found:
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
            rhythm = await rhythm_of(session, actor.guild_id)
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
            if before is not None and before.language != choice.language:
                await self._show_polls_anew(session, actor.guild_id, now)
            roundup = await roundups.roundup_of(session, actor.guild_id)
            if roundup is None:
                roundup = Roundup(0, actor.guild_id, choice.name, choice.channel_id, choice.at, timezone, None)
            # A name that somebody gave it stays; one that it had by itself is that of the language.
            is_ours = roundup.name in {text("guild.setup.roundup_name", language) for language in LANGUAGES}
            wanted = replace(
                roundup,
                name=choice.name if is_ours else roundup.name,
                channel_id=choice.channel_id,
                at=choice.at,
                notify_role_id=choice.notify_role_id,
            )
            if wanted.review_channel_id == wanted.channel_id:
                raise ReviewInPublicError
            roundup_id = await roundups.save_roundup(session, wanted)
            await self._audit(
                session,
                actor,
                "guild.audit.set_up",
                channel=f"<#{choice.channel_id}>",
                time=f"{choice.at:%H:%M}",
                zone=timezone,
            )
            planned = await replan(session, self._due, actor.guild_id, now, before=rhythm)
            return planned.get(roundup_id)

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
            rhythm = await rhythm_of(session, actor.guild_id)
            after = edit(before)
            check_language(after.language)
            saved = await table.save_settings(session, replace(after, timezone=check_zone(after.timezone)))
            if saved.language != before.language:
                await self._show_polls_anew(session, actor.guild_id, now)
            await self._audit(session, actor, action, **params)
            await replan(session, self._due, actor.guild_id, now, before=rhythm)
            return saved

        return await self._store.write(write)

    async def change_roundup(
        self,
        actor: Actor,
        edit: Callable[[Roundup], Roundup],
        action: str,
        *,
        roundup_id: int | None = None,
        **params: str,
    ) -> datetime | None:
        """Change a roundup through a pure function and return when its next edition comes.

        Args:
            actor: who asks.
            edit: the roundup as it is → as it should be.
            action: the message id of the audit line; `params` fill it.
            roundup_id: which of the guild's; None for the one that /setup made.
            params: as for `change`.

        Raises:
            NotAllowedError: without the capability to manage.
            NotSetUpError: before /setup.
            GoneError: if there is no such roundup here.
            PaddockError: what `bot.domain.editing.check_roundup` raises, or RoundupNameError for a name taken.
        """
        actor.require(Capability.MANAGE)
        now = self._clock.now()

        async def write(session: Session) -> datetime | None:
            await table.settings_of(session, actor.guild_id, to_change=True)
            found = await roundups.roundups_of(session, actor.guild_id)
            if not found:
                raise NotSetUpError
            before = chosen(found, roundup_id)
            rhythm = await rhythm_of(session, actor.guild_id)
            after = check_roundup(replace(edit(before), id=before.id, guild_id=before.guild_id))
            if after.name in {other.name for other in found if other.id != before.id}:
                raise RoundupNameError(name=after.name)
            await roundups.save_roundup(session, after)
            await self._audit(session, actor, action, **params)
            planned = await replan(session, self._due, actor.guild_id, now, before=rhythm)
            return planned.get(before.id)

        return await self._store.write(write)

    async def add_roundup(self, actor: Actor, roundup: Roundup) -> Roundup:
        """Add a roundup to those of a guild that was set up, and return it as it is kept.

        Raises:
            NotAllowedError: without the capability to manage.
            NotSetUpError: before /setup.
            RoundupLimitError: if the guild has as many as it may.
            PaddockError: what `bot.domain.editing.check_roundup` raises, or RoundupNameError for a name taken.
        """
        actor.require(Capability.MANAGE)
        now = self._clock.now()

        async def write(session: Session) -> Roundup:
            settings = await table.settings_of(session, actor.guild_id, to_change=True)
            if settings is None:
                raise NotSetUpError
            found = await roundups.roundups_of(session, actor.guild_id)
            if len(found) >= ROUNDUPS_MAX:
                raise RoundupLimitError(limit=ROUNDUPS_MAX)
            rhythm = await rhythm_of(session, actor.guild_id)
            wanted = check_roundup(replace(roundup, id=0, guild_id=actor.guild_id, timezone=settings.timezone))
            if wanted.name in {other.name for other in found}:
                raise RoundupNameError(name=wanted.name)
            saved = replace(wanted, id=await roundups.save_roundup(session, wanted))
            await self._audit(session, actor, "editing.audit.new", name=saved.name, channel=f"<#{saved.channel_id}>")
            await replan(session, self._due, actor.guild_id, now, before=rhythm)
            return saved

        return await self._store.write(write)

    async def delete_roundup(self, actor: Actor, roundup_id: int) -> Roundup:
        """Delete a roundup with the record of its editions, and return what it was; what was posted stays in Discord.

        Raises:
            NotAllowedError: without the capability to manage.
            GoneError: if there is no such roundup here.
            LastRoundupError: if it is the only one.
        """
        actor.require(Capability.MANAGE)

        async def write(session: Session) -> Roundup:
            await table.settings_of(session, actor.guild_id, to_change=True)
            found = await roundups.roundups_of(session, actor.guild_id)
            roundup = chosen(found, roundup_id)
            if len(found) == 1:
                raise LastRoundupError
            await editing.delete_roundup(session, roundup.id, edition_kinds=EDITION_KINDS)
            await self._audit(session, actor, "editing.audit.deleted", name=roundup.name)
            return roundup

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

    async def _show_polls_anew(self, session: Session, guild_id: int, now: datetime) -> None:
        """Have the cards of polls shown in the guild's new language: nobody may vote for days."""
        for poll_id in await polls.show_anew(session, guild_id):
            await self._due.schedule(session, POLL, poll_id, now, guild_id=guild_id)

    async def _audit(self, session: Session, actor: Actor, action: str, **params: str) -> None:
        await table.add_audit(
            session,
            guild_id=actor.guild_id,
            actor_id=actor.user_id,
            action=action,
            params=params,
            at=self._clock.now(),
        )


def check_language(language: str) -> None:
    """Refuse a language that has no catalogue.

    Raises:
        BadLanguageError: naming those that have.
    """
    if language not in LANGUAGES:
        raise BadLanguageError(given=language, known=", ".join(LANGUAGES))


def _names(scopes: frozenset[PauseScope]) -> str:
    return ", ".join(sorted(scope.value for scope in scopes))
