"""What a panel of choices holds until it is saved, and where its first values come from."""

from dataclasses import dataclass
from datetime import time

import discord

from bot.domain.guild import GuildSettings, Part
from bot.domain.roundup import Roundup
from bot.edge.permissions import NOTIFYING, POSTING, harmless, missing_for_role, missing_in, missing_to_mention
from bot.text import language_of, text

DEFAULT_TIME = time(7, 30)
# A channel with one of these words in its name is where a community expects news.
LIKELY_NAMES = ("roundup", "news", "morning", "ニュース", "まとめ")


@dataclass(slots=True)
class Draft:
    """Choices not saved yet; `source_urls` are the starter sources to follow."""

    channel_id: int | None
    at: time
    timezone: str
    language: str
    parts: frozenset[Part]
    source_urls: tuple[str, ...]
    notify_role_id: int | None


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a draft lacks: a channel, or permissions of the bot, by Discord's names."""

    in_channel: tuple[str, ...] = ()
    for_role: tuple[str, ...] = ()
    to_mention: tuple[str, ...] = ()
    no_channel: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything lacks."""
        return self.no_channel or bool(self.in_channel or self.for_role or self.to_mention)


def first_draft(
    guild: discord.Guild,
    here: discord.TextChannel | None,
    *,
    timezone: str,
    language: str,
    source_urls: tuple[str, ...],
) -> Draft:
    """Return what /setup shows before anything was chosen: what most would choose."""
    likely = [channel for channel in guild.text_channels if any(word in channel.name for word in LIKELY_NAMES)]
    postable = [channel for channel in likely if not missing_in(channel, POSTING)]
    channel = next(iter(postable or likely), here)
    return Draft(
        channel_id=None if channel is None else channel.id,
        at=DEFAULT_TIME,
        timezone=timezone,
        # Only communities choose their locale; everywhere else it says English whatever is spoken.
        language=language_of(guild.preferred_locale.value) if "COMMUNITY" in guild.features else language,
        parts=frozenset(Part) if guild.me.guild_permissions >= NOTIFYING else frozenset(Part) - {Part.NOTIFY},
        source_urls=source_urls,
        notify_role_id=None,
    )


def draft_of(guild: discord.Guild, settings: GuildSettings, roundup: Roundup, source_urls: tuple[str, ...]) -> Draft:
    """Return the choices that stand; a channel that is gone has to be chosen anew."""
    return Draft(
        channel_id=roundup.channel_id if guild.get_channel(roundup.channel_id) is not None else None,
        at=roundup.at,
        timezone=settings.timezone,
        language=settings.language,
        parts=settings.parts,
        source_urls=source_urls,
        notify_role_id=roundup.notify_role_id,
    )


def notify_role(guild: discord.Guild, draft: Draft) -> discord.Role | None:
    """Return the role that Notify me is to give, None if it has to be made.

    One that bears the name already is taken if the bot may give it and it allows nothing: any member can have it.
    """
    if draft.notify_role_id is not None and (chosen := guild.get_role(draft.notify_role_id)) is not None:
        return chosen
    name = text("guild.setup.role_name", draft.language)
    named = [role for role in guild.roles if role.name == name and role.is_assignable() and harmless(role)]
    return next(iter(named), None)


def lacking(guild: discord.Guild, draft: Draft) -> Lacking:
    """Return what the bot lacks to do what the draft asks for."""
    channel = None if draft.channel_id is None else guild.get_channel(draft.channel_id)
    if channel is None:
        return Lacking(no_channel=True)
    in_channel = missing_in(channel, POSTING) if Part.ROUNDUP in draft.parts else ()
    if Part.NOTIFY not in draft.parts:
        return Lacking(in_channel)
    role = notify_role(guild, draft)
    return Lacking(in_channel, missing_for_role(guild, role), missing_to_mention(channel, role))
