"""Text from outside made fit to be shown and compared: cleaned, split into sentences, cut, counted.

Works on English and its neighbours, and on Japanese, which ends its sentences with ``。`` and has no spaces.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator

import regex

ELLIPSIS = "…"
# What a cut looks at past its limit: enough to see whether a sentence or a cluster of characters goes on there.
LOOK_AHEAD_CHARS = 200
# What is looked at around a full stop: longer than any word that says whether it ends a sentence. Without an end to it
# a text of a thousand sentences would take a thousand times as long as each.
AROUND_CHARS = 80

# Invisible characters that reorder or hide text (Unicode Standard Annex 9 "Directional Formatting Characters", and
# the format characters without a glyph). The joiners U+200C and U+200D stay: Persian and emoji are spelt with them.
_HIDDEN = regex.compile(
    r"[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB]"
)
_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}--[\t\n\r\f\v\x85]]", regex.V1)
_SPACES = regex.compile(r"\s+")
_VISIBLE = regex.compile(r"\S")
_LINES = regex.compile(r"[\n\r\f\v\x85\u2028\u2029]+")

# "“" closes German „quotations“ and is left to open here: a wrong guess joins two sentences and loses nothing.
_QUOTES = {"“": "”", "«": "»", "「": "」", "『": "』", "‹": "›"}
_CLOSERS = "\"'”’»›」』）)］]】"
_END = regex.compile(rf"(?:[.!?…]+[{regex.escape(_CLOSERS)}]*(?=\s)|[。！？｡]+[{regex.escape(_CLOSERS)}]*)")
_WIDE_ENDS = "。！？｡"
_TOKEN_BEFORE = regex.compile(r"[^\s(\[“\"‘'/—–]+$")

# Words after which a full stop ends nothing.
_INITIALS = regex.compile(r"\p{L}(?:\.\p{L})*")
_NEVER_LAST_TEXT = """
mr mrs ms mx dr prof rev hon gen sen rep gov lt col sgt capt cmdr adm maj pres st mt ft vs viz cf eg ie i.e e.g
approx est fig vol pp ed al messrs mme mlle hr fr nr
"""
_NEVER_LAST = frozenset(_NEVER_LAST_TEXT.split())
# Words after which it ends a sentence only when a word follows that starts one.
_SELDOM_LAST_TEXT = """
inc corp co ltd plc llc bros jr sr etc dept assn univ a.m p.m am pm u.s u.k u.n e.u d.c s.a n.v b.v ph.d
u.s.a l.a n.y jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur fri sat sun
"""
_SELDOM_LAST = frozenset(_SELDOM_LAST_TEXT.split())
_STARTERS_TEXT = """
the a an it its he she they we i you this that these those there here in on at by for from with without to as
but and or so yet if when while after before since until although though because however meanwhile still
his her their our my your who what why how where which is are was were has have had will would could should
no not none all some many most both each one two three according officials analysts shares sales both
"""
_STARTERS = frozenset(_STARTERS_TEXT.split())


def storable(text: str) -> str:
    """Return `text` without what not every database takes and nobody sees: control characters and lone surrogates.

    Tabs and line breaks stay. PostgreSQL refuses NUL, and no UTF-8 can hold half of a surrogate pair.
    """
    return _CONTROL.sub("", text)


def clean(text: str) -> str:
    """Return `text` on one line: NFC, without control, bidi and hidden characters, spaces collapsed."""
    text = unicodedata.normalize("NFC", text)
    text = _CONTROL.sub("", _HIDDEN.sub("", text))
    return _SPACES.sub(" ", text).strip()


def paragraphs(text: str) -> list[str]:
    """Return the cleaned paragraphs of `text`, one a line of it, without empty ones."""
    return [cleaned for line in _LINES.split(text) if (cleaned := clean(line))]


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Return where quotations stand in one paragraph, as (start, end) with the marks.

    A quotation that is opened and not closed runs to the end if it opens the paragraph: so newspapers print one that
    goes on in the next paragraph. Apostrophes and inch marks open nothing.
    """
    spans: list[tuple[int, int]] = []
    last = {close: text.rfind(close) for close in (*_QUOTES.values(), '"')}
    at = 0
    while at < len(text):
        mark = text[at]
        end = -1
        if mark in _QUOTES:
            # Looking only where there is something to find keeps a wall of opening marks from taking minutes.
            end = text.find(_QUOTES[mark], at + 1) if at < last[_QUOTES[mark]] else -1
        elif mark == '"' and (at == 0 or not text[at - 1].isalnum()) and text[at + 1 : at + 2].strip():
            end = text.find('"', at + 1) if at < last['"'] else -1
        else:
            at += 1
            continue
        if end < 0 and at == 0:
            end = len(text) - 1
        if end < 0:
            at += 1
            continue
        spans.append((at, end + 1))
        at = end + 1
    return spans


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, each a literal piece of it without the spaces around.

    A line break always ends one; a full stop in an abbreviation ("U.S.", "No. 3", "J. Smith", "i.e.") or inside a
    quotation that goes on does not.
    """
    found: list[str] = []
    for line in _LINES.split(text):
        start = 0
        for end in _ends(line):
            if piece := line[start:end].strip():
                found.append(piece)
            start = end
        if piece := line[start:].strip():
            found.append(piece)
    return found


def _ends(line: str) -> Iterator[int]:
    spans = quoted_spans(line)
    starts = [start for start, _ in spans]
    for match in _END.finditer(line):
        end = match.end()
        around = bisect_left(starts, match.start()) - 1
        if around >= 0 and end < spans[around][1]:
            continue
        begins = _VISIBLE.search(line, end)
        if begins is None:
            continue
        following = line[begins.start() : begins.start() + AROUND_CHARS]
        if match.group()[0] in _WIDE_ENDS:
            # 「…。」と述べた: the sentence goes on after the quotation.
            if match.group()[-1] in _CLOSERS and regex.match(r"\p{Hiragana}", following):
                continue
            yield end
        elif _is_end(line[max(0, match.start() - AROUND_CHARS) : match.start()], match.group(), following):
            yield end


def _is_end(before: str, mark: str, following: str) -> bool:
    lead = following.lstrip("\"'“‘«([「『")
    if not lead or lead[0].islower():
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    found = _TOKEN_BEFORE.search(before)
    bare = found.group().casefold() if found else ""
    if bare in _NEVER_LAST:
        return False
    first_word = regex.match(r"[\p{L}\p{M}’']+", lead)
    starts = first_word is not None and first_word.group().casefold() in _STARTERS
    if bare in {"no", "nos"}:
        # "No. 3" goes on; "The answer is no. Three makers agreed." ends.
        return not lead[0].isdigit()
    # Initials and what is spelt with full stops go on as well, unless they close a name such as "Plan B".
    seldom = bare in _SELDOM_LAST or _INITIALS.fullmatch(bare) is not None
    return starts or len(mark) > 1 or not seldom


def cut(text: str, chars_max: int) -> str:
    """Return `text` in at most `chars_max` code points, never splitting what a reader sees as one character.

    It ends at the last sentence that fits if that keeps at least half of the room, else at the last word with "…".
    """
    if len(text) <= chars_max:
        return text
    if chars_max < 1:
        return ""
    text = text[: chars_max + LOOK_AHEAD_CHARS]
    fitting = _fitting(text, chars_max)
    ends = [end for end in _ends(text) if end <= len(fitting)]
    if ends and ends[-1] * 2 >= chars_max:
        return text[: ends[-1]].rstrip()
    fitting = _fitting(text, chars_max - len(ELLIPSIS))
    word_end = max((match.start() for match in regex.finditer(r"\s+", text[: len(fitting) + 1])), default=0)
    # Languages without spaces, and addresses, are cut where they stand.
    if word_end * 2 >= len(fitting):
        fitting = text[:word_end]
    return fitting.rstrip(" \t\n,;:–—-、・") + ELLIPSIS


def _fitting(text: str, chars_max: int) -> str:
    # One grapheme past the limit is enough to see where the last whole one ends.
    end = 0
    for match in regex.finditer(r"\X", text):
        if match.end() > chars_max:
            break
        end = match.end()
    return text[:end]


def count_words(text: str) -> int:
    """Return how many words a reader would count; two characters of Chinese or Japanese make one."""
    if text.isascii():
        return sum(1 for piece in text.split() if any(map(str.isalnum, piece)))
    wide = len(_WIDE.findall(text))
    narrow = sum(1 for piece in _WIDE.sub(" ", text).split() if any(char.isalnum() for char in piece))
    return narrow + (wide + 1) // 2


_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー]")
# The standard library's engine, which finds words twice as fast as the other one; it knows no scripts by name.
_WORD = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_]+(?:[-’'&.][^\W_]+)*")
_SCRIPT_RUN = regex.compile(r"[\p{Katakana}ー]+|\p{Han}+|\p{Hiragana}+|[^\p{Katakana}ー\p{Han}\p{Hiragana}]+")
_HAN, _HIRAGANA = regex.compile(r"\p{Han}"), regex.compile(r"\p{Hiragana}")
_FIRST_WIDE = "\u2e80"  # the block "CJK Radicals Supplement"; Latin, Cyrillic and Greek stand before it


def words(text: str) -> list[str]:
    """Return the tokens of `text` as they are written, for counting: words, numbers, pieces of Japanese.

    A number loses its thousands separators, a word its possessive; a run of kanji becomes pairs of characters, a run
    of katakana stays one word, hiragana (grammar, mostly) is left out.
    """
    found: list[str] = []
    for token in _WORD.findall(text):
        if not token.isascii() and max(token) >= _FIRST_WIDE:
            found.extend(_wide_words(token))
        elif "," in token:
            # "381,000" is one number, "1,5" and "3,2,1" are what they are.
            found.append(token.replace(",", "") if len(token) - token.rfind(",") == _GROUP_CHARS else token)
        else:
            found.append(token[:-2] if token[-2:] in {"'s", "’s", "'S", "’S"} else token)
    return found


_GROUP_CHARS = 4  # a comma and three digits


def _wide_words(token: str) -> Iterator[str]:
    for run in _SCRIPT_RUN.findall(token):
        if _HAN.match(run):
            yield from ([run] if len(run) == 1 else (run[i : i + 2] for i in range(len(run) - 1)))
        elif not _HIRAGANA.match(run):
            yield run


def stem(word: str) -> str:
    """Return a lower-case word without its commonest English endings, so that "recalls" and "recalled" meet."""
    word = word.casefold()
    if len(word) <= 3 or not word.isascii() or not word.isalpha():  # noqa: PLR2004  # shorter stems collide
        return word
    for ending, put in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004
            word = word[: -len(ending)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":  # noqa: PLR2004
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word  # noqa: PLR2004


# The steps 1a and 1b of Porter's stemmer ("An algorithm for suffix stripping", 1980), longest first; later steps join
# words that tell events apart.
_ENDINGS = (("sses", "ss"), ("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))
