"""A bracket as a tree from left to right: a column for each round, a box for each match.

Two halves that meet in the middle would be wider than high; phones are not, and people zoom by width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.poll.bracket import Match, Round
from bot.domain.poll.poll import Poll
from bot.domain.poll.tally import Tally
from bot.render.picture.fonts import Style, cut, drawable, width, wrap
from bot.render.picture.heading import CHECK, begin, end, label_on
from bot.render.picture.sheet import MARGIN, WIDTH, Colour, Sheet
from bot.render.poll_words import (
    ballots,
    figure,
    going_on,
    is_open,
    is_running,
    listed,
    method_name,
    round_name,
    winners,
)
from bot.text import plural, text

# How wide columns are, in points: the first, where a name is read for the first time; the others; those to come.
_FIRST_WIDTH, _LATER_WIDTH, _EMPTY_WIDTH = 190, 116, 40
_GAP = 16  # between columns, for the lines that connect matches
_LINE = 21
_BETWEEN = 9
_BETWEEN_MANY = 5  # where there are more rounds than this
_MANY = 5
_LINES_MAX = 2  # of a name, after the first column, where matches stand further apart
_NAME, _WINNER = Style(14, is_narrow=True), Style(14, is_bold=True, is_narrow=True)
_SEED = Style(11, is_narrow=True)
_HEAD = Style(13)
_BANNER = Style(18, is_bold=True)
_BANNER_HEIGHT = 38
_SEED_WIDTH = 17
_PADDING = 6
_FRAME = 1.5  # around a match that is open
_SPACE = 5  # between a name, a check and a figure


@dataclass(frozen=True, slots=True)
class _Entry:
    """One side of a match as it is drawn; `figure` is empty where there is none."""

    lines: tuple[str, ...]
    seed: str
    figure: str
    is_winner: bool
    is_out: bool

    @property
    def height(self) -> float:
        return _LINE + (len(self.lines) - 1) * _NAME.line_height


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a match is drawn; `match` is None for one that is still to come."""

    match: Match | None
    entries: tuple[_Entry, ...]
    left: float
    middle: float
    width: float

    @property
    def height(self) -> float:
        return sum(entry.height for entry in self.entries) or 2 * _LINE

    @property
    def top(self) -> float:
        return self.middle - self.height / 2


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all boxes need to know; `votes_width` is room for the largest figure, `notes_width` for a word instead."""

    poll: Poll
    language: str
    seeds: Mapping[int, int]
    votes_width: float
    notes_width: float

    def said(self, match: Match) -> str:
        """Return what is said of a match in place of votes; empty for one that is over."""
        if match.second is None:
            return drawable(text("poll.picture.bye", self.language))
        return drawable(text("poll.picture.open", self.language)) if is_open(match) else ""


def bracket(poll: Poll, rounds: Sequence[Round], tally: Tally, language: str) -> Sheet:
    """Lay out a bracket that has begun.

    Args:
        poll: whose it is.
        rounds: at least the first; those to come are drawn empty.
        tally: how many voted, if that is known.
        language: of the words.
    """
    levels = in_tree(rounds)
    widths = _widths(len(levels), len(rounds))
    sheet_width = round(sum(widths) + _GAP * (len(widths) - 1) + 2 * MARGIN)
    sheet = begin(poll.question, _subtitle(poll, len(levels[len(rounds) - 1]), tally, language), sheet_width)
    if won := winners(poll, tally):
        _banner(sheet, poll, won, language)
    votes = max((width(figure(n), _WINNER) for n in _votes(rounds)), default=0.0)
    words = (drawable(text(name, language)) for name in ("poll.picture.bye", "poll.picture.open"))
    seeds = {number: place for place, number in enumerate(poll.bracket.order, 1)} if poll.bracket else {}
    scene = _Scene(poll, language, seeds, votes, max(width(word, _SEED) for word in words))
    columns = _places(sheet, scene, levels, widths)
    for column in columns:
        for place in column:
            _box(sheet, scene, place)
    for before, after in pairwise(columns):
        _connect(sheet, before, after)
    sheet.height = max(place.top + place.height for column in columns for place in column) + 14
    return end(sheet, ())


def _widths(levels_n: int, rounds_n: int) -> list[float]:
    """Return how wide each column is; together at least as wide as any picture."""
    widths: list[float] = [_FIRST_WIDTH, *[_LATER_WIDTH] * (rounds_n - 1)]
    empty = [_EMPTY_WIDTH] * (levels_n - rounds_n)
    spare = WIDTH - 2 * MARGIN - sum(widths) - sum(empty) - _GAP * (levels_n - 1)
    return [wide + max(0.0, spare) * wide / sum(widths) for wide in widths] + empty


def in_tree(rounds: Sequence[Round]) -> list[list[Match | None]]:
    """Return the matches of all rounds, up to the final, so that the winners of two that follow each other meet.

    Rounds that are still to come are None for each of their matches.
    """
    levels: list[list[Match | None]] = [list(rounds[-1].matches)]
    for earlier in reversed(rounds[:-1]):
        by_winner = {match.winner: match for match in earlier.matches}
        feeders = [
            by_winner.get(entry) for match in levels[0] if match is not None for entry in (match.first, match.second)
        ]
        levels.insert(0, feeders)
    while len(levels[-1]) > 1:
        levels.append([None] * ((len(levels[-1]) + 1) // 2))
    return levels


def _subtitle(poll: Poll, matches_n: int, tally: Tally, language: str) -> str:
    parts = [method_name(poll.rules.method, language)]
    if is_running(poll):
        parts.append(round_name(2 * matches_n, language))
    if tally.ballots_n:
        parts.append(ballots(tally.ballots_n, language))
    return " · ".join(parts)


def _banner(sheet: Sheet, poll: Poll, won: Sequence[int], language: str) -> None:
    room = sheet.width - 2 * MARGIN
    sheet.fill(MARGIN, sheet.height, room, _BANNER_HEIGHT, Colour.RED)
    names = listed([label_on(poll, number, language) for number in won], language)
    words = f"{CHECK} " + plural("poll.picture.winner", language, len(won), winner=names)
    top = sheet.height + (_BANNER_HEIGHT - _BANNER.line_height) / 2
    sheet.write(MARGIN + 12, top, cut(words, _BANNER, room - 24), _BANNER, on=Colour.RED)
    sheet.height += _BANNER_HEIGHT + 16


def _places(
    sheet: Sheet, scene: _Scene, levels: Sequence[Sequence[Match | None]], widths: Sequence[float]
) -> list[list[_Place]]:
    """Write the heads of the columns, and return where each match goes."""
    between = _BETWEEN if len(levels) <= _MANY else _BETWEEN_MANY
    top = sheet.height + _HEAD.line_height + 6
    left: float = MARGIN
    columns: list[list[_Place]] = []
    for level, wide in zip(levels, widths, strict=True):
        head = drawable(round_name(2 * len(level), scene.language))
        if width(head, _HEAD) <= wide:
            sheet.write(left, sheet.height, head, _HEAD, ink=Colour.MUTED)
        column: list[_Place] = []
        for at, match in enumerate(level):
            feeders = columns[-1][2 * at : 2 * at + 2] if columns else []
            middle = top + at * (2 * _LINE + between) + _LINE
            if feeders:
                middle = sum(place.middle for place in feeders) / len(feeders)
            entries = _entries(scene, match, wide, _LINES_MAX if columns else 1) if match else ()
            column.append(_Place(match, entries, left, middle, wide))
        columns.append(column)
        left += wide + _GAP
    return columns


def _votes(rounds: Sequence[Round]) -> list[int]:
    return [n for each in rounds for match in each.matches for n in (match.first_n, match.second_n)]


def _entries(scene: _Scene, match: Match, wide: float, lines_max: int) -> tuple[_Entry, ...]:
    """Return the sides of a match, their names in as many lines as they need."""
    is_over = not scene.said(match)
    # Seeds are told once, in the first column; after that names need the room.
    seeds: Mapping[int, int] = scene.seeds if lines_max == 1 else {}
    taken = 2 * _PADDING + (_SEED_WIDTH if seeds else 0)
    taken += scene.votes_width + _SPACE if is_over else scene.notes_width + _SPACE
    entries: list[_Entry] = []
    for number, votes_n in ((match.first, match.first_n), (match.second, match.second_n)):
        if number is None:
            continue
        is_winner = is_over and number in going_on(match)
        style = _WINNER if is_winner else _NAME
        room = wide - taken - (width(CHECK, style) + _SPACE if is_winner else 0)
        lines = tuple(wrap(label_on(scene.poll, number, scene.language), style, room, lines_max))
        seed = str(seeds.get(number, ""))
        entries.append(_Entry(lines, seed, figure(votes_n) if is_over else "", is_winner, is_over and not is_winner))
    return tuple(entries)


def _box(sheet: Sheet, scene: _Scene, place: _Place) -> None:
    """Draw a match: its entries, their votes and who goes on, or that it is open, a bye, or still to come."""
    match = place.match
    if match is None:
        sheet.frame(place.left, place.top, place.width, place.height, Colour.LINE)
        return
    sheet.fill(place.left, place.top, place.width, place.height, Colour.PANEL)
    right = place.left + place.width - _PADDING
    if word := scene.said(match):
        if match.second is not None:
            around = place.left - _FRAME, place.top - _FRAME
            sheet.frame(*around, place.width + 2 * _FRAME, place.height + 2 * _FRAME, Colour.RED, line=_FRAME)
        sheet.write_to(right, place.middle - _SEED.line_height / 2, word, _SEED, ink=Colour.MUTED, on=Colour.PANEL)
    top = place.top
    for entry in place.entries:
        style = _WINNER if entry.is_winner else _NAME
        ink = Colour.MUTED if entry.is_out else Colour.TEXT
        words_top = top + (_LINE - style.line_height) / 2
        left = place.left + _PADDING
        if entry.seed:
            seed_top = top + (_LINE - _SEED.line_height) / 2 + 1
            sheet.write(left, seed_top, entry.seed, _SEED, ink=Colour.MUTED, on=Colour.PANEL)
            left += _SEED_WIDTH
        for index, line in enumerate(entry.lines):
            sheet.write(left, words_top + index * style.line_height, line, style, ink=ink, on=Colour.PANEL)
        sheet.write_to(right, words_top, entry.figure, style, ink=ink, on=Colour.PANEL)
        if entry.is_winner:
            sheet.write_to(right - scene.votes_width - _SPACE, words_top, CHECK, style, on=Colour.PANEL)
        top += entry.height


def _connect(sheet: Sheet, before: Sequence[_Place], after: Sequence[_Place]) -> None:
    """Draw the lines from matches to the one in which their winners meet."""
    for index, target in enumerate(after):
        feeders = before[2 * index : 2 * index + 2]
        turn = target.left - _GAP / 2
        for place in feeders:
            end_of = place.left + place.width
            sheet.fill(end_of, place.middle - 0.5, turn - end_of, 1, Colour.LINE)
        top, bottom = feeders[0].middle, feeders[-1].middle
        sheet.fill(turn - 0.5, top - 0.5, 1, bottom - top + 1, Colour.LINE)
        sheet.fill(turn, target.middle - 0.5, target.left - turn, 1, Colour.LINE)
