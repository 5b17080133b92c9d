import asyncio
import shutil

import pytest

from bot.storage.migrate import upgrade
from tests.wire import newsroom
from tests.wire.bot_process import BotProcess
from tests.wire.wire import Wire


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    path = tmp_path_factory.mktemp("migrated") / "paddock.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def database_url(migrated, tmp_path):
    """An empty database of the newest schema; everything here works on any that the bot works on."""
    path = shutil.copy(migrated, tmp_path / "paddock.db")
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def wire():
    async with Wire() as running:
        yield running


@pytest.fixture
async def database(database_url):
    async with newsroom.opened(database_url) as beside:
        yield beside


@pytest.fixture
async def bot(wire, database_url, tmp_path):
    async with BotProcess(database_url, wire.api, tmp_path) as process:
        yield process


def pytest_terminal_summary(terminalreporter):
    """Print how often the bot was killed, whichever workers did it."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    kills = [value for report in reports for name, value in report.user_properties if name == "kills"]
    if kills:
        terminalreporter.write_line(f"kills: {sum(kills)} in {len(kills)} tests")
