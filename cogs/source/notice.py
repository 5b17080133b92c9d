"""Tells a guild's editors that a source fails, is gone for good, or is back; with a button that tries it."""

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import ui

from bot.domain.source import SourceNews
from bot.edge.lasting import SUBJECT, LastingButton
from bot.edge.markdown import link
from bot.edge.publish import Publisher
from bot.edge.sentences import kept_sentence
from bot.services.source_notice import SourceNotice
from bot.text import plural, text

if TYPE_CHECKING:
    from cogs.source.cog import SourceCog


class SourceNotices:
    """Posts what is new of sources."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def tell(self, step: SourceNotice) -> int:
        """Post a notice and return its message's id."""
        custom_id = f"source:{step.source.id}:test"
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay(notice_text(step)))
        button: ui.Button[ui.LayoutView] = ui.Button(
            label=text("source.notice.test", step.language), custom_id=custom_id
        )
        view.add_item(ui.ActionRow(button))
        return await self._publisher.post(
            step.channel_id,
            view,
            nonce=f"source-{step.source.id:x}-{int(step.at.timestamp()):x}",
            marker=custom_id,
            resumed=True,
            # Only since this piece of news: the same source was perhaps in the news before.
            after=discord.Object(discord.utils.time_snowflake(step.at)),
        )


def notice_text(step: SourceNotice) -> str:
    """Return what the editors are told, in the guild's language."""
    source, language = step.source, step.language
    name = link(source.name, source.url)
    match step.news:
        case SourceNews.BACK:
            return text("source.notice.back", language, name=name)
        case SourceNews.GONE:
            return text("source.notice.gone", language, name=name)
        case SourceNews.FAILING:
            since = source.read_at or source.added_at
            return plural(
                "source.notice.failing",
                language,
                source.failures,
                name=name,
                since=f"<t:{int(since.timestamp())}:R>",
                reason=kept_sentence(source.failure or "", language),
            )


class TrySourceButton(LastingButton, template=f"source:{SUBJECT}:test"):
    """Tries the source that a notice speaks of, and shows what it holds or why not."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        cog = cast("SourceCog", cast("Any", interaction.client).get_cog("source"))
        await cog.try_source(interaction, self.subject_id)
