"""Whether two names mean the same: "RX Vision" and "Mazda RX-Vision" do, "RX-7" and "RX-8" do not.

Names are compared as words without case, accents, punctuation, articles and the maker before them. Numbers and codes
("RX", "R34", "VIII", "Y") are names by themselves: they are the same or they are not. Only longer words may be
misspelt, and the shorter a word is, the less is taken for granted: what is merged wrongly takes a vote from somebody.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import regex

from bot.domain.names import MAKER_SPELLINGS

# A core as short as "M3", "86" or "Z" is said of several makers' cars.
TELLING_CHARS_MIN = 3
# Words of this length that differ in one letter are one word misspelt: "Countach" and "Countaach". Shorter ones may be
# two: "Accent" and "Ascent".
MISSPELT_CHARS_MIN = 8
# From here on a word may be another one misspelt, which is asked; "Bolt" and "Volt" are not. Kana say more by each.
DOUBTED_CHARS_MIN = 5
DOUBTED_KANA_MIN = 4
DOUBTED_SHARE_MIN = 0.75  # of the letters are alike, by optimal string alignment: one of four, two of eight are not
CODE_CHARS_MAX = 3  # "RX", "GTI": as letters they spell nothing, so none is misspelt

_TOKEN = regex.compile(r"[\p{Latin}\p{M}]+|\p{N}+|\p{Katakana}+|\p{Han}+|[\p{L}\p{M}]+")
_LATIN, _KANA, _HAN = regex.compile(r"[\p{Latin}\p{M}]+"), regex.compile(r"\p{Katakana}+"), regex.compile(r"\p{Han}+")
_NUMBER = regex.compile(r"\p{N}+")
_ROMAN = regex.compile(r"[ivx]+")
_ACCENTS = regex.compile(r"[\u0300-\u036f]")
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}  # Unicode, blocks "Hiragana" and "Katakana"
_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", "ー")
_V_SOUNDS = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"))
_MAKER_WORDS_MAX = 3  # more than the longest of `MAKER_SPELLINGS` has
_ARTICLES = frozenset({"the", "an"})
_ARTICLE_OR_CODE = "a"  # "A 110", "A-Class": it is an article only before a maker


class Likeness(IntEnum):
    """How far two names are the same; more is more."""

    DIFFERENT = 0
    DOUBTFUL = 1
    SAME = 2


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: its words with and without the maker before them, codes in one piece each."""

    folded: str
    maker: str | None
    words: tuple[str, ...]
    core: tuple[str, ...]
    numbers: Counter[str]

    @property
    def joined(self) -> str:
        """Its words without maker and spaces."""
        return "".join(self.core)


def folded(label: str) -> str:
    """Return a label as it is compared: NFKC, without case, accents and long-vowel marks, hiragana as katakana."""
    text = unicodedata.normalize("NFKC", label).casefold()
    text = unicodedata.normalize("NFKC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    text = text.translate(_HIRAGANA)
    for sound, plain in _V_SOUNDS:
        text = text.replace(sound, plain)
    # A sign that is read aloud is part of a name: "Model S+" is another than "Model S".
    text = text.translate(_SMALL_KANA).replace("+", " plus ").replace("&", " and ")
    return " ".join(text.split())


def name_of(label: str) -> Name:
    """Return a label as it is compared."""
    text = folded(label)
    tokens: list[str] = _TOKEN.findall(text)
    while len(tokens) > 1 and tokens[0] in _ARTICLES:
        tokens = tokens[1:]
    if len(tokens) > 1 and tokens[0] == _ARTICLE_OR_CODE and _maker(tokens[1:])[0] is not None:
        tokens = tokens[1:]
    maker, rest = _maker(tokens)
    core = tokens if maker is None else rest
    return Name(text, maker, _in_codes(tokens), _in_codes(core), Counter(filter(_NUMBER.fullmatch, core)))


def likeness(one: Name, other: Name) -> Likeness:
    """Tell how far two names are the same; in either order."""
    if one.folded == other.folded:
        return Likeness.SAME
    has_no_other_number = one.numbers <= other.numbers or other.numbers <= one.numbers
    if not one.core or not other.core or not has_no_other_number:
        return Likeness.DIFFERENT
    if one.maker is not None and other.maker is not None and one.maker != other.maker:
        return _of_two_makers(one, other)
    mine, others = _left(one.core, other.core), _left(other.core, one.core)
    if "".join(mine) == "".join(others) and one.numbers == other.numbers:
        is_telling = one.maker == other.maker or min(len(one.joined), len(other.joined)) >= TELLING_CHARS_MIN
        return Likeness.SAME if is_telling else Likeness.DOUBTFUL
    if mine and others:
        can_be_misspelt = one.numbers == other.numbers and not any(map(_is_code, (*mine, *others)))
        return _spelt("".join(mine), "".join(others)) if can_be_misspelt else Likeness.DIFFERENT
    # One says more than the other: "Civic", "Civic Type R".
    shorter = min(one.joined, other.joined, key=len)
    return Likeness.DOUBTFUL if len(shorter) >= TELLING_CHARS_MIN else Likeness.DIFFERENT


def similarity(one: Name, other: Name) -> float:
    """Return the share of letters that two names have alike, from 0 to 1; for putting doubtful ones in order."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415  # 90 ms that a start need not pay

    return OSA.normalized_similarity(one.joined, other.joined)


def _of_two_makers(one: Name, other: Name) -> Likeness:
    """Compare what two makers sell: under one name now and then, as Acura's and Honda's NSX."""
    is_one_name = one.joined == other.joined and len(one.joined) >= TELLING_CHARS_MIN and one.numbers == other.numbers
    # "Ram 1500" and "Dodge Ram 1500"
    contains = not _left(one.words, other.words) or not _left(other.words, one.words)
    return Likeness.DOUBTFUL if is_one_name or contains else Likeness.DIFFERENT


def _spelt(one: str, other: str) -> Likeness:
    from rapidfuzz.distance import OSA  # noqa: PLC0415  # as above

    least = DOUBTED_KANA_MIN if _KANA.fullmatch(one) else DOUBTED_CHARS_MIN
    shorter = min(len(one), len(other))
    # Nobody gets the first letter wrong.
    if one[0] != other[0] or shorter < least:
        return Likeness.DIFFERENT
    if shorter >= MISSPELT_CHARS_MIN and OSA.distance(one, other) == 1:
        return Likeness.SAME
    return Likeness.DOUBTFUL if OSA.normalized_similarity(one, other) >= DOUBTED_SHARE_MIN else Likeness.DIFFERENT


def _left(words: Sequence[str], without: Sequence[str]) -> list[str]:
    """Return the words that the other name lacks, in their order."""
    lacking = Counter(words) - Counter(without)
    left: list[str] = []
    for word in words:
        if lacking[word] > 0:
            lacking[word] -= 1
            left.append(word)
    return left


def _is_code(word: str) -> bool:
    if _LATIN.fullmatch(word):
        return len(word) <= CODE_CHARS_MAX or _ROMAN.fullmatch(word) is not None
    if _KANA.fullmatch(word):
        return len(word) < DOUBTED_KANA_MIN
    return _NUMBER.search(word) is not None or _HAN.fullmatch(word) is not None


def _in_codes(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return words with the pieces of codes joined: "RX 7" as "rx7", "GT-R" as "gtr"."""
    words: list[str] = []
    for token in tokens:
        if words and _NUMBER.fullmatch(token) and _is_letters(words[-1]):
            words[-1] += token
        else:
            words.append(token)
    joined: list[str] = []
    is_open = False  # whether the last word is letters of a code that the next may go on with
    for word in words:
        if is_open and _is_letters(word):
            joined[-1] += word
        else:
            joined.append(word)
        is_open = _is_letters(word)
    return tuple(joined)


def _is_letters(word: str) -> bool:
    return len(word) <= CODE_CHARS_MAX and _LATIN.fullmatch(word) is not None


@cache
def _makers() -> tuple[Mapping[tuple[str, ...], str], Mapping[str, str]]:
    """Return the makers by their folded spellings, and those in kana, the longest first."""
    spelt = {tuple(_TOKEN.findall(folded(spelling))): maker for spelling, maker in MAKER_SPELLINGS.items()}
    kana = {words[0]: maker for words, maker in spelt.items() if len(words) == 1 and _KANA.fullmatch(words[0])}
    return spelt, dict(sorted(kana.items(), key=lambda item: -len(item[0])))


def _maker(tokens: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the maker that a name begins with, and the rest; no maker if nothing else is said."""
    spelt, in_kana = _makers()
    for words_n in range(min(len(tokens) - 1, _MAKER_WORDS_MAX), 0, -1):
        maker = spelt.get(tuple(tokens[:words_n]))
        if maker is not None:
            return maker, list(tokens[words_n:])
    first = tokens[0] if tokens else ""
    if _KANA.fullmatch(first):
        # Japanese puts no space between the two.
        for spelling, maker in in_kana.items():
            if len(first) > len(spelling) and first.startswith(spelling):
                return maker, [first[len(spelling) :], *tokens[1:]]
    return None, list(tokens)
