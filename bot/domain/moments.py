"""What people type for zones, times of day and moments, understood or refused."""

import re
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.guild import BadMomentError, BadTimeError, UnknownZoneError

_TIME = re.compile(
    r"^\s*(?P<hour>\d{1,2})(?:\s*[:.h時]\s*(?P<minute>\d{2})?\s*分?)?\s*(?P<half>am|pm|a\.m\.|p\.m\.)?\s*$",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"^\s*(?:(?P<days>\d{1,3})\s*d)?\s*(?:(?P<hours>\d{1,3})\s*h)?\s*(?:(?P<minutes>\d{1,4})\s*m)?\s*$"
)
NOON = 12


def check_zone(name: str) -> str:
    """Return the IANA name of a time zone, whatever case and spaces it was typed with.

    Raises:
        UnknownZoneError: if there is none, naming those that look like it.
    """
    wanted = name.strip().replace(" ", "_")
    by_fold = {zone.casefold(): zone for zone in available_timezones()}
    if (found := by_fold.get(wanted.casefold())) is not None:
        return found
    # People know their city rather than its continent: "Tokyo", "new york".
    by_city = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in sorted(available_timezones()) if "/" in zone}
    if (found := by_city.get(wanted.casefold())) is not None:
        return found
    near = get_close_matches(wanted.casefold(), [*by_fold, *by_city], n=3)
    raise UnknownZoneError(
        zone=name,
        near=", ".join(dict.fromkeys(by_fold.get(n) or by_city[n] for n in near)) or "Europe/Berlin, Asia/Tokyo",
    )


def parse_time(given: str) -> time:
    """Return the time of day in "7:30", "07.30", "7h30", "7 pm" or "7時30分".

    Raises:
        BadTimeError: if it is none.
    """
    found = _TIME.match(given)
    if found is None:
        raise BadTimeError(given=given)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "").replace(".", "").lower()
    if half and not 1 <= hour <= NOON:
        raise BadTimeError(given=given)
    if half:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise BadTimeError(given=given) from None


def parse_moment(given: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment meant by a length ("2d12h", "90m"), a time of day (the next such) or an ISO date and time.

    A date and time without a zone is local to `zone`. The result is in UTC.

    Raises:
        BadMomentError: if it is none of these.
    """
    length = _LENGTH.match(given)
    if length is not None and any(length.groups()):
        parts = {unit: int(value or 0) for unit, value in length.groupdict().items()}
        return now + timedelta(days=parts["days"], hours=parts["hours"], minutes=parts["minutes"])
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError:
        return _next_time(given, now=now, zone=zone)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:  # the first and the last day that there are
        raise BadMomentError(given=given) from None


def _next_time(given: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    try:
        at = parse_time(given)
    except BadTimeError:
        raise BadMomentError(given=given) from None
    local = now.astimezone(zone)
    moment = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0, fold=0)
    if moment <= local:
        moment = (local + timedelta(days=1)).replace(hour=at.hour, minute=at.minute, second=0, microsecond=0, fold=0)
    return moment.astimezone(UTC)
