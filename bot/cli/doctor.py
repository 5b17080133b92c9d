"""``paddock doctor``: would the bot start? Nothing is changed and nothing is posted."""

from datetime import datetime, timedelta

from babel.dates import format_timedelta

from bot.clock import SystemClock
from bot.domain.backup import is_old
from bot.domain.errors import PaddockError, unpacked
from bot.edge.visit import visit
from bot.settings import MEBIBYTE, Settings
from bot.storage.backup import NotSqliteError
from bot.storage.health import FileHealth, file_health
from bot.storage.migrate import UNREADABLE, revision_of
from bot.storage.schema import REVISION
from bot.text import error_text, text

# What is noted does not keep the bot from starting.
WELL, NOTED, ILL = "✓", "!", "✗"
EXIT_FAILED = 1
EXIT_CONFIG = 78  # EX_CONFIG of BSD's sysexits.h


async def examine(settings: Settings) -> int:
    """Print what was found, a line each, and return 0 if the bot would start."""
    language = settings.language
    print(WELL, text("cli.doctor.settings", language))
    database = await _database(settings)
    discord = await _discord(settings)
    return database or discord


async def _database(settings: Settings) -> int:
    language = settings.language
    try:
        found = await revision_of(settings.database_url)
    except (PaddockError, *UNREADABLE) as error:
        reason = error_text(error, language) if isinstance(error, PaddockError) else type(error).__name__
        print(ILL, text("cli.doctor.database_failed", language, reason=reason))
        return EXIT_FAILED
    if found is None:
        print(WELL, text("cli.doctor.database_new", language))
    elif found == REVISION:
        print(WELL, text("cli.doctor.database_current", language, revision=found))
    else:
        print(WELL, text("cli.doctor.database_old", language, found=found, known=REVISION))
    try:
        health = file_health(settings.database_url)
    except NotSqliteError:
        print(WELL, text("cli.doctor.backup_elsewhere", language))
        return 0
    return _surroundings(health, SystemClock().now(), language, every=settings.backup_every, is_new=found is None)


def _surroundings(health: FileHealth, now: datetime, language: str, *, every: timedelta | None, is_new: bool) -> int:
    """Print what stands around a SQLite file, and return 0 if the bot can work there."""
    if health.has_wal_reset_bug:
        print(NOTED, text("cli.doctor.wal_reset_bug", language, version=health.sqlite_version))
    free_mib, needed_mib = health.free_bytes // MEBIBYTE, -(-health.needed_bytes // MEBIBYTE)
    has_room = health.free_bytes >= health.needed_bytes
    message_id = "cli.doctor.disk" if has_room else "cli.doctor.disk_full"
    print(WELL if has_room else ILL, text(message_id, language, free=free_mib, needed=needed_mib))
    if health.newest_backup_at is not None:
        age = now - health.newest_backup_at
        mark = NOTED if is_old(health.newest_backup_at, now, every=every) else WELL
        print(mark, text("cli.doctor.backup", language, age=format_timedelta(age, locale=language)))
    elif not is_new:
        print(NOTED, text("cli.doctor.no_backup" if every is None else "cli.doctor.no_backup_yet", language))
    if (failure := health.backup_failure) is not None:
        age = format_timedelta(now - failure.at, locale=language)
        print(NOTED, text("cli.doctor.backup_failed", language, age=age, reason=_reason(failure.error, language)))
    return 0 if has_room else EXIT_FAILED


def _reason(kept: str, language: str) -> str:
    """Say what an error was that was kept; one of another version's can no longer be said."""
    try:
        message_id, params = unpacked(kept)
        return text(message_id, language, **params)
    except (KeyError, ValueError):
        return text("common.error.forgotten", language)


async def _discord(settings: Settings) -> int:
    language = settings.language
    if settings.discord_token is None:
        print(ILL, text("cli.doctor.no_token", language))
        return EXIT_CONFIG
    try:
        identity = await visit(settings.require_token())
    except PaddockError as error:
        print(ILL, text("cli.doctor.discord_failed", language, reason=error_text(error, language)))
        return EXIT_FAILED
    print(WELL, text("cli.doctor.discord", language, name=identity.name))
    print(" ", text("cli.doctor.invite", language, url=identity.invitation))
    print(" ", text("cli.doctor.invite_to_moderate", language, url=identity.invitation_to_moderate))
    return 0
