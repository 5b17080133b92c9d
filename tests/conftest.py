"""What tests of several layers share: a migrated database, a clock that stands still, the services, a publisher."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.clock import ManualClock
from bot.storage.migrate import upgrade
from bot.storage.store import Store, open_store
from tests.compiled import share_compiled_statements
from tests.house import START, House, NewsServer, open_house
from tests.postgres import URL_FIXTURES, Postgresql, PostgresqlMissingError, running_postgresql

# Two cores and a busy machine: an example that takes long says nothing about the rule. Each run tries other examples,
# so few of them at a time find what there is to find; HYPOTHESIS_PROFILE=soak tries many.
settings.register_profile("paddock", deadline=None, max_examples=25)
settings.register_profile("soak", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "paddock"))

share_compiled_statements()


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that the real migrations built, copied by each test that needs one."""
    path = tmp_path_factory.mktemp("template") / "paddock.db"
    asyncio.run(upgrade(sqlite_url(path)))
    return path


@pytest.fixture
def database(template_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template_database, tmp_path / "paddock.db"))


@pytest.fixture
def file_url(database: Path) -> str:
    """A migrated SQLite file, for what is true of SQLite alone."""
    return sqlite_url(database)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """One server for all the tests of a worker."""
    try:
        with running_postgresql() as running:
            yield running
    except PostgresqlMissingError as missing:
        pytest.skip(f"PostgreSQL: {missing}")


@pytest.fixture
def postgresql_url(postgresql: Postgresql) -> Iterator[str]:
    """A migrated database on PostgreSQL, for what is true of PostgreSQL alone."""
    with postgresql.database() as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database: a SQLite file, or on the engine that `on_both_engines` names."""
    return request.getfixturevalue(URL_FIXTURES[getattr(request, "param", "sqlite")])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with open_store(database_url, purpose="tests") as opened:
        yield opened


@pytest.fixture
async def news() -> AsyncIterator[NewsServer]:
    server = NewsServer()
    async with server.server:
        yield server


@pytest.fixture
async def house(store: Store, clock: ManualClock, news: NewsServer) -> AsyncIterator[House]:
    assert news.server.port is not None
    async with open_house(store, clock, news.server.port) as opened:
        yield opened


@pytest.fixture
async def guild(house: House) -> House:
    """The house with one guild set up: every day at 7:30 in Berlin, everything on."""
    await house.set_up()
    return house


def pytest_terminal_summary(terminalreporter):
    """Print the figures that tests have recorded, whichever workers ran them."""
    for kind in ("passed", "failed"):
        for report in terminalreporter.stats.get(kind, []):
            for name, value in report.user_properties:
                if name == "figures":
                    terminalreporter.write_line(value)
