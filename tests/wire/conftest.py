"""What the tests of the running bot share. They work on any database that `database_url` names."""

import pytest

from tests.wire import newsroom
from tests.wire.bot_process import BotProcess
from tests.wire.kill_count import lines
from tests.wire.storm_count import figures
from tests.wire.wire import Wire


@pytest.fixture
async def wire():
    async with Wire() as running:
        yield running


@pytest.fixture
async def rows(database_url):
    """The bot's database, seen from beside it."""
    async with newsroom.opened(database_url) as beside:
        yield beside


@pytest.fixture
async def bot(wire, database_url, tmp_path):
    async with BotProcess(database_url, wire.api, tmp_path) as process:
        yield process


def pytest_terminal_summary(terminalreporter):
    """Print how often the bot was killed and where, and what came of votes, whichever workers did it."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    for line in lines(value for report in reports for name, value in report.user_properties if name == "kill"):
        terminalreporter.write_line(line)
    for line in figures(value for report in reports for name, value in report.user_properties if name == "storm"):
        terminalreporter.write_line(line)
