"""Why the bot's last backup by itself failed: noted in a file beside the database, for ``paddock doctor``.

Not in the database: its disk may be full, and a restore would bring an old note back.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.errors import PaddockError, packed

log = logging.getLogger(__name__)

SUFFIX = ".backup-failed"


@dataclass(frozen=True, slots=True)
class BackupFailure:
    """A backup that could not be made: when, and the error as it is kept."""

    at: datetime
    error: str


def note_failure(database: Path, error: PaddockError, at: datetime) -> None:
    """Write down why a backup failed. If that fails too, the log has to do."""
    try:
        _note_of(database).write_text(json.dumps([at.isoformat(), packed(error)]), encoding="utf-8")
    except OSError as why:
        log.warning("the failure could not be noted reason=%s", why.strerror)


def forget_failure(database: Path) -> None:
    """Take the note away."""
    _note_of(database).unlink(missing_ok=True)


def failure_of(database: Path) -> BackupFailure | None:
    """Return why the last backup failed; None if it did not, or nobody can read the note."""
    try:
        at, error = json.loads(_note_of(database).read_text(encoding="utf-8"))
        return BackupFailure(datetime.fromisoformat(at), str(error))
    except (OSError, ValueError, TypeError):
        return None


def _note_of(database: Path) -> Path:
    return database.with_name(database.name + SUFFIX)
