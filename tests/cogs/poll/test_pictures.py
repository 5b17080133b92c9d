"""Options with pictures and emoji on Discord: shown on cards and in panels, and never what keeps a poll back."""

from datetime import timedelta

import discord
import pytest

from bot.domain.poll.poll import Option
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding
from cogs.poll.panels import panel_for
from tests.cogs.house import texts
from tests.cogs.poll.making import drafted, none_made, only, press
from tests.cogs.poll.polling import begin
from tests.cogs.poll.test_panel_limits import KINDS, full_ballot, own_of, poll_of
from tests.messages import check_limits, galleries

CARS = [Option(0, f"Car {n}", "🚗", picture_url=f"https://cars.example/{n}.jpg") for n in (1, 2, 3, 4)]
VERDICT = PollRules(PollKind.VERDICT, Method.WILSON, labels=("so back", "so over"))
BRACKET = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=1))
OPENING = PollRules(PollKind.BRACKET, Method.KNOCKOUT, seeding=Seeding.VOTE, round_length=timedelta(hours=1))
RANKED = PollRules(PollKind.RANKED, Method.IRV)
REFUSED = {"status": 400, "code": 50035}  # Discord docs, JSON error codes: invalid form body


def shown_in(line) -> list[str]:
    """Return the alternative texts of a message's pictures, in order."""
    found: list[str] = []

    def walk(parts) -> None:
        for part in parts:
            found.extend(item["description"] for item in part.get("items", ()))
            walk(part.get("components", ()))

    walk(line.raw["components"])
    return found


async def test_the_preview_and_the_card_show_the_pictures_that_were_typed(bare_guild):
    lines = "Mazda RX-500 https://cars.example/rx500.jpg\nNissan 126X\nトヨタ EX-III https://cars.example/ex3.webp"
    preview = await drafted(bare_guild, {"options": lines})
    assert shown_in(preview.message) == ["Mazda RX-500", "トヨタ EX-III"]

    await press(bare_guild, preview, "post")
    await bare_guild.work()

    (card,) = bare_guild.world.lines("general")
    assert shown_in(card) == ["Mazda RX-500", "トヨタ EX-III"]
    assert "Pictures: Mazda RX-500 · トヨタ EX-III" in card.text


@pytest.mark.parametrize(
    ("rules", "first", "then"),
    [
        (VERDICT, ["Car 1"], ["Car 2"]),
        (BRACKET, ["Car 1", "Car 4"], ["Car 2", "Car 3"]),
    ],
    ids=["verdict", "bracket"],
)
async def test_a_panel_shows_the_pictures_of_what_is_judged_now(bare_guild, rules, first, then):
    poll = await begin(bare_guild, rules, options=CARS)
    member = bare_guild.world.members[0]

    panel = await poll.press(member, "vote")
    assert shown_in(panel.message) == first
    button = "so back" if rules is VERDICT else "ballot:first"
    panel = await bare_guild.world.press(member, panel.message, button)
    assert shown_in(panel.message) == then


@pytest.mark.parametrize("name", KINDS)
async def test_panels_full_of_pictures_stay_within_discords_limits(name):
    poll = poll_of(KINDS[name], picture_url="https://cars.example/" + "x" * 480)
    for marks in (None, full_ballot(name, poll)):
        panel = panel_for(None, own_of(poll, marks), "en")
        check_limits(panel)
        panel.show("*" * 500)
        check_limits(panel)
        if marks is None:
            assert galleries(panel)


@pytest.mark.parametrize(
    ("refusals", "option"),
    [
        (1, Option(1, "Car 1", "🚗")),
        (2, Option(1, "Car 1")),
    ],
    ids=["a picture", "an emoji"],
)
async def test_what_discord_does_not_draw_is_left_out_of_the_poll_which_is_posted(bare_guild, refusals, option):
    bare_guild.fail("POST", "/channels/*/messages", times=refusals, **REFUSED)
    poll = await begin(bare_guild, options=CARS)

    assert (await poll.read()).options[0] == option
    assert shown_in(poll.card) == []
    assert ("🚗" in str(poll.card.raw)) == (option.emoji is not None)
    assert "Your vote: **Car 2**" in (await poll.press(bare_guild.world.members[0], "option:2")).text
    assert len(bare_guild.world.lines("general")) == 1


async def test_a_picture_that_is_refused_later_does_not_keep_the_card_from_being_shown_anew(bare_guild):
    poll = await begin(bare_guild, options=CARS)
    bare_guild.fail("PATCH", "/channels/*/messages/*", **REFUSED)

    await bare_guild.app.polls.edit(bare_guild.actor(), poll.poll.id, "Which one, then?")
    await bare_guild.work()

    assert "Which one, then?" in poll.card.text
    assert shown_in(poll.card) == []
    assert (await poll.read()).options[0] == Option(1, "Car 1", "🚗")


async def test_what_is_no_picture_s_fault_is_not_hidden(bare_guild, caplog):
    bare_guild.fail("POST", "/channels/*/messages", times=3, **REFUSED)

    poll = await begin(bare_guild, options=CARS)

    assert (await poll.read()).message_id is None
    assert any("due work failed" in record.getMessage() for record in caplog.records)
    assert (await poll.read()).options[0].emoji == "🚗"


@pytest.mark.parametrize("rules", [RANKED, OPENING], ids=["ranked", "opening"])
async def test_a_panel_that_discord_does_not_draw_is_shown_with_nothing_but_words(bare_guild, rules):
    poll = await begin(bare_guild, rules, options=CARS)
    member = bare_guild.world.members[0]

    bare_guild.fail("POST", "/interactions/*/*/callback", **REFUSED)
    panel = await poll.press(member, "vote")
    assert "🚗" not in str(panel.message.raw)
    assert shown_in(panel.message) == []
    custom_id = "ballot:next" if rules is RANKED else "ballot:favourites"
    panel = await bare_guild.world.select(member, panel.message, ["2"], custom_id=custom_id)
    assert "🚗" not in str(panel.message.raw)
    if rules is RANKED:
        panel = await bare_guild.world.press(member, panel.message, "Save")
        assert "🚗" not in str(panel.message.raw)
    assert await poll.marks(member) is not None


async def test_a_panel_that_cannot_be_shown_at_all_is_said_to_be_our_fault(bare_guild):
    poll = await begin(bare_guild, RANKED, options=CARS)
    bare_guild.fail("POST", "/interactions/*/*/callback", times=2, **REFUSED)

    seen = await poll.press(bare_guild.world.members[0], "vote")

    assert "Something went wrong on my side" in seen.text
    bare_guild.world.errors()


async def test_the_posted_poll_keeps_what_discord_draws(bare_guild):
    preview = await drafted(bare_guild, {"options": "🚗 Saab https://cars.example/saab.png\nRover"})
    await press(bare_guild, preview, "post")
    await bare_guild.work()

    assert (await only(bare_guild)).options[0] == Option(1, "Saab", "🚗", picture_url="https://cars.example/saab.png")
    assert discord.ComponentType.media_gallery.value in {
        part["type"] for part in bare_guild.world.lines("general")[0].raw["components"][0]["components"]
    }


# Emoji of a server's own.


def emoji_of(house, name: str, *, elsewhere: bool = False) -> str:
    """Make an emoji here or in another guild, and return it as it is typed."""
    env = house.world._env
    guild = env.create_guild("Elsewhere", owner=env.create_user("stranger")) if elsewhere else house.world.guild.handle
    return f"<:{name}:{guild.create_emoji(name).id}>"


async def test_an_emoji_of_this_server_is_shown_and_looked_for_once(bare_guild):
    emoji = emoji_of(bare_guild, "saab")
    preview = await drafted(bare_guild, {"options": f"{emoji} Saab\nRover"})
    asked = bare_guild.world.requests().count(f"GET /guilds/{bare_guild.guild.id}/emojis")
    assert asked == 1
    preview = await press(bare_guild, await press(bare_guild, preview, "rules"), "back")
    assert bare_guild.world.requests().count(f"GET /guilds/{bare_guild.guild.id}/emojis") == asked
    await press(bare_guild, preview, "post")
    await bare_guild.work()
    assert emoji in texts(bare_guild.world.lines("general")[0])


async def test_an_emoji_of_another_server_is_said_before_anything_is_posted(bare_guild):
    emoji = emoji_of(bare_guild, "saab", elsewhere=True)
    preview = await drafted(bare_guild, {"options": f"{emoji} Saab\nRover"})
    said = "The emoji :saab: of “Saab” is not one of this server"
    assert said in texts(preview.message).replace("\\", "")
    assert "[Post it (off)]" in preview.text
    quick = await bare_guild.slash("poll quick", question="Which?", options=f"{emoji} Saab | Rover")
    assert said in texts(quick.message).replace("\\", "")
    assert await none_made(bare_guild)


async def test_emoji_that_cannot_be_looked_for_keep_nothing_back(bare_guild):
    emoji = emoji_of(bare_guild, "saab", elsewhere=True)
    bare_guild.fail("GET", "/guilds/*/emojis", status=403, code=50013)
    seen = await bare_guild.slash("poll quick", question="Which?", options=f"{emoji} Saab | Rover")
    assert "is made" in seen.text
