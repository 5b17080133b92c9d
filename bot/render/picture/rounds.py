"""An instant run-off as columns, a round each: who had how many votes, what they gained, and who was out."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.poll.poll import Poll
from bot.domain.poll.tally import CountRound, Tally
from bot.render.picture.fonts import Style, cut, drawable, width, wrap
from bot.render.picture.heading import begin, check, end, label_on
from bot.render.picture.sheet import MARGIN, WIDTH, Colour, Sheet
from bot.render.poll_words import figure, outcome_sentence, places_of, subtitle, winners
from bot.text import plural, text

ROUNDS_MAX = 6  # columns that leave room for names and figures
ROWS_MAX = 16
_LABEL, _WINNER = Style(15), Style(15, is_bold=True)
_FIGURE, _BOLD_FIGURE = Style(15, is_narrow=True), Style(15, is_bold=True, is_narrow=True)
_GAIN = Style(12, is_narrow=True)
_HEAD = Style(12)
_LABEL_WIDTH = 150
_GUTTER = 24
_BAR = 7
_PADDING = 5
_GAP = 10


@dataclass(frozen=True, slots=True)
class _Column:
    """A round that is shown: where it stands, how wide it is, and the round before it, shown or not."""

    index: int
    left: float
    width: float
    round: CountRound
    before: CountRound | None


def shown_rounds(rounds_n: int, most: int) -> list[int]:
    """Return which of so many rounds are shown in `most` columns: the first, and the last ones."""
    return list(range(rounds_n)) if rounds_n <= most else [0, *range(rounds_n - most + 1, rounds_n)]


def rounds(poll: Poll, tally: Tally, language: str) -> Sheet:
    """Lay out the rounds of an instant run-off."""
    sheet = begin(poll.question, subtitle(poll, tally, language), WIDTH)
    shown = shown_rounds(len(tally.rounds), ROUNDS_MAX)
    left = MARGIN + _GUTTER + _LABEL_WIDTH + _GAP
    pitch = min(130, (WIDTH - MARGIN - left + _GAP) / len(shown))
    columns = [
        _Column(index, left + at * pitch, pitch - _GAP, tally.rounds[index], tally.rounds[index - 1] if index else None)
        for at, index in enumerate(shown)
    ]
    for column in columns:
        head = cut(drawable(text("poll.picture.round", language, number=column.index + 1)), _HEAD, column.width)
        sheet.write(column.left, sheet.height, head, _HEAD, ink=Colour.MUTED)
    sheet.height += _HEAD.line_height + 4
    places = places_of(tally)
    numbers = [number for tier in tally.tiers for number in tier]
    for number in numbers[:ROWS_MAX]:
        _row(sheet, poll, tally, number, places[number], columns, language)
    _rule(sheet)
    if any(column.round.exhausted_n for column in columns):
        _exhausted(sheet, columns, language)
    notes: list[str] = []
    if len(numbers) > ROWS_MAX:
        notes.append(plural("poll.picture.more", language, len(numbers) - ROWS_MAX))
    if len(shown) < len(tally.rounds):
        notes.append(plural("poll.picture.rounds_left_out", language, len(tally.rounds) - len(shown)))
    sheet.height += 8
    return end(sheet, [*notes, outcome_sentence(poll, tally, language)])


def _rule(sheet: Sheet) -> None:
    sheet.fill(MARGIN, sheet.height, WIDTH - 2 * MARGIN, 1, Colour.LINE)


def _row(
    sheet: Sheet, poll: Poll, tally: Tally, number: int, place: int, columns: Sequence[_Column], language: str
) -> None:
    is_winner = number in winners(poll, tally)
    style = _WINNER if is_winner else _LABEL
    lines = wrap(label_on(poll, number, language), style, _LABEL_WIDTH, 2)
    _rule(sheet)
    top = sheet.height + _PADDING
    if is_winner:
        check(sheet, MARGIN, top + style.line_height / 2, style)
    else:
        sheet.write(MARGIN, top, str(place), _HEAD, ink=Colour.MUTED)
    bottom = sheet.write_lines(MARGIN + _GUTTER, top, lines, style)
    most = max((votes for column in columns for votes in column.round.totals.values()), default=0) or 1
    for column in columns:
        votes = column.round.totals.get(number)
        if votes is None:
            if column.before is not None and number in column.before.totals:
                word = cut(drawable(text("poll.picture.out", language)), _GAIN, column.width)
                sheet.write(column.left, top + 2, word, _GAIN, ink=Colour.MUTED)
            continue
        at = sheet.write(column.left, top, figure(votes), _BOLD_FIGURE if is_winner else _FIGURE)
        gained = votes - column.before.totals.get(number, 0) if column.before else 0
        gain = f"+{figure(gained)}"
        if gained > 0 and at + 4 + width(gain, _GAIN) <= column.left + column.width:
            sheet.write(at + 4, top + 3, gain, _GAIN, ink=Colour.MUTED)
        below = top + _FIGURE.line_height + 1
        sheet.fill(column.left, below, column.width, _BAR, Colour.PANEL)
        if votes:
            colour = Colour.RED if is_winner else Colour.BAR
            sheet.fill(column.left, below, max(1.5, votes / most * column.width), _BAR, colour)
    sheet.height = max(bottom, top + _FIGURE.line_height + 1 + _BAR) + _PADDING


def _exhausted(sheet: Sheet, columns: Sequence[_Column], language: str) -> None:
    """Put on a sheet how many ballots name nobody who is still in."""
    top = sheet.height + _PADDING
    words = cut(drawable(text("poll.picture.exhausted", language)), _LABEL, _LABEL_WIDTH)
    sheet.write(MARGIN + _GUTTER, top, words, _LABEL, ink=Colour.MUTED)
    for column in columns:
        sheet.write(column.left, top, figure(column.round.exhausted_n), _FIGURE, ink=Colour.MUTED)
    sheet.height = top + _LABEL.line_height + _PADDING
    _rule(sheet)
