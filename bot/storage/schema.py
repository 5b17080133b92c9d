"""The whole schema: importing this module makes every table known to the base."""

from bot.storage import (
    ballot,
    commands,
    discussion,
    due_work,
    guild,
    poll,
    poll_notice,
    poll_template,
    question,
    roundup,
    source,
    suggestion,
)
from bot.storage.base import Base

# The newest migration, written here so that a start need not import Alembic to see that nothing is to be done.
REVISION = "0005"

metadata = Base.metadata

__all__ = [
    "REVISION",
    "ballot",
    "commands",
    "discussion",
    "due_work",
    "guild",
    "metadata",
    "poll",
    "poll_notice",
    "poll_template",
    "question",
    "roundup",
    "source",
    "suggestion",
]
