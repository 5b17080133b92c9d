"""Scenes around a poll of the community's own: made, voted in, closed, shown, exported."""

from datetime import timedelta

from bot.demo.day import Play
from bot.demo.stage import run_due
from bot.demo.world import Line, Place, Seen

GENERAL = "general"
QUESTION = "Which concept should have been built?"
OPTIONS = "Mazda RX-500\nNissan 126X\nトヨタ EX-III\nDome Zero"
# What each member prefers, first to last; nobody has to name all. None of the three first places is the same.
PREFERENCES = ((1, 3, 2), (3, 1), (4, 3))
WINNER = "トヨタ EX-III"  # preferred to each of the others by two of three


async def make_ranked_poll(on: Play) -> None:
    """A moderator makes a poll, mistypes its end, mends it, and posts what the preview shows."""
    moderator = on.world.moderator
    form = await on.command(moderator, GENERAL, "poll create", kind="ranked")
    typed: dict[str, object] = {"question": QUESTION, "options": OPTIONS, "opens": "", "closes": "two moons"}
    refused = await on.submit(moderator, form, typed)
    _private(on, refused)
    on.expect(holds="two moons" in refused.text, what="what is not understood is named")
    again = await on.press(moderator, refused, "poll_make:edit")
    preview = await on.submit(moderator, again, {**typed, "closes": "2d12h"})
    on.expect(holds=QUESTION in preview.text, what="the preview shows the card")
    made = await on.press(moderator, preview, "poll_make:post")
    _private(on, made)
    await run_due(on.world, on.stage)
    on.transcript.news()
    on.expect(holds="Vote" in " ".join(_card(on).buttons), what="a card with a Vote button")


async def rank(on: Play) -> None:
    """Three members build their ballots option by option, each where nobody else sees it."""
    for person, preferences in zip(on.world.members, PREFERENCES, strict=True):
        panel = await on.press(person, _card(on), "🗳️ Vote")
        _private(on, panel)
        for number in preferences:
            panel = await on.select(person, panel, [str(number)], custom_id="ballot:next")
        saved = await on.press(person, panel, "ballot:save")
        on.expect(holds="Receipt" in saved.text, what="a receipt after saving")
    on.expect(holds="3 votes" in await _card_text(on), what="the card says how many have voted")


async def close_poll(on: Play) -> None:
    """The moderator closes it; ten minutes later the thread has the final result, and the export is there."""
    moderator = on.world.moderator
    number = _number(_card(on))
    _private(on, await on.command(on.world.members[0], GENERAL, "vote", poll=number))
    closed = await on.command(moderator, GENERAL, "poll close", poll=number)
    _private(on, closed)
    await on.later(timedelta(minutes=10))
    result = on.world.lines(_thread(on))[-1]
    on.expect(holds=WINNER in result.text, what="the winner by pairs, though others had as many first places")
    on.expect(holds="igest" in result.text, what="the digest of all receipts")
    exported = await on.command(moderator, GENERAL, "poll export", poll=number)
    _private(on, exported)


def _card(on: Play) -> Line:
    cards = [line for line in on.world.lines(GENERAL) if QUESTION in line.text and not line.private]
    on.expect(holds=bool(cards), what="the poll's card")
    return cards[-1]


async def _card_text(on: Play) -> str:
    await on.later(timedelta(seconds=6))  # a card is edited at most once in five seconds
    return _card(on).text


def _number(card: Line) -> str:
    return next(part.split(":")[1] for part in str(card.raw).split("'") if part.startswith("poll:"))


def _thread(on: Play) -> Place:
    threads = on.world.threads(GENERAL)
    on.expect(holds=bool(threads), what="the poll's thread")
    return threads[-1]


def _private(on: Play, seen: Seen) -> None:
    on.expect(holds=seen.private, what="only the one who asked sees the answer")
