"""Other people's ballots: who could be voted for, and what was said how often."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import Marks, marks_of
from bot.domain.poll.count import count
from bot.domain.poll.poll import Option, Poll
from bot.domain.poll.record import NOBODY, public_poll
from bot.domain.poll.rules import Method, PollKind, PollRules, TieRule
from bot.domain.poll.tally import Tally
from bot.domain.wording import clean

NAMES_MAX = 200  # Schulze's paths take the cube of it: this is seconds, ten times as many would be hours
NAME_CHARS_MAX = 200
LINE_CHARS_MAX = 100_000
TIMES_DIGITS_MAX = 9  # no country has more voters
SCORE_DIGITS_MAX = 6
UNKNOWN = datetime.fromtimestamp(0, UTC)  # when other people opened and closed their poll
# Methods that other people's ballots can be counted by.
METHODS = (Method.IRV, Method.SCHULZE, Method.BORDA, Method.STAR, Method.PLURALITY)


class ElectionError(PaddockError):
    """Ballots that cannot be counted. Params: line, and what each class names."""

    message_id = "cli.recount.ballots"


class NoBallotsError(ElectionError):
    """The file holds no ballot. Params: none."""

    message_id = "cli.recount.no_ballots"


class LineLongError(ElectionError):
    """A line is longer than any ballot. Params: line, limit."""

    message_id = "cli.recount.line_long"


class NameLongError(ElectionError):
    """A name is longer than any name, or is nothing but what nobody sees. Params: line, limit."""

    message_id = "cli.recount.name_long"


class NamesManyError(ElectionError):
    """More names than are counted. Params: line, limit."""

    message_id = "cli.recount.names_many"


class NamedTwiceError(ElectionError):
    """One ballot names somebody twice. Params: line, name."""

    message_id = "cli.recount.named_twice"


class TimesError(ElectionError):
    """How often a ballot was cast is no whole number that we count. Params: line, given."""

    message_id = "cli.recount.times"


class NoScoresError(ElectionError):
    """STAR counts scores, and a ballot has none. Params: line."""

    message_id = "cli.recount.no_scores"


class NoOrderError(ElectionError):
    """The file holds scores only, and the method counts who stands before whom. Params: method."""

    message_id = "cli.recount.no_order"


@dataclass(frozen=True, slots=True)
class Paper:
    """What one ballot says: the place of each number, 1 the best, equal for those that are ranked equal; the scores.

    Without `scores` it only ranks, without `places` it only scores. A blank ballot does both, and names nobody.
    """

    places: Marks | None
    scores: Marks | None


@dataclass(frozen=True, slots=True)
class Election:
    """Ballots as they were read. The option that names[0] calls has number 1.

    `unscored_at` is the line of the first ballot that says something and gives no scores.
    """

    names: tuple[str, ...]
    papers: Mapping[Paper, int]
    unscored_at: int | None = None

    @property
    def ballots_n(self) -> int:
        """How many ballots were cast, blank ones among them."""
        return sum(self.papers.values())

    def profile(self, method: Method) -> dict[Marks, int]:
        """Return the distinct ballots as a method counts them.

        Of these, plurality counts first places only: one vote for whoever stands there, or for each of those that
        stand there together, as in a poll with several choices.

        Raises:
            NoScoresError: for STAR, if a ballot only ranks.
            NoOrderError: for another method, if the ballots only score.
        """
        if method is Method.STAR and self.unscored_at is not None:
            raise NoScoresError(line=self.unscored_at)
        profile: dict[Marks, int] = {}
        for paper, times in self.papers.items():
            marks = paper.scores if method is Method.STAR else paper.places
            if marks is None:
                raise NoOrderError(method=method.value)
            profile[marks] = profile.get(marks, 0) + times
        return profile

    def count(self, method: Method, *, tie_rule: TieRule, seed: str) -> Tally:
        """Return the result by one of `METHODS`.

        Raises:
            NoScoresError, NoOrderError: as `profile`.
        """
        numbers = range(1, len(self.names) + 1)
        return count(method, numbers, self.profile(method), tie_rule=tie_rule, seed=seed)

    def poll(self, method: Method, *, title: str, tie_rule: TieRule, seed: str) -> Poll:
        """Return the poll that this would have been, for whoever shows results of polls."""
        kinds = {Method.PLURALITY: PollKind.MULTIPLE, Method.STAR: PollKind.SCORE}
        rules = PollRules(
            kind=kinds.get(method, PollKind.RANKED), method=method, tie_rule=tie_rule, choices_max=len(self.names)
        )
        options = tuple(Option(number, name) for number, name in enumerate(self.names, 1))
        return public_poll(
            poll_id=NOBODY,
            question=title,
            rules=rules,
            options=options,
            seed=seed,
            opens_at=UNKNOWN,
            closed_at=UNKNOWN,
        )


@dataclass(slots=True)
class ElectionBuilder:
    """Collects what a file says, line by line, within limits."""

    names: list[str] = field(default_factory=list[str])
    papers: dict[Paper, int] = field(default_factory=dict[Paper, int])
    unscored_at: int | None = None

    def name(self, given: str, line: int) -> int:
        """Return the number of a new name.

        Raises:
            NameLongError, NamesManyError.
        """
        shown = _name(given, line)
        if len(self.names) == NAMES_MAX:
            raise NamesManyError(line=line, limit=NAMES_MAX)
        self.names.append(shown)
        return len(self.names)

    def rename(self, number: int, given: str, line: int) -> None:
        """Call a number something else.

        Raises:
            NameLongError.
        """
        self.names[number - 1] = _name(given, line)

    def add(self, paper: Paper, times: int, line: int) -> None:
        """Count a ballot `times` more; a blank one too."""
        if not times:
            return
        if paper.scores is None and self.unscored_at is None:
            self.unscored_at = line
        self.papers[paper] = self.papers.get(paper, 0) + times

    def election(self) -> Election:
        """Return what was collected.

        Raises:
            NoBallotsError: if there is no ballot, or nobody to vote for.
        """
        if not self.papers or not self.names:
            raise NoBallotsError
        return Election(tuple(self.names), self.papers, self.unscored_at)


def _name(given: str, line: int) -> str:
    shown = tidy(given)
    if not 0 < len(shown) <= NAME_CHARS_MAX:
        raise NameLongError(line=line, limit=NAME_CHARS_MAX)
    return shown


def lines_of(content: str) -> Iterator[tuple[int, str]]:
    """Return the lines of a file of whichever system, each with its number from 1.

    Raises:
        LineLongError: for the first that is longer than any ballot.
    """
    plain = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(plain.split("\n"), 1):
        if len(line) > LINE_CHARS_MAX:
            raise LineLongError(line=number, limit=LINE_CHARS_MAX)
        yield number, line


def tidy(given: str) -> str:
    """Return a name as it is compared and shown: NFC, on one line, without what nobody sees."""
    return clean(given)


def times_of(given: str, line: int) -> int:
    """Return how often a ballot was cast.

    Raises:
        TimesError: if that is no whole number of at most `TIMES_DIGITS_MAX` digits.
    """
    digits = unicodedata.normalize("NFKC", given).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= TIMES_DIGITS_MAX):
        raise TimesError(line=line, given=clean(given[:NAME_CHARS_MAX]))
    return int(digits)


def places_by(scores: Mapping[int, int]) -> Marks:
    """Return the places that scores mean: the highest score is the first place, equal scores share one."""
    levels = sorted(set(scores.values()), reverse=True)
    place = {score: number for number, score in enumerate(levels, 1)}
    return marks_of({number: place[score] for number, score in scores.items()})


def places_of(tiers: Sequence[Sequence[int]]) -> Marks:
    """Return the places that an order means, the best first; those of one tier share a place."""
    return marks_of({number: place for place, tier in enumerate(tiers, 1) for number in tier})
