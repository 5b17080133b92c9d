"""A bracket as a tree from left to right: a column for each round, a box for each match.

Two halves that meet in the middle would be wider than high; phones are not, and people zoom by width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.poll.bracket import Match, Round
from bot.domain.poll.poll import Poll, PollState
from bot.domain.poll.tally import Tally
from bot.render.picture.fonts import Style, cut, drawable, width
from bot.render.picture.heading import CHECK, begin, end, label_on
from bot.render.picture.sheet import MARGIN, Colour, Sheet
from bot.render.poll_words import ballots, figure, method_name, round_name
from bot.text import text

# The sheet's width, in points, by the number of rounds: a column is no narrower than most names.
_WIDTHS = {1: 560, 2: 560, 3: 600, 4: 680, 5: 780, 6: 860}
_FIRST_SHARE = 1.35  # how much wider the first column is: there a name is read for the first time
_GAP = 16  # between columns, for the lines that connect matches
_LINE = 21
_BETWEEN = 9
_BETWEEN_MANY = 5  # in a bracket of 64
_NAME, _WINNER = Style(14, is_narrow=True), Style(14, is_bold=True, is_narrow=True)
_SEED = Style(11, is_narrow=True)
_HEAD = Style(13)
_BANNER = Style(18, is_bold=True)
_BANNER_HEIGHT = 38
_SEED_WIDTH = 17
_PADDING = 6


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a match is drawn; `match` is None for one that is still to come."""

    match: Match | None
    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class _Look:
    """How an entry's name is set, and where it has to end."""

    style: Style
    ink: Colour
    right: float


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all boxes of a bracket need to know."""

    sheet: Sheet
    poll: Poll
    seeds: Mapping[int, int]
    votes_width: float
    language: str


def bracket(poll: Poll, rounds: Sequence[Round], tally: Tally, language: str) -> Sheet:
    """Lay out a bracket that has begun.

    Args:
        poll: whose it is.
        rounds: at least the first; those to come are drawn empty.
        tally: how many voted, if that is known.
        language: of the words.
    """
    levels = in_tree(rounds)
    sheet = begin(poll.question, _subtitle(poll, levels, rounds, tally, language), _WIDTHS[min(6, len(levels))])
    champion = levels[-1][0]
    if champion is not None and champion.winner is not None:
        _banner(sheet, poll, champion.winner, language)
    seeds = {number: place for place, number in enumerate(poll.bracket.order, 1)} if poll.bracket else {}
    columns = _places(sheet, levels, language)
    votes = max((width(figure(n), _WINNER) for n in _votes(rounds)), default=0.0)
    scene = _Scene(sheet, poll, seeds, votes, language)
    for column in columns:
        for place in column:
            _box(scene, place)
    for before, after in zip(columns, columns[1:], strict=False):
        _connect(sheet, before, after)
    sheet.height = max(place.top + place.height for column in columns for place in column) + 14
    return end(sheet, ())


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


def _subtitle(
    poll: Poll, levels: Sequence[Sequence[Match | None]], rounds: Sequence[Round], tally: Tally, language: str
) -> str:
    parts = [method_name(poll.rules.method, language)]
    if poll.state in {PollState.SCHEDULED, PollState.OPEN}:
        parts.append(round_name(2 * len(levels[len(rounds) - 1]), language))
    if tally.ballots_n:
        parts.append(ballots(tally.ballots_n, language))
    return " · ".join(parts)


def _banner(sheet: Sheet, poll: Poll, winner: int, language: str) -> None:
    room = sheet.width - 2 * MARGIN
    sheet.fill(MARGIN, sheet.height, room, _BANNER_HEIGHT, Colour.RED)
    words = f"{CHECK} " + text("poll.picture.winner", language, winner=label_on(poll, winner, language))
    top = sheet.height + (_BANNER_HEIGHT - _BANNER.line_height) / 2
    sheet.write(MARGIN + 12, top, cut(words, _BANNER, room - 24), _BANNER, on=Colour.RED)
    sheet.height += _BANNER_HEIGHT + 16


def _places(sheet: Sheet, levels: Sequence[Sequence[Match | None]], language: str) -> list[list[_Place]]:
    """Write the heads of the columns, and return where each match goes."""
    room = sheet.width - 2 * MARGIN - _GAP * (len(levels) - 1)
    later = room / (len(levels) - 1 + _FIRST_SHARE)
    between = _BETWEEN if len(levels) < max(_WIDTHS) else _BETWEEN_MANY
    lefts = [
        MARGIN + (later * _FIRST_SHARE + later * (index - 1) + _GAP * index if index else 0)
        for index in range(len(levels))
    ]
    for index, level in enumerate(levels):
        head = cut(drawable(round_name(2 * len(level), language)), _HEAD, later)
        sheet.write(lefts[index], sheet.height, head, _HEAD, ink=Colour.MUTED)
    top = sheet.height + _HEAD.line_height + 6
    columns: list[list[_Place]] = []
    for index, level in enumerate(levels):
        column: list[_Place] = []
        for at, match in enumerate(level):
            is_bye = match is not None and match.second is None
            height = _LINE if is_bye else 2 * _LINE
            feeders = columns[-1][2 * at : 2 * at + 2] if columns else []
            if feeders:
                middle = sum(place.middle for place in feeders) / len(feeders)
            else:
                middle = top + at * (2 * _LINE + between) + _LINE
            column.append(
                _Place(match, lefts[index], middle - height / 2, later * (1 if index else _FIRST_SHARE), height)
            )
        columns.append(column)
    return columns


def _votes(rounds: Sequence[Round]) -> list[int]:
    return [n for each in rounds for match in each.matches for n in (match.first_n, match.second_n)]


def _box(scene: _Scene, place: _Place) -> None:
    """Draw a match: its entries, their votes and who goes on, or that it is open, a bye, or still to come."""
    sheet, match = scene.sheet, place.match
    if match is None:
        sheet.frame(place.left, place.top, place.width, place.height, Colour.LINE)
        return
    sheet.fill(place.left, place.top, place.width, place.height, Colour.PANEL)
    right = place.left + place.width - _PADDING
    if match.second is None or match.winner is None:
        if match.second is not None:
            sheet.frame(place.left, place.top, place.width, place.height, Colour.RED, line=1.5)
        message_id = "poll.picture.bye" if match.second is None else "poll.picture.open"
        word, top = drawable(text(message_id, scene.language)), place.middle - _SEED.line_height / 2
        right = sheet.write_to(right, top, word, _SEED, ink=Colour.MUTED, on=Colour.PANEL) - 6
        for index, number in enumerate(entry for entry in (match.first, match.second) if entry is not None):
            _entry(scene, place, index, number, _Look(_NAME, Colour.TEXT, right))
        return
    for index, (number, votes_n) in enumerate(((match.first, match.first_n), (match.second, match.second_n))):
        is_winner = number == match.winner
        style, ink = (_WINNER, Colour.TEXT) if is_winner else (_NAME, Colour.MUTED)
        top = place.top + index * _LINE + (_LINE - style.line_height) / 2
        sheet.write_to(right, top, figure(votes_n), style, ink=ink, on=Colour.PANEL)
        name_right = right - scene.votes_width - 6
        if is_winner:
            name_right = sheet.write_to(name_right, top, CHECK, style, on=Colour.PANEL) - 4
        _entry(scene, place, index, number, _Look(style, ink, name_right))


def _entry(scene: _Scene, place: _Place, index: int, number: int, look: _Look) -> None:
    """Write an entry's seed and name on a line of its match."""
    left, top = place.left + _PADDING, place.top + index * _LINE
    if seed := scene.seeds.get(number):
        seed_top = top + (_LINE - _SEED.line_height) / 2 + 1
        scene.sheet.write(left, seed_top, str(seed), _SEED, ink=Colour.MUTED, on=Colour.PANEL)
        left += _SEED_WIDTH
    name = cut(label_on(scene.poll, number, scene.language), look.style, look.right - left)
    top += (_LINE - look.style.line_height) / 2
    scene.sheet.write(left, top, name, look.style, ink=look.ink, on=Colour.PANEL)


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
