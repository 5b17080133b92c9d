"""A result as text: the table beside the picture, its alternative text, and the bars of an open poll's card.

Nothing here is escaped; who puts it into Markdown does that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from bot.domain.poll.bracket import Match, Round
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import Method
from bot.domain.poll.tally import Tally
from bot.domain.wording import clean, cut
from bot.render.columns import FIGURE, GAP, LABEL, WORDS, columns_of, fit, in_columns
from bot.render.poll_words import (
    Row,
    decided_sentence,
    figure,
    going_on,
    is_open,
    joined,
    label_of,
    names_of,
    order_notes,
    percent,
    round_name,
    rows_of,
    shown_rounds,
    subtitle,
    winners,
)
from bot.text import plural, text

COLUMNS_MAX = 60  # what Discord's code block shows on a desktop without breaking the line
CHARS_MAX = 3_000  # a message holds 4,000 (Discord docs, components reference, "text display")
ALT_CHARS_MAX = 1_024  # Discord docs, message resource, attachment: "description"
WINNER = "*"  # a check mark is not as wide as a figure in every fixed-width font
LIVE_MAX = 10  # a card is to be seen at once
_LABEL_COLUMNS_MIN = 16
_VERDICT_COLUMNS_MAX = 10
_BAR = 12  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BETWEEN = {"ja": "、"}  # what stands between things that may hold commas; "; " elsewhere
_QUESTION_CHARS_MAX = 300


@dataclass(frozen=True, slots=True)
class LiveLine:
    """What an open poll's card says of an option: its label, a bar of block characters (may be empty), the count."""

    number: int
    label: str
    bar: str
    count: str


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands beside the labels: a head (of the label's column too), cells by option, and lines around them."""

    cells: list[list[str]]
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def text_table(
    poll: Poll, tally: Tally, language: str, *, columns_max: int = COLUMNS_MAX, chars_max: int = CHARS_MAX
) -> str:
    """Return a result as lines for a fixed-width font.

    The winners are marked with an asterisk. Of run-offs the rounds are shown, of rankings each against each, of scores
    the averages, of verdicts the share and what of it is certain, of brackets the matches of each round.

    Args:
        poll: a bracket's matches are shown once it has any.
        tally: what was counted.
        language: of the words in it.
        columns_max: of a line, at least 40.
        chars_max: of it all; the last options are left out and counted, of a bracket the first rounds.
    """
    if poll.bracket is not None and poll.bracket.rounds:
        return _bracket(poll, poll.bracket.rounds, language, columns_max=columns_max, chars_max=chars_max)
    rows = rows_of(poll, tally, language)
    body = _body(poll, tally, rows, language, columns_max)
    table = [
        [WINNER if row.is_winner else "", row.rank, row.label, *cells]
        for row, cells in zip(rows, body.cells, strict=True)
    ]
    extra = [["", "", *cells] for cells in (body.head, body.foot) if cells]
    cells_n = len(body.cells[0]) if body.cells else 0
    lines = in_columns([*extra, *table], [WORDS, FIGURE, LABEL, *[FIGURE] * cells_n], columns_max)
    around, options = lines[: len(extra)], lines[len(extra) :]
    head, foot = (around[:1], around[1:]) if body.head else ([], around)
    return "\n".join(_within([*body.before, *head], options, [*foot, *body.after], chars_max, language))


def _within(
    before: Sequence[str], options: Sequence[str], after: Sequence[str], chars_max: int, language: str
) -> list[str]:
    """Return all lines, with as many options as there is room for, the others counted."""
    room = chars_max - sum(len(line) + 1 for line in (*before, *after))
    if sum(len(line) + 1 for line in options) <= room:
        return [*before, *options, *after]
    room -= len(plural("poll.picture.more", language, len(options))) + 1
    kept = 0
    for line in options:
        room -= len(line) + 1
        if room < 0:
            break
        kept += 1
    more = plural("poll.picture.more", language, len(options) - kept)
    return [*before, *options[:kept], more, *after]


def _body(poll: Poll, tally: Tally, rows: Sequence[Row], language: str, columns_max: int) -> _Body:
    match tally.method:
        case Method.SUM | Method.STAR:
            return _scores(poll, tally, rows, language)
        case Method.WILSON:
            return _verdicts(poll, rows, language)
        case Method.SCHULZE if tally.pairwise:
            return _pairs(tally, rows, language, columns_max)
        case Method.IRV if tally.rounds:
            return _rounds(tally, rows, language, columns_max)
        case _:
            return _Body([[row.figure, row.detail] for row in rows])


def _scores(poll: Poll, tally: Tally, rows: Sequence[Row], language: str) -> _Body:
    head = ["", *(text(name, language) for name in ("poll.picture.sum", "poll.picture.average", "poll.picture.scored"))]
    cells = [[row.figure, _decimal(row.line.average), figure(row.line.count)] for row in rows]
    if tally.method is not Method.STAR or len(tally.rounds) < 2:  # noqa: PLR2004  # the second is the run-off
        return _Body(cells, head)
    last = tally.rounds[-1]
    ahead = sorted(last.totals.items(), key=lambda pair: -pair[1])
    after = [text("poll.picture.runoff", language)]
    after += [f"  {label_of(poll, number, language)}: {figure(votes)}" for number, votes in ahead]
    if last.exhausted_n:
        after.append("  " + plural("poll.picture.no_preference", language, last.exhausted_n))
    return _Body(cells, head, after=["", *(fit(line, COLUMNS_MAX) for line in after)])


def _verdicts(poll: Poll, rows: Sequence[Row], language: str) -> _Body:
    labels = (fit(clean(label), _VERDICT_COLUMNS_MAX) for label in poll.rules.labels or ("+", "−"))
    head = ["", *labels, text("poll.picture.share", language), text("poll.picture.certain", language)]
    cells = [
        [figure(row.line.for_n), figure(row.line.against_n), row.figure, percent(float(row.line.score), 1)]
        for row in rows
    ]
    return _Body(cells, head)


def _pairs(tally: Tally, rows: Sequence[Row], language: str, columns_max: int) -> _Body:
    """Return how many prefer each option to each; the columns are told by letters, since places may be shared."""
    pairwise = tally.pairwise or {}
    most = max((votes for row in pairwise.values() for votes in row.values()), default=0)
    shown = rows[: min(len(ascii_uppercase), _cells_max(columns_max - len(GAP) - 1, figure(most)))]
    letters = ascii_uppercase[: len(shown)]
    cells = [
        [
            letters[index] if index < len(letters) else "",
            *("–" if other is row else figure(pairwise.get(row.number, {}).get(other.number, 0)) for other in shown),
        ]
        for index, row in enumerate(rows)
    ]
    before = [text("poll.picture.pairwise_head", language)]
    return _Body(cells, ["", "", *letters], before=before)


def _rounds(tally: Tally, rows: Sequence[Row], language: str, columns_max: int) -> _Body:
    out = text("poll.picture.out", language)
    most = max(votes for each in tally.rounds for votes in each.totals.values())
    widest = max((figure(most), out), key=columns_of)
    shown = shown_rounds(len(tally.rounds), _cells_max(columns_max, widest))
    cells: list[list[str]] = []
    for row in rows:
        line: list[str] = []
        for index in shown:
            votes = tally.rounds[index].totals.get(row.number)
            line.append(figure(votes) if votes is not None else "" if out in line else out)
        cells.append(line)
    exhausted = [tally.rounds[index].exhausted_n for index in shown]
    foot = [text("poll.picture.exhausted", language), *map(figure, exhausted)] if any(exhausted) else []
    hidden_n = len(tally.rounds) - len(shown)
    after = [plural("poll.picture.rounds_left_out", language, hidden_n)] if hidden_n else []
    return _Body(
        cells, [text("poll.picture.rounds_head", language), *(str(index + 1) for index in shown)], foot, after=after
    )


def _cells_max(columns_max: int, widest: str) -> int:
    """Return how many cells there is room for beside a mark, a place and a label that can still be read."""
    room = columns_max - _LABEL_COLUMNS_MIN - columns_of(WINNER) - 2 - 2 * len(GAP)
    return max(2, room // (columns_of(widest) + len(GAP)))


def _decimal(number: float | None) -> str:
    return "–" if number is None else f"{number:.2f}"


def _bracket(poll: Poll, rounds: Sequence[Round], language: str, *, columns_max: int, chars_max: int) -> str:
    """Return the matches of each round; of what is too long the earliest rounds are left out."""
    blocks = [_round(poll, each, language, columns_max) for each in rounds]
    hidden_n = 0
    while True:
        before = [plural("poll.picture.earlier", language, hidden_n)] if hidden_n else []
        table = "\n".join([*before, *(line for block in blocks[hidden_n:] for line in block)])
        if len(table) <= chars_max or hidden_n == len(blocks) - 1:
            return table[:chars_max]
        hidden_n += 1


def _round(poll: Poll, each: Round, language: str, columns_max: int) -> list[str]:
    rows: list[list[str]] = []
    for match in each.matches:
        first = label_of(poll, match.first, language)
        won = going_on(match)
        mark = WINNER if match.first in won else ""
        if match.second is None:
            rows.append([mark, first, text("poll.picture.bye", language), "", ""])
            continue
        votes = f"{figure(match.first_n)}–{figure(match.second_n)}"
        middle = text("poll.picture.open", language) if is_open(match) else votes
        rows.append(
            [
                mark,
                first,
                middle,
                WINNER if match.second in won else "",
                label_of(poll, match.second, language),
            ]
        )
    columns = [WORDS, LABEL, FIGURE, WORDS, LABEL]
    return [round_name(2 * len(each.matches), language), *in_columns(rows, columns, columns_max)]


def alt_text(poll: Poll, tally: Tally, language: str) -> str:
    """Return what a picture of the result shows, in at most `ALT_CHARS_MAX` characters.

    It says what was asked, how it was counted, who won and what decided that, and what the first options got; of a
    bracket the matches of its last round.
    """
    question = cut(clean(poll.question), _QUESTION_CHARS_MAX)
    how = subtitle(poll, tally, language)
    if poll.bracket is not None and poll.bracket.rounds:
        start = text("poll.picture.alt_bracket", language, question=question, how=how)
        matches = poll.bracket.rounds[-1].matches
        if won := winners(poll, tally):
            named = plural("poll.picture.winner", language, len(won), winner=names_of(poll, won, language))
            start = joined((start, named + _stop(language)), language)
        pieces = [_match_text(poll, match, language) for match in matches]
    else:
        decided = decided_sentence(poll, tally, language)
        start = text("poll.picture.alt", language, question=question, how=how, decided=decided)
        start = joined((start, *order_notes(tally, language)), language)
        pieces = [_row_text(row, language) for row in rows_of(poll, tally, language)]
    return _listed(start, pieces, language)


def live_bars(poll: Poll, tally: Tally, language: str, *, most: int = LIVE_MAX) -> tuple[LiveLine, ...]:
    """Return the count so far, the best first, for a card; of more options than `most` the first ones.

    A bar is as long as an option's share of what the first has; of verdicts, as the share that judged it well.
    """
    lines: list[LiveLine] = []
    for row in rows_of(poll, tally, language)[:most]:
        share = row.share
        if tally.method is Method.WILSON:
            share = row.line.for_n / (row.line.for_n + row.line.against_n or 1)
        count = " · ".join(part for part in (row.figure, row.detail) if part)
        lines.append(LiveLine(row.number, row.label, bar(share), count))
    return tuple(lines)


def bar(share: float) -> str:
    """Return a bar of block characters, `_BAR` of them for a share of 1, in steps of an eighth; never none for some."""
    eighths = max(1, round(share * _BAR * 8)) if share > 0 else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _listed(start: str, pieces: Sequence[str], language: str) -> str:
    """Return a text and a list after it, as much of it as alternative text may hold, the rest counted."""
    said = cut(start, ALT_CHARS_MAX)
    for shown_n in range(len(pieces), 0, -1):
        more_n = len(pieces) - shown_n
        names = _BETWEEN.get(language, "; ").join(pieces[:shown_n])
        listed = plural("poll.picture.and_more", language, more_n, names=names) if more_n else names
        whole = joined((start, listed + _stop(language)), language)
        if len(whole) <= ALT_CHARS_MAX:
            return whole
    return said


def _stop(language: str) -> str:
    return "。" if language == "ja" else "."


def _row_text(row: Row, language: str) -> str:
    counted = f"{row.figure} ({row.detail})" if row.detail else row.figure
    return text("poll.picture.alt_line", language, label=row.label, figure=counted)


def _match_text(poll: Poll, match: Match, language: str) -> str:
    first = label_of(poll, match.first, language)
    if match.second is None:
        return text("poll.picture.alt_line", language, label=first, figure=text("poll.picture.bye", language))
    second = label_of(poll, match.second, language)
    if is_open(match):
        return text("poll.picture.match_open", language, first=first, second=second)
    if match.winner is None:
        votes = figure(match.first_n)
        return text("poll.picture.match_level", language, first=first, second=second, votes=votes)
    first_won = match.winner == match.first
    winner, loser = (first, second) if first_won else (second, first)
    more, less = (match.first_n, match.second_n) if first_won else (match.second_n, match.first_n)
    return text("poll.picture.match", language, winner=winner, loser=loser, more=figure(more), less=figure(less))
