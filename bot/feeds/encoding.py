"""Which characters a stranger's bytes stand for: a declaration is believed as far as the bytes agree."""

import codecs
import importlib
import re
from typing import Any

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HTML_START = re.compile(
    rb"(?:\s|<!--.{0,4000}?-->|<\?[^>]{0,400}>)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_META_BYTES_MAX = 4096  # browsers look at 1024; scripts that stand before it are common
# So many whole UTF-8 sequences to a broken one cannot be chance: it is UTF-8 with a few bytes damaged or cut
# off.
_SOUND_PER_BROKEN_MIN = 4


def charset_of(content_type: str | None) -> str | None:
    """Return the charset that a ``Content-Type`` names, or None."""
    found = _CHARSET.search(content_type or "")
    return found[1].lower() if found else None


def utf8_of(body: bytes, charset: str | None) -> bytes:
    """Return an XML document as UTF-8 without a byte order mark, by `charset`, its declaration or a guess.

    Bytes that are UTF-8 are read as such whatever is declared, for servers often declare Latin-1 by default;
    bytes that claim to be UTF-8 and are not are read as Windows-1252.
    """
    if not body.isascii() and not body.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        sound = sum(not character.isascii() for character in text) - broken
        if sound and (not broken or sound >= broken * _SOUND_PER_BROKEN_MIN):
            return text.removeprefix("\ufeff").encode()
    return _converted(body, charset)


def is_html(start: bytes) -> bool:
    """Tell whether a document, from its first letter on, is a web page."""
    return _HTML_START.match(start) is not None


def _converted(body: bytes, charset: str | None) -> bytes:
    encodings: Any = importlib.import_module("feedparser.encodings")  # here: only the parser's process needs it
    # As application/xml, since for text/xml the standard has it ignore what the document itself declares.
    kind = f"application/xml; charset={charset}" if charset else "application/xml"
    outcome: dict[str, Any] = {}
    converted: bytes = encodings.convert_to_utf8({"content-type": kind}, body, outcome)
    return converted if outcome.get("encoding") else body


def page_text(body: bytes, charset: str | None) -> str:
    """Return a page's characters: by its mark, as UTF-8, by what is declared, else as Windows-1252."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = _META_CHARSET.search(body[:_META_BYTES_MAX])
    # UTF-8 first, whatever is declared: hardly any text in another encoding happens to be sound UTF-8.
    for name in ("utf-8-sig", charset, declared[1].decode("ascii") if declared else None):
        try:
            if name:
                return body.decode(name)
        except (LookupError, ValueError):
            continue
    return body.decode("windows-1252", "replace")
