"""What a member wants done with their ballot, and whether it may be."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from bot.domain.actor import Actor
from bot.domain.errors import GoneError, PaddockError
from bot.domain.poll.ballot import BadMarkError, Marks, OptionGoneError, TooManyChosenError, check_marks, marks_of
from bot.domain.poll.bracket_marks import check_bracket_marks, withdrawn
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import PollKind
from bot.domain.poll.voter import check_voter


class Act(Enum):
    """What is done with a ballot."""

    REPLACE = auto()  # these marks and no others; not in a bracket
    CHOOSE = auto()  # one option: of a single choice the whole ballot, of a multiple one on or off; nowhere else
    TAP = auto()  # one option on if it was off, and off if it was on; in a bracket these matches besides the others
    WITHDRAW = auto()


class NoBallotError(PaddockError):
    """There is nothing to withdraw."""

    message_id = "poll.error.no_ballot"


class NativeVoteError(PaddockError):
    """Votes of a native poll that is followed are cast in Discord's own poll. Params: link."""

    message_id = "poll.error.native_vote"


@dataclass(frozen=True, slots=True)
class Vote:
    """One member's wish. `at` is when their interaction was made, by its snowflake: aware, in UTC.

    What is wanted is in no representation of it, which may end in a log.
    """

    poll_id: int
    voter: Actor
    act: Act
    marks: Marks = field(repr=False)
    at: datetime

    @property
    def needs_ballot(self) -> bool:
        """Whether what the member voted before has to be known."""
        return self.act is not Act.REPLACE


def judge(poll: Poll | None, vote: Vote, old: Marks | None) -> Marks | None:
    """Return the ballot that a member has from now on; None if none.

    Args:
        poll: where, as it stands in this transaction.
        vote: what is wanted.
        old: the ballot that the member has, None if none; only asked for where `needs_ballot` says so.

    Raises:
        GoneError: if there is no such poll in the voter's guild.
        PollNotOpenError, PollClosedError: see `Poll.check_open`.
        AccountYoungError, RoleMissingError, JoinedLateError: see `bot.domain.poll.voter`.
        EmptyBallotError, OptionGoneError, TooFewChosenError, TooManyChosenError, BadMarkError: see `check_marks`.
        NoBallotError, NativeVoteError: see there.
    """
    if poll is None or poll.guild_id != vote.voter.guild_id:
        raise GoneError
    if poll.native_id is not None:
        raise NativeVoteError(link=poll.link or "")
    poll.check_open(vote.at)
    if vote.act is Act.WITHDRAW:  # whoever was let in may leave, whatever they may do now
        if old is None:
            raise NoBallotError
        return None if poll.bracket is None else withdrawn(poll.bracket, old, at=vote.at) or None
    check_voter(poll, vote.voter, vote.at)
    if vote.act is Act.CHOOSE and poll.rules.kind not in {PollKind.SINGLE, PollKind.MULTIPLE}:
        raise OptionGoneError  # no card of another kind offers single options; in a ballot of it one would mean a value
    if poll.rules.kind is PollKind.BRACKET:
        if vote.act is Act.REPLACE:  # what was voted in the rounds before stays, so it has to be known
            raise BadMarkError
        return check_bracket_marks(poll, old or (), vote.marks, at=vote.at) or None
    is_whole = vote.act is Act.REPLACE or (vote.act is Act.CHOOSE and poll.rules.kind is PollKind.SINGLE)
    marks = vote.marks if is_whole else _tapped(poll, old or (), vote.marks)
    if marks is None:
        return None
    check_marks(poll, marks)
    return marks


def _tapped(poll: Poll, old: Marks, taps: Marks) -> Marks | None:
    """Return the ballot after options were tapped; None if nothing is left of it."""
    standing = {number: value for number, value in old if (option := poll.by_number.get(number)) and option.stands}
    added = 0
    for number, value in taps:
        if number in standing:
            del standing[number]
        else:
            standing[number] = value
            added += 1
    if added and len(standing) > poll.rules.choices_max:
        raise TooManyChosenError(most=poll.rules.choices_max, given=len(standing))
    return marks_of(standing) or None
