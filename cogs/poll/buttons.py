"""What stands on a poll's messages for as long as they do. What comes back in a custom id may be forged or old."""

from typing import TYPE_CHECKING, Any, cast

import discord

from bot.domain.errors import GoneError
from bot.edge.lasting import NUMBER, SUBJECT, LastingButton, LastingSelect

if TYPE_CHECKING:
    from cogs.poll.voting import VotingCog


def voting_cog(interaction: discord.Interaction) -> "VotingCog":
    """Return the cog that takes votes."""
    return cast("VotingCog", cast("Any", interaction.client).get_cog("voting"))


class OptionButton(LastingButton, template=f"poll:{SUBJECT}:option:{NUMBER}"):
    """Votes for an option, or takes it off a ballot that may hold several."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        if self.number is None:
            raise GoneError
        await voting_cog(interaction).choose(interaction, self.subject_id, self.number)


class ChooseSelect(LastingSelect, template=f"poll:{SUBJECT}:choose"):
    """Votes for the option that is chosen."""

    async def answer(self, interaction: discord.Interaction, number: int) -> None:
        """Ask the cog."""
        await voting_cog(interaction).choose(interaction, self.subject_id, number)


class VoteButton(LastingButton, template=f"poll:{SUBJECT}:vote(?::reminder)?"):
    """Opens the private panel, from the card or from a reminder."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await voting_cog(interaction).open_panel(interaction, self.subject_id)


class MineButton(LastingButton, template=f"poll:{SUBJECT}:mine"):
    """Shows a member their own ballot and its receipt."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await voting_cog(interaction).show_own(interaction, self.subject_id)


class CheckButton(LastingButton, template=f"poll:{SUBJECT}:check"):
    """Tells how a result is counted again."""

    async def answer(self, interaction: discord.Interaction) -> None:
        """Ask the cog."""
        await voting_cog(interaction).tell_check(interaction, self.subject_id)
