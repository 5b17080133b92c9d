"""Counting: the one door to all methods."""

from collections.abc import Sequence

from bot.domain.poll.ballot import Profile
from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.tally import Tally


def count(method: Method, numbers: Sequence[int], profile: Profile, *, tie_rule: TieRule, seed: str) -> Tally:
    """Return the result of `profile` by one method.

    Args:
        method: how it is counted; a knock-out is counted round by round (`bot.domain.poll.bracket`).
        numbers: the options that stand, in their order; options that nobody named are among them.
        profile: the ballots as they count (`bot.domain.poll.ballot.counted`).
        tie_rule: what is done about options that are level.
        seed: of the lot.
    """
    raise NotImplementedError(method, numbers, profile, tie_rule, seed)


def tally(poll: Poll, profile: Profile) -> Tally:
    """Return the result of a poll whose ballots, as they count, are `profile`."""
    numbers = [option.number for option in poll.standing]
    rules = poll.rules
    return count(rules.method, numbers, profile, tie_rule=rules.tie_rule, seed=poll.seed)
