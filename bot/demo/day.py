"""A day played by itself: scenes in which people do things, and a transcript of what came of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from babel.dates import format_timedelta

from bot.demo import plain
from bot.demo.stage import Stage, pass_until, run_due
from bot.demo.world import Line, Person, Seen, Where, World
from bot.text import DEFAULT_LANGUAGE, text

log = logging.getLogger(__name__)

Tell = Callable[[str], None]

POLL_DUE = "demo.due.poll"  # it opens and ends by itself, between the things that a day is about


class SceneError(Exception):
    """A scene did not come out as written; the transcript up to there has been told."""


class Transcript:
    """Tells what is done, and after it every message that is new or was changed."""

    def __init__(self, world: World, tell: Tell) -> None:
        """Begin with what stands in the world now as known."""
        self._world = world
        self._tell = tell
        self._known = {line.id: line.text for line in world.everything()}

    def title(self, number: int, title: str) -> None:
        """Tell that a scene begins, and when."""
        self._tell(f"\n{number}. {title} ({self._now()})")

    def act(self, what: str) -> None:
        """Tell that somebody does something."""
        self._tell(f"  > {what}")

    def time(self, until: str) -> None:
        """Tell that time has passed."""
        self._tell(f"  … {until} ({self._now()})")

    def news(self) -> None:
        """Tell every message that is new since, and what is new in those that were changed."""
        for line in self._world.everything():
            known = self._known.get(line.id)
            if known == line.text:
                continue
            if known is None:
                self._tell(f"  #{line.place.name} {line.told()}")
            else:
                self._tell(f"  #{line.place.name} {_changed(line, known).told(' (changed)')}")
            self._known[line.id] = line.text

    def _now(self) -> str:
        return f"{self._world.clock.now().astimezone(self._world.zone):%a %d %b, %H:%M}"


@dataclass(frozen=True, slots=True)
class Play:
    """What a scene acts with."""

    world: World
    stage: Stage
    transcript: Transcript

    async def later(self, length: timedelta) -> None:
        """Let time pass; what falls due happens at its moment."""
        await pass_until(self.world, self.stage, self.world.clock.now() + length)
        self.transcript.time(f"{format_timedelta(length, locale='en')} later")
        self.transcript.news()

    async def next_thing(self) -> None:
        """Let time pass until the next thing that is due has happened, and polls have come to their ends meanwhile.

        Raises:
            SceneError: if nothing else is due.
        """
        while (due := await self.stage.next_due()) is not None:
            await pass_until(self.world, self.stage, max(due.at, self.world.clock.now()))
            self.transcript.time(f"until {text(due.what, DEFAULT_LANGUAGE)}")
            self.transcript.news()
            if due.what != POLL_DUE:
                return
        raise SceneError("nothing is due")

    async def command(self, person: Person, where: str, name: str, /, **options: object) -> Seen:
        """Run a slash command and tell of it."""
        given = " ".join(f"{key}:{_shown(value)}" for key, value in options.items())
        self.transcript.act(f"{person.name} in #{where}: /{name} {given}".rstrip())
        return self._answered(await self.world.slash(person, where, name, **options))

    async def press(self, person: Person, message: Line | Seen, button: str) -> Seen:
        """Press a button and tell of it."""
        self.transcript.act(f"{person.name} presses [{button}]")
        return self._answered(await self.world.press(person, message, button))

    async def select(
        self, person: Person, message: Line | Seen, values: Sequence[object], *, custom_id: str | None = None
    ) -> Seen:
        """Choose in a select, named by its custom id if there are several, and tell of it."""
        labels = plain.option_labels((message.message if isinstance(message, Seen) else message).raw)
        named = (labels.get(str(value), _shown(value)) for value in values)
        self.transcript.act(f"{person.name} chooses {', '.join(named)}")
        return self._answered(await self.world.select(person, message, values, custom_id=custom_id))

    async def submit(self, person: Person, shown: Seen, values: Mapping[str, object]) -> Seen:
        """Submit a modal and tell of it."""
        sent = [" / ".join(_shown(value).splitlines()) for value in values.values() if value]
        self.transcript.act(f"{person.name} sends {', '.join(sent)}")
        return self._answered(await self.world.submit(person, shown, values))

    async def say(self, person: Person, where: Where, text: str) -> Line:
        """Write a message; the transcript shows it with the others."""
        said = await self.world.say(person, where, text)
        self.transcript.news()
        return said

    def last(self, where: Where) -> Line:
        """Return the newest message of a place.

        Raises:
            SceneError: if nothing was said there.
        """
        lines = self.world.lines(where)
        if not lines:
            raise SceneError(f"nothing was said in #{_shown(where)}")
        return lines[-1]

    def expect(self, *, holds: bool, what: str) -> None:
        """Fail the scene unless it `holds`.

        Raises:
            SceneError: naming `what` was expected.
        """
        if not holds:
            raise SceneError(f"expected: {what}")

    def _answered(self, seen: Seen) -> Seen:
        if seen.modal:
            self.transcript.act(f"a form opens: {seen.text}".replace("\n", "\n      "))
        self.transcript.news()
        if not seen.answered:
            raise SceneError("the bot did not respond")
        return seen


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of the day: a title, and who does what."""

    title: str
    act: Callable[[Play], Awaitable[None]]


async def play(
    world: World, stage: Stage, scenes: Sequence[Scene], tell: Tell, *, stopping: asyncio.Event | None = None
) -> None:
    """Play the scenes in order, and tell of them; end after the present one once `stopping` is set.

    Raises:
        SceneError: if a scene does not come out as written, or one of the bot's callbacks raised in it.
    """
    transcript = Transcript(world, tell)
    acting = Play(world, stage, transcript)
    for number, scene in enumerate(scenes, 1):
        if stopping is not None and stopping.is_set():
            return
        transcript.title(number, scene.title)
        failure: Exception | None = None
        try:
            await scene.act(acting)
            await run_due(world, stage)
        except Exception as error:  # noqa: BLE001  # whatever it was is raised again below, after the transcript
            failure = error
        transcript.news()
        if failure is not None:
            raise SceneError(f"scene {number}, {scene.title}: {failure}") from failure
        if raised := world.unread_errors():
            raise SceneError(f"scene {number}, {scene.title}: the bot raised {raised[0]!r}") from raised[0]
    log.info("day played scenes=%s", len(scenes))


def _changed(line: Line, known: str) -> Line:
    """Return the message with those of its lines that were not there before; all of it if some only went."""
    before = set(known.splitlines())
    fresh = [each for each in line.text.splitlines() if each not in before]
    return replace(line, text="\n".join(fresh)) if fresh else line


def _shown(value: object) -> str:
    name = getattr(value, "name", None)
    return str(name if name is not None else value)
