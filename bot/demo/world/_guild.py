"""The guild that every world begins with: "Paddock Gazette", its channels, roles and people."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Protocol

import discord
import simcord

from bot.demo.world._sights import Person, Place

GUILD_NAME = "Paddock Gazette"
BOT_NAME = "Paddock"
BOT_AVATAR = "paddock"  # stands in for the hash that Discord gives a picture
GUILD_AGE = timedelta(days=3 * 365)
ACCOUNT_AGE = timedelta(days=2 * 365)
MEMBER_FOR = timedelta(days=200)

ROLES: Mapping[str, discord.Permissions] = {
    "Managers": discord.Permissions(manage_guild=True),
    "Editors": discord.Permissions(manage_messages=True),
    "Moderators": discord.Permissions(manage_messages=True, moderate_members=True),
    "Readers": discord.Permissions.none(),
}
HIDDEN = discord.PermissionOverwrite(view_channel=False)
SHOWN = discord.PermissionOverwrite(view_channel=True, send_messages=True)
READ_ONLY = discord.PermissionOverwrite(send_messages=False)


class PastClock(Protocol):
    """A world's clock, which can say that what is made inside a block is old."""

    def ago(self, length: timedelta) -> AbstractContextManager[None]:
        """Let what is made inside be `length` old."""
        ...


class Guild:
    """Builds the guild and lets people in; `actors` and `people` are by user id."""

    def __init__(self, env: simcord.Env, clock: PastClock, bot_permissions: discord.Permissions | None) -> None:
        self._env = env
        self._clock = clock
        self.actors: dict[int, simcord.MemberActor] = {}
        self.people: dict[int, Person] = {}
        with clock.ago(GUILD_AGE):
            env.backend.bot_user.name = BOT_NAME
            env.backend.bot_user.avatar = BOT_AVATAR
            owner = env.create_user("morgan", global_name="Morgan")
            self.handle = env.create_guild(GUILD_NAME, owner=owner)
            if bot_permissions is not None:
                self.allow_bot(bot_permissions)
            for name, permissions in ROLES.items():
                self.handle.create_role(name, permissions=permissions)
            self.add_channel("morning-roundup", everyone=READ_ONLY)
            self.add_channel("general")
            self.add_channel("editors", everyone=HIDDEN, roles={"Editors": SHOWN, "Moderators": SHOWN})
            self.add_channel("mod-log", everyone=HIDDEN, roles={"Moderators": SHOWN})
        self.manager = self._know(owner, roles=(), language="en")
        self.editor = self.add_person("Aiko 愛子", roles=("Editors",), language="ja")
        self.moderator = self.add_person("Łukasz", roles=("Moderators",))
        self.members = (
            self.add_person("Renée", roles=("Readers",)),
            self.add_person("Зоя", roles=("Readers",)),
            self.add_person("Dev देव"),
        )

    def allow_bot(self, permissions: discord.Permissions) -> None:
        """Give the bot's own role these permissions and no others."""
        role = self.handle.roles[BOT_NAME]
        self._env.backend.edit_role(self.handle.id, role.id, {"permissions": permissions.value})

    def add_channel(
        self,
        name: str,
        *,
        everyone: discord.PermissionOverwrite | None = None,
        roles: Mapping[str, discord.PermissionOverwrite] | None = None,
        bot: discord.PermissionOverwrite | None = None,
    ) -> Place:
        """Make a text channel; where `everyone` is restricted, the bot's role is let in unless `bot` says."""
        overwrites: dict[simcord.RoleHandle, discord.PermissionOverwrite] = {
            self.handle.roles[role]: overwrite for role, overwrite in (roles or {}).items()
        }
        if everyone is not None:
            overwrites[self.handle.default_role] = everyone
        if everyone is not None or bot is not None:
            overwrites[self.handle.roles[BOT_NAME]] = bot or SHOWN
        channel = self.handle.create_text_channel(name, overwrites={**overwrites})
        return Place(channel.id, name)

    def add_person(
        self,
        name: str,
        *,
        roles: Sequence[str] = (),
        language: str = "en",
        account_age: timedelta = ACCOUNT_AGE,
        member_for: timedelta = MEMBER_FOR,
    ) -> Person:
        """Let somebody join, with an account and a membership of the given ages."""
        # Discord colours a default avatar by the millisecond its account was made in.
        with self._clock.ago(account_age + timedelta(milliseconds=len(self.people))):
            user = self._env.create_user(name.split(maxsplit=1)[0].casefold(), global_name=name)
        with self._clock.ago(member_for):
            self.handle.add_member(user, roles=[self.handle.roles[role] for role in roles])
        return self._know(user, roles=roles, language=language)

    def _know(self, user: simcord.UserHandle, *, roles: Sequence[str], language: str) -> Person:
        person = Person(user.id, user.global_name or user.name, tuple(roles), language)
        self.actors[user.id] = simcord.MemberActor(self._env, self.handle, user)
        self.people[user.id] = person
        return person

    def locale_of(self, user_id: int) -> str:
        """Return the locale that the person's client sends."""
        person = self.people.get(user_id)
        return "ja" if person is not None and person.language == "ja" else "en-US"

    def names(self) -> dict[int, str]:
        """Return how ids are written in plain text: ``@Aiko``, ``@Editors``, ``#general``."""
        backend = self._env.backend
        named = {user.id: f"@{user.global_name or user.name}" for user in backend.users.values()}
        named |= {role.id: f"@{role.name.removeprefix('@')}" for role in self.handle.roles.values()}
        return named | {channel.id: f"#{channel.name}" for channel in backend.channels.values()}
