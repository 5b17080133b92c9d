"""What readers say of an edition: the threads of its stories, and what came of the last one's question."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.domain.discussion import OPENING_MAX, BeingOpenedError, Discussion, Turn, story_of
from bot.domain.edition import Section
from bot.domain.errors import GoneError
from bot.domain.look_back import LOOK_BACK_DAYS_MAX
from bot.domain.roundup import EditionRecord
from bot.storage import discussion as table
from bot.storage import guild as guilds
from bot.storage import roundup as editions
from bot.storage.store import Session, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Story:
    """A story that somebody wants to discuss, and its thread as far as there is one.

    `turn` says whether the asker is to open it. `others` are the threads of the guild's other stories, one of which may
    have the same name.
    """

    edition: EditionRecord
    section: Section
    discussion: Discussion
    language: str
    turn: Turn
    others: frozenset[int]


class DiscussionService:
    """Keeps which story has which thread, so that each has one however many members ask for it at once."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def want(self, guild_id: int, edition_id: int, number: int) -> Story:
        """Return a story's thread, or that the asker is to open it.

        Raises:
            GoneError: if this guild has no such edition with such a story.
            BeingOpenedError: if somebody else is opening it at this moment.
        """
        now = self._clock.now()

        async def write(session: Session) -> Story:
            edition = await editions.edition_by_id(session, edition_id)
            settings = await guilds.settings_of(session, guild_id)
            if edition is None or edition.guild_id != guild_id or settings is None or edition.content is None:
                raise GoneError
            section = story_of(edition.content, number)
            if section is None or edition.posted_at is None:
                raise GoneError
            discussion, turn = await table.want_discussion(
                session, edition_id, number, now=now, stale=now - OPENING_MAX
            )
            if discussion.thread_id is None and turn is Turn.NOT_NOW:
                raise BeingOpenedError
            others = await table.threads_of_stories(session, guild_id, since=edition.posted_at)
            return Story(edition, section, discussion, settings.language, turn, others)

        return await self._store.write(write)

    async def opened(self, discussion: Discussion, thread_id: int) -> None:
        """Record that a story's thread is open."""
        await self._store.write(lambda session: table.opened(session, discussion.id, thread_id))
        log.info("story's thread opened edition=%s story=%s", discussion.edition_id, discussion.section_number)

    async def lost(self, discussion: Discussion) -> None:
        """Record that a story's thread could not be opened, or that it is gone: the next who asks opens it at once."""
        begun_at = self._clock.now() - OPENING_MAX
        await self._store.write(
            lambda session: table.reopen(session, discussion.id, but=discussion.thread_id, begun_at=begun_at)
        )

    async def earlier(self, edition: EditionRecord) -> EditionRecord | None:
        """Return the edition before this one, if readers were asked something there that can be told now."""
        since = edition.day - timedelta(days=LOOK_BACK_DAYS_MAX)
        found = await self._store.read(
            lambda session: editions.last_posted(session, edition.roundup_id, before=edition.day, since=since)
        )
        asked = found is not None and found.content is not None and found.content.big_question is not None
        return found if asked and found is not None and found.question_id is not None else None
