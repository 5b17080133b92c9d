"""What is said of a poll's result: how it was counted, who won, what decided it, and what each option got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from bot.domain.poll.bracket import Match
from bot.domain.poll.poll import Poll, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding, TieRule
from bot.domain.poll.tally import Line, Score, Tally
from bot.domain.wording import clean
from bot.text import join_names, plural, text

RowT = TypeVar("RowT")

NAMES_MAX = 6  # more winners than anybody reads in a sentence are counted


@dataclass(frozen=True, slots=True)
class Row:
    """What a result says of one option, in words and as the length of a bar.

    `place` is its rank, the same for those that are level, and `rank` what is shown of it: nothing where nobody voted;
    `share` is the length of its bar, 0 to 1, where 1 is the
    longest that there is; `figure` is what it is ordered by and `detail` what explains that, either may be empty.
    """

    number: int
    place: int
    label: str
    share: float
    figure: str
    detail: str
    is_winner: bool
    line: Line
    rank: str = ""


def rows_of(poll: Poll, tally: Tally, language: str) -> tuple[Row, ...]:
    """Return what each option got, the best first."""
    places, won = places_of(tally), winners(poll, tally)
    sizes = {line.number: _size(tally, line) for line in tally.lines}
    largest = len(tally.lines) - 1 if tally.method is Method.SCHULZE else max(sizes.values(), default=0)
    return tuple(
        Row(
            number=line.number,
            place=places[line.number],
            label=label_of(poll, line.number, language),
            share=sizes[line.number] / largest if largest > 0 else 0.0,
            figure=_figure(tally, line, language),
            detail=_detail(poll, tally, line, language),
            is_winner=line.number in won,
            line=line,
            rank=str(places[line.number]) if tally.ballots_n else "",
        )
        for line in tally.lines
    )


def places_of(tally: Tally) -> dict[int, int]:
    """Return each option's place: 1, 2, 2, 4 where two are level."""
    places: dict[int, int] = {}
    for tier in tally.tiers:
        place = len(places) + 1
        places.update(dict.fromkeys(tier, place))
    return places


def label_of(poll: Poll, number: int, language: str) -> str:
    """Return an option's label on one line; its number in words if it has none."""
    option = poll.by_number.get(number)
    label = clean(option.label) if option else ""
    return label or text("poll.picture.option", language, number=number)


def names_of(poll: Poll, numbers: Sequence[int], language: str) -> str:
    """Return options as a list in words; from the seventh on they are counted."""
    named = numbers if len(numbers) <= NAMES_MAX else numbers[: NAMES_MAX - 1]
    names = [label_of(poll, number, language) for number in named]
    more_n = len(numbers) - len(named)
    if not more_n:
        return listed(names, language)
    return plural("poll.picture.and_more", language, more_n, names=join_names(names, language))


def listed(names: Sequence[str], language: str) -> str:
    """Return "a, b and c" as the language says it in a sentence."""
    if len(names) < 2:  # noqa: PLR2004  # one stands alone
        return join_names(names, language)
    return text("poll.picture.and", language, names=join_names(names[:-1], language), last=names[-1])


def method_sentence(rules: PollRules, language: str, *, seed: str | None = None) -> str:
    """Return how a poll is counted and what happens to ties, in a line or two.

    Args:
        rules: of the poll.
        language: to say it in.
        seed: of the poll's lot; said if a lot may decide something.
    """
    sentences = [_how(rules, language)]
    if rules.kind is PollKind.BRACKET:
        seeding = {
            Seeding.ORDER: "poll.method.seeding_order",
            Seeding.VOTE: "poll.method.seeding_vote",
            Seeding.LOT: "poll.method.seeding_lot",
        }[rules.seeding]
        sentences.append(text(seeding, language))
    sentences.append(text(_ties(rules), language))
    if seed and (rules.tie_rule is TieRule.LOT or rules.kind is PollKind.BRACKET):  # where only one can go on
        sentences.append(text("poll.method.seed", language, seed=seed))
    return joined(sentences, language)


def method_name(method: Method, language: str) -> str:
    """Return the name of a way of counting, for a line under a title."""
    return text(f"poll.method.name_{method.value}", language)


def winners(poll: Poll, tally: Tally) -> tuple[int, ...]:
    """Return who has won: nobody while the poll is open, and nobody without a quorum."""
    return () if is_running(poll) or is_quorum_missed(poll, tally) else tally.winners


def is_running(poll: Poll) -> bool:
    """Tell whether ballots may still come."""
    return poll.state in {PollState.SCHEDULED, PollState.OPEN}


def is_quorum_missed(poll: Poll, tally: Tally) -> bool:
    """Tell whether fewer voted than have to."""
    return poll.rules.quorum is not None and tally.ballots_n < poll.rules.quorum


def outcome_sentence(poll: Poll, tally: Tally, language: str) -> str:
    """Return who won and which rule decided; or who is ahead, while the poll is open or where a quorum was missed."""
    names = names_of(poll, tally.winners, language)
    if not tally.winners and is_running(poll):
        return text("poll.decided.undecided" if tally.ballots_n else "poll.decided.nobody_yet", language)
    if not tally.winners:
        # Whoever only took part in a bracket's opening vote has a ballot, too.
        is_unplayed = tally.method is Method.KNOCKOUT and tally.ballots_n > 0
        return text("poll.decided.no_matches" if is_unplayed else "poll.decided.nobody", language)
    if is_running(poll):
        return plural("poll.decided.leads", language, len(tally.winners), winners=names)
    if is_quorum_missed(poll, tally):
        return text("poll.decided.quorum_missed", language, winners=names, quorum=figure(poll.rules.quorum or 0))
    return text(f"poll.decided.{tally.decided_by.value}", language, winners=names, seed=poll.seed)


def decided_sentence(poll: Poll, tally: Tally, language: str) -> str:
    """Return `outcome_sentence`, and that a quorum was met where one was asked for."""
    outcome = outcome_sentence(poll, tally, language)
    if poll.rules.quorum is None or is_running(poll) or is_quorum_missed(poll, tally):
        return outcome
    return joined((outcome, text("poll.decided.quorum_met", language, quorum=figure(poll.rules.quorum))), language)


def subtitle(poll: Poll, tally: Tally, language: str) -> str:
    """Return how it was counted, how many voted, and what became of the quorum, for the line under a title."""
    parts = [method_name(tally.method, language), ballots(tally.ballots_n, language)]
    if poll.rules.kind is PollKind.BRACKET and not (poll.bracket and poll.bracket.rounds):
        parts.append(text("poll.picture.opening", language))
    elif is_running(poll):
        parts.append(text("poll.picture.so_far", language))
    elif poll.rules.quorum is not None:
        is_missed = is_quorum_missed(poll, tally)
        message_id = "poll.picture.quorum_missed" if is_missed else "poll.picture.quorum_met"
        parts.append(text(message_id, language, quorum=figure(poll.rules.quorum)))
    return " · ".join(parts)


def ballots(ballots_n: int, language: str) -> str:
    """Return how many ballots there are, in words."""
    return plural("poll.picture.ballots", language, ballots_n, number=figure(ballots_n))


def joined(sentences: Iterable[str], language: str) -> str:
    """Return sentences one after the other, as the language sets them."""
    return ("" if language == "ja" else " ").join(sentences)


def figure(number: Score) -> str:
    """Return a number as it is shown: with separators, and one decimal where it is not whole."""
    return f"{int(number):,}" if number == int(number) else f"{float(number):,.1f}"


def percent(part: float, whole: float) -> str:
    """Return a share in whole per cent, never 0% or 100% for what is only nearly so; empty for a share of nothing."""
    if whole <= 0:
        return ""
    shown = f"{part / whole:.0%}"
    if part > 0 and shown == "0%":
        return "<1%"
    return ">99%" if part < whole and shown == "100%" else shown


def duels_won(tally: Tally, number: int) -> int:
    """Return to how many others more voters prefer an option than the other way round."""
    pairwise = tally.pairwise or {}
    mine = pairwise.get(number, {})
    return sum(mine.get(other, 0) > row.get(number, 0) for other, row in pairwise.items() if other != number)


def is_open(match: Match) -> bool:
    """Tell whether a match of a bracket is still to be decided."""
    return match.winner is None and not match.is_over


def going_on(match: Match) -> tuple[int, ...]:
    """Return who has won a match of a bracket: one, or both who share a final; nobody while it is open."""
    if match.winner is not None:
        return (match.winner,)
    return match.entries if match.is_over else ()


def order_notes(tally: Tally, language: str) -> list[str]:
    """Return why options do not stand in the order of the figures beside them, where that is so."""
    match tally.method:
        case Method.WILSON:
            shares = [line.for_n / judged for line in tally.lines if (judged := line.for_n + line.against_n)]
            name, figures = "poll.picture.why_certain", shares
        case Method.SCHULZE:
            name, figures = "poll.picture.why_circle", [duels_won(tally, line.number) for line in tally.lines]
        case _:
            return []
    return [text(name, language)] if any(more > less for less, more in pairwise(figures)) else []


def shown_rows(rows: Sequence[RowT], most: int) -> Sequence[RowT]:
    """Return the first rows, at most so many; one more rather than a line that says that there is one more."""
    return rows if len(rows) <= most + 1 else rows[:most]


def shown_rounds(rounds_n: int, most: int) -> list[int]:
    """Return which of so many rounds are shown in `most` columns: the first, and the last ones."""
    return list(range(rounds_n)) if rounds_n <= most else [0, *range(rounds_n - most + 1, rounds_n)]


def round_name(entries_n: int, language: str) -> str:
    """Return what a round of a bracket with so many entries is called, byes counted as entries."""
    match entries_n:
        case 2:
            return text("poll.picture.final", language)
        case 4:
            return text("poll.picture.semi_finals", language)
        case 8:
            return text("poll.picture.quarter_finals", language)
        case _:
            return text("poll.picture.last", language, entries=entries_n)


def _how(rules: PollRules, language: str) -> str:
    if rules.kind is PollKind.MULTIPLE and rules.choices_max > 1:
        if rules.choices_min == rules.choices_max:
            return text("poll.method.exactly", language, most=rules.choices_max)
        if rules.choices_min == 1:
            return text("poll.method.up_to", language, most=rules.choices_max)
        return text("poll.method.between", language, least=rules.choices_min, most=rules.choices_max)
    if rules.kind in {PollKind.SINGLE, PollKind.MULTIPLE}:
        return text("poll.method.single", language)
    good, bad = rules.labels or ("", "")
    return text(f"poll.method.{rules.method.value}", language, good=good, bad=bad)


def _ties(rules: PollRules) -> str:
    if rules.tie_rule is TieRule.LOT:
        kept = {
            Method.IRV: "poll.method.ties_rounds",
            Method.STAR: "poll.method.ties_sums",
            Method.KNOCKOUT: "poll.method.ties_matches",
        }
        return kept.get(rules.method, "poll.method.ties_lot")
    kept = {Method.IRV: "poll.method.ties_together", Method.KNOCKOUT: "poll.method.ties_final"}
    return kept.get(rules.method, "poll.method.ties_shared")


def _size(tally: Tally, line: Line) -> float:
    """Return what the length of an option's bar is measured by, before it is compared with the others."""
    match tally.method:
        case Method.SCHULZE:
            return duels_won(tally, line.number)
        case Method.IRV:
            return _last_votes(tally, line)
        case _:
            return float(line.score)


def _last_votes(tally: Tally, line: Line) -> int:
    """Return an option's votes in the last round of a run-off in which it was: what it won with, or went out with."""
    found = (each.totals[line.number] for each in reversed(tally.rounds) if line.number in each.totals)
    return next(found, line.count)


def _figure(tally: Tally, line: Line, language: str) -> str:
    match tally.method:
        case Method.SCHULZE:
            return text("poll.picture.duels", language, count=duels_won(tally, line.number), of=len(tally.lines) - 1)
        case Method.IRV:
            return figure(_last_votes(tally, line))
        case Method.WILSON:
            return percent(line.for_n, line.for_n + line.against_n) or "–"
        case _:
            return figure(line.score)


def _detail(poll: Poll, tally: Tally, line: Line, language: str) -> str:
    match tally.method:
        case Method.PLURALITY:
            return percent(float(line.score), tally.ballots_n)
        case Method.IRV if tally.rounds:
            return _run_off_detail(tally, line, language)
        case Method.SUM | Method.STAR:
            if line.average is None:
                return ""
            return text("poll.picture.average_of", language, average=f"{line.average:.1f}")
        case Method.WILSON:
            good, bad = poll.rules.labels or ("+", "−")
            counts = ((good, line.for_n), (bad, line.against_n))
            return " · ".join(
                text("poll.picture.judged", language, label=clean(label), count=figure(count))
                for label, count in counts
            )
        case _:
            return ""


def _run_off_detail(tally: Tally, line: Line, language: str) -> str:
    """Return what an option had of the votes that counted in the last round, or in which round it went out."""
    last = tally.rounds[-1].totals
    if line.number in last:
        return percent(last[line.number], sum(last.values()))
    rounds_n = sum(line.number in each.totals for each in tally.rounds)
    return text("poll.picture.out_in", language, number=rounds_n)
