"""Every rule of a poll that is being made, as selects: each choice changes the draft and shows it anew."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import discord
from discord import ui

from bot.domain.errors import GoneError
from bot.domain.poll.rules import METHODS, ROLES_MAX, Method, PollKind, PollRules, Seeding, TieRule
from bot.render.poll_words import method_name
from cogs.poll.make.desk import CHANNEL_TYPES

if TYPE_CHECKING:
    from cogs.poll.make.panel import MakePanel

ChoiceT = TypeVar("ChoiceT", PollKind, Method, Seeding)

# What is on or off, as one select: how the rules tell, and how they change.
SWITCHES: dict[str, tuple[Callable[[PollRules], bool], Callable[[PollRules, bool], PollRules]]] = {
    "public": (lambda rules: not rules.is_secret, lambda rules, on: replace(rules, is_secret=not on)),
    "hidden": (lambda rules: rules.is_hidden, lambda rules, on: replace(rules, is_hidden=on)),
    "write_in": (lambda rules: rules.is_write_in, lambda rules, on: replace(rules, is_write_in=on)),
    "lot": (
        lambda rules: rules.tie_rule is TieRule.LOT,
        lambda rules, on: replace(rules, tie_rule=TieRule.LOT if on else TieRule.SHARED),
    ),
    "joined_before": (
        lambda rules: rules.joined_before_open,
        lambda rules, on: replace(rules, joined_before_open=on),
    ),
}
# A bracket's entries stand before it begins, and what an open round has come to is nobody's business anyway.
NOT_OF_BRACKETS = frozenset({"hidden", "write_in"})


def rule_rows(panel: "MakePanel") -> list[ui.ActionRow["MakePanel"]]:
    """Return the selects for the rules that this kind has."""
    rules = panel.rules
    rows: list[ui.ActionRow[MakePanel]] = [ui.ActionRow(KindChoice(panel))]
    if len(METHODS[rules.kind]) > 1:
        rows.append(ui.ActionRow(MethodChoice(panel)))
    if rules.kind is PollKind.BRACKET:
        rows.append(ui.ActionRow(SeedingChoice(panel)))
    rows += [ui.ActionRow(SwitchChoice(panel)), ui.ActionRow(RoleChoice(panel)), ui.ActionRow(ChannelChoice(panel))]
    return rows


class KindChoice(ui.Select["MakePanel"]):
    """What a ballot says."""

    def __init__(self, panel: "MakePanel") -> None:
        super().__init__(
            options=[
                discord.SelectOption(
                    label=panel.say(f"poll_make.kind.{kind.value}"),
                    description=panel.say(f"poll_make.kind_about.{kind.value}"),
                    value=kind.value,
                    default=kind is panel.rules.kind,
                )
                for kind in PollKind
            ],
            custom_id="poll_make:kind",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the kind, with what it needs."""
        await self.panel.change_kind(interaction, chosen(PollKind, self.values))


class MethodChoice(ui.Select["MakePanel"]):
    """How its ballots are counted."""

    def __init__(self, panel: "MakePanel") -> None:
        super().__init__(
            options=[
                discord.SelectOption(
                    label=panel.say("poll_make.rules.method", name=method_name(method, panel.asked_in)),
                    description=panel.say(f"poll_make.method_about.{method.value}"),
                    value=method.value,
                    default=method is panel.rules.method,
                )
                for method in METHODS[panel.rules.kind]
            ],
            custom_id="poll_make:method",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the method."""
        await self.panel.change(interaction, replace(self.panel.rules, method=chosen(Method, self.values)))


class SeedingChoice(ui.Select["MakePanel"]):
    """How a bracket's entries are set against each other."""

    def __init__(self, panel: "MakePanel") -> None:
        super().__init__(
            options=[
                discord.SelectOption(
                    label=panel.say(f"poll_make.seeding.{seeding.value}"),
                    description=panel.say(f"poll_make.seeding_about.{seeding.value}"),
                    value=seeding.value,
                    default=seeding is panel.rules.seeding,
                )
                for seeding in Seeding
            ],
            custom_id="poll_make:seeding",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the seeding."""
        await self.panel.change(interaction, replace(self.panel.rules, seeding=chosen(Seeding, self.values)))


class SwitchChoice(ui.Select["MakePanel"]):
    """What is on or off; none chosen is what most want."""

    def __init__(self, panel: "MakePanel") -> None:
        self.names = _switches(panel.rules.kind)
        super().__init__(
            placeholder=panel.say("poll_make.rules.no_switches"),
            min_values=0,
            max_values=len(self.names),
            options=[
                discord.SelectOption(
                    label=panel.say(f"poll_make.switch.{name}"),
                    description=panel.say(f"poll_make.switch_about.{name}"),
                    value=name,
                    default=SWITCHES[name][0](panel.rules),
                )
                for name in self.names
            ],
            custom_id="poll_make:switches",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Switch on what is chosen and everything else off."""
        rules = self.panel.rules
        for name in self.names:
            rules = SWITCHES[name][1](rules, name in self.values)
        await self.panel.change(interaction, rules)


class RoleChoice(ui.RoleSelect["MakePanel"]):
    """Who may vote: with none chosen, everybody."""

    def __init__(self, panel: "MakePanel") -> None:
        chosen = [role_id for role_id in sorted(panel.rules.role_ids) if panel.guild.get_role(role_id) is not None]
        super().__init__(
            placeholder=panel.say("poll_make.rules.everybody"),
            min_values=0,
            max_values=ROLES_MAX,
            default_values=[
                discord.SelectDefaultValue(id=role_id, type=discord.SelectDefaultValueType.role) for role_id in chosen
            ],
            custom_id="poll_make:roles",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the roles."""
        role_ids = frozenset(role.id for role in self.values)
        # That everybody is a member needs no role to say so.
        if self.panel.guild.id in role_ids:
            role_ids = frozenset[int]()
        await self.panel.change(interaction, replace(self.panel.rules, role_ids=role_ids))


class ChannelChoice(ui.ChannelSelect["MakePanel"]):
    """Where it is posted."""

    def __init__(self, panel: "MakePanel") -> None:
        known = panel.guild.get_channel_or_thread(panel.channel_id) is not None
        super().__init__(
            channel_types=CHANNEL_TYPES,
            placeholder=panel.say("poll_make.rules.channel"),
            default_values=[
                discord.SelectDefaultValue(id=panel.channel_id, type=discord.SelectDefaultValueType.channel)
            ]
            if known
            else [],
            custom_id="poll_make:channel",
        )
        self.panel = panel

    async def callback(self, interaction: discord.Interaction) -> None:
        """Take the channel."""
        await self.panel.move(interaction, self.values[0].id)


def chosen(kind: type[ChoiceT], values: Sequence[str]) -> ChoiceT:
    """Return what was chosen in a select.

    Raises:
        GoneError: for what is none of its options, which only comes from somebody who made it up.
    """
    try:
        return kind(values[0])
    except (IndexError, ValueError):
        raise GoneError from None


def _switches(kind: PollKind) -> Sequence[str]:
    left_out = NOT_OF_BRACKETS if kind is PollKind.BRACKET else frozenset[str]()
    return [name for name in SWITCHES if name not in left_out]
