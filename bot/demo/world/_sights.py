"""What tests and the demo see of the world: people, places, messages and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import simcord

from bot.demo import plain


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the guild."""

    id: int
    name: str
    roles: tuple[str, ...]
    language: str

    @property
    def mention(self) -> str:
        """What mentions this person in a message."""
        return f"<@{self.id}>"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, or a thread in one (then `parent` is that channel's id)."""

    id: int
    name: str
    parent: int | None = None


Where = Place | str  # a place, or the name of one


@dataclass(frozen=True, slots=True)
class Role:
    """A role, as an option or a choice."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One message as it stands.

    Attributes:
        text: all of it in plain lines, its buttons in brackets.
        gist: what it says, in one line.
        private: whether only the one whom it answers sees it.
        raw: as Discord's API gives it.
    """

    id: int
    place: Place
    author: str
    at: datetime
    text: str
    gist: str
    private: bool
    raw: Mapping[str, Any] = field(repr=False)

    def told(self, remark: str = "") -> str:
        """Return it as a transcript shows it: when, who, to whom, what, without links and marks."""
        private = " (private)" if self.private else ""
        said = plain.readable(self.text).replace("\n", "\n      ")
        return f"{self.at:%H:%M} {self.author}{private}{remark}: {said}"

    @property
    def buttons(self) -> tuple[str, ...]:
        """The labels of the buttons that can be pressed, in order; an emoji where there is no label."""
        return tuple(plain.button_label(button) for button in plain.buttons(self.raw))


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody got to see after a command, a press, a choice or a modal.

    Attributes:
        lines: the messages that answered, the latest state of each, the first answer first; a message that
            was changed in place is among them.
        modal: the modal that opened, as Discord's API gives it, if one did.
        answered: whether the bot acknowledged at all; Discord shows "did not respond" otherwise.
        result: simcord's own record, for `World.submit`.
    """

    lines: tuple[Line, ...]
    modal: Mapping[str, Any] | None
    answered: bool
    result: simcord.InteractionResult = field(repr=False)

    @property
    def text(self) -> str:
        """All that was answered, as text; a modal by its title and labels."""
        said = [line.text for line in self.lines]
        return "\n".join([*said, plain.modal_text(self.modal)] if self.modal else said)

    @property
    def private(self) -> bool:
        """Whether only the asker saw the answer."""
        return bool(self.lines) and all(line.private for line in self.lines)

    @property
    def message(self) -> Line:
        """The last answer.

        Raises:
            LookupError: if there was none.
        """
        if not self.lines:
            raise LookupError("the bot answered with no message")
        return self.lines[-1]
