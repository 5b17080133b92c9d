"""``paddock backup`` and ``paddock restore``."""

from pathlib import Path

from bot.clock import SystemClock
from bot.settings import MEBIBYTE, Settings
from bot.storage.backup import back_up, file_of, prune
from bot.storage.restore import restore
from bot.storage.schema import REVISION
from bot.text import plural, text


def print_backup(settings: Settings, target: Path | None) -> None:
    """Back the database up, prune old backups if it went into their folder, and say what was done.

    Raises:
        PaddockError: what `bot.storage.backup` raises.
    """
    language = settings.language
    database, now = file_of(settings.database_url), SystemClock().now()
    copied = back_up(database, now, target=target)
    print(
        text(
            "cli.backup.done",
            language,
            path=copied.path,
            tables=len(copied.rows),
            rows=sum(copied.rows.values()),
            size=f"{copied.size_bytes / MEBIBYTE:.1f}",
        )
    )
    if target is None and (gone := prune(database, now)):
        print(plural("cli.backup.pruned", language, len(gone)))


def print_restore(settings: Settings, file: Path) -> None:
    """Put a backup in the place of the database, and say what was done.

    Raises:
        PaddockError: what `bot.storage.restore` raises; nothing was changed then.
    """
    language = settings.language
    done = restore(settings.database_url, file, SystemClock().now())
    if done.kept is not None:
        message_id = "cli.restore.kept_damaged" if done.kept_is_damaged else "cli.restore.kept"
        print(text(message_id, language, path=done.kept))
    print(text("cli.restore.done", language, path=done.copied.path, file=file, rows=sum(done.copied.rows.values())))
    if done.copied.revision != REVISION:
        print(text("cli.restore.old", language, found=done.copied.revision, known=REVISION))
