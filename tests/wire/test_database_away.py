"""The database away under the running bot: a sentence and a number, nothing confirmed is lost, and on by itself."""

import asyncio
import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.domain.roundup import EditionState
from bot.storage.guild import GuildRow
from bot.storage.roundup import EditionRow
from bot.storage.source import sources_of
from tests.wire import newsroom
from tests.wire.bot_process import BotProcess
from tests.wire.breakable import Breakable, StoppedServer, full_disk
from tests.wire.database import Database
from tests.wire.wire import Wire

GETS_THERE_S = 60.0
ROUNDS_SOAK = 6
# One answer fills SQLite's log by more than this, so that a full disk is met after a few.
WORDS = "A gear wheel turns another. " * 4_000
# Long ago, so that no edition is made of it.
STORY = """<item><title>{name}</title><link>https://{name}.example/1</link><description>{words}</description>
<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate></item>"""
FEED = "<rss version='2.0'><channel><title>{name}</title><link>https://{name}.example</link>{items}</channel></rss>"


@pytest.fixture(params=["postgresql", "full disk"])
def database(request, template_database, tmp_path):
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        yield StoppedServer(server, request.getfixturevalue("postgresql_url"))
        return
    with full_disk(template_database, tmp_path) as broken:
        yield broken


@pytest.fixture
async def scene(wire, database, tmp_path):
    async with newsroom.opened(database.url) as rows, BotProcess(database.url, wire.api, tmp_path) as bot:
        try:
            yield Scene(wire, bot, rows, database)
        finally:
            await database.mend()


@dataclass
class Scene:
    """A guild whose manager goes on using the bot, and what the bot has confirmed to them."""

    wire: Wire
    bot: BotProcess
    rows: Database
    database: Breakable
    confirmed: set[str] = field(default_factory=set)
    numbers: list[str] = field(default_factory=list)

    async def ask(self, command: str, **options: object) -> str:
        """Run a command as the manager, and return the answer."""
        return (await self.wire.slash(self.wire.manager, "general", command, **options)).text

    def is_refused(self, answer: str) -> bool:
        """Tell whether an answer is the sentence for a database that is away, and keep its number."""
        if self.database.says not in answer:
            return False
        (number,) = re.findall(r"\b[0-9a-f]{8}\b", answer)
        self.numbers.append(number)
        return True

    async def set_up(self) -> None:
        """Save what /setup suggests, and follow the newsroom's feeds."""
        panel = await self.wire.slash(self.wire.manager, "general", "setup")
        await self.wire.press(self.wire.manager, panel.message, "setup:save")
        await self.until_said("Saved.")
        for url, (name, *_) in zip(newsroom.publish(self.wire), newsroom.STORIES.values(), strict=True):
            assert name in await self.ask("source add", url=url)
            self.confirmed.add(name)

    def said(self) -> list[str]:
        """Return what the bot has told the manager so far."""
        return [line.text for line in self.wire.lines("general", self.wire.manager)]

    async def until_said(self, words: str, since: int = 0) -> str:
        """Wait until the bot has told the manager something, after so many other things, and return it."""
        async with asyncio.timeout(GETS_THERE_S):
            while not (found := [text for text in self.said()[since:] if words in text]):
                await asyncio.sleep(0.02)
        return found[0]

    async def follow(self, name: str) -> bool:
        """Add one more source; tell whether that was confirmed. Anything but the right refusal is an error."""
        url = self.wire.feed(f"{name}.xml", FEED.format(name=name, items=STORY.format(name=name, words=WORDS)))
        answer = await self.ask("source add", url=url)
        if self.is_refused(answer):
            return False
        assert name in answer
        self.confirmed.add(name)
        return True

    async def follow_until_refused(self, prefix: str) -> str:
        """Add sources one after the other, and return the first that the bot could not keep."""
        for number in range(40):
            if not await self.follow(name := f"{prefix}-{number}"):
                return name
        raise AssertionError("the database never went away")

    async def ask_until_refused(self, command: str, **options: object) -> None:
        """Run a command until it is refused: what an undone write took of a disk before it was full is used first."""
        for _ in range(40):
            if self.is_refused(await self.ask(command, **options)):
                return
        raise AssertionError(f"/{command} was never refused")

    async def break_while_in_use(self, prefix: str) -> str:
        """Let the database go away in the middle of use; return the source that was refused."""
        using = asyncio.create_task(self.follow_until_refused(prefix))
        while not any(name.startswith(prefix) for name in self.confirmed):
            await asyncio.sleep(0.02)
            assert not using.done()
        await self.database.break_for(self.bot.process_id)
        return await using

    async def assert_everything_confirmed_is_there(self) -> None:
        guild_id = self.wire.guild.handle.id
        kept = await self.rows.read(lambda session: sources_of(session, guild_id))
        assert self.confirmed <= {source.name for source in kept}
        assert await self.rows.read(lambda session: session.scalar(select(func.count()).select_from(GuildRow))) == 1

    def assert_every_number_stands_in_the_log(self) -> None:
        assert self.numbers
        for number in self.numbers:
            assert f"storage unavailable error_id={number} " in self.bot.log
        assert "Traceback" not in self.bot.log


async def test_the_bot_says_so_loses_nothing_and_goes_on_by_itself(scene):
    wire = scene.wire
    await scene.bot.start()
    await wire.ready()
    await scene.set_up()
    panel = await wire.slash(wire.manager, "general", "setup")
    # An edition is on its way: Discord will have it, and the bot cannot write that down.
    channel_id = wire.place("morning-roundup").id
    held = wire.hold(rf"POST /channels/{channel_id}/messages")
    await scene.ask("roundup now")
    async with asyncio.timeout(GETS_THERE_S):
        await held.arrived.wait()
    edition_id = await scene.rows.read(lambda session: session.scalar(select(EditionRow.id)))

    refused = await scene.break_while_in_use("stream")
    await held.answer()
    await scene.ask_until_refused("pause", what="rules")
    await scene.ask_until_refused("roundup now")
    said = len(scene.said())
    await wire.press(wire.manager, panel.message, "setup:save")
    assert scene.is_refused(await scene.until_said(scene.database.says, since=said))
    assert scene.bot.is_running
    await scene.database.mend()
    await scene.rows.pass_leases(SystemClock().now())

    assert await scene.follow(refused), "the next command works"
    assert "/setup" in await scene.ask("help")
    await newsroom.assert_posted_once(wire, scene.rows, edition_id, GETS_THERE_S)
    await scene.assert_everything_confirmed_is_there()
    scene.assert_every_number_stands_in_the_log()
    assert await scene.bot.stop() == 0


@pytest.mark.soak
async def test_the_bot_outlives_its_database_again_and_again(scene):
    await scene.bot.start()
    await scene.wire.ready()
    await scene.set_up()
    for number in range(ROUNDS_SOAK):
        refused = await scene.break_while_in_use(f"round{number}")
        await scene.ask_until_refused("pause", what="rules")
        # Longer than the bot waits between two looks at what is due.
        await asyncio.sleep(20)
        assert scene.bot.is_running
        await scene.database.mend()
        assert await scene.follow(refused)
    await scene.ask("roundup now")
    edition_id = await scene.rows.read(lambda session: session.scalar(select(EditionRow.id)))
    await newsroom.assert_posted_once(scene.wire, scene.rows, edition_id, GETS_THERE_S)
    assert (await scene.rows.edition(edition_id)).state is EditionState.POSTED
    await scene.assert_everything_confirmed_is_there()
    scene.assert_every_number_stands_in_the_log()
    assert await scene.bot.stop() == 0
