"""/source: the feeds that a guild follows, what each counts, and what is told of them."""

from cogs.source.cog import SourceCog
from cogs.source.notice import SourceNotices, TrySourceButton

__all__ = ["SourceCog", "SourceNotices", "TrySourceButton"]
