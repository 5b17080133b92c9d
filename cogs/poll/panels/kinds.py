"""Which panel fills in which kind of ballot."""

from collections.abc import Mapping

from bot.domain.poll.rules import PollKind
from bot.services.vote import OwnBallot
from cogs.poll.desk import VotingDesk
from cogs.poll.panels.ballot import BallotPanel
from cogs.poll.panels.bracket import BracketPanel
from cogs.poll.panels.choice import ChoicePanel
from cogs.poll.panels.ranked import RankedPanel
from cogs.poll.panels.score import ScorePanel
from cogs.poll.panels.verdict import VerdictPanel

PANELS: Mapping[PollKind, type[BallotPanel]] = {
    PollKind.SINGLE: ChoicePanel,
    PollKind.MULTIPLE: ChoicePanel,
    PollKind.RANKED: RankedPanel,
    PollKind.SCORE: ScorePanel,
    PollKind.VERDICT: VerdictPanel,
    PollKind.BRACKET: BracketPanel,
}


def panel_for(desk: VotingDesk, own: OwnBallot, asked_in: str) -> BallotPanel:
    """Return the panel for a member's ballot, with what they saved before."""
    return PANELS[own.poll.rules.kind](desk, own, asked_in)
