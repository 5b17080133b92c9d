"""The picture of a result: bars, the rounds of a run-off, or a bracket, as a PNG.

Pure, and 10 to 60 ms of work: call it in a thread, and import it where it is called, since it loads Pillow.
"""

from bot.domain.poll.poll import Poll
from bot.domain.poll.rules import Method
from bot.domain.poll.tally import Tally
from bot.render.picture.bars import bars
from bot.render.picture.bracket import bracket
from bot.render.picture.rounds import rounds
from bot.render.picture.sheet import Sheet, paint


def poll_picture(poll: Poll, tally: Tally, language: str) -> bytes:
    """Return a result as a PNG, the same for the same result.

    Args:
        poll: a bracket's is drawn from its rounds, once it has any.
        tally: what was counted; of a bracket, the opening vote or the last round.
        language: of the words in it.
    """
    return paint(lay_out(poll, tally, language))


def lay_out(poll: Poll, tally: Tally, language: str) -> Sheet:
    """Return what stands where in the picture of a result."""
    if poll.bracket is not None and poll.bracket.order:
        return bracket(poll, poll.bracket.rounds, tally, language)
    if tally.method is Method.IRV and tally.rounds and tally.ballots_n:
        return rounds(poll, tally, language)
    return bars(poll, tally, language)
