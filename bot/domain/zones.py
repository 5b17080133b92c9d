"""The names of time zones, understood as people type them or refused."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from bot.domain.guild import UnknownZoneError

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
