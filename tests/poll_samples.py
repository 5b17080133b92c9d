"""Results for the tests of pictures and tables, and for the pictures in the documents: counted by the real methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.domain.poll.ballot import Marks, marks_of
from bot.domain.poll.bracket import Bracket, Match, Round
from bot.domain.poll.count import tally
from bot.domain.poll.poll import OPTION_CHARS_MAX, QUESTION_CHARS_MAX, Option, Poll, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.domain.poll.tally import Decision, Tally

THEN = datetime(2026, 3, 3, 8, tzinfo=UTC)
SEED = "5f1d4c2a9b7e3806aa10c3d2e4f5b697"
QUESTION = "What’s the best Japanese concept car ever?"
CARS = [
    "Mazda RX-Vision",
    "Nissan IDx Nismo",
    "Toyota FT-1",
    "Honda Sports EV",
    "Subaru Viziv",
    "Mitsubishi HSR-II",
    "Isuzu 4200R",
    "Suzuki Hayabusa Sport Prototype",
    "Daihatsu Copen RMZ",
    "Lexus LF-LC",
    "Mazda Furai",
    "Nissan MID4",
    "Toyota 4500GT",
    "Honda HP-X",
    "Mazda MX-81 Aria",
    "Nissan Mixim",
    "Toyota EX-III",
    "Honda Dualnote",
    "Infiniti Essence",
    "Acura Precision",
    "Subaru B11S",
    "Mazda Cosmo 21",
    "Nissan Cypact",
    "Toyota CX-80",
    "Suzuki GSX-R/4",
    "Dome Zero",
    "Mitsubishi RA",
    "Isuzu Como F1",
    "Nissan Trailrunner",
    "Honda Argento Vivo",
    "Mazda Kabura",
    "Toyota Alessandro Volta",
]
JAPANESE = [
    "トヨタ・スポーツ800",
    "日産スカイライン ハコスカ",
    "マツダ・コスモスポーツ",
    "ホンダN360",
    "いすゞ117クーペ",
    "スバル360",
    "ダイハツ・コンパーノ スパイダー",
    "三菱ギャランGTO",
]
MAKERS = [
    "Mazda",
    "Honda",
    "Nissan",
    "Toyota",
    "Subaru",
    "Mitsubishi",
    "Ford",
    "Jaguar Land Rover",
]
LONG = (
    "The Very Long And Winding Official Name Of A Prototype Shown Only Once In Chiba",
    "Donau-Dampfschifffahrts-Gesellschaftskapitäns-Dienstwagen-Studie von siebenundachtzig",
    "W" * 80,
    "超" * 80,
)

# What a member may type: other scripts with and without a font, emoji of several characters, accents, bidi, nothing.
LETTERS = st.sampled_from(
    [
        *"aWiMj.- /éßЖω日アー、「한عאก𝐒🏁",
        *("e\u0301", "हि", "👨‍👩‍👧", "🇯🇵", "1️⃣", "\u202e", "\u200b"),
    ]
)
LABELS = st.lists(LETTERS, min_size=1, max_size=OPTION_CHARS_MAX).map(lambda parts: "".join(parts)[:OPTION_CHARS_MAX])
QUESTIONS = st.lists(LETTERS, max_size=QUESTION_CHARS_MAX).map(lambda parts: "".join(parts)[:QUESTION_CHARS_MAX])


@dataclass(frozen=True, slots=True)
class Sample:
    """A poll with its result, in the language of its labels."""

    poll: Poll
    tally: Tally
    language: str = "en"


def names(count: int) -> list[str]:
    """Return so many different cars."""
    return [CARS[at % len(CARS)] + (f" mk {at // len(CARS) + 1}" if at >= len(CARS) else "") for at in range(count)]


def poll_of(
    labels: Sequence[str],
    question: str = QUESTION,
    *,
    state: PollState = PollState.FINAL,
    bracket: Bracket | None = None,
    rules: PollRules | None = None,
) -> Poll:
    """Return a poll of these options."""
    options = tuple(Option(number, label) for number, label in enumerate(labels, 1))
    return Poll(
        id=7,
        guild_id=1,
        channel_id=2,
        question=question,
        rules=rules or PollRules(),
        options=options,
        state=state,
        created_by=3,
        created_at=THEN,
        opens_at=THEN,
        closes_at=THEN,
        seed=SEED,
        bracket=bracket,
    )


def voted(poll: Poll, profile: Mapping[Marks, int], language: str = "en") -> Sample:
    """Return the poll with the result of these ballots."""
    return Sample(poll, tally(poll, profile), language)


def chosen(votes: Sequence[int]) -> dict[Marks, int]:
    """Return ballots that choose one option each, by how many choose the first, the second, …."""
    return {marks_of({number: 1}): count for number, count in enumerate(votes, 1) if count}


def falling(count: int) -> list[int]:
    """Return votes that become fewer, with ties at the end."""
    return [max(1, round(60 * 0.9**at) - at % 3) for at in range(count)]


def in_order(*numbers: int) -> Marks:
    """Return a ballot that ranks options, the first best."""
    return marks_of({number: place for place, number in enumerate(numbers, 1)})


def ranked(labels: Sequence[str], method: Method, language: str = "en", times: int = 1) -> Sample:
    """Return a ranking whose ballots begin at each option in turn, the first ones more often."""
    options_n = len(labels)
    profile: dict[Marks, int] = {}
    for first in range(1, options_n + 1):
        for step in (1, 2, 3):
            order = list(dict.fromkeys((first + step * at - 1) % options_n + 1 for at in range(min(3, options_n))))
            marks = in_order(*order)
            profile[marks] = profile.get(marks, 0) + times * (2 + 5 * (options_n - first) // step)
    return voted(poll_of(labels, rules=PollRules(kind=PollKind.RANKED, method=method)), profile, language)


def scored(method: Method) -> Sample:
    """Return scores of which the second option has the higher sum and the first one the run-off."""
    rules = PollRules(kind=PollKind.SCORE, method=method)
    profile = {
        marks_of({1: 4, 2: 3, 3: 1}): 21,
        marks_of({1: 1, 2: 5, 4: 2}): 14,
        marks_of({2: 3, 3: 5, 5: 0}): 6,
        marks_of({1: 4, 2: 4}): 4,
    }
    return voted(poll_of(CARS[:5], rules=rules), profile)


def judged() -> Sample:
    """Return a verdict on makers, from a clear one to one that few gave."""
    counts = {1: (48, 5), 2: (40, 14), 3: (9, 44), 4: (38, 12), 5: (20, 19), 6: (3, 0), 7: (22, 25), 8: (0, 41)}
    profile = {marks_of({number: 1}): good for number, (good, _) in counts.items() if good}
    profile |= {marks_of({number: -1}): bad for number, (_, bad) in counts.items() if bad}
    rules = PollRules(kind=PollKind.VERDICT, method=Method.WILSON, labels=("so back", "so over"))
    return voted(poll_of(MAKERS, "Which makers have their mojo, and who has lost it?", rules=rules), profile)


def knocked_out(
    labels: Sequence[str], rounds_n: int = 99, *, is_open: bool = False, question: str = QUESTION, language: str = "en"
) -> Sample:
    """Return a bracket after `rounds_n` rounds, of which the last may be open; the strongest ones have the byes."""
    entries_n = len(labels)
    order = [1]
    while len(order) < entries_n:
        order = [seed for one in order for seed in (one, 2 * len(order) + 1 - one)]
    field: list[int | None] = [seed if seed <= entries_n else None for seed in order]
    rounds: list[Round] = []
    number = 0
    while len(field) > 1 and len(rounds) < rounds_n:
        matches: list[Match] = []
        for one, other in zip(field[::2], field[1::2], strict=True):
            number += 1
            first = one or other or 0
            second = other if one else None
            first_n, second_n = 13 + first * 7 % 41, 12 + (second or 0) * 17 % 40
            second_n += first_n == second_n
            if second is None:
                matches.append(Match(number, first, None, first))
            elif is_open and len(rounds) == rounds_n - 1:
                matches.append(Match(number, first, second))
            else:
                matches.append(Match(number, first, second, first if first_n > second_n else second, first_n, second_n))
        rounds.append(Round(tuple(matches), THEN))
        field = [match.winner or match.first for match in matches]
    is_over = len(field) == 1 and not is_open
    winners = (field[0] or 0,) if is_over else ()
    bracket = Bracket(tuple(range(1, entries_n + 1)), tuple(rounds))
    rules = PollRules(kind=PollKind.BRACKET, method=Method.KNOCKOUT)
    state = PollState.FINAL if is_over else PollState.OPEN
    poll = poll_of(labels, question, state=state, bracket=bracket, rules=rules)
    tiers = (tuple(range(1, entries_n + 1)),)
    return Sample(poll, Tally(Method.KNOCKOUT, 124, winners, tiers, (), Decision.OUTRIGHT), language)


def level_final() -> Sample:
    """Return a bracket of four whose final has two winners."""
    semi_finals = (Match(1, 1, 4, 1, 7, 2, Decision.OUTRIGHT), Match(2, 2, 3, 2, 6, 3, Decision.OUTRIGHT))
    final = (Match(3, 1, 2, None, 9, 9, Decision.SHARED),)
    bracket = Bracket((1, 2, 3, 4), (Round(semi_finals, THEN), Round(final, THEN)))
    poll = poll_of(CARS[:4], bracket=bracket, rules=PollRules(kind=PollKind.BRACKET, method=Method.KNOCKOUT))
    return Sample(poll, Tally(Method.KNOCKOUT, 18, (1, 2), ((1, 2), (3, 4)), (), Decision.SHARED))


SAMPLES = {
    "two": voted(poll_of(CARS[:2]), chosen([41, 30])),
    "five": voted(poll_of(CARS[:5], rules=PollRules(quorum=50)), chosen([41, 30, 12, 3, 0])),
    "without-quorum": voted(poll_of(CARS[:5], rules=PollRules(quorum=500)), chosen([41, 30, 12, 3, 0])),
    "japanese": voted(poll_of(JAPANESE, "史上最高の日本車は何ですか？"), chosen(falling(8)), "ja"),
    "twelve": voted(poll_of(names(12)), chosen(falling(12))),
    "sixty-four": voted(poll_of(names(64)), chosen(falling(64))),
    "hundred": voted(poll_of(names(100)), chosen(falling(100))),
    "long": voted(
        poll_of(LONG, "Is this a question of three hundred characters? " * 6), chosen([46716, 34971, 12, 12])
    ),
    "tie": voted(poll_of(CARS[:5]), chosen([20, 20, 20, 3, 0])),
    "nobody": voted(poll_of(CARS[:4]), {}),
    "running": voted(poll_of(CARS[:4], state=PollState.OPEN), chosen([4, 3, 2, 1])),
    "verdict": judged(),
    "sum": scored(Method.SUM),
    "star": scored(Method.STAR),
    "borda": ranked(CARS[:5], Method.BORDA),
    "schulze": ranked(CARS[:6], Method.SCHULZE),
    "run-off": ranked(CARS[:7], Method.IRV),
    "run-off-japanese": ranked(JAPANESE, Method.IRV, "ja"),
    "run-off-many": ranked(names(40), Method.IRV, times=90),
    "bracket-4": knocked_out(CARS[:4]),
    "bracket-level": level_final(),
    "bracket-5": knocked_out(CARS[:5], 2, is_open=True),
    "bracket-8": knocked_out(CARS[:8]),
    "bracket-8-japanese": knocked_out(JAPANESE, question="最高の旧車は？", language="ja"),
    "bracket-13": knocked_out(names(13), 1, is_open=True),
    "bracket-32": knocked_out(names(32), 3),
    "bracket-64": knocked_out(names(64)),
    "bracket-64-open": knocked_out(names(64), 3, is_open=True),
}
