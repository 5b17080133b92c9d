"""What the tests of the services share: both engines, and on SQLite a store that gives every use case a second run."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from types import CodeType
from typing import TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage import store as store_module
from bot.storage.store import Session, Store, open_store
from tests.house import Entry, House, NewsServer, editor
from tests.postgres import URL_FIXTURES
from tests.services.polling import PollHouse, poll_house

VANS = Entry("vans", "Vans are back", "The maker shows its van again. Which van was the best of them all?")


T = TypeVar("T")


class UndoingStore(Store):
    """Undoes each use case once, as PostgreSQL does after a deadlock: whatever it did has to be done again.

    One that a test comes to again and again is undone when it comes to it first.
    """

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        super().__init__(writer, reader)
        self._undone: set[CodeType] = set()

    async def _run(self, use_case: Callable[[Session], Awaitable[T]]) -> T:
        code = (use_case.func if isinstance(use_case, partial) else use_case).__code__
        if code not in self._undone:
            self._undone.add(code)
            async with self._write() as session:
                await use_case(session)
                await session.rollback()
        return await super()._run(use_case)


@pytest.fixture
async def store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    if database_url.startswith("sqlite"):  # PostgreSQL would not take back the ids that it gave, and tests know some
        monkeypatch.setattr(store_module, "Store", UndoingStore)
    async with open_store(database_url, purpose="tests") as opened:
        yield opened


# Of the services these are always tried on PostgreSQL too: what counts, what is posted once, what takes turns.
# The others are in `make soak`.
ALWAYS_ON_BOTH = frozenset(
    f"test_{name}.py"
    for name in (
        "vote",
        "poll",
        "poll_change",
        "poll_work",
        "posting",
        "due_work",
        "guild",
    )
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave most of the second engine to `make soak`: storage has its own tests there, and so have these services."""
    for item in items:
        is_here = item.path.parent == Path(__file__).parent
        if is_here and item.path.name not in ALWAYS_ON_BOTH and "postgresql" in item.name:
            item.add_marker(pytest.mark.soak)


@pytest.fixture(params=URL_FIXTURES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Every service is tried on both engines."""
    return request.getfixturevalue(URL_FIXTURES[request.param])


@pytest.fixture
async def column(guild: House, news: NewsServer) -> House:
    """A guild that is set up and follows a feed with news, one of which asks a question."""
    await guild.sources.add(editor(), news.publish("/motor", VANS, Entry("trucks", "Trucks grow")))
    return guild


@pytest.fixture
def polls(guild: House) -> PollHouse:
    """A guild that is set up, with the services of polls."""
    return poll_house(guild)
