import asyncio
import logging
from datetime import timedelta

import discord
import pytest
import simcord

from bot.demo.world import World
from tests.demo.conftest import NOON
from tests.demo.toybot import WAITS, Panel, ToyBot


@pytest.mark.parametrize("name", sorted(WAITS))
async def test_a_callback_may_wait_for(name, world):
    seen = await world.slash(world.members[0], "general", name)
    expected = {
        "sql": "0", "http": "page", "process": "HELLO", "thread": "3", "lock": "held",
        "timeout": "expired", "slow-page": "expired",
    }  # fmt: skip
    assert seen.text == f"{name}: {expected[name]}"
    assert seen.private


async def test_a_callback_waits_for_a_lock_that_is_held_outside(world, bot):
    await bot.lock.acquire()
    asyncio.get_running_loop().call_later(0.1, bot.lock.release)
    assert (await world.slash(world.editor, "general", "lock")).text == "lock: held"


async def test_a_timeout_that_fires_does_not_move_the_simulated_clock(world, clock):
    await world.slash(world.editor, "general", "timeout")
    assert clock.now() == NOON


async def test_a_button_is_pressed_by_its_label_or_its_custom_id(world):
    panel = (await world.slash(world.members[0], "general", "panel")).message
    assert panel.buttons == ("Option 1", "Option 2")
    assert (
        panel.text == "## Best car\n[Option 1] [Option 2] [Read on → https://example.org/read]\n<Pick one: Coupé | Kei>"
    )
    assert (await world.press(world.members[1], panel, "Option 2")).text == "Counted 1"
    assert (await world.press(world.members[2], panel, "poll:7:option:1")).text == "Counted 2"
    with pytest.raises(LookupError, match="Option 1"):
        await world.press(world.members[2], panel, "option")


async def test_a_choice_and_a_modal_are_answered(world):
    panel = await world.slash(world.editor, "general", "panel")
    assert (await world.select(world.editor, panel, ["b"])).text == "Picked b"
    asked = await world.slash(world.editor, "general", "nominate")
    assert asked.text == "Nominate a car\n  Car: ____"
    assert (await world.submit(world.editor, asked, {"car": "RX-7"})).text == "You named RX-7"


async def test_a_subcommand_takes_people_and_places_and_speaks_the_askers_language(world):
    general = world.place("general")
    seen = await world.slash(world.editor, general, "roundup preview", count=3, channel=general, by=world.members[1])
    assert seen.text == "3 in #general by @Зоя, ja"


async def test_a_private_answer_is_seen_by_its_asker_only(world):
    await world.slash(world.editor, "general", "thread")
    assert len(world.lines("general", world.editor)) == 1
    assert world.lines("general", world.members[0]) == []


async def test_permissions_are_discords(world):
    assert "secret" in world.commands(world.manager, "general")
    assert "secret" not in world.commands(world.members[0], "general")
    with pytest.raises(simcord.SetupError):
        await world.slash(world.members[0], "general", "secret")
    assert [place.name for place in world.channels(world.members[0])] == ["morning-roundup", "general"]
    assert "mod-log" in [place.name for place in world.channels(world.moderator)]
    with pytest.raises(simcord.BackendError):
        await world.say(world.members[0], "morning-roundup", "Hello?")


async def test_the_bot_can_be_refused_permissions(bot, clock):
    may = discord.Permissions(view_channel=True, read_message_history=True)
    async with World(bot, clock, bot_permissions=may) as world:
        channel = bot.get_channel(world.place("general").id)
        await channel.send("everyone here may, and so may the bot")
        with pytest.raises(discord.Forbidden):
            await world_message(bot, world, "morning-roundup").delete()


def world_message(bot: ToyBot, world: World, where: str) -> discord.PartialMessage:
    place = world.place(where)
    channel = bot.get_partial_messageable(place.id, guild_id=world.guild.handle.id)
    world.guild.handle._env.backend.create_message(place.id, world.manager.id, "mine")
    return channel.get_partial_message(world.lines(place)[-1].id)


async def test_a_repeated_nonce_gives_the_first_message_back(world, bot):
    channel = bot.get_channel(world.place("morning-roundup").id)
    first = await channel.send("Good morning", nonce="edition-1")
    again = await channel.send("Good morning", nonce="edition-1")
    assert again.id == first.id
    assert str(again.nonce) == "edition-1"
    with_file = await channel.send(file=discord.File(__file__), nonce="edition-1")
    assert with_file.id == first.id
    assert len(world.lines("morning-roundup")) == 1
    assert (await channel.send("Good morning", nonce="edition-2")).id != first.id


async def test_a_nonce_is_forgotten_after_some_minutes(world, bot):
    channel = bot.get_channel(world.place("morning-roundup").id)
    first = await channel.send("Good morning", nonce="edition-1")
    await world.advance(timedelta(minutes=6))
    assert (await channel.send("Good morning", nonce="edition-1")).id != first.id


async def test_a_second_thread_on_a_message_is_refused(world, bot):
    channel = bot.get_channel(world.place("morning-roundup").id)
    message = await channel.send(view=Panel())
    thread = await message.create_thread(name="Today")
    await thread.send("Welcome")
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="Today again")
    assert refused.value.code == 160004
    assert [line.author for line in world.lines("morning-roundup")] == ["Paddock"]  # and no system message
    assert world.threads("morning-roundup")[0].name == "Today"
    assert world.lines("Today")[0].text == "Welcome"


async def test_the_clock_is_the_worlds(world, clock):
    assert (await world.slash(world.members[0], "general", "where")).text == "2026-11-20 12:00 2024 2026-05-04"
    woken = asyncio.create_task(clock.sleep_until(NOON + timedelta(hours=1)))
    await world.advance(timedelta(minutes=90))
    await woken
    assert clock.now() == NOON + timedelta(minutes=90)
    assert "13:30" in (await world.slash(world.members[0], "general", "where")).text
    clock.advance(timedelta(hours=1))
    assert "14:30" in (await world.slash(world.members[0], "general", "where")).text
    await world.advance_to(NOON)
    assert clock.now() == NOON + timedelta(minutes=150)


async def test_an_odd_length_of_time_passes_to_the_microsecond(world, clock):
    for _ in range(7):
        await world.advance(timedelta(seconds=1) / 3)
    assert abs(clock.now() - NOON - timedelta(seconds=7) / 3) < timedelta(milliseconds=1)


async def test_an_error_in_a_callback_is_raised_on_leaving_unless_read(bot, clock):
    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(BaseExceptionGroup, match="callbacks raised"):
            async with World(bot, clock) as world:
                assert not (await world.slash(world.manager, "general", "broken")).answered
    finally:
        logging.disable(logging.NOTSET)


async def test_the_bot_comes_back_after_a_restart_with_its_buttons_and_its_nonces(world, bot, clock):
    panel = (await world.slash(world.editor, "general", "panel")).message
    first = await bot.get_channel(world.place("morning-roundup").id).send("Morning", nonce="1")
    successor = ToyBot(bot.engine, bot.address)
    successor.session, successor.votes = bot.session, bot.votes
    await world.restart(successor)
    assert (await world.press(world.editor, panel, "Option 1")).text == "Counted 1"
    again = await successor.get_channel(world.place("morning-roundup").id).send("Morning", nonce="1")
    assert again.id == first.id
    assert (await world.slash(world.editor, "general", "timeout")).text == "timeout: expired"


async def test_the_transcript_tells_who_said_what_where(world):
    said = await world.say(world.members[0], "general", f"Morning, {world.editor.mention}")
    await world.say(world.editor, "general", "Morning", reply_to=said)
    assert "== #general\n12:00 Renée: Morning, @Aiko 愛子\n12:00 Aiko 愛子: Morning" in world.transcript()


async def test_one_place_is_open_in_the_browser_at_a_time(world):
    first = await world.open_preview(world.editor, "editors")
    second = await world.open_preview(world.members[0], "general")
    assert first != second
    await world.refresh()
    with pytest.raises(LookupError):
        await world.open_preview(world.members[0], "editors")


async def test_a_forum_posts_first_message_has_the_id_of_its_thread(world, bot):
    forum = world.guild.handle.create_forum_channel("ideas")
    await world.settle()

    made = await bot.get_channel(forum.id).create_thread(name="A post", content="Its words")

    assert made.thread.id == made.message.id
