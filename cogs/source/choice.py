"""Where a page names several feeds, the asker chooses one."""

from collections.abc import Awaitable, Callable, Sequence

import discord
from discord import ui

from bot.domain.source import ListedFeed
from bot.domain.wording import clean, cut
from bot.edge.replies import Panel
from bot.text import plural, text

OPTIONS_MAX = 25  # Discord docs, components reference, "string select"
OPTION_CHARS_MAX = 100  # the same, label and description of an option

Take = Callable[[discord.Interaction, str], Awaitable[None]]


class ChoicePanel(Panel):
    """Offers the feeds of a page; the one that is chosen is handed to `take`, and the panel closes."""

    def __init__(self, feeds: Sequence[ListedFeed], asked_in: str, take: Take) -> None:
        super().__init__()
        self.take = take
        container: ui.Container[ChoicePanel] = ui.Container(
            ui.TextDisplay(plural("source.choice.title", asked_in, len(feeds)))
        )
        container.add_item(ui.ActionRow(FeedSelect(self, feeds[:OPTIONS_MAX], asked_in)))
        self.add_item(container)


class FeedSelect(ui.Select[ChoicePanel]):
    """The feeds by title and address."""

    def __init__(self, panel: ChoicePanel, feeds: Sequence[ListedFeed], asked_in: str) -> None:
        super().__init__(
            placeholder=text("source.choice.choose", asked_in),
            options=[
                discord.SelectOption(
                    label=cut(clean(feed.title or feed.url), OPTION_CHARS_MAX),
                    description=cut(clean(feed.url), OPTION_CHARS_MAX),
                    value=str(place),
                )
                for place, feed in enumerate(feeds)
            ],
            custom_id="source:choose",
        )
        self.panel = panel
        self._feeds = feeds
        self._asked_in = asked_in

    async def callback(self, interaction: discord.Interaction) -> None:
        """Close the panel, then take the feed: reading it may last a while."""
        feed = self._feeds[int(self.values[0])]
        closed = ui.LayoutView()
        closed.add_item(ui.TextDisplay(text("source.choice.reading", self._asked_in)))
        await interaction.response.edit_message(view=closed)
        self.panel.stop()
        await self.panel.take(interaction, feed.url)
