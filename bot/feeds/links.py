"""Strangers' links: resolved, http or https only, and without what merely tracks the reader."""

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from bot.domain.article import URL_CHARS_MAX

# What campaign and click trackers add; the names are those that Firefox's and Brave's query filters strip,
# and the at_ names of the BBC's feeds.
_TRACKING_PREFIXES = (
    "utm_",
    "at_medium",
    "at_campaign",
    "at_custom",
    "at_link",
    "at_ptr",
    "pk_",
    "mtm_",
    "hsa_",
)
# fmt: off
_TRACKING_NAMES = frozenset({
    "__hsfp", "__hssc", "__hstc", "__s", "_hsenc", "_hsmi", "_openstat", "cmpid", "dclid", "fbclid",
    "gbraid", "gclid", "gclsrc", "hsctatracking", "igshid", "mc_cid", "mc_eid", "mkt_tok", "ml_subscriber",
    "ml_subscriber_hash", "msclkid", "ncid", "oft_c", "oft_ck", "oft_d", "oft_id", "oft_ids", "oft_k",
    "oft_lk", "oft_sk", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid", "srsltid", "ttclid", "twclid",
    "vero_conv", "vero_id", "wbraid", "wickedid", "xtor", "yclid",
})
# fmt: on
# Everything that an address may hold as it is (RFC 3986); the rest, among it spaces and quotes, is encoded.
_URL_CHARS = "%:/?#[]@!$&'()*+,;=~-._"
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def web_link(href: object, base: str | None = None) -> str | None:
    """Return `href` as an absolute http(s) address without trackers, resolved against `base`; else None.

    Addresses with a user name are refused (``https://bank.example@evil.example`` reads as what it is not),
    host names are written in ASCII, and whatever an address may not hold is encoded.
    """
    if not isinstance(href, str) or not href.strip():
        return None
    cleaned = _UNSEEN.sub(lambda found: "%20" if found[0] == " " else "", href.strip())
    try:
        parts = urlsplit(urljoin(base or "", cleaned))
        host, port = parts.hostname, parts.port
        netloc = _ascii_host(host or "") + (f":{port}" if port is not None else "")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    query = without_tracking(parts.query)
    fragment = "" if parts.fragment.lower().startswith(("utm_", "xtor=")) else parts.fragment
    url = quote(urlunsplit((parts.scheme, netloc, parts.path, query, fragment)), safe=_URL_CHARS)
    return url if len(url) <= URL_CHARS_MAX else None


def without_tracking(query: str) -> str:
    """Return a query string without its tracking parameters; all others stay as they are written."""
    kept = [field for field in query.split("&") if not _tracks(field.partition("=")[0].lower())]
    return "&".join(kept)


def host_of(url: str | None) -> str | None:
    """Return the host of an http(s) address without "www.", or None."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _tracks(name: str) -> bool:
    return name in _TRACKING_NAMES or name.startswith(_TRACKING_PREFIXES)


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    return host if host.isascii() else host.encode("idna").decode("ascii")
