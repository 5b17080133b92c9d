"""Discord's rate limits, enforced: what exceeds them is refused and counted."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

GLOBAL_PER_S = 50  # Discord docs, rate limits, "Global Rate Limit"
# Discord does not document the limits of single routes. These are what it was seen to answer for a channel's messages
# (five in five seconds); all else is far wider.
MESSAGES = re.compile(r"(POST|PATCH) /channels/\d+/messages(/\d+)?")
MESSAGES_LIMIT = (5, 5.0)
OTHER_LIMIT = (50, 1.0)
# Discord docs, rate limits: interactions are answered outside of the global limit.
EXEMPT = re.compile(r"\w+ /(interactions|webhooks)/.*")
_ID = re.compile(r"\d{5,}")
_TOP_LEVEL = re.compile(r"/(?:channels|guilds|webhooks)/\d+")


@dataclass(frozen=True)
class Call:
    """A request that arrived, `at` seconds of the loop's time."""

    method: str
    path: str
    at: float

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Refusal:
    """How long to wait before asking again, and whether that holds for everything."""

    retry_after_s: float
    everywhere: bool


@dataclass
class Limits:
    """Counts requests: `exceeded` are those beyond a limit, `too_early` those sent while all had to wait."""

    exceeded: list[Call] = field(default_factory=list)
    too_early: list[Call] = field(default_factory=list)
    _lately: deque[float] = field(default_factory=deque)
    _buckets: dict[str, tuple[float, int]] = field(default_factory=dict)
    _closed_until: float = 0.0

    def close(self, until: float) -> None:
        """Refuse everything until then."""
        self._closed_until = max(self._closed_until, until)

    def open(self) -> None:
        """Refuse nothing any more but what is too much."""
        self._closed_until = 0.0

    def take(self, call: Call) -> tuple[Mapping[str, str], Refusal | None]:
        """Count a request; return the headers that tell of its bucket, and the refusal if it is one too many."""
        if EXEMPT.fullmatch(call.name):
            return {}, None
        if call.at < self._closed_until:
            self.too_early.append(call)
            return {}, Refusal(self._closed_until - call.at, everywhere=True)
        while self._lately and self._lately[0] <= call.at - 1:
            self._lately.popleft()
        if len(self._lately) >= GLOBAL_PER_S:
            self.exceeded.append(call)
            return {}, Refusal(1 - (call.at - self._lately[0]), everywhere=True)
        self._lately.append(call.at)
        return self._bucket(call)

    def _bucket(self, call: Call) -> tuple[Mapping[str, str], Refusal | None]:
        size, window_s = MESSAGES_LIMIT if MESSAGES.fullmatch(call.name) else OTHER_LIMIT
        shape = _ID.sub("*", call.name)
        major = _TOP_LEVEL.match(call.path)
        key = f"{shape} {major[0] if major else ''}"
        ends, used = self._buckets.get(key, (0.0, 0))
        if call.at >= ends:
            ends, used = call.at + window_s, 0
        refusal = None
        if used >= size:
            self.exceeded.append(call)
            refusal = Refusal(ends - call.at, everywhere=False)
        else:
            used += 1
        self._buckets[key] = (ends, used)
        return {
            "X-RateLimit-Limit": str(size),
            "X-RateLimit-Remaining": str(size - used),
            "X-RateLimit-Reset-After": f"{ends - call.at:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash(shape)):x}",
        }, refusal


def busiest_second(calls: list[Call]) -> int:
    """Return how many of the calls that count fell into one second at most."""
    most, window = 0, deque[float]()
    for call in calls:
        if EXEMPT.fullmatch(call.name):
            continue
        window.append(call.at)
        while window[0] <= call.at - 1:
            window.popleft()
        most = max(most, len(window))
    return most
