"""Suggest a story: from the member's form to the edition."""

import pytest

from bot.demo.world import Line, Seen
from tests.cogs.house import POSTED_AT, House, texts

EDITORS = "editors"
PAGE = (
    "<html><head><title>A three-wheeled van wins a rally</title></head><body><article>"
    "<h1>A three-wheeled van wins a rally</h1>"
    + "<p>A van with three wheels won the hill climb of its valley on Sunday. It beat forty cars by a minute.</p>" * 4
    + "</article></body></html>"
).encode()
LINK = "https://press.example/vans/three-wheels"


@pytest.fixture
async def told(guild: House) -> House:
    """A guild whose editors have a channel, with its first edition posted."""
    manager = guild.world.manager
    settings = await guild.slash("settings")
    await guild.world.select(manager, settings, [guild.world.place(EDITORS)], custom_id="settings:notices")
    await guild.post()
    return guild


async def suggest(house: House, url: str, note: str = "", member: int = 0) -> Seen:
    person = house.world.members[member]
    form = await house.world.press(person, house.edition, f"edition:{edition_id(house)}:suggest")
    assert form.modal
    return await house.world.submit(person, form, {"url": url, "note": note})


def edition_id(house: House) -> str:
    about = next(part for part in str(house.edition.raw).split("'") if part.endswith(":about"))
    return about.split(":")[1]


def last(house: House) -> Line:
    return house.world.lines(EDITORS)[-1]


async def test_a_suggestion_reaches_the_editors_and_then_an_edition(told):
    url = told.press.put("vans/three-wheels", PAGE)
    seen = await suggest(told, url, "It *really* won.")
    assert seen.private
    assert "Thank you." in seen.text
    await told.work()
    assert f"<@{told.world.members[0].id}> suggests a story:" in texts(last(told))
    assert r"> It \*really\* won." in texts(last(told))
    assert told.pinged(last(told)) == []

    accepted = await told.world.press(told.world.moderator, last(told), "Use it")

    assert accepted.private
    assert "A three-wheeled van wins a rally" in accepted.text
    await told.work()
    assert last(told).buttons == ()
    assert "Accepted for the next edition by" in texts(last(told))
    await told.world.advance_to(POSTED_AT.replace(day=POSTED_AT.day + 1))
    await told.work()
    assert "A three-wheeled van wins a rally" in texts(told.edition)
    again = await suggest(told, url)
    assert "That edition has this story already." in again.text
    assert "accepted a story that" in await told.audit()


async def test_a_suggestion_is_told_once_whatever_happens_to_the_bot(told):
    await suggest(told, LINK)
    told.fail("POST", "/channels/*/messages", status=503)
    await told.work()
    await told.restart()
    for _ in range(3):
        await told.world.advance_to(told.clock.now().replace(hour=told.clock.now().hour + 1))
        await told.work()

    assert [line for line in told.world.lines(EDITORS) if "suggests a story" in line.text] == [last(told)]


async def test_two_editors_decide_once(told):
    await suggest(told, LINK)
    await told.work()
    dismissed = await told.world.press(told.world.moderator, last(told), "Dismiss")
    assert "Dismissed: " in dismissed.text

    late = await told.slash("suggestion list")
    assert "No suggestion waits." in late.text


async def test_the_list_shows_what_waits_with_its_buttons(told):
    await suggest(told, LINK, "First")
    await suggest(told, LINK + "/2", "Second", member=1)

    seen = await told.slash("suggestion list")

    assert "### 2 suggestions wait" in seen.text
    assert seen.message.buttons == ("Use it", "Dismiss", "Use it", "Dismiss")
    first = next(part for part in str(seen.message.raw).split("'") if part.endswith(":dismiss"))
    assert "Dismissed" in (await told.world.press(told.world.manager, seen, first)).text
    again = await told.world.press(told.world.manager, seen, first)
    assert "@Morgan has decided on that suggestion already." in again.text


@pytest.mark.parametrize("url", ["hello", "ftp://press.example/x", "https://", "javascript:alert(1)"])
async def test_what_is_no_link_is_refused_with_a_sentence(told, url):
    seen = await suggest(told, url)

    assert seen.private
    assert "Only addresses that begin with http:// or https:// can be read" in seen.text
    await told.work()
    assert "No suggestion waits." in (await told.slash("suggestion list")).text


async def test_a_page_that_cannot_be_read_leaves_the_suggestion_waiting(told):
    await suggest(told, told.press.url("nowhere"))
    await told.work()

    refused = await told.world.press(told.world.moderator, last(told), "Use it")

    assert "There is nothing at this address (404)." in refused.text
    assert "### 1 suggestion waits" in (await told.slash("suggestion list")).text


async def test_nobody_can_bury_the_editors(told):
    for number in range(3):
        assert "Thank you." in (await suggest(told, f"{LINK}/{number}")).text

    assert "3 of your suggestions wait" in (await suggest(told, f"{LINK}/4")).text
    assert "Thank you." in (await suggest(told, f"{LINK}/4", member=1)).text
    same = await suggest(told, f"{LINK}/4?utm_source=chat", member=2)
    assert "That story was suggested already" in same.text


async def test_what_members_suggested_is_forgotten_after_a_month(told):
    await suggest(told, LINK)
    await told.world.advance_to(POSTED_AT.replace(month=12, day=21))
    await told.work()

    assert "No suggestion waits." in (await told.slash("suggestion list")).text
