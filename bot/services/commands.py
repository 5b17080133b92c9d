"""Which commands Discord has been sent, so that a start sends them only when they changed."""

from bot.clock import Clock
from bot.storage import commands as table
from bot.storage.store import Store


class CommandListService:
    """Remembers the digest of the last list that Discord took, for each application."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def is_sent(self, application_id: int, digest: str) -> bool:
        """Tell whether Discord has exactly this list."""
        return await self._store.read(lambda session: table.synced_digest(session, application_id)) == digest

    async def record(self, application_id: int, digest: str) -> None:
        """Take note that Discord has taken this list."""
        now = self._clock.now()
        await self._store.write(lambda session: table.save_digest(session, application_id, digest=digest, at=now))
