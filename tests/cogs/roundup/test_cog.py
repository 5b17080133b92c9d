"""/roundup, and the buttons of an edition, before and after a restart and with forged ids."""

import pytest
import simcord

from tests.cogs.house import POSTED_AT, SMALL_EV, texts

GONE = "That no longer exists here, so nothing was changed."


def roles_of(house, person) -> set[str]:
    member = house.backend.get_guild(house.guild.id).members[person.id]
    return {role.name for role in house.guild.roles if role.id in member.role_ids}


def forge(house, line, old: str, new: str) -> None:
    """Let a message of the bot carry a custom id of somebody's making."""
    message = house.backend.get_message(line.place.id, line.id)

    def walk(parts) -> None:
        for part in parts:
            if part.get("custom_id") == old:
                part["custom_id"] = new
            walk(part.get("components", []))

    walk(message.components)


async def test_a_preview_is_private_and_posts_nothing(guild):
    seen = await guild.world.slash(guild.world.moderator, "general", "roundup preview")

    assert seen.private
    assert "Toyota shows a hydrogen Hilux" in seen.text
    assert "Only you see this preview. Nothing was posted." in seen.text
    assert seen.message.buttons == ()
    assert guild.world.lines("morning-roundup") == []
    assert "There has been no edition yet." in (await guild.slash("roundup history")).text


async def test_a_preview_speaks_the_guilds_language_and_its_note_the_readers(guild):
    seen = await guild.world.slash(guild.world.editor, "general", "roundup preview")  # Aiko reads Japanese

    assert "❓ The Big Question" in seen.text
    assert "このプレビューはあなたにだけ表示されています。" in seen.text


@pytest.mark.parametrize("command", ["preview", "now"])
async def test_without_setup_or_sources_the_way_is_shown(bare_house, command):
    assert "has not been set up yet" in (await bare_house.slash(f"roundup {command}")).text
    await bare_house.set_up()
    assert "This server follows no feed yet" in (await bare_house.slash(f"roundup {command}")).text


async def test_now_posts_at_once_and_only_once_a_day(guild):
    seen = await guild.slash("roundup now")
    assert seen.private
    assert seen.text == "Today's edition is being made and will be in #morning-roundup in a moment."
    await guild.work()
    line = guild.edition

    seen = await guild.slash("roundup now")

    address = f"https://discord.com/channels/{guild.guild.id}/{line.place.id}/{line.id}"
    assert seen.text == f"Today's edition is posted already: {address}"
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    assert len(guild.world.lines("morning-roundup")) == 1
    assert "@Morgan · had the edition of 2026-11-20 posted at once" in await guild.audit()


async def test_history_lists_editions_with_links(guild):
    line = await guild.post()

    seen = await guild.slash("roundup history")

    address = f"https://discord.com/channels/{guild.guild.id}/{line.place.id}/{line.id}"
    headline = "Toyota shows a hydrogen Hilux with 600 km of range"
    assert f"- **2026-11-20** ✅ [{headline}](<{address}>)" in texts(seen.message)


async def test_members_do_not_see_the_command(guild):
    with pytest.raises(simcord.SetupError):
        await guild.world.slash(guild.world.members[0], "general", "roundup now")


async def test_notify_me_gives_the_role_and_takes_it_back(guild):
    reader, line = guild.world.members[0], await guild.post()

    seen = await guild.world.press(reader, line, "Notify me")
    assert seen.private
    assert seen.text == "You will be mentioned when the next edition is posted. Press again to stop."
    assert "Roundup readers" in roles_of(guild, reader)

    seen = await guild.world.press(reader, line, "Notify me")
    assert seen.text == "You will no longer be mentioned. Press again if you change your mind."
    assert "Roundup readers" not in roles_of(guild, reader)


async def test_a_japanese_member_of_an_english_guild_is_answered_in_japanese(guild):
    line = await guild.post()

    seen = await guild.world.press(guild.world.editor, line, "Notify me")

    assert seen.text == "次の回から投稿時にお知らせします。もう一度押すと解除されます。"


async def test_notify_me_says_when_the_bots_role_is_too_low(guild):
    line = await guild.post()
    top = max(role.position for role in guild.guild.roles) + 1
    guild.backend.edit_role(guild.guild.id, guild.world.role("Roundup readers").id, {"position": top})
    await guild.world.settle()

    seen = await guild.world.press(guild.world.members[0], line, "Notify me")

    assert seen.text == (
        "I may not give you that role. Please tell a moderator: my own role needs Manage Roles and a place above "
        "Roundup readers."
    )


async def test_notify_me_says_when_discord_refuses_all_the_same(guild):
    line = await guild.post()
    guild.fail("PUT", "/guilds/*/members/*/roles/*", status=403, code=50013)

    seen = await guild.world.press(guild.world.members[0], line, "Notify me")

    assert "I may not give you that role." in seen.text


@pytest.mark.parametrize("how", ["the role is gone", "the part is off"])
async def test_notify_me_of_an_old_edition_says_when_it_is_switched_off(guild, how):
    line = await guild.post()
    if how == "the role is gone":
        guild.backend.delete_role(guild.guild.id, guild.world.role("Roundup readers").id)
        await guild.world.settle()
    else:
        panel = await guild.slash("setup")
        await guild.world.select(guild.world.manager, panel.message, ["roundup"], custom_id="setup:parts")
        await guild.world.press(guild.world.manager, panel.message, "Save")

    seen = await guild.world.press(guild.world.members[0], line, "Notify me")

    assert seen.text == "Notifications are switched off in this server at the moment."


async def test_about_names_each_outlet_once_and_how_the_edition_was_made(guild):
    line = await guild.post()

    seen = await guild.world.press(guild.world.members[1], line, "About")

    assert seen.private
    assert "Made by a program from the feeds of these outlets: 3 stories" in seen.text
    assert texts(seen.message).count("- [Gearlog](<https://gearlog.example/") == 1
    assert texts(seen.message).count("- [Torque](<https://torque.example/") == 1
    assert "Posted 2026-11-20 07:30" in seen.text


async def test_the_buttons_work_after_a_restart(guild):
    line = await guild.post()
    await guild.restart()
    reader = guild.world.members[2]

    assert "You will be mentioned" in (await guild.world.press(reader, line, "Notify me")).text
    assert "About this edition" in (await guild.world.press(reader, line, "About")).text


@pytest.mark.parametrize("action", ["notify", "about", "post", "approve", "edit", "skip"])
@pytest.mark.parametrize("subject", ["999", str(2**63 - 1), str(2**63), "9" * 60])
async def test_a_forged_id_is_refused_with_a_sentence(guild, subject, action):
    line = await guild.post()
    edition_id = (await guild.app.roundups.history(guild.actor()))[0].id
    forge(guild, line, f"edition:{edition_id}:about", f"edition:{subject}:{action}")

    seen = await guild.world.press(guild.world.manager, line, f"edition:{subject}:{action}")

    assert seen.private
    assert seen.text == GONE


async def test_an_edition_of_another_guild_is_not_reached(guild):
    line = await guild.post()
    elsewhere = guild.world._env.create_guild("Elsewhere")
    channel = elsewhere.create_text_channel("news")
    actor = elsewhere.add_member(guild.world._env.create_user("eve", global_name="Eve"))
    await guild.world.settle()
    posted = await guild.app.client.get_partial_messageable(channel.id).send("an own post of the bot")
    raw = guild.backend.get_message(line.place.id, line.id)
    copied = guild.backend.get_message(channel.id, posted.id)
    copied.components, copied.flags = raw.components, raw.flags

    row = raw.components[0]["components"][-1]["components"]
    forged = [part["custom_id"] for part in row if part.get("custom_id", "").endswith((":notify", ":about"))]
    assert len(forged) == 2

    for custom_id in forged:
        result = await actor.click(channel.last_message, custom_id=custom_id)
        assert result.response.content == GONE
        assert result.response.ephemeral


async def test_a_member_cannot_post_again_with_a_button_that_is_not_theirs(guild):
    await guild.forbid("morning-roundup", send_messages=True)
    panel = await guild.slash("settings")
    await guild.world.select(
        guild.world.manager, panel.message, [guild.world.place("general")], custom_id="settings:notices"
    )
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    notice = guild.world.lines("general")[-1]

    seen = await guild.world.press(guild.world.members[0], notice, "Post it now")

    assert "You need this bot's “Edit” permission for that." in seen.text


async def test_a_question_of_the_publishers_own_is_asked_in_the_thread(guild):
    await guild.post()

    (thread,) = guild.world.threads("morning-roundup")
    (question,) = guild.world.lines(thread)
    assert SMALL_EV[0].split(":")[0] in question.text
    assert question.buttons[-2:] == ("Other", "My vote")
    assert "Secret" in question.text
