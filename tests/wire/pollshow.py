"""What a poll's messages say, compared with its ballots."""

import re
from collections.abc import Mapping

from simcord.backend.models import Message

from bot.domain.poll.poll import Poll, PollState
from bot.text import plural
from tests.wire.pollroom import CARS
from tests.wire.wire import Wire

# An option's votes, after its bar on a card, in a table's column, and in what is told of a picture.
_COUNTED = re.compile(rf"({'|'.join(CARS)})(?:\n`\S+`|:)? +(\d+)\b")


def said_in(message: Message) -> str:
    """Return all that a message says, its pictures' descriptions and its buttons' ids included."""
    return str(message.components).replace(r"\n", "\n")


def counts_in(said: str) -> dict[str, int]:
    """Return how many votes each option has by what a message says."""
    return {label: int(count) for label, count in _COUNTED.findall(said)}


def by_label(votes: Mapping[int, int]) -> dict[str, int]:
    """Return the votes of each option number by its label."""
    return {label: votes[number] for number, label in enumerate(CARS, 1)}


def is_shown_closed(poll: Poll) -> bool:
    """Tell whether a poll is closed, and its card says so."""
    return poll.state is PollState.CLOSED and poll.shown_revision == poll.revision


def assert_shown(wire: Wire, poll: Poll, votes: Mapping[int, int], ballots: int) -> None:
    """Check that there is one card and one thread, and after the end one result, all with the right count."""
    assert poll.thread_id is not None
    (card,) = wire.messages(poll.channel_id)
    assert card.id == poll.message_id
    assert wire.threads(poll.channel_id) == [poll.thread_id]
    results = wire.messages(poll.thread_id)
    assert [result.id for result in results] == ([] if poll.result_id is None else [poll.result_id])
    for shown in (card, *results):
        assert plural("vote.card.votes", "en", ballots) in said_in(shown)
        assert counts_in(said_in(shown)) == by_label(votes)
