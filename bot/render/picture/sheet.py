"""A picture as data, words and areas with their places, and how it is painted.

Everything is placed in points before anything is painted, so that tests can see whether it fits. The painting is done
on a palette, which makes the file small and the letters a matter of copying: each pair of a colour and what it stands
on has `_LEVELS` shades between the two.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache

from PIL import Image

from bot.render.picture.fonts import SCALE, Style, glyph, pens, width

WIDTH = 560  # points: Discord shows pictures up to about 550 pixels wide, so type is seen at its own size
MARGIN = 24
_LEVELS = 16
_STAMPS_KEPT = 4_096  # about 3 KB each
_COMPRESSION = 4  # of zlib: 6 makes a file a twelfth smaller and takes half as long again


class Colour(Enum):
    """The colours, as red, green and blue. Contrast with what they stand on: see `INKS` and the tests."""

    PAPER = (0x1A, 0x1B, 0x1F)
    PANEL = (0x2A, 0x2C, 0x32)
    TEXT = (0xF4, 0xF4, 0xF1)
    MUTED = (0xB2, 0xB7, 0xC0)
    LINE = (0x4A, 0x4D, 0x55)
    BAR = (0x7D, 0x84, 0x90)
    RED = (0xC8, 0x10, 0x2E)  # the brand's
    FOR = (0x56, 0xA0, 0xE8)  # blue and orange are told apart with any colour vision (Okabe and Ito, 2008)
    AGAINST = (0xE6, 0x93, 0x3C)


# Which text may stand on what.
INKS = (
    (Colour.TEXT, Colour.PAPER),
    (Colour.MUTED, Colour.PAPER),
    (Colour.FOR, Colour.PAPER),
    (Colour.AGAINST, Colour.PAPER),
    (Colour.TEXT, Colour.PANEL),
    (Colour.MUTED, Colour.PANEL),
    (Colour.TEXT, Colour.RED),
)


@dataclass(frozen=True, slots=True)
class Area:
    """A filled rectangle, in points."""

    left: float
    top: float
    width: float
    height: float
    colour: Colour

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text: where its box begins, in points, and how it looks. The text is drawable."""

    left: float
    top: float
    text: str
    style: Style
    ink: Colour = Colour.TEXT
    on: Colour = Colour.PAPER

    @property
    def width(self) -> float:
        """How wide its box is."""
        return width(self.text, self.style)

    @property
    def height(self) -> float:
        """How high its box is: a line."""
        return self.style.line_height

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@dataclass(slots=True)
class Sheet:
    """A picture that is being laid out, from top to bottom. `height` grows with what is put on it."""

    width: int = WIDTH
    height: float = 0
    areas: list[Area] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def fill(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        """Put an area on it."""
        self.areas.append(Area(left, top, width, height, colour))

    def frame(self, left: float, top: float, width: float, height: float, colour: Colour, *, line: float = 1) -> None:
        """Put the outline of an area on it, drawn inside."""
        self.fill(left, top, width, line, colour)
        self.fill(left, top + height - line, width, line, colour)
        self.fill(left, top + line, line, height - 2 * line, colour)
        self.fill(left + width - line, top + line, line, height - 2 * line, colour)

    def write(
        self, left: float, top: float, text: str, style: Style, *, ink: Colour = Colour.TEXT, on: Colour = Colour.PAPER
    ) -> float:
        """Put a line of text on it and return its right edge."""
        if not text:
            return left
        words = Words(left, top, text, style, ink, on)
        self.words.append(words)
        return words.right

    def write_to(
        self, right: float, top: float, text: str, style: Style, *, ink: Colour = Colour.TEXT, on: Colour = Colour.PAPER
    ) -> float:
        """Put a line of text on it that ends at `right`, and return its left edge."""
        left = right - width(text, style)
        self.write(left, top, text, style, ink=ink, on=on)
        return left

    def write_lines(
        self, left: float, top: float, lines: Iterable[str], style: Style, *, ink: Colour = Colour.TEXT
    ) -> float:
        """Put lines of text on it, one below the other, and return where the next would begin."""
        for line in lines:
            self.write(left, top, line, style, ink=ink)
            top += style.line_height
        return top


@dataclass(frozen=True, slots=True)
class Stamp:
    """A glyph in the shades of a palette, which of its pixels are drawn, and where it stands from the pen."""

    shades: Image.Image
    drawn: Image.Image
    left: int
    top: int


def paint(sheet: Sheet) -> bytes:
    """Return a sheet as a PNG, the same for the same sheet."""
    # The figures are places in the palette from the start; Pillow would look each up again if it were told so.
    image = Image.new("L", (_pixels(sheet.width), _pixels(sheet.height)), _base(Colour.PAPER))
    for area in sheet.areas:
        box = (_pixels(area.left), _pixels(area.top), _pixels(area.right), _pixels(area.bottom))
        image.paste(_base(area.colour), box)
    for words in sheet.words:
        left, base_line = _pixels(words.left), _pixels(words.top + words.style.ascent)
        for pen, cluster in pens(words.text, words.style):
            stamp = _stamp(cluster, words.style, words.ink, words.on)
            image.paste(stamp.shades, (left + pen + stamp.left, base_line + stamp.top), stamp.drawn)
    image.putpalette(_palette())
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=_COMPRESSION)
    return file.getvalue()


def _pixels(points: float) -> int:
    return round(points * SCALE)


@cache
def _base(colour: Colour) -> int:
    """Return where a colour stands in the palette, behind the shades."""
    return len(INKS) * _LEVELS + list(Colour).index(colour)


@cache
def _palette() -> bytes:
    shades = [_blend(on.value, ink.value, (level + 1) / _LEVELS) for ink, on in INKS for level in range(_LEVELS)]
    return bytes(part for colour in (*shades, *(colour.value for colour in Colour)) for part in colour)


def _blend(below: Sequence[int], above: Sequence[int], share: float) -> tuple[int, ...]:
    return tuple(round(low + (high - low) * share) for low, high in zip(below, above, strict=True))


@cache
def _shades(ink: Colour, on: Colour) -> tuple[bytes, bytes]:
    """Return, for each coverage, the palette's entry and whether it is drawn at all (255 or 0)."""
    first = INKS.index((ink, on)) * _LEVELS
    levels = [round(coverage * _LEVELS / 255) for coverage in range(256)]
    return bytes(first + max(0, level - 1) for level in levels), bytes(255 if level else 0 for level in levels)


@lru_cache(_STAMPS_KEPT)
def _stamp(cluster: str, style: Style, ink: Colour, on: Colour) -> Stamp:
    letter = glyph(cluster, style)
    coverage = letter.mask.tobytes()
    shades, drawn = (Image.frombytes("L", letter.mask.size, coverage.translate(table)) for table in _shades(ink, on))
    return Stamp(shades, drawn, letter.left, letter.top)
