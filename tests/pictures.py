"""Makes the documents' pictures: ``python -m tests.pictures``, with ``polls`` after it only those of polls.

The README's are taken from the demo as it is; those of polls are drawn by the bot from results of ours.
"""

import asyncio
import io
import re
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import BrowserContext, FloatRect, Page, async_playwright, expect

from bot.demo.page import Page as DemoPage
from bot.demo.run import open_local, set_up
from bot.render.poll_picture import poll_picture
from bot.settings import Settings
from tests.demo.browser import ARGUMENTS, CHROMIUM
from tests.poll_samples import SAMPLES

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
WIDE = {"width": 1280, "height": 1000}
TALL = {"width": 1280, "height": 2400}  # the whole edition without scrolling
SCALE = 1.3  # brings a message of 690 pixels to about 900
MARGIN = 16  # CSS pixels left and right of what is cropped
BYTES_MAX = 300_000
COLOURS = 256
POLLS = ("five", "verdict", "run-off", "bracket-8-japanese")


async def main() -> None:
    """Open the demo, take both pictures, and write them."""
    PICTURES.mkdir(exist_ok=True)
    async with open_local(Settings()) as local, DemoPage(local.world, local.stage) as demo, async_playwright() as tool:
        await set_up(local)
        browser = await tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            context = await browser.new_context(
                locale="en-GB", viewport=WIDE, device_scale_factor=SCALE, color_scheme="light"
            )
            page = await context.new_page()
            await page.goto(demo.url)
            _write("demo.png", await page.screenshot(full_page=True))
            _write("edition.png", await _edition(context, page))
        finally:
            await browser.close()


def polls() -> None:
    """Draw a few results, as small as they are sent, and write them."""
    PICTURES.mkdir(exist_ok=True)
    for name in POLLS:
        sample = SAMPLES[name]
        _keep(f"poll-{name}.png", poll_picture(sample.poll, sample.tally, sample.language))


async def _edition(context: BrowserContext, page: Page) -> bytes:
    async with context.expect_page() as opening:
        await page.get_by_role("button", name=re.compile("morning-roundup")).first.click()
    discord = await opening.value
    await discord.set_viewport_size(TALL)
    message = discord.locator("[data-message-id]").filter(has_text="The Big Question").last
    await expect(message.get_by_role("button", name="Notify me")).to_be_visible()
    # Pictures come in after the text: the bot's face and the lead's.
    await expect(message.locator("img[src^='blob:']")).to_have_count(2)
    for image in await message.locator("img").all():
        await expect(image).to_have_js_property("complete", value=True)
    around, body = await message.bounding_box(), await message.locator(".component-container").first.bounding_box()
    if around is None or body is None:
        raise SystemExit("the edition is not in sight")
    width = body["x"] + body["width"] + MARGIN - around["x"]
    clip: FloatRect = {"x": around["x"], "y": around["y"], "width": width, "height": around["height"]}
    return await discord.screenshot(clip=clip, animations="disabled")


def _write(name: str, png: bytes) -> None:
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    _keep(name, file.getvalue())


def _keep(name: str, png: bytes) -> None:
    path = PICTURES / name
    path.write_bytes(png)
    if len(png) > BYTES_MAX:
        raise SystemExit(f"{path} has {len(png)} bytes, more than {BYTES_MAX}")
    with Image.open(path) as picture:
        size = f"{picture.width}x{picture.height}"
    print(path.relative_to(PICTURES.parents[1]), size, f"{len(png)} bytes")  # noqa: T201  # a program for the terminal


if __name__ == "__main__":
    polls()
    if sys.argv[1:] != ["polls"]:
        asyncio.run(main())
