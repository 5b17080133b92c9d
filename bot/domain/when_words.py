"""The words in which a day and a time of day are typed, read one after another; `bot.domain.when` says what they mean.

What is read has its full-width characters and capitals replaced already.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, time, timedelta, timezone, tzinfo
from enum import Enum, auto
from typing import TypeAlias

NOON = 12


class SaidTwoDatesError(ValueError):
    """A date of two numbers either of which may be the month."""


class Half(Enum):
    """A part of the day that says which eight o'clock is meant."""

    MORNING = auto()
    EVENING = auto()
    NIGHT = auto()  # it runs past midnight: one o'clock tonight is tomorrow


class Week(Enum):
    """Which week a weekday is in; the value is how many weeks ahead. Weeks begin on Monday, as in ISO 8601."""

    THIS = 0
    NEXT = 1
    AFTER_NEXT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of a moment, each at most once.

    `day` without `month` is a day of any month; `ahead` are days from today; Monday is weekday 0. `is_exact` says that
    the clock's half of the day was said with it; `is_end` is 24:00, the end of the day.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    ahead: int | None = None
    weekday: int | None = None
    week: Week | None = None
    clock: time | None = None
    is_exact: bool = False
    is_end: bool = False
    half: Half | None = None
    zone: tzinfo | None = None

    @property
    def names_a_day(self) -> bool:
        """Whether it is about a day rather than any."""
        return self.day is not None or self.ahead is not None or self.weekday is not None

    def with_more(self, more: "Said") -> "Said | None":
        """Return both together; None if both say the same kind of thing."""
        said = {field.name: getattr(more, field.name) for field in fields(Said)}
        said = {name: value for name, value in said.items() if value is not None and value is not False}
        if any(getattr(self, name) is not None and getattr(self, name) is not False for name in said):
            return None
        return replace(self, **said)


_ZONE_NAMES = r"(?:utc|gmt|jst|z)(?![a-z])"
_CLOCK = re.compile(
    r"(?P<before>午前|午後)?\s*(?P<hour>[0-9]{1,2})"
    r"(?:\s*(?:[h時]|[:.](?=\s*[0-9]))\s*(?P<minute>[0-9]{2}|半|[0-9](?=\s*分))?\s*分?)?"
    rf"\s*(?P<after>am|pm|a\.m\.|p\.m\.)?(?![0-9])(?=[^a-z]|$|{_ZONE_NAMES})"
)
_AFTERNOON = frozenset({"pm", "午後"})


def clock_of(plain: str) -> time | None:
    """Return the time of day that the whole of `plain` is; None if it is none."""
    found = _CLOCK.fullmatch(plain)
    said = None if found is None else _clock(found)
    return None if said is None else said.clock


def _clock(found: re.Match[str]) -> Said | None:
    if found["before"] and found["after"]:
        return None
    hour = int(found["hour"])
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    half = (found["before"] or found["after"] or "").replace(".", "")
    # 午後0時 is what English calls 12 pm.
    if half and not (0 if found["before"] else 1) <= hour <= NOON:
        return None
    if half:
        hour = hour % NOON + (NOON if half in _AFTERNOON else 0)
    try:
        return Said(clock=time(hour, minute), is_exact=bool(half) or hour > NOON)
    except ValueError:
        return None


def _clock_of_digits(found: re.Match[str]) -> Said | None:
    try:
        return Said(clock=time(int(found[1]), int(found[2]), int(found[3] or 0)), is_exact=True)
    except ValueError:
        return None


def _zone(found: re.Match[str]) -> Said:
    # JST is the one abbreviation beside UTC that means nothing else anywhere.
    return Said(zone=timezone(timedelta(hours=9)) if found[0] == "jst" else UTC)


def _offset(found: re.Match[str]) -> Said:
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return Said(zone=timezone(-offset if found["sign"] == "-" else offset))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_YEAR_AFTER = r"(?:,?\s*(?P<year>[0-9]{4})(?![0-9:h時]))?"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_JAPANESE_WEEKDAYS = "月火水木金土日"
_AHEAD = {
    "today": 0,
    "今日": 0,
    "本日": 0,
    "きょう": 0,
    "tomorrow": 1,
    "tmrw": 1,
    "明日": 1,
    "あした": 1,
    "あす": 1,
    "day after tomorrow": 2,
    "明後日": 2,
    "あさって": 2,
}
_HALVES = {
    "morning": Half.MORNING,
    "朝": Half.MORNING,
    "afternoon": Half.EVENING,
    "evening": Half.EVENING,
    "夕方": Half.EVENING,
    "night": Half.NIGHT,
    "夜": Half.NIGHT,
}
_WEEKS = {
    "next": Week.NEXT,
    "今週": Week.THIS,
    "来週": Week.NEXT,
    "再来週": Week.AFTER_NEXT,
}


def _date(found: re.Match[str]) -> Said:
    year = found["year"]
    return Said(year=None if year is None else int(year), month=int(found["month"]), day=int(found["day"]))


def _named_month(found: re.Match[str]) -> Said:
    year = found["year"]
    month = _MONTHS.index(found["month"][:3]) + 1
    return Said(year=None if year is None else int(year), month=month, day=int(found["day"]))


def _slashed(found: re.Match[str], *, month_first: bool) -> Said:
    one, other = int(found["one"]), int(found["other"])
    year = None if found["year"] is None else int(found["year"])
    months = 12
    if one <= months and other <= months and one != other and not month_first:
        raise SaidTwoDatesError
    is_month_first = one <= months and (month_first or other > months)
    month, day = (one, other) if is_month_first else (other, one)
    return Said(year=year, month=month, day=day)


def _weekday(found: re.Match[str]) -> Said:
    name, week = found["weekday"], _WEEKS.get(found["week"] or "")
    weekday = _JAPANESE_WEEKDAYS.index(name) if name in _JAPANESE_WEEKDAYS else _WEEKDAYS.index(name[:3])
    return Said(weekday=weekday, week=week)


def _days_ahead(found: re.Match[str]) -> Said:
    return Said(ahead=int(found["amount"]) * (7 if found["unit"].startswith(("week", "週")) else 1))


_Reader: TypeAlias = Callable[[re.Match[str]], Said | None]


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WEEKDAY = r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_OFFSET_HOURS = r"(?P<hours>0[0-9]|1[0-4])"  # from -12:00 to +14:00 on any map
# Tried in this order; the first that fits is taken.
_READERS: tuple[tuple[str, _Reader], ...] = (
    (r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})(?![0-9])(?:t(?=[0-9]))?", _date),
    (r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?:t(?=[0-9])|(?![0-9a-z]))", _date),
    (r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})(?![0-9])", _date),
    (r"(?:(?P<year>[0-9]{4})年\s*)?(?P<month>[0-9]{1,2})月\s*(?P<day>[0-9]{1,2})日", _date),
    (rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s*(?:of )?{_MONTH}{_YEAR_AFTER}", _named_month),
    (rf"{_MONTH}\s*(?P<day>[0-9]{{1,2}})(?![0-9:h時])(?:st|nd|rd|th)?{_YEAR_AFTER}", _named_month),
    (r"(?P<amount>[0-9]{1,3})(?P<unit>日|週間?)後", _days_ahead),
    (r"in (?P<amount>[0-9]{1,3}) ?(?P<unit>days?|weeks?)(?![a-z])", _days_ahead),
    (r"(?P<day>[0-9]{1,2})日", lambda found: Said(day=int(found["day"]))),
    (rf"(?:{_one_of(_AHEAD)})(?![a-z])", lambda found: Said(ahead=_AHEAD[found[0]])),
    (r"tonight(?![a-z])|今夜|今晩", lambda _: Said(ahead=0, half=Half.NIGHT)),
    (
        rf"(?:(?P<week>next|this|coming) )?(?P<weekday>{_WEEKDAY})(?![a-z])\.?",
        _weekday,
    ),
    (
        rf"(?:(?P<week>今週|来週|再来週|今度|次)の?\s*)?(?P<weekday>[{_JAPANESE_WEEKDAYS}])曜日?",
        _weekday,
    ),
    (rf"(?P<week>)\((?P<weekday>[{_JAPANESE_WEEKDAYS}])\)", _weekday),
    (r"noon(?![a-z])|正午", lambda _: Said(clock=time(NOON), is_exact=True)),
    (r"midnight(?![a-z])|24(?::00|時)(?![0-9:])", lambda _: Said(is_end=True)),
    (r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]{1,9})?(?![0-9:])", _clock_of_digits),
    (r"(?<=[0-9]t)([0-9]{2})([0-9]{2})([0-9]{2})?(?![0-9])", _clock_of_digits),
    (rf"(?P<sign>[+-]){_OFFSET_HOURS}:?(?P<minutes>[0-5][0-9])(?![0-9])", _offset),
    (
        r"(?:utc|gmt) ?(?P<sign>[+-])(?P<hours>1[0-4]|0?[0-9])(?::?(?P<minutes>[0-5][0-9]))?(?![0-9])",
        _offset,
    ),
    (_ZONE_NAMES, _zone),
    (_CLOCK.pattern, _clock),
    (rf"(?:{_one_of(_HALVES)})(?![a-z])", lambda found: Said(half=_HALVES[found[0]])),
)
_PIECES = tuple((re.compile(pattern), read) for pattern, read in _READERS)
_SLASHED = re.compile(r"(?P<one>[0-9]{1,2})/(?P<other>[0-9]{1,2})(?:/(?P<year>[0-9]{4}))?(?![0-9/])")
_FILLER = re.compile(r"[\s,、]+|(?:in the|at|on|by|until|till|the)(?= )|の|に|まで")
_JAPANESE = re.compile(r"[時日曜午前後朝夜夕今明]")


def read_words(plain: str, *, month_first: bool) -> Said | None:
    """Return what is said of a day and a time; None if anything is said twice or not understood.

    Args:
        plain: NFKC, folded.
        month_first: whether 3/4 is the fourth of March where it was typed; in Japanese it always is.

    Raises:
        SaidTwoDatesError: if it could be two dates.
    """
    month_first = month_first or _JAPANESE.search(plain) is not None
    said = Said()
    at = 0
    while at < len(plain):
        if (filler := _FILLER.match(plain, at)) is not None:
            at = filler.end()
            continue
        piece = _piece(plain, at, month_first=month_first)
        if piece is None:
            return None
        more, at = piece
        joined = said.with_more(more)
        if joined is None:
            return None
        said = joined
    return None if _contradicts(said) else said


def _piece(plain: str, at: int, *, month_first: bool) -> tuple[Said, int] | None:
    if (found := _SLASHED.match(plain, at)) is not None:
        return _slashed(found, month_first=month_first), found.end()
    for pattern, read in _PIECES:
        if (found := pattern.match(plain, at)) is not None:
            said = read(found)
            return None if said is None else (said, found.end())
    return None


def _contradicts(said: Said) -> bool:
    days_named = (said.day is not None) + (said.ahead is not None) + (said.week is not None)
    a_day_of_any_month = said.day is not None and said.month is None
    untimed = said.clock is None and not said.is_end
    return days_named > 1 or (said.clock is not None and said.is_end) or (untimed and a_day_of_any_month)
