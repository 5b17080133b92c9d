"""A scripted day: members and a moderator use the bot, and what happened is printed."""

from collections.abc import Callable

from bot.demo.stage import Stage
from bot.demo.world import World


async def play_day(world: World, stage: Stage, *, print_line: Callable[[str], None]) -> None:
    """Play the day and print its transcript."""
