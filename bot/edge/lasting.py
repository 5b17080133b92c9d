"""Buttons and selects that work as long as their message stands, over restarts: they carry their subject's id."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar, cast

import discord
from discord import ui

from bot.domain.errors import GoneError
from bot.edge.replies import handle

# What stands for the subject in a template: longer than any of our ids, so that a forged one is answered as well.
SUBJECT = r"(?P<subject>[0-9]{1,60})"
# What stands for one part of it, such as an option's number.
NUMBER = r"(?P<number>[0-9]{1,60})"
SUBJECT_MAX = 2**63 - 1  # the largest id that the database holds
NUMBER_MAX = 2**31 - 1  # the largest number in an integer column
VALUE_CHARS_MAX = 100  # Discord docs, components reference, select option: "value"

ItemT = TypeVar("ItemT", bound=ui.Item[Any])


class _Lasting(ui.DynamicItem[ItemT], template=SUBJECT):
    """What buttons and selects have in common: the subject, and a number where the template has one."""

    def __init__(self, item: ItemT, subject_id: int, number: int | None = None) -> None:
        super().__init__(item)
        self.subject_id = subject_id
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Take the subject's id, and the number if there is one, out of the custom id."""
        del interaction
        number = match.groupdict().get("number")
        return cls(cast("ItemT", item), int(match["subject"]), None if number is None else int(number))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Answer; whatever goes wrong ends in `replies.handle`, where discord.py would only log it."""
        try:
            if self.subject_id > SUBJECT_MAX or (self.number or 0) > NUMBER_MAX:
                raise GoneError  # noqa: TRY301  # answered like any other id that is not there
            await self._answer(interaction)
        except Exception as error:  # noqa: BLE001  # this is where errors end
            await handle(interaction, error)

    async def _answer(self, interaction: discord.Interaction) -> None:
        del interaction
        raise GoneError


class LastingButton(_Lasting[ui.Button[ui.LayoutView]], template=SUBJECT):
    """A button whose ``custom_id`` is ``<feature>:<subject id>:<action>``: a wire format, never changed.

    A feature derives one class an action, with its template, and answers in `answer`. What comes back in a custom id
    may be forged or old: whether there is such a subject in this guild is asked again when the button is pressed.
    """

    async def _answer(self, interaction: discord.Interaction) -> None:
        await self.answer(interaction)

    async def answer(self, interaction: discord.Interaction) -> None:
        """Do what the button is for; a feature says what that is."""
        del interaction
        raise GoneError


class LastingSelect(_Lasting[ui.Select[ui.LayoutView]], template=SUBJECT):
    """A select whose ``custom_id`` is made like that of a `LastingButton`; what is chosen may be forged as well."""

    async def _answer(self, interaction: discord.Interaction) -> None:
        chosen = _numbers(interaction)
        if not chosen:
            raise GoneError
        await self.answer(interaction, chosen[0])

    async def answer(self, interaction: discord.Interaction, number: int) -> None:
        """Do what choosing that number is for; a feature says what that is."""
        del interaction, number
        raise GoneError


def _numbers(interaction: discord.Interaction) -> list[int]:
    """Return what was chosen, as far as it is a number that the database could hold."""
    values = cast("Sequence[object]", cast("Mapping[str, object]", interaction.data or {}).get("values") or ())
    given = [str(value)[:VALUE_CHARS_MAX] for value in values]
    return [int(value) for value in given if value.isdecimal() and value.isascii() and int(value) <= NUMBER_MAX]
