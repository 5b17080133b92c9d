"""Reading a poll's record from a file that may hold anything: either a whole `Record`, or one error that says where."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import CANONICAL_CHARS_MAX, NONCE_BYTES, Marks, from_canonical
from bot.domain.poll.bracket import Bracket, bracket_from_json, bracket_to_json, matches_of
from bot.domain.poll.poll import OPTION_CHARS_MAX, OPTIONS_MAX, QUESTION_CHARS_MAX, Option
from bot.domain.poll.record import FORMAT, Record, RecordedBallot, public_poll
from bot.domain.poll.rules import PollRules, RulesError, rules_from_json
from bot.domain.poll.tally_json import Json, first_difference

BALLOTS_MAX = 1_000_000  # what fits into the bytes that are read at all
ENTRIES_MAX = 1_000  # options that stand, and what was merged and removed besides
ROUNDS_MAX = 16
WHOLE_MAX = 2**63 - 1  # what a database keeps
SEED_CHARS_MAX = 64
SHOWN_MAX = 3  # numbers of options, as examples
KIND = "paddock-poll/"

_NONCE = re.compile(f"[0-9a-f]{{{NONCE_BYTES * 2}}}")
_HASH = re.compile("[0-9a-f]{64}")  # SHA-256
_SURROGATE = re.compile("[\ud800-\udfff]")


class RecordError(PaddockError):
    """A file that is no record of a poll. Params: none; each class says what is wrong."""

    message_id = "cli.recount.no_record"


class NotJsonError(RecordError):
    """The file is no JSON. Params: line, column."""

    message_id = "cli.recount.no_json"


class NotJsonAtAllError(RecordError):
    """The file is JSON that no writer makes: nested too deep, or with a number too long."""

    message_id = "cli.recount.odd_json"


class NewerRecordError(RecordError):
    """The record was written by a newer version. Params: found."""

    message_id = "cli.recount.newer"


class FieldMissingError(RecordError):
    """A field is not there. Params: where."""

    message_id = "cli.recount.field_missing"


class FieldTwiceError(RecordError):
    """A field stands twice in one object, so that two readers may see two records. Params: name."""

    message_id = "cli.recount.field_twice"


class FieldWrongError(RecordError):
    """A field holds something else. Params: where, expected (such as ``"…"`` or ``0, 1, 2 …``)."""

    message_id = "cli.recount.field_wrong"


class TooManyError(RecordError):
    """A list has more entries than any poll. Params: where, limit."""

    message_id = "cli.recount.too_many"


def read_record(content: str) -> Record:
    """Return what `bot.render.poll_export` wrote; whether it is right, `bot.domain.poll.record.verify` tells.

    Raises:
        RecordError: one of its classes, with the place of the first fault as ``jq`` would write it.
    """
    document = _Object("", _loaded(content))
    found = document.raw.get("format")
    if found != FORMAT:
        if isinstance(found, str) and found.startswith(KIND):
            raise NewerRecordError(found=found[:SEED_CHARS_MAX])
        raise RecordError
    options = _options(document)
    poll = public_poll(
        poll_id=document.whole("poll", least=1),
        question=document.text("question", QUESTION_CHARS_MAX),
        rules=_rules(document.object("rules")),
        options=options,
        seed=document.text("seed", SEED_CHARS_MAX),
        opens_at=document.moment("opened_at"),
        closed_at=document.moment("closed_at"),
        digest=document.matching("digest", _HASH),
        bracket=_bracket(document, options),
    )
    ballots = tuple(_ballot(entry) for entry in document.objects("ballots", BALLOTS_MAX))
    return Record(poll, ballots, document.matching("digest", _HASH), document.object("result").raw)


def _loaded(content: str) -> object:
    try:
        return json.loads(content.removeprefix("\ufeff"), object_pairs_hook=_once_each, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise NotJsonError(line=error.lineno, column=error.colno) from None
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python reads, or NaN
        raise NotJsonAtAllError from None


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise FieldTwiceError(name=name[:SEED_CHARS_MAX])
            seen.add(name)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class _Object:
    """An object of the file, read field by field. `where` is its place."""

    where: str
    found: object

    @property
    def raw(self) -> Mapping[str, Json]:
        if not isinstance(self.found, dict):
            raise FieldWrongError(where=self.where or ".", expected="{…}")
        return cast("Mapping[str, Json]", self.found)

    def _get(self, name: str) -> Json:
        try:
            return self.raw[name]
        except KeyError:
            raise FieldMissingError(where=f"{self.where}.{name}") from None

    def wrong(self, name: str, expected: str) -> FieldWrongError:
        return FieldWrongError(where=f"{self.where}.{name}", expected=expected)

    def text(self, name: str, chars_max: int) -> str:
        value = self._get(name)
        if not isinstance(value, str) or len(value) > chars_max or _SURROGATE.search(value):
            raise self.wrong(name, f'"…" (≤ {chars_max})')
        return value

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self._get(name)
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise self.wrong(name, pattern.pattern)
        return value

    def whole(self, name: str, *, least: int = 0) -> int:
        value = self._get(name)
        if type(value) is not int or not least <= value <= WHOLE_MAX:
            raise self.wrong(name, f"{least}, {least + 1}, {least + 2} …")
        return value

    def whole_or_null(self, name: str, *, least: int = 0) -> int | None:
        return None if self._get(name) is None else self.whole(name, least=least)

    def flag(self, name: str) -> bool:
        value = self._get(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "true | false")
        return value

    def moment(self, name: str) -> datetime:
        value = self._get(name)
        try:
            if isinstance(value, str) and (moment := datetime.fromisoformat(value)).tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self.wrong(name, '"2026-11-22T18:00:00+00:00"')

    def object(self, name: str) -> "_Object":
        child = _Object(f"{self.where}.{name}", self._get(name))
        _ = child.raw
        return child

    def objects(self, name: str, limit: int) -> Iterator["_Object"]:
        for index, value in enumerate(self.list(name, limit)):
            yield _Object(f"{self.where}.{name}[{index}]", value)

    def list(self, name: str, limit: int) -> list[Json]:
        values = self._get(name)
        if not isinstance(values, list):
            raise self.wrong(name, "[…]")
        if len(values) > limit:
            raise TooManyError(where=f"{self.where}.{name}", limit=limit)
        return values


def _rules(found: _Object) -> PollRules:
    try:
        rules = rules_from_json(found.raw)
        rules.check()
    except (RulesError, ValueError, TypeError, OverflowError):
        raise FieldWrongError(where=found.where, expected='{"kind": …, "method": …}') from None
    for field in fields(PollRules):
        value: Any = getattr(rules, field.name)
        if not _is_like(field.name, value, field.default):
            raise found.wrong(field.name, "–")
    return rules


def _is_like(name: str, value: Any, default: Any) -> bool:
    """Tell whether a rule has the type that it has in every poll: JSON may put a word where a number belongs."""
    match name:
        case "quorum":
            return value is None or (type(value) is int and value > 0)
        case "labels":
            return value is None or (
                len(value) == len(("for", "against")) and all(isinstance(one, str) for one in value)
            )
        case "role_ids":
            return all(type(role_id) is int for role_id in value)
        case "round_length" | "reminder":
            return True  # became a timedelta, or could not
        case _:
            return type(value) is type(default)


def _options(document: _Object) -> tuple[Option, ...]:
    options: dict[int, Option] = {}
    for entry in document.objects("options", ENTRIES_MAX):
        number = entry.whole("number", least=1)
        if number in options:
            raise entry.wrong("number", "1, 2, 3 …")
        options[number] = Option(
            number,
            entry.text("label", OPTION_CHARS_MAX),
            merged_into=entry.whole_or_null("merged_into", least=1),
            is_removed=entry.flag("is_removed"),
        )
    if sum(option.stands for option in options.values()) > OPTIONS_MAX:
        raise TooManyError(where=".options", limit=OPTIONS_MAX)
    for index, option in enumerate(options.values()):
        if option.merged_into is not None and option.merged_into not in options:
            raise FieldWrongError(
                where=f".options[{index}].merged_into", expected=", ".join(map(str, [*options][:SHOWN_MAX]))
            )
    return tuple(options.values())


def _bracket(document: _Object, options: Sequence[Option]) -> Bracket | None:
    if document.raw.get("bracket") is None:
        return None
    found = document.object("bracket")
    found.list("order", ENTRIES_MAX)
    for entry in found.objects("rounds", ROUNDS_MAX):
        entry.list("matches", ENTRIES_MAX)
    try:
        bracket = bracket_from_json(found.raw)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise FieldWrongError(where=found.where, expected='{"order": […], "rounds": […]}') from None
    # Reading takes "7" and 7.5 for a 7; a record has them as they were written.
    if (difference := first_difference(found.raw, bracket_to_json(bracket))) is not None:
        raise FieldWrongError(where=found.where + difference.where, expected=difference.expected)
    known = {option.number for option in options}
    played = matches_of(bracket)
    named = {*bracket.order, *(number for match in played for number in match.entries)}
    won = {match.winner for match in played if match.winner is not None}
    is_empty = bool(bracket.order) and not all(one.matches for one in bracket.rounds)
    if is_empty or not named | won <= known:
        raise FieldWrongError(where=found.where, expected=", ".join(map(str, sorted(known)[:SHOWN_MAX])))
    return bracket


def _ballot(entry: _Object) -> RecordedBallot:
    return RecordedBallot(
        _marks(entry), entry.matching("nonce", _NONCE), entry.matching("receipt", _HASH), entry.flag("set_aside")
    )


def _marks(entry: _Object) -> Marks:
    try:
        return from_canonical(entry.text("marks", CANONICAL_CHARS_MAX))
    except ValueError:
        raise entry.wrong("marks", '"1=1,3=2"') from None
