"""A day played by itself: scenes in which people do things, and a transcript of what came of it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.stage import Stage, pass_until, run_due
from bot.demo.world import Line, Person, Seen, World

log = logging.getLogger(__name__)

Tell = Callable[[str], None]


class SceneError(Exception):
    """A scene did not come out as written; the transcript up to there has been told."""


@dataclass(frozen=True, slots=True)
class Play:
    """What a scene acts with."""

    world: World
    stage: Stage
    tell: Tell

    async def later(self, length: timedelta) -> None:
        """Let time pass; what falls due happens at its moment."""
        await pass_until(self.world, self.stage, self.world.clock.now() + length)

    async def next_thing(self) -> None:
        """Let time pass until the next thing that is due has happened.

        Raises:
            SceneError: if nothing is due.
        """
        due = await self.stage.next_due()
        if due is None:
            raise SceneError("nothing is due")
        self.tell(f"  … until {due.what}")
        await pass_until(self.world, self.stage, max(due.at, self.world.clock.now()))

    async def command(self, person: Person, where: str, name: str, /, **options: object) -> Seen:
        """Run a slash command and tell of it."""
        given = " ".join(f"{key}:{_shown(value)}" for key, value in options.items())
        self.tell(f"  > {person.name} in #{where}: /{name} {given}".rstrip())
        return self._answered(await self.world.slash(person, where, name, **options))

    async def press(self, person: Person, message: Line | Seen, button: str) -> Seen:
        """Press a button and tell of it."""
        self.tell(f"  > {person.name} presses [{button}]")
        return self._answered(await self.world.press(person, message, button))

    async def select(self, person: Person, message: Line | Seen, values: Sequence[object]) -> Seen:
        """Choose in a select and tell of it."""
        self.tell(f"  > {person.name} chooses {', '.join(_shown(value) for value in values)}")
        return self._answered(await self.world.select(person, message, values))

    async def submit(self, person: Person, shown: Seen, values: dict[str, object]) -> Seen:
        """Submit a modal and tell of it."""
        self.tell(f"  > {person.name} sends {', '.join(_shown(value) for value in values.values())}")
        return self._answered(await self.world.submit(person, shown, values))

    async def say(self, person: Person, where: str, text: str) -> Line:
        """Write a message; the transcript shows it with the others."""
        return await self.world.say(person, where, text)

    def last(self, where: str) -> Line:
        """Return the newest message of a place.

        Raises:
            SceneError: if nothing was said there.
        """
        lines = self.world.lines(where)
        if not lines:
            raise SceneError(f"nothing was said in #{where}")
        return lines[-1]

    def expect(self, *, holds: bool, what: str) -> None:
        """Fail the scene unless it `holds`.

        Raises:
            SceneError: naming `what` was expected.
        """
        if not holds:
            raise SceneError(f"expected: {what}")

    def _answered(self, seen: Seen) -> Seen:
        if not seen.answered:
            raise SceneError("the bot did not respond")
        return seen


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of the day: a title, and who does what."""

    title: str
    act: Callable[[Play], Awaitable[None]]


async def play(world: World, stage: Stage, scenes: Sequence[Scene], tell: Tell) -> None:
    """Play the scenes in order; after each, tell every message that is new or was changed.

    Raises:
        SceneError: if a scene does not come out as written, or one of the bot's callbacks raised in it.
    """
    known: dict[int, str] = {line.id: line.text for line in world.everything()}
    acting = Play(world, stage, tell)
    for number, scene in enumerate(scenes, 1):
        tell(f"{number}. {scene.title} ({_day_and_hour(world.clock.now())})")
        failure: Exception | None = None
        try:
            await scene.act(acting)
            await run_due(world, stage)
        except Exception as error:  # noqa: BLE001  # whatever it was is raised again below, after the transcript
            failure = error
        for line in world.everything():
            if known.get(line.id) != line.text:
                changed = " (changed)" if line.id in known else ""
                tell(f"  #{line.place.name} {line.told()}{changed}")
                known[line.id] = line.text
        if failure is not None:
            raise SceneError(f"scene {number}, {scene.title}: {failure}") from failure
        if raised := world.unread_errors():
            raise SceneError(f"scene {number}, {scene.title}: the bot raised {raised[0]!r}") from raised[0]
    log.info("day played scenes=%s", len(scenes))


def _shown(value: object) -> str:
    name = getattr(value, "name", None)
    return str(name if name is not None else value)


def _day_and_hour(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
