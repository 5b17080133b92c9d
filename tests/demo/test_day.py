import logging
from datetime import timedelta

import pytest

from bot.demo.day import Play, Scene, SceneError, play
from bot.demo.page import Page
from tests.demo.conftest import NOON

EDITION = (
    "  #morning-roundup 07:00 Paddock: ▸ Best car\n      [Option 1] [Option 2] "
    "[Read on ↗]\n      <Pick one: Coupé | Kei>"
)


async def good_morning(on: Play) -> None:
    await on.next_thing()
    on.expect(holds=on.last("morning-roundup").buttons == ("Option 1", "Option 2"), what="an edition with buttons")


async def a_vote(on: Play) -> None:
    seen = await on.press(on.world.members[0], on.last("morning-roundup"), "Option 1")
    on.expect(holds=seen.private, what="only the voter sees the answer")
    await on.say(on.world.members[1], "Edition 1", "The first, of course.")


async def a_nomination(on: Play) -> None:
    asked = await on.command(on.world.editor, "general", "nominate")
    await on.submit(on.world.editor, asked, {"car": "RX-7"})
    panel = await on.command(on.world.editor, "general", "panel")
    await on.select(on.world.editor, panel, ["b"])


SCENES = (Scene("Good morning", good_morning), Scene("A vote", a_vote), Scene("A nomination", a_nomination))


async def test_a_day_tells_who_did_what_and_what_came_of_it(world, stage):
    told: list[str] = []
    await play(world, stage, SCENES, told.append)
    assert told[:3] == [
        "\n1. Good morning (Fri 20 Nov, 12:00)",
        "  … until the day’s edition is made (Sat 21 Nov, 07:00)",
        EDITION,
    ]
    assert "  > Renée presses [Option 1]" in told
    assert "  #morning-roundup 07:00 Paddock (private): Counted 1" in told
    assert "  #Edition 1 07:00 Зоя: The first, of course." in told
    assert "  > Aiko 愛子 sends RX-7" in told
    assert "  #general 07:00 Paddock (private): Picked b" in told


async def test_a_scene_that_does_not_come_out_stops_the_day_after_its_transcript(world, stage):
    async def act(on: Play) -> None:
        await on.say(on.world.editor, "general", "Is it there?")
        on.last("morning-roundup")

    told: list[str] = []
    with pytest.raises(SceneError, match="scene 1, Nothing: nothing was said in #morning-roundup"):
        await play(world, stage, [Scene("Nothing", act)], told.append)
    assert told[-1] == "  #general 12:00 Aiko 愛子: Is it there?"


async def test_an_error_of_the_bot_stops_the_day(world, stage):
    async def act(on: Play) -> None:
        await on.world.slash(on.world.manager, "general", "broken")

    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(SceneError, match="ZeroDivisionError"):
            await play(world, stage, [Scene("Broken", act)], [].append)
    finally:
        logging.disable(logging.NOTSET)
    assert len(world.errors()) == 1


async def test_a_tick_of_the_page_lets_a_second_pass_and_does_what_is_due(world, stage, clock):
    page = Page(world, stage)
    await world.advance_to(stage.next - timedelta(seconds=1))
    await page.tick()
    assert (stage.posted, clock.now()) == (1, NOON + timedelta(hours=19))
