"""/help and /doctor."""

from datetime import timedelta

import discord
import pytest

from tests.cogs.house import POSTED_AT

COMMANDS_SEEN_MAX = 5  # by a plain member


def seen_by(house, person) -> set[str]:
    return {name.split()[0] for name in house.world.commands(person, "general")}


async def test_a_member_sees_few_commands_and_a_manager_all(bare_house):
    world = bare_house.world

    assert seen_by(bare_house, world.members[0]) == {"help", "vote"}
    assert len(seen_by(bare_house, world.members[0])) <= COMMANDS_SEEN_MAX
    edits = {"help", "vote", "poll", "question", "roundup", "source", "suggestion"}
    assert seen_by(bare_house, world.editor) == seen_by(bare_house, world.moderator) == edits
    assert seen_by(bare_house, world.manager) == {
        *("help", "vote", "poll", "question", "roundup", "source", "suggestion"),
        *("setup", "settings", "audit", "pause", "resume", "doctor"),
    }


async def test_help_tells_each_what_they_can_do(bare_guild):
    world = bare_guild.world
    member, editor, manager = [
        (await world.slash(person, "general", "help")).text
        for person in (world.members[0], world.moderator, world.manager)
    ]

    assert "**Notify me** has you mentioned" in member
    assert "/roundup" not in member
    assert "**/roundup preview**" in editor
    assert "/setup" not in editor
    assert "**/setup** and **/settings**" in manager
    assert "**My vote** shows your vote" in member
    assert "I do not read what members write. I keep only what they vote, nominate and suggest." in member


async def test_help_before_setup_says_how_to_begin(bare_house):
    world = bare_house.world
    seen = await world.slash(world.members[0], "general", "help")

    assert seen.private
    assert "This server has not been set up yet: someone who may manage it starts with **/setup**." in seen.text


async def test_help_names_buttons_as_they_are_posted_and_all_else_in_the_readers_language(bare_house):
    world = bare_house.world
    panel = await bare_house.slash("setup")
    await world.select(world.manager, panel.message, ["ja"], custom_id="setup:language")
    await world.press(world.manager, panel.message, "Save")

    english = (await world.slash(world.members[0], "general", "help")).text
    japanese = (await world.slash(world.editor, "general", "help")).text

    assert "**お知らせを受け取る** has you mentioned" in english
    assert "**お知らせを受け取る** 投稿時にメンション" in japanese
    assert "編集者として" in japanese


async def test_the_doctor_finds_nothing_in_a_healthy_guild(guild):
    seen = await guild.slash("doctor")

    assert seen.private
    assert "✅ Everything that I can check here is well." in seen.text
    assert "⚠️" not in seen.text


async def test_the_doctor_points_to_setup_first(bare_house):
    assert "⚠️ This server has not been set up yet. Start with /setup." in (await bare_house.slash("doctor")).text


async def test_the_doctor_names_each_thing_that_is_wrong_and_its_mending(bare_guild):
    house, world = bare_guild, bare_guild.world
    await house.slash("pause")
    panel = await house.slash("settings")
    await world.select(world.manager, panel.message, [world.place("mod-log")], custom_id="settings:notices")
    await house.forbid("morning-roundup", send_messages=True, mention_everyone=True)
    await house.forbid("mod-log", send_messages=True)

    told = (await house.slash("doctor")).text

    assert (
        "⚠️ In #morning-roundup I lack: Send Messages, Embed Links, Attach Files. Grant them to my role there." in told
    )
    assert "⚠️ In #mod-log I lack: Send Messages." in told
    assert "⚠️ When I mention @Roundup readers in #morning-roundup, nobody hears it." in told
    assert "⚠️ Posts are paused. Let them go on with /resume." in told
    assert "⚠️ No source is followed" in told


async def test_the_doctor_tells_of_channels_and_roles_that_are_gone(bare_guild):
    house, world = bare_guild, bare_guild.world
    panel = await house.slash("settings")
    await world.select(world.manager, panel.message, [world.place("mod-log")], custom_id="settings:notices")
    for name in ("morning-roundup", "mod-log"):
        house.backend.delete_channel(world.place(name).id)
    house.backend.delete_role(house.guild.id, world.role("Roundup readers").id)
    await world.settle()

    told = (await house.slash("doctor")).text

    assert "⚠️ The channel of the roundup is gone" in told
    assert "⚠️ The channel for notices is gone" in told
    assert "⚠️ The role that Notify me gives is gone." in told


async def test_the_doctor_tells_of_a_role_that_the_bot_may_no_longer_give(bare_guild):
    await bare_guild.allow(discord.Permissions.all() & ~discord.Permissions(administrator=True, manage_roles=True))

    assert "⚠️ I cannot give @Roundup readers" in (await bare_guild.slash("doctor")).text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "⚠️ The source Torque cannot be read: There is nothing at this address (404)."),
        ("ja", "⚠️ 情報源 Torque を読めません：このアドレスには何もありません（404）。"),
    ],
)
async def test_the_doctor_names_a_source_that_fails_in_the_readers_language(guild, language, told):
    kim = guild.world.guild.add_person("Kim", roles=("Managers",), language=language)
    del guild.press.pages["torque"]
    await guild.world.advance(timedelta(hours=1))
    await guild.work()

    assert told in (await guild.world.slash(kim, "general", "doctor")).text


async def test_the_doctor_forgets_an_edition_that_failed_days_ago(guild):
    await guild.forbid("morning-roundup", send_messages=True)
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    await guild.forbid("morning-roundup")
    assert (
        "⚠️ Today's edition was given up: I lack a permission in #morning-roundup." in (await guild.slash("doctor")).text
    )

    await guild.world.advance(timedelta(days=3))

    assert "given up" not in (await guild.slash("doctor")).text
