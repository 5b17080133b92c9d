"""The panel of /setup: prefilled choices, what is missing for them, and Save, which ends in a private preview."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord import ButtonStyle, ui

from bot.clock import Clock
from bot.domain.guild import Part
from bot.domain.roundup import Roundup
from bot.domain.when import parse_time
from bot.domain.zones import check_zone
from bot.edge.markdown import escape
from bot.edge.publish import refusals
from bot.edge.replies import Field, Form, Panel
from bot.edge.selects import OneOf, SomeOf
from bot.text import LANGUAGES, join_names, text
from cogs.guild.draft import Draft, lacking, notify_role

Check = Callable[[discord.Interaction], Awaitable[None]]
Save = Callable[[discord.Interaction, Draft], Awaitable[None]]
SELECT_OPTIONS_MAX = 25  # Discord docs, components reference, "string select"
LABEL_CHARS_MAX = 100  # likewise, select option: "label"


class SetupPanel(Panel):
    """Shows a draft, changes it, and hands it to `save`."""

    def __init__(
        self,
        guild: discord.Guild,
        draft: Draft,
        *,
        language: str,
        clock: Clock,
        starter_sources: tuple[str, ...],
        is_set_up: bool,
        check: Check,
        save: Save,
    ) -> None:
        super().__init__()
        self.guild = guild
        self.draft = draft
        self.language = language
        self._clock = clock
        self._starter_sources = starter_sources[:SELECT_OPTIONS_MAX]
        self._is_set_up = is_set_up
        self._check = check
        self._save = save
        self.show()

    def say(self, message_id: str, **params: object) -> str:
        """Return a message of this panel in the asker's language."""
        return text(message_id, self.language, **params)

    def show(self) -> None:
        """Build the panel from the draft."""
        self.clear_items()
        container: ui.Container[SetupPanel] = ui.Container(ui.TextDisplay(self._summary()))
        container.add_item(ui.ActionRow(ChannelChoice(self)))
        container.add_item(ui.ActionRow(self._language_choice()))
        container.add_item(ui.ActionRow(self._parts_choice()))
        if self._starter_sources:
            container.add_item(ui.ActionRow(self._sources_choice()))
        container.add_item(self._buttons())
        self.add_item(container)

    def _language_choice(self) -> OneOf[str]:
        """Return the select of the language of everything that the whole guild sees."""

        async def take(interaction: discord.Interaction, language: str) -> None:
            self.draft.language = language
            await self.refresh(interaction)

        return OneOf(
            LANGUAGES,
            custom_id="setup:language",
            chosen=self.draft.language,
            label=lambda language: self.say(f"guild.language.{language}"),
            placeholder=self.say("guild.setup.choose_language"),
            take=take,
        )

    def _parts_choice(self) -> SomeOf[Part]:
        """Return the select of the parts that are on."""

        async def take(interaction: discord.Interaction, parts: frozenset[Part]) -> None:
            self.draft.parts = parts
            await self.refresh(interaction)

        return SomeOf(
            Part,
            custom_id="setup:parts",
            chosen=self.draft.parts,
            label=lambda part: self.say(f"guild.part.{part.value}"),
            about=lambda part: self.say(f"guild.part_about.{part.value}"),
            placeholder=self.say("guild.setup.choose_parts"),
            take=take,
        )

    def _sources_choice(self) -> SomeOf[int]:
        """Return the select of the starter sources that are followed, by their places: an address may be too long."""
        urls = self._starter_sources

        async def take(interaction: discord.Interaction, places: frozenset[int]) -> None:
            self.draft.source_urls = tuple(urls[place] for place in sorted(places))
            await self.refresh(interaction)

        return SomeOf(
            range(len(urls)),
            custom_id="setup:sources",
            chosen=[place for place, url in enumerate(urls) if url in self.draft.source_urls],
            label=lambda place: urls[place].removeprefix("https://").removeprefix("http://")[:LABEL_CHARS_MAX],
            placeholder=self.say("guild.setup.choose_sources"),
            take=take,
        )

    async def refresh(self, interaction: discord.Interaction) -> None:
        """Show the draft as it is now."""
        self.show()
        await interaction.response.edit_message(view=self)

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Ask again at each press whether the asker may: the panel is open for as long as they use it."""
        await self._check(interaction)
        return await super().interaction_check(interaction)

    async def save(self, interaction: discord.Interaction) -> None:
        """Hand the draft over; meanwhile the panel says so and cannot be pressed. It comes back if that fails."""
        if lacking(self.guild, self.draft):  # since the panel was shown last
            await self.refresh(interaction)
            return
        waiting = ui.LayoutView()
        waiting.add_item(ui.TextDisplay(self.say("guild.setup.saving")))
        await interaction.response.edit_message(view=waiting)
        try:
            await self._save(interaction, self.draft)
        except Exception:
            self.show()
            await interaction.edit_original_response(view=self)
            raise
        self.stop()

    def _buttons(self) -> ui.ActionRow["SetupPanel"]:
        row: ui.ActionRow[SetupPanel] = ui.ActionRow(TimeButton(self))
        name = text("guild.setup.channel_name", self.draft.language)
        there = any(channel.name == name for channel in self.guild.text_channels)
        if self.guild.me.guild_permissions.manage_channels and not there:
            row.add_item(CreateChannelButton(self, name))
        row.add_item(SaveButton(self))
        return row

    def _summary(self) -> str:
        draft = self.draft
        intro = "guild.setup.intro_again" if self._is_set_up else "guild.setup.intro"
        lines = [self.say("guild.setup.title"), self.say(intro), ""]
        channel = self.say("guild.setup.no_channel") if draft.channel_id is None else f"<#{draft.channel_id}>"
        lines.append(self.say("guild.setup.channel", channel=channel))
        next_at = int(self._next_at().timestamp())
        lines.append(
            self.say(
                "guild.setup.time",
                time=f"{draft.at:%H:%M}",
                zone=escape(draft.timezone),
                at=f"<t:{next_at}:F>",
            )
        )
        lines.append(self.say("guild.setup.language", name=self.say(f"guild.language.{draft.language}")))
        parts = [self.say(f"guild.part.{part.value}") for part in Part if part in draft.parts]
        lines.append(self.say("guild.setup.parts", parts=join_names(parts, self.language) or "—"))
        if self._starter_sources:
            lines.append(self.say("guild.setup.sources", count=len(draft.source_urls)))
        if Part.NOTIFY in draft.parts:
            role = notify_role(self.guild, draft)
            name = text("guild.setup.role_name", draft.language)
            lines.append(
                self.say("guild.setup.creates_role", role=name)
                if role is None
                else self.say("guild.settings.notify_role", role=role.mention)
            )
        return "\n".join(lines + self._warnings())

    def _warnings(self) -> list[str]:
        found = lacking(self.guild, self.draft)
        channel = f"<#{self.draft.channel_id}>"
        lines: list[str] = []
        if found.in_channel:
            lines.append(self.say("guild.setup.lacks", permissions=self._named(found.in_channel), channel=channel))
        if found.for_role:
            lines.append(self.say("guild.setup.lacks_role", permissions=self._named(found.for_role)))
        if found.to_mention:
            permissions = self._named(found.to_mention)
            lines.append(self.say("guild.setup.lacks_mention", permissions=permissions, channel=channel))
        return ["", *lines] if lines else []

    def _named(self, permissions: tuple[str, ...]) -> str:
        return join_names((self.say(f"guild.permission.{name}") for name in permissions), self.language)

    def _next_at(self) -> datetime:
        planned = Roundup(0, self.guild.id, "", 0, self.draft.at, self.draft.timezone, None)
        return planned.next_after(self._clock.now())


class ChannelChoice(ui.ChannelSelect[SetupPanel]):
    """Where the edition is posted."""

    def __init__(self, panel: SetupPanel) -> None:
        chosen = panel.draft.channel_id
        super().__init__(
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            placeholder=panel.say("guild.setup.choose_channel"),
            default_values=[]
            if chosen is None
            else [discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.channel)],
            custom_id="setup:channel",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the channel."""
        self.panel.draft.channel_id = self.values[0].id
        await self.panel.refresh(interaction)


class TimeButton(ui.Button[SetupPanel]):
    """Asks for time and zone."""

    def __init__(self, panel: SetupPanel) -> None:
        super().__init__(label=panel.say("guild.setup.time_button"), emoji="🕢", custom_id="setup:time")
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Open the form."""
        await interaction.response.send_modal(TimeForm(self.panel))


class TimeForm(Form):
    """Time of day and zone; what was understood is shown back in the panel, as the asker's own local time."""

    def __init__(self, panel: SetupPanel) -> None:
        super().__init__(panel.say("guild.setup.time_title"))
        self.panel = panel
        self.time = Field(default=f"{panel.draft.at:%H:%M}", max_length=20, custom_id="time")
        self.zone = Field(default=panel.draft.timezone, max_length=64, custom_id="zone")
        self.add_item(ui.Label(text=panel.say("guild.setup.time_label"), component=self.time))
        self.add_item(
            ui.Label(
                text=panel.say("guild.setup.zone_label"),
                description=panel.say("guild.setup.zone_hint"),
                component=self.zone,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Take both or neither."""
        at, zone = parse_time(self.time.value), check_zone(self.zone.value)
        self.panel.draft.at, self.panel.draft.timezone = at, ZoneInfo(zone).key
        await self.panel.refresh(interaction)


class CreateChannelButton(ui.Button[SetupPanel]):
    """Makes a channel for the roundup; pressing it is the consent."""

    def __init__(self, panel: SetupPanel, name: str) -> None:
        super().__init__(label=panel.say("guild.setup.create_channel", name=name), custom_id="setup:create")
        self.panel = panel
        self.name = name

    async def callback(self, interaction: discord.Interaction) -> None:
        """Create the channel and choose it."""
        with refusals():
            channel = await self.panel.guild.create_text_channel(self.name, reason="/setup")
        self.panel.draft.channel_id = channel.id
        await self.panel.refresh(interaction)


class SaveButton(ui.Button[SetupPanel]):
    """Saves, once nothing is missing."""

    def __init__(self, panel: SetupPanel) -> None:
        super().__init__(
            label=panel.say("guild.setup.save"),
            style=ButtonStyle.success,
            disabled=bool(lacking(panel.guild, panel.draft)),
            custom_id="setup:save",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Save the draft."""
        await self.panel.save(interaction)
