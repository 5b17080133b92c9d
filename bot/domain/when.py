"""What people type for times of day, lengths of time and moments, in English and Japanese, understood or refused.

Every character of what was typed has to mean something, and a date that could be two is refused. What was understood is
to be shown back as Discord's own stamp, which everybody sees in their own zone: so that whoever meant the midnight that
begins a day sees that here it ends the day.

Days and weeks move the calendar: "1d" is the same time tomorrow on the guild's clocks, however long that day is. Hours
and minutes are time that passes. A time that the change to summer time skips is as much later as clocks are put forward
(2:30 becomes 3:30); of an hour that comes twice the first is meant, unless that has passed.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction

from bot.domain.errors import PaddockError
from bot.domain.when_words import NOON, Half, Said, SaidTwoDatesError, clock_of, read_words

TYPED_CHARS_MAX = 100  # longer than any way of writing a moment
FAR_MAX = timedelta(days=3_660)  # ten years: what is further ahead was mistyped
DAYS_A_WEEK = 7
_MONTHS_A_YEAR = 12
_LEAP_YEARS = 8  # so far apart are leap years at most (1896 and 1904), so 29 February comes within that
_DAWN = 5  # until then it is still night
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_STAMP = re.compile(r"<t:(-?[0-9]{1,13})(?::[tdfrs])?>")  # Discord docs, reference, "Message Formatting"
_NOW = re.compile(r"(?:right )?now|今(?:すぐ)?")
_AMOUNT = r"[0-9]{1,4}(?:\.[0-9]{1,2})?|an?(?= )|one(?= )|半(?=日)"
_LENGTH_PART = re.compile(
    rf"(?P<amount>{_AMOUNT})\s*(?:(?P<weeks>weeks?|wks?|w|週間?)|(?P<days>days?|d|日間?)"
    r"|(?P<hours>hours?|hrs?|h|時間)|(?P<minutes>minutes?|mins?|m|分間?))(?![a-z])(?P<half>半(?!日))?"
)
_LENGTH_BEFORE, _LENGTH_AFTER = re.compile(r"in |あと"), re.compile(r"\s*(?:from now|later|後)$")
_BETWEEN = re.compile(r"(?:[\s,、]|and |と)*")


class BadTimeError(PaddockError):
    """Not a time of day. Params: given."""

    message_id = "when.error.time"


class BadMomentError(PaddockError):
    """Not a moment that we understand. Params: given."""

    message_id = "when.error.moment"


class TwoDatesError(BadMomentError):
    """A date such as 3/4, which is one in America and another in Europe. Params: given."""

    message_id = "when.error.two_dates"


class PastMomentError(PaddockError):
    """The moment given has passed. Params: given."""

    message_id = "when.error.past"


class FarMomentError(PaddockError):
    """The moment given is too far ahead. Params: given, days."""

    message_id = "when.error.far"


class BadLengthError(PaddockError):
    """Not a length of time that we understand. Params: given."""

    message_id = "when.error.length"


class LongLengthError(PaddockError):
    """The length given is too long. Params: given, days."""

    message_id = "when.error.long"


def parse_time(given: str) -> time:
    """Return the time of day in "7:30", "07.30", "7h30", "7 pm", "7時30分" or "午後7時半", full-width too.

    Raises:
        BadTimeError: if it is none.
    """
    found = clock_of(_plain(given))
    if found is None:
        raise BadTimeError(given=given)
    return found


def length(typed: str, *, at_most: timedelta = FAR_MAX) -> timedelta:
    """Return the length of time in "2d12h", "90 min", "1 week" or "2時間半"; a day has 24 hours here.

    Raises:
        BadLengthError: if it is none, or no time at all.
        LongLengthError: if it is longer than `at_most`.
    """
    said = _length(_plain(typed))
    if said is None or not any(said):
        raise BadLengthError(given=_shown(typed))
    days, rest = said
    found = timedelta(days=days) + rest
    if found > at_most:
        raise LongLengthError(given=_shown(typed), days=at_most.days)
    return found


def as_typed(length: timedelta) -> str:
    """Return a length of whole minutes as `length` understands it, such as ``2d12h``; to be shown in a form."""
    minutes = round(length / timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"))
    return "".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0m"


def moment(typed: str, now: datetime, zone: tzinfo, *, at_most: timedelta = FAR_MAX) -> datetime:
    """Return the moment meant, in aware UTC; never before `now`.

    Understood are lengths from now ("2d12h", "in 90 min", "3日後"), times of day (the next one: "9am", "18時"), days
    with a time or without one, which means their beginning ("tomorrow 9am", "tonight 8", "friday 18:00",
    "30 Nov 18:00", "3日後の9時", "金曜18時", "11月30日"), ISO 8601 with or without a zone, Discord's stamps
    ("<t:1764000000:R>") and "now". A weekday is the next such day; "next friday" and "来週の金曜" are in the week that
    begins on the coming Monday. A date without a year is the next such date.

    Args:
        typed: by somebody.
        now: aware.
        zone: what is typed without a zone is local to it.
        at_most: how far ahead it may be.

    Raises:
        BadMomentError: if it is not understood, or (TwoDatesError) could be two dates.
        PastMomentError, FarMomentError: if it has passed, or is too far ahead.
    """
    try:
        found = _moment(_plain(typed), now, zone)
    except SaidTwoDatesError:
        raise TwoDatesError(given=_shown(typed)) from None
    except (OverflowError, ValueError):  # a date that no calendar has
        found = None
    if found is None:
        raise BadMomentError(given=_shown(typed))
    if found < now:
        raise PastMomentError(given=_shown(typed))
    if found - now > at_most:
        raise FarMomentError(given=_shown(typed), days=at_most.days)
    return found


def _shown(typed: str) -> str:
    return typed if len(typed) <= TYPED_CHARS_MAX else f"{typed[:TYPED_CHARS_MAX]}…"


def _plain(typed: str) -> str:
    """Return what Japanese keyboards give, "１８：００", as other keyboards do, in small letters; empty if too long."""
    if len(typed) > TYPED_CHARS_MAX:
        return ""
    plain = " ".join(unicodedata.normalize("NFKC", typed).casefold().split())
    # Dashes that stand between digits are hyphens to whoever typed them.
    return re.sub(r"(?<=[0-9])[‐‑‒–—−ー](?=[0-9])", "-", plain)


def _length(plain: str) -> tuple[int, timedelta] | None:
    """Return days, and the time that passes besides."""
    before = _LENGTH_BEFORE.match(plain)
    at, end = before.end() if before else 0, len(plain)
    if (after := _LENGTH_AFTER.search(plain, at)) is not None:
        end = after.start()
    amounts: dict[str, Fraction] = {}
    while at < end:
        part = _LENGTH_PART.match(plain, at, end)
        if part is None:
            return None
        unit = next(unit for unit in ("weeks", "days", "hours", "minutes") if part[unit])
        if unit in amounts:
            return None
        amount = part["amount"]
        amounts[unit] = Fraction(1, 2) if amount == "半" else Fraction(amount if amount[0].isdigit() else 1)
        amounts[unit] += Fraction(1, 2) if part["half"] else 0
        between = _BETWEEN.match(plain, part.end(), end)
        at = part.end() if between is None else between.end()
    if not amounts:
        return None
    days = amounts.get("weeks", Fraction()) * DAYS_A_WEEK + amounts.get("days", Fraction())
    # Half a day is twelve hours that pass.
    hours = amounts.get("hours", Fraction()) + (days - int(days)) * 24
    minutes = amounts.get("minutes", Fraction()) + hours * 60
    return int(days), timedelta(seconds=float(minutes * 60))


def _moment(plain: str, now: datetime, zone: tzinfo) -> datetime | None:
    if (stamp := _STAMP.fullmatch(plain)) is not None:
        return _EPOCH + timedelta(seconds=int(stamp[1]))
    if _NOW.fullmatch(plain):
        return now.astimezone(UTC)
    if (said_length := _length(plain)) is not None:
        days, rest = said_length
        there = now.astimezone(zone)
        # A day is the same time on the next one; an hour that comes twice stays the one that it is without any days.
        start = _at(there.date() + timedelta(days=days), there.timetz(), zone) if days else now.astimezone(UTC)
        return start + rest
    said = read_words(plain, month_first=str(zone) in {"Asia/Tokyo", "Japan"})
    return None if said is None else _meant(said, now, said.zone or zone)


def _at(day: date, at: time, zone: tzinfo, after: datetime | None = None) -> datetime:
    """Return a local time in UTC, of one that comes twice the first, or the second if the first is not after `after`.

    Without a fold, Python takes a skipped time to be counted from before the change: so it is later by the gap.
    """
    local = datetime.combine(day, at.replace(tzinfo=None, fold=0), zone)
    first = local.astimezone(UTC)
    if after is None or first > after:
        return first
    return max(first, local.replace(fold=1).astimezone(UTC))


def _meant(said: Said, now: datetime, zone: tzinfo) -> datetime | None:
    timed = _time_meant(said)
    today = now.astimezone(zone).date()
    is_untimed = said.clock is None and not said.is_end
    if timed is None or (is_untimed and (said.ahead == 0 or not said.names_a_day)):
        return None  # "today" is no moment
    later, at = timed
    day, found = today, None
    for day in _days(said, today):
        found = _at(day + timedelta(days=later), at, zone, now)
        # "Tonight at one", said at half past midnight, is in half an hour.
        if later and not said.is_end and said.ahead == 0 and (early := _at(day, at, zone, now)) > now:
            found = early
        if found > now:
            break
    # A weekday beside a date has to be that date's. A day that was named outright and has passed is told so.
    return found if said.weekday in {None, day.weekday()} else None


def _days(said: Said, today: date) -> Iterator[date]:
    """Return the days that may be meant, the nearest first; the first whose time is still to come is."""
    if said.ahead is not None:
        yield today + timedelta(days=said.ahead)
    elif said.day is not None:
        yield from _dates(said.year, said.month, said.day, today)
    elif said.weekday is not None and said.week is not None:
        week_of = today - timedelta(days=today.weekday())
        yield week_of + timedelta(days=said.weekday + DAYS_A_WEEK * said.week.value)
    elif said.weekday is not None:
        ahead = (said.weekday - today.weekday()) % DAYS_A_WEEK
        yield today + timedelta(days=ahead)
        yield today + timedelta(days=ahead + DAYS_A_WEEK)
    else:
        # The night that began yesterday may not be over.
        yield from (today + timedelta(days=days) for days in range(-1 if said.half else 0, 2))


def _dates(year: int | None, month: int | None, day: int, today: date) -> Iterator[date]:
    if year is not None and month is not None:
        yield date(year, month, day)
        return
    for months in range(_LEAP_YEARS * _MONTHS_A_YEAR + 1):
        years, index = divmod(today.month - 1 + months, _MONTHS_A_YEAR)
        if month in {None, index + 1}:
            with suppress(ValueError):  # 30 February; or the 31st of this month
                yield date(today.year + years, index + 1, day)


def _time_meant(said: Said) -> tuple[int, time] | None:
    """Return the time of day, and how many days after the day that was named it is; None for a contradiction."""
    if said.is_end or said.clock is None:
        # Midnight tonight, and the beginning of a day; but "in the evening" is no time.
        fits = said.half is None or (said.is_end and said.half is Half.NIGHT)
        return (int(said.is_end), time()) if fits else None
    match said.half:
        case None:
            return 0, said.clock
        case Half.MORNING:
            return (0, said.clock) if said.clock.hour < NOON else None
        case Half.EVENING:
            return _by_evening(said.clock, is_exact=said.is_exact)
        case Half.NIGHT:
            return _by_night(said.clock, is_exact=said.is_exact)


def _by_evening(at: time, *, is_exact: bool) -> tuple[int, time] | None:
    if at.hour >= NOON:
        return 0, at
    return None if is_exact or not at.hour else (0, at.replace(hour=at.hour + NOON))


def _by_night(at: time, *, is_exact: bool) -> tuple[int, time] | None:
    if at.hour < _DAWN:
        return 1, at
    if at.hour > NOON:
        return 0, at
    if is_exact:
        return None  # nine in the morning is not tonight, nor is noon
    return (1, time(0, at.minute)) if at.hour == NOON else (0, at.replace(hour=at.hour + NOON))
