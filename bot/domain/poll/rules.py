"""What is chosen when a poll is made: its kind, how it is counted, who may vote, and what is shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bot.domain.errors import PaddockError

SCORE_MAX = 5
ACCOUNT_DAYS_DEFAULT = 7  # throw-away accounts are made for one vote; a week makes that a chore
ACCOUNT_DAYS_MAX = 3_650
LABEL_CHARS_MAX = 30
BRACKET_ENTRIES_MIN = 4
BRACKET_ENTRIES_MAX = 64
ROLES_MAX = 25  # Discord docs, components reference, role select: "max_values"
NOMINATIONS_EACH_MAX = 3
REMINDER_MAX = timedelta(days=7)
ROUND_MIN = timedelta(minutes=10)
ROUND_MAX = timedelta(days=7)


class PollKind(StrEnum):
    """What a ballot says; kept in rows and exports, so a value is never changed."""

    SINGLE = "single"  # one option
    MULTIPLE = "multiple"  # some options, from `choices_min` to `choices_max`
    RANKED = "ranked"  # options in order of preference
    SCORE = "score"  # 0 to 5 for each option
    VERDICT = "verdict"  # each option judged one way or the other
    BRACKET = "bracket"  # one of two, round after round


class Method(StrEnum):
    """How ballots are counted; kept in rows and exports."""

    PLURALITY = "plurality"  # most votes
    SCHULZE = "schulze"  # strongest paths, by winning votes
    IRV = "irv"  # instant run-off
    BORDA = "borda"  # points by place
    SUM = "sum"  # score: the highest sum
    STAR = "star"  # score, then a run-off of the two with the highest sums
    WILSON = "wilson"  # verdict: the lower bound of the share
    KNOCKOUT = "knockout"  # bracket


METHODS: Mapping[PollKind, tuple[Method, ...]] = {
    PollKind.SINGLE: (Method.PLURALITY,),
    PollKind.MULTIPLE: (Method.PLURALITY,),
    PollKind.RANKED: (Method.SCHULZE, Method.IRV, Method.BORDA),
    PollKind.SCORE: (Method.SUM, Method.STAR),
    PollKind.VERDICT: (Method.WILSON,),
    PollKind.BRACKET: (Method.KNOCKOUT,),
}


class TieRule(StrEnum):
    """What is done about options that are level."""

    SHARED = "shared"  # they win together
    LOT = "lot"  # earlier rounds decide, then a lot whose seed was printed when the poll opened


class Seeding(StrEnum):
    """How the entries of a bracket are set against each other."""

    ORDER = "order"  # as they were typed, the strongest first
    VOTE = "vote"  # by an opening vote
    LOT = "lot"  # by a lot with a printed seed


class RulesError(PaddockError):
    """Rules that contradict each other. Params: none; each class says what to change."""

    message_id = "poll.error.rules"


class MethodError(RulesError):
    """A method that cannot count this kind. Params: method, kind."""

    message_id = "poll.error.method"


class ChoicesError(RulesError):
    """More must be chosen than may, or than there is. Params: least, most."""

    message_id = "poll.error.choices"


class LabelsError(RulesError):
    """A verdict's two labels are missing, alike or too long. Params: limit."""

    message_id = "poll.error.labels"


class AccountDaysError(RulesError):
    """An age that no account can be asked for. Params: most."""

    message_id = "poll.error.account_days"


class RoundError(RulesError):
    """A bracket's rounds are too short or too long. Params: none."""

    message_id = "poll.error.round"


class WriteInsError(RulesError):
    """A bracket's entries stand before it begins, so it takes no write-ins."""

    message_id = "poll.error.write_ins"


@dataclass(frozen=True, slots=True)
class PollRules:
    """The choices that make a poll what it is; a template keeps the same.

    `choices_min` and `choices_max` say how many options a ballot of kind multiple holds. With `is_write_in` members
    nominate options while the poll is open. `is_hidden` shows no result before the close; otherwise it is shown from
    five ballots on. `quorum` is the number of ballots below which the result is not met. `labels` are a verdict's two
    ways of judging, the good one first. `round_length` and `seeding` belong to brackets. `reminder` is how long before
    the close the thread is reminded.
    """

    kind: PollKind = PollKind.SINGLE
    method: Method = Method.PLURALITY
    choices_min: int = 1
    choices_max: int = 1
    is_write_in: bool = False
    is_secret: bool = True
    is_hidden: bool = False
    tie_rule: TieRule = TieRule.SHARED
    quorum: int | None = None
    account_days_min: int = ACCOUNT_DAYS_DEFAULT
    role_ids: frozenset[int] = frozenset()
    joined_before_open: bool = False
    labels: tuple[str, str] | None = None
    seeding: Seeding = Seeding.ORDER
    round_length: timedelta | None = None
    reminder: timedelta | None = None

    def check(self) -> None:
        """Refuse rules that contradict each other.

        Raises:
            RulesError: one of its classes, each saying what to change.
        """
        if self.method not in METHODS[self.kind]:
            raise MethodError(method=self.method.value, kind=self.kind.value)
        if not 1 <= self.choices_min <= self.choices_max:
            raise ChoicesError(least=self.choices_min, most=self.choices_max)
        if not 0 <= self.account_days_min <= ACCOUNT_DAYS_MAX:
            raise AccountDaysError(most=ACCOUNT_DAYS_MAX)
        if self.kind is PollKind.VERDICT:
            labels = self.labels or ("", "")
            alike = labels[0].casefold() == labels[1].casefold()
            if alike or not all(0 < len(label) <= LABEL_CHARS_MAX for label in labels):
                raise LabelsError(limit=LABEL_CHARS_MAX)
        if self.kind is PollKind.BRACKET:
            if self.is_write_in:
                raise WriteInsError
            if self.round_length is None or not ROUND_MIN <= self.round_length <= ROUND_MAX:
                raise RoundError


def rules_to_json(rules: PollRules) -> dict[str, Any]:
    """Return `rules` as they are kept in a row and told in an export."""
    kept: dict[str, Any] = {field.name: getattr(rules, field.name) for field in fields(rules)}
    for name, value in (("round_length", rules.round_length), ("reminder", rules.reminder)):
        kept[name] = None if value is None else round(value.total_seconds())
    kept["role_ids"] = sorted(rules.role_ids)
    kept["labels"] = None if rules.labels is None else list(rules.labels)
    return kept


def rules_from_json(kept: Mapping[str, Any]) -> PollRules:
    """Return the rules that were kept; what was not known then has its default."""
    known = {field.name for field in fields(PollRules)}
    given = {name: value for name, value in kept.items() if name in known}
    for name, kind in (("kind", PollKind), ("method", Method), ("tie_rule", TieRule), ("seeding", Seeding)):
        if name in given:
            given[name] = kind(given[name])
    for name in ("round_length", "reminder"):
        if given.get(name) is not None:
            given[name] = timedelta(seconds=given[name])
    if "role_ids" in given:
        given["role_ids"] = frozenset(given["role_ids"])
    if given.get("labels") is not None:
        given["labels"] = tuple(given["labels"])
    return PollRules(**given)
