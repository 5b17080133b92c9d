"""Stories that members suggest: sent from an edition, told to the editors, accepted for the next edition."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.address import canonical_address
from bot.domain.article import URL_CHARS_MAX, Article
from bot.domain.due_work import DueWork
from bot.domain.editing import stories
from bot.domain.errors import GoneError
from bot.domain.feed import AddressError
from bot.domain.suggestion import (
    ACCEPTED_WEIGHT,
    KEPT,
    NOTE_CHARS_MAX,
    OPEN_MAX,
    Suggestion,
    SuggestionDecidedError,
    SuggestionKnownError,
    SuggestionLimitError,
    SuggestionState,
    SuggestionToldError,
)
from bot.domain.wording import clean, cut
from bot.feeds.read import FeedReader
from bot.services.due_work import DueWorkService
from bot.services.source import feed_address
from bot.storage import due_work as agenda
from bot.storage import guild as guilds
from bot.storage import roundup as roundups
from bot.storage import suggestion as table
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SuggestionStep:
    """One suggestion to tell the editors of, and where; `resumed` says that they may have been told."""

    suggestion: Suggestion
    channel_id: int
    language: str


class SuggestionService:
    """What members suggest and editors decide. As due work, `kind` is telling the editors of one suggestion."""

    kind = "suggestion"

    def __init__(self, store: Store, clock: Clock, due: DueWorkService, reader: FeedReader) -> None:
        self._store = store
        self._clock = clock
        self._due = due
        self._reader = reader

    async def suggest(self, actor: Actor, edition_id: int, url: str, note: str) -> Suggestion:
        """Keep a member's suggestion for the roundup of an edition, and have the editors told.

        Raises:
            GoneError: if the guild has no such edition.
            AddressError: if `url` is none.
            SuggestionLimitError, SuggestionKnownError, SuggestionToldError: see there.
        """
        address = feed_address(url)
        host = address.partition("://")[2].partition("/")[0]
        if not address.startswith(("http://", "https://")) or "." not in host or len(address) > URL_CHARS_MAX:
            raise AddressError(url=address)
        now = self._clock.now()

        async def write(session: Session) -> Suggestion:
            await guilds.take_turns(session, actor.guild_id)
            edition = await roundups.edition_by_id(session, edition_id)
            if edition is None or edition.guild_id != actor.guild_id:
                raise GoneError
            same = canonical_address(address)
            # What the edition left out may be suggested: nobody has read it there.
            shown = () if edition.content is None else stories(edition.content)
            if same in {canonical_address(told) for section in shown for told in section.articles}:
                raise SuggestionToldError
            waiting = [
                suggestion
                for state in (SuggestionState.OPEN, SuggestionState.ACCEPTED)
                for suggestion in await table.suggestions_of(session, actor.guild_id, state)
            ]
            if any(canonical_address(suggestion.url) == same for suggestion in waiting):
                raise SuggestionKnownError
            if await table.count_open(session, actor.guild_id, actor.user_id) >= OPEN_MAX:
                raise SuggestionLimitError(limit=OPEN_MAX)
            added = await table.add_suggestion(
                session,
                guild_id=actor.guild_id,
                roundup_id=edition.roundup_id,
                member_id=actor.user_id,
                url=address,
                note=cut(clean(note), NOTE_CHARS_MAX),
                at=now,
            )
            await self._due.schedule(session, self.kind, added.id, now, guild_id=actor.guild_id)
            return added

        added = await self._store.write(write)
        log.info("story suggested guild=%s suggestion=%s", actor.guild_id, added.id)
        return added

    async def list(self, actor: Actor) -> tuple[Suggestion, ...]:
        """Return the suggestions that wait for an editor, first in first.

        Raises:
            NotAllowedError: without the capability to edit.
        """
        actor.require(Capability.EDIT)
        return await self._store.read(
            lambda session: table.suggestions_of(session, actor.guild_id, SuggestionState.OPEN)
        )

    async def accept(self, actor: Actor, suggestion_id: int) -> Suggestion:
        """Read the page and keep it for the next edition.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if the guild has no such suggestion.
            SuggestionDecidedError: if an editor was quicker.
            FeedError: if the page cannot be read; the suggestion waits on.
        """
        actor.require(Capability.EDIT)
        waiting = await self._store.read(lambda session: table.suggestion_by_id(session, suggestion_id))
        article = await self._reader.read_article(_undecided(waiting, actor).url)
        return await self._decide(actor, suggestion_id, SuggestionState.ACCEPTED, article)

    async def dismiss(self, actor: Actor, suggestion_id: int) -> Suggestion:
        """Take a suggestion off the list.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if the guild has no such suggestion.
            SuggestionDecidedError: if an editor was quicker.
        """
        actor.require(Capability.EDIT)
        return await self._decide(actor, suggestion_id, SuggestionState.DISMISSED)

    async def _decide(
        self, actor: Actor, suggestion_id: int, state: SuggestionState, article: Article | None = None
    ) -> Suggestion:
        async def write(session: Session) -> Suggestion:
            _undecided(await table.suggestion_by_id(session, suggestion_id, to_change=True), actor)
            decided = await table.decide(session, suggestion_id, state, decided_by=actor.user_id, article=article)
            await guilds.add_audit(
                session,
                guild_id=actor.guild_id,
                actor_id=actor.user_id,
                action=f"suggestion.audit.{state.value}",
                params={"url": decided.url, "member": f"<@{decided.member_id}>"},
                at=self._clock.now(),
            )
            return decided

        return await self._store.write(write)

    async def next_step(self, work: DueWork) -> SuggestionStep | None:
        """Return what to tell the editors; None if they were told, or decided, or have no channel for it."""

        async def read(session: Session) -> SuggestionStep | None:
            found = await table.suggestion_by_id(session, work.subject_id)
            if found is None or found.message_id is not None or found.state is not SuggestionState.OPEN:
                return None
            settings = await guilds.settings_of(session, found.guild_id)
            if settings is None:
                return None
            roundup = await roundups.roundup_by_id(session, found.roundup_id)
            review_channel_id = None if roundup is None else roundup.review_channel_id
            channel_id = review_channel_id or settings.notices_channel_id
            return None if channel_id is None else SuggestionStep(found, channel_id, settings.language)

        return await self._store.read(read)

    async def record_step(self, work: DueWork, step: SuggestionStep, outcome: int) -> None:
        """Record the id of the message that told the editors."""

        async def write(session: Session) -> None:
            await agenda.hold(session, work, self._clock.now(), got_on=True)
            await table.record_told(session, step.suggestion.id, outcome)

        await self._store.write(write)

    async def finished(self, work: DueWork) -> datetime | None:
        """Return None: editors are told once."""
        del work

    async def parked(self, session: Session, work: DueWork, error: str) -> None:
        """Do nothing: /suggestion list has it as well, and /doctor shows what was given up."""


async def accepted(session: Session, guild_id: int, roundup_id: int) -> tuple[Article, ...]:
    """Return the articles that editors accepted for a roundup's next edition."""
    found = await table.suggestions_of(session, guild_id, SuggestionState.ACCEPTED, roundup_id=roundup_id)
    return tuple(
        replace(suggestion.article, weight=ACCEPTED_WEIGHT) for suggestion in found if suggestion.article is not None
    )


async def forget_old(session: Session, now: datetime) -> None:
    """Delete what members suggested longer ago than it is kept."""
    await table.forget_suggestions(session, now - KEPT)


def _undecided(found: Suggestion | None, actor: Actor) -> Suggestion:
    if found is None or found.guild_id != actor.guild_id:
        raise GoneError
    if found.state is not SuggestionState.OPEN:
        raise SuggestionDecidedError(member=f"<@{found.decided_by}>")
    return found
