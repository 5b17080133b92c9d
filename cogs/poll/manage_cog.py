"""/poll: what moderators do with polls, and "Make a poll from this" on a message."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.edge.commands import described
from bot.edge.publish import Publisher
from cogs.poll.make.create import CreateCommands
from cogs.poll.make.desk import MakingDesk
from cogs.poll.make.manage import ManageCommands
from cogs.poll.make.template import TemplateCommands


@app_commands.default_permissions(manage_messages=True)
class PollCog(
    CreateCommands,
    ManageCommands,
    TemplateCommands,
    commands.GroupCog,
    name="poll",
    group_name="poll",
    group_description=described("poll_make.command.group"),
):
    """Makes polls and looks after them."""

    def __init__(self, desk: MakingDesk, publisher: Publisher, tree: app_commands.CommandTree[discord.Client]) -> None:
        self.desk = desk
        self.publisher = publisher
        self._tree = tree
        self._menu = app_commands.ContextMenu(name=described("poll_make.menu"), callback=self.make_from_message)
        self._menu.default_permissions = discord.Permissions(manage_messages=True)

    async def cog_load(self) -> None:
        """Add the entry of the context menu, which no cog declares by itself."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it out again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    async def make_from_message(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Open the form with what a message says."""
        await self.from_message(interaction, message)
