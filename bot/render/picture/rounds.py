"""An instant run-off as columns, a round each: who had how many votes, what they gained, and who was out."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.poll.poll import Poll
from bot.domain.poll.tally import CountRound, Tally
from bot.render.picture.fonts import Style, cut, drawable, width, wrap
from bot.render.picture.heading import begin, check, end, label_on
from bot.render.picture.sheet import MARGIN, WIDTH, Colour, Sheet
from bot.render.poll_words import figure, outcome_sentence, places_of, shown_rounds, shown_rows, subtitle, winners
from bot.text import plural, text

ROUNDS_MAX = 7  # columns that leave room for names and figures
ROUNDS_MIN = 3
ROWS_MAX = 16
_LABEL, _WINNER = Style(15), Style(15, is_bold=True)
_FIGURE, _BOLD_FIGURE = Style(15, is_narrow=True), Style(15, is_bold=True, is_narrow=True)
_GAIN = Style(12, is_narrow=True)
_HEAD = Style(12)
_LABEL_WIDTH = 150
_LABEL_WIDTH_OF_FEW = 224  # as beside bars, where the columns leave room for it
_FEW = 3  # columns
_GUTTER = 24
_BAR = 7
_PADDING = 5
_GAP = 10
_GAIN_GAP = 4


@dataclass(frozen=True, slots=True)
class _Column:
    """A round that is shown: where it stands, how wide it is, and the one shown before it."""

    index: int
    left: float
    width: float
    round: CountRound
    before: CountRound | None


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    place: int
    label: str
    is_winner: bool


def rounds(poll: Poll, tally: Tally, language: str) -> Sheet:
    """Lay out the rounds of an instant run-off."""
    sheet = begin(poll.question, subtitle(poll, tally, language), WIDTH)
    columns = _columns(tally)
    _heads(sheet, columns, language)
    places, won = places_of(tally), winners(poll, tally)
    numbers = [number for tier in tally.tiers for number in tier]
    shown = shown_rows(numbers, ROWS_MAX)
    for number in shown:
        label = label_on(poll, number, language)
        _row(sheet, _Row(number, places[number], label, number in won), columns, language)
    _rule(sheet)
    if any(column.round.exhausted_n for column in columns):
        _exhausted(sheet, columns, language)
    notes: list[str] = []
    if len(numbers) > len(shown):
        notes.append(plural("poll.picture.more", language, len(numbers) - len(shown)))
    if len(columns) < len(tally.rounds):
        notes.append(plural("poll.picture.rounds_left_out", language, len(tally.rounds) - len(columns)))
    sheet.height += 8
    return end(sheet, [*notes, outcome_sentence(poll, tally, language)])


def _heads(sheet: Sheet, columns: Sequence[_Column], language: str) -> None:
    """Name the columns; where there is room for a number only, what it counts stands before the first."""
    heads = [drawable(text("poll.picture.round", language, number=column.index + 1)) for column in columns]
    if any(width(head, _HEAD) > column.width for head, column in zip(heads, columns, strict=True)):
        heads = [str(column.index + 1) for column in columns]
        word = drawable(text("poll.picture.rounds_head", language))
        sheet.write_to(columns[0].left - _GAP, sheet.height, word, _HEAD, ink=Colour.MUTED)
    for head, column in zip(heads, columns, strict=True):
        sheet.write(column.left, sheet.height, head, _HEAD, ink=Colour.MUTED)
    sheet.height += _HEAD.line_height + 4


def _columns(tally: Tally) -> list[_Column]:
    """Return the rounds that are shown: as many as have room for a figure and what was gained."""
    label_width = _LABEL_WIDTH_OF_FEW if len(tally.rounds) <= _FEW else _LABEL_WIDTH
    left = MARGIN + _GUTTER + label_width + _GAP
    room = WIDTH - MARGIN - left + _GAP
    most = max((votes for each in tally.rounds for votes in each.totals.values()), default=0)
    widest = width(figure(most), _BOLD_FIGURE) + _GAIN_GAP + width(f"+{figure(most)}", _GAIN) + _GAP
    shown = shown_rounds(len(tally.rounds), max(ROUNDS_MIN, min(ROUNDS_MAX, int(room / widest))))
    pitch = room / len(shown)
    columns: list[_Column] = []
    for at, index in enumerate(shown):
        before = columns[-1].round if columns else None
        columns.append(_Column(index, left + at * pitch, pitch - _GAP, tally.rounds[index], before))
    return columns


def _rule(sheet: Sheet) -> None:
    sheet.fill(MARGIN, sheet.height, WIDTH - 2 * MARGIN, 1, Colour.LINE)


def _row(sheet: Sheet, row: _Row, columns: Sequence[_Column], language: str) -> None:
    style = _WINNER if row.is_winner else _LABEL
    lines = wrap(row.label, style, columns[0].left - _GAP - MARGIN - _GUTTER, 2)
    _rule(sheet)
    top = sheet.height + _PADDING
    if row.is_winner:
        check(sheet, MARGIN, top + style.line_height / 2, style)
    else:
        place_top = top + (style.line_height - _HEAD.line_height) / 2 + 1
        sheet.write(MARGIN, place_top, str(row.place), _HEAD, ink=Colour.MUTED)
    bottom = sheet.write_lines(MARGIN + _GUTTER, top, lines, style)
    most = max((votes for column in columns for votes in column.round.totals.values()), default=0) or 1
    for column in columns:
        _cell(sheet, row, column, (top, most), language)
    sheet.height = max(bottom, top + _FIGURE.line_height + 1 + _BAR) + _PADDING


def _cell(sheet: Sheet, row: _Row, column: _Column, scale: tuple[float, int], language: str) -> None:
    """Put what an option had in a round at `scale`: where the row begins, and what fills a bar."""
    top, most = scale
    votes = column.round.totals.get(row.number)
    if votes is None:
        if column.before is not None and row.number in column.before.totals:
            word = cut(drawable(text("poll.picture.out", language)), _GAIN, column.width)
            sheet.write(column.left, top + 2, word, _GAIN, ink=Colour.MUTED)
        return
    at = sheet.write(column.left, top, figure(votes), _BOLD_FIGURE if row.is_winner else _FIGURE) + _GAIN_GAP
    gained = votes - column.before.totals.get(row.number, 0) if column.before else 0
    gain = f"+{figure(gained)}"
    if gained > 0 and at + width(gain, _GAIN) <= column.left + column.width:
        sheet.write(at, top + 3, gain, _GAIN, ink=Colour.MUTED)
    below = top + _FIGURE.line_height + 1
    sheet.fill(column.left, below, column.width, _BAR, Colour.PANEL)
    if votes:
        colour = Colour.RED if row.is_winner else Colour.BAR
        sheet.fill(column.left, below, max(1.5, votes / most * column.width), _BAR, colour)


def _exhausted(sheet: Sheet, columns: Sequence[_Column], language: str) -> None:
    """Put on a sheet how many ballots name nobody who is still in."""
    top = sheet.height + _PADDING
    words = cut(drawable(text("poll.picture.exhausted", language)), _LABEL, _LABEL_WIDTH)
    sheet.write(MARGIN + _GUTTER, top, words, _LABEL, ink=Colour.MUTED)
    for column in columns:
        sheet.write(column.left, top, figure(column.round.exhausted_n), _FIGURE, ink=Colour.MUTED)
    sheet.height = top + _LABEL.line_height + _PADDING
    _rule(sheet)
