"""An edition comes to stand in Discord once, whatever is killed when."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.roundup import EditionState, EditionStep
from tests.cogs.house import HILUX, POSTED_AT, ROTARY, House, kill_at, review_in, rss, texts

COMPONENTS_MAX = 40  # Discord docs, components reference
TEXT_CHARS_MAX = 4_000
NONCE_FORGOTTEN = timedelta(minutes=10)  # Discord remembers one for "the past few minutes"


def components(parts) -> int:
    return sum(1 + components(part.get("components", [])) for part in parts)


def posted_parts(house: House) -> tuple[list, list, list]:
    editions = house.world.lines("morning-roundup")
    threads = house.world.threads("morning-roundup")
    questions = [line for thread in threads for line in house.world.lines(thread)]
    return editions, threads, questions


async def test_an_edition_is_posted_at_its_time_with_thread_question_and_links(guild):
    await guild.world.advance_to(POSTED_AT - timedelta(seconds=1))
    await guild.work()
    assert guild.world.lines("morning-roundup") == []

    line = await guild.post()

    (edition,), (thread,), (question,) = posted_parts(guild)
    assert edition.at == POSTED_AT
    assert thread.name == "Nov 20 · Toyota shows a hydrogen Hilux with 600 km of range"
    assert "Which small EV would you buy?" in question.text
    assert question.buttons == ("Fiat Panda", "Citroën C3", "Other", "My vote")
    assert "# Morning roundup\n-# Friday, November 20, 2026 · @Roundup readers" in line.text
    assert line.buttons == ("🗳️ Vote", "🔔 Notify me", "💡 Suggest a story", "✏️ Edit", "About")


async def test_a_mention_reaches_the_readers_and_nobody_else(guild):
    guild.press.put("loud", rss("Loud", [(f"@everyone <@{guild.world.editor.id}> <@&1> wins", HILUX[1])]))
    await guild.slash("source add", url=guild.press.url("loud"))
    kill_at(guild, EditionStep.MESSAGE, after=True)

    await guild.world.advance_to(POSTED_AT)
    with pytest.raises(BaseExceptionGroup):
        await guild.work()

    assert guild.pinged(guild.edition) == [guild.world.role("Roundup readers").id]
    assert not guild.edition.raw["mention_everyone"]


async def test_the_links_are_edited_in_without_a_second_mention(guild):
    line = await guild.post()

    assert "🗳️ Vote" in line.buttons
    assert guild.pinged(line) == []


async def test_one_day_has_one_edition_and_the_next_has_its_own(guild):
    await guild.post()
    for _ in range(3):
        await guild.world.advance(timedelta(minutes=20))
        await guild.work()
    assert len(guild.world.lines("morning-roundup")) == 1

    guild.press.put("gearlog", rss("Gearlog", [ROTARY, HILUX], at=POSTED_AT + timedelta(days=1), first=7))
    await guild.world.advance_to(POSTED_AT + timedelta(days=1))
    await guild.work()

    _, second = guild.world.lines("morning-roundup")
    assert "Mazda" in second.text


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", list(EditionStep))
async def test_an_edition_is_posted_once_wherever_the_process_is_killed(guild, step, after):
    if step is EditionStep.REVIEW:
        await review_in(guild, unapproved=True)
    kill_at(guild, step, after=after)
    await guild.world.advance_to(POSTED_AT)
    with pytest.raises(BaseExceptionGroup):
        await guild.work()

    await guild.restart()
    await guild.world.advance(NONCE_FORGOTTEN)
    await guild.work()

    (edition,), (thread,), (question,) = posted_parts(guild)
    assert edition.id == thread.id
    assert "🗳️ Vote" in edition.buttons
    assert len(await guild.app.polls.find(guild.actor())) == 1
    assert (await guild.world.press(guild.world.members[0], question, question.buttons[0])).private
    (record,) = await guild.app.roundups.history(guild.actor())
    assert record.state is EditionState.POSTED


@pytest.mark.parametrize("step", [EditionStep.MESSAGE, EditionStep.QUESTION])
async def test_within_the_few_minutes_the_nonce_is_the_same(guild, step):
    sent: list[str] = []
    request = guild.app.client.http.request

    async def watch(route, **kwargs):
        body = kwargs.get("json") or {}
        for part in kwargs.get("form") or ():
            body = json.loads(part["value"]) if part["name"] == "payload_json" else body
        if route.method == "POST" and body.get("nonce"):
            sent.append(body["nonce"])
            assert body["enforce_nonce"]
        return await request(route, **kwargs)

    guild.app.client.http.request = watch
    registered = guild.app.runner._kinds["edition"]
    failures = iter([True])

    async def perform(posting):
        if posting.step is step and next(failures, False):
            await registered.perform(posting)
            raise OSError("the connection broke after Discord had answered")
        # As if nothing had been found: Discord's own memory is what is looked at here.
        return await registered.perform(replace(posting, resumed=False))

    guild.app.runner._kinds["edition"] = replace(registered, perform=perform)
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    await guild.world.advance(timedelta(seconds=30))
    await guild.work()

    assert [len(part) for part in posted_parts(guild)] == [1, 1, 1]
    repeated = sent[0] if step is EditionStep.MESSAGE else sent[-1]
    assert sent.count(repeated) == 2
    assert all(len(nonce) <= 25 for nonce in sent)


async def test_an_edition_asked_for_again_after_a_failure_is_found_however_long_ago_it_was_posted(guild):
    registered = guild.app.runner._kinds["edition"]

    async def perform(posting):
        outcome = await registered.perform(posting)
        if posting.step is EditionStep.MESSAGE:
            raise OSError("the answer is lost every time")
        return outcome

    guild.app.runner._kinds["edition"] = replace(registered, perform=perform)
    await guild.world.advance_to(POSTED_AT)
    for _ in range(8):
        await guild.work()
        await guild.world.advance(timedelta(minutes=30))
    (record,) = await guild.app.roundups.history(guild.actor())
    assert record.state is EditionState.FAILED

    guild.app.runner._kinds["edition"] = registered
    await guild.slash("roundup now")
    await guild.work()

    assert [len(part) for part in posted_parts(guild)] == [1, 1, 1]


async def test_history_is_looked_at_only_when_an_attempt_was_begun_before(guild):
    await guild.post()

    assert not [call for call in guild.world.requests() if call.startswith("GET") and "/messages" in call]


async def test_discord_failing_for_a_while_delays_the_edition_and_no_more(guild):
    guild.fail("POST", "/channels/*/messages", status=503, times=None)
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    assert guild.world.lines("morning-roundup") == []
    guild.backend.faults.clear()

    await guild.world.advance(timedelta(minutes=1))
    await guild.work()

    assert [len(part) for part in posted_parts(guild)] == [1, 1, 1]


async def test_an_outage_of_two_hours_does_not_make_the_bot_give_up(guild):
    guild.fail("*", "/channels/*", status=503, times=None)
    await guild.world.advance_to(POSTED_AT)
    for _ in range(24):
        await guild.work()
        await guild.world.advance(timedelta(minutes=5))
    guild.backend.faults.clear()

    await guild.world.advance(timedelta(minutes=30))
    await guild.work()

    assert [len(part) for part in posted_parts(guild)] == [1, 1, 1]


async def test_an_edition_begun_before_an_outage_of_hours_is_left_out_unless_it_stands(guild):
    guild.fail("POST", "/channels/*/messages", status=503, times=None)
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    guild.backend.faults.clear()

    await guild.world.advance(timedelta(hours=3, minutes=1))
    await guild.work()

    assert guild.world.lines("morning-roundup") == []
    assert "skipped: it would have come more than three hours late" in (await guild.slash("roundup history")).text


async def test_an_edition_whose_message_stands_is_completed_however_late(guild):
    kill_at(guild, EditionStep.MESSAGE, after=True)
    await guild.world.advance_to(POSTED_AT)
    with pytest.raises(BaseExceptionGroup):
        await guild.work()
    await guild.restart()

    await guild.world.advance(timedelta(hours=4))
    await guild.work()

    assert [len(part) for part in posted_parts(guild)] == [1, 1, 1]


async def test_an_edition_that_would_come_hours_late_is_left_out(guild):
    await guild.world.advance_to(POSTED_AT + timedelta(hours=3, seconds=1))
    await guild.work()

    assert guild.world.lines("morning-roundup") == []
    assert "skipped: it would have come more than three hours late" in (await guild.slash("roundup history")).text


async def test_a_day_without_news_is_left_out_and_says_so(guild):
    await guild.post()
    await guild.world.advance(timedelta(days=1))
    await guild.work()

    assert len(guild.world.lines("morning-roundup")) == 1, "what was told yesterday is not told again"
    assert "skipped: none of the sources had anything new" in (await guild.slash("roundup history")).text


HOSTILE = "# [x](https://evil.example) @everyone <@1> ||`*_~ \u202egnp.exe\u202c -# > "


@pytest.mark.parametrize(
    ("headline", "words"),
    [
        ("A very long headline that goes on and on " * 8, "A sentence of some length follows here. " * 40),
        (HOSTILE * 6, HOSTILE * 40),
        ("トヨタが新型水素ハイラックスを発表、航続距離は六百キロ" * 6, "トヨタは金曜日に水素車を公開した。" * 60),
    ],
    ids=["long", "hostile", "japanese"],
)
async def test_a_message_of_outside_text_stays_within_discords_limits_and_tricks_nobody(bare_guild, headline, words):
    for number in range(6):
        story = (f"Nr{number * 7919} {headline} {number * 104729}", f"Nr{number * 7919} {words}")
        bare_guild.press.put(f"paper{number}", rss(f"{HOSTILE} {number}", [story], site=f"paper{number}.example"))
        await bare_guild.slash("source add", url=bare_guild.press.url(f"paper{number}"))

    line = await bare_guild.post()

    shown = texts(line)
    assert len(shown) <= TEXT_CHARS_MAX
    assert components(line.raw["components"]) <= COMPONENTS_MAX
    assert "\n## [" in shown
    assert "\u202e" not in shown
    assert "@everyone" not in shown
    assert "](https://evil" not in shown
    (thread,) = bare_guild.world.threads("morning-roundup")
    assert 1 <= len(thread.name) <= 100
    assert "\u202e" not in thread.name


async def test_a_japanese_guild_is_posted_to_in_japanese(house):
    panel = await house.slash("setup")
    await house.world.select(house.world.manager, panel.message, ["ja"], custom_id="setup:language")
    await house.world.press(house.world.manager, panel.message, "Save")

    line = await house.post()

    assert "# 朝のまとめ\n-# 2026年11月20日金曜日" in line.text
    assert "❓ きょうの問い" in line.text
    assert line.buttons == ("🗳️ 投票する", "🔔 お知らせを受け取る", "💡 記事をすすめる", "✏️ 編集", "この回について")
    (thread,) = house.world.threads("morning-roundup")
    assert thread.name.startswith("11月20日 · ")


async def test_parts_that_are_off_are_left_out(house):
    panel = await house.slash("setup")
    await house.world.select(house.world.manager, panel.message, ["roundup"], custom_id="setup:parts")
    await house.world.press(house.world.manager, panel.message, "Save")

    line = await house.post()

    assert "The Big Question" not in line.text
    assert "🔔 Notify me" not in line.buttons
    assert line.raw["mention_roles"] == []
    (thread,) = house.world.threads("morning-roundup")
    assert house.world.lines(thread) == []


async def test_with_the_roundup_off_nothing_is_posted(house):
    panel = await house.slash("setup")
    await house.world.select(house.world.manager, panel.message, ["question"], custom_id="setup:parts")
    await house.world.press(house.world.manager, panel.message, "Save")

    await house.world.advance(timedelta(days=1))
    await house.work()

    assert house.world.lines("morning-roundup") == []


async def test_new_settings_change_todays_edition_in_place(guild):
    line = await guild.post()
    panel = await guild.slash("setup")
    await guild.world.select(guild.world.manager, panel.message, ["ja"], custom_id="setup:language")
    await guild.world.select(guild.world.manager, panel.message, ["roundup", "question"], custom_id="setup:parts")
    await guild.world.press(guild.world.manager, panel.message, "Save")
    await guild.work()

    (changed,) = guild.world.lines("morning-roundup")
    assert changed.id == line.id
    assert changed.buttons == ("🗳️ 投票する", "💡 記事をすすめる", "✏️ 編集", "この回について")
