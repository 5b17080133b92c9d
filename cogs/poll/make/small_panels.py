"""Small panels: whether a poll is really to be deleted, whose ballots are set aside, when a template repeats."""

from datetime import time
from functools import partial

import discord
from discord import ButtonStyle, ui

from bot.domain.errors import PaddockError
from bot.domain.guild import GuildSettings
from bot.domain.poll.poll import SHOWN_FROM_BALLOTS, JoinWindow, Poll
from bot.domain.poll.template import PollTemplate
from bot.domain.roundup import EVERY_DAY
from bot.domain.when import parse_time
from bot.edge.markdown import escape
from bot.edge.publish import Publisher
from bot.edge.replies import Panel
from bot.edge.selects import SomeOf
from bot.edge.sentences import error_sentence
from bot.services.poll import SetAside
from bot.text import join_names, plural, text, weekday_text
from cogs.poll.make.desk import MakingDesk
from cogs.poll.make.forms import WordsForm
from cogs.poll.make.summary import both_stamps

TIME_CHARS_MAX = 20


class DeletePollPanel(Panel):
    """Asks whether a poll, with all its ballots, is really to be deleted."""

    def __init__(self, desk: MakingDesk, publisher: Publisher, poll: Poll, asked_in: str) -> None:
        super().__init__()
        self._desk = desk
        self._publisher = publisher
        self._poll = poll
        self._asked_in = asked_in
        delete: ui.Button[DeletePollPanel] = ui.Button(
            label=text("poll_make.button.delete", asked_in), style=ButtonStyle.danger, custom_id="poll_delete:yes"
        )
        delete.callback = self._delete
        keep: ui.Button[DeletePollPanel] = ui.Button(
            label=text("poll_make.button.keep_poll", asked_in), custom_id="poll_delete:no"
        )
        keep.callback = self._keep
        asked = text("poll_make.delete.ask", asked_in, question=escape(poll.question))
        self.add_item(ui.Container(ui.TextDisplay(asked), ui.ActionRow(delete, keep)))

    async def _delete(self, interaction: discord.Interaction) -> None:
        deleted = await self._desk.polls.delete(await self._desk.actors.of(interaction), self._poll.id)
        # It is deleted; taking its card away may take longer than an answer may.
        await self._end(interaction, text("poll_make.delete.done", self._asked_in, question=escape(deleted.question)))
        if deleted.message_id is None:
            return
        message = interaction.client.get_partial_messageable(deleted.channel_id).get_partial_message(deleted.message_id)
        try:
            async with self._publisher.acting(deleted.channel_id):
                await message.delete()
        except PaddockError as error:
            reason = error_sentence(error, self._asked_in)
            told = text("poll_make.delete.card_stands", self._asked_in, link=deleted.link or "", reason=reason)
            await interaction.followup.send(told, ephemeral=True)

    async def _keep(self, interaction: discord.Interaction) -> None:
        await self._end(interaction, text("poll_make.delete.kept", self._asked_in))

    async def _end(self, interaction: discord.Interaction, sentence: str) -> None:
        self.clear_items()
        self.add_item(ui.Container(ui.TextDisplay(sentence)))
        await interaction.response.edit_message(view=self)
        self.stop()


class SetAsidePanel(Panel):
    """Says whose ballots are set aside, and how many, and takes a window back."""

    def __init__(self, desk: MakingDesk, done: SetAside, asked_in: str) -> None:
        super().__init__()
        self._desk = desk
        self._done = done
        self._asked_in = asked_in
        self.show()

    def show(self) -> None:
        """Build the panel from what was done last."""
        self.clear_items()
        poll, count = self._done.poll, self._done.count
        lines = [text("poll_make.aside.title", self._asked_in, question=escape(poll.question))]
        if count is None:
            lines.append(text("vote.card.held_back", self._asked_in, votes=SHOWN_FROM_BALLOTS))
        elif count.set_aside:
            all_n = count.counted + count.set_aside
            lines.append(plural("poll_make.aside.count", self._asked_in, count.set_aside, all=all_n))
        else:
            lines.append(text("poll_make.aside.none", self._asked_in))
        container: ui.Container[SetAsidePanel] = ui.Container(ui.TextDisplay("\n".join(lines)))
        for place, window in enumerate(poll.set_aside):
            since, until = (f"<t:{round(at.timestamp())}:f>" for at in (window.since, window.until))
            joined = ui.TextDisplay[SetAsidePanel](
                text("poll_make.aside.window", self._asked_in, since=since, until=until)
            )
            undo: ui.Button[SetAsidePanel] = ui.Button(
                label=text("poll_make.button.undo", self._asked_in), custom_id=f"poll_aside:undo:{place}"
            )
            # The window itself, not its place: of two that are pressed at once, one is taken back first.
            undo.callback = partial(self._undo, window)
            container.add_item(ui.Section(joined, accessory=undo))
        if poll.set_aside:
            container.add_item(ui.TextDisplay(f"-# {text('poll_make.aside.how', self._asked_in)}"))
        self.add_item(container)

    async def _undo(self, window: JoinWindow, interaction: discord.Interaction) -> None:
        """Count again the ballots of those who joined in a window."""
        actor = await self._desk.actors.of(interaction)
        # As they stand now: another moderator may have added one since.
        poll = await self._desk.polls.get(actor, self._done.poll.id)
        kept = [other for other in poll.set_aside if other != window]
        self._done = await self._desk.polls.set_aside(actor, poll.id, kept)
        self.show()
        await interaction.response.edit_message(view=self)


class RepeatPanel(Panel):
    """The days and the time at which a template makes a poll by itself; each change is saved at once.

    Args:
        desk: the services.
        template: as it stands.
        settings: of the guild, for its zone.
        asked_in: the asker's language.
        at: what was asked for with the command; as it stands if None.
    """

    def __init__(self, desk: MakingDesk, template: PollTemplate, settings: GuildSettings, asked_in: str) -> None:
        super().__init__()
        self._desk = desk
        self._template = template
        self._settings = settings
        self.asked_in = asked_in
        self._typed = ""
        self.show()

    def say(self, message_id: str, **params: object) -> str:
        """Return a message of this panel in the asker's language."""
        return text(message_id, self.asked_in, **params)

    def show(self, note: str = "") -> None:
        """Build the panel from the template."""
        self.clear_items()
        lines = [self.say("poll_make.repeat.title", name=escape(self._template.name))]
        if note:
            lines.append(f"⚠️ {note}")
        lines += repeat_lines(self._desk, self._template, self._settings, self.asked_in)
        container: ui.Container[RepeatPanel] = ui.Container(ui.TextDisplay("\n".join(lines)))
        row: ui.ActionRow[RepeatPanel] = ui.ActionRow()
        if self._template.at is not None:
            container.add_item(ui.ActionRow(self._days_choice()))
        change: ui.Button[RepeatPanel] = ui.Button(
            label=self.say("poll_make.button.time"), style=ButtonStyle.primary, custom_id="poll_repeat:time"
        )
        change.callback = self._open_time
        row.add_item(change)
        if self._template.at is not None:
            stop: ui.Button[RepeatPanel] = ui.Button(
                label=self.say("poll_make.button.stop"), style=ButtonStyle.danger, custom_id="poll_repeat:stop"
            )
            stop.callback = self._stop
            row.add_item(stop)
        container.add_item(row)
        self.add_item(container)

    def _days_choice(self) -> SomeOf[int]:
        return SomeOf(
            sorted(EVERY_DAY),
            custom_id="poll_repeat:days",
            chosen=self._template.days,
            label=lambda day: weekday_text(day, self.asked_in),
            least=1,
            take=self._take_days,
        )

    async def _take_days(self, interaction: discord.Interaction, days: frozenset[int]) -> None:
        if self._template.at is None:  # stopped by another press meanwhile
            await self._show_again(interaction)
            return
        await self._repeat(interaction, days, self._template.at)

    async def _repeat(self, interaction: discord.Interaction, days: frozenset[int], at: time) -> None:
        actor = await self._desk.actors.of(interaction)
        self._template = await self._desk.templates.repeat(actor, self._template.id, days, at)
        await self._show_again(interaction)

    async def _open_time(self, interaction: discord.Interaction) -> None:
        at = self._template.at
        default = self._typed or ("" if at is None else f"{at:%H:%M}")
        label, hint = (
            self.say("poll_make.form.time"),
            self.say("poll_make.form.time_hint", zone=self._settings.timezone),
        )
        form = WordsForm(label, self._take_time, default=default, chars_max=TIME_CHARS_MAX, hint=hint)
        await interaction.response.send_modal(form)

    async def _take_time(self, interaction: discord.Interaction, typed: str) -> None:
        try:
            at = parse_time(typed)
        except PaddockError as error:
            self._typed = typed
            await self._show_again(interaction, error_sentence(error, self.asked_in))
            return
        self._typed = ""
        await self._repeat(interaction, self._template.days or EVERY_DAY, at)

    async def _stop(self, interaction: discord.Interaction) -> None:
        actor = await self._desk.actors.of(interaction)
        self._template = await self._desk.templates.stop(actor, self._template.id)
        await self._show_again(interaction)

    async def _show_again(self, interaction: discord.Interaction, note: str = "") -> None:
        self.show(note)
        await interaction.response.edit_message(view=self)


def repeat_lines(desk: MakingDesk, template: PollTemplate, settings: GuildSettings, asked_in: str) -> list[str]:
    """Return on which days a template repeats, and when next."""
    next_at = template.next_after(desk.clock.now(), settings.zone)
    if template.at is None or next_at is None:
        return [text("poll_make.repeat.never", asked_in)]
    days = join_names((weekday_text(day, asked_in) for day in sorted(template.days)), asked_in)
    if template.days == EVERY_DAY:
        days = text("poll_make.repeat.every_day", asked_in)
    when = text(
        "poll_make.repeat.when", asked_in, days=days, time=f"{template.at:%H:%M}", zone=escape(settings.timezone)
    )
    return [when, text("poll_make.repeat.next", asked_in, at=both_stamps(round(next_at.timestamp())))]
