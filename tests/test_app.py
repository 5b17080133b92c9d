"""The composition root: opened and closed in order, stopped without breaking off what was begun."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import pytest

from bot import app as composition
from bot.app import open_app, run
from bot.clock import ManualClock
from bot.domain.errors import LoginRefusedError
from bot.edge.pace import Pace
from bot.settings import Settings
from bot.storage.owner import FileOwnedError
from tests.cogs.house import MORNING

TOKEN = "MTA.aBc.dEf"  # noqa: S105  # has the shape of one and opens nothing


@pytest.fixture
def settings(tmp_path):
    return Settings(DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'paddock.db'}", DISCORD_TOKEN=TOKEN)


@pytest.fixture
async def opened(settings):
    async with open_app(settings, ManualClock(MORNING), purpose="test") as app:
        yield app


class Gateway:
    """In the place of Discord: lets the client in, keeps it connected until it is closed, or breaks."""

    def __init__(self, client, monkeypatch) -> None:
        self.events: list[str] = []
        self.breaks: Exception | None = None
        self.ready = True
        self.connected = asyncio.Event()
        self._client = client
        self._closed = asyncio.Event()
        self._close = client.close
        for name in ("log_in", "stay_connected", "close", "wait_until_ready", "is_ready"):
            monkeypatch.setattr(client, name, getattr(self, name))

    async def log_in(self, token: str) -> None:
        assert token == TOKEN
        self.events.append("login")

    async def stay_connected(self) -> None:
        self.events.append("connect")
        self.connected.set()
        if self.breaks is not None:
            raise self.breaks
        await self._closed.wait()

    async def wait_until_ready(self) -> None:
        if not self.ready:
            await asyncio.Event().wait()

    def is_ready(self) -> bool:
        return self.ready

    async def close(self) -> None:
        if not self._closed.is_set():
            self.events.append("close")
        self._closed.set()
        await self._close()


@pytest.fixture
def gateway(opened, monkeypatch):
    return Gateway(opened.client, monkeypatch)


async def until_stopped(serving) -> None:
    async with asyncio.timeout(5):
        await serving


async def test_a_process_of_a_fleet_paces_itself_to_its_share(settings, monkeypatch):
    shares: list[float] = []

    class KnownPace(Pace):
        def __init__(self, monotonic, per_s):
            shares.append(per_s)
            super().__init__(monotonic, per_s)

    monkeypatch.setattr(composition, "Pace", KnownPace)
    of_two = settings.model_copy(update={"processes": 2})
    async with open_app(of_two, ManualClock(MORNING), purpose="test"):
        assert shares == [20]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_bot_in_order(opened, gateway, number):
    serving = asyncio.ensure_future(composition._serve(opened, TOKEN))
    await gateway.connected.wait()
    await asyncio.sleep(0.05)

    os.kill(os.getpid(), number)
    await until_stopped(serving)

    assert gateway.events == ["login", "connect", "close"]


async def test_work_that_was_begun_is_finished_before_the_connection_is_closed(opened, gateway, monkeypatch):
    begun = asyncio.Event()

    async def run_once(_now) -> int:
        begun.set()
        await asyncio.sleep(0.2)
        gateway.events.append("work done")
        return 0

    monkeypatch.setattr(opened.runner, "run_once", run_once)
    serving = asyncio.ensure_future(composition._serve(opened, TOKEN))
    await begun.wait()

    os.kill(os.getpid(), signal.SIGTERM)
    await until_stopped(serving)

    assert gateway.events == ["login", "connect", "work done", "close"]


async def test_an_answer_that_was_begun_is_finished_before_the_connection_is_closed(opened, gateway):
    async def answer() -> None:
        await asyncio.sleep(0.2)
        gateway.events.append("answered")

    serving = asyncio.ensure_future(composition._serve(opened, TOKEN))
    await gateway.connected.wait()
    answering = asyncio.create_task(answer(), name="CommandTree-invoker")

    os.kill(os.getpid(), signal.SIGTERM)
    await until_stopped(serving)

    assert answering.done()
    assert gateway.events == ["login", "connect", "answered", "close"]


async def test_a_signal_while_connecting_does_not_wait_for_a_connection(opened, gateway):
    gateway.ready = False
    serving = asyncio.ensure_future(composition._serve(opened, TOKEN))
    await gateway.connected.wait()

    os.kill(os.getpid(), signal.SIGTERM)
    await until_stopped(serving)

    assert gateway.events == ["login", "connect", "close"]


async def test_a_connection_that_ends_for_good_stops_the_bot_and_is_told_as_it_is(opened, gateway, monkeypatch):
    gateway.breaks = LoginRefusedError()
    done = asyncio.Event()

    async def run_once(_now) -> int:
        await asyncio.sleep(0.1)
        done.set()
        return 0

    monkeypatch.setattr(opened.runner, "run_once", run_once)

    with pytest.raises(LoginRefusedError):
        await until_stopped(asyncio.ensure_future(composition._serve(opened, TOKEN)))

    assert gateway.events[-1] == "close"


async def test_a_backup_is_made_while_the_bot_runs(opened, gateway, tmp_path):
    serving = asyncio.ensure_future(composition._serve(opened, TOKEN))
    async with asyncio.timeout(30):
        while not list(tmp_path.glob("backups/*.db")):  # noqa: ASYNC110  # a thread makes it
            await asyncio.sleep(0.01)

    os.kill(os.getpid(), signal.SIGTERM)
    await until_stopped(serving)


async def test_a_refused_token_leaves_nothing_open(settings, monkeypatch):
    @asynccontextmanager
    async def refusing(*args, **kwargs):
        async with open_app(*args, **kwargs) as app:

            async def log_in(_token: str) -> None:
                raise LoginRefusedError

            monkeypatch.setattr(app.client, "log_in", log_in)
            yield app

    monkeypatch.setattr(composition, "open_app", refusing)

    with pytest.raises(LoginRefusedError):
        await run(settings)

    async with open_app(settings, ManualClock(MORNING), purpose="test"):
        pass  # the file has no owner any more


async def test_the_database_has_one_owner_while_the_app_is_open(settings, opened):
    with pytest.raises(FileOwnedError):
        async with open_app(settings, ManualClock(MORNING), purpose="second"):
            pytest.fail("opened twice")


async def test_an_error_inside_closes_everything(settings):
    with pytest.raises(ZeroDivisionError):
        async with open_app(settings, ManualClock(MORNING), purpose="test") as app:
            raise ZeroDivisionError

    assert app.client.is_closed()
    async with open_app(settings, ManualClock(MORNING), purpose="test"):
        pass


async def test_the_client_asks_for_the_least(opened):
    client = opened.client

    assert client.intents.value == type(client.intents)(guilds=True, guild_polls=True).value
    assert client._connection.max_messages is None
    assert client._connection.member_cache_flags.value == 0
    assert client.allowed_mentions is not None
    assert client.allowed_mentions.to_dict() == {"parse": []}
