"""The panel of /source edit: what a source counts, what is taken from it, and for which roundup."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import discord
from discord import ButtonStyle, ui

from bot.domain.roundup import Roundup
from bot.domain.source import WEIGHTS_PERCENT, WORD_CHARS_MAX, WORDS_MAX, Source, parse_words
from bot.domain.wording import clean, cut
from bot.edge.actor import Actors
from bot.edge.markdown import escape
from bot.edge.replies import Field, Form, Panel
from bot.edge.selects import OneOf
from bot.services.source import SourceService
from bot.text import text
from cogs.source.sentences import source_line, weight_text, words_text

OPTIONS_MAX = 25  # Discord docs, components reference, "string select"
OPTION_CHARS_MAX = 100  # the same, label of an option
ALL_ROUNDUPS = "all"
# What a form takes is looked at more closely once it is sent; this only keeps it within reason.
FIELD_CHARS_MAX = WORDS_MAX * (WORD_CHARS_MAX + 2)


class EditPanel(Panel):
    """Shows what stands for a source; each choice is saved at once and stands in the audit trail."""

    def __init__(
        self,
        source: Source,
        roundups: Sequence[Roundup],
        *,
        asked_in: str,
        sources: SourceService,
        actors: Actors,
    ) -> None:
        super().__init__()
        self.source = source
        self.roundups = roundups
        self._asked_in = asked_in
        self._sources = sources
        self._actors = actors
        self._show()

    def say(self, message_id: str, **params: object) -> str:
        """Return a message of this panel in the asker's language."""
        return text(message_id, self._asked_in, **params)

    async def change(self, interaction: discord.Interaction, edit: Callable[[Source], Source]) -> None:
        """Save one change and show what stands then."""
        self.source = await self._sources.change(await self._actors.of(interaction), self.source.id, edit)
        self._show()
        await interaction.response.edit_message(view=self)

    def _show(self) -> None:
        self.clear_items()
        container: ui.Container[EditPanel] = ui.Container(ui.TextDisplay(self._summary()))
        container.add_item(ui.ActionRow(self._weight_choice()))
        # With a single roundup there is nothing to choose, unless the source is meant for one that is gone.
        if len(self.roundups) > 1 or self.source.roundup_id is not None:
            container.add_item(ui.ActionRow(RoundupSelect(self)))
        buttons: ui.ActionRow[EditPanel] = ui.ActionRow()
        for name, is_on in (
            ("ours", self.source.is_ours),
            ("paywalled", self.source.is_paywalled),
            ("paused", self.source.is_paused),
        ):
            buttons.add_item(MarkButton(self, name, is_on=is_on))
        buttons.add_item(WordsButton(self))
        container.add_item(buttons)
        self.add_item(container)

    def _weight_choice(self) -> OneOf[int]:
        async def take(interaction: discord.Interaction, percent: int) -> None:
            await self.change(interaction, lambda source: replace(source, weight_percent=percent))

        return OneOf(
            WEIGHTS_PERCENT,
            custom_id="source:weight",
            chosen=self.source.weight_percent,
            label=lambda percent: self.say(f"source.weight.{percent}"),
            take=take,
        )

    def _summary(self) -> str:
        source = self.source
        lines = [
            self.say("source.edit.title", name=escape(source.name)),
            source_line(source, self._asked_in),
            self.say("source.edit.weight", weight=weight_text(source.weight_percent)),
            self.say("source.edit.include", words=words_text(source.include_words)),
            self.say("source.edit.exclude", words=words_text(source.exclude_words)),
        ]
        if source.is_ours:
            lines.append(self.say("source.edit.ours"))
        if source.is_paused:
            lines.append(self.say("source.edit.paused"))
        return "\n".join(lines)


class RoundupSelect(ui.Select[EditPanel]):
    """For which roundup the source is: all, or one alone."""

    def __init__(self, panel: EditPanel) -> None:
        chosen = panel.source.roundup_id
        options = [
            discord.SelectOption(
                label=panel.say("source.edit.all_roundups"), value=ALL_ROUNDUPS, default=chosen is None
            )
        ]
        options += [
            discord.SelectOption(
                label=cut(panel.say("source.edit.only", roundup=clean(roundup.name)), OPTION_CHARS_MAX),
                value=str(roundup.id),
                default=chosen == roundup.id,
            )
            for roundup in panel.roundups[: OPTIONS_MAX - 1]
        ]
        super().__init__(
            placeholder=panel.say("source.edit.choose_roundup"), options=options, custom_id="source:roundup"
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the roundup."""
        chosen = None if self.values[0] == ALL_ROUNDUPS else int(self.values[0])
        await self.panel.change(interaction, lambda source: replace(source, roundup_id=chosen))


class MarkButton(ui.Button[EditPanel]):
    """Sets or takes back one mark; its label says what it will do."""

    def __init__(self, panel: EditPanel, name: str, *, is_on: bool) -> None:
        state = "off" if is_on else "on"
        super().__init__(
            label=panel.say(f"source.edit.{name}_{state}"),
            style=ButtonStyle.primary if is_on else ButtonStyle.secondary,
            custom_id=f"source:{name}",
        )
        self.panel = panel
        self._name = name
        self._is_on = is_on

    async def callback(self, interaction: discord.Interaction) -> None:
        """Turn the mark to what the label said, whatever somebody else has done to it meanwhile."""
        is_on = not self._is_on

        def edit(source: Source) -> Source:
            match self._name:
                case "ours":
                    return replace(source, is_ours=is_on)
                case "paywalled":
                    return replace(source, is_paywalled=is_on)
                case _:
                    return replace(source, is_paused=is_on)

        await self.panel.change(interaction, edit)


class WordsButton(ui.Button[EditPanel]):
    """Asks for the words."""

    def __init__(self, panel: EditPanel) -> None:
        super().__init__(label=panel.say("source.edit.words_button"), custom_id="source:words")
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Open the form."""
        await interaction.response.send_modal(WordsForm(self.panel))


class WordsForm(Form):
    """The words of which an article has to have one, and those of which it may have none."""

    def __init__(self, panel: EditPanel) -> None:
        super().__init__(title=panel.say("source.words.title"))
        self.panel = panel
        self.include = _field("include", panel.source.include_words)
        self.exclude = _field("exclude", panel.source.exclude_words)
        self.add_item(
            ui.Label(
                text=panel.say("source.words.include"),
                description=panel.say("source.words.hint"),
                component=self.include,
            )
        )
        self.add_item(ui.Label(text=panel.say("source.words.exclude"), component=self.exclude))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Take both lists or neither."""
        include, exclude = parse_words(self.include.value), parse_words(self.exclude.value)
        await self.panel.change(
            interaction, lambda source: replace(source, include_words=include, exclude_words=exclude)
        )


def _field(name: str, words: tuple[str, ...]) -> Field:
    return Field(
        style=discord.TextStyle.paragraph,
        default=", ".join(words) or None,
        required=False,
        max_length=FIELD_CHARS_MAX,
        custom_id=name,
    )
