"""Which messages hold native polls that are followed: asked at each vote in any native poll of any guild.

One owner, a bound, and a change on commit. A poll that is not known here is none the worse for it in the end: its
voters are read when Discord has counted.
"""

import asyncio

from bot.storage import poll as table
from bot.storage.store import Store

FOLLOWED_MAX = 20_000  # about 3 MB


class FollowedPolls:
    """The open polls that follow a native one, by the message that holds it.

    Args:
        store: they are read from it when they are asked for first.
        most: so many are known at most, the newest.
    """

    def __init__(self, store: Store, *, most: int = FOLLOWED_MAX) -> None:
        self._store = store
        self._most = most
        self._known: dict[int, int] = {}
        self._is_read = False
        self._reading = asyncio.Lock()

    async def poll_id(self, message_id: int) -> int | None:
        """Return the poll that follows the native one in a message; None if none does, or none is known to."""
        if not self._is_read:
            async with self._reading:
                if not self._is_read:
                    found = await self._store.read(lambda session: table.open_natives(session, self._most))
                    for known_id, poll_id in reversed(found.items()):
                        self.add(known_id, poll_id)
                    self._is_read = True
        return self._known.get(message_id)

    def add(self, message_id: int, poll_id: int) -> None:
        """Know a poll that is followed from now on; the one that has been known longest gives way."""
        self._known[message_id] = poll_id
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def drop(self, message_id: int) -> None:
        """Forget a poll that is not followed any more."""
        self._known.pop(message_id, None)
