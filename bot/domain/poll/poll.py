"""A poll: its options, its state, and the moments from which it is open, closed and final."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import PaddockError
from bot.domain.poll.bracket import Bracket
from bot.domain.poll.rules import PollRules, Seeding

POLL = "poll"  # the kind under which polls stand on the agenda

QUESTION_CHARS_MAX = 300  # Discord docs, poll resource, "question": ours fits wherever a native one does
OPTION_CHARS_MAX = 80  # Discord docs, components reference, button: "label"
OPTIONS_MIN = 2
OPTIONS_MAX = 100
# Nobody can be told apart in a count of four.
SHOWN_FROM_BALLOTS = 5
# Votes that were cast before the deadline may still be on their way.
CLOSE_GRACE = timedelta(seconds=3)
# So long can a closed poll be reopened; then it is final.
FINAL_AFTER = timedelta(minutes=10)
LENGTH_MIN = timedelta(minutes=1)
LENGTH_MAX = timedelta(days=366)


class PollState(StrEnum):
    """Where a poll stands; kept in rows."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    FINAL = "final"


class PollStep(StrEnum):
    """What is done for a poll on Discord; kept in rows."""

    CARD = "card"  # its card is posted
    THREAD = "thread"  # a thread is opened at the card
    REMIND = "remind"  # the thread is reminded of the close
    RESULT = "result"  # the final result, with its digest, is posted in the thread
    SHOW = "show"  # the card is shown as the poll stands now
    FOLLOW = "follow"  # Discord is asked about the native poll that is followed: its voters, and whether it is final


@dataclass(frozen=True, slots=True)
class Option:
    """What can be chosen. `number` counts from 1 within its poll and is never given twice.

    `merged_into` is the number of the option that its votes count for; `added_by` is the member who nominated it.
    """

    number: int
    label: str
    emoji: str | None = None
    url: str | None = None
    picture_url: str | None = None
    merged_into: int | None = None
    is_removed: bool = False
    added_by: int | None = None

    @property
    def stands(self) -> bool:
        """Whether it can be chosen."""
        return self.merged_into is None and not self.is_removed


def standing_for(by_number: Mapping[int, Option], number: int) -> int | None:
    """Return the option that a vote for `number` counts for, through all merges; None if it was removed."""
    seen: set[int] = set()
    while (option := by_number.get(number)) is not None and not option.is_removed and number not in seen:
        if option.merged_into is None:
            return number
        seen.add(number)
        number = option.merged_into
    return None


@dataclass(frozen=True, slots=True)
class JoinWindow:
    """Those who joined from `since` up to, not including, `until`: their ballots are set aside."""

    since: datetime
    until: datetime

    def holds(self, joined_at: datetime | None) -> bool:
        """Tell whether somebody joined in it."""
        return joined_at is not None and self.since <= joined_at < self.until


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll as it stands. `seed` is random hex that is printed when it opens; `digest` is known once it is final.

    `edition_id` is the edition whose question it is; `native_id` is the message of the native Discord poll that it
    follows. `begun` is the step on Discord that was begun last and not recorded as done. Each change that its card has
    to show makes a new `revision`; `shown_revision` is the one that Discord shows.
    """

    id: int
    guild_id: int
    channel_id: int
    question: str
    rules: PollRules
    options: tuple[Option, ...]
    state: PollState
    created_by: int
    created_at: datetime
    opens_at: datetime
    closes_at: datetime | None
    seed: str
    closed_at: datetime | None = None
    message_id: int | None = None
    thread_id: int | None = None
    edition_id: int | None = None
    native_id: int | None = None
    digest: str | None = None
    set_aside: tuple[JoinWindow, ...] = ()
    bracket: Bracket | None = None
    begun: PollStep | None = None
    result_id: int | None = None
    reminded_at: datetime | None = None
    revision: int = 1
    shown_revision: int = 0
    by_number: Mapping[int, Option] = field(init=False, repr=False, compare=False)
    # Ballots that `check_marks` has found good: in a storm the same few come again and again.
    checked: set[tuple[tuple[int, int], ...]] = field(init=False, repr=False, compare=False, default_factory=set)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_number", {option.number: option for option in self.options})

    @property
    def standing(self) -> tuple[Option, ...]:
        """The options that can be chosen, in their order."""
        return tuple(option for option in self.options if option.stands)

    @property
    def final_at(self) -> datetime | None:
        """When a closed poll becomes final."""
        return None if self.closed_at is None else self.closed_at + FINAL_AFTER

    @property
    def link(self) -> str | None:
        """The address of its card, or of the native poll that it follows."""
        message_id = self.native_id or self.message_id
        if message_id is None:
            return None
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{message_id}"

    @property
    def is_void(self) -> bool:
        """Whether it ended without a result: the native poll that it followed was deleted, or never counted."""
        return self.state is PollState.FINAL and self.native_id is not None and self.digest is None

    @property
    def can_set_aside(self) -> bool:
        """Whether it may still be chosen whose ballots are set aside: nothing was counted for good without them."""
        bracket = self.bracket
        if bracket is None:
            return self.state is not PollState.FINAL
        # The first round takes the place of an opening vote, whose order it keeps.
        is_counted = len(bracket.rounds) > 1 or (bool(bracket.order) and self.rules.seeding is Seeding.VOTE)
        return self.state in {PollState.SCHEDULED, PollState.OPEN} and not is_counted

    @property
    def holds_back(self) -> bool:
        """Whether no count of it is shown because secret ballots are set aside, and which ones may still change.

        Whoever saw a count with a member's ballot, and then one without it, would know what that member voted.
        """
        return self.rules.is_secret and bool(self.set_aside) and self.can_set_aside

    @property
    def ends_at(self) -> datetime | None:
        """When votes are counted next because a time is over: the end of a bracket's round, else the close."""
        if self.bracket is not None and self.bracket.rounds:
            return self.bracket.rounds[-1].closes_at
        return self.closes_at

    @property
    def remind_at(self) -> datetime | None:
        """When its thread is reminded of the close; None if not, or done, or if that would be when it opens."""
        if self.rules.reminder is None or self.closes_at is None or self.reminded_at is not None:
            return None
        at = self.closes_at - self.rules.reminder
        return at if at > self.opens_at else None

    def next_step(self, now: datetime) -> PollStep | None:
        """Return what is to be done for it on Discord next; None if nothing is, or not yet."""
        if self.native_id is not None:
            return self._next_of_native()
        if self.state is PollState.SCHEDULED:
            return None
        if self.message_id is None or self.thread_id is None:
            return PollStep.CARD if self.message_id is None else PollStep.THREAD
        remind_at = self.remind_at
        if self.state is PollState.OPEN and remind_at is not None and remind_at <= now:
            return PollStep.REMIND
        if self.state is PollState.FINAL and self.result_id is None:
            return PollStep.RESULT
        return PollStep.SHOW if self.shown_revision != self.revision else None

    def _next_of_native(self) -> PollStep | None:
        """Return what is next for a poll whose message is Discord's own, which is not ours to change."""
        if self.state is not PollState.FINAL:
            return PollStep.FOLLOW
        return None if self.is_void or self.result_id is not None else PollStep.RESULT

    def next_at(self) -> datetime | None:
        """Return when it is looked at next; None if nothing more happens by itself."""
        match self.state:
            case PollState.SCHEDULED:
                return self.opens_at
            case PollState.OPEN:
                ends_at = None if self.ends_at is None else self.ends_at + CLOSE_GRACE
                return min((at for at in (self.remind_at, ends_at) if at is not None), default=None)
            case PollState.CLOSED:
                return self.final_at
            case PollState.FINAL:
                return None

    def check_open(self, at: datetime) -> None:
        """Refuse a vote that was cast at `at`, in aware UTC.

        Raises:
            PollNotOpenError, PollClosedError: with the moment.
        """
        if self.state is PollState.SCHEDULED or at < self.opens_at:
            raise PollNotOpenError(at=round(self.opens_at.timestamp()))
        # The deadline itself is closed, so "closes at 18:00" never counts an 18:00:00 vote.
        if self.state is not PollState.OPEN or (self.closes_at is not None and at >= self.closes_at):
            closed = self.closed_at or self.closes_at
            raise PollClosedError(at=0 if closed is None else round(closed.timestamp()))


def may_leave_out(*, set_aside: int, counted: int) -> bool:
    """Tell whether secret ballots may be set aside: neither are they so few that they tell of somebody, nor the rest.

    Args:
        set_aside: how many ballots would not count.
        counted: how many would be left.
    """
    return set_aside >= SHOWN_FROM_BALLOTS and (not counted or counted >= SHOWN_FROM_BALLOTS)


class PollNotOpenError(PaddockError):
    """The poll has not begun. Params: at (seconds since 1970)."""

    message_id = "poll.error.not_open"


class PollClosedError(PaddockError):
    """The poll is over. Params: at (seconds since 1970)."""

    message_id = "poll.error.closed"


class PollUnknownError(PaddockError):
    """What was typed instead of picked goes for no poll, or for more than one. Params: given."""

    message_id = "poll.error.unknown"


class OptionUnknownError(PaddockError):
    """What was typed instead of picked is no option of the poll. Params: given."""

    message_id = "poll.error.option_unknown"


class PollFinalError(PaddockError):
    """The result is final, so nothing of it is changed."""

    message_id = "poll.error.final"
