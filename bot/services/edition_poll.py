"""The poll that asks an edition's question: made when the edition asks it, and told of in the next one."""

import logging
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.domain.edition import Answer
from bot.domain.poll.asked import answers, asked_as_poll, closes
from bot.domain.poll.poll import POLL, PollState
from bot.domain.roundup import EditionRecord, Roundup
from bot.services.due_work import DueWorkService
from bot.services.poll import poll_of
from bot.services.poll_count import ShownPoll, shown
from bot.storage import guild as guilds
from bot.storage import poll as table
from bot.storage.store import Session, Store
from bot.text import text

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """What readers answered, how many voted, and whether the poll is over."""

    answers: tuple[Answer, ...]
    votes_n: int
    is_over: bool


class EditionPollService:
    """Asks the questions of editions."""

    def __init__(self, store: Store, clock: Clock, due: DueWorkService) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def ask(self, edition: EditionRecord, roundup: Roundup) -> ShownPoll | None:
        """Return the poll that asks an edition's question, made the first time; None if it is answered in words.

        Its card is posted by whoever posts the edition, who says so with `asked`.
        """
        now = self._clock.now()

        async def write(session: Session) -> ShownPoll | None:
            settings = await guilds.settings_of(session, edition.guild_id)
            question = None if edition.content is None else edition.content.big_question
            if settings is None or question is None:
                return None
            if (known := await table.poll_of_edition(session, edition.id)) is not None:
                return await shown(session, known, settings.language)
            labels = text("poll.verdict.has_it", settings.language), text("poll.verdict.lost_it", settings.language)
            draft = asked_as_poll(
                question,
                channel_id=edition.thread_id or edition.channel_id,
                closes_at=closes(roundup, now),
                other=text("poll.other", settings.language),
                labels=labels,
            )
            if draft is None:
                return None
            poll = poll_of(draft, guild_id=edition.guild_id, created_by=0, now=now, edition_id=edition.id)
            made = await table.add_poll(session, replace(poll, state=PollState.OPEN))
            return await shown(session, made, settings.language)

        return await self._store.write(write)

    async def asked(self, poll_id: int, message_id: int) -> None:
        """Record where the card of an edition's poll stands; from now on its own work shows and closes it."""

        async def write(session: Session) -> None:
            poll = await table.poll_to_change(session, poll_id)
            if poll is None:
                return
            shown = replace(poll, message_id=message_id, thread_id=poll.channel_id, shown_revision=poll.revision)
            await table.save_poll(session, shown, shows=False)
            await self._due.schedule(session, POLL, poll.id, self._clock.now(), guild_id=poll.guild_id)

        await self._store.write(write)

    async def answered(self, poll_id: int) -> Answered | None:
        """Return what came of the poll of an edition; None if it is gone."""

        async def read(session: Session) -> Answered | None:
            poll = await table.poll_by_id(session, poll_id)
            if poll is None:
                return None
            is_over = poll.state in {PollState.CLOSED, PollState.FINAL}
            # An edition tells what the poll's own card may tell: a count of four, or one held back, tells of somebody.
            tally = (await shown(session, poll, "")).tally
            return (
                Answered((), 0, is_over) if tally is None else Answered(answers(poll, tally), tally.ballots_n, is_over)
            )

        return await self._store.read(read)
