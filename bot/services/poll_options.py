"""What moderators make of a poll's options: merged, renamed, removed, and each of these undone.

Ballots stay what they are; what was merged or removed is applied when they are counted.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.actor import Actor
from bot.domain.errors import PaddockError
from bot.domain.poll import nomination as rules
from bot.domain.poll.nomination import Options
from bot.domain.poll.poll import OPTIONS_MIN, Poll, PollFinalError, PollState
from bot.domain.poll.rules import BRACKET_ENTRIES_MIN, PollKind
from bot.services.poll import PollService


class BracketBegunError(PaddockError):
    """A bracket's entries stand once it has begun: they meet in matches that are drawn."""

    message_id = "poll_make.error.bracket_begun"


class PollOptionService:
    """Changes the options of polls whose result is not final. All take the capability to edit."""

    def __init__(self, polls: PollService) -> None:
        self._polls = polls

    async def merge(self, actor: Actor, poll_id: int, number: int, into: int) -> Poll:
        """Let the votes for one option count for another.

        Raises:
            NotAllowedError, GoneError, PollFinalError, BracketBegunError.
            NoSuchOptionError, MergeSelfError, TooFewLeftError.
        """
        return await self._change(
            actor, poll_id, "merged", lambda poll: rules.merged(poll.options, number, into, least=_least(poll))
        )

    async def unmerge(self, actor: Actor, poll_id: int, number: int) -> Poll:
        """Let a merged option stand for itself again.

        Raises:
            NotAllowedError, GoneError, PollFinalError, BracketBegunError.
            NoSuchOptionError, NotMergedError, LabelTakenError, OptionsFullError.
        """
        return await self._change(actor, poll_id, "unmerged", lambda poll: rules.unmerged(poll.options, number))

    async def rename(self, actor: Actor, poll_id: int, number: int, label: str) -> Poll:
        """Call an option something else.

        Raises:
            NotAllowedError, GoneError, PollFinalError.
            NoSuchOptionError, LabelTakenError; PaddockError: see `check_nomination`.
        """
        return await self._change(
            actor, poll_id, "renamed", lambda poll: rules.renamed(poll.options, number, label), is_drawn_too=True
        )

    async def remove(self, actor: Actor, poll_id: int, number: int) -> Poll:
        """Take an option out of the poll; votes for it do not count while it is.

        Raises:
            NotAllowedError, GoneError, PollFinalError, BracketBegunError.
            NoSuchOptionError, TooFewLeftError.
        """
        return await self._change(
            actor, poll_id, "removed", lambda poll: rules.removed(poll.options, number, least=_least(poll))
        )

    async def restore(self, actor: Actor, poll_id: int, number: int) -> Poll:
        """Put a removed option back.

        Raises:
            NotAllowedError, GoneError, PollFinalError, BracketBegunError.
            NoSuchOptionError, NotRemovedError, LabelTakenError, OptionsFullError.
        """
        return await self._change(actor, poll_id, "restored", lambda poll: rules.restored(poll.options, number))

    async def _change(
        self, actor: Actor, poll_id: int, action: str, edit: Callable[[Poll], Options], *, is_drawn_too: bool = False
    ) -> Poll:
        def change(poll: Poll) -> Poll:
            if poll.state is PollState.FINAL:
                raise PollFinalError
            has_begun = poll.rules.kind is PollKind.BRACKET and poll.state is not PollState.SCHEDULED
            if has_begun and not is_drawn_too:
                raise BracketBegunError
            return replace(poll, options=edit(poll))

        return await self._polls.change_options(actor, poll_id, action, change)


def _least(poll: Poll) -> int:
    """Return how many options have to be left for anybody to vote."""
    if poll.rules.is_write_in:
        return 0
    if poll.rules.kind is PollKind.BRACKET:
        return BRACKET_ENTRIES_MIN
    return max(OPTIONS_MIN, poll.rules.choices_min)
