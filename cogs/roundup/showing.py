"""Brings what Discord shows of an edition up to date: the edition itself, and its draft for the editors."""

import logging

from bot.domain.due_work import CannotActError, NothingThereError
from bot.services.showing import ShowStep
from cogs.roundup.posting import Posting
from cogs.roundup.review import Drafts

log = logging.getLogger(__name__)


class Showing:
    """Performs the steps of `ShowWork`."""

    def __init__(self, posting: Posting, drafts: Drafts) -> None:
        self._posting = posting
        self._drafts = drafts

    async def perform(self, step: ShowStep) -> None:
        """Show an edition as it stands, where it is posted and where its draft is.

        A message that somebody deleted needs no showing, and one that cannot be edited does not keep the other back.

        Raises:
            CannotActError: if the bot lacks a permission.
            DiscordAwayError: if Discord does not answer.
        """
        refused: CannotActError | None = None
        for show in (self._edition, self._draft):
            try:
                await show(step)
            except NothingThereError:
                log.info("nothing to show any more guild=%s edition=%s", step.edition.guild_id, step.edition.id)
            except CannotActError as error:
                refused = error
        if refused is not None:
            raise refused

    async def _edition(self, step: ShowStep) -> None:
        if step.edition.message_id is not None:
            await self._posting.show(
                step.edition, language=step.language, parts=step.parts, notify_role_id=step.notify_role_id
            )

    async def _draft(self, step: ShowStep) -> None:
        await self._drafts.show(
            step.edition, language=step.language, parts=step.parts, posts_unapproved=step.posts_unapproved
        )
