"""The private panels in which members fill in, look at and withdraw their ballots."""

from cogs.poll.panels.kinds import panel_for
from cogs.poll.panels.own import OwnPanel

__all__ = ["OwnPanel", "panel_for"]
