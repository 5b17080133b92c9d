"""A recount for people: what was found right, and the result as tables for a terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from bot.domain.poll.ballot import Marks
from bot.domain.poll.bracket import OPENING
from bot.domain.poll.poll import Poll
from bot.domain.poll.record import Recount
from bot.domain.poll.rules import Method, PollKind, TieRule
from bot.domain.poll.tally import CountRound, Tally
from bot.domain.wording import clean
from bot.render import poll_words
from bot.text import join_names, plural, text

WELL, NOTED = "✓", "!"
BAR_CELLS = 24
EIGHTHS = " ▏▎▍▌▋▊▉"  # Unicode, "Block Elements"
# More columns than these fit on no terminal; all of it is in the JSON.
ROUNDS_SHOWN_MAX = 8
PAIRS_SHOWN_MAX = 12
NAME_CELLS_MIN = 16  # a name that is folded into less is a column of letters
WIDTH_ENDLESS = 10_000
WIDTH_OF_FILES = 160  # for a file or a pipe, which has no width of its own


def unique_labels(poll: Poll) -> Mapping[int, str]:
    """Return what the options are called, each differently: two of one name bear their numbers."""
    labels = {option.number: clean(option.label) for option in poll.options}
    times = Counter(labels.values())
    return {number: label if times[label] == 1 else f"{label} (#{number})" for number, label in labels.items()}


def print_verified(recount: Recount, language: str) -> None:
    """Print what of a record was found right, a line each."""
    console, record = _console(), recount.record
    aside_n = sum(ballot.is_set_aside for ballot in record.ballots)
    _say(console, WELL, _counted("cli.recount.receipts", len(record.ballots), language))
    if aside_n:
        _say(console, NOTED, _counted("cli.recount.set_aside", aside_n, language))
    if recount.is_expected:
        _say(console, WELL, text("cli.recount.expected", language, digest=record.digest))
    else:
        _say(console, NOTED, text("cli.recount.unexpected", language, digest=record.digest))
    _say(console, WELL, text("cli.recount.result", language))
    if (found := recount.found) is not None:
        said = ballot_words(record.poll, found.marks, language)
        _say(console, WELL, text("cli.recount.found", language, ballot=said))
        if found.is_set_aside:
            _say(console, NOTED, text("cli.recount.found_aside", language))
    console.print()


def _counted(message_id: str, count: int, language: str) -> str:
    return plural(message_id, language, count, number=poll_words.figure(count))


def ballot_words(poll: Poll, marks: Marks, language: str) -> str:
    """Return what a ballot says: who was chosen, in which order, with what score or verdict."""
    labels = unique_labels(poll)
    match poll.rules.kind:
        case PollKind.SINGLE | PollKind.MULTIPLE:
            said = [labels[number] for number, _ in marks]
        case PollKind.RANKED:
            said = [f"{place}. {labels[number]}" for number, place in sorted(marks, key=lambda mark: mark[1])]
        case PollKind.SCORE:
            said = [f"{labels[number]}: {score}" for number, score in marks]
        case PollKind.VERDICT:
            good, bad = map(clean, poll.rules.labels or ("+", "−"))
            said = [f"{labels[number]}: {good if value > 0 else bad}" for number, value in marks]
        case PollKind.BRACKET:
            said = [_bracket_words(number, value, labels) for number, value in marks]
    return join_names(said, language)


def _bracket_words(number: int, value: int, labels: Mapping[int, str]) -> str:
    if number > OPENING:
        return f"0: {labels.get(number - OPENING, '–')}"
    return f"{number}: {labels.get(value, '–')}"


def tie_sentence(poll: Poll, language: str) -> str:
    """Return what is done about ties, for ballots of which it is not known what their voters were told."""
    is_rounds = poll.rules.method is Method.IRV
    if poll.rules.tie_rule is TieRule.SHARED:
        return text("poll.method.ties_together" if is_rounds else "poll.method.ties_shared", language)
    rule = text("poll.method.ties_rounds" if is_rounds else "poll.method.ties_lot", language)
    return poll_words.joined((rule, text("poll.method.seed", language, seed=clean(poll.seed))), language)


def print_result(poll: Poll, tally: Tally, language: str, *, how: str) -> None:
    """Print a result: who won and why, what each option got, the rounds and the pairwise table where there are some.

    Args:
        poll: what was asked.
        tally: what was counted.
        language: to print it in.
        how: it was counted, in a sentence or two.
    """
    console = _console()
    # A file may hold anything in its labels and its seed, what moves a terminal's cursor too.
    console.print(Text(clean(poll.question), style="bold"))
    console.print(Text(clean(poll_words.subtitle(poll, tally, language)), style="dim"))
    console.print(Text(clean(how), style="dim"))
    console.print()
    console.print(Text(clean(poll_words.decided_sentence(poll, tally, language)), style="bold green"))
    console.print()
    lines = _lines(poll, tally, language)
    console.print(lines if _fits(console, lines) else _lines(poll, tally, language, with_bars=False))
    labels = unique_labels(poll)
    if len(tally.rounds) > 1:
        _print_rounds(console, tally.rounds, [line.number for line in tally.lines], labels, language)
    if tally.pairwise is not None and len(tally.lines) > 1:
        _print_pairwise(console, tally, labels, language)


def _lines(poll: Poll, tally: Tally, language: str, *, with_bars: bool = True) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", min_width=NAME_CELLS_MIN)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    labels = unique_labels(poll)
    for row in poll_words.rows_of(poll, tally, language):
        table.add_row(
            str(row.place),
            Text(labels[row.number], style="bold" if row.is_winner else ""),
            bar(row.share) if with_bars else "",
            Text(clean(row.figure)),
            Text(clean(row.detail)),
        )
    return table


def bar(share: float) -> str:
    """Return a bar of `BAR_CELLS` for the share 1; what is not nothing is never shown as nothing."""
    eighths = round(min(max(share, 0.0), 1.0) * BAR_CELLS * len(EIGHTHS))
    if share > 0:
        eighths = max(eighths, 1)
    whole, rest = divmod(eighths, len(EIGHTHS))
    return "█" * whole + EIGHTHS[rest].strip()


def _print_rounds(
    console: Console,
    rounds: Sequence[CountRound],
    order: Sequence[int],
    labels: Mapping[int, str],
    language: str,
) -> None:
    numbered = [*enumerate(rounds, 1)]
    table, shown_n = _rounds_table(numbered[-1:], order, labels, language), 1
    while shown_n < min(ROUNDS_SHOWN_MAX, len(rounds)):
        longer = _rounds_table(numbered[-shown_n - 1 :], order, labels, language)
        if not _fits(console, longer):
            break
        table, shown_n = longer, shown_n + 1
    console.print()
    console.print(Text(text("cli.recount.rounds", language), style="bold"))
    console.print(table)
    if left_n := len(rounds) - shown_n:
        console.print(Text(plural("cli.recount.rounds_left", language, left_n), style="dim"))


def _rounds_table(
    shown: Sequence[tuple[int, CountRound]], order: Sequence[int], labels: Mapping[int, str], language: str
) -> Table:
    table = _figures()
    for number, _ in shown:
        table.add_column(str(number), justify="right", no_wrap=True)
    for option in order:
        if any(option in counted.totals for _, counted in shown):
            table.add_row(Text(labels[option]), *(_round_cell(counted, option) for _, counted in shown))
    if any(counted.exhausted_n for _, counted in shown):
        cells = [Text(poll_words.figure(counted.exhausted_n), style="dim") for _, counted in shown]
        table.add_row(Text(text("cli.recount.exhausted", language), style="dim"), *cells)
    return table


def _round_cell(counted: CountRound, option: int) -> Text:
    if option not in counted.totals:
        return Text("·", style="dim")
    votes = poll_words.figure(counted.totals[option])
    return Text(f"✗ {votes}", style="red") if option in counted.out else Text(votes)


def _print_pairwise(console: Console, tally: Tally, labels: Mapping[int, str], language: str) -> None:
    pairwise = tally.pairwise or {}
    order = [line.number for line in tally.lines if line.number in pairwise]
    console.print()
    table = _pairs_table(order, pairwise, labels)
    if len(order) > PAIRS_SHOWN_MAX or not _fits(console, table):
        console.print(Text(text("cli.recount.pairs_left", language, count=len(order)), style="dim"))
        return
    console.print(Text(text("cli.recount.pairwise", language), style="bold"))
    console.print(table)


def _pairs_table(order: Sequence[int], pairwise: Mapping[int, Mapping[int, int]], labels: Mapping[int, str]) -> Table:
    table = _figures()
    for place, _ in enumerate(order, 1):
        table.add_column(str(place), justify="right", no_wrap=True)
    for place, option in enumerate(order, 1):
        row = pairwise.get(option, {})
        cells = [
            _pair_cell(row.get(other, 0), pairwise.get(other, {}).get(option, 0), option, other) for other in order
        ]
        table.add_row(Text(f"{place} {labels[option]}"), *cells)
    return table


def _pair_cell(more: int, less: int, option: int, other: int) -> Text:
    if option == other:
        return Text("·", style="dim")
    return Text(poll_words.figure(more), style="bold" if more > less else "")


def _figures() -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", min_width=NAME_CELLS_MIN)
    return table


def _fits(console: Console, table: Table) -> bool:
    """Tell whether no figure of a table would be cut; names are folded."""
    # Without a width of its own a measure ends at the console's.
    needed = Measurement.get(console, console.options.update(width=WIDTH_ENDLESS), table).minimum
    return needed <= console.width


def _say(console: Console, mark: str, sentence: str) -> None:
    console.print(Text(mark, style="green" if mark == WELL else "yellow"), Text(clean(sentence)), soft_wrap=True)


def _console() -> Console:
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=WIDTH_OF_FILES)
    return console
