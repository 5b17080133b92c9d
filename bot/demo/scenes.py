"""The headless day of `paddock demo --once`: three mornings of a community that gets its bot, and editors."""

from dataclasses import dataclass
from datetime import timedelta

from bot.demo import plain
from bot.demo.day import Play, Scene
from bot.demo.poll_scenes import close_poll, make_ranked_poll, rank
from bot.demo.stage import run_due
from bot.demo.world import Line, Place, Seen

GENERAL, ROUNDUP, EDITORS = "general", "morning-roundup", "editors"
WRONG_ZONE = "Europe/Berlim"
WRONG_ADDRESS = "http://10.0.0.1/feed"  # of a private network, which feeds are not read from (RFC 1918)
POSTING_TIME = "8:30"  # its draft is shown at 7:30, five minutes after the demo opens
DRAFT_AT, POSTED_AT = "07:30", "08:30"
NOTIFY, ABOUT, POST_NOW = "Notify me", "About", "Post it now"
SUGGEST, EDIT = "Suggest a story", "Edit"
APPROVE, UNAPPROVED, CORRECTED = "Approve", "Post even if nobody approves", "Corrected"
DAY_MARK = " · "  # in the name of an edition's thread
LEAD = "0"  # the number that every edition gives its first story
HEADLINE = "What everybody talks about this morning"
COMMENT = "Good morning. Read to the end: the question is worth it."
CORRECTION = "the comment over it"
CHOOSE = ":choose"  # how the custom id of the select on a card ends
MEMBER_COMMANDS = ("help", "vote")


@dataclass(frozen=True, slots=True)
class News:
    """Where the day's news comes from.

    Attributes:
        urls: addresses of feeds.
        goes_on: whether there is more of it every day.
        overlooked: an article that no edition tells by itself; one that members may suggest.
    """

    urls: tuple[str, ...]
    goes_on: bool
    overlooked: str = "https://example.org/overlooked"


def scenes(news: News) -> tuple[Scene, ...]:
    """Return the day, played with these feeds."""
    day = _Day(news)
    return (
        Scene("A member asks what there is, before anything is set up", day.before),
        Scene("Morgan sets the bot up", day.set_up),
        Scene("Aiko, who edits in Japanese, looks after the sources", day.sources),
        Scene("Morgan wants each edition approved", day.approval),
        Scene("An hour before: the draft", day.draft),
        Scene("Aiko edits it and approves", day.edited),
        Scene("The first edition", day.first_edition),
        Scene("Members answer", day.members),
        Scene("Members discuss a story, and suggest another", day.stories),
        Scene("Aiko decides on it, and corrects the edition", day.corrected),
        Scene("A moderator makes a poll of their own", make_ranked_poll),
        Scene("Members rank, each in private", rank),
        Scene("It is closed, counted and exported", close_poll),
        Scene("Morgan has a channel told of what goes wrong, and pauses the posts", day.pause),
        Scene("A morning without an edition", day.silent_morning),
        Scene("The edition comes after all, and looks back", day.post_it_now),
        Scene("A morning on which nobody approves", day.next_edition),
        Scene("What was done", day.records),
    )


class _Day:
    """What happens; each scene says what has to come of it."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._last_url = news.urls[-1]
        self._lead = ""  # the first lead's headline, before an editor wrote another

    async def before(self, on: Play) -> None:
        reader = on.world.members[0]
        on.expect(
            holds=on.world.commands(reader, GENERAL) == MEMBER_COMMANDS, what="a member is shown /help and /vote alone"
        )
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
        on.expect(holds=POSTED_AT in chosen.text, what="the panel shows the new time")

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

    async def approval(self, on: Play) -> None:
        manager = on.world.manager
        panel = await on.command(manager, GENERAL, "roundup settings")
        _private(on, panel)
        chosen = await on.select(manager, panel, [on.world.place(EDITORS)], custom_id="roundup:review")
        on.expect(holds="What nobody approves is not posted" in chosen.text, what="approval in the editors' channel")

    async def draft(self, on: Play) -> None:
        await on.next_thing()
        on.expect(holds=_time(on) == DRAFT_AT, what="the draft comes an hour before its time")
        draft = on.last(EDITORS)
        on.expect(holds=APPROVE in draft.buttons, what="a draft that can be approved")
        on.expect(holds="Not approved yet" in draft.text, what="the draft says that it waits")
        on.expect(holds=not on.world.lines(ROUNDUP), what="readers see no draft")

    async def edited(self, on: Play) -> None:
        editor = on.world.editor
        panel = await on.press(editor, on.last(EDITORS), EDIT)
        _private(on, panel)
        self._lead = plain.option_labels(panel.message.raw)[LEAD]
        panel = await on.select(editor, panel, [LEAD], custom_id="edit:story")
        form = await on.press(editor, panel, "edit:headline")
        await on.submit(editor, form, {"words": HEADLINE})
        form = await on.press(editor, panel, "edit:comment")
        await on.submit(editor, form, {"words": COMMENT})
        await run_due(on.world, on.stage)
        draft = on.last(EDITORS)
        on.expect(holds=HEADLINE in draft.text and COMMENT in draft.text, what="the draft shows what Aiko changed")
        approved = await on.press(editor, draft, APPROVE)
        _private(on, approved)
        await run_due(on.world, on.stage)
        draft = on.last(EDITORS)
        on.expect(holds="Approved by @Aiko" in draft.text, what="the draft says who approved it")
        on.expect(holds=APPROVE not in draft.buttons, what="it is approved once")
        on.expect(holds=not on.world.lines(ROUNDUP), what="an approved edition still waits for its time")

    async def first_edition(self, on: Play) -> None:
        await on.next_thing()
        on.expect(holds=_time(on) == POSTED_AT, what="the edition comes at the time that was chosen")
        edition = _edition(on)
        on.expect(holds=HEADLINE in edition.text and COMMENT in edition.text, what="it is as Aiko edited it")
        on.expect(holds="Edited by @Aiko" in edition.text, what="it is signed by its editor")
        thread = _thread(on)
        on.expect(holds=HEADLINE in thread.name, what="the thread is named after the lead")
        on.expect(holds=bool(on.world.lines(thread)), what="the thread begins with The Big Question")
        on.expect(holds="Posted" in on.last(EDITORS).text, what="the draft says that it was posted")

    async def members(self, on: Play) -> None:
        renee, zoya, dev = on.world.members
        edition = _edition(on)
        given = await on.press(renee, edition, NOTIFY)
        _private(on, given)
        taken = await on.press(dev, edition, NOTIFY)
        on.expect(holds=given.text == taken.text, what="both will be mentioned")
        again = await on.press(dev, edition, NOTIFY)
        on.expect(holds=again.text != given.text, what="a second press takes it back")
        thread = _thread(on)
        question = on.world.lines(thread)[0]
        for person, place in ((renee, 0), (zoya, 1), (dev, 0)):
            if CHOOSE in str(question.raw):
                _private(on, await on.select(person, question, [str(place + 1)]))
            elif len(question.buttons) > place + 1:
                _private(on, await on.press(person, question, question.buttons[place]))
        await on.say(zoya, thread, "Mine has three wheels and no reverse. I would not change it.")
        await on.say(renee, thread, "Then how do you park?")
        await on.say(zoya, thread, "Forwards.")
        about = await on.press(zoya, edition, ABOUT)
        _private(on, about)

    async def stories(self, on: Play) -> None:
        renee, zoya, _ = on.world.members
        edition, threads = _edition(on), len(on.world.threads(ROUNDUP))
        opened = await on.select(renee, edition, [LEAD])
        joined = await on.select(zoya, edition, [LEAD])
        _private(on, opened)
        on.expect(holds=joined.text == opened.text, what="both are shown the same thread")
        on.expect(holds=len(on.world.threads(ROUNDUP)) == threads + 1, what="one thread for the story")
        await on.say(zoya, _story(on), "I would have one in that colour.")
        form = await on.press(zoya, edition, SUGGEST)
        thanked = await on.submit(zoya, form, {"url": self._news.overlooked, "note": "It made my day."})
        _private(on, thanked)
        await run_due(on.world, on.stage)
        on.expect(holds="It made my day." in on.last(EDITORS).text, what="the editors have the suggestion")

    async def corrected(self, on: Play) -> None:
        editor = on.world.editor
        suggested = on.last(EDITORS)
        # Without the newsstand there is no page behind the address that was suggested.
        decided = await on.press(editor, suggested, "Use it" if self._news.goes_on else "Dismiss")
        _private(on, decided)
        await run_due(on.world, on.stage)
        on.expect(holds="Use it" not in on.last(EDITORS).buttons, what="a suggestion is decided on once")
        panel = await on.press(editor, _edition(on), EDIT)
        form = await on.press(editor, panel, "edit:comment")
        await on.submit(editor, form, {"words": COMMENT.replace("morning", "day")})
        form = await on.press(editor, panel, "edit:save")
        await on.submit(editor, form, {"words": CORRECTION})
        await run_due(on.world, on.stage)
        edition = _edition(on)
        on.expect(holds="Good day" in edition.text, what="readers see the correction")
        on.expect(holds=f"{CORRECTED} {POSTED_AT}: {CORRECTION}" in edition.text, what="and are told of it")

    async def pause(self, on: Play) -> None:
        manager = on.world.manager
        settings = await on.command(manager, GENERAL, "settings")
        await on.select(manager, settings, [on.world.place(EDITORS)], custom_id="settings:notices")
        approval = await on.command(manager, GENERAL, "roundup settings")
        approval = await on.press(manager, approval, UNAPPROVED)
        on.expect(holds="What nobody skips is posted" in approval.text, what="posted even if nobody approves")
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
            edition = _edition(on)
            on.expect(holds=_lead(on) != before and self._lead not in edition.text, what="no story is told twice")
            on.expect(holds="Yesterday you said" in edition.text, what="it looks back on what members said")
            on.expect(holds="Renée" not in edition.text, what="it names nobody who said it")
            on.expect(holds="hay bale" in edition.text, what="the story that a member suggested")

    async def next_edition(self, on: Play) -> None:
        before, editions = _lead(on), len(on.world.lines(ROUNDUP))
        await on.next_thing()
        on.expect(holds=len(on.world.lines(ROUNDUP)) == editions, what="at that hour editors see it first, if anybody")
        if not self._news.goes_on:
            on.expect(holds="anything new" in on.last(EDITORS).text, what="the editors hear that there is no news")
        else:
            on.expect(holds=APPROVE in on.last(EDITORS).buttons, what="another draft, which nobody looks at")
            await on.next_thing()
            edition = _edition(on)
            on.expect(holds="Edited by" not in edition.text, what="what nobody edited bears no editor's name")
            on.expect(holds=_lead(on) != before, what="another day has other news")
            await on.say(on.world.members[2], _thread(on), "My uncle: never buy the yellow one.")

    async def records(self, on: Play) -> None:
        editor, manager = on.world.editor, on.world.manager
        _private(on, await on.command(on.world.moderator, GENERAL, "roundup history"))
        _private(on, await on.command(editor, GENERAL, "source list"))
        audit = await on.command(manager, GENERAL, "audit")
        _private(on, audit)
        on.expect(holds="resumed" in audit.text, what="the audit trail has what was changed")
        older = await on.press(manager, audit, "Older")
        on.expect(holds="approved the edition" in audit.text + older.text, what="and who approved what")
        _private(on, await on.command(manager, GENERAL, "doctor"))
        again = await on.press(on.world.members[0], _edition(on), NOTIFY)
        _private(on, again)


def _private(on: Play, seen: Seen) -> None:
    on.expect(holds=seen.private, what="only the one who asked sees the answer")


def _edition(on: Play) -> Line:
    """Return the newest edition; what the bot answers to its buttons stands below it."""
    editions = [line for line in on.world.lines(ROUNDUP) if NOTIFY in " ".join(line.buttons)]
    on.expect(holds=bool(editions), what="an edition with its buttons")
    return editions[-1]


def _time(on: Play) -> str:
    return f"{on.world.clock.now().astimezone(on.world.zone):%H:%M}"


def _thread(on: Play) -> Place:
    """Return the newest edition's thread, which bears its day; those of single stories do not."""
    threads = [thread for thread in on.world.threads(ROUNDUP) if DAY_MARK in thread.name]
    on.expect(holds=bool(threads), what="an edition with its thread")
    return threads[-1]


def _story(on: Play) -> Place:
    threads = [thread for thread in on.world.threads(ROUNDUP) if DAY_MARK not in thread.name]
    on.expect(holds=bool(threads), what="a story with its thread")
    return threads[-1]


def _lead(on: Play) -> str:
    """Return the lead's headline, which the thread is named after; the day stands before it."""
    return _thread(on).name.partition(DAY_MARK)[2]
