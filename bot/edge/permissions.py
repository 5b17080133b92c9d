"""The permissions that the bot needs, and which of them it lacks where."""

import discord

# What posting a roundup, or a poll with the picture of its result, takes, by Discord's own names.
POSTING = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
NOTICING = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)
# To give members a role, and to mention it: a role that not everybody may mention is one that nobody can misuse.
NOTIFYING = discord.Permissions(manage_roles=True, mention_everyone=True)
MODERATING = discord.Permissions(
    manage_messages=True,
    manage_threads=True,
    moderate_members=True,
    kick_members=True,
    ban_members=True,
)
# The two invitations of the README: without moderation and with it.
INVITED = POSTING | NOTIFYING
INVITED_TO_MODERATE = INVITED | MODERATING


def invitation(application_id: int, permissions: discord.Permissions) -> str:
    """Return the address at which the bot is invited with exactly these permissions."""
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=("bot", "applications.commands"))


def missing_in(channel: discord.abc.GuildChannel, needed: discord.Permissions) -> tuple[str, ...]:
    """Return Discord's names of the permissions that the bot lacks in a channel."""
    has = channel.permissions_for(channel.guild.me)
    return tuple(name for name, wanted in needed if wanted and not getattr(has, name))


def missing_to_mention(channel: discord.abc.GuildChannel, role: discord.Role | None) -> tuple[str, ...]:
    """Return what keeps a mention of a role from reaching its members; None is a role that is yet to be made."""
    if role is not None and role.mentionable:
        return ()
    return missing_in(channel, discord.Permissions(mention_everyone=True))


def missing_for_role(guild: discord.Guild, role: discord.Role | None) -> tuple[str, ...]:
    """Return what keeps the bot from giving members a role: the permission, or the role's place above the bot's."""
    if not guild.me.guild_permissions.manage_roles:
        return ("manage_roles",)
    if role is not None and not role.is_assignable():
        return ("role_order",)
    return ()


def harmless(role: discord.Role) -> bool:
    """Tell whether a role may be given to whoever asks: it allows nothing that everybody is not allowed anyway."""
    return role.permissions <= role.guild.default_role.permissions
