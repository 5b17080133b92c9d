"""/settings: who may do what, where editors are told, and what stands."""

from datetime import timedelta

import pytest
import simcord

from bot.domain.actor import Capability
from tests.cogs.house import texts


async def grant(house, capability: Capability, *roles: str):
    panel = await house.slash("settings")
    chosen = [house.world.role(role) for role in roles]
    return await house.world.select(
        house.world.manager, panel.message, chosen, custom_id=f"settings:roles:{capability.value}"
    )


def defaults(line, custom_id: str) -> list[int]:
    container = line.raw["components"][0]["components"]
    select = next(part for row in container for part in row.get("components", []) if part.get("custom_id") == custom_id)
    return [int(value["id"]) for value in select.get("default_values", [])]


async def test_settings_show_what_stands(bare_guild):
    seen = await bare_guild.slash("settings")

    assert seen.private
    assert "**Channel:** #morning-roundup" in seen.text
    assert "**Time:** every day at 07:30, UTC" in seen.text
    assert "**Parts:** Daily roundup, The Big Question, Notify me" in seen.text, "in the order of the panel of /setup"
    assert "**Mentioned role:** @Roundup readers" in seen.text


async def test_settings_before_setup_point_to_setup(bare_house):
    seen = await bare_house.slash("settings")

    assert seen.text == (
        "This server has not been set up yet. Someone who may manage the server can do it with /setup, in about a "
        "minute."
    )


async def test_each_choice_of_roles_says_what_it_is_for_even_when_roles_are_chosen(bare_guild):
    await grant(bare_guild, Capability.EDIT, "Readers")

    seen = await bare_guild.slash("settings")

    for heading in ("**Manage** –", "**Edit** –", "**Moderate** –"):
        assert heading in texts(seen.message)


async def test_settings_tell_how_a_role_comes_to_see_the_commands(bare_guild):
    seen = await bare_guild.slash("settings")

    assert "Server Settings → Integrations" in seen.text
    for command in ("/roundup", "/source", "/setup", "/settings", "/audit", "/pause", "/resume", "/doctor"):
        assert f"**{command}**" in seen.text


async def test_a_granted_role_may_do_what_its_capability_allows_and_nothing_else(guild):
    world, reader = guild.world, guild.world.members[0]
    for command in ("roundup", "settings"):
        guild.show_command(command, "Readers")
    refused = await world.slash(reader, "general", "roundup history")
    assert "You need this bot's “Edit” permission" in refused.text

    await grant(guild, Capability.EDIT, "Readers")

    assert "no edition yet" in (await world.slash(reader, "general", "roundup history")).text
    assert "Hilux" in (await world.slash(reader, "general", "roundup preview")).text
    refused = await world.slash(reader, "general", "settings")
    assert "You need this bot's “Manage” permission" in refused.text


async def test_a_capability_goes_with_the_role(bare_guild):
    world, reader = bare_guild.world, bare_guild.world.members[0]
    bare_guild.show_command("roundup", "Readers")
    bare_guild.show_command("help", "Readers")
    await grant(bare_guild, Capability.EDIT, "Readers")
    assert "As an editor" in (await world.slash(reader, "general", "help")).text

    await bare_guild.take_role(reader, "Readers")

    assert "As an editor" not in (await world.slash(reader, "general", "help")).text


async def test_a_choice_is_saved_at_once_and_shown_as_chosen(bare_guild):
    seen = await grant(bare_guild, Capability.MODERATE, "Moderators", "Editors")

    wanted = sorted(bare_guild.world.role(name).id for name in ("Moderators", "Editors"))
    assert defaults(seen.message, "settings:roles:moderate") == wanted
    assert defaults((await bare_guild.slash("settings")).message, "settings:roles:moderate") == wanted


async def test_a_role_that_is_gone_is_not_offered_as_chosen(bare_guild):
    bare_guild.world.guild.handle.create_role("Guests")
    await bare_guild.world.settle()
    await grant(bare_guild, Capability.EDIT, "Guests")
    bare_guild.backend.delete_role(bare_guild.guild.id, bare_guild.world.role("Guests").id)
    await bare_guild.world.settle()

    seen = await bare_guild.slash("settings")

    assert defaults(seen.message, "settings:roles:edit") == []


async def test_the_channel_for_notices_is_chosen_and_taken_back(bare_guild):
    world = bare_guild.world
    panel = await bare_guild.slash("settings")

    await world.select(world.manager, panel.message, [world.place("editors")], custom_id="settings:notices")
    assert (await bare_guild.app.guilds.settings(bare_guild.guild.id)).notices_channel_id == world.place("editors").id

    await world.select(world.manager, panel.message, [], custom_id="settings:notices")
    assert (await bare_guild.app.guilds.settings(bare_guild.guild.id)).notices_channel_id is None
    audit = await bare_guild.audit()
    assert "@Morgan · set the channel for notices to #editors" in audit
    assert "@Morgan · switched notices off" in audit


async def test_a_channel_for_notices_in_which_the_bot_may_not_write_is_told(bare_guild):
    world = bare_guild.world
    await bare_guild.forbid("mod-log", send_messages=True)
    panel = await bare_guild.slash("settings")

    seen = await world.select(world.manager, panel.message, [world.place("mod-log")], custom_id="settings:notices")

    assert "In #mod-log I lack: Send Messages." in seen.text


async def test_change_opens_the_panel_of_setup_with_what_stands(bare_guild):
    panel = await bare_guild.slash("settings")

    seen = await bare_guild.world.press(bare_guild.world.manager, panel.message, "settings:change")

    assert "This is what stands." in seen.text


async def test_a_pause_is_shown_until_it_is_over(bare_guild):
    await bare_guild.slash("pause", what="posts", until="2h")
    assert "⏸️ Paused: posts, until 2026-11-20 08:00" in (await bare_guild.slash("settings")).text

    await bare_guild.world.advance(timedelta(hours=2))

    assert "Paused" not in (await bare_guild.slash("settings")).text


async def test_whoever_lost_the_permission_can_change_nothing_in_an_open_panel(bare_guild):
    world = bare_guild.world
    kim = world.guild.add_person("Kim", roles=("Managers",))
    panel = await world.slash(kim, "general", "settings")
    await bare_guild.take_role(kim, "Managers")

    seen = await world.select(kim, panel.message, [world.role("Readers")], custom_id="settings:roles:manage")

    assert "You need this bot's “Manage” permission" in seen.text
    assert (await bare_guild.app.guilds.settings(bare_guild.guild.id)).granted_roles == {}


async def test_members_and_editors_do_not_see_the_settings(bare_guild):
    for person in (bare_guild.world.editor, bare_guild.world.members[0]):
        with pytest.raises(simcord.SetupError):
            await bare_guild.world.slash(person, "general", "settings")


async def test_japanese_settings_are_japanese_throughout(bare_guild):
    hana = bare_guild.world.guild.add_person("Hana", roles=("Managers",), language="ja")
    await bare_guild.slash("pause", what="all", until="1d")

    seen = await bare_guild.world.slash(hana, "general", "settings")

    assert "⏸️ 一時停止中：投稿（2026-11-21 06:00 まで）" in seen.text
    assert "**編集** － まとめと情報源" in seen.text
    assert "サーバー設定 → 連携サービス" in seen.text
