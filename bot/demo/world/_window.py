"""simcord's own page of one place, kept fresh without disturbing whoever is using it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast

import simcord
from simcord.backend import Backend, serializers

RELATIVE_STAMP = ":R>"  # Discord docs, message formatting: "in 5 minutes" changes while nothing is said


class Window:
    """An open page.

    simcord refuses a press that refers to an older publication of its page than the newest, and one that comes
    while something else is going on. So the page is published again only when there is something else to see, and a
    press waits for its turn instead.
    """

    def __init__(self, preview: simcord.Preview, backend: Backend, place_id: int, lock: asyncio.Lock) -> None:
        """Prepare a window.

        Args:
            preview: simcord's page, not entered yet.
            backend: what the page shows.
            place_id: the channel or thread that it shows.
            lock: held by whoever acts in the world.
        """
        self._preview = preview
        self._backend = backend
        self._place_id = place_id
        self._lock = lock
        self._shown = ""

    @property
    def url(self) -> str:
        """The address, with the token in it that lets its holder act."""
        return self._preview.url

    async def open(self) -> None:
        """Begin to serve the page."""
        self._take_turns()
        await self._preview.__aenter__()
        self._shown = self._sight()

    async def close(self) -> None:
        """End the page; safe to repeat."""
        await self._preview.close()

    async def refresh(self) -> None:
        """Publish the page again if there is something else to see.

        Raises:
            simcord.SetupError: if it was closed from the browser.
        """
        sight = self._sight()
        if sight != self._shown:
            await self._preview.refresh()
            self._shown = sight

    def _take_turns(self) -> None:
        inner = cast("Any", self._preview)._action  # noqa: SLF001  # its server awaits this for each press

        async def action(context_id: object, body: object) -> object:
            async with self._lock:
                result = await inner(context_id, body)
                self._shown = self._sight()  # the answer to a press publishes the page by itself
            return result

        cast("Any", self._preview)._action = action  # noqa: SLF001  # see above

    def _sight(self) -> str:
        """Return all that the page shows, as text to compare."""
        if self._place_id not in self._backend.channels:
            return ""
        messages = self._backend.messages.get(self._place_id, {})
        payloads: list[Mapping[str, Any]] = [
            serializers.message_payload(self._backend, messages[message_id]) for message_id in sorted(messages)
        ]
        sight = json.dumps(payloads, sort_keys=True, default=str)
        return f"{self._backend.clock.now():%H:%M} {sight}" if RELATIVE_STAMP in sight else sight
