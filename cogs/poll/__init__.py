"""Polls: their cards and what members press on them, the panels of a ballot, and how a poll's steps are done.

A write-in's "Nominate" (``poll:{id}:nominate``, on the card of each poll that takes them) is a lasting button like
those of `cogs.poll.buttons`.
"""

from cogs.poll.buttons import CheckButton, ChooseSelect, MineButton, OptionButton, VoteButton
from cogs.poll.voting import VotingCog

# What lasts, as the client is told of it.
BUTTONS = (OptionButton, ChooseSelect, VoteButton, MineButton, CheckButton)

__all__ = ["BUTTONS", "VotingCog"]
