"""What becomes of a poll that moderators close, reopen, lengthen, reword, or set ballots of aside; or why it may not.

Who may, and what is written besides, is for `bot.services.poll`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from bot.domain.errors import PaddockError
from bot.domain.poll.bracket import with_round_until
from bot.domain.poll.draft import LengthError, PastError, PollQuestionError
from bot.domain.poll.poll import (
    LENGTH_MAX,
    QUESTION_CHARS_MAX,
    JoinWindow,
    Poll,
    PollClosedError,
    PollFinalError,
    PollState,
)
from bot.domain.wording import clean
from bot.services.poll_count import closed, reopened
from bot.storage.store import Session

WINDOWS_MAX = 10

# What a poll is to become, in the transaction that changes it.
Change: TypeAlias = Callable[[Session, Poll], Awaitable[Poll]]


class NotOpenError(PaddockError):
    """It is not open, so it cannot be closed or lengthened."""

    message_id = "poll.error.not_running"


class NotClosedError(PaddockError):
    """It is not closed, so it cannot be reopened."""

    message_id = "poll.error.not_closed"


class RoundCountedError(PaddockError):
    """A bracket's round has been counted, so ballots that were in it stay."""

    message_id = "poll.error.round_counted"


class WindowError(PaddockError):
    """A window that is empty, or one too many. Params: limit."""

    message_id = "poll.error.window"


def closing(now: datetime) -> Change:
    """Return the change that closes an open poll, which raises NotOpenError."""

    async def change(session: Session, poll: Poll) -> Poll:
        if poll.state is not PollState.OPEN:
            raise NotOpenError
        return await closed(session, poll, now)

    return change


def reopening(closes_at: datetime | None, now: datetime) -> Change:
    """Return the change that reopens a closed poll; it raises NotClosedError, PollFinalError, PastError, LengthError.

    Args:
        closes_at: when it closes then; None until it is closed by hand.
        now: the present moment.
    """

    async def change(_: Session, poll: Poll) -> Poll:
        if poll.state is PollState.FINAL:
            raise PollFinalError
        if poll.state is not PollState.CLOSED:
            raise NotClosedError
        _check_end(poll, closes_at, now)
        return reopened(poll, closes_at, now)

    return change


def lengthening(closes_at: datetime, now: datetime) -> Change:
    """Return the change that moves a poll's end, which raises NotOpenError, PollFinalError, PastError, LengthError.

    Of a bracket it is the end of the round that is open. One that has not opened yet has none.
    """

    async def change(_: Session, poll: Poll) -> Poll:
        if poll.state is PollState.FINAL:
            raise PollFinalError
        # A poll whose time is over takes no votes any more, even if its closing has not been written yet.
        if poll.state is PollState.CLOSED or (poll.ends_at is not None and poll.ends_at <= now):
            raise NotOpenError
        _check_end(poll, closes_at, now)
        if poll.bracket is not None:
            if not poll.bracket.rounds:  # an end of its own would keep votes out while its rounds go on
                raise NotOpenError
            return replace(poll, bracket=with_round_until(poll.bracket, closes_at))
        changed = replace(poll, closes_at=closes_at, reminded_at=None)
        # Of another end it is reminded anew, but not in the same breath as of the one before.
        is_soon = changed.remind_at is not None and changed.remind_at <= now
        return replace(changed, reminded_at=poll.reminded_at) if is_soon else changed

    return change


def rewording(question: str) -> Change:
    """Return the change that words a poll's question anew, which raises PollClosedError, PollFinalError.

    Raises:
        PollQuestionError: if it is no question that fits.
    """
    asked = clean(question)
    if not 0 < len(asked) <= QUESTION_CHARS_MAX:
        raise PollQuestionError(limit=QUESTION_CHARS_MAX, given=len(asked))

    async def change(_: Session, poll: Poll) -> Poll:
        check_changeable(poll)
        return replace(poll, question=asked)

    return change


def check_changeable(poll: Poll) -> None:
    """Refuse a change of what a poll asks once it is over.

    Raises:
        PollClosedError, PollFinalError.
    """
    if poll.state is PollState.FINAL:
        raise PollFinalError
    if poll.state is PollState.CLOSED:
        raise PollClosedError(at=0 if poll.closed_at is None else round(poll.closed_at.timestamp()))


def check_set_aside(poll: Poll) -> None:
    """Refuse to set ballots aside that were counted already.

    Raises:
        PollFinalError, RoundCountedError.
    """
    if poll.state is PollState.FINAL:
        raise PollFinalError
    if not poll.can_set_aside:
        raise RoundCountedError


def checked_windows(windows: Sequence[JoinWindow]) -> tuple[JoinWindow, ...]:
    """Return windows once each and to the second, as it is kept when members joined.

    So a ballot that is cast later is judged like one that is there.

    Raises:
        WindowError: if one is empty, or there are too many.
    """
    found = dict.fromkeys(JoinWindow(_to_the_second(one.since), _to_the_second(one.until)) for one in windows)
    if len(found) > WINDOWS_MAX or any(one.since >= one.until for one in found):
        raise WindowError(limit=WINDOWS_MAX)
    return tuple(found)


def _to_the_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _check_end(poll: Poll, closes_at: datetime | None, now: datetime) -> None:
    if closes_at is None:
        return
    if closes_at <= max(now, poll.opens_at):
        raise PastError
    if closes_at - poll.opens_at > LENGTH_MAX:
        raise LengthError
