"""The threads in which single stories of an edition are discussed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.edition import Edition, Section
from bot.domain.errors import PaddockError

# Opening a thread takes a second or two; whoever has not finished by then was killed, and somebody else may try.
OPENING_MAX = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Discussion:
    """A story's thread: wanted since `begun_at`, open once `thread_id` is known."""

    id: int
    edition_id: int
    section_number: int
    begun_at: datetime
    thread_id: int | None


class Turn(Enum):
    """Whether it falls to whoever asks for a thread to open it."""

    FIRST = "first"  # nobody asked before
    AGAIN = "again"  # somebody began and never said that it is open: it may be, so look first
    NOT_NOW = "not now"  # it is open, or somebody else is opening it


def story_of(edition: Edition, number: int) -> Section | None:
    """Return the story of that number among those that the edition shows."""
    shown = (edition.lead, *edition.sections)
    return next((section for section in shown if section is not None and section.number == number), None)


class BeingOpenedError(PaddockError):
    """Somebody else is opening the thread at this moment."""

    message_id = "roundup.discuss.being_opened"
