"""Makes the README's pictures from the demo as it is: ``python -m tests.pictures``."""

import asyncio
import io
import re
from pathlib import Path

from PIL import Image
from playwright.async_api import BrowserContext, FloatRect, Page, async_playwright, expect

from bot.demo.page import Page as DemoPage
from bot.demo.run import open_local, set_up
from bot.settings import Settings
from tests.demo.browser import ARGUMENTS, CHROMIUM

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
WIDE = {"width": 1280, "height": 1000}
TALL = {"width": 1280, "height": 2400}  # the whole edition without scrolling
SCALE = 1.3  # brings a message of 690 pixels to about 900
MARGIN = 16  # CSS pixels left and right of what is cropped
BYTES_MAX = 300_000
COLOURS = 256


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
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    path = PICTURES / name
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise SystemExit(f"{path} has {size} bytes, more than {BYTES_MAX}")
    print(path.relative_to(PICTURES.parents[1]), f"{picture.width}x{picture.height}", f"{size} bytes")  # noqa: T201  # a program for the terminal


if __name__ == "__main__":
    asyncio.run(main())
