"""What people type for zones, times of day and moments, understood or refused."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.guild import BadMomentError, BadTimeError, UnknownZoneError

_TIME = re.compile(
    r"\s*(?P<before>午前|午後)?\s*(?P<hour>\d{1,2})(?:\s*(?:[h時]|[:.](?=\s*\d))\s*(?P<minute>\d{2}|半)?\s*分?)?"
    r"\s*(?P<after>am|pm|a\.m\.|p\.m\.)?\s*",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"\s*(?:(?P<days>\d{1,3})\s*[d日])?\s*(?:(?P<hours>\d{1,3})\s*(?:h|時間))?\s*(?:(?P<minutes>\d{1,4})\s*[m分])?\s*",
    re.IGNORECASE,
)
_AFTERNOON = frozenset({"pm", "午後"})
NOON = 12
# Names in the tz database that are no place: the machine's own zone, and what an unset clock shows.
_NO_PLACES = frozenset({"localtime", "Factory"})


def check_zone(name: str) -> str:
    """Return the IANA name of a time zone, whatever case and spaces it was typed with.

    Raises:
        UnknownZoneError: if there is none, naming those that look like it.
    """
    wanted = name.strip().replace(" ", "_")
    by_fold, by_city = _zones()
    # People know their city rather than its continent: "Tokyo", "new york".
    found = by_fold.get(wanted.casefold()) or by_city.get(wanted.casefold())
    if found is not None:
        return found
    near = get_close_matches(wanted.casefold(), [*by_fold, *by_city], n=3)
    raise UnknownZoneError(
        zone=name,
        near=", ".join(dict.fromkeys(by_fold.get(n) or by_city[n] for n in near)) or "Europe/Berlin, Asia/Tokyo",
    )


@cache
def _zones() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return all zones by their folded names, and by those of their cities; kept, for finding them takes 60 ms."""
    zones = sorted(available_timezones() - _NO_PLACES)
    by_fold = {zone.casefold(): zone for zone in zones}
    by_city = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in zones if "/" in zone}
    return by_fold, by_city


def parse_time(given: str) -> time:
    """Return the time of day in "7:30", "07.30", "7h30", "7 pm", "7時30分" or "午後7時半", full-width too.

    Raises:
        BadTimeError: if it is none.
    """
    found = _TIME.fullmatch(_half_width(given))
    if found is None or (found["before"] and found["after"]):
        raise BadTimeError(given=given)
    hour = int(found["hour"])
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    half = (found["before"] or found["after"] or "").replace(".", "").lower()
    # 午後0時 is what English calls 12 pm.
    if half and not (0 if found["before"] else 1) <= hour <= NOON:
        raise BadTimeError(given=given)
    if half:
        hour = hour % NOON + (NOON if half in _AFTERNOON else 0)
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
    plain = _half_width(given)
    length = _LENGTH.fullmatch(plain)
    if length is not None and any(length.groups()):
        parts = {unit: int(value or 0) for unit, value in length.groupdict().items()}
        return now + timedelta(days=parts["days"], hours=parts["hours"], minutes=parts["minutes"])
    try:
        moment = datetime.fromisoformat(plain.strip())
    except ValueError:
        return _next_time(given, now=now, zone=zone)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar are others in UTC
        raise BadMomentError(given=given) from None


def _next_time(given: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    try:
        at = parse_time(given)
    except BadTimeError:
        raise BadMomentError(given=given) from None
    today = now.astimezone(zone).date()
    days = (today, today + timedelta(days=1))
    # A doubled hour comes twice: whoever asks between the two means the second.
    passes = (datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC) for day in days for fold in (0, 1))
    return next(moment for moment in passes if moment > now)


def _half_width(given: str) -> str:
    """Return what Japanese keyboards give, "１８：００", as other keyboards do."""
    return unicodedata.normalize("NFKC", given)
