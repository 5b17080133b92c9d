"""The panel in which a poll is made: the card as it will be posted, every rule, and the buttons that go on."""

from dataclasses import dataclass, replace

import discord
from discord import ButtonStyle, ui

from bot.domain.errors import GoneError, PaddockError
from bot.domain.guild import GuildSettings
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import ACCOUNT_DAYS_MAX, PollKind, PollRules
from bot.domain.poll.template import TEMPLATE_NAME_CHARS_MAX
from bot.domain.poll.typed import (
    TypedLimits,
    TypedPoll,
    at_post,
    limits_of,
    more_of,
    read_limits,
    read_poll,
    with_kind,
)
from bot.edge.drawn import is_not_drawn
from bot.edge.markdown import escape
from bot.edge.poll_card import poll_card
from bot.edge.replies import TEXT_CHARS_MAX, language, say
from bot.edge.sentences import error_sentence
from bot.services.poll_count import ShownPoll
from bot.text import text
from cogs.poll.make.desk import MakingDesk, trouble_in
from cogs.poll.make.emoji import check_emoji
from cogs.poll.make.forms import LimitsForm, PollForm, WordsForm
from cogs.poll.make.pressed import PressedPanel
from cogs.poll.make.rules_page import rule_rows
from cogs.poll.make.summary import both_stamps, length_text, rule_lines, short_when, when_lines

NAME_ROOM = 2 * TEMPLATE_NAME_CHARS_MAX  # too long is said with figures


@dataclass(frozen=True, slots=True)
class Start:
    """With what a panel begins: what was typed so far, and what was chosen."""

    typed: TypedPoll
    rules: PollRules
    channel_id: int
    draft: PollDraft | None = None


class MakePanel(PressedPanel):
    """Holds a draft until it is posted, kept as a template, or cancelled. What was typed is never lost.

    Attributes:
        typed: what stands in the form.
        rules: what was chosen.
        channel_id: where it is to be posted.
        draft: what was understood; None while something typed was not.
    """

    prefix = "poll_make"

    def __init__(
        self, desk: MakingDesk, interaction: discord.Interaction, settings: GuildSettings, start: Start
    ) -> None:
        super().__init__(language(interaction))
        if interaction.guild is None:
            raise GoneError
        self._desk = desk
        self._settings = settings
        self.guild = interaction.guild
        self.typed, self.rules, self.channel_id, self.draft = start.typed, start.rules, start.channel_id, start.draft
        self._typed_limits: TypedLimits | None = None
        self._typed_name = ""
        self._shown: ShownPoll | None = None
        self._known_emoji: set[int] = set()
        self._problem = ""  # keeps it from being posted
        self._trouble = ""  # with the channel
        self._is_role_gone = False  # of those that may vote, as in a poll of long ago that is cloned
        self._note = self._told = ""  # what was refused, or done, just now
        self._is_at_rules = False
        self._is_posting = False

    # What was typed.

    def form(self) -> PollForm:
        """Return the form with what was typed so far."""
        return PollForm(
            self.rules.kind,
            self.asked_in,
            self.take,
            typed=self.typed,
            zone=self._settings.timezone,
            needs_options=not self.rules.is_write_in,
        )

    async def take(self, interaction: discord.Interaction, typed: TypedPoll) -> None:
        """Take what was typed; what is not understood is said, and kept to be changed."""
        self.typed = typed
        self._read()
        await self.look(interaction)

    def _read(self) -> None:
        now, zone = self._desk.clock.now(), self._settings.zone
        try:
            self.draft = read_poll(self.typed, self.rules, channel_id=self.channel_id, now=now, zone=zone)
        except PaddockError as error:
            self.draft = None
            self._problem = error_sentence(error, self.asked_in)
        else:
            self.rules = self.draft.rules

    # What was chosen.

    async def change(self, interaction: discord.Interaction, rules: PollRules) -> None:
        """Take other rules of the same kind."""
        self.rules = rules
        if self.draft is not None:
            self.draft = replace(self.draft, rules=rules)
        await self.look(interaction)

    async def change_kind(self, interaction: discord.Interaction, kind: PollKind) -> None:
        """Take another kind, with what it needs; what was typed is read anew, for a bracket has no close of its own."""
        self.rules = with_kind(self.rules, kind, labels=labels_in(self._settings.language))
        self.typed = replace(self.typed, more=more_of(self.rules))
        self._read()
        await self.look(interaction)

    async def move(self, interaction: discord.Interaction, channel_id: int) -> None:
        """Have it posted in another channel."""
        self.channel_id = channel_id
        if self.draft is not None:
            self.draft = replace(self.draft, channel_id=channel_id)
        await self.look(interaction)

    async def _take_limits(self, interaction: discord.Interaction, typed: TypedLimits) -> None:
        try:
            rules = read_limits(self.rules, typed)
        except PaddockError as error:
            self._typed_limits = typed
            await self.look(interaction, note=error_sentence(error, self.asked_in))
            return
        self._typed_limits = None
        await self.change(interaction, rules)

    # What is shown.

    async def look(self, interaction: discord.Interaction, *, note: str = "", told: str = "") -> None:
        """Look at what the draft makes, and show it: in place of what was there, or as the first answer.

        Args:
            interaction: to be answered.
            note: what was refused just now.
            told: what was done just now.
        """
        self._note, self._told = note, told
        self._shown = None
        self._trouble = trouble_in(interaction, self.channel_id, self.asked_in) or ""
        self._is_role_gone = any(self.guild.get_role(role_id) is None for role_id in self.rules.role_ids)
        if self.draft is not None:
            self._problem = ""
            try:
                actor = await self._desk.actors.of(interaction)
                self._shown = await self._desk.previews.preview(actor, self.draft)
                await check_emoji(interaction, self.draft.options, self._known_emoji)
            except PaddockError as error:
                self._problem = error_sentence(error, self.asked_in)
        self._build()
        try:
            await self._answer(interaction)
        except discord.HTTPException as error:
            if not is_not_drawn(error) or self._shown is None:
                raise
            # Discord knows best what it draws; what it does not take in private it would not take in public.
            self._shown = None
            self._problem = self.say("poll_make.error.not_drawn")
            self._build()
            await self._answer(interaction)

    async def _answer(self, interaction: discord.Interaction) -> None:
        if interaction.message is None:
            await say(interaction, view=self)
        else:
            await interaction.response.edit_message(view=self)

    def _build(self) -> None:
        self.clear_items()
        if self._is_at_rules and self.draft is not None:
            self._build_rules(self.draft)
        else:
            self._build_preview()

    def _warnings(self) -> list[str]:
        gone = self.say("poll_make.preview.role_gone") if self._is_role_gone else ""
        warnings = [f"⚠️ {line}" for line in (self._note, self._problem, self._trouble, gone) if line]
        return [f"✅ {self._told}", *warnings] if self._told else warnings

    def _build_preview(self) -> None:
        warnings = self._warnings()
        if self.draft is None:
            lines = [self.say("poll_make.preview.not_yet"), *warnings]
            self.add_item(ui.Container(ui.TextDisplay("\n".join(lines)), self._buttons()))
            return
        title = "poll_make.preview.not_yet" if self._problem else "poll_make.preview.title"
        said = "\n".join([self.say(title), *warnings, *when_lines(self.draft, self.asked_in)])
        if self._shown is not None:
            card = _inert(poll_card(self._shown))
            room = TEXT_CHARS_MAX - card.content_length()
            short = said if len(said) <= room else "\n".join([*warnings, short_when(self.draft)])
            # What is wrong with a poll matters more than how it looks.
            if len(short) <= room:
                said = short
                for item in card.children:
                    self.add_item(item)
        self.add_item(ui.Container(ui.TextDisplay(said), self._buttons()))

    def _build_rules(self, draft: PollDraft) -> None:
        lines = [self.say("poll_make.rules.title"), *self._warnings(), *rule_lines(draft, self.asked_in)]
        container: ui.Container[MakePanel] = ui.Container(ui.TextDisplay("\n".join(lines)))
        for row in rule_rows(self):
            container.add_item(row)
        buttons: ui.ActionRow[MakePanel] = ui.ActionRow()
        self.add_button(buttons, "limits", self._open_limits)
        self.add_button(buttons, "edit", self._open_form)
        self.add_button(buttons, "back", self._turn, style=ButtonStyle.primary)
        container.add_item(buttons)
        self.add_item(container)

    def _buttons(self) -> ui.ActionRow["MakePanel"]:
        row: ui.ActionRow[MakePanel] = ui.ActionRow()
        is_good = not self._problem
        if self.draft is None:
            self.add_button(row, "edit", self._open_form, style=ButtonStyle.primary)
        else:
            cannot = not is_good or bool(self._trouble)
            self.add_button(row, "post", self._post, style=ButtonStyle.success, off=cannot)
            self.add_button(row, "edit", self._open_form)
            self.add_button(row, "rules", self._turn)
            self.add_button(row, "keep", self._open_name, off=not is_good)
        self.add_button(row, "cancel", self._cancel)
        return row

    # What is pressed.

    async def _open_form(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(self.form())

    async def _open_limits(self, interaction: discord.Interaction) -> None:
        form = LimitsForm(
            self.asked_in,
            self._take_limits,
            typed=self._typed_limits or limits_of(self.rules),
            account_days_max=ACCOUNT_DAYS_MAX,
            has_close=self.rules.kind is not PollKind.BRACKET,
        )
        await interaction.response.send_modal(form)

    async def _turn(self, interaction: discord.Interaction) -> None:
        self._is_at_rules = not self._is_at_rules
        await self.look(interaction)

    async def _open_name(self, interaction: discord.Interaction) -> None:
        label = self.say("poll_make.form.name")
        form = WordsForm(label, self._keep, default=self._typed_name, chars_max=NAME_ROOM)
        await interaction.response.send_modal(form)

    async def _keep(self, interaction: discord.Interaction, name: str) -> None:
        self._typed_name = name
        if self.draft is None:
            raise GoneError
        try:
            kept = await self._desk.templates.save(await self._desk.actors.of(interaction), name, self.draft)
        except PaddockError as error:
            await self.look(interaction, note=error_sentence(error, self.asked_in))
            return
        await self.look(interaction, told=self.say("poll_make.kept", name=escape(kept.name)))

    async def _post(self, interaction: discord.Interaction) -> None:
        if self.draft is None or trouble_in(interaction, self.channel_id, self.asked_in):
            await self.look(interaction)
            return
        if self._is_posting:  # pressed twice, before the first press was answered
            await interaction.response.defer()
            return
        self._is_posting = True
        try:
            actor = await self._desk.actors.of(interaction)
            draft = at_post(self.draft, self.typed, self._desk.clock.now(), self._settings.zone)
            made = await self._desk.polls.create(actor, draft)
        except Exception as error:
            self._is_posting = False
            if not isinstance(error, PaddockError):
                raise
            await self.look(interaction, note=error_sentence(error, self.asked_in))
            return
        await self._end(interaction, made_sentence(made, is_now=draft.opens_at is None, asked_in=self.asked_in))

    async def _cancel(self, interaction: discord.Interaction) -> None:
        await self._end(interaction, self.say("poll_make.cancelled"))

    async def _end(self, interaction: discord.Interaction, sentence: str) -> None:
        self.clear_items()
        self.add_item(ui.Container(ui.TextDisplay(sentence)))
        await interaction.response.edit_message(view=self)
        self.stop()


def _inert(card: ui.LayoutView) -> ui.LayoutView:
    """Return a card as it will be posted, but with nothing to press."""
    for item in card.walk_children():
        if isinstance(item, ui.Select) or (isinstance(item, ui.Button) and item.url is None):
            item.disabled = True
    return card


def made_sentence(made: Poll, *, is_now: bool, asked_in: str) -> str:
    """Return what is said of a poll that was just made."""
    channel = f"<#{made.channel_id}>"
    if not is_now:
        at = both_stamps(round(made.opens_at.timestamp()))
        return text("poll_make.made_later", asked_in, question=escape(made.question), channel=channel, at=at)
    if made.rules.round_length is not None:
        length = length_text(made.rules.round_length, asked_in)
        return text("poll_make.made_bracket", asked_in, question=escape(made.question), channel=channel, length=length)
    if made.closes_at is None:
        return text("poll_make.made", asked_in, question=escape(made.question), channel=channel)
    at = both_stamps(round(made.closes_at.timestamp()))
    return text("poll_make.made_until", asked_in, question=escape(made.question), channel=channel, at=at)


def labels_in(shown_in: str) -> tuple[str, str]:
    """Return a verdict's labels for whoever has none in mind yet, the good one first."""
    return text("poll.verdict.has_it", shown_in), text("poll.verdict.lost_it", shown_in)
