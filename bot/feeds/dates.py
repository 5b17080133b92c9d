"""Dates that feedparser does not read: months by their names in the publisher's language, numbers in other orders.

The names are those of CLDR, through Babel.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import cast

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names

# Languages in which feeds are known to write their dates. Where two give one name to different months (Polish and
# Croatian "lis"), only the feed's own language tells which.
LANGUAGES = (
    "en",
    "it",
    "fr",
    "de",
    "es",
    "pt",
    "nl",
    "sv",
    "da",
    "nb",
    "fi",
    "pl",
    "cs",
    "hr",
    "hu",
    "ro",
    "tr",
    "ru",
    "uk",
)
DATE_CHARS_MAX = 100
# A year of two digits is taken as RFC 2822, 4.3 has it.
_CENTURY_TURN = 50

_DAY_MONTH_YEAR = re.compile(
    r"(?<!\d)(\d{1,2})(?:[.ºª°]|st|nd|rd|th|er)?[\s\-/]{1,3}(?:de\s+|di\s+)?([^\W\d_]{3,15})\.?,?[\s\-/]{1,3}(?:del?\s+)?"
    r"(\d{4}|\d{2})(?!\d)"
)
_MONTH_DAY_YEAR = re.compile(r"([^\W\d_]{3,15})\.?\s{1,3}(\d{1,2})(?:st|nd|rd|th)?,?\s{1,3}(\d{4})(?!\d)")
_YEAR_MONTH_DAY = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
# With full stops or dashes the day comes first wherever they are used; with slashes it depends on who writes.
_NUMBERS = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_TIME = re.compile(r"(?<!\d)(\d{1,2})(?::|時|[hH](?=\d))(\d{2})(?:(?::|分)(\d{2}))?(?!\d)\s?([AaPp]\.?[Mm]\b)?")
_OFFSET = re.compile(r"(?<=[\s\d])([+-])(\d{2}):?(\d{2})(?!\d)")
_ZONE = re.compile(r"\b(?:UTC|GMT|WET|CET|MEZ|CEST|MESZ|WEST|EET|EEST|MSK|JST|EST|EDT|CST|CDT|MST|MDT|PST|PDT|BST)\b")
_ZONE_HOURS = {
    "CET": 1, "MEZ": 1, "BST": 1, "WEST": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_MONTHS_N = 12


def misread(written: str) -> bool:
    """Tell whether feedparser reads a date of this form wrongly: in Japanese it takes the day for the first."""
    return _YEAR_MONTH_DAY.search(written) is not None


def read_date(written: str, language: str = "") -> datetime | None:
    """Return the moment that a date names, in UTC; None where it is no date, or could be two.

    A date without a time is its midnight, one without a zone is in UTC.

    Args:
        written: as the feed gives it.
        language: what the feed says that it is written in, such as ``it-IT``; empty where it does not.
    """
    written = written.strip()
    if not written or len(written) > DATE_CHARS_MAX:
        return None
    day = _day(written, language)
    if day is None:
        return None
    try:
        return datetime.combine(date(*day), _time(written), UTC) - _offset(written)
    except (ValueError, OverflowError):
        return None


def _day(written: str, language: str) -> tuple[int, int, int] | None:
    """Return year, month and day."""
    if found := _YEAR_MONTH_DAY.search(written):
        return int(found[1]), int(found[2]), int(found[3])
    for match in _DAY_MONTH_YEAR.finditer(written):
        if month := _month(match[2], language):
            return _year(match[3]), month, int(match[1])
    for match in _MONTH_DAY_YEAR.finditer(written):
        if month := _month(match[1], language):
            return int(match[3]), month, int(match[2])
    if found := _NUMBERS.search(written):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _SLASHED.search(written):
        return _slashed(int(found[1]), int(found[2]), int(found[3]), language)
    return None


def _slashed(first: int, second: int, year: int, language: str) -> tuple[int, int, int] | None:
    if first > _MONTHS_N or first == second:
        return year, second, first
    if second > _MONTHS_N:
        return year, first, second
    # The fourth of March or the third of April: only a feed that says where it is at home can tell.
    if not language:
        return None
    is_american = language.lower().replace("_", "-") in {"en", "en-us"}
    return (year, first, second) if is_american else (year, second, first)


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < _CENTURY_TURN else 1900)  # noqa: PLR2004  # "26"


def _time(written: str) -> time:
    found = _TIME.search(written)
    if found is None:
        return time()
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4][0] in "pP" else 0)
    return time(hour, minute, second)


def _offset(written: str) -> timedelta:
    if found := _OFFSET.search(written):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return -offset if found[1] == "-" else offset
    zone = _ZONE.search(written)
    return timedelta(hours=_ZONE_HOURS.get(zone[0], 0) if zone else 0)


def _month(name: str, language: str) -> int | None:
    folded = name.casefold()
    own = _names_in(language.lower().replace("_", "-").partition("-")[0]).get(folded) if language else None
    return own or _names().get(folded)


@cache
def _names() -> Mapping[str, int]:
    """Return the names that mean one month in every language that has them."""
    meanings: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for name, month in _names_in(language).items():
            meanings.setdefault(name, set()).add(month)
    return {name: min(months) for name, months in meanings.items() if len(months) == 1}


@cache
def _names_in(language: str) -> Mapping[str, int]:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            # Babel says nothing of what its mappings hold.
            names = cast("Mapping[int, str]", get_month_names(width, context, locale))
            for month, name in names.items():
                folded = name.rstrip(".").casefold()
                found.setdefault(folded, month)
                # People cut long names to three letters where CLDR has four ("sett", "sept", "janv", "März").
                found.setdefault(folded[:3], month)
    return {name: month for name, month in found.items() if name.isalpha()}
