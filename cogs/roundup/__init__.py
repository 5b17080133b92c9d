"""The roundup: /roundup, the buttons of an edition, and how an edition's steps are done in Discord."""

from cogs.roundup.buttons import AboutButton, NotifyButton, PostNowButton
from cogs.roundup.cog import RoundupCog

__all__ = ["AboutButton", "NotifyButton", "PostNowButton", "RoundupCog"]
