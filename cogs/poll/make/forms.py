"""The forms in which polls are typed. More fits than may be asked: too long is said with figures and given back."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import discord
from discord import TextStyle, ui

from bot.domain.poll.option_lines import lines_of
from bot.domain.poll.poll import QUESTION_CHARS_MAX
from bot.domain.poll.rules import PollKind
from bot.domain.poll.typed import TypedLimits, TypedPoll
from bot.domain.wording import cut
from bot.edge.replies import Field, Form
from bot.text import plural, text

QUESTION_ROOM = 2 * QUESTION_CHARS_MAX
BOX_CHARS_MAX = 4_000  # Discord docs, components reference, text input: "max_length"
LINE_CHARS_MAX = 100  # what is longer is typed in a box of several lines
HINT_CHARS_MAX = 100  # Discord docs, components reference, label: "description"; text input: "placeholder"
TITLE_CHARS_MAX = 45  # Discord docs, interactions, modal: "title"

Submit: TypeAlias = Callable[[discord.Interaction, TypedPoll], Awaitable[None]]
SubmitWords: TypeAlias = Callable[[discord.Interaction, str], Awaitable[None]]
SubmitLimits: TypeAlias = Callable[[discord.Interaction, TypedLimits], Awaitable[None]]


class PollForm(Form):
    """The question, the options, when it opens and closes, and what only its kind asks for.

    A box holds 4,000 characters; options beyond that are kept as they are, and said to be.

    Args:
        kind: of the poll.
        asked_in: the asker's language.
        submit: takes what was typed.
        typed: what stands there already.
        zone: of the guild, by its name, in which times are read.
        needs_options: whether a poll without any is refused by Discord itself.
    """

    def __init__(
        self, kind: PollKind, asked_in: str, submit: Submit, *, typed: TypedPoll, zone: str, needs_options: bool
    ) -> None:
        name = text(f"poll_make.kind.{kind.value}", asked_in)
        super().__init__(cut(text("poll_make.form.title", asked_in, kind=name), TITLE_CHARS_MAX))
        self._asked_in = asked_in
        self._submit = submit
        self._zone = zone
        self.question = _box("question", typed.question, QUESTION_ROOM)
        shown, self._tail = _fitting(typed.options)
        self.options = _box("options", shown, BOX_CHARS_MAX, required=needs_options)
        self.opens = _line("opens", typed.opens)
        self.closes = _line("closes", typed.closes)
        self.more = _line("more", typed.more, required=True)
        self._typed = typed
        self._add("question", self.question)
        self.options.placeholder = cut(text("poll_make.form.options_example", asked_in), HINT_CHARS_MAX)
        # A form has five parts at most (Discord docs, modal), so what is kept is said in the place of the hint.
        kept = plural("poll_make.form.options_kept", asked_in, len(self._tail)) if self._tail else None
        self._add("options" if needs_options else "options_or_none", self.options, hint="options", about=kept)
        self._add("opens", self.opens, hint="opens")
        # A bracket ends with its last round.
        self._has_close = kind is not PollKind.BRACKET
        if self._has_close:
            self._add("closes", self.closes, hint="closes")
        self._has_more = kind in {PollKind.MULTIPLE, PollKind.VERDICT, PollKind.BRACKET}
        if self._has_more:
            self._add(f"more_{kind.value}", self.more, hint=f"more_{kind.value}")

    def _add(self, name: str, field: Field, *, hint: str | None = None, about: str | None = None) -> None:
        if about is None and hint is not None:
            about = cut(text(f"poll_make.form.{hint}_hint", self._asked_in, zone=self._zone), HINT_CHARS_MAX)
        self.add_item(ui.Label(text=text(f"poll_make.form.{name}", self._asked_in), description=about, component=field))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand on what was typed; what this kind does not ask for stays as it was."""
        typed = TypedPoll(
            question=self.question.value,
            options="\n".join([self.options.value, *self._tail]),
            opens=self.opens.value,
            closes=self.closes.value if self._has_close else self._typed.closes,
            more=self.more.value if self._has_more else self._typed.more,
        )
        await self._submit(interaction, typed)


class LimitsForm(Form):
    """The quorum, the age of accounts, and the reminder."""

    def __init__(
        self, asked_in: str, submit: SubmitLimits, *, typed: TypedLimits, account_days_max: int, has_close: bool
    ) -> None:
        super().__init__(text("poll_make.limits.title", asked_in))
        self._submit = submit
        self._has_close = has_close
        self.quorum = _line("quorum", typed.quorum)
        self.account_days = _line("account_days", typed.account_days)
        self.reminder = _line("reminder", typed.reminder)
        fields = [("quorum", self.quorum), ("account_days", self.account_days)]
        if has_close:
            fields.append(("reminder", self.reminder))
        for name, field in fields:
            self.add_item(
                ui.Label(
                    text=text(f"poll_make.limits.{name}", asked_in),
                    description=text(f"poll_make.limits.{name}_hint", asked_in, most=account_days_max),
                    component=field,
                )
            )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand on what was typed."""
        reminder = self.reminder.value if self._has_close else ""
        await self._submit(interaction, TypedLimits(self.quorum.value, self.account_days.value, reminder))


class WordsForm(Form):
    """Asks for some words, under a label that is the title as well."""

    def __init__(
        self, label: str, submit: SubmitWords, *, default: str, chars_max: int, hint: str | None = None
    ) -> None:
        super().__init__(cut(label, TITLE_CHARS_MAX))
        self._submit = submit
        style = TextStyle.short if chars_max <= LINE_CHARS_MAX else TextStyle.paragraph
        self.words = Field(
            style=style, default=default[:chars_max] or None, max_length=chars_max, required=True, custom_id="words"
        )
        self.add_item(ui.Label(text=cut(label, TITLE_CHARS_MAX), description=hint, component=self.words))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand them on."""
        await self._submit(interaction, self.words.value)


def _fitting(options: str) -> tuple[str, list[str]]:
    """Return the options that the box holds, and the lines that it does not, which are kept beside it."""
    lines = lines_of(options)
    fit_n, room = 0, BOX_CHARS_MAX
    for line in lines:
        room -= len(line) + 1
        if room < -1:
            break
        fit_n += 1
    return "\n".join(lines[:fit_n]), lines[fit_n:]


def _box(name: str, typed: str, chars_max: int, *, required: bool = True) -> Field:
    return Field(
        style=TextStyle.paragraph,
        default=typed[:chars_max] or None,
        required=required,
        max_length=chars_max,
        custom_id=name,
    )


def _line(name: str, typed: str, *, required: bool = False) -> Field:
    return Field(default=typed[:LINE_CHARS_MAX] or None, required=required, max_length=LINE_CHARS_MAX, custom_id=name)
