"""What a publisher's response headers say, read as strictly as what we keep of them needs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

HEADER_CHARS_MAX = 500
# Longer than a week is a mistake or malice: the feed would be lost without anybody noticing.
RETRY_AFTER_S_MAX = 7 * 24 * 3600


def header_text(headers: Mapping[str, str], name: str) -> str | None:
    """Return a header that is short and printable ASCII; None where it is anything else.

    aiohttp turns stray bytes into lone surrogates, which no database takes.
    """
    value = headers.get(name, "").strip()
    usable = value and len(value) <= HEADER_CHARS_MAX and value.isascii() and value.isprintable()
    return value if usable else None


def retry_after_s(headers: Mapping[str, str]) -> int | None:
    """Return the seconds of ``Retry-After`` (RFC 9110, section 10.2.3), or None.

    A date is measured against the answer's own ``Date``, so that neither clock needs to be right.
    """
    value = header_text(headers, "Retry-After")
    if value is None:
        return None
    if value.isdecimal():
        return min(int(value), RETRY_AFTER_S_MAX)
    until, sent = _http_date(value), _http_date(headers.get("Date", ""))
    if until is None or sent is None:
        return None
    return min(max(0, round((until - sent).total_seconds())), RETRY_AFTER_S_MAX)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
