"""A house to act in: the real app on a fresh database, in a guild of its own, with a press on loopback."""

import html
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import discord
from aiohttp import web
from simcord import interactions as wire
from simcord.backend import serializers
from simcord.backend.models import Overwrite
from simcord.enums import InteractionType, OverwriteType

from bot.app import App, open_app
from bot.clock import ManualClock
from bot.demo.world import Line, Person, Seen, World
from bot.domain.actor import Actor, Capability
from bot.domain.edition import Edition
from bot.domain.roundup import EditionStep, Roundup
from bot.services.guild import SetupChoice
from bot.settings import Settings
from bot.storage.roundup import save_roundup
from bot.text import text
from cogs.guild.draft import first_draft

MORNING = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
POSTED_AT = MORNING.replace(hour=7, minute=30)  # what /setup suggests
DRAFTED_AT = POSTED_AT - timedelta(hours=1)  # where editors approve editions

Story = tuple[str, str]  # headline and text
HILUX = (
    "Toyota shows a hydrogen Hilux with 600 km of range",
    "Toyota unveiled a fuel-cell Hilux on Friday in Derby. The pickup carries three tanks and drives 600 km.",
)
CIVIC = (
    "Honda recalls 500,000 Civics over seat belts",
    "Honda is calling back 500,000 Civic cars because a buckle may not latch. Dealers replace it free of charge.",
)
ROTARY = (
    "Mazda brings back the rotary engine as a range extender",
    "Mazda confirmed that its rotary engine returns next year. The engine charges a battery and can burn hydrogen.",
)
SMALL_EV = (
    "Which small EV would you buy: the Renault 5, the Fiat Panda or the Citroën C3?",
    "Small electric cars are back, and three of them want your money. Which small EV would you buy?",
)


def rss(
    title: str, stories: Sequence[Story], *, at: datetime = MORNING, site: str | None = None, first: int = 0
) -> bytes:
    """Return an RSS feed whose stories came out shortly before `at`; their addresses count from `first`."""
    host = site or f"{''.join(filter(str.isalnum, title.lower())) or 'press'}.example"
    items = "".join(
        f"<item><title>{html.escape(headline)}</title><link>https://{host}/{place}</link>"
        f"<guid>{host}/{place}</guid><pubDate>{format_datetime(at - timedelta(minutes=20 + place))}</pubDate>"
        f"<description>{html.escape(words)}</description></item>"
        for place, (headline, words) in enumerate(stories, first)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{html.escape(title)}</title>'
        f"<link>https://{host}/</link><description>News</description>{items}</channel></rss>"
    ).encode()


class Press:
    """Serves bytes on loopback by path; a path that is not there is a 404."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.port = 0

    def put(self, path: str, page: bytes) -> str:
        """Serve a page and return its address."""
        self.pages[path] = page
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.lstrip("/")
        self.asked.append(path)
        if path not in self.pages:
            raise web.HTTPNotFound
        kind = "text/html" if self.pages[path].startswith(b"<html") else "application/rss+xml"
        return web.Response(body=self.pages[path], content_type=kind)


@asynccontextmanager
async def open_press() -> AsyncGenerator[Press]:
    served = Press()
    site = web.Application()
    site.router.add_get("/{path:.*}", served.answer)
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.port = runner.addresses[0][1]
    served.put("gearlog", rss("Gearlog", [HILUX, CIVIC]))
    served.put("torque", rss("Torque", [("Hydrogen Hilux revealed by Toyota", HILUX[1]), SMALL_EV]))
    try:
        yield served
    finally:
        await runner.cleanup()


@dataclass
class House:
    """The open app and the guild that it is in; `app` is another one after `restart`."""

    app: App
    world: World
    clock: ManualClock
    press: Press
    settings: Settings
    opened: AsyncExitStack = field(repr=False)

    async def set_up(self, person: Person | None = None) -> Seen:
        """Run /setup and save what it suggests."""
        manager = person or self.world.manager
        panel = await self.world.slash(manager, "general", "setup")
        return await self.world.press(manager, panel.message, "setup:save")

    async def begin(self) -> None:
        """Set the guild up with what /setup suggests, without pressing through it; its own tests do that."""
        general = next(channel for channel in self.guild.text_channels if channel.name == "general")
        zone, language = self.settings.timezone, self.settings.language
        draft = first_draft(self.guild, general, timezone=zone, language=language, source_urls=())
        assert draft.channel_id is not None
        role = await self.guild.create_role(name=text("guild.setup.role_name", language))
        await self.app.guilds.set_up(
            self.actor(),
            SetupChoice(
                name=text("guild.setup.roundup_name", language),
                channel_id=draft.channel_id,
                at=draft.at,
                timezone=zone,
                language=language,
                parts=draft.parts,
                notify_role_id=role.id,
            ),
        )
        for url in self.settings.starter_sources:
            await self.app.sources.add(self.actor(), url)

    async def work(self) -> int:
        """Do everything that is due now."""
        return await self.app.run_once(self.clock)

    async def post(self) -> Line:
        """Let the edition's time come, and return its message."""
        await self.world.advance_to(POSTED_AT)
        await self.work()
        return self.edition

    @property
    def edition(self) -> Line:
        """The newest message in the roundup's channel."""
        return self.world.lines("morning-roundup")[-1]

    @property
    def guild(self) -> discord.Guild:
        return self.app.client.guilds[0]

    async def restart(self) -> None:
        """End the bot and open it again on the same database, in the same guild."""
        await self.opened.aclose()
        self.app = await self.opened.enter_async_context(
            open_app(self.settings, self.clock, purpose="test", loopback_ports=frozenset({self.press.port}))
        )
        await self.world.restart(self.app.client)

    @property
    def backend(self) -> Any:
        """The simulated Discord itself, for what no person does."""
        return self.world._env.backend

    def actor(self) -> Actor:
        """Return somebody who may do everything, for asking a service directly."""
        return Actor(self.world.manager.id, self.guild.id, frozenset(), frozenset(Capability), MORNING, None)

    def actor_of(self, person: Person) -> Actor:
        """Return a member without capabilities, for asking a service directly."""
        return Actor(person.id, self.guild.id, frozenset(), frozenset(), MORNING - timedelta(days=365), None)

    def pinged(self, line: Line) -> list[int]:
        """Return the roles and people whom a message really reached, as it was posted or edited last."""
        message = self.backend.get_message(line.place.id, line.id)
        return [*message.ping_role_ids, *message.ping_user_ids]

    async def allow(self, permissions: discord.Permissions) -> None:
        """Let the bot's role do this and nothing else."""
        self.world.guild.allow_bot(permissions)
        await self.world.settle()

    async def forbid(self, where: str, **denied: bool) -> None:
        """Deny the bot permissions in a place, with an overwrite of its own role; none denied lifts that again."""
        shown = discord.Permissions(view_channel=True, send_messages=True)
        deny = discord.Permissions(**denied)
        overwrite = Overwrite(
            self.world.role("Paddock").id, OverwriteType.ROLE, allow=(shown & ~deny).value, deny=deny.value
        )
        self.backend.set_overwrite(self.world.place(where).id, overwrite)
        await self.world.settle()

    async def take_role(self, person: Person, name: str) -> None:
        """Take a role from somebody."""
        self.backend.remove_member_role(self.guild.id, person.id, self.world.role(name).id)
        await self.world.settle()

    async def give_role(self, person: Person, name: str) -> None:
        self.backend.add_member_role(self.guild.id, person.id, self.world.role(name).id)
        await self.world.settle()

    def show_command(self, command: str, role: str) -> None:
        """Let a role see a command, as a manager does in Server Settings → Integrations."""
        found = next(c for c in self.backend.commands[None].values() if c["name"] == command)
        entry = {"id": str(self.world.role(role).id), "type": 1, "permission": True}
        self.backend.set_command_permissions(self.guild.id, int(found["id"]), [entry])

    def fail(self, method: str, path: str, *, status: int = 500, code: int = 0, times: int | None = 1) -> None:
        """Let Discord answer the next matching request with an error."""
        self.world._env.inject_error(method, path, status=status, code=code, times=times)

    async def change_roundup(self, **fields: object) -> Roundup:
        """Write what no command sets yet into the guild's roundup."""
        changed = replace(await self.app.guilds.roundup(self.guild.id), **fields)
        await self.app.guilds._store.write(lambda session: save_roundup(session, changed))
        return changed

    def number_stories(self) -> None:
        """Let the stories of each edition that is composed have numbers, lead first."""
        compose = self.app.roundups.compose

        async def numbered(*args: Any, **kwargs: Any) -> Edition:
            made = await compose(*args, **kwargs)
            sections = tuple(replace(section, number=n) for n, section in enumerate(made.sections, 1))
            return replace(made, sections=sections)

        self.app.roundups.compose = numbered  # type: ignore[method-assign]

    async def audit(self) -> str:
        return (await self.world.slash(self.world.manager, "general", "audit")).text

    def send_press(self, person: Person | int, line: Line, custom_id: str) -> Any:
        """Send the press of a button without waiting for what comes of it, as two in a moment are; settle then."""
        backend, user_id = self.backend, person if isinstance(person, int) else person.id
        record, payload = wire.base_payload(
            backend,
            type=InteractionType.MESSAGE_COMPONENT,
            channel_id=line.place.id,
            guild_id=self.guild.id,
            user_id=user_id,
            data={"custom_id": custom_id, "component_type": discord.ComponentType.button.value},
        )
        message = backend.get_message(line.place.id, line.id)
        payload["message"] = dict(serializers.message_payload(backend, message))
        record.source_message_id = line.id
        backend.emit("INTERACTION_CREATE", payload)
        return record

    async def slash(self, command: str, /, **options: object) -> Seen:
        """Let the manager run a command in #general."""
        return await self.world.slash(self.world.manager, "general", command, **options)


async def open_house(
    folder: Path, template: Path, press: Press, stack: AsyncExitStack, *, starters: Sequence[str], **world: object
) -> House:
    database = folder / "paddock.db"
    shutil.copy(template, database)
    settings = Settings(DATABASE_URL=f"sqlite+aiosqlite:///{database}", PADDOCK_STARTER_SOURCES=" ".join(starters))
    clock = ManualClock(MORNING)
    opened = await stack.enter_async_context(AsyncExitStack())
    app = await opened.enter_async_context(
        open_app(settings, clock, purpose="test", loopback_ports=frozenset({press.port}))
    )
    running = await stack.enter_async_context(World(app.client, clock, **world))
    return House(app, running, clock, press, settings, opened)


class Killed(BaseException):
    """The process is gone: nothing catches this."""


def kill_at(house: House, step: EditionStep, *, after: bool) -> None:
    """Let the process end before or after a step acts, in any case before its outcome is recorded."""
    registered = house.app.runner._kinds["edition"]

    async def perform(posting):
        if posting.step is step and not after:
            raise Killed
        outcome = await registered.perform(posting)
        if posting.step is step:
            raise Killed
        return outcome

    house.app.runner._kinds["edition"] = replace(registered, perform=perform)


def texts(line: Line) -> str:
    """Return all text displays of a message as they are sent, with their Markdown."""
    found: list[str] = []

    def walk(parts) -> None:
        for part in parts:
            if part.get("type") == 10:  # text display
                found.append(part["content"])
            walk(part.get("components", []))

    walk(line.raw.get("components", []))
    return "\n".join(found)


async def review_in(house: House, place: str = "editors", *, unapproved: bool = False) -> None:
    """Let editors approve each edition, as a manager does in the roundup's settings."""
    panel = await house.slash("roundup settings")
    seen = await house.world.select(
        house.world.manager, panel.message, [house.world.place(place)], custom_id="roundup:review"
    )
    assert "**Approval:**" in seen.text
    if unapproved:
        await house.world.press(house.world.manager, panel.message, "roundup:unapproved")


async def draft(house: House) -> Line:
    """Let the hour of the draft come, and return it."""
    await house.world.advance_to(DRAFTED_AT)
    await house.work()
    (line,) = house.world.lines("editors")
    return line
