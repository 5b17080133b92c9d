"""The headless day of `paddock demo --once`: three mornings of a community that gets its bot."""

from dataclasses import dataclass
from datetime import timedelta

from bot.demo.day import Play, Scene
from bot.demo.world import Line, Place, Seen

GENERAL, ROUNDUP, EDITORS = "general", "morning-roundup", "editors"
WRONG_ZONE = "Europe/Berlim"
WRONG_ADDRESS = "http://10.0.0.1/feed"  # of a private network, which feeds are not read from (RFC 1918)
POSTING_TIME = "7:45"
NOTIFY, ABOUT, POST_NOW = "Notify me", "About", "Post it now"
MEMBER_COMMANDS = ("help",)


@dataclass(frozen=True, slots=True)
class News:
    """Where the day's news comes from: addresses of feeds, and whether there is more of it every day."""

    urls: tuple[str, ...]
    goes_on: bool


def scenes(news: News) -> tuple[Scene, ...]:
    """Return the day, played with these feeds."""
    day = _Day(news)
    return (
        Scene("A member asks what there is, before anything is set up", day.before),
        Scene("Morgan sets the bot up", day.set_up),
        Scene("Aiko, who edits in Japanese, looks after the sources", day.sources),
        Scene("The first edition", day.first_edition),
        Scene("Members answer", day.members),
        Scene("Morgan has a channel told of what goes wrong, and pauses the posts", day.pause),
        Scene("A morning without an edition", day.silent_morning),
        Scene("The edition comes after all", day.post_it_now),
        Scene("The next morning", day.next_edition),
        Scene("Looking back", day.looking_back),
    )


class _Day:
    """What happens; each scene says what has to come of it."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._last_url = news.urls[-1]

    async def before(self, on: Play) -> None:
        reader = on.world.members[0]
        on.expect(holds=on.world.commands(reader, GENERAL) == MEMBER_COMMANDS, what="a member is shown /help alone")
        on.expect(holds="pause" not in on.world.commands(on.world.moderator, GENERAL), what="no /pause for moderators")
        seen = await on.command(reader, GENERAL, "help")
        _private(on, seen)
        on.expect(holds="/setup" in seen.text, what="/help says that somebody has to set the bot up")

    async def set_up(self, on: Play) -> None:
        manager = on.world.manager
        panel = await on.command(manager, GENERAL, "setup")
        on.expect(holds=f"#{ROUNDUP}" in panel.text, what="/setup has found #morning-roundup by itself")
        await self._choose_time(on, panel)
        if len(self._news.urls) > 1:
            but_the_last = [str(number) for number in range(len(self._news.urls) - 1)]
            await on.select(manager, panel, but_the_last, custom_id="setup:sources")
        saved = await on.press(manager, panel, "Save")
        _private(on, saved)
        on.expect(holds="Saved" in saved.text, what="the choices are saved")
        on.expect(holds="Only you see it" in saved.text, what="a private preview of the first edition")
        on.expect(holds=not on.world.lines(ROUNDUP), what="nothing is posted by setting up")

    async def _choose_time(self, on: Play, panel: Seen) -> None:
        manager = on.world.manager
        form = await on.press(manager, panel, "Time and zone")
        refused = await on.submit(manager, form, {"time": POSTING_TIME, "zone": WRONG_ZONE})
        on.expect(holds="Europe/Berlin" in refused.text, what="a wrong zone is refused with the one that was meant")
        form = await on.press(manager, panel, "Time and zone")
        chosen = await on.submit(manager, form, {"time": POSTING_TIME, "zone": on.world.zone.key})
        on.expect(holds="07:45" in chosen.text, what="the panel shows the new time")

    async def sources(self, on: Play) -> None:
        editor = on.world.editor
        helped = await on.command(editor, GENERAL, "help")
        on.expect(holds="ニュース" in helped.text, what="the bot answers in Japanese")
        tried = await on.command(editor, GENERAL, "source test", url=self._last_url)
        _private(on, tried)
        await self._refused(on, "source add", url=WRONG_ADDRESS)
        added = await on.command(editor, GENERAL, "source add", url=self._last_url)
        _private(on, added)
        removed = await on.command(editor, GENERAL, "source remove", source=self._last_url)
        _private(on, removed)
        await on.command(editor, GENERAL, "source add", url=self._last_url)
        preview = await on.command(editor, GENERAL, "roundup preview")
        _private(on, preview)
        on.expect(holds=not on.world.lines(ROUNDUP), what="a preview is not posted")

    async def _refused(self, on: Play, command: str, **options: object) -> None:
        seen = await on.command(on.world.editor, GENERAL, command, **options)
        _private(on, seen)
        on.expect(holds=bool(seen.text) and "\n" not in seen.text, what="one sentence says what is wrong")

    async def first_edition(self, on: Play) -> None:
        await on.next_thing()
        now = on.world.clock.now().astimezone(on.world.zone)
        on.expect(holds=f"{now:%H:%M}" == "07:45", what="the edition comes at the time that was chosen")
        _edition(on)
        thread = _thread(on)
        on.expect(holds=bool(on.world.lines(thread)), what="the thread begins with The Big Question")

    async def members(self, on: Play) -> None:
        renee, zoya, dev = on.world.members
        edition = on.last(ROUNDUP)
        given = await on.press(renee, edition, NOTIFY)
        _private(on, given)
        taken = await on.press(dev, edition, NOTIFY)
        on.expect(holds=given.text == taken.text, what="both will be mentioned")
        again = await on.press(dev, edition, NOTIFY)
        on.expect(holds=again.text != given.text, what="a second press takes it back")
        thread = _thread(on)
        await on.say(zoya, thread, "Mine has three wheels and no reverse. I would not change it.")
        await on.say(renee, thread, "Then how do you park?")
        await on.say(zoya, thread, "Forwards.")
        about = await on.press(zoya, edition, ABOUT)
        _private(on, about)

    async def pause(self, on: Play) -> None:
        manager = on.world.manager
        settings = await on.command(manager, GENERAL, "settings")
        await on.select(manager, settings, [on.world.place(EDITORS)], custom_id="settings:notices")
        paused = await on.command(manager, GENERAL, "pause", what="posts", until="1d2h")
        _private(on, paused)
        on.expect(holds="Paused" in paused.text, what="posts are paused")

    async def silent_morning(self, on: Play) -> None:
        editions = len(on.world.lines(ROUNDUP))
        await on.next_thing()
        on.expect(holds=len(on.world.lines(ROUNDUP)) == editions, what="no edition while posts are paused")
        notice = on.last(EDITORS)
        on.expect(holds=POST_NOW in notice.buttons, what="the editors are told, with a button to post it now")
        refused = await on.press(on.world.moderator, notice, POST_NOW)
        _private(on, refused)
        on.expect(holds="/resume" in refused.text, what="a paused server posts nothing, whoever asks")

    async def post_it_now(self, on: Play) -> None:
        editions, before = len(on.world.lines(ROUNDUP)), _lead(on)
        resumed = await on.command(on.world.manager, GENERAL, "resume")
        _private(on, resumed)
        begun = await on.press(on.world.moderator, on.last(EDITORS), POST_NOW)
        _private(on, begun)
        await on.later(timedelta(minutes=1))
        if self._news.goes_on:
            on.expect(holds=len(on.world.lines(ROUNDUP)) == editions + 1, what="the edition has come")
            _edition(on)
            on.expect(holds=_lead(on) != before, what="no story is told twice")

    async def next_edition(self, on: Play) -> None:
        before = _lead(on)
        await on.next_thing()
        if self._news.goes_on:
            _edition(on)
            on.expect(holds=_lead(on) != before, what="another day has other news")
            await on.say(on.world.members[2], _thread(on), "My uncle: never buy the yellow one.")

    async def looking_back(self, on: Play) -> None:
        editor, manager = on.world.editor, on.world.manager
        _private(on, await on.command(on.world.moderator, GENERAL, "roundup history"))
        _private(on, await on.command(editor, GENERAL, "source list"))
        audit = await on.command(manager, GENERAL, "audit")
        _private(on, audit)
        on.expect(holds="resumed" in audit.text, what="the audit trail has what was changed")
        _private(on, await on.command(manager, GENERAL, "doctor"))
        again = await on.press(on.world.members[0], on.last(ROUNDUP), NOTIFY)
        _private(on, again)


def _private(on: Play, seen: Seen) -> None:
    on.expect(holds=seen.private, what="only the one who asked sees the answer")


def _edition(on: Play) -> Line:
    edition = on.last(ROUNDUP)
    on.expect(holds=NOTIFY in " ".join(edition.buttons), what="an edition with its buttons")
    return edition


def _thread(on: Play) -> Place:
    threads = on.world.threads(ROUNDUP)
    on.expect(holds=bool(threads), what="an edition with its thread")
    return threads[-1]


def _lead(on: Play) -> str:
    """Return the lead's headline, which the thread is named after; the day stands before it."""
    return _thread(on).name.partition(" · ")[2]
