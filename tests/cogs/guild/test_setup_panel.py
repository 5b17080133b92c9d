"""/setup, as a manager meets it: prefilled, checked, saved, shown."""

from datetime import timedelta

import discord
import pytest
import simcord

from bot.domain.guild import Part
from bot.edge.permissions import INVITED, NOTIFYING, POSTING
from tests.cogs.house import POSTED_AT, texts


def button(line, label: str):
    return next(
        part
        for row in line.raw["components"][0]["components"]
        for part in row.get("components", [])
        if part.get("label") == label
    )


async def test_the_panel_is_prefilled_with_what_most_servers_choose(house):
    seen = await house.slash("setup")

    assert seen.private
    assert "**Channel:** #morning-roundup" in seen.text
    assert "every day at 07:30, UTC. The next one is 2026-11-20 07:30" in seen.text
    assert "**Parts:** Daily roundup, The Big Question, Notify me" in seen.text
    assert "**Starter sources to add:** 2" in seen.text
    assert not button(seen.message, "Save").get("disabled")


async def test_nothing_is_posted_before_setup_however_long_one_waits(house):
    for _ in range(3):
        await house.world.advance(timedelta(days=1))
        await house.work()

    assert [line for place in house.world.channels() for line in house.world.lines(place)] == []


async def test_saving_follows_the_sources_and_ends_in_a_private_preview(house):
    seen = await house.set_up()

    assert seen.private
    answer, preview = seen.lines
    assert "✅ Saved." in answer.text
    assert "The next edition comes to #morning-roundup 2026-11-20 07:30" in answer.text
    assert "✅ Gearlog: 2 articles" in answer.text
    assert "Saving, and reading" not in answer.text, "the answer stands where it said that it was saving"
    assert "Toyota shows a hydrogen Hilux" in preview.text
    assert "Only you see it" in preview.text
    assert preview.buttons == (), "a preview belongs to no edition that a button could ask for"
    assert house.world.lines("morning-roundup") == []


async def test_saving_creates_the_role_that_the_panel_named(house):
    panel = await house.slash("setup")
    assert "**Saving creates** the role “Roundup readers”" in panel.text
    assert discord.utils.get(house.guild.roles, name="Roundup readers") is None

    await house.world.press(house.world.manager, panel.message, "Save")

    role = discord.utils.get(house.guild.roles, name="Roundup readers")
    assert role is not None
    assert role.permissions == discord.Permissions.none()
    assert not role.mentionable, "anybody could mention it otherwise"


async def test_a_role_of_that_name_is_taken_only_if_it_allows_nothing(bare_house):
    house = bare_house
    mighty = house.world.guild.handle.create_role("Roundup readers", permissions=discord.Permissions(ban_members=True))
    await house.world.settle()

    panel = await house.slash("setup")
    assert "**Saving creates**" in panel.text
    await house.world.press(house.world.manager, panel.message, "Save")

    roundup = await house.app.guilds.roundup(house.guild.id)
    assert roundup.notify_role_id not in {None, mighty.id}


async def test_a_harmless_role_of_that_name_is_used_and_named(bare_house):
    role = bare_house.world.guild.handle.create_role("Roundup readers", permissions=discord.Permissions.none())
    # The bot's own role stands at the bottom too; it has to stand above what it gives.
    bare_house.backend.reorder_roles(bare_house.guild.id, [{"id": role.id, "position": 1}])
    await bare_house.world.settle()

    panel = await bare_house.slash("setup")
    assert "**Mentioned role:** @Roundup readers" in panel.text
    await bare_house.world.press(bare_house.world.manager, panel.message, "Save")

    assert (await bare_house.app.guilds.roundup(bare_house.guild.id)).notify_role_id == role.id


async def test_missing_permissions_are_named_with_their_place_and_save_waits_for_them(bare_house):
    house = bare_house
    await house.forbid("morning-roundup", create_public_threads=True, embed_links=True)

    panel = await house.slash("setup")

    assert "In #morning-roundup I lack: Embed Links, Create Public Threads" in panel.text
    assert button(panel.message, "Save")["disabled"]

    await house.forbid("morning-roundup")
    panel = await house.world.select(house.world.manager, panel.message, ["en"], custom_id="setup:language")
    assert "I lack" not in panel.text
    assert not button(panel.message, "Save")["disabled"]


async def test_without_manage_roles_notify_me_is_left_out_and_can_be_asked_for(bare_house):
    house = bare_house
    await house.allow(POSTING)

    panel = await house.slash("setup")
    assert "**Parts:** Daily roundup, The Big Question\n" in panel.text
    assert not button(panel.message, "Save").get("disabled")

    panel = await house.world.select(
        house.world.manager, panel.message, [part.value for part in Part], custom_id="setup:parts"
    )
    assert "For the Notify me button I lack: Manage Roles" in panel.text
    assert "to mention the role" in panel.text.lower()
    assert button(panel.message, "Save")["disabled"]


async def test_what_the_invitation_grants_is_enough_for_every_part(bare_house):
    await bare_house.allow(INVITED)

    panel = await bare_house.slash("setup")

    assert "I lack" not in panel.text
    assert NOTIFYING <= INVITED


async def test_a_role_above_the_bots_own_is_told(bare_guild):
    house = bare_guild
    role = house.world.role("Roundup readers")
    top = max(role.position for role in house.guild.roles) + 1
    house.backend.edit_role(house.guild.id, role.id, {"position": top})
    await house.world.settle()

    panel = await house.slash("setup")

    assert "a place in the role list above that role" in panel.text
    assert button(panel.message, "Save")["disabled"]


async def test_a_permission_lost_since_the_panel_was_shown_is_told_instead_of_saved(bare_house):
    house = bare_house
    panel = await house.slash("setup")
    await house.forbid("morning-roundup", send_messages_in_threads=True)

    seen = await house.world.press(house.world.manager, panel.message, "Save")

    assert "I lack: Send Messages in Threads" in seen.text
    assert await house.app.guilds.find(house.guild.id) is None


@pytest.mark.parametrize(
    ("time", "zone", "shown"),
    [
        ("19:30", "Asia/Tokyo", "every day at 19:30, Asia/Tokyo"),
        ("7 pm", "tokyo", "every day at 19:00, Asia/Tokyo"),
        ("19:30\x00", "\ud800Asia/\x07Tokyo", "every day at 19:30, Asia/Tokyo"),
        ("7時30分", "new york", r"every day at 07:30, America/New\_York"),
    ],
)
async def test_the_form_takes_times_and_cities_as_people_write_them(bare_house, time, zone, shown):
    manager = bare_house.world.manager
    panel = await bare_house.slash("setup")
    form = await bare_house.world.press(manager, panel.message, "Time and zone")
    assert form.modal is not None

    seen = await bare_house.world.submit(manager, form, {"time": time, "zone": zone})

    assert shown in texts(seen.message)


@pytest.mark.parametrize(
    ("time", "zone", "sentence"),
    [
        ("25:00", "UTC", "“25:00” is not a time of day."),
        ("soon", "UTC", "“soon” is not a time of day."),
        ("19:30", "Tokio", "“Tokio” is not a time zone that I know."),
        ("19:30", "[x](https://x.example)", r"“\[x\]\(https\://x.example\)” is not a time zone"),
    ],
)
async def test_a_wrong_time_or_zone_is_answered_with_a_sentence_and_changes_nothing(bare_house, time, zone, sentence):
    manager = bare_house.world.manager
    panel = await bare_house.slash("setup")
    form = await bare_house.world.press(manager, panel.message, "Time and zone")

    seen = await bare_house.world.submit(manager, form, {"time": time, "zone": zone})

    assert seen.private
    assert sentence in seen.text
    await bare_house.world.press(manager, panel.message, "Save")
    roundup = await bare_house.app.guilds.roundup(bare_house.guild.id)
    assert (f"{roundup.at:%H:%M}", roundup.timezone) == ("07:30", "UTC")


async def test_a_channel_is_created_only_when_its_button_is_pressed(bare_house):
    house = bare_house
    house.backend.delete_channel(house.world.place("morning-roundup").id)
    await house.world.settle()

    panel = await house.slash("setup")
    assert "**Channel:** #general" in panel.text, "where /setup was used"
    assert "morning-roundup" not in {place.name for place in house.world.channels()}

    panel = await house.world.press(house.world.manager, panel.message, "Create #morning-roundup")

    assert "**Channel:** #morning-roundup" in panel.text
    assert "morning-roundup" in {place.name for place in house.world.channels()}
    assert "Create #morning-roundup" not in panel.message.buttons


async def test_a_channel_that_discord_does_not_let_us_create_is_told_in_a_sentence(bare_house):
    house = bare_house
    house.backend.delete_channel(house.world.place("morning-roundup").id)
    panel = await house.slash("setup")
    house.fail("POST", "/guilds/*/channels", status=403, code=50013)

    seen = await house.world.press(house.world.manager, panel.message, "Create #morning-roundup")

    assert seen.text == (
        "Discord does not let me do that here. Check the permissions and the place of my role in "
        "Server Settings → Roles."
    )


async def test_running_setup_again_shows_what_stands(guild):
    manager = guild.world.manager
    panel = await guild.slash("setup")
    form = await guild.world.press(manager, panel.message, "Time and zone")
    await guild.world.submit(manager, form, {"time": "18:05", "zone": "Berlin"})
    await guild.world.select(manager, panel.message, ["ja"], custom_id="setup:language")
    await guild.world.select(manager, panel.message, ["roundup", "question"], custom_id="setup:parts")
    await guild.world.press(manager, panel.message, "Save")

    again = await guild.slash("setup")

    assert "This is what stands." in again.text
    assert "every day at 18:05, Europe/Berlin" in again.text
    assert "**Language of posts:** Japanese" in again.text
    assert "**Parts:** Daily roundup, The Big Question\n" in again.text
    assert "Starter sources" not in again.text, "both are followed already"


async def test_a_channel_that_is_gone_has_to_be_chosen_anew(bare_guild):
    house = bare_guild
    house.backend.delete_channel(house.world.place("morning-roundup").id)
    await house.world.settle()

    panel = await house.slash("setup")

    assert "not chosen yet; pick one below" in panel.text
    assert button(panel.message, "Save")["disabled"]
    panel = await house.world.select(
        house.world.manager, panel.message, [house.world.place("general")], custom_id="setup:channel"
    )
    assert not button(panel.message, "Save")["disabled"]


async def test_a_source_that_cannot_be_read_is_named_and_the_rest_is_saved(house):
    del house.press.pages["torque"]

    seen = await house.set_up()

    answer = seen.lines[0].text
    assert "✅ Gearlog: 2 articles" in answer
    assert f"⚠️ Not added: http\\://127.0.0.1:{house.press.port}/torque – There is nothing at this address" in answer


async def test_a_server_without_sources_is_told_what_to_do_instead_of_a_preview(bare_house):
    seen = await bare_house.set_up()

    assert "There is no preview yet: This server follows no feed yet" in seen.lines[-1].text


async def test_whoever_may_not_manage_is_not_shown_setup(bare_house):
    house = bare_house
    for person in (house.world.editor, house.world.moderator, house.world.members[0]):
        assert "setup" not in house.world.commands(person, "general")
        with pytest.raises(simcord.SetupError):
            await house.world.slash(person, "general", "setup")


@pytest.mark.parametrize("label", ["Save", "Time and zone", "Create #朝のまとめ"])
async def test_whoever_lost_the_permission_cannot_use_the_open_panel(bare_house, label):
    house = bare_house
    kim = house.world.guild.add_person("Kim", roles=("Managers",))
    panel = await house.world.slash(kim, "general", "setup")
    panel = await house.world.select(kim, panel.message, ["ja"], custom_id="setup:language")
    await house.take_role(kim, "Managers")

    seen = await house.world.press(kim, panel.message, label)

    assert "You need this bot's “Manage” permission for that." in seen.text
    assert await house.app.guilds.find(house.guild.id) is None
    assert "朝のまとめ" not in {place.name for place in house.world.channels()}


async def test_a_save_that_fails_brings_the_panel_back(bare_house):
    house = bare_house
    panel = await house.slash("setup")
    house.fail("POST", "/guilds/*/roles", status=403, code=50013)

    seen = await house.world.press(house.world.manager, panel.message, "Save")
    assert "Discord does not let me do that here" in seen.text
    assert await house.app.guilds.find(house.guild.id) is None

    again = house.world.lines("general", house.world.manager)[0]
    assert "Set up Paddock" in again.text
    seen = await house.world.press(house.world.manager, again, "Save")
    assert "✅ Saved." in seen.text


async def test_a_panel_that_nobody_used_closes_and_says_so(bare_house):
    panel = await bare_house.slash("setup")

    await bare_house.world.advance(timedelta(minutes=14, seconds=1))

    closed = bare_house.world.lines("general", bare_house.world.manager)[0]
    assert closed.id == panel.message.id
    assert "This panel has closed." in closed.text
    assert button(closed, "Save")["disabled"]


async def test_a_japanese_manager_reads_japanese_and_chooses_english_posts(house):
    hana = house.world.guild.add_person("Hana", roles=("Managers",), language="ja")

    panel = await house.world.slash(hana, "general", "setup")
    assert "**チャンネル：**#morning-roundup" in panel.text
    assert "**投稿の言語：**英語" in panel.text
    seen = await house.world.press(hana, panel.message, "保存")

    answer, preview = seen.lines
    assert "✅ 保存しました。" in answer.text
    assert "# Morning roundup" in preview.text
    assert "あなたにだけ表示されています" in preview.text
    house.clock.move_to(POSTED_AT)
    await house.work()
    assert "❓ The Big Question" in house.edition.text


async def test_the_panel_names_the_channels_and_roles_in_the_language_of_the_posts(bare_house):
    house = bare_house
    panel = await house.slash("setup")
    panel = await house.world.select(house.world.manager, panel.message, ["ja"], custom_id="setup:language")
    assert "the role “まとめ読者”" in panel.text

    await house.world.press(house.world.manager, panel.message, "Save")

    assert (await house.app.guilds.roundup(house.guild.id)).name == "朝のまとめ"
