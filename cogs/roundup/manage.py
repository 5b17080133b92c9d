"""The settings of one roundup, each saved when it is chosen, and the question whether one is to be deleted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import discord
from discord import ButtonStyle, ui

from bot.clock import Clock
from bot.domain.editing import NAME_CHARS_MAX, RolePowersError
from bot.domain.roundup import EVERY_DAY, Roundup, RoundupKind
from bot.domain.when import parse_time
from bot.edge.actor import Actors
from bot.edge.markdown import escape
from bot.edge.permissions import NOTICING, POSTING, harmless, missing_for_role, missing_in
from bot.edge.replies import Field, Form, Panel
from bot.edge.selects import OneOf, SomeOf
from bot.services.guild import GuildService
from bot.text import join_names, text, weekday_text

FIRST_TIME = time(7, 30)  # as /setup suggests
FIRST_WEEKDAY = frozenset({7})  # a week is looked back on when it ends
TAGS_MAX = 25  # Discord docs, components reference, "string select"; a forum has 20 tags at most
REVIEWING = NOTICING | discord.Permissions(embed_links=True)
Edit = Callable[[Roundup], Roundup]


def first_choice(name: str, channel_id: int, guild_id: int) -> Roundup:
    """Return a new roundup as most would have it: each morning, with nobody mentioned. Its zone is the guild's."""
    return Roundup(0, guild_id, name, channel_id, FIRST_TIME, "UTC", None)


class RoundupPanel(Panel):
    """Shows the settings of a roundup; each choice is saved at once and stands in the audit trail."""

    def __init__(
        self,
        guild: discord.Guild,
        roundup: Roundup,
        *,
        language: str,
        clock: Clock,
        actors: Actors,
        guilds: GuildService,
    ) -> None:
        super().__init__()
        self.guild = guild
        self.roundup = roundup
        self.language = language
        self._clock = clock
        self._actors = actors
        self._guilds = guilds
        self.show()

    def say(self, message_id: str, **params: object) -> str:
        """Return a message of this panel in the asker's language."""
        return text(message_id, self.language, **params)

    def show(self) -> None:
        """Build the panel from the roundup."""
        self.clear_items()
        container: ui.Container[RoundupPanel] = ui.Container(ui.TextDisplay(self._summary()))
        container.add_item(ui.ActionRow(ChannelChoice(self)))
        if tags := self.tags():
            container.add_item(ui.ActionRow(TagChoice(self, tags)))
        container.add_item(ui.ActionRow(self._kind_choice()))
        container.add_item(ui.ActionRow(self._days_choice()))
        container.add_item(ui.ActionRow(RoleChoice(self)))
        container.add_item(ui.ActionRow(ReviewChoice(self)))
        row: ui.ActionRow[RoundupPanel] = ui.ActionRow(TimesButton(self))
        if self.roundup.review_channel_id is not None:
            row.add_item(UnapprovedButton(self))
        container.add_item(row)
        self.add_item(container)

    async def change(self, interaction: discord.Interaction, edit: Edit, action: str, **params: str) -> None:
        """Save one change and show what stands then."""
        actor = await self._actors.of(interaction)
        params["name"] = self.roundup.name
        await self._guilds.change_roundup(actor, edit, action, roundup_id=self.roundup.id, **params)
        self.roundup = await self._guilds.roundup(actor.guild_id, self.roundup.id)
        self.show()
        await interaction.response.edit_message(view=self)

    def _kind_choice(self) -> OneOf[RoundupKind]:
        return OneOf(
            RoundupKind,
            custom_id="roundup:kind",
            chosen=self.roundup.kind,
            label=lambda kind: self.say(f"editing.kind.{kind.value}"),
            about=lambda kind: self.say(f"editing.kind_about.{kind.value}"),
            take=self._take_kind,
        )

    async def _take_kind(self, interaction: discord.Interaction, kind: RoundupKind) -> None:
        """Take the kind, with days that go with it unless somebody chose some."""

        def edit(roundup: Roundup) -> Roundup:
            usual = {RoundupKind.DAILY: EVERY_DAY, RoundupKind.WEEKLY: FIRST_WEEKDAY}
            days = usual[kind] if roundup.days == usual[roundup.kind] else roundup.days
            return replace(roundup, kind=kind, days=days)

        await self.change(interaction, edit, f"editing.audit.{kind.value}")

    def _days_choice(self) -> SomeOf[int]:
        return SomeOf(
            sorted(EVERY_DAY),
            custom_id="roundup:days",
            chosen=self.roundup.days,
            label=lambda day: weekday_text(day, self.language),
            least=1,
            take=self._take_days,
        )

    async def _take_days(self, interaction: discord.Interaction, days: frozenset[int]) -> None:
        await self.change(interaction, lambda roundup: replace(roundup, days=days), "editing.audit.days")

    def tags(self) -> list[discord.ForumTag]:
        """Return the tags that a post may have there; none in a text channel."""
        channel = self.guild.get_channel(self.roundup.channel_id)
        return list(channel.available_tags)[:TAGS_MAX] if isinstance(channel, discord.ForumChannel) else []

    def _summary(self) -> str:
        roundup = self.roundup
        stamp = int(roundup.next_after(self._clock.now()).timestamp())
        days = join_names((weekday_text(day, self.language) for day in sorted(roundup.days)), self.language)
        lines = [
            self.say("editing.settings.title", name=escape(roundup.name)),
            self.say("editing.settings.channel", channel=f"<#{roundup.channel_id}>"),
            self.say(f"editing.settings.{roundup.kind.value}"),
            self.say(
                "editing.settings.times",
                days=self.say("editing.settings.every_day") if roundup.days == EVERY_DAY else days,
                time=f"{roundup.at:%H:%M}",
                zone=escape(roundup.timezone),
                at=f"<t:{stamp}:F>",
            ),
        ]
        if roundup.notify_role_id is not None:
            lines.append(self.say("guild.settings.notify_role", role=f"<@&{roundup.notify_role_id}>"))
        if roundup.column_deadline is not None:
            lines.append(self.say("editing.settings.deadline", time=f"{roundup.column_deadline:%H:%M}"))
        if roundup.review_channel_id is None:
            lines.append(self.say("editing.settings.no_review"))
        else:
            how = "unapproved" if roundup.posts_unapproved else "approved"
            lines.append(self.say(f"editing.settings.review_{how}", channel=f"<#{roundup.review_channel_id}>"))
        return "\n".join(lines + self._warnings())

    def _warnings(self) -> list[str]:
        lines: list[str] = []
        for channel_id, needed in ((self.roundup.channel_id, POSTING), (self.roundup.review_channel_id, REVIEWING)):
            channel = None if channel_id is None else self.guild.get_channel(channel_id)
            if channel is None or not (missing := missing_in(channel, needed)):
                continue
            names = join_names((self.say(f"guild.permission.{name}") for name in missing), self.language)
            lines.append(self.say("guild.setup.lacks", permissions=names, channel=channel.mention))
        channel = self.guild.get_channel(self.roundup.channel_id)
        tagged = self.roundup.forum_tag_id is not None
        if isinstance(channel, discord.ForumChannel) and channel.flags.require_tag and not tagged:
            lines.append(self.say("editing.settings.tag_needed", channel=channel.mention))
        return ["", *lines] if lines else []


def _channel_defaults(guild: discord.Guild, channel_id: int | None) -> list[discord.SelectDefaultValue]:
    """Return a channel as what is chosen; Discord refuses one that is gone."""
    if channel_id is None or guild.get_channel(channel_id) is None:
        return []
    return [discord.SelectDefaultValue(id=channel_id, type=discord.SelectDefaultValueType.channel)]


class ChannelChoice(ui.ChannelSelect[RoundupPanel]):
    """Where the edition is posted."""

    def __init__(self, panel: RoundupPanel) -> None:
        super().__init__(
            channel_types=[discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum],
            placeholder=panel.say("editing.settings.choose_channel"),
            default_values=_channel_defaults(panel.guild, panel.roundup.channel_id),
            custom_id="roundup:channel",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the channel; a tag of another forum means nothing there."""
        channel_id = self.values[0].id

        def edit(roundup: Roundup) -> Roundup:
            return replace(roundup, channel_id=channel_id, forum_tag_id=None)

        await self.panel.change(interaction, edit, "editing.audit.channel", channel=f"<#{channel_id}>")


class TagChoice(ui.Select[RoundupPanel]):
    """The tag of each post in a forum."""

    def __init__(self, panel: RoundupPanel, tags: list[discord.ForumTag]) -> None:
        super().__init__(
            placeholder=panel.say("editing.settings.choose_tag"),
            min_values=0,
            options=[
                discord.SelectOption(
                    label=tag.name, value=str(tag.id), emoji=tag.emoji, default=tag.id == panel.roundup.forum_tag_id
                )
                for tag in tags
            ],
            custom_id="roundup:tag",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the tag, or none."""
        tag_id = int(self.values[0]) if self.values else None
        await self.panel.change(interaction, lambda r: replace(r, forum_tag_id=tag_id), "editing.audit.tag")


class RoleChoice(ui.RoleSelect[RoundupPanel]):
    """The role that is mentioned, which Notify me gives."""

    def __init__(self, panel: RoundupPanel) -> None:
        chosen = panel.roundup.notify_role_id
        super().__init__(
            placeholder=panel.say("editing.settings.choose_role"),
            min_values=0,
            default_values=[]
            if chosen is None or panel.guild.get_role(chosen) is None
            else [discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.role)],
            custom_id="roundup:role",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the role, if any member may have it and the bot may give it; or none."""
        role = self.values[0] if self.values else None
        role_id = None if role is None else role.id
        if role is not None and (not harmless(role) or missing_for_role(self.panel.guild, role)):
            raise RolePowersError(role=role.name)
        action = "editing.audit.no_role" if role is None else "editing.audit.role"
        params = {} if role is None else {"role": role.mention}
        await self.panel.change(interaction, lambda r: replace(r, notify_role_id=role_id), action, **params)


class ReviewChoice(ui.ChannelSelect[RoundupPanel]):
    """Where editors approve each edition; nowhere unless it is chosen."""

    def __init__(self, panel: RoundupPanel) -> None:
        super().__init__(
            channel_types=[discord.ChannelType.text],
            placeholder=panel.say("editing.settings.choose_review"),
            min_values=0,
            default_values=_channel_defaults(panel.guild, panel.roundup.review_channel_id),
            custom_id="roundup:review",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the channel, or none."""
        chosen = self.values[0].id if self.values else None

        def edit(roundup: Roundup) -> Roundup:
            return replace(roundup, review_channel_id=chosen)

        if chosen is None:
            await self.panel.change(interaction, edit, "editing.audit.no_review")
            return
        await self.panel.change(interaction, edit, "editing.audit.review", channel=f"<#{chosen}>")


class UnapprovedButton(ui.Button[RoundupPanel]):
    """Switches between posting only what was approved and posting what nobody skipped."""

    def __init__(self, panel: RoundupPanel) -> None:
        how = "only_approved" if panel.roundup.posts_unapproved else "also_unapproved"
        super().__init__(label=panel.say(f"editing.button.{how}"), custom_id="roundup:unapproved")
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Switch."""
        wanted = not self.panel.roundup.posts_unapproved
        action = "editing.audit.also_unapproved" if wanted else "editing.audit.only_approved"
        await self.panel.change(interaction, lambda r: replace(r, posts_unapproved=wanted), action)


class TimesButton(ui.Button[RoundupPanel]):
    """Asks for what has to be typed."""

    def __init__(self, panel: RoundupPanel) -> None:
        super().__init__(label=panel.say("editing.button.times"), style=ButtonStyle.primary, custom_id="roundup:times")
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Open the form."""
        await interaction.response.send_modal(TimesForm(self.panel))


class TimesForm(Form):
    """The name, the time of day, and until when the guild's own column is waited for."""

    def __init__(self, panel: RoundupPanel) -> None:
        super().__init__(panel.say("editing.settings.form"))
        self.panel = panel
        roundup = panel.roundup
        deadline = "" if roundup.column_deadline is None else f"{roundup.column_deadline:%H:%M}"
        self.name = Field(default=roundup.name, max_length=NAME_CHARS_MAX, custom_id="name")
        self.time = Field(default=f"{roundup.at:%H:%M}", max_length=20, custom_id="time")
        self.deadline = Field(default=deadline, max_length=20, required=False, custom_id="deadline")
        self.add_item(ui.Label(text=panel.say("editing.settings.name_label"), component=self.name))
        self.add_item(ui.Label(text=panel.say("guild.setup.time_label"), component=self.time))
        self.add_item(
            ui.Label(
                text=panel.say("editing.settings.deadline_label"),
                description=panel.say("editing.settings.deadline_hint"),
                component=self.deadline,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Take all of them or none."""
        name, at = self.name.value, parse_time(self.time.value)
        deadline = parse_time(self.deadline.value) if self.deadline.value.strip() else None

        def edit(roundup: Roundup) -> Roundup:
            return replace(roundup, name=name, at=at, column_deadline=deadline)

        await self.panel.change(interaction, edit, "editing.audit.times", new=name, time=f"{at:%H:%M}")


class DeletePanel(Panel):
    """Asks whether a roundup is really to be deleted."""

    def __init__(self, roundup: Roundup, asked_in: str, actors: Actors, guilds: GuildService) -> None:
        super().__init__()
        self._roundup = roundup
        self._asked_in = asked_in
        self._actors = actors
        self._guilds = guilds
        delete: ui.Button[DeletePanel] = ui.Button(
            label=text("editing.button.delete", asked_in), style=ButtonStyle.danger, custom_id="roundup:delete"
        )
        delete.callback = self._delete
        asked = text("editing.delete.ask", asked_in, name=escape(roundup.name))
        self.add_item(ui.Container(ui.TextDisplay(asked), ui.ActionRow(delete)))

    async def _delete(self, interaction: discord.Interaction) -> None:
        gone = await self._guilds.delete_roundup(await self._actors.of(interaction), self._roundup.id)
        self.clear_items()
        said = text("editing.delete.done", self._asked_in, name=escape(gone.name))
        self.add_item(ui.Container(ui.TextDisplay(said)))
        await interaction.response.edit_message(view=self)
        self.stop()
