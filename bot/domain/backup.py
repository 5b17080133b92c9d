"""Backups: what they are called, which are kept, and whether the database library is one that needs a warning."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import UTC, datetime, timedelta

# The rule by which old backups go. With four weeks nothing is held longer than 28 days after its deletion, which
# stays below the 30 days for which moderation evidence is kept.
KEEP_ALL = timedelta(hours=24)
KEEP_DAYS = 7
KEEP_WEEKS = 4
DAMAGED_AGE_MAX = timedelta(weeks=KEEP_WEEKS)
# A newest backup is noted as old a day after the next one was due. It is a warning, not a fault: whoever makes them by
# a timer, once a week, is never told off, and neither is a bot that was stopped over night.
BACKUP_LATE = timedelta(days=1)
BY_HAND_EVERY = timedelta(weeks=1)
# After a failure the bot tries again; by then somebody may have freed some space.
BACKUP_RETRY = timedelta(hours=1)

NO_REVISION = "none"
SUFFIX = ".db"
_TIME_FORMAT = "%Y%m%dT%H%M%SZ"

# https://www.sqlite.org/wal.html, "The WAL-Reset Bug": in 3.7.0, which brought WAL, to 3.51.2.
WAL_RESET_BUG_SINCE = (3, 7, 0)
WAL_RESET_BUG_FIXED = (3, 51, 3)


def backup_name(stem: str, made_at: datetime, revision: str | None, *, copy: int = 1) -> str:
    """Return the file name of a backup: ``paddock-20261122T014144Z-0001.db``.

    Args:
        stem: the name of the database file without its suffix.
        made_at: when the backup was begun; written in UTC, to the second.
        revision: of the schema, None for a file without one.
        copy: 2 for a second one of the same second, and so on.
    """
    number = "" if copy == 1 else f"-{copy}"
    return f"{stem}-{made_at.astimezone(UTC).strftime(_TIME_FORMAT)}-{revision or NO_REVISION}{number}{SUFFIX}"


def backup_made_at(name: str, stem: str) -> datetime | None:
    """Return when a backup of the database `stem` was made, from its file name; None for any other file."""
    found = re.fullmatch(rf"{re.escape(stem)}-(\d{{8}}T\d{{6}}Z)-\w+(?:-\d+)?{re.escape(SUFFIX)}", name, re.ASCII)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:  # a thirteenth month
        return None


def kept(moments: Collection[datetime], now: datetime) -> frozenset[datetime]:
    """Return the moments whose backups are kept; those of the others may go.

    Kept are the newest of all, all of the last 24 hours, the newest of each of the last 7 days, and the newest of each
    of the last 4 weeks. Days are those of UTC, weeks begin on Monday (ISO 8601), today and this week count. What lies
    ahead of `now`, because a clock was wrong, is kept.
    """
    monday = now.astimezone(UTC).date() - timedelta(days=now.astimezone(UTC).weekday())
    first_day = now.astimezone(UTC).date() - timedelta(days=KEEP_DAYS - 1)
    first_monday = monday - timedelta(weeks=KEEP_WEEKS - 1)
    lately = {moment for moment in moments if moment > now - KEEP_ALL}
    of_days = _newest_of_each(
        (moment for moment in moments if moment.astimezone(UTC).date() >= first_day),
        lambda moment: moment.astimezone(UTC).date(),
    )
    of_weeks = _newest_of_each(
        (moment for moment in moments if moment.astimezone(UTC).date() >= first_monday),
        lambda moment: moment.astimezone(UTC).isocalendar()[:2],
    )
    newest = {max(moments)} if moments else set[datetime]()
    return frozenset(lately | of_days | of_weeks | newest)


def next_backup_at(newest: datetime | None, now: datetime, *, every: timedelta) -> datetime:
    """Return when the bot makes its next backup by itself: some time after the newest, at once if there is none.

    One that lies ahead of `now`, because a clock was wrong, counts as made now.
    """
    return now if newest is None else min(newest, now) + every


def is_old(newest: datetime, now: datetime, *, every: timedelta | None) -> bool:
    """Tell whether the newest backup is older than it should be; `every` is None where the bot makes none by itself."""
    return now - newest > (every or BY_HAND_EVERY) + BACKUP_LATE


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Tell whether this version of SQLite may damage a file in WAL mode that two connections write or checkpoint."""
    return WAL_RESET_BUG_SINCE <= version < WAL_RESET_BUG_FIXED


def _newest_of_each(moments: Iterable[datetime], group_of: Callable[[datetime], Hashable]) -> set[datetime]:
    newest: dict[Hashable, datetime] = {}
    for moment in moments:
        group = group_of(moment)
        newest[group] = max(newest.get(group, moment), moment)
    return set(newest.values())
