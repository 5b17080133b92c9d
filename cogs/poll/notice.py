"""Tells a guild's editors that a poll did not appear."""

from discord import ui

from bot.edge.markdown import escape
from bot.edge.publish import Publisher
from bot.edge.sentences import kept_sentence
from bot.services.poll_notice import PollNotice
from bot.text import text


class PollNotices:
    """Posts which polls did not appear."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def tell(self, step: PollNotice) -> int:
        """Post a notice and return its message's id."""
        left_out, language = step.left_out, step.language
        reason = kept_sentence(left_out.reason, language)
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay(text("poll.notice", language, question=escape(left_out.question), reason=reason)))
        # Nothing in it can be pressed, so it is not looked for: said twice, by whoever is killed in between and is
        # back too late for Discord to know the nonce, it does no harm.
        return await self._publisher.post(
            step.channel_id, view, nonce=f"poll-notice-{left_out.id}", marker=None, resumed=False
        )
