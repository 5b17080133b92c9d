"""Outside text as Discord Markdown: shown as it was written, with no power to mention, link or format."""

import re
from urllib.parse import quote

from bot.domain.wording import clean, cut

# Every character to which Discord's Markdown gives a meaning anywhere in a line. A backslash before it is not shown.
_ANYWHERE = re.compile(r"([\\*_~`|<>\[\]()])")
# What has a meaning only where a line begins: headings, subtext and lists; a number by the full stop after it.
_LINE_START = re.compile(r"^(\d*)([#\-+.])")
_EVERYONE = re.compile(r"@(?=everyone|here)")
# Discord makes a link of an address with any of several schemes, of which its documentation lists none.
_SCHEME = re.compile(r"([a-z0-9+.\-]):(?=//)", re.IGNORECASE)  # RFC 3986, 3.1
# Characters that an address may hold; the others, which could end a masked link early, are percent-encoded.
_URL_SAFE = "%/:=&?~#+!$,;'@*[]"
# An address longer than any that a reader would follow would push the words out of the message.
URL_CHARS_MAX = 500


def escape(outside: str, chars_max: int | None = None) -> str:
    """Return outside text escaped, cut before that to `chars_max` characters on a grapheme boundary.

    Bidi and control characters are removed; the text is one line.
    """
    plain = clean(outside)
    if chars_max is not None:
        plain = cut(plain, chars_max)
    escaped = _ANYWHERE.sub(r"\\\1", plain)
    escaped = _LINE_START.sub(_at_line_start, escaped)
    # An address in outside text stays text, as a quotation should; only `link` makes links.
    escaped = _SCHEME.sub(r"\1\:", escaped)
    return _EVERYONE.sub("@\u200b", escaped)


def fit(outside: str, chars_max: int) -> str:
    """Return outside text escaped in at most `chars_max` characters, the marks of escaping counted."""
    room = chars_max
    while len(shown := escape(outside, room)) > chars_max and room > 0:
        # Each character too many is a mark of escaping; those that the cut takes with it are counted the next time.
        room = max(0, min(room, len(clean(outside))) - max(1, (len(shown) - chars_max) // 2))
    return shown


def link(label: str, url: str | None, chars_max: int = 80) -> str:
    """Return a masked link with an outside label; only the label where there is no address that can be linked."""
    shown = escape(label, chars_max)
    if url is None or not url.lower().startswith(("http://", "https://")):
        return shown
    address = quote(url, safe=_URL_SAFE, errors="replace")
    return shown if len(address) > URL_CHARS_MAX or not shown else f"[{shown}](<{address}>)"


def _at_line_start(found: re.Match[str]) -> str:
    number, mark = found.groups()
    return found[0] if bool(number) != (mark == ".") else f"{number}\\{mark}"
