"""Votes that take longer than Discord waits for an answer: promised, never told before they are on disk."""

import asyncio

import pytest

from bot.domain.errors import StorageUnavailableError
from bot.domain.poll.rules import PollKind, PollRules
from bot.edge import patience
from bot.storage.store import Store
from tests.cogs.poll.polling import RANKED, VERDICT, begin, hold

SINGLE = PollRules()
WRITE_IN = PollRules(is_write_in=True)


class Disk:
    """A store whose commits are held up until Discord was told that the answer comes later, and longer."""

    def __init__(self, house, monkeypatch) -> None:
        self._house = house
        self._error: Exception | None = None
        self.deferred = 0
        self._seen = asyncio.Event()
        write, defer = Store.write, patience._promise

        async def slow(store, use_case):
            done = await write(store, use_case)
            await self._seen.wait()
            if self._error is not None:
                raise self._error
            return done

        async def seen(interaction):
            await defer(interaction)
            self.deferred += 1
            self._seen.set()

        monkeypatch.setattr(patience, "ANSWER_S", 0.05)
        monkeypatch.setattr(patience, "_promise", seen)
        monkeypatch.setattr(Store, "write", slow)

    def fail_with(self, error: Exception) -> None:
        self._error = error

    def recover(self) -> None:
        """Be quick from now on."""
        self._seen.set()


async def test_a_press_is_answered_later_with_the_same_words(bare_guild, monkeypatch):
    poll = await begin(bare_guild)
    member = bare_guild.world.members[0]
    disk = Disk(bare_guild, monkeypatch)

    seen = await poll.press(member, "option:2")

    assert disk.deferred == 1
    assert seen.private
    assert "Your vote: **Nissan 126X**" in seen.text
    assert "Receipt" in seen.text
    assert await poll.marks(member) == ((2, 1),)


async def test_a_choice_in_the_cards_select_and_vote_are_answered_later(bare_guild, monkeypatch):
    poll = await begin(bare_guild, labels=[f"Car {n}" for n in range(1, 9)])
    first, second = bare_guild.world.members[:2]
    disk = Disk(bare_guild, monkeypatch)
    assert "Your vote: **Car 4**" in (await poll.choose(first, 4)).text

    disk._seen.clear()
    seen = await bare_guild.world.slash(second, "general", "vote", poll=str(poll.poll.id), option="Car 7")

    assert disk.deferred == 2
    assert seen.private
    assert "Your vote: **Car 7**" in seen.text


@pytest.mark.parametrize("rules", [RANKED, VERDICT], ids=["ranked", "verdict"])
async def test_a_panel_stands_while_it_is_saved_and_then_says_so(bare_guild, monkeypatch, rules):
    hand = await hold(await begin(bare_guild, rules))
    if rules is RANKED:
        await hand.select("ballot:next", 2)
    disk = Disk(bare_guild, monkeypatch)

    told = await hand.press("Save" if rules is RANKED else "so back")

    assert disk.deferred == 1
    assert len(hand.seen.lines) == 1, "the panel itself was changed"
    assert "Receipt" in told
    assert await hand.saved() is not None
    disk.recover()
    await hand.press("Withdraw my vote")  # the panel goes on
    assert "as if you had never voted" in hand.text


async def test_what_is_refused_late_is_told_too(bare_guild, monkeypatch):
    poll = await begin(bare_guild)
    hand = await hold(await begin(bare_guild, RANKED, question="And in order?"))
    await hand.select("ballot:next", 2)
    disk = Disk(bare_guild, monkeypatch)
    disk.fail_with(StorageUnavailableError(error_id="a1"))

    seen = await poll.press(bare_guild.world.members[0], "option:2")
    assert seen.private
    assert "a1" in seen.text
    disk._seen.clear()
    told = await hand.press("Save")
    assert "a1" in told
    assert disk.deferred == 2


async def test_a_nomination_is_answered_later(bare_guild, monkeypatch):
    poll = await begin(bare_guild, WRITE_IN, labels=("Saab",))
    member = bare_guild.world.members[0]
    form = await poll.press(member, "nominate")
    disk = Disk(bare_guild, monkeypatch)

    seen = await bare_guild.world.submit(member, form, {"label": "Lancia Stratos"})

    assert disk.deferred == 1
    assert "Lancia Stratos" in seen.text
    assert await poll.marks(member) is not None


async def test_a_quick_commit_is_answered_at_once(bare_guild, monkeypatch):
    poll = await begin(bare_guild, PollRules(PollKind.SINGLE))
    promised = []
    monkeypatch.setattr(patience, "_promise", promised.append)

    seen = await poll.press(bare_guild.world.members[0], "option:2")

    assert "Your vote" in seen.text
    assert promised == []


async def test_a_promise_that_discord_does_not_take_costs_no_vote(bare_guild, monkeypatch, caplog):
    poll = await begin(bare_guild)
    member = bare_guild.world.members[0]
    disk = Disk(bare_guild, monkeypatch)
    bare_guild.fail("POST", "/interactions/*/*/callback", status=404, code=10062, times=None)

    await poll.press(member, "option:2")

    assert disk.deferred == 1
    assert await poll.marks(member) == ((2, 1),)
    assert any("answer not promised" in record.getMessage() for record in caplog.records)
    bare_guild.world.errors()


async def test_who_stops_waiting_stops_what_is_done(monkeypatch):
    monkeypatch.setattr(patience, "ANSWER_S", 30.0)
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def doing() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    waiting = asyncio.get_running_loop().create_task(patience.patiently(None, doing()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert stopped.is_set()
