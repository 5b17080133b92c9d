"""Reading ABIF, the Aggregated Ballot Information Format, in which other people publish their ballots.

Its sources are the drafts and test files of github.com/electorama/abif, and what abiftool of the same authors reads::

    {"title": "Capital of Tennessee"}       what is known besides; not looked at
    =Memph:[Memphis, TN]                    a candidate: a token, and the full name
    42:Memph>Nash>Chat=Knox                 how often, then best first; = and , stand between equals
    26:Nash/5,Chat/2,[Memphis, TN]/0        scores; without > or = they are the order, too
    7:                                      blank ballots
    # a comment, on a line or behind one

A token that holds more than letters, digits and what ABIF has no use for stands in [brackets] or "quotation marks".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.election import (
    SCORE_DIGITS_MAX,
    Election,
    ElectionBuilder,
    ElectionError,
    NamedTwiceError,
    Paper,
    lines_of,
    places_by,
    places_of,
    tidy,
    times_of,
)

SHOWN_CHARS_MAX = 20
BLANK = Paper((), ())

_HEADER = re.compile(r"ABIF(?:\s.*)?")
_METADATA = re.compile(r"\{.*\}\s*(?:#.*)?")
_TIMES = re.compile(r"([^:>=,/\[\"#]*):")
_TOKEN = re.compile(
    r"\[(?P<bracketed>[^\[\]]*)\]"
    r'|"(?P<quoted>(?:[^"\\]|\\.)*)"'
    r"|(?P<bare>[^\s>=,/:#*\[\]{}\"\\]+)"
)
_ESCAPED = re.compile(r"\\(.)")
_SPACE = re.compile(r"\s*")
_SCORE = re.compile(rf"\s*/\s*([0-9]{{1,{SCORE_DIGITS_MAX}}})(?![0-9])")
_BETWEEN = ">=,"


class AbifError(ElectionError):
    """A line is no ABIF. Params: line, column, found."""

    message_id = "cli.recount.no_abif"


class DeclaredTwiceError(ElectionError):
    """Two lines declare one token or one name. Params: line, name."""

    message_id = "cli.recount.declared_twice"


class ContradictionError(ElectionError):
    """The scores of a ballot contradict the order that it gives. Params: line."""

    message_id = "cli.recount.contradiction"


def read_abif(content: str) -> Election:
    """Return the ballots of an ABIF file.

    Raises:
        ElectionError: one of its classes, with the line and what to do about it.
    """
    reader = _Abif()
    for number, line in lines_of(content):
        reader.read(_Line(line.rstrip(), number))
    return reader.builder.election()


@dataclass(slots=True)
class _Line:
    """A line, and how far it has been read."""

    content: str
    number: int
    at: int = 0

    def __post_init__(self) -> None:
        self.skip()

    def skip(self) -> None:
        space = _SPACE.match(self.content, self.at)
        self.at = space.end() if space else self.at

    @property
    def is_over(self) -> bool:
        """Whether nothing follows but a comment."""
        return self.at == len(self.content) or self.content[self.at] == "#"

    def take(self, signs: str) -> str:
        """Read one of some signs, if one stands here."""
        sign = self.content[self.at : self.at + 1]
        if not sign or sign not in signs:
            return ""
        self.at += 1
        self.skip()
        return sign

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what fits the pattern, if it does here."""
        found = pattern.match(self.content, self.at)
        if found is not None:
            self.at = found.end()
            self.skip()
        return found

    def is_rest(self, pattern: re.Pattern[str]) -> bool:
        return pattern.fullmatch(self.content, self.at) is not None

    def token(self) -> str:
        """Read a candidate's token or name, in brackets, in quotation marks or bare."""
        found = self.match(_TOKEN)
        if found is None:
            raise self.wrong()
        quoted = found["quoted"]
        return tidy(_ESCAPED.sub(r"\1", quoted) if quoted is not None else found["bracketed"] or found["bare"] or "")

    def wrong(self) -> AbifError:
        found = tidy(self.content[self.at : self.at + SHOWN_CHARS_MAX]) or "–"
        return AbifError(line=self.number, column=self.at + 1, found=found)


@dataclass(slots=True)
class _Abif:
    builder: ElectionBuilder = field(default_factory=ElectionBuilder)
    by_token: dict[str, int] = field(default_factory=dict[str, int])
    by_name: dict[str, int] = field(default_factory=dict[str, int])
    declared: set[str] = field(default_factory=set[str])

    def read(self, line: _Line) -> None:
        if line.is_over or line.is_rest(_METADATA) or line.is_rest(_HEADER):
            return
        if line.take("="):
            self._declare(line)
        elif (found := line.match(_TIMES)) is not None:
            times = times_of(found[1], line.number)
            self.builder.add(self._paper(line), times, line.number)
        else:
            raise line.wrong()

    def _declare(self, line: _Line) -> None:
        token = line.token()
        if not line.take(":"):
            raise line.wrong()
        name = line.token()
        if not line.is_over:
            raise line.wrong()
        number = self.by_token.get(token)
        if token in self.declared or self.by_name.get(name, number) != number:
            raise DeclaredTwiceError(line=line.number, name=name)
        self.declared.add(token)
        if number is None:
            self.by_token[token] = self.by_name[name] = self.builder.name(name, line.number)
        else:  # ballots named it before it was declared
            self.builder.rename(number, name, line.number)
            self.by_name[name] = number

    def _number(self, token: str, line: int) -> int:
        number = self.by_token.get(token) or self.by_name.get(token)
        if number is None:
            number = self.by_token[token] = self.by_name[token] = self.builder.name(token, line)
        return number

    def _paper(self, line: _Line) -> Paper:
        if line.is_over:
            return BLANK
        tiers: list[list[int]] = [[]]
        scores: dict[int, int] = {}
        named: set[int] = set()
        between = ""
        for number, score, sign in self._choices(line):
            if number in named:
                raise NamedTwiceError(line=line.number, name=self.builder.names[number - 1])
            named.add(number)
            tiers[-1].append(number)
            if score is not None:
                scores[number] = score
            if sign == ">":
                tiers.append([])
            between += sign
        if scores and not set(between) - {","}:
            return Paper(places_by(scores), marks_of(scores))
        if not _agree(tiers, scores):
            raise ContradictionError(line=line.number)
        return Paper(places_of(tiers), marks_of(scores) if scores else None)

    def _choices(self, line: _Line) -> Iterator[tuple[int, int | None, str]]:
        """Read who is named, with what score, and what stands behind."""
        while True:
            number = self._number(line.token(), line.number)
            score = line.match(_SCORE)
            sign = line.take(_BETWEEN)
            yield number, int(score[1]) if score else None, sign
            if not sign:
                break
        # A draft lets data of one's own follow the ballot.
        if line.take(":") and line.is_rest(_METADATA):
            return
        if not line.is_over:
            raise line.wrong()


def _agree(tiers: list[list[int]], scores: Mapping[int, int]) -> bool:
    """Tell whether nobody has a lower score than those who stand behind, and equals have equal ones."""
    lowest: int | None = None
    for tier in tiers:
        given = {scores[number] for number in tier if number in scores}
        if len(given) > 1 or (given and lowest is not None and max(given) > lowest):
            return False
        lowest = min(given, default=lowest)
    return True
