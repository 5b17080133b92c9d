"""How a manager looks after a poll that there is."""

from tests.cogs.house import House
from tests.cogs.poll.polling import Polling


async def run(house: House, command: str, poll: Polling | str, **options: object):
    """Run one of /poll's commands on a poll."""
    typed = poll if isinstance(poll, str) else str(poll.poll.id)
    return await house.slash(f"poll {command}", poll=typed, **options)


async def press(house: House, seen, custom_id: str):
    """Press a button of what was seen."""
    return await house.world.press(house.world.manager, seen, custom_id)
