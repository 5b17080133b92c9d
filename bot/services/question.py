"""The guild's own queue of questions: an edition whose articles ask nothing asks the first that waits."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.errors import GoneError
from bot.domain.queue import (
    QUEUE_MAX,
    QuestionKnownError,
    QueuedQuestion,
    QueueFullError,
    asked_as,
    options_of,
)
from bot.domain.roundup import EditionRecord
from bot.storage import guild as guilds
from bot.storage import question as table
from bot.storage import roundup as roundups
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)


class QuestionService:
    """What editors do with the queue."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def add(
        self, actor: Actor, given: str, options: Sequence[str] = (), *, roundup_id: int | None = None
    ) -> tuple[QueuedQuestion, int]:
        """Put a question at the end of the queue; return it and its place, counted from 1.

        Args:
            actor: who asks.
            given: the question as it was typed.
            options: what readers may choose from, none for a question that is answered in words.
            roundup_id: the only roundup that may ask it; None for any.

        Raises:
            NotAllowedError: without the capability to edit.
            QuestionEmptyError, QuestionLongError, OptionsError, OptionLongError, OptionTwiceError: see there.
            QuestionKnownError: if the same question waits already.
            QueueFullError: if too many wait.
            GoneError: if the guild has no such roundup.
        """
        actor.require(Capability.EDIT)
        asked, chosen = asked_as(given), options_of(options)
        now = self._clock.now()

        async def write(session: Session) -> tuple[QueuedQuestion, int]:
            await guilds.take_turns(session, actor.guild_id)
            if roundup_id is not None:
                roundup = await roundups.roundup_by_id(session, roundup_id)
                if roundup is None or roundup.guild_id != actor.guild_id:
                    raise GoneError
            queue = await table.waiting(session, actor.guild_id)
            if any(question.text.casefold() == asked.casefold() for question in queue):
                raise QuestionKnownError
            if len(queue) >= QUEUE_MAX:
                raise QueueFullError(limit=QUEUE_MAX)
            added = await table.add_question(
                session,
                guild_id=actor.guild_id,
                roundup_id=roundup_id,
                text=asked,
                options=chosen,
                added_by=actor.user_id,
                at=now,
            )
            await self._audit(session, actor, "question.audit.added", asked)
            return added, len(queue) + 1

        added, place = await self._store.write(write)
        log.info("question queued guild=%s question=%s place=%s", actor.guild_id, added.id, place)
        return added, place

    async def list(self, actor: Actor) -> tuple[QueuedQuestion, ...]:
        """Return the questions that wait, the next one first.

        Raises:
            NotAllowedError: without the capability to edit.
        """
        actor.require(Capability.EDIT)
        return await self._store.read(lambda session: table.waiting(session, actor.guild_id))

    async def remove(self, actor: Actor, question_id: int) -> QueuedQuestion:
        """Take a question out of the queue and return it.

        Raises:
            NotAllowedError: without the capability to edit.
            GoneError: if none waits with this id here: it was asked meanwhile, or removed.
        """
        actor.require(Capability.EDIT)

        async def write(session: Session) -> QueuedQuestion:
            removed = await table.remove_question(session, actor.guild_id, question_id)
            if removed is None:
                raise GoneError
            await self._audit(session, actor, "question.audit.removed", removed.text)
            return removed

        return await self._store.write(write)

    async def _audit(self, session: Session, actor: Actor, action: str, question: str) -> None:
        await guilds.add_audit(
            session,
            guild_id=actor.guild_id,
            actor_id=actor.user_id,
            action=action,
            params={"question": question},
            at=self._clock.now(),
        )


async def ask_again(session: Session, edition: EditionRecord) -> EditionRecord:
    """Return an edition that is to appear after all, whose question was given back to the queue.

    It has that question again, or none if another edition has taken it meanwhile.
    """
    question = None if edition.content is None else edition.content.big_question
    if edition.content is None or question is None or question.queued_id is None:
        return edition
    if await table.take(session, question.queued_id, edition.id):
        return edition
    return await roundups.change_edition(session, replace(edition, content=replace(edition.content, big_question=None)))
