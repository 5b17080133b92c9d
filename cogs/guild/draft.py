"""What a panel of choices holds until it is saved, and where its first values come from."""

from dataclasses import dataclass
from datetime import time

import discord

from bot.domain.guild import GuildSettings, Part
from bot.domain.roundup import Roundup
from bot.edge.permissions import NOTIFYING, POSTING, missing_for_role, missing_in
from bot.text import language_of

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
    """Permissions that the bot lacks for a draft, by Discord's names: in the channel, and for the role."""

    in_channel: tuple[str, ...]
    for_role: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether anything lacks."""
        return bool(self.in_channel or self.for_role)


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
        language=language_of(guild.preferred_locale.value) if guild.preferred_locale else language,
        parts=frozenset(Part) if guild.me.guild_permissions >= NOTIFYING else frozenset(Part) - {Part.NOTIFY},
        source_urls=source_urls,
        notify_role_id=None,
    )


def draft_of(settings: GuildSettings, roundup: Roundup, source_urls: tuple[str, ...]) -> Draft:
    """Return the choices that stand."""
    return Draft(
        channel_id=roundup.channel_id,
        at=roundup.at,
        timezone=settings.timezone,
        language=settings.language,
        parts=settings.parts,
        source_urls=source_urls,
        notify_role_id=roundup.notify_role_id,
    )


def lacking(guild: discord.Guild, draft: Draft) -> Lacking:
    """Return what the bot lacks to do what the draft asks for."""
    channel = None if draft.channel_id is None else guild.get_channel(draft.channel_id)
    role = None if draft.notify_role_id is None else guild.get_role(draft.notify_role_id)
    return Lacking(
        in_channel=missing_in(channel, POSTING) if channel is not None and Part.ROUNDUP in draft.parts else (),
        for_role=missing_for_role(guild, role) if Part.NOTIFY in draft.parts else (),
    )
