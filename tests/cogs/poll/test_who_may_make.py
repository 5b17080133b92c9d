"""Who may make polls, and where: asked when a form opens, and again when it is posted."""

import discord
import pytest
import simcord

from tests.cogs.poll.making import OPTIONS, QUESTION, create, drafted, fill, none_made, only, press
from tests.cogs.poll.test_rules_page import at_rules, choose


async def test_a_channel_where_the_bot_may_not_post_is_said_and_refused(bare_guild):
    await bare_guild.forbid("morning-roundup", send_messages=True)
    panel = await at_rules(bare_guild)
    panel = await choose(bare_guild, panel, "channel", bare_guild.world.place("morning-roundup"))
    assert "I lack: Send Messages" in panel.text
    preview = await press(bare_guild, panel, "back")
    assert "[Post it (off)]" in preview.text
    quick = await bare_guild.world.slash(
        bare_guild.world.manager, "morning-roundup", "poll quick", question="What?", options="a, b"
    )
    assert "I lack: Send Messages" in quick.text
    assert await none_made(bare_guild)


async def test_a_permission_that_was_taken_away_meanwhile_is_noticed_when_it_is_posted(bare_guild):
    preview = await drafted(bare_guild)
    await bare_guild.forbid("general", embed_links=True)
    seen = await press(bare_guild, preview, "post")
    assert "I lack: Embed Links" in seen.text
    assert await none_made(bare_guild)


async def test_a_poll_can_be_made_in_a_thread(bare_guild):
    said = await bare_guild.world.say(bare_guild.world.manager, "general", "Concepts!")
    channel = bare_guild.app.client.get_channel(bare_guild.world.place("general").id)
    thread = await channel.get_partial_message(said.id).create_thread(name="Concepts")
    await bare_guild.world.settle()
    (place,) = bare_guild.world.threads("general")
    seen = await bare_guild.world.slash(
        bare_guild.world.manager, place, "poll quick", question="What?", options="a | b"
    )
    assert "is made" in seen.text
    await bare_guild.work()
    assert (await only(bare_guild)).channel_id == thread.id
    assert "What?" in bare_guild.world.lines(place)[-1].text


async def test_members_do_not_see_the_commands_and_cannot_use_them(bare_guild):
    member = bare_guild.world.members[0]
    with pytest.raises(simcord.SetupError):
        await create(bare_guild, member)
    bare_guild.show_command("poll", "Readers")
    for command, options in (
        ("poll create", {}),
        ("poll quick", {"question": "What?", "options": "a, b"}),
        ("poll list", {}),
        ("poll template list", {}),
    ):
        seen = await bare_guild.world.slash(member, "general", command, **options)
        assert seen.private
        assert not seen.modal
        assert len(seen.text.splitlines()) == 1, seen.text
    assert await bare_guild.world.suggest(member, "general", "poll close", "poll", "") == []
    assert await none_made(bare_guild)


async def test_who_lost_the_role_meanwhile_posts_nothing(bare_guild):
    editor = bare_guild.world.editor
    form = await create(bare_guild, editor)
    preview = await fill(bare_guild, form, {"question": QUESTION, "options": OPTIONS}, editor)
    await bare_guild.take_role(editor, "Editors")
    seen = await bare_guild.world.press(editor, preview, "poll_make:post")
    assert not any("作成しました" in line.text for line in seen.lines)
    assert await none_made(bare_guild)


async def test_before_setup_the_way_to_it_is_said(bare_house):
    seen = await bare_house.slash("poll create")
    assert not seen.modal
    assert "/setup" in seen.text
    quick = await bare_house.slash("poll quick", question="What?", options="a, b")
    assert "/setup" in quick.text


async def test_a_preview_that_outlived_its_process_says_so(bare_guild):
    preview = await drafted(bare_guild)
    await bare_guild.restart()
    seen = await bare_guild.world.press(bare_guild.world.manager, preview, "poll_make:post")
    assert seen.private
    assert await none_made(bare_guild)


async def test_the_menu_is_for_those_who_may_make_polls(bare_guild):
    (menu,) = [command for command in bare_guild.app.client.tree.get_commands() if command.name.startswith("Make")]
    assert menu.default_permissions == discord.Permissions(manage_messages=True)
