"""Panels and forms that outlive the process which showed them: pressed, they say so and how to come to a new one."""

import discord
import pytest
from discord import ui

from bot.edge.pace import Pace
from bot.edge.publish import Publisher

CLOSED = {"en": "This panel has closed", "ja": "このパネルはもう使えません"}


def view(custom_id: str) -> ui.LayoutView:
    made = ui.LayoutView(timeout=None)
    made.add_item(ui.ActionRow(ui.Button(label="Old", custom_id=custom_id)))
    return made


@pytest.fixture
def house(bare_house):
    return bare_house


async def test_a_button_of_a_panel_from_before_a_restart_is_answered(house):
    panel = await house.slash("setup")
    await house.restart()

    seen = await house.world.press(house.world.manager, panel.message, "setup:save")

    assert seen.private
    assert CLOSED["en"] in seen.text
    assert "Open a new one" in seen.text
    refused = await house.slash("settings")
    assert "/setup" in refused.text, "nothing was saved"


async def test_a_select_of_a_panel_from_before_a_restart_is_answered(house):
    panel = await house.slash("setup")
    await house.restart()

    seen = await house.world.select(house.world.manager, panel.message, ["ja"], custom_id="setup:language")

    assert seen.private
    assert CLOSED["en"] in seen.text


async def test_a_form_from_before_a_restart_is_answered(house):
    panel = await house.slash("setup")
    form = await house.world.press(house.world.manager, panel.message, "setup:time")
    await house.restart()

    seen = await house.world.submit(house.world.manager, form, {"time": "7:30", "zone": "UTC"})

    assert seen.private
    assert CLOSED["en"] in seen.text


async def test_it_is_said_in_the_askers_language(house):
    house.world.guild.handle.create_role("Owners", permissions=discord.Permissions(manage_guild=True))
    kenji = house.world.guild.add_person("Kenji 健二", roles=("Owners",), language="ja")
    await house.world.settle()
    panel = await house.world.slash(kenji, "general", "setup")
    await house.restart()

    seen = await house.world.press(kenji, panel.message, "setup:save")

    assert CLOSED["ja"] in seen.text


async def test_a_button_that_was_never_ours_to_know_is_answered_too(house):
    """An older or newer version may have posted it."""
    message_id = await Publisher(house.app.client, Pace(lambda: 0.0, 1_000)).post(
        house.world.place("general").id, view("ballot:7:option:2"), nonce="n", marker=None, resumed=False
    )
    await house.restart()
    (line,) = [line for line in house.world.lines("general") if line.id == message_id]

    seen = await house.world.press(house.world.members[0], line, "Old")

    assert seen.private
    assert CLOSED["en"] in seen.text


@pytest.mark.parametrize("button", ["setup:time", "setup:save"])
async def test_a_panel_that_is_open_answers_alone(house, button):
    panel = await house.slash("setup")

    seen = await house.world.press(house.world.manager, panel.message, button)

    assert CLOSED["en"] not in seen.text
    assert not house.world.errors()


async def test_of_two_people_with_the_same_form_open_each_fills_in_their_own(house):
    world = house.world
    first = await house.slash("setup")
    second = await house.slash("setup")
    forms = [await world.press(world.manager, panel.message, "setup:time") for panel in (first, second)]

    for form, time in zip(forms, ("6:15", "9:45"), strict=True):
        await world.submit(world.manager, form, {"time": time, "zone": "UTC"})

    shown = [line.text for line in world.lines("general", world.manager)]
    assert ["06:15" in text for text in shown] == [True, False]
    assert ["09:45" in text for text in shown] == [False, True]
