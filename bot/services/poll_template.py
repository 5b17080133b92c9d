"""Templates of polls: kept from a draft or a poll, used again by hand, or made into a poll by themselves."""

import logging
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.due_work import DueWork
from bot.domain.errors import GoneError, NotSetUpError, packed
from bot.domain.guild import GuildSettings
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.template import (
    POLL_TEMPLATE,
    TEMPLATE_NAME_CHARS_MAX,
    TEMPLATES_MAX,
    LateError,
    PollTemplate,
    RepeatDaysError,
    TemplateGoneError,
    TemplateKnownError,
    TemplateNameError,
    TemplatesFullError,
)
from bot.domain.poll.typed import closes_after, draft_again, open_for
from bot.domain.roundup import EVERY_DAY, LATE_WINDOW, SkipReason, why_not
from bot.domain.wording import clean
from bot.services.due_work import DueWorkService
from bot.services.poll import PollService, poll_of
from bot.services.poll_notice import tell_left_out
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import poll as polls
from bot.storage import poll_template as table
from bot.storage.store import Session, Store, after_commit

log = logging.getLogger(__name__)


class PollTemplateService:
    """What moderators do with templates."""

    def __init__(self, store: Store, clock: Clock, due: DueWorkService) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def save(self, actor: Actor, name: str, draft: PollDraft) -> PollTemplate:
        """Keep a draft under a name; how long the poll is open counts from its opening.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError: before /setup.
            TemplateNameError, TemplateKnownError, TemplatesFullError: see there.
            PaddockError: see `PollDraft.checked`.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()
        checked = draft.checked(now)

        async def write(session: Session) -> PollTemplate:
            return await self._add(session, actor, name, checked, checked.opens_at or now)

        return self._told(await self._store.write(write), "kept")

    async def save_poll(self, actor: Actor, name: str, poll_id: int) -> PollTemplate:
        """Keep what a poll asks under a name, with the options that stand.

        Raises:
            GoneError: if the guild has no such poll.
            PaddockError: see `save`.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> PollTemplate:
            poll = await polls.poll_by_id(session, poll_id)
            if poll is None or poll.guild_id != actor.guild_id:
                raise GoneError
            draft = replace(draft_again(poll), closes_at=poll.closes_at)
            return await self._add(session, actor, name, draft, poll.opens_at)

        return self._told(await self._store.write(write), "kept")

    async def list(self, actor: Actor) -> tuple[PollTemplate, ...]:
        """Return the guild's templates by name.

        Raises:
            NotAllowedError: without the capability to edit.
        """
        actor.require(Capability.EDIT)
        return tuple(await self._store.read(lambda session: table.templates_of(session, actor.guild_id)))

    async def get(self, actor: Actor, template_id: int) -> PollTemplate:
        """Return a template of the actor's guild.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if there is none.
        """
        actor.require(Capability.EDIT)
        return await self._store.read(partial(_template_of, actor=actor, template_id=template_id))

    async def named(self, actor: Actor, name: str) -> PollTemplate:
        """Return a template of the actor's guild by its name, however that is capitalised.

        Raises:
            NotAllowedError: without the capability to edit.
            TemplateGoneError: if there is none.
        """
        actor.require(Capability.EDIT)
        wanted = clean(name)
        found = await self._store.read(lambda session: table.template_named(session, actor.guild_id, wanted))
        if found is None:
            raise TemplateGoneError(name=name)
        return found

    async def use(self, actor: Actor, template_id: int) -> PollDraft:
        """Return what a template would make now: a draft that opens at once.

        Raises:
            NotAllowedError, GoneError, NotSetUpError.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()

        async def read(session: Session) -> PollDraft:
            template = await _template_of(session, actor=actor, template_id=template_id)
            return draft_of(template, now, await _settings_of(session, actor.guild_id))

        return await self._store.read(read)

    async def delete(self, actor: Actor, template_id: int) -> PollTemplate:
        """Forget a template; what was made of it stays.

        Raises:
            NotAllowedError, GoneError.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> PollTemplate:
            template = await _template_of(session, actor=actor, template_id=template_id, to_change=True)
            await table.delete_template(session, template.id)
            await self._due.cancel(session, POLL_TEMPLATE, template.id)
            await self._audit(session, actor, template, "template_deleted")
            return template

        return self._told(await self._store.write(write), "deleted")

    async def repeat(self, actor: Actor, template_id: int, days: frozenset[int], at: time) -> PollTemplate:
        """Have a poll made of a template on these days at a time of day in the guild's zone.

        Args:
            actor: who asks.
            template_id: which.
            days: ISO weekdays, Monday is 1; at least one.
            at: local to the guild.

        Raises:
            NotAllowedError, GoneError, NotSetUpError.
            RepeatDaysError: without a day.
        """
        actor.require(Capability.EDIT)
        if not days or not days <= EVERY_DAY:
            raise RepeatDaysError
        now = self._clock.now()

        async def write(session: Session) -> PollTemplate:
            template = await _template_of(session, actor=actor, template_id=template_id, to_change=True)
            settings = await _settings_of(session, actor.guild_id)
            template = replace(template, days=days, at=at.replace(second=0, microsecond=0))
            await table.save_template(session, template)
            next_at = template.next_after(now, settings.zone)
            if next_at is not None:
                await self._due.schedule(session, POLL_TEMPLATE, template.id, next_at, guild_id=actor.guild_id)
            await self._audit(session, actor, template, "repeated", time=f"{at:%H:%M}")
            return template

        return self._told(await self._store.write(write), "repeated")

    async def stop(self, actor: Actor, template_id: int) -> PollTemplate:
        """Have no more polls made of a template by themselves.

        Raises:
            NotAllowedError, GoneError.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> PollTemplate:
            template = await _template_of(session, actor=actor, template_id=template_id, to_change=True)
            template = replace(template, days=frozenset(), at=None)
            await table.save_template(session, template)
            await self._due.cancel(session, POLL_TEMPLATE, template.id)
            await self._audit(session, actor, template, "stopped")
            return template

        return self._told(await self._store.write(write), "stopped")

    async def _add(
        self, session: Session, actor: Actor, name: str, draft: PollDraft, opens_at: datetime
    ) -> PollTemplate:
        named = clean(name)
        if not 0 < len(named) <= TEMPLATE_NAME_CHARS_MAX:
            raise TemplateNameError(limit=TEMPLATE_NAME_CHARS_MAX)
        await guilds.take_turns(session, actor.guild_id)
        settings = await _settings_of(session, actor.guild_id)
        if await table.template_named(session, actor.guild_id, named) is not None:
            raise TemplateKnownError(name=named)
        if len(await table.templates_of(session, actor.guild_id)) >= TEMPLATES_MAX:
            raise TemplatesFullError(limit=TEMPLATES_MAX)
        template = PollTemplate(
            id=0,
            guild_id=actor.guild_id,
            name=named,
            question=draft.question,
            rules=draft.rules,
            options=draft.options,
            length=open_for(opens_at, draft.closes_at, settings.zone),
            channel_id=draft.channel_id,
            days=frozenset(),
            at=None,
            created_by=actor.user_id,
            created_at=self._clock.now(),
        )
        kept = await table.add_template(session, template)
        await self._audit(session, actor, kept, "template_kept")
        return kept

    async def _audit(self, session: Session, actor: Actor, template: PollTemplate, action: str, **params: str) -> None:
        await guilds.add_audit(
            session,
            guild_id=actor.guild_id,
            actor_id=actor.user_id,
            action=f"poll_make.audit.{action}",
            params={"name": template.name, **params},
            at=self._clock.now(),
        )

    @staticmethod
    def _told(template: PollTemplate, what: str) -> PollTemplate:
        log.info("poll template %s guild=%s template=%s", what, template.guild_id, template.id)
        return template


class PollTemplateWork:
    """Due work on a template: makes its poll when the time comes, then waits for the next.

    The poll and the next time are written in one transaction, so that one killed in between is done either wholly or
    not at all. What was missed by more than `LATE_WINDOW`, or falls into a pause, is left out; of the first the guild
    is told.
    """

    kind = POLL_TEMPLATE

    def __init__(self, store: Store, clock: Clock, due: DueWorkService, polls: PollService) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._polls = polls

    async def next_step(self, work: DueWork) -> None:
        """Make the poll that is due; nothing is left to do outside of the transaction.

        Raises:
            LeaseLostError: if somebody else has taken the work over.
        """
        now = self._clock.now()

        async def write(session: Session) -> None:
            await agenda.hold(session, work, now)
            template = await table.template_by_id(session, work.subject_id, to_change=True)
            settings = None if template is None else await guilds.settings_of(session, template.guild_id)
            # Written down already by whoever was killed, or moved by a moderator, while this claim was held.
            is_due = await self._due.planned_at(session, POLL_TEMPLATE, work.subject_id) == work.due_at
            if template is None or settings is None or not is_due:
                return
            meant_at = template.next_after(work.due_at - timedelta(microseconds=1), settings.zone)
            next_at = meant_at
            if meant_at == work.due_at:
                await self._make(session, template, settings, work.due_at)
                next_at = template.next_after(max(work.due_at, now - LATE_WINDOW), settings.zone)
            # Otherwise the guild's zone was changed since: it comes at its time of day there.
            if next_at is not None:
                await self._due.schedule(session, POLL_TEMPLATE, template.id, next_at, guild_id=template.guild_id)

        await self._store.write(write)

    async def _make(self, session: Session, template: PollTemplate, settings: GuildSettings, due_at: datetime) -> None:
        now = self._clock.now()
        reason = why_not(settings, due_at, now)
        if reason is not None:
            if reason is SkipReason.LATE:
                late = packed(LateError(hours=round(LATE_WINDOW / timedelta(hours=1))))
                question, guild_id = template.question, template.guild_id
                await tell_left_out(session, guild_id=guild_id, question=question, reason=late, now=now)
            after_commit(
                session,
                lambda: log.info(
                    "poll left out guild=%s template=%s reason=%s", template.guild_id, template.id, reason.value
                ),
            )
            return
        draft = draft_of(template, now, settings).checked(now)
        made = poll_of(draft, guild_id=template.guild_id, created_by=template.created_by, now=now)
        kept = await self._polls.add(session, made)
        after_commit(
            session,
            lambda: log.info("poll made guild=%s template=%s poll=%s", kept.guild_id, template.id, kept.id),
        )

    @staticmethod
    async def perform(step: None) -> None:
        """Do nothing: `next_step` never hands out a step."""

    async def record_step(self, work: DueWork, step: None, outcome: None) -> None:
        """Record nothing: `next_step` never hands out a step."""

    async def finished(self, work: DueWork) -> datetime | None:
        """Return None: `next_step` has planned the next time in the transaction that made the poll."""
        del work

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Leave this time out, tell the guild, and go on with the next: fewer polls may be open tomorrow."""
        template = await table.template_by_id(session, work.subject_id, to_change=True)
        settings = None if template is None else await guilds.settings_of(session, template.guild_id)
        if template is None or settings is None:
            return
        after_commit(session, lambda: log.warning("poll not made template=%s error=%s", work.subject_id, error))
        now = self._clock.now()
        await tell_left_out(session, guild_id=template.guild_id, question=template.question, reason=error, now=now)
        next_at = template.next_after(now, settings.zone)
        if next_at is not None:
            await self._due.schedule(session, POLL_TEMPLATE, template.id, next_at, guild_id=template.guild_id)


def draft_of(template: PollTemplate, now: datetime, settings: GuildSettings) -> PollDraft:
    """Return what a template makes at `now`."""
    closes_at = closes_after(now, template.length, settings.zone)
    return PollDraft(template.question, template.rules, template.options, template.channel_id, closes_at=closes_at)


async def _template_of(session: Session, *, actor: Actor, template_id: int, to_change: bool = False) -> PollTemplate:
    template = await table.template_by_id(session, template_id, to_change=to_change)
    if template is None or template.guild_id != actor.guild_id:
        raise GoneError
    return template


async def _settings_of(session: Session, guild_id: int) -> GuildSettings:
    settings = await guilds.settings_of(session, guild_id)
    if settings is None:
        raise NotSetUpError
    return settings
