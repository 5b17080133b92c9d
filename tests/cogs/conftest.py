import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.edge import client
from bot.edge.commands import Payload, payload_of
from bot.storage.migrate import upgrade
from tests.cogs.house import House, Press, open_house, open_press
from tests.parser import ParserHere


@pytest.fixture(autouse=True)
def parser_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process for each test: the parser's own is tried in `tests/feeds` and `tests/wire`."""
    monkeypatch.setattr("bot.app.ParserProcess", ParserHere)


@pytest.fixture(scope="session")
def commands_sent() -> dict[str, str]:
    """What Discord is sent for all commands, once a bot of this worker has worked it out."""
    return {}


@pytest.fixture(autouse=True)
def commands_once(monkeypatch: pytest.MonkeyPatch, commands_sent: dict[str, str]) -> None:
    """Every bot has the same commands, and translating them takes longer than many a test."""

    async def known(tree) -> Payload:
        names = " ".join(sorted(command.qualified_name for command in tree.walk_commands()))
        if names not in commands_sent:
            commands_sent[names] = json.dumps(await payload_of(tree))
        return json.loads(commands_sent[names])

    monkeypatch.setattr(client, "payload_of", known)


@pytest.fixture
async def press() -> AsyncGenerator[Press]:
    async with open_press() as served:
        yield served


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """A database with the tables that the migrations make, to be copied."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
async def house(tmp_path, template, press) -> AsyncGenerator[House]:
    """A guild in which nothing has been set up yet; /setup offers two feeds."""
    async with AsyncExitStack() as stack:
        starters = [press.url("gearlog"), press.url("torque")]
        yield await open_house(tmp_path, template, press, stack, starters=starters)


@pytest.fixture
async def bare_house(tmp_path, template, press) -> AsyncGenerator[House]:
    """A house where /setup offers no feeds, for tests that need none: reading one starts a process."""
    async with AsyncExitStack() as stack:
        yield await open_house(tmp_path, template, press, stack, starters=())


@pytest.fixture
async def guild(house) -> House:
    """A house that has been set up."""
    await house.begin()
    return house


@pytest.fixture
async def bare_guild(bare_house) -> House:
    """A house that has been set up with no feeds."""
    await bare_house.begin()
    return bare_house
