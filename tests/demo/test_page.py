import re
from datetime import timedelta

import aiohttp
import pytest
from playwright.async_api import async_playwright, expect

from bot.demo.page import Page
from bot.demo.stage import STEPS_MAX, pass_until
from tests.demo.browser import ARGUMENTS, CHROMIUM
from tests.demo.conftest import NOON

WIDTHS = (390, 1280)  # a phone and a desktop


@pytest.fixture
async def page(world, stage):
    async with Page(world, stage) as opened:
        yield opened


@pytest.fixture
async def session():
    async with aiohttp.ClientSession(headers={"Accept-Language": "en"}) as opened:
        yield opened


async def token(session, page):
    async with session.get(page.url) as response:
        return re.search(r'name="token" value="([^"]+)"', await response.text())[1]


async def post(session, page, path, **form: str):
    async with session.post(page.url + path, data=form, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", "")


async def test_time_stops_wherever_something_is_due(world, stage, clock):
    done = await pass_until(world, stage, NOON + timedelta(days=3))
    assert [due.at for due in done] == [NOON.replace(hour=7) + timedelta(days=day) for day in (1, 2, 3)]
    assert clock.now() == NOON + timedelta(days=3)
    times = [line.at.hour for line in world.lines("morning-roundup")]
    assert times == [7, 7, 7]


async def test_time_passes_even_if_what_is_due_does_not_get_on(world, stage, clock):
    stage.fails = True
    assert await pass_until(world, stage, NOON + timedelta(days=2)) == []
    assert clock.now() == NOON + timedelta(days=2)
    assert STEPS_MAX > 31


async def test_a_request_without_the_token_or_for_another_host_changes_nothing(session, page, clock):
    assert (await post(session, page, "time", length="day"))[0] == 403
    assert (await post(session, page, "time", length="day", token="guess"))[0] == 403  # noqa: S106  # wrong on purpose
    assert clock.now() == NOON
    async with session.get(page.url, headers={"Host": "evil.example"}) as response:
        assert response.status == 421
    async with session.get(page.url) as response:
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


async def test_the_buttons_move_the_clock(session, page, clock, stage):
    given = await token(session, page)
    assert await post(session, page, "time", length="hour", token=given) == (303, "/")
    assert clock.now() == NOON + timedelta(hours=1)
    await post(session, page, "time", length="due", token=given)
    assert (clock.now(), stage.posted) == (NOON.replace(hour=7) + timedelta(days=1), 1)
    await post(session, page, "time", length="day", token=given)
    assert stage.posted == 2
    assert (await post(session, page, "time", length="year", token=given))[0] == 400


async def test_a_place_opens_as_who_you_are(session, page, world):
    given = await token(session, page)
    editors = str(world.place("editors").id)
    status, address = await post(session, page, "open", place=editors, token=given)
    assert (status, address.startswith("http://127.0.0.1:")) == (303, True)
    await post(session, page, "viewer", person=str(world.members[0].id), token=given)
    assert (await post(session, page, "open", place=editors, token=given))[0] == 404
    assert (await post(session, page, "viewer", person="1", token=given))[0] == 404


async def test_what_is_said_cannot_break_the_page(session, page, world):
    await world.say(world.members[0], "general", "<script>alert(1)</script> & `code`")
    async with session.get(page.url) as response:
        body = await response.text()
    assert "<script>alert" not in body
    assert "&lt;script" in body
    async with session.get(page.url + "live") as response:
        assert "&lt;script" in (await response.json())["places"]
    async with session.get(page.url + "..%2Fpage.py") as response:
        assert response.status == 404


async def test_the_page_speaks_japanese(session, page):
    async with session.get(page.url, headers={"Accept-Language": "ja"}) as response:
        assert "この世界の時刻" in await response.text()
    async with session.get(page.url, params={"lang": "ja"}) as response:
        assert 'lang="ja"' in await response.text()
    async with session.get(page.url) as response:
        assert "この世界の時刻" in await response.text()  # it is remembered


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's Chromium")
async def test_a_visitor_lets_a_day_pass_and_votes_in_the_browser(page, world, stage, tmp_path):
    pictures = tmp_path
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        tab = await context.new_page()
        problems = []
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("console", lambda message: message.type == "error" and problems.append(message.text))
        await tab.goto(page.url)
        await tab.get_by_role("button", name="Go to the next thing").click()
        await expect(tab.get_by_text("Edition 1")).not_to_have_count(0)
        await expect(tab.locator("#clock")).to_contain_text("07:00")
        await tab.get_by_role("button", name="Renée").click()
        await expect(tab.get_by_role("button", name="Renée")).to_have_attribute("aria-pressed", "true")
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                await tab.set_viewport_size({"width": width, "height": 900})
                await tab.emulate_media(color_scheme=scheme)
                overflow = await tab.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert overflow <= 0
                await tab.screenshot(path=pictures / f"page-{width}-{scheme}.png", full_page=True)
        async with context.expect_page() as opening:
            await tab.get_by_role("button", name=re.compile("morning-roundup")).click()
        discord = await opening.value
        await discord.get_by_role("button", name="Option 2").click()
        await expect(discord.get_by_role("region", name="Conversation").get_by_text("Counted 1")).to_be_visible()
        await discord.screenshot(path=pictures / "discord.png")
        await world.say(world.members[1], "general", "Has anybody sat in it?")
        await tab.bring_to_front()
        await expect(tab.locator("#places")).to_contain_text("Has anybody sat in it?")
        await browser.close()
    assert problems == []
