"""A poll as it will look when it has just opened, before it is made."""

from dataclasses import replace

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.errors import NotSetUpError
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.knockout import begun_by
from bot.domain.poll.poll import PollState
from bot.domain.poll.rules import PollKind, Seeding
from bot.services.poll import poll_of
from bot.services.poll_count import ShownPoll
from bot.storage import guild as guilds
from bot.storage.ballot import BallotCount
from bot.storage.store import Store

# The seed of a lot is drawn when the poll is made: whoever could see it before could draw until they like the lot.
SEED_HIDDEN = "…"


class PollPreviewService:
    """Shows what a draft makes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def preview(self, actor: Actor, draft: PollDraft) -> ShownPoll:
        """Return the poll that a draft makes, open and with no votes, in the guild's language; its id is 0.

        Raises:
            NotAllowedError: without the capability to edit.
            NotSetUpError: before /setup.
            PaddockError: see `PollDraft.checked`.
        """
        actor.require(Capability.EDIT)
        now = self._clock.now()
        checked = draft.checked(now)
        settings = await self._store.read(lambda session: guilds.settings_of(session, actor.guild_id))
        if settings is None:
            raise NotSetUpError
        poll = poll_of(checked, guild_id=actor.guild_id, created_by=actor.user_id, now=now)
        rules = poll.rules
        bracket = poll.bracket
        if rules.round_length is not None and bracket is not None:
            # Who meets whom by lot is not known yet.
            bracket = None if rules.seeding is Seeding.LOT else begun_by(poll, poll.opens_at + rules.round_length)
        is_bracket = rules.kind is PollKind.BRACKET
        opened = replace(poll, state=PollState.OPEN, seed=SEED_HIDDEN, bracket=bracket if is_bracket else None)
        return ShownPoll(opened, BallotCount(0, 0), None, settings.language)
