"""What the panels of moderators work with, and where a poll may be posted."""

from dataclasses import dataclass

import discord

from bot.clock import Clock
from bot.edge.actor import Actors
from bot.edge.permissions import POSTING, missing_in
from bot.services.guild import GuildService
from bot.services.poll import PollService
from bot.services.poll_options import PollOptionService
from bot.services.poll_preview import PollPreviewService
from bot.services.poll_template import PollTemplateService
from bot.text import join_names, text

# A card in a thread opens none of its own.
POSTING_IN_THREAD = POSTING & ~discord.Permissions(send_messages=True, create_public_threads=True)
CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.public_thread,
]


@dataclass(frozen=True, slots=True)
class MakingDesk:
    """The services behind the panels."""

    clock: Clock
    actors: Actors
    guilds: GuildService
    polls: PollService
    previews: PollPreviewService
    options: PollOptionService
    templates: PollTemplateService


def trouble_in(interaction: discord.Interaction, channel_id: int, asked_in: str) -> str | None:
    """Return why no poll can be posted in a channel, in a sentence; None if one can.

    Args:
        interaction: of the moderator, who has to see the channel themselves.
        channel_id: a text channel, a forum or a thread.
        asked_in: their language.
    """
    guild, member = interaction.guild, interaction.user
    channel = None if guild is None else guild.get_channel_or_thread(channel_id)
    if channel is None and channel_id == interaction.channel_id:
        channel = interaction.channel  # a thread that nobody has written in for a while is not remembered
    gone = text("poll_make.error.no_place", asked_in, channel=f"<#{channel_id}>")
    if guild is None or not isinstance(member, discord.Member):
        return gone
    match channel:
        case discord.Thread() if channel.parent is not None and not channel.locked:
            place, needed = channel.parent, POSTING_IN_THREAD
        case discord.TextChannel() | discord.ForumChannel():
            place, needed = channel, POSTING
        case _:
            return gone
    if not place.permissions_for(member).view_channel:
        return gone
    if missing := missing_in(place, needed):
        names = join_names((text(f"guild.permission.{name}", asked_in) for name in missing), asked_in)
        return text("guild.setup.lacks", asked_in, permissions=names, channel=f"<#{channel_id}>")
    if isinstance(channel, discord.ForumChannel) and channel.flags.require_tag:
        return text("poll_make.error.tag_needed", asked_in, channel=f"<#{channel_id}>")
    return None
