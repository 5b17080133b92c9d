"""The feeds that a guild follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import PaddockError

# Waits after failures in a row: one hour, two, four, … never more than a day, so that a feed that is back is noticed.
RETRY_FIRST = timedelta(hours=1)
RETRY_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """A feed as one guild follows it. `id` is the guild's own, `feed_id` is shared by all guilds that follow it.

    `weight_percent` is how much its articles count, 100 for most; an article is taken if it has one of
    `include_words` (or there are none) and none of `exclude_words`. `is_ours` marks the guild's own column,
    `is_paywalled` an outlet whose articles cost money, `roundup_id` the only roundup that it feeds (None: all).
    `gone_at` is when the publisher said that the feed is gone for good.
    """

    id: int
    guild_id: int
    feed_id: int
    name: str
    url: str
    site_url: str | None
    added_by: int
    added_at: datetime
    read_at: datetime | None
    failures: int
    failure: str | None
    weight_percent: int = 100
    is_paused: bool = False
    include_words: tuple[str, ...] = ()
    exclude_words: tuple[str, ...] = ()
    is_ours: bool = False
    is_paywalled: bool = False
    roundup_id: int | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the next conditional request to a feed needs."""

    id: int
    url: str
    etag: str | None
    last_modified: str | None
    asked_at: datetime | None
    ask_after: datetime | None  # the publisher wants to be left alone until then
    failures: int

    def may_be_asked(self, now: datetime) -> bool:
        """Tell whether the publisher has nothing against a request at `now`."""
        return self.ask_after is None or self.ask_after <= now


def next_read_at(feed: FeedState, now: datetime, *, every: timedelta) -> datetime:
    """Return when a feed is asked again: regularly, later after failures, never before the publisher says."""
    wait = every if feed.failures == 0 else min(RETRY_FIRST * 2 ** min(feed.failures - 1, 10), RETRY_LONGEST)
    usual = (feed.asked_at or now) + wait
    return usual if feed.ask_after is None else max(usual, feed.ask_after)


class SourceLimitError(PaddockError):
    """The guild follows as many sources as it may. Params: limit."""

    message_id = "source.error.limit"


class SourceKnownError(PaddockError):
    """The guild follows this feed already. Params: name."""

    message_id = "source.error.known"


class SourceEmptyError(PaddockError):
    """The feed can be read but holds no article. Params: url."""

    message_id = "source.error.empty"
