"""Whether Discord has our list of commands."""

from bot.services.commands import CommandListService
from tests.house import House


async def test_commands_are_sent_again_only_when_they_changed(house: House):
    commands = CommandListService(house.store, house.clock)
    assert not await commands.is_sent(1, "a" * 64)
    await commands.record(1, "a" * 64)
    assert await commands.is_sent(1, "a" * 64)
    assert not await commands.is_sent(1, "b" * 64)
    assert not await commands.is_sent(2, "a" * 64)  # another application has its own list
    await commands.record(1, "b" * 64)
    assert not await commands.is_sent(1, "a" * 64)
    assert await commands.is_sent(1, "b" * 64)
