"""What adorns a poll's options and is left out where Discord does not draw it: pictures first, then emoji."""

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum

from bot.domain.poll.poll import Option, Poll


class Plainness(IntEnum):
    """How much of what adorns options is left out."""

    FULL = 0
    NO_PICTURES = 1
    BARE = 2  # no emoji either


def ways_to_show(poll: Poll) -> tuple[Plainness, ...]:
    """Return how a poll can be shown, the fullest way first, each of them different from the one before."""
    ways = [Plainness.FULL]
    if any(option.picture_url for option in poll.options):
        ways.append(Plainness.NO_PICTURES)
    if any(option.emoji for option in poll.options):
        ways.append(Plainness.BARE)
    return tuple(ways)


def plain(poll: Poll, plainness: Plainness) -> Poll:
    """Return a poll with so much left out."""
    return poll if plainness is Plainness.FULL else replace(poll, options=plain_options(poll.options, plainness))


def plain_options(options: Sequence[Option], plainness: Plainness) -> tuple[Option, ...]:
    """Return options with so much left out."""
    if plainness is Plainness.FULL:
        return tuple(options)
    return tuple(
        replace(option, picture_url=None, emoji=None if plainness is Plainness.BARE else option.emoji)
        for option in options
    )
