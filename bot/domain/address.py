"""When two addresses are of the same page."""

from urllib.parse import parse_qsl, urlencode, urlsplit

# Parameters that tell where a reader came from, not what is shown: those of the analytics and mail services in the
# "url-tracking" list that miniflux removes (internal/reader/urlcleaner), and of feeds.
_TRACKING_TEXT = """
fbclid gclid dclid gbraid wbraid msclkid twclid yclid igshid mc_cid mc_eid mkt_tok ref ref_src ref_url referrer
source cmpid ocid ncid smid sr_share taid cid icid rss partner xtor at_medium at_campaign guccounter
"""
_TRACKING = frozenset(_TRACKING_TEXT.split())
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "__hs", "_hs", "at_", "ns_")
_HOST_PREFIXES = ("www.", "m.", "mobile.", "amp.")


def canonical_address(url: str) -> str:
    """Return what stays the same of an address however it was passed on: for comparing, not for following.

    Scheme, "www." and its like, fragment, tracking parameters, the order of parameters, AMP's marks and a closing
    slash are dropped.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removesuffix(".")
        port = parts.port
    except ValueError:
        return url.strip()
    if parts.scheme not in {"http", "https"}:
        return url.strip()
    for prefix in _HOST_PREFIXES:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
            break
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    path = parts.path.rstrip("/").removesuffix("/amp").removesuffix(".amp").removesuffix("/index.html")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.casefold() not in _TRACKING
        and not name.casefold().startswith(_TRACKING_PREFIXES)
        and name.casefold() not in {"amp", "outputtype"}
    )
    return f"{host}{path}" + (f"?{urlencode(kept)}" if kept else "")
