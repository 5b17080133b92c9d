"""What people type for moments that have passed: when somebody joined, when a raid began."""

import re
import unicodedata
from datetime import datetime, time, timedelta, tzinfo

from bot.domain.errors import PaddockError
from bot.domain.when import PastMomentError, length, moment
from bot.domain.when_words import SaidTwoDatesError, read_words

# What was typed is read as if so much earlier, and the first that has passed is meant: the last nine o'clock, the last
# Friday, the last 30 November. 29 February comes every four years, or after eight.
_EARLIER = tuple(timedelta(days=days) for days in (0, 1, 7, 366, 4 * 366, 8 * 366))
_LONG_AGO = timedelta(days=20 * 366)  # before there was a Discord
_AGO = re.compile(r"\s*(?:ago|前)$")
_AHEAD = re.compile(r"(?:in |あと).*|.*(?:from now|later|後)")
_NAMED_DAY = re.compile(r"(?P<today>today|今日の?)\s*|(?:yesterday|昨日の?|きのうの?)\s*")
_JUST_BEFORE = timedelta(microseconds=1)


class FutureMomentError(PaddockError):
    """The moment given is still to come. Params: given."""

    message_id = "poll_make.error.future"


def past_moment(typed: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment meant, in aware UTC; never after `now`.

    Understood is what `bot.domain.when.moment` understands, but looking back: "2h" and "3日" are so long ago, "9am" is
    the last one, "friday 18:00" and "30 Nov" likewise.

    Args:
        typed: by somebody.
        now: aware.
        zone: what is typed without a zone is local to it.

    Raises:
        BadMomentError: if it is not understood, or (TwoDatesError) could be two dates.
        FutureMomentError: if it is still to come.
    """
    plain = " ".join(unicodedata.normalize("NFKC", typed).casefold().split())
    if _AHEAD.fullmatch(plain):
        raise FutureMomentError(given=typed)
    try:
        return now - length(_AGO.sub("", plain))
    except PaddockError:
        pass
    if (named := _NAMED_DAY.match(plain)) is not None:
        found = _on_day(plain[named.end() :], now, zone, days_ago=0 if named["today"] else 1)
        if found > now:
            raise FutureMomentError(given=typed)
        return found
    if _looks_ahead(plain, zone):
        raise FutureMomentError(given=typed)
    for earlier in (*_EARLIER, _LONG_AGO):
        found = _read(typed, now - earlier, zone)
        if found is not None and found <= now:
            return found
    raise FutureMomentError(given=typed)


def _on_day(rest: str, now: datetime, zone: tzinfo, *, days_ago: int) -> datetime:
    """Return the time of day that was typed, or else the beginning of a day."""
    day = (now - timedelta(days=days_ago)).astimezone(zone).date()
    begins_at = datetime.combine(day, time(), zone).astimezone(now.tzinfo)
    return moment(rest, begins_at - _JUST_BEFORE, zone) if rest else begins_at


def _read(typed: str, now: datetime, zone: tzinfo) -> datetime | None:
    try:
        return moment(typed, now, zone, at_most=_LONG_AGO + timedelta(days=3_660))
    except PastMomentError:
        return None


def _looks_ahead(plain: str, zone: tzinfo) -> bool:
    """Tell whether a day was named that cannot have passed: tomorrow, next Friday."""
    try:
        said = read_words(plain, month_first=str(zone) in {"Asia/Tokyo", "Japan"})
    except (SaidTwoDatesError, ValueError):
        return False
    return said is not None and (said.ahead is not None or said.week is not None)
