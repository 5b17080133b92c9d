"""Selects of what we know: an enum's members, days of the week. What comes back is one of these, or refused."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, Generic, TypeVar

import discord
from discord import ui

from bot.domain.errors import GoneError

MemberT = TypeVar("MemberT")


class _Known(ui.Select[Any], Generic[MemberT]):
    """Offers members, each with its `str` as the value: a `StrEnum`'s, a language, a number."""

    def __init__(
        self,
        members: Iterable[MemberT],
        *,
        custom_id: str,
        chosen: Collection[MemberT],
        label: Callable[[MemberT], str],
        about: Callable[[MemberT], str] | None,
        placeholder: str | None,
    ) -> None:
        self._members = {str(member): member for member in members}
        super().__init__(
            custom_id=custom_id,
            placeholder=placeholder,
            options=[
                discord.SelectOption(
                    label=label(member),
                    description=None if about is None else about(member),
                    value=value,
                    default=member in chosen,
                )
                for value, member in self._members.items()
            ],
        )

    def _chosen(self) -> list[MemberT]:
        """Return what was chosen.

        Raises:
            GoneError: for what is none of the options, which only comes from somebody who made it up.
        """
        try:
            return [self._members[value] for value in self.values]
        except KeyError:
            raise GoneError from None


class OneOf(_Known[MemberT]):
    """A select of exactly one of its members.

    Args:
        members: what is offered, at most 25 (Discord docs, components reference, string select).
        custom_id: of the select.
        chosen: what stands.
        label: says a member in at most 100 characters.
        about: says more of it, likewise.
        take: is handed the one that was chosen.
        placeholder: stands there while none is.
    """

    def __init__(
        self,
        members: Iterable[MemberT],
        *,
        custom_id: str,
        chosen: MemberT,
        label: Callable[[MemberT], str],
        take: Callable[[discord.Interaction, MemberT], Awaitable[None]],
        about: Callable[[MemberT], str] | None = None,
        placeholder: str | None = None,
    ) -> None:
        super().__init__(
            members, custom_id=custom_id, chosen=(chosen,), label=label, about=about, placeholder=placeholder
        )
        self._take = take

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand on what was chosen."""
        chosen = self._chosen()
        if len(chosen) != 1:
            raise GoneError
        await self._take(interaction, chosen[0])


class SomeOf(_Known[MemberT]):
    """A select of several of its members, of none of them too where `least` is 0; the rest as in `OneOf`."""

    def __init__(
        self,
        members: Iterable[MemberT],
        *,
        custom_id: str,
        chosen: Collection[MemberT],
        label: Callable[[MemberT], str],
        take: Callable[[discord.Interaction, frozenset[MemberT]], Awaitable[None]],
        about: Callable[[MemberT], str] | None = None,
        placeholder: str | None = None,
        least: int = 0,
    ) -> None:
        super().__init__(members, custom_id=custom_id, chosen=chosen, label=label, about=about, placeholder=placeholder)
        self.min_values, self.max_values = least, len(self.options)
        self._take = take
        self._least = least

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand on what was chosen."""
        chosen = frozenset(self._chosen())
        if len(chosen) < self._least:
            raise GoneError
        await self._take(interaction, chosen)
