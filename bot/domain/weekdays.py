"""A time of day on chosen weekdays: when it comes next."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from cronsim import CronSim


def next_on(days: AbstractSet[int], at: time, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first moment after `after`, in UTC, that is `at` on one of the days in a zone.

    An hour that daylight saving skips comes right after the gap, one that it doubles comes once.

    Args:
        days: ISO weekdays, Monday is 1; at least one.
        at: the local time of day.
        zone: whose local time.
        after: an aware moment.
    """
    on = ",".join(map(str, sorted(days)))
    times = (found.astimezone(UTC) for found in CronSim(f"{at.minute} {at.hour} * * {on}", after.astimezone(zone)))
    # In the second pass through a doubled hour CronSim, which counts on the wall, names the first pass again.
    return next(found for found in times if found > after)
