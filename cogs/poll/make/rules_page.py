"""Every rule of a poll that is being made, as selects: each choice changes the draft and shows it anew."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.domain.poll.rules import METHODS, ROLES_MAX, Method, PollKind, PollRules, Seeding, TieRule
from bot.edge.selects import OneOf, SomeOf
from bot.render.poll_words import method_name
from cogs.poll.make.desk import CHANNEL_TYPES

if TYPE_CHECKING:
    from cogs.poll.make.panel import MakePanel

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
    rows: list[ui.ActionRow[MakePanel]] = [ui.ActionRow(_kind_choice(panel))]
    if len(METHODS[rules.kind]) > 1:
        rows.append(ui.ActionRow(_method_choice(panel)))
    if rules.kind is PollKind.BRACKET:
        rows.append(ui.ActionRow(_seeding_choice(panel)))
    rows += [ui.ActionRow(_switch_choice(panel)), ui.ActionRow(RoleChoice(panel)), ui.ActionRow(ChannelChoice(panel))]
    return rows


def _kind_choice(panel: "MakePanel") -> OneOf[PollKind]:
    """Return the select of what a ballot says."""
    return OneOf(
        PollKind,
        custom_id="poll_make:kind",
        chosen=panel.rules.kind,
        label=lambda kind: panel.say(f"poll_make.kind.{kind.value}"),
        about=lambda kind: panel.say(f"poll_make.kind_about.{kind.value}"),
        take=panel.change_kind,
    )


def _method_choice(panel: "MakePanel") -> OneOf[Method]:
    """Return the select of how its ballots are counted."""

    async def take(interaction: discord.Interaction, method: Method) -> None:
        await panel.change(interaction, replace(panel.rules, method=method))

    return OneOf(
        METHODS[panel.rules.kind],
        custom_id="poll_make:method",
        chosen=panel.rules.method,
        label=lambda method: panel.say("poll_make.rules.method", name=method_name(method, panel.asked_in)),
        about=lambda method: panel.say(f"poll_make.method_about.{method.value}"),
        take=take,
    )


def _seeding_choice(panel: "MakePanel") -> OneOf[Seeding]:
    """Return the select of how a bracket's entries are set against each other."""

    async def take(interaction: discord.Interaction, seeding: Seeding) -> None:
        await panel.change(interaction, replace(panel.rules, seeding=seeding))

    return OneOf(
        Seeding,
        custom_id="poll_make:seeding",
        chosen=panel.rules.seeding,
        label=lambda seeding: panel.say(f"poll_make.seeding.{seeding.value}"),
        about=lambda seeding: panel.say(f"poll_make.seeding_about.{seeding.value}"),
        take=take,
    )


def _switch_choice(panel: "MakePanel") -> SomeOf[str]:
    """Return the select of what is on, the rest of it off; none chosen is what most want."""
    names = [name for name in SWITCHES if panel.rules.kind is not PollKind.BRACKET or name not in NOT_OF_BRACKETS]

    async def take(interaction: discord.Interaction, on: frozenset[str]) -> None:
        rules = panel.rules
        for name in names:
            rules = SWITCHES[name][1](rules, name in on)
        await panel.change(interaction, rules)

    return SomeOf(
        names,
        custom_id="poll_make:switches",
        chosen=[name for name in names if SWITCHES[name][0](panel.rules)],
        label=lambda name: panel.say(f"poll_make.switch.{name}"),
        about=lambda name: panel.say(f"poll_make.switch_about.{name}"),
        placeholder=panel.say("poll_make.rules.no_switches"),
        take=take,
    )


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
