"""Reading ballots from CSV: a ballot a row, best first; or candidates in the head and scores below them.

Three forms are known, and told by what stands in the file:

* ``Nashville,Memphis,Knoxville``: a row is an order, best first. Empty cells are places that nobody was given; who
  stands behind them moves up. A head such as ``1st,2nd,3rd`` may stand above.
* ``weight,1st,2nd`` above it: the first column says how often the row counts.
* ``Memphis,Nashville,Knoxville`` above rows of numbers, with or without ``weight``: scores.
"""

import csv
import re
from collections.abc import Iterator, Sequence

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.election import (
    LINE_CHARS_MAX,
    SCORE_DIGITS_MAX,
    Election,
    ElectionBuilder,
    ElectionError,
    LineLongError,
    NamedTwiceError,
    NoBallotsError,
    Paper,
    lines_of,
    places_of,
    tidy,
    times_of,
)

WEIGHT = "weight"
SEPARATORS = ",;\t"  # the last two are what spreadsheets write where a comma stands in numbers, or copy
SHOWN_CHARS_MAX = 40

_QUOTED = re.compile(r'"[^"]*"')
_SCORE = re.compile(rf"[0-9]{{1,{SCORE_DIGITS_MAX}}}")
# What people write above columns of places. Only a row of nothing else is taken for a head.
_PLACE = re.compile(
    r"(?:(?:rank|choice|preference|pref|place|vote|position|column)[ _.#-]*)?[0-9]+(?:st|nd|rd|th|\.)?"
    r"(?:[ _-]*(?:rank|choice|preference|pref|place|vote))?"
    r"|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|best|worst|last)"
    r"(?:[ _-]*(?:rank|choice|preference|pref|place|vote))?"
    r"|第?[0-9一二三四五六七八九十]+(?:位|希望|志望|候補|番目)",
    re.IGNORECASE,
)


class SheetError(ElectionError):
    """The file is no CSV. Params: line."""

    message_id = "cli.recount.no_csv"


class ScoreError(ElectionError):
    """A cell of a sheet of scores is no score. Params: line, name, given."""

    message_id = "cli.recount.no_score"


class HeadTwiceError(ElectionError):
    """A candidate stands in the head twice. Params: line, name."""

    message_id = "cli.recount.head_twice"


def read_sheet(content: str) -> Election:
    """Return the ballots of a CSV file, of whichever form.

    Raises:
        ElectionError: one of its classes, with the line and what to do about it.
    """
    rows = list(_rows(content))
    if not rows:
        raise NoBallotsError
    (_, head), *below = rows
    is_weighted = head[0].casefold() == WEIGHT
    names = head[1:] if is_weighted else head
    if below and _are_scores(names, below, is_weighted=is_weighted):
        return _scores(rows, is_weighted=is_weighted)
    has_head = is_weighted or _is_head(names, [row for _, row in below])
    return _orders(below if has_head else rows, is_weighted=is_weighted)


def _rows(content: str) -> Iterator[tuple[int, list[str]]]:
    """Return the rows that are not empty, each with the line on which it ends, its cells tidied."""
    lines = [line for _, line in lines_of(content)]
    first = next((line for line in lines if line.strip()), "")
    bare = _QUOTED.sub("", first)
    separator = next((sign for sign in SEPARATORS if sign in bare), SEPARATORS[0])
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=True)
    try:
        for row in reader:
            if sum(map(len, row)) > LINE_CHARS_MAX:
                raise LineLongError(line=reader.line_num, limit=LINE_CHARS_MAX)
            cells = [tidy(cell) for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error:
        raise SheetError(line=reader.line_num) from None


def _are_scores(names: Sequence[str], below: Sequence[tuple[int, list[str]]], *, is_weighted: bool) -> bool:
    """Tell whether a head of names stands above rows of numbers."""
    if not names or not all(names) or any(_SCORE.fullmatch(name) for name in names) or _are_places(names):
        return False
    # One row tells: in a sheet of scores, what is no number further down is a slip that has to be named.
    said = ([cell for cell in row[is_weighted:] if cell] for _, row in below)
    first = next(filter(None, said), list[str]())
    return bool(first) and all(_SCORE.fullmatch(cell) for cell in first)


def _is_head(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row names places, not candidates: candidates stand in other rows too."""
    if not below or not _are_places(names):
        return False
    return set(filter(None, names)).isdisjoint(cell for row in below for cell in row)


def _are_places(names: Sequence[str]) -> bool:
    return all(_PLACE.fullmatch(name) for name in names if name)


def _orders(rows: Sequence[tuple[int, list[str]]], *, is_weighted: bool) -> Election:
    builder = ElectionBuilder()
    numbers: dict[str, int] = {}
    for line, row in rows:
        times = times_of(row[0], line) if is_weighted else 1
        order: dict[int, None] = {}
        for name in filter(None, row[is_weighted:]):
            if name not in numbers:
                numbers[name] = builder.name(name, line)
            if numbers[name] in order:
                raise NamedTwiceError(line=line, name=name)
            order[numbers[name]] = None
        places = places_of([[number] for number in order])
        builder.add(Paper(places, None if places else ()), times, line)
    return builder.election()


def _scores(rows: Sequence[tuple[int, list[str]]], *, is_weighted: bool) -> Election:
    builder = ElectionBuilder()
    (head_line, head), *below = rows
    names = head[is_weighted:]
    for name in names:
        if name in builder.names:
            raise HeadTwiceError(line=head_line, name=name)
        builder.name(name, head_line)
    for line, row in below:
        times = times_of(row[0], line) if is_weighted else 1
        scores: dict[int, int] = {}
        for number, cell in enumerate(row[is_weighted:], 1):
            if not cell:
                continue
            if number > len(names) or _SCORE.fullmatch(cell) is None:
                name = names[number - 1] if number <= len(names) else "–"
                raise ScoreError(line=line, name=name, given=cell[:SHOWN_CHARS_MAX])
            scores[number] = int(cell)
        builder.add(Paper(None, marks_of(scores)), times, line)
    return builder.election()
