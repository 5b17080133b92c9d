"""Edits of what changes: coalesced, not too often, the last state wins."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from discord import ui

from bot.clock import ManualClock
from bot.domain.due_work import NothingThereError
from bot.domain.errors import DiscordAwayError
from bot.edge import live_edit
from bot.edge.live_edit import LiveEdits
from bot.edge.pace import Priority

START = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


class Edited:
    """In the publisher's place: notes what it was asked to show; fails where told to."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, str]] = []
        self.failing: dict[int, Exception] = {}

    async def edit(self, channel_id: int, message_id: int, view: ui.LayoutView, priority: Priority) -> None:
        assert (channel_id, priority) == (1, Priority.LIVE_EDIT)
        if message_id in self.failing:
            raise self.failing[message_id]
        (text,) = view.children
        self.shown.append((message_id, text.content))


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def publisher():
    return Edited()


@pytest.fixture
def live(clock, publisher):
    return LiveEdits(clock, publisher)


def showing(text: str | None):
    async def render() -> ui.LayoutView | None:
        if text is None:
            return None
        view = ui.LayoutView()
        view.add_item(ui.TextDisplay(text))
        return view

    return render


async def test_many_wishes_for_one_message_are_one_edit_of_the_last_state(live, clock, publisher):
    for count in range(100):
        live.want(1, 10, showing(f"{count} votes"))

    assert await live.run_once(clock.now()) == 1
    assert publisher.shown == [(10, "99 votes")]
    assert await live.run_once(clock.now()) == 0


async def test_what_is_shown_is_made_when_it_is_sent(live, clock, publisher):
    votes = {"count": 1}

    async def render() -> ui.LayoutView | None:
        return await showing(f"{votes['count']} votes")()

    live.want(1, 10, render)
    votes["count"] = 2
    await live.run_once(clock.now())

    assert publisher.shown == [(10, "2 votes")]


async def test_a_message_is_edited_at_most_once_in_five_seconds(live, clock, publisher):
    for second in range(11):
        live.want(1, 10, showing(str(second)))
        await live.run_once(clock.now())
        clock.advance(timedelta(seconds=1))

    assert publisher.shown == [(10, "0"), (10, "5"), (10, "10")]


async def test_the_last_state_is_shown_though_nobody_asks_again(live, clock, publisher):
    live.want(1, 10, showing("first"))
    await live.run_once(clock.now())
    live.want(1, 10, showing("last"))
    assert await live.run_once(clock.now()) == 0

    clock.advance(timedelta(seconds=5))
    await live.run_once(clock.now())

    assert publisher.shown == [(10, "first"), (10, "last")]


async def test_messages_do_not_wait_for_each_other(live, clock, publisher):
    live.want(1, 10, showing("a"))
    await live.run_once(clock.now())
    live.want(1, 11, showing("b"))

    assert await live.run_once(clock.now()) == 1


async def test_nothing_to_show_is_no_edit(live, clock, publisher):
    live.want(1, 10, showing(None))

    assert await live.run_once(clock.now()) == 0
    assert publisher.shown == []


async def test_an_edit_that_is_refused_for_good_is_dropped_and_the_others_are_sent(live, clock, publisher):
    publisher.failing[10] = NothingThereError(channel="<#1>")
    live.want(1, 10, showing("lost"))
    live.want(1, 11, showing("shown"))

    assert await live.run_once(clock.now()) == 1
    publisher.failing.clear()
    clock.advance(timedelta(minutes=1))
    assert await live.run_once(clock.now()) == 0
    assert publisher.shown == [(11, "shown")]


async def test_an_edit_that_met_an_outage_is_made_when_it_is_over_however_long_it_lasts(live, clock, publisher):
    votes = {"count": 1}

    async def render() -> ui.LayoutView:
        return await showing(f"{votes['count']} votes")()

    publisher.failing[10] = DiscordAwayError(reason="503", error_id="x")
    live.want(1, 10, render)
    live.want(1, 11, showing("shown"))
    for _ in range(100):
        await live.run_once(clock.now())
        clock.advance(timedelta(minutes=1))
    assert publisher.shown == [(11, "shown")]

    publisher.failing.clear()
    votes["count"] = 7  # what is shown is what it has come to since
    clock.advance(timedelta(minutes=2))
    await live.run_once(clock.now())
    assert publisher.shown == [(11, "shown"), (10, "7 votes")]
    assert (live._wanted, live._failed) == ({}, {})


async def test_while_discord_is_away_a_message_is_tried_ever_more_seldom_whoever_wants_it(live, clock, publisher):
    publisher.failing[10] = DiscordAwayError(reason="503", error_id="x")
    tried: list[int] = []
    at_once = publisher.edit

    async def noted(*args):
        tried.append(round((clock.now() - START).total_seconds()))
        await at_once(*args)

    publisher.edit = noted
    for _ in range(80):
        live.want(1, 10, showing("a vote more"))
        await live.run_once(clock.now())
        clock.advance(timedelta(seconds=1))
    assert tried == [0, 5, 15, 35, 75]


async def test_who_was_told_to_wait_waits(live, clock, publisher):
    publisher.failing[10] = DiscordAwayError(reason="429", error_id="x", retry_after_s=60)
    live.want(1, 10, showing("late"))
    await live.run_once(clock.now())
    publisher.failing.clear()
    clock.advance(timedelta(seconds=59))
    assert await live.run_once(clock.now()) == 0
    clock.advance(timedelta(seconds=1))
    assert await live.run_once(clock.now()) == 1


async def test_an_edit_that_cannot_be_made_is_not_tried_for_ever(live, clock, publisher, monkeypatch):
    publisher.failing[10] = RuntimeError("no such thing")
    live.want(1, 10, showing("lost"))
    for _ in range(20):
        await live.run_once(clock.now())
        clock.advance(timedelta(minutes=1))
    publisher.failing.clear()
    assert await live.run_once(clock.now()) == 0
    assert (live._wanted, live._failed) == ({}, {})


async def test_who_wants_to_know_is_told_of_an_edit_that_was_made_and_of_no_other(live, clock, publisher):
    told: list[int] = []

    def telling(message_id: int):
        async def tell() -> None:
            told.append(message_id)

        return tell

    publisher.failing[12] = NothingThereError(channel="<#1>")
    publisher.failing[13] = DiscordAwayError(reason="503", error_id="x")
    for message_id, words in ((10, "shown"), (11, None), (12, "refused"), (13, "put off")):
        live.want(1, message_id, showing(words), after=telling(message_id))
    await live.run_once(clock.now())
    assert told == [10]
    publisher.failing.clear()
    clock.advance(timedelta(seconds=5))
    await live.run_once(clock.now())
    assert told == [10, 13]


async def test_nothing_is_kept_of_messages_that_are_quiet(live, clock):
    for message_id in range(50):
        live.want(1, message_id, showing("x"))
    await live.run_once(clock.now())
    clock.advance(timedelta(seconds=6))
    await live.run_once(clock.now())

    assert (live._wanted, live._edited_at) == ({}, {})


async def test_more_messages_than_there_can_be_are_refused(live, clock, publisher, monkeypatch):
    monkeypatch.setattr(live_edit, "WANTED_MAX", 2)
    for message_id in (1, 2, 3):
        live.want(1, message_id, showing("x"))
    live.want(1, 2, showing("newer"))

    await live.run_once(clock.now())

    assert publisher.shown == [(1, "x"), (2, "newer")]


async def test_run_sends_each_edit_when_its_time_comes(live, clock, publisher):
    running = asyncio.ensure_future(live.run())
    live.want(1, 10, showing("first"))
    await _settle()
    live.want(1, 10, showing("second"))
    await _settle()
    assert publisher.shown == [(10, "first")]

    clock.advance(timedelta(seconds=5))
    await _settle()
    assert publisher.shown == [(10, "first"), (10, "second")]
    running.cancel()


async def test_run_does_not_let_a_new_message_wait_for_one_that_was_edited_just_now(live, clock, publisher):
    running = asyncio.ensure_future(live.run())
    live.want(1, 10, showing("first"))
    await _settle()
    live.want(1, 10, showing("second"))
    await _settle()
    live.want(1, 11, showing("other"))
    await _settle()

    assert publisher.shown == [(10, "first"), (11, "other")]
    running.cancel()


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_is_shown_for_good_is_never_overtaken_by_an_older_state(live, clock, publisher):
    """A live edit that waits for its place in the budget holds what it was given before the last word was said."""
    is_waiting, go_on = asyncio.Event(), asyncio.Event()
    at_once = publisher.edit

    async def slow(*args, **kwargs):
        is_waiting.set()
        await go_on.wait()
        await at_once(*args, **kwargs)

    publisher.edit = slow
    live.want(1, 10, showing("open"))
    editing = asyncio.create_task(live.run_once(clock.now()))
    await is_waiting.wait()

    async def last_word():
        async with live.held(1, 10):
            publisher.shown.append((10, "closed"))

    closing = asyncio.create_task(last_word())
    await asyncio.sleep(0)
    assert publisher.shown == []
    go_on.set()
    await asyncio.gather(editing, closing)

    assert publisher.shown == [(10, "open"), (10, "closed")]


async def test_a_live_edit_waits_until_the_last_word_is_said_and_is_made_after_it(live, clock, publisher):
    state = {"is": "open"}

    async def render() -> ui.LayoutView:
        return await showing(state["is"])()

    live.want(1, 10, render)
    async with live.held(1, 10):
        editing = asyncio.create_task(live.run_once(clock.now()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        state["is"] = "closed"
    await editing
    assert publisher.shown == []  # it has just been edited

    clock.advance(timedelta(seconds=5))
    await live.run_once(clock.now())
    assert publisher.shown == [(10, "closed")]


async def test_what_was_shown_for_good_counts_as_an_edit(live, clock, publisher):
    async with live.held(1, 10):
        pass
    live.want(1, 10, showing("after it"))
    clock.advance(timedelta(seconds=4))
    assert await live.run_once(clock.now()) == 0

    clock.advance(timedelta(seconds=1))
    assert await live.run_once(clock.now()) == 1


async def test_the_last_word_keeps_the_pace_as_well_and_is_asked_to_come_again(live, clock, publisher):
    live.want(1, 10, showing("open"))
    await live.run_once(clock.now())
    clock.advance(timedelta(seconds=3))
    async with live.held(1, 10) as not_before:
        assert not_before == START + timedelta(seconds=5)

    clock.move_to(not_before)
    async with live.held(1, 10) as not_before:
        assert not_before is None  # that nothing was done then counts as no edit


async def test_the_five_seconds_begin_when_an_edit_has_arrived(live, clock, publisher):
    """On a slow line the next one would otherwise be close behind."""
    at_once = publisher.edit

    async def slow(*args, **kwargs):
        clock.advance(timedelta(seconds=3))
        await at_once(*args, **kwargs)

    publisher.edit = slow
    live.want(1, 10, showing("first"))
    await live.run_once(clock.now())
    live.want(1, 10, showing("second"))
    clock.advance(timedelta(seconds=4))
    assert await live.run_once(clock.now()) == 0

    clock.advance(timedelta(seconds=1))
    assert await live.run_once(clock.now()) == 1
