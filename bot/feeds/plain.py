"""Strangers' HTML and text made plain: no markup, no control or bidi characters, one paragraph a line."""

import html
import re

import nh3
import regex

# Feeds escape their HTML once or twice; what still holds tags after the third reading means to.
ROUNDS_MAX = 3

# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
})
# fmt: on
_CELLS = frozenset({"td", "th"})
# fmt: off
_DROPPED_WITH_CONTENT = frozenset({
    "applet", "audio", "button", "canvas", "embed", "iframe", "math", "noscript", "object", "script",
    "select", "style", "svg", "template", "video",
})
# fmt: on

_BLOCK_TAG = regex.compile(r"</?(?:" + "|".join(_BLOCKS) + r")>")
_CELL_TAG = regex.compile(r"</?(?:td|th)>")
_TAG = regex.compile(r"</?[A-Za-z][^<>]*>|<!--|<![A-Za-z\[]|<\?")
_ENTITY = regex.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_TAG_START = regex.compile(r"<+(?=[A-Za-z/!?])")
# Joiners build emoji and Persian words, and Arabic's number signs are visible; every other control, format
# (bidi, zero width, tags), surrogate and unassigned character is dropped.
_INVISIBLE = regex.compile(
    r"[[\p{Cc}\p{Cf}\p{Cs}\p{Cn}]--[\n\t\u200c\u200d\p{Prepended_Concatenation_Mark}]]", regex.VERSION1
)
_ASCII_CONTROL = re.compile(r"[^\t\n -~]")  # by the standard library's engine, which is faster at it
_LINE_END = regex.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_BLANK_LINES = regex.compile(r"\n\s*\n")


def plain_html(markup: str) -> str:
    """Return the text of an HTML fragment: one paragraph a line, entities decoded, no tag left.

    Text that was escaped twice, as many feeds do, is read twice; a tag that an author wrote about is lost by
    that, which is the smaller evil.
    """
    if "<" not in markup and "&" not in markup:  # most titles, and much else
        return _tidy_lines(_BLANK_LINES.split(_clean_characters(markup)))
    text = _read(markup)
    for _ in range(ROUNDS_MAX - 1):
        # The paragraphs found so far are single lines, which the next reading would join.
        if _TAG.search(text):
            text = _read(text.replace("\n", "\n\n"))
        elif _ENTITY.search(text):
            text = _tidy_lines(_clean_characters(html.unescape(text)).split("\n"))
    return _tidy_lines(_TAG_START.sub("", text).split("\n")) if _TAG.search(text) else text


def plain_text(text: str) -> str:
    """Return text that is no HTML with its own lines; what reads as a tag in it is taken out all the same."""
    lines = _clean_characters(text)
    if _TAG.search(lines):
        return plain_html(lines.replace("\n", "\n\n"))
    return _tidy_lines(lines.split("\n"))


def one_line(markup: str) -> str:
    """Return the text of an HTML fragment on one line: for titles and names."""
    return plain_html(markup).replace("\n", " ")


def shorten(text: str, chars_max: int) -> str:
    """Return `text`, cut to `chars_max` characters with an ellipsis, after a word where one ends near."""
    if len(text) <= chars_max:
        return text
    # Graphemes, so that no accent and no half of an emoji is left behind.
    cut = "".join(regex.findall(r"\X", text[:chars_max])[:-1])
    at = (cut + text[len(cut)]).rfind(" ", chars_max // 2)
    return (cut[:at] if at > 0 else cut).rstrip(" ,;:\u2013\u2014-") + "…"


def _read(markup: str) -> str:
    cleaned = nh3.clean(
        _clean_characters(markup),
        tags=set(_BLOCKS | _CELLS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={},
        link_rel=None,
    )
    # What is left is well formed and without attributes, so that an expression reads it surely.
    text = html.unescape(_CELL_TAG.sub(" ", _BLOCK_TAG.sub("\n\n", cleaned)))
    return _tidy_lines(_BLANK_LINES.split(_clean_characters(text)))


def _tidy_lines(lines: list[str]) -> str:
    tidy = (" ".join(line.split()) for line in lines)
    return "\n".join(line for line in tidy if line)


def _clean_characters(text: str) -> str:
    if text.isascii() and not _ASCII_CONTROL.search(text):
        return text
    return _INVISIBLE.sub("", _LINE_END.sub("\n", text))
