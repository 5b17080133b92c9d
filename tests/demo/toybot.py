"""A small bot made as the real one is: every kind of waiting inside callbacks is in it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


class Vote(ui.DynamicItem[ui.Button], template=r"poll:(?P<poll>\d+):option:(?P<option>\d+)"):
    def __init__(self, poll: int, option: int) -> None:
        self.poll, self.option = poll, option
        super().__init__(ui.Button(label=f"Option {option}", custom_id=f"poll:{poll}:option:{option}"))

    @classmethod
    async def from_custom_id(cls, _interaction, _item, match) -> "Vote":
        return cls(int(match["poll"]), int(match["option"]))

    async def callback(self, interaction: discord.Interaction["ToyBot"]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        counted = asyncio.get_running_loop().create_future()
        await interaction.client.votes.put((self.option, counted))
        await interaction.followup.send(f"Counted {await counted}", ephemeral=True)


class Nominate(ui.Modal, title="Nominate a car"):
    car = ui.Label(text="Car", component=ui.TextInput(custom_id="car"))  # noqa: TID251  # no part of the bot

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You named {self.car.component.value}", ephemeral=True)


class Choose(ui.ActionRow):
    @ui.select(
        custom_id="pick",
        placeholder="Pick one",
        options=[
            discord.SelectOption(label="Coupé", value="a"),
            discord.SelectOption(label="Kei", value="b"),
        ],
    )
    async def pick(self, interaction: discord.Interaction, select: ui.Select) -> None:
        await interaction.response.send_message(f"Picked {select.values[0]}", ephemeral=True)


class Panel(ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        row = ui.ActionRow()
        row.add_item(Vote(7, 1))
        row.add_item(Vote(7, 2))
        row.add_item(ui.Button(label="Read on", url="https://example.org/read"))
        self.add_item(ui.Container(ui.TextDisplay("## Best car"), row))
        self.add_item(Choose())


class ToyBot(commands.Bot):
    """Answers each of its commands after waiting in another way."""

    def __init__(self, engine: AsyncEngine, address: str = "") -> None:
        super().__init__(
            "!",
            intents=discord.Intents.default(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.engine = engine
        self.address = address
        self.session: aiohttp.ClientSession | None = None
        self.votes: asyncio.Queue = asyncio.Queue()
        self.lock = asyncio.Lock()
        for name, wait in WAITS.items():
            self._answer_after(name, wait)
        self.tree.add_command(roundup)
        for command in (panel, nominate, secret, where, broken):
            self.tree.add_command(command)

    def _answer_after(self, name: str, wait: Callable[["ToyBot"], Awaitable[object]]) -> None:
        @self.tree.command(name=name, description=f"Waits for {name}.")
        async def command(interaction: discord.Interaction["ToyBot"]) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send(f"{name}: {await wait(interaction.client)}", ephemeral=True)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Vote)
        async with self.engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS ballot (option INTEGER)"))
        await self.tree.sync()


async def count_votes(bot: ToyBot) -> None:
    """Serve the queue until None comes out of it: what the app's own task does."""
    while (cast := await bot.votes.get()) is not None:
        option, counted = cast
        async with bot.engine.begin() as connection:
            await connection.execute(text("INSERT INTO ballot VALUES (:option)"), {"option": option})
            count = (await connection.execute(text("SELECT count(*) FROM ballot"))).scalar_one()
        counted.set_result(count)


async def _sql(bot: ToyBot) -> object:
    async with bot.engine.begin() as connection:
        return (await connection.execute(text("SELECT count(*) FROM ballot"))).scalar_one()


async def _http(bot: ToyBot) -> object:
    async with asyncio.timeout(5), bot.session.get(bot.address) as response:
        return await response.text()


async def _process(bot: ToyBot) -> object:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(input().upper())", stdin=-1, stdout=-1)
    async with asyncio.timeout(20):
        return (await process.communicate(b"hello\n"))[0].decode().strip()


async def _thread(bot: ToyBot) -> object:
    return await asyncio.to_thread(sum, (1, 2))


async def _lock(bot: ToyBot) -> object:
    async with bot.lock:
        return "held"


async def _timeout(bot: ToyBot) -> object:
    try:
        async with asyncio.timeout(0.05):
            await asyncio.get_running_loop().create_future()
    except TimeoutError:
        return "expired"


async def _slow_page(bot: ToyBot) -> object:
    try:
        async with bot.session.get(bot.address + "slow", timeout=aiohttp.ClientTimeout(total=0.2)):
            return "came"
    except TimeoutError:
        return "expired"


WAITS = {
    "sql": _sql,
    "http": _http,
    "process": _process,
    "thread": _thread,
    "lock": _lock,
    "timeout": _timeout,
    "slow-page": _slow_page,
}

roundup = app_commands.Group(name="roundup", description="The roundup.")


@roundup.command(description="Shows it.")
@app_commands.describe(count="How many", channel="Where")
async def preview(
    interaction: discord.Interaction, count: int, channel: discord.TextChannel, by: discord.Member
) -> None:
    await interaction.response.send_message(
        f"{count} in {channel.mention} by {by.mention}, {interaction.locale}", ephemeral=True
    )


@app_commands.command(description="Shows a panel.")
async def panel(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(view=Panel())


@app_commands.command(description="Asks.")
async def nominate(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Nominate())


@app_commands.command(description="For those who may manage the server.")
@app_commands.default_permissions(manage_guild=True)
async def secret(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("psst", ephemeral=True)


@app_commands.command(description="Tells the time.")
async def where(interaction: discord.Interaction) -> None:
    joined = interaction.user.joined_at
    await interaction.response.send_message(
        f"{interaction.created_at:%Y-%m-%d %H:%M} {interaction.user.created_at:%Y} {joined:%Y-%m-%d}",
        ephemeral=True,
    )


@app_commands.command(description="Fails.")
async def broken(interaction: discord.Interaction) -> None:
    raise ZeroDivisionError
