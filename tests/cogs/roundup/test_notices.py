"""The notice that an edition did not appear: told once, where editors asked for it, with a button that mends it."""

from datetime import timedelta

import pytest

from tests.cogs.house import POSTED_AT


async def choose_notices(house, place: str = "mod-log") -> None:
    panel = await house.slash("settings")
    await house.world.select(
        house.world.manager, panel.message, [house.world.place(place)], custom_id="settings:notices"
    )


async def miss(house) -> None:
    """Let the morning's edition fail for want of a permission."""
    await house.forbid("morning-roundup", send_messages=True)
    await house.world.advance_to(POSTED_AT)
    await house.work()


async def test_a_missing_permission_parks_the_edition_and_is_told_once(guild):
    await choose_notices(guild)

    await miss(guild)
    for _ in range(5):
        await guild.world.advance(timedelta(minutes=20))
        await guild.work()

    (notice,) = guild.world.lines("mod-log")
    assert notice.text.startswith(
        "⚠️ The edition of November 20, 2026 did not appear: I lack a permission in #morning-roundup. "
        "/doctor says which."
    )
    assert notice.buttons == ("Post it now",)
    assert "could not be posted: I lack a permission" in (await guild.slash("roundup history")).text


async def test_a_deleted_channel_is_told_and_the_edition_goes_where_setup_says_then(guild):
    await choose_notices(guild)
    guild.backend.delete_channel(guild.world.place("morning-roundup").id)
    await guild.world.settle()
    await guild.world.advance_to(POSTED_AT)
    await guild.work()
    (notice,) = guild.world.lines("mod-log")
    assert "is gone. Someone with Manage Server can choose another channel with /setup." in notice.text

    panel = await guild.slash("setup")
    await guild.world.select(
        guild.world.manager, panel.message, [guild.world.place("general")], custom_id="setup:channel"
    )
    await guild.world.press(guild.world.manager, panel.message, "Save")
    await guild.world.press(guild.world.moderator, notice, "Post it now")
    await guild.work()

    assert "Hilux" in guild.world.lines("general")[-1].text
    assert len(guild.world.threads("general")) == 1


async def test_post_it_now_posts_once_the_permission_is_there_even_after_a_restart(guild):
    await choose_notices(guild)
    await miss(guild)
    await guild.forbid("morning-roundup")
    await guild.restart()
    (notice,) = guild.world.lines("mod-log")

    seen = await guild.world.press(guild.world.moderator, notice, "Post it now")
    assert seen.private
    assert "will be in #morning-roundup in a moment" in seen.text
    await guild.work()

    assert "Hilux" in guild.edition.text
    seen = await guild.world.press(guild.world.moderator, notice, "Post it now")
    assert seen.text.startswith("Today's edition is posted already: https://discord.com/channels/")


async def test_a_try_that_fails_again_is_told_again(guild):
    await choose_notices(guild)
    await miss(guild)
    (notice,) = guild.world.lines("mod-log")
    await guild.world.advance(timedelta(minutes=1))

    await guild.world.press(guild.world.moderator, notice, "Post it now")
    await guild.work()

    assert len(guild.world.lines("mod-log")) == 2


async def test_post_it_now_on_a_later_day_says_that_the_day_is_over(guild):
    await choose_notices(guild)
    await miss(guild)
    (notice,) = guild.world.lines("mod-log")
    await guild.world.advance(timedelta(days=1))

    seen = await guild.world.press(guild.world.moderator, notice, "Post it now")

    assert seen.text == "That edition was for a day that is over. /roundup now posts today's."


async def test_without_a_channel_for_notices_nothing_is_said_anywhere(guild):
    await miss(guild)

    assert [line for place in guild.world.channels() for line in guild.world.lines(place) if not line.private] == []


async def test_a_notice_in_the_roundups_own_channel_is_not_taken_for_the_edition(guild):
    await choose_notices(guild, "morning-roundup")
    guild.fail("POST", "/channels/*/messages/*/threads", status=403, code=50013)
    await guild.world.advance_to(POSTED_AT)
    await guild.world.say(guild.world.manager, "morning-roundup", "Good morning!")
    await guild.work()

    _, edition, notice = guild.world.lines("morning-roundup")

    assert "Hilux" in edition.text
    assert "did not appear" in notice.text
    await guild.world.press(guild.world.moderator, notice, "Post it now")
    await guild.work()
    assert len(guild.world.lines("morning-roundup")) == 3
    (thread,) = guild.world.threads("morning-roundup")
    assert thread.id == edition.id


async def test_a_skipped_edition_is_told_with_its_reason(guild):
    await choose_notices(guild)
    await guild.world.advance_to(POSTED_AT + timedelta(hours=4))
    await guild.work()

    (notice,) = guild.world.lines("mod-log")
    assert "did not appear: it would have come more than three hours late" in notice.text


@pytest.mark.parametrize("state", ["failed", "skipped"])
async def test_a_japanese_guild_is_told_in_japanese_throughout(house, state):
    panel = await house.slash("setup")
    await house.world.select(house.world.manager, panel.message, ["ja"], custom_id="setup:language")
    await house.world.press(house.world.manager, panel.message, "Save")
    await choose_notices(house)
    if state == "failed":
        await miss(house)
        reason = "#morning-roundup でボットの権限が足りません。/doctor で足りないものが分かります。"
    else:
        await house.world.advance_to(POSTED_AT + timedelta(hours=4))
        await house.work()
        reason = "予定から 3 時間以上遅れたため"

    (notice,) = house.world.lines("mod-log")

    assert f"⚠️ 2026年11月20日の回は投稿されませんでした：{reason}" in notice.text
    assert notice.buttons == ("いま投稿する",)
