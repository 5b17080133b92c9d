"""The lasting buttons of an edition. What comes back in a custom id is looked up again: it may be forged or old."""

import re
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from bot.edge.replies import answered

if TYPE_CHECKING:
    from cogs.roundup.cog import RoundupCog


class EditionButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"edition:(?P<edition>[0-9]{1,18}):never"):
    """What the buttons of an edition share: they carry its id."""

    def __init__(self, button: ui.Button[ui.LayoutView], edition_id: int) -> None:
        super().__init__(button)
        self.edition_id = edition_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Take the edition's id out of the custom id; whether there is such an edition is asked when it is pressed."""
        del interaction
        return cls(cast("ui.Button[ui.LayoutView]", item), int(match["edition"]))


def roundup_cog(interaction: discord.Interaction) -> "RoundupCog":
    """Return the cog that answers for editions."""
    return cast("RoundupCog", cast("Any", interaction.client).get_cog("roundup"))


class NotifyButton(EditionButton, template=r"edition:(?P<edition>[0-9]{1,18}):notify"):
    """Gives or takes the role that is mentioned when an edition is posted."""

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).toggle_notify(interaction, self.edition_id)


class AboutButton(EditionButton, template=r"edition:(?P<edition>[0-9]{1,18}):about"):
    """Tells where an edition comes from."""

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).tell_about(interaction, self.edition_id)


class PostNowButton(EditionButton, template=r"edition:(?P<edition>[0-9]{1,18}):post"):
    """Posts an edition that did not appear, from the notice that says so."""

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).post_again(interaction, self.edition_id)
