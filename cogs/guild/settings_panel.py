"""The panel of /settings: what stands, who may do what, and where editors are told what went wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord
from discord import ui

from bot.clock import Clock
from bot.domain.actor import Actor, Capability
from bot.domain.guild import GuildSettings, Part
from bot.domain.roundup import Roundup
from bot.edge.actor import Actors
from bot.edge.markdown import escape
from bot.edge.permissions import NOTICING, missing_in
from bot.edge.replies import Panel
from bot.services.guild import GuildService
from bot.text import join_names, text

OpenSetup = Callable[[discord.Interaction], Awaitable[None]]
ROLES_MAX = 25  # Discord docs, components reference, "role select"


class SettingsPanel(Panel):
    """Shows the settings; each choice is saved at once and stands in the audit trail."""

    def __init__(
        self,
        guild: discord.Guild,
        settings: GuildSettings,
        roundup: Roundup,
        *,
        clock: Clock,
        language: str,
        guilds: GuildService,
        actors: Actors,
        open_setup: OpenSetup,
    ) -> None:
        super().__init__()
        self.guild = guild
        self.settings = settings
        self._roundup = roundup
        self._clock = clock
        self.language = language
        self.guilds = guilds
        self.actors = actors
        self.open_setup = open_setup
        self.show()

    def say(self, message_id: str, **params: object) -> str:
        """Return a message of this panel in the asker's language."""
        return text(message_id, self.language, **params)

    def show(self) -> None:
        """Build the panel from the settings."""
        self.clear_items()
        container: ui.Container[SettingsPanel] = ui.Container(ui.TextDisplay(self._summary()))
        container.add_item(ui.ActionRow(ChangeButton(self)))
        container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(self.say("guild.settings.roles")))
        for capability in Capability:
            container.add_item(ui.TextDisplay(self.say(f"guild.capability.{capability.value}")))
            container.add_item(ui.ActionRow(RolesChoice(self, capability)))
        container.add_item(ui.TextDisplay(self.say("guild.settings.integrations")))
        container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(self.say("guild.settings.notices")))
        container.add_item(ui.ActionRow(NoticesChoice(self)))
        if lacks := self._lacks_for_notices():
            container.add_item(ui.TextDisplay(lacks))
        self.add_item(container)

    async def change(
        self,
        interaction: discord.Interaction,
        edit: Callable[[GuildSettings], GuildSettings],
        action: str,
        **params: str,
    ) -> None:
        """Save one change and show what stands then."""
        actor: Actor = await self.actors.of(interaction)
        self.settings = await self.guilds.change(actor, edit, action, **params)
        self.show()
        await interaction.response.edit_message(view=self)

    def _lacks_for_notices(self) -> str | None:
        chosen = self.settings.notices_channel_id
        channel = None if chosen is None else self.guild.get_channel(chosen)
        if channel is None or not (missing := missing_in(channel, NOTICING)):
            return None
        names = join_names((self.say(f"guild.permission.{name}") for name in missing), self.language)
        return self.say("guild.setup.lacks", permissions=names, channel=channel.mention)

    def _summary(self) -> str:
        settings, roundup = self.settings, self._roundup
        parts = [self.say(f"guild.part.{part.value}") for part in Part if part in settings.parts]
        lines = [
            self.say("guild.settings.title"),
            self.say("guild.setup.channel", channel=f"<#{roundup.channel_id}>"),
            self.say("guild.settings.time", time=f"{roundup.at:%H:%M}", zone=escape(settings.timezone)),
            self.say("guild.setup.language", name=self.say(f"guild.language.{settings.language}")),
            self.say("guild.setup.parts", parts=join_names(parts, self.language) or "—"),
        ]
        if roundup.notify_role_id is not None:
            lines.append(self.say("guild.settings.notify_role", role=f"<@&{roundup.notify_role_id}>"))
        for pause in settings.pauses:
            if not pause.holds(self._clock.now()):
                continue
            scope = self.say(f"common.scope.{pause.scope.value}")
            if pause.until is None:
                lines.append(self.say("guild.settings.paused", scope=scope))
            else:
                stamp = f"<t:{int(pause.until.timestamp())}:f>"
                lines.append(self.say("guild.settings.paused_until", scope=scope, until=stamp))
        return "\n".join(lines)


class ChangeButton(ui.Button[SettingsPanel]):
    """Opens the panel of /setup with what stands."""

    def __init__(self, panel: SettingsPanel) -> None:
        super().__init__(label=panel.say("guild.settings.change"), custom_id="settings:change")
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Open it."""
        await self.panel.open_setup(interaction)


class RolesChoice(ui.RoleSelect[SettingsPanel]):
    """The roles that have one capability, besides what Discord's own permissions give."""

    def __init__(self, panel: SettingsPanel, capability: Capability) -> None:
        granted = panel.settings.granted_roles.get(capability, frozenset())
        super().__init__(
            placeholder=panel.say("guild.settings.choose_roles"),
            min_values=0,
            max_values=ROLES_MAX,
            default_values=[
                discord.SelectDefaultValue(id=role_id, type=discord.SelectDefaultValueType.role)
                for role_id in sorted(granted)[:ROLES_MAX]
                if panel.guild.get_role(role_id) is not None  # Discord refuses a choice that is gone
            ],
            custom_id=f"settings:roles:{capability.value}",
        )
        self.panel = panel
        self.capability = capability

    async def callback(self, interaction: discord.Interaction) -> None:
        """Grant the capability to exactly these roles."""
        role_ids = frozenset(role.id for role in self.values)
        capability = self.capability

        def edit(settings: GuildSettings) -> GuildSettings:
            return replace(settings, granted_roles={**settings.granted_roles, capability: role_ids})

        if not role_ids:
            await self.panel.change(interaction, edit, "guild.audit.no_roles", capability=capability.value)
            return
        named = " ".join(f"<@&{role_id}>" for role_id in sorted(role_ids))
        await self.panel.change(interaction, edit, "guild.audit.roles", capability=capability.value, roles=named)


class NoticesChoice(ui.ChannelSelect[SettingsPanel]):
    """Where editors are told what could not be posted; nowhere unless it is chosen."""

    def __init__(self, panel: SettingsPanel) -> None:
        chosen = panel.settings.notices_channel_id
        super().__init__(
            channel_types=[discord.ChannelType.text],
            placeholder=panel.say("guild.settings.choose_notices"),
            min_values=0,
            max_values=1,
            default_values=[]
            if chosen is None or panel.guild.get_channel(chosen) is None
            else [discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.channel)],
            custom_id="settings:notices",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the channel, or none."""
        chosen = self.values[0].id if self.values else None

        def edit(settings: GuildSettings) -> GuildSettings:
            return replace(settings, notices_channel_id=chosen)

        if chosen is None:
            await self.panel.change(interaction, edit, "guild.audit.no_notices")
            return
        await self.panel.change(interaction, edit, "guild.audit.notices", channel=f"<#{chosen}>")
