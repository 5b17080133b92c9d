"""A bar for each option, the best first; for verdicts a bar to either side; for STAR the run-off below."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import Method
from bot.domain.poll.tally import Tally
from bot.render.picture.fonts import Style, drawable, width, wrap
from bot.render.picture.heading import begin, check, end, label_on
from bot.render.picture.sheet import MARGIN, WIDTH, Colour, Sheet
from bot.render.poll_words import (
    Row,
    figure,
    order_notes,
    outcome_sentence,
    percent,
    rows_of,
    shown_rows,
    subtitle,
)
from bot.text import plural, text

ROWS_MAX = 24  # more would be a list, and a list is better read as text
_GAP = 10
_LABEL_MAX = 224
_ROOM = WIDTH - 2 * MARGIN


@dataclass(frozen=True, slots=True)
class _Look:
    """How large everything is; with more options, smaller."""

    label: Style
    figure: Style
    detail: Style
    bar: int
    gap: int
    lines_max: int

    @property
    def winner(self) -> Style:
        return Style(self.label.size, is_bold=True)

    @property
    def gutter(self) -> int:
        return round(self.label.size * 1.7)


_LARGE = _Look(Style(18), Style(18, is_bold=True), Style(15), bar=28, gap=14, lines_max=3)
_MIDDLE = _Look(Style(16), Style(16, is_bold=True), Style(14), bar=20, gap=10, lines_max=2)
_SMALL = _Look(Style(14), Style(14, is_bold=True), Style(13), bar=15, gap=6, lines_max=2)
_LARGE_MAX, _MIDDLE_MAX = 6, 12


def bars(poll: Poll, tally: Tally, language: str) -> Sheet:
    """Lay out a result as bars, longest where an option got most of what it is ordered by."""
    rows = rows_of(poll, tally, language)
    sheet = begin(poll.question, subtitle(poll, tally, language), WIDTH)
    shown = shown_rows(rows, ROWS_MAX)
    look = _look(len(shown))
    if tally.method is Method.WILSON:
        _verdict(sheet, poll, shown, look, language)
    else:
        _single(sheet, poll, shown, look, language)
    if tally.method is Method.STAR and len(tally.rounds) > 1:
        _runoff(sheet, poll, tally, look, language)
    more_n = len(rows) - len(shown)
    notes = [plural("poll.picture.more", language, more_n)] if more_n else []
    sheet.height += 6
    return end(sheet, [*notes, outcome_sentence(poll, tally, language), *order_notes(tally, language)])


def _look(rows_n: int) -> _Look:
    return _LARGE if rows_n <= _LARGE_MAX else _MIDDLE if rows_n <= _MIDDLE_MAX else _SMALL


def _single(sheet: Sheet, poll: Poll, rows: Sequence[Row], look: _Look, language: str) -> None:
    labels = {row.number: label_on(poll, row.number, language) for row in rows}
    left = MARGIN + look.gutter + _label_width(rows, labels, look) + _GAP
    figures = max((_figure_width(row, look) for row in rows), default=0.0)
    longest = WIDTH - MARGIN - left - figures - 8
    for row in rows:
        height, middle = _name(sheet, row, labels[row.number], look, left - _GAP)
        length = row.share * longest
        if length:
            colour = Colour.RED if row.is_winner else Colour.BAR
            sheet.fill(left, middle - look.bar / 2, max(length, 1.5), look.bar, colour)
        at = left + max(length, 1.5) + 8
        at = sheet.write(at, middle - look.figure.line_height / 2, row.figure, look.figure)
        sheet.write(at + 7, middle - look.detail.line_height / 2, row.detail, look.detail, ink=Colour.MUTED)
        # The line that the bars stand on: what is at it got nothing.
        sheet.fill(left - 1, sheet.height, 1, height, Colour.LINE)
        sheet.height += height


def _name(sheet: Sheet, row: Row, label: str, look: _Look, right: float) -> tuple[float, float]:
    """Write place and label of a row; return how high the row is, and where its middle is."""
    style = look.winner if row.is_winner else look.label
    left = MARGIN + look.gutter
    lines = wrap(label, style, right - left, look.lines_max)
    height = max(look.bar, len(lines) * style.line_height) + look.gap
    middle = sheet.height + height / 2
    top = middle - len(lines) * style.line_height / 2
    sheet.write_lines(left, top, lines, style)
    if row.is_winner:
        check(sheet, MARGIN, middle, style)
    else:
        sheet.write(MARGIN, middle - look.detail.line_height / 2, row.rank, look.detail, ink=Colour.MUTED)
    return height, middle


def _label_width(rows: Sequence[Row], labels: dict[int, str], look: _Look) -> float:
    """Return how wide the column of labels is: as the widest of them, up to a limit."""
    widest = max((width(labels[row.number], look.winner if row.is_winner else look.label) for row in rows), default=0)
    return min(_LABEL_MAX, widest + 1)


def _figure_width(row: Row, look: _Look) -> float:
    return width(row.figure, look.figure) + (7 + width(row.detail, look.detail) if row.detail else 0)


def _verdict(sheet: Sheet, poll: Poll, rows: Sequence[Row], look: _Look, language: str) -> None:
    """Put on a sheet how many judged each option one way, to the right, and the other, to the left."""
    labels = {row.number: label_on(poll, row.number, language) for row in rows}
    left = MARGIN + look.gutter + min(_label_width(rows, labels, look), _LABEL_MAX - 40) + _GAP
    counts = max((width(figure(max(row.line.for_n, row.line.against_n)), look.detail) for row in rows), default=0)
    shares = max((width(row.figure, look.figure) for row in rows), default=0)
    longest = (WIDTH - MARGIN - left - shares - 14 - 2 * (counts + 7)) / 2
    axis = left + counts + 7 + longest
    most = max((max(row.line.for_n, row.line.against_n) for row in rows), default=0) or 1
    good, bad = (drawable(label) for label in poll.rules.labels or ("+", "−"))
    head = Style(look.detail.size, is_bold=True)
    half = longest + counts
    top = sheet.height
    bad_lines, good_lines = wrap(bad or "−", head, half, 2), wrap(good or "+", head, half, 2)
    for index, line in enumerate(bad_lines):
        sheet.write_to(axis - 8, top + index * head.line_height, line, head, ink=Colour.AGAINST)
    for index, line in enumerate(good_lines):
        sheet.write(axis + 8, top + index * head.line_height, line, head, ink=Colour.FOR)
    sheet.height += max(len(bad_lines), len(good_lines)) * head.line_height + 4
    for row in rows:
        height, middle = _name(sheet, row, labels[row.number], look, left - _GAP)
        above, text_top = middle - look.bar / 2, middle - look.detail.line_height / 2
        against, in_favour = row.line.against_n / most * longest, row.line.for_n / most * longest
        if against:
            sheet.fill(axis - 1 - against, above, against, look.bar, Colour.AGAINST)
        if in_favour:
            sheet.fill(axis, above, in_favour, look.bar, Colour.FOR)
        sheet.write_to(axis - 7 - against, text_top, figure(row.line.against_n), look.detail, ink=Colour.MUTED)
        sheet.write(axis + in_favour + 6, text_top, figure(row.line.for_n), look.detail, ink=Colour.MUTED)
        sheet.write_to(WIDTH - MARGIN, middle - look.figure.line_height / 2, row.figure, look.figure)
        sheet.fill(axis - 1, sheet.height, 1, height, Colour.LINE)
        sheet.height += height


def _runoff(sheet: Sheet, poll: Poll, tally: Tally, look: _Look, language: str) -> None:
    """Put the run-off of the two with the highest sums below their bars."""
    last = tally.rounds[-1]
    head = Style(look.detail.size, is_bold=True)
    sheet.height += 10
    sheet.fill(MARGIN, sheet.height, _ROOM, 1, Colour.LINE)
    sheet.height += 9
    sheet.height = sheet.write_lines(
        MARGIN, sheet.height, wrap(drawable(text("poll.picture.runoff", language)), head, _ROOM, 2), head
    )
    sheet.height += 4
    most = max(last.totals.values(), default=0) or 1
    rows = [
        replace(row, share=votes / most, figure=figure(votes), detail=percent(votes, tally.ballots_n))
        for row in rows_of(poll, tally, language)
        if (votes := last.totals.get(row.number)) is not None
    ]
    _single(sheet, poll, rows, look, language)
    if last.exhausted_n:
        note = plural("poll.picture.no_preference", language, last.exhausted_n)
        sheet.height = sheet.write_lines(
            MARGIN, sheet.height + 2, wrap(note, look.detail, _ROOM, 2), look.detail, ink=Colour.MUTED
        )
