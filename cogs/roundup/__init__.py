"""The roundup: /roundup, the buttons of an edition, and how an edition's steps are done in Discord."""

from cogs.roundup.buttons import AboutButton, ApproveButton, EditButton, NotifyButton, PostNowButton, SkipButton
from cogs.roundup.cog import RoundupCog

# The lasting buttons, as the client is told of them.
BUTTONS = (NotifyButton, AboutButton, PostNowButton, ApproveButton, EditButton, SkipButton)

__all__ = ["BUTTONS", "RoundupCog"]
