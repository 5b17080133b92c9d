"""The lasting buttons of an edition. What comes back in a custom id is looked up again: it may be forged or old."""

from typing import TYPE_CHECKING, Any, cast

import discord

from bot.edge.lasting import SUBJECT, LastingButton

if TYPE_CHECKING:
    from cogs.roundup.cog import RoundupCog


def roundup_cog(interaction: discord.Interaction) -> "RoundupCog":
    """Return the cog that answers for editions."""
    return cast("RoundupCog", cast("Any", interaction.client).get_cog("roundup"))


class NotifyButton(LastingButton, template=f"edition:{SUBJECT}:notify"):
    """Gives or takes the role that is mentioned when an edition is posted."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).toggle_notify(interaction, self.subject_id)


class AboutButton(LastingButton, template=f"edition:{SUBJECT}:about"):
    """Tells where an edition comes from."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).tell_about(interaction, self.subject_id)


class PostNowButton(LastingButton, template=f"edition:{SUBJECT}:post"):
    """Posts an edition that did not appear, from the notice that says so."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).post_again(interaction, self.subject_id)


class ApproveButton(LastingButton, template=f"edition:{SUBJECT}:approve"):
    """Approves a draft."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).approve(interaction, self.subject_id)


class EditButton(LastingButton, template=f"edition:{SUBJECT}:edit"):
    """Opens the panel in which editors change an edition, from its draft or from itself."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).open_editor(interaction, self.subject_id)


class SkipButton(LastingButton, template=f"edition:{SUBJECT}:skip"):
    """Leaves an edition out that has not been posted."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await roundup_cog(interaction).skip_edition(interaction, self.subject_id)
