"""Backups that the bot makes of its SQLite file by itself, while it runs."""

import asyncio
import logging
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.domain.backup import BACKUP_RETRY, next_backup_at
from bot.domain.errors import PaddockError, UnforeseenError
from bot.storage.backup import NotSqliteError, back_up, file_of, newest_backup, prune, saying_why
from bot.storage.backup_failure import forget_failure, note_failure

log = logging.getLogger(__name__)


class BackupService:
    """Makes a checked backup now and then, and deletes those that the rule lets go.

    When the next one is due follows from the files that are there: no restart forgets one, and one that somebody has
    made by hand counts.

    Args:
        database_url: as in ``DATABASE_URL``.
        clock: for the names of the files and for waiting.
        every: how long after one backup the next one follows; None makes none.
    """

    def __init__(self, database_url: str, clock: Clock, *, every: timedelta | None) -> None:
        self._clock = clock
        self._every = every
        self._failing: str | None = None
        self._database: Path | None
        try:
            self._database = file_of(database_url)
        except NotSqliteError:
            self._database = None

    async def run(self) -> None:
        """Make backups until cancelled; a copy that was begun is then finished by its thread."""
        if self._database is None:
            log.info("no backups are made here: those of PostgreSQL are its operator's, with pg_dump")
            return
        next_at = await self.run_once(self._clock.now())
        while next_at is not None:
            await self._clock.sleep_until(next_at)
            next_at = await self.run_once(self._clock.now())

    async def run_once(self, now: datetime) -> datetime | None:
        """Make the backup that is due, if one is, and return when to come again; None if none is ever made.

        A failure is logged once, until it is another one or over, and noted for ``paddock doctor``.
        """
        database, every = self._database, self._every
        if database is None or every is None:
            return None
        try:
            next_at = next_backup_at(await asyncio.to_thread(newest_backup, database), now, every=every)
            if next_at > now:
                return next_at
            await asyncio.to_thread(_make, database, now)
        except PaddockError as error:
            if self._failing != error.message_id:
                log.error("backup failed reason=%s %s", error.message_id, error.params)  # noqa: TRY400  # expected
            failure = error
        except Exception as error:
            failure = UnforeseenError(error_id=secrets.token_hex(4))
            if self._failing != failure.message_id:
                log.exception("backup failed error_id=%s error=%s", failure.params["error_id"], type(error).__name__)
        else:
            if self._failing is not None:
                log.info("backups are made again")
            self._failing = None
            return now + every
        self._failing = failure.message_id
        await asyncio.to_thread(note_failure, database, failure, now)
        return now + min(BACKUP_RETRY, every)


def _make(database: Path, now: datetime) -> None:
    back_up(database, now)
    with saying_why(database):
        prune(database, now)
        forget_failure(database)
