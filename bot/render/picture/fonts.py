"""Letters: which font draws which, how wide a text is, where it breaks, and what stands for what no font has.

Noto Sans draws Latin, Greek, Cyrillic and Devanagari in any weight and width; Noto Sans CJK the rest, in one weight.
Lengths are in points of the sheet; a sheet is painted at `SCALE` pixels a point. Glyphs are drawn once and kept: Noto
Sans varies its outlines at each drawing, which would take ten times as long as everything else of a picture.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import regex
from PIL import Image, ImageChops, ImageFont

from bot.domain.wording import ELLIPSIS, clean
from bot.render.picture.coverage import Coverage, read_coverage

SCALE = 2  # pixels a point: sharp on the screens of phones, and when somebody zooms in
LINE = 1.36  # of the size: Noto Sans's ascent and descent (1.069 + 0.293)
_ASCENT = 1.07
_MEASURED_PIXELS = 64  # widths are taken from this size
_REGULAR, _BOLD = 400, 700  # the axis wght
_FULL_WIDTH, _NARROW = 100, 78  # the axis wdth, in percent
# Noto Sans CJK comes in one weight; an outline of so many pixels a pixel of size makes it look like the bold Latin.
_STROKE = 0.022
_GLYPHS_KEPT = 4_096  # about 2 KB each
_TEXTS_KEPT = 2_048

_LATIN = Path(str(files("fontpkg_noto_sans"))) / "files" / "NotoSans[wdth,wght].ttf"
_CJK = Path(str(files("noto_cjk_sans_jp_regular"))) / "NotoSansCJKjp-Regular.otf"
# Say how the character before them is shown, or join two; a font that has no glyph for them loses nothing.
_UNSEEN = regex.compile(r"[\u200C\u200D\uFE00-\uFE0F\U000E0020-\U000E007F]")
_CLUSTER = regex.compile(r"\X")
_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\u3000-\u303F\uFF00-\uFFEF]")
# After a hyphen between two words, which those of "RX-Vision" and "HSR-II" are not.
_HYPHEN = regex.compile(r"(?<=\p{L}{4}-)(?=\p{L}{4})")
_KATAKANA = regex.compile(r"[\u30A1-\u30FA\u30FC-\u30FF\uFF66-\uFF9F]")
# What no line begins with or ends in (JIS X 4051, "line start and line end prohibition rules"; the common ones).
_NOT_FIRST = frozenset(
    "、。，．・：；？！）］｝」』】〉》〕’”…ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ゛゜!?,.:;)]}"
)
_NOT_LAST = frozenset("（［｛「『【〈《〔‘“([{")
_LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; `size` in points."""

    size: int
    is_bold: bool = False
    is_narrow: bool = False

    @property
    def line_height(self) -> int:
        """The height of a line, in points."""
        return round(self.size * LINE)

    @property
    def ascent(self) -> int:
        """How far the base line is below the top of a line, in points."""
        return round(self.size * _ASCENT)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A drawn character: its coverage, 0 to 255, and where that stands from the pen on the base line, in pixels."""

    mask: Image.Image
    left: int
    top: int


@lru_cache(_TEXTS_KEPT)
def drawable(text: str) -> str:
    """Return what can be drawn of outside text, on one line; empty if nothing is left that says anything.

    Emoji have no glyph in our fonts and are left out; styled letters become plain ones; "…" stands for words in
    scripts that we have no font for. An empty square never stands for anything.
    """
    kept: list[str] = []
    for cluster in _clusters(clean(text)):
        stands = _stand_in(cluster)
        if stands == ELLIPSIS and kept and kept[-1] == ELLIPSIS:
            continue
        kept.append(stands)
    shown = clean("".join(kept))
    return shown if _LETTER.search(shown) else ""


def width(text: str, style: Style) -> float:
    """Return how wide a drawable text is, in points."""
    return _reach(_clusters(text), style)


def pens(text: str, style: Style) -> Iterator[tuple[int, str]]:
    """Yield what is seen of a drawable text, a character each, and how many pixels from its start the pen stands."""
    pen = 0.0
    before = ""
    for cluster in _clusters(text):
        pen += _kerning(before, cluster, style)
        if not cluster.isspace():
            yield round(pen * SCALE), cluster
        pen += _advance(cluster, style)
        before = cluster


def glyph(cluster: str, style: Style) -> Glyph:
    """Draw a character."""
    inside = _drawn(cluster, style, 0.0)
    if not style.is_bold or _font_of(cluster) == _LATIN:
        return inside
    # What is drawn with a stroke is the outline alone.
    outline = _drawn(cluster, style, style.size * SCALE * _STROKE)
    whole = Image.new("L", outline.mask.size)
    whole.paste(inside.mask, (inside.left - outline.left, inside.top - outline.top))
    return Glyph(ImageChops.lighter(outline.mask, whole), outline.left, outline.top)


def _drawn(cluster: str, style: Style, stroke: float) -> Glyph:
    face = _face_for(cluster, style.size * SCALE, is_bold=style.is_bold, is_narrow=style.is_narrow)
    drawn, (left, top) = face.getmask2(cluster, mode="L", anchor="ls", stroke_width=stroke)
    mask = Image.new("L", drawn.size)
    mask.im.paste(drawn, (0, 0, *drawn.size))
    return Glyph(mask, left, top)


def cut(text: str, style: Style, width_max: float) -> str:
    """Return a drawable text in at most `width_max` points, cut between characters, with "…" where it was cut."""
    clusters = _clusters(text)
    if _reach(clusters, style) <= width_max:
        return text
    room = width_max - _advance(ELLIPSIS, style)
    kept = clusters[: _fitting(clusters, style, room)]
    return "".join(kept).rstrip(" ,;:–—-、・…") + ELLIPSIS


def wrap(text: str, style: Style, width_max: float, lines_max: int) -> list[str]:
    """Return a drawable text in lines of at most `width_max` points, the last one cut if there are more.

    Lines break at spaces, after dashes, slashes and the hyphens between longer words, between Japanese and Chinese
    characters where the rules of typesetting allow it, and inside a word only where one is wider than a line.
    """
    pieces = _pieces(text)
    lines: list[str] = []
    line = ""
    for index, piece in enumerate(pieces):
        if width((line + piece).rstrip(), style) <= width_max:
            line += piece
            continue
        if len(lines) == lines_max - 1:
            lines.append(cut((line + "".join(pieces[index:])).rstrip(), style, width_max))
            return lines
        if line:
            lines.append(line.rstrip())
        line = piece
        while width(line.rstrip(), style) > width_max:
            if len(lines) == lines_max - 1:
                lines.append(cut((line + "".join(pieces[index + 1 :])).rstrip(), style, width_max))
                return lines
            clusters = _clusters(line)
            fitting = max(1, _fitting(clusters, style, width_max))
            lines.append("".join(clusters[:fitting]))
            line = "".join(clusters[fitting:])
    return [*lines, line.rstrip()] if line.strip() else lines


def balanced(text: str, style: Style, width_max: float, lines_max: int) -> list[str]:
    """Return the lines of `wrap`, as many of them, but about as long as each other: no last line with one word."""
    lines = wrap(text, style, width_max, lines_max)
    if len(lines) == 1 or len(wrap(text, style, width_max, lines_max + 1)) > lines_max:
        return lines
    narrow, wide = width_max / 2, width_max
    while wide - narrow > style.size / 2:
        middle = (narrow + wide) / 2
        tried = wrap(text, style, middle, lines_max + 1)
        if len(tried) <= len(lines):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines


def has_glyph(cluster: str) -> bool:
    """Tell whether one of the fonts has everything that a character is made of."""
    return any(all(part in _coverage(path) for part in cluster) for path in (_LATIN, _CJK))


def _pieces(text: str) -> list[str]:
    """Split a text where a line may break; spaces stay at the end of the piece before."""
    pieces: list[str] = []
    previous = ""
    breaks = {found.start() for found in _HYPHEN.finditer(text)}
    at = 0
    for cluster in _clusters(text):
        may_break = (
            previous.isspace()
            or previous in {"/", "–", "—"}
            or at in breaks
            or bool(_WIDE.match(cluster) or (previous and _WIDE.match(previous)))
        )
        # Words in katakana stay whole; between them stands a middle dot or a space.
        in_katakana = bool(_KATAKANA.match(cluster) and _KATAKANA.match(previous))
        bound = in_katakana or cluster.isspace() or cluster in _NOT_FIRST or previous in _NOT_LAST
        if pieces and (bound or not may_break):
            pieces[-1] += cluster
        else:
            pieces.append(cluster)
        previous = cluster
        at += len(cluster)
    return pieces


def _fitting(clusters: tuple[str, ...], style: Style, width_max: float) -> int:
    """Return how many of `clusters` fit."""
    reach = 0.0
    before = ""
    for index, cluster in enumerate(clusters):
        reach += _kerning(before, cluster, style) + _advance(cluster, style)
        if reach > width_max:
            return index
        before = cluster
    return len(clusters)


def _reach(clusters: tuple[str, ...], style: Style) -> float:
    reach = 0.0
    before = ""
    for cluster in clusters:
        reach += _kerning(before, cluster, style) + _advance(cluster, style)
        before = cluster
    return reach


@lru_cache(_TEXTS_KEPT)
def _clusters(text: str) -> tuple[str, ...]:
    return tuple(_CLUSTER.findall(text))


@lru_cache(_GLYPHS_KEPT)
def _stand_in(cluster: str) -> str:
    """Return what a character is drawn as."""
    bare = _UNSEEN.sub("", cluster)
    plain = unicodedata.normalize("NFKC", bare)
    for candidate in (cluster, bare, *((plain, plain[:1]) if plain else ())):
        if candidate and all(has_glyph(part) for part in _clusters(candidate)):
            return candidate
    return ELLIPSIS if _LETTER.match(bare) else ""


def _font_of(cluster: str) -> Path:
    return _LATIN if all(part in _coverage(_LATIN) for part in cluster) else _CJK


@cache
def _coverage(path: Path) -> Coverage:
    return read_coverage(path)


@cache
def _face(
    path: Path, pixels: int, layout: ImageFont.Layout, *, is_bold: bool, is_narrow: bool
) -> ImageFont.FreeTypeFont:
    face = ImageFont.truetype(str(path), pixels, layout_engine=layout)
    if path == _LATIN:
        face.set_variation_by_axes([_BOLD if is_bold else _REGULAR, _NARROW if is_narrow else _FULL_WIDTH])
    return face


def _face_for(cluster: str, pixels: int, *, is_bold: bool, is_narrow: bool) -> ImageFont.FreeTypeFont:
    # Shaping, which is slow, matters where a character is made of several.
    layout = ImageFont.Layout.BASIC if len(cluster) == 1 else ImageFont.Layout.RAQM
    return _face(_font_of(cluster), pixels, layout, is_bold=is_bold, is_narrow=is_narrow)


def _advance(cluster: str, style: Style) -> float:
    return style.size * _advance_of_em(cluster, style.is_bold, style.is_narrow)


def _kerning(before: str, after: str, style: Style) -> float:
    """Return how many points two characters of an alphabet move together, as a negative number."""
    if len(before) != 1 or len(after) != 1:
        return 0.0
    return style.size * _kerning_of_em(before, after, style.is_bold, style.is_narrow)


# What is measured is measured once for all sizes.
@lru_cache(_GLYPHS_KEPT)
def _advance_of_em(cluster: str, is_bold: bool, is_narrow: bool) -> float:  # noqa: FBT001  # lru_cache is faster by place
    face = _face_for(cluster, _MEASURED_PIXELS, is_bold=is_bold, is_narrow=is_narrow)
    return face.getlength(cluster) / _MEASURED_PIXELS


@lru_cache(2 * _GLYPHS_KEPT)
def _kerning_of_em(before: str, after: str, is_bold: bool, is_narrow: bool) -> float:  # noqa: FBT001  # as above
    if before.isspace() or after.isspace() or _font_of(before) != _LATIN or _font_of(after) != _LATIN:
        return 0.0
    face = _face(_LATIN, _MEASURED_PIXELS, ImageFont.Layout.RAQM, is_bold=is_bold, is_narrow=is_narrow)
    together = face.getlength(before + after)
    apart = sum(_advance_of_em(part, is_bold, is_narrow) for part in (before, after)) * _MEASURED_PIXELS
    return (together - apart) / _MEASURED_PIXELS
