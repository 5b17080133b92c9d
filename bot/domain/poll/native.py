"""Discord's own polls, followed: who voted what is taken from Discord, and the result is final when Discord says so.

A vote that comes over the gateway is counted at once. What came while nobody listened is missing until all voters are
read, so until then the count is an approximation, as Discord's own is (Discord docs, poll resource, "results").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.errors import PaddockError
from bot.domain.poll.ballot import Marks, marks_of
from bot.domain.poll.draft import OptionsNumberError, PollQuestionError
from bot.domain.poll.poll import CLOSE_GRACE, OPTION_CHARS_MAX, OPTIONS_MAX, QUESTION_CHARS_MAX, Option, Poll, PollState
from bot.domain.poll.rules import PollKind, PollRules
from bot.domain.wording import clean, cut

# That its author ended a poll early, or deleted it, is told to nobody who receives no messages.
LOOK_EVERY = timedelta(hours=1)
# Discord counts precisely once a poll is over, most often within seconds, "in rare cases" later (poll resource).
LOOK_AGAIN_MIN = timedelta(minutes=1)
LOOK_AGAIN_MAX = timedelta(minutes=30)
# So long after its end Discord is asked whether it has counted. Then nobody waits for the result any more.
GIVEN_UP_AFTER = timedelta(days=7)


class NoNativePollError(PaddockError):
    """The message holds no poll of Discord's own."""

    message_id = "native.error.no_poll"


class NativeChangeError(PaddockError):
    """Discord's own polls are changed and ended where they stand. Params: link."""

    message_id = "native.error.change"


class NoResultError(PaddockError):
    """It ended without a result: Discord never said what came of it."""

    message_id = "native.error.no_result"


@dataclass(frozen=True, slots=True)
class FollowedAnswer:
    """An answer of a native poll, under the number that Discord gave it."""

    id: int
    text: str
    emoji: str | None = None


@dataclass(frozen=True, slots=True)
class FollowedPoll:
    """A native poll as Discord shows it: the message it stands in, what it asks, and from when to when."""

    message_id: int
    channel_id: int
    question: str
    answers: tuple[FollowedAnswer, ...]
    is_multiple: bool
    opened_at: datetime
    closes_at: datetime

    def as_poll(self, *, guild_id: int, created_by: int, now: datetime, seed: str) -> Poll:
        """Return the poll that follows it; its id is given when it is kept.

        Raises:
            PollQuestionError: without a question.
            OptionsNumberError: without answers, or with more than a poll may have.
        """
        question = cut(clean(self.question), QUESTION_CHARS_MAX)
        if not question:
            raise PollQuestionError(limit=QUESTION_CHARS_MAX, given=len(question))
        if not 1 <= len(self.answers) <= OPTIONS_MAX:
            raise OptionsNumberError(least=1, most=OPTIONS_MAX, given=len(self.answers))
        return Poll(
            id=0,
            guild_id=guild_id,
            channel_id=self.channel_id,
            question=question,
            rules=self._rules(),
            options=tuple(
                Option(answer.id, cut(clean(answer.text), OPTION_CHARS_MAX), emoji=answer.emoji)
                for answer in sorted(self.answers, key=lambda answer: answer.id)
            ),
            state=PollState.OPEN,
            created_by=created_by,
            created_at=now,
            opens_at=self.opened_at,
            closes_at=self.closes_at,
            seed=seed,
            native_id=self.message_id,
        )

    def _rules(self) -> PollRules:
        """Return the rules of Discord's polls: everybody votes, and everybody sees who voted for what."""
        return PollRules(
            kind=PollKind.MULTIPLE if self.is_multiple else PollKind.SINGLE,
            choices_max=len(self.answers) if self.is_multiple else 1,
            is_secret=False,
            account_days_min=0,
        )


class NativeState(Enum):
    """What Discord says of a poll that is followed."""

    RUNNING = auto()  # votes are taken, or are not counted precisely yet
    FINAL = auto()
    GONE = auto()  # its message was deleted


@dataclass(frozen=True, slots=True)
class NativeLook:
    """What Discord said when it was asked about a native poll.

    `voters` are those of each answer, by its number; None if they were not asked for. `closes_at` is when the poll
    ends or ended, None if that was not to be read; `thread_id` is the thread that hangs on its message.
    """

    state: NativeState
    voters: Mapping[int, Iterable[int]] | None = None
    closes_at: datetime | None = None
    thread_id: int | None = None


def check_not_native(poll: Poll) -> None:
    """Refuse to change a poll that is not ours.

    Raises:
        NativeChangeError: with its link.
    """
    if poll.native_id is not None:
        raise NativeChangeError(link=poll.link or "")


def look_again_at(closes_at: datetime, now: datetime) -> datetime:
    """Return when Discord is asked next about a poll that it has not counted: after the end ever more seldom."""
    if now < closes_at:
        return min(closes_at + CLOSE_GRACE, now + LOOK_EVERY)
    return now + min(max(now - closes_at, LOOK_AGAIN_MIN), LOOK_AGAIN_MAX)


def votes_of(poll: Poll, voters: Mapping[int, Iterable[int]]) -> dict[int, Marks]:
    """Return the ballot of each member, from the voters of each answer.

    Who changed a single choice while the voters were read may be among those of two answers; one of them counts.
    """
    values: dict[int, dict[int, int]] = {}
    for number in sorted(voters.keys() & poll.by_number.keys()):
        for user_id in voters[number]:
            if poll.rules.kind is PollKind.SINGLE:
                values[user_id] = {number: 1}
            else:
                values.setdefault(user_id, {})[number] = 1
    return {user_id: marks_of(given) for user_id, given in values.items()}


def with_vote(poll: Poll, old: Marks, number: int) -> Marks:
    """Return a ballot to which a vote was added; of a single choice it is the whole of it."""
    if number not in poll.by_number:
        return old
    return marks_of({**({} if poll.rules.kind is PollKind.SINGLE else dict(old)), number: 1})


def without_vote(old: Marks, number: int) -> Marks:
    """Return a ballot from which a vote was taken; empty if nothing is left of it."""
    return tuple(mark for mark in old if mark[0] != number)
