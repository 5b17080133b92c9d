"""The demo as a visitor has it: the process itself, its page, and simcord's page of a channel."""

import asyncio
import re
import subprocess
import sys
from contextlib import asynccontextmanager, suppress

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.demo.browser import ARGUMENTS, CHROMIUM
from tests.demo.test_run import PROCESS_S, environment

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's Chromium")
WAIT_MS = 30_000  # bounds a hang; each of these takes a second on a quiet machine
PRESSES = 4
NEXT_MS = 6_000  # in which the next thing has come, or is another
GIVEN, TAKEN = "You will be mentioned", "You will no longer be mentioned"


@pytest.fixture
async def address(tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser",
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PROCESS_S):
            line = (await process.stdout.readline()).decode()
        yield re.search(r"http://127\.0\.0\.1:\d+/", line)[0]
    finally:
        process.terminate()
        async with asyncio.timeout(PROCESS_S):
            await process.wait()


@asynccontextmanager
async def browsing():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 1000})
            context.set_default_timeout(WAIT_MS)
            yield context
        finally:
            await browser.close()


async def be(page: Page, name: str) -> None:
    await page.bring_to_front()
    person = page.get_by_role("button", name=name)
    await person.click()
    await expect(person).to_have_attribute("aria-pressed", "true")


async def visit(context: BrowserContext, page: Page, place: str) -> Page:
    """Open a place; the demo's page shows each in the same second tab."""
    await page.bring_to_front()
    button = page.locator("#places").get_by_role("button", name=place).first
    if len(context.pages) == 1:
        async with context.expect_page() as opening:
            await button.click()
        discord = await opening.value
    else:
        discord = context.pages[1]
        before = discord.url
        await button.click()
        await discord.wait_for_url(lambda url: url != before)
    await expect(discord.get_by_text("Preview ready").or_(discord.get_by_text("Viewport updated"))).to_be_visible()
    return discord


async def test_a_visitor_tries_what_the_page_proposes(address):
    expect.set_options(timeout=WAIT_MS)
    async with browsing() as context:
        page = await context.new_page()
        problems = []
        context.on("weberror", lambda error: problems.append(str(error.error)))
        await page.goto(address)
        await be(page, "Renée")

        discord = await visit(context, page, "morning-roundup")
        said = discord.get_by_role("region", name="Conversation")
        for press in range(PRESSES):  # while time passes, and the page is kept fresh
            await said.get_by_role("button", name="Notify me").first.click()
            await expect(said.get_by_text(GIVEN if press % 2 == 0 else TAKEN)).to_have_count(press // 2 + 1)
        await expect(discord.get_by_text("Action was not completed")).to_have_count(0)

        discord = await visit(context, page, "Thread")
        await said.get_by_role("button", name="My vote").click()
        await expect(said.get_by_text("You have no vote in this poll")).to_be_visible()
        await discord.locator("#channel-composer-input").fill("Mine has three wheels.")
        await discord.keyboard.press("Enter")
        await expect(said.get_by_text("Mine has three wheels.")).to_be_visible()

        await be(page, "Morgan")
        discord = await visit(context, page, "general")
        await discord.locator("#channel-composer-input").click()
        await discord.keyboard.type("/roundup pre")
        await expect(discord.get_by_role("option", name="roundup preview")).to_be_visible()
        await discord.keyboard.press("Enter")
        await expect(discord.get_by_role("button", name="Command /roundup preview")).to_be_visible()
        await discord.get_by_role("button", name="Send", exact=True).click()
        await expect(said.get_by_text("Nothing was posted.")).to_be_visible()

        await page.bring_to_front()
        for _ in range(PRESSES):  # the poll closes and becomes final before the next edition comes
            await page.get_by_role("button", name="Go to the next thing").click()
            with suppress(AssertionError):
                await expect(page.locator("#places .thread")).to_have_count(2, timeout=NEXT_MS)
                break
        await expect(page.locator("#places .thread")).to_have_count(2)
        discord = await visit(context, page, "morning-roundup")
        await expect(said.get_by_role("button", name="Notify me")).to_have_count(2)
        assert problems == []
