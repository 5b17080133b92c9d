"""What the tests of making polls share: forms filled in, and what stands in them."""

from collections.abc import Mapping

from bot.demo.world import Person, Seen
from bot.domain.poll.poll import Poll
from tests.cogs.house import House

QUESTION = "Which concept should have been built?"
OPTIONS = "Mazda RX-500\nNissan 126X\nトヨタ EX-III"


def fields(form: Seen) -> dict[str, str]:
    """Return what stands in a form that was opened."""
    assert form.modal is not None
    inputs = [part["component"] for part in form.modal["components"] if "component" in part]
    return {part["custom_id"]: part.get("value", "") for part in inputs}


async def fill(house: House, form: Seen, typed: Mapping[str, str], who: Person | None = None) -> Seen:
    """Submit a form as it stands, but for what is typed into it."""
    filled = {**fields(form), **typed}
    return await house.world.submit(who or house.world.manager, form, filled)


async def create(house: House, who: Person | None = None, **options: object) -> Seen:
    """Open the form of a new poll."""
    return await house.world.slash(who or house.world.manager, "general", "poll create", **options)


async def drafted(house: House, typed: Mapping[str, str] | None = None, **options: object) -> Seen:
    """Return the preview of a poll that can be posted."""
    form = await create(house, **options)
    return await fill(house, form, {"question": QUESTION, "options": OPTIONS, **(typed or {})})


async def posted(house: House, typed: Mapping[str, str] | None = None, **options: object) -> str:
    """Make a poll, let it be posted, and return its number as it is typed."""
    preview = await drafted(house, typed, **options)
    seen = await house.world.press(house.world.manager, preview, "poll_make:post")
    assert "is made" in seen.text, seen.text
    await house.work()
    (newest, *_) = await house.app.polls.find(house.actor())
    return str(newest.id)


async def only(house: House) -> Poll:
    """Return the guild's one poll."""
    (poll,) = await house.app.polls.find(house.actor())
    return poll


async def none_made(house: House) -> bool:
    """Tell whether the guild has no poll."""
    return await house.app.polls.find(house.actor()) == ()


async def press(house: House, seen: Seen, name: str) -> Seen:
    """Press a button of the panel in which a poll is made."""
    return await house.world.press(house.world.manager, seen, f"poll_make:{name}")
