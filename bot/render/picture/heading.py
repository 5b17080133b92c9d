"""What all pictures share: a title with a line under it, and notes at the foot."""

from collections.abc import Iterable

from bot.domain.poll.poll import Poll
from bot.render.picture.fonts import LINE, Style, balanced, drawable, width, wrap
from bot.render.picture.sheet import MARGIN, Colour, Sheet
from bot.text import text

# The largest in which a question takes so few lines; a question may have 300 characters.
_TITLES = ((Style(25, is_bold=True), 3), (Style(21, is_bold=True), 3), (Style(18, is_bold=True), 6))
_SUBTITLE = Style(15)
_NOTE = Style(14)
_NOTE_LINES_MAX = 4
_TAG_WIDTH, _TAG_HEIGHT = 44, 6
CHECK = "✓"
_MARK = 1.2  # side of the square behind a winner's check, by the size of the type


def begin(question: str, subtitle: str, sheet_width: int) -> Sheet:
    """Return a sheet with its heading; its height says where the picture goes on."""
    sheet = Sheet(sheet_width)
    sheet.fill(MARGIN, 0, _TAG_WIDTH, _TAG_HEIGHT, Colour.RED)
    room = sheet.width - 2 * MARGIN
    title = drawable(question)
    # One line more than there may be tells whether the text would need it.
    style, lines_max = next(
        ((style, most) for style, most in _TITLES if len(wrap(title, style, room, most + 1)) <= most), _TITLES[-1]
    )
    lines = balanced(title, style, room, lines_max)
    top = sheet.write_lines(MARGIN, 20, lines, style)
    sheet.height = sheet.write_lines(
        MARGIN, top + 3, wrap(drawable(subtitle), _SUBTITLE, room, 2), _SUBTITLE, ink=Colour.MUTED
    )
    sheet.height += 16
    return sheet


def end(sheet: Sheet, notes: Iterable[str]) -> Sheet:
    """Put the notes below what stands on the sheet, and the margin below them; return the sheet."""
    room = sheet.width - 2 * MARGIN
    for note in notes:
        lines = balanced(drawable(note), _NOTE, room, _NOTE_LINES_MAX)
        sheet.height = sheet.write_lines(MARGIN, sheet.height, lines, _NOTE, ink=Colour.MUTED) + 4
    sheet.height += MARGIN - 6
    return sheet


def check(sheet: Sheet, left: float, middle: float, style: Style) -> None:
    """Put the winner's mark on a sheet: a check on a square as high as capitals, around `middle`."""
    side = round(style.size * _MARK)
    sheet.fill(left, middle - side / 2, side, side, Colour.RED)
    mark = Style(int(side / LINE), is_bold=True)
    top = middle - mark.line_height / 2
    sheet.write(left + (side - width(CHECK, mark)) / 2, top, CHECK, mark, on=Colour.RED)


def label_on(poll: Poll, number: int, language: str) -> str:
    """Return what can be drawn of an option's label, else its number in words."""
    option = poll.by_number.get(number)
    shown = drawable(option.label) if option else ""
    return shown or text("poll.picture.option", language, number=number)
