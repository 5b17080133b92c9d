"""Outside text as Discord Markdown: shown as it was written, with no power to mention, link or format."""

import re
from urllib.parse import quote

from bot.domain.wording import clean, cut

# Every character to which Discord's Markdown gives a meaning anywhere in a line. A backslash before it is not shown.
_ANYWHERE = re.compile(r"([\\*_~`|<>\[\]()])")
# What has a meaning only where a line begins: headings, subtext, quotations, lists.
_LINE_START = re.compile(r"^(\s*)([#\-+]|\d+(?=\.))", re.MULTILINE)
_EVERYONE = re.compile(r"@(?=everyone|here)")
_SCHEME = re.compile(r"\b(https?)://", re.IGNORECASE)
# Characters that would end the address of a masked link early.
_URL_SAFE = "%/:=&?~#+!$,;'@*[]"


def escape(outside: str, chars_max: int | None = None) -> str:
    """Return outside text escaped, cut before that to `chars_max` characters on a grapheme boundary.

    Bidi and control characters are removed; the text is one line.
    """
    plain = clean(outside)
    if chars_max is not None:
        plain = cut(plain, chars_max)
    escaped = _ANYWHERE.sub(r"\\\1", plain)
    escaped = _LINE_START.sub(lambda found: f"{found[1]}\\{found[2]}" if not found[2].isdigit() else found[0], escaped)
    # Discord makes a link of any address; broken by a backslash it stays text, as a quotation should.
    escaped = _SCHEME.sub(r"\1:\\//", escaped)
    return _EVERYONE.sub("@\u200b", escaped)


def link(label: str, url: str | None, chars_max: int = 80) -> str:
    """Return a masked link with an outside label; only the label where the address is unknown or not http(s)."""
    shown = escape(label, chars_max)
    if url is None or not url.lower().startswith(("http://", "https://")):
        return shown
    return f"[{shown}](<{quote(url, safe=_URL_SAFE)}>)"
