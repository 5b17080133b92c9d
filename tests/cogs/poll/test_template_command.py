"""/poll template: kept, used, listed, repeated on chosen days, stopped and deleted."""

from datetime import timedelta

import pytest

from tests.cogs.house import MORNING, House
from tests.cogs.poll.making import OPTIONS, QUESTION, fields, fill, posted

NAME = "Car of the week"


async def keep(house: House, name: str = NAME):
    number = await posted(house, {"closes": "12h"})
    return await house.slash("poll template save", name=name, poll=number)


async def press(house: House, seen, custom_id: str):
    return await house.world.press(house.world.manager, seen, custom_id)


async def days(house: House, panel, *chosen: int):
    values = [str(day) for day in chosen]
    return await house.world.select(house.world.manager, panel, values, custom_id="poll_repeat:days")


async def test_a_poll_is_kept_and_used_again_after_a_look_at_it(bare_guild):
    kept = await keep(bare_guild)
    assert kept.private
    assert kept.text == f"Kept as the template “{NAME}”. Use it with /poll template use."
    offered = await bare_guild.world.suggest(
        bare_guild.world.manager, "general", "poll template use", "template", "WEEK"
    )
    assert [name for name, _ in offered] == [NAME]
    await bare_guild.world.advance(timedelta(hours=1))

    preview = await bare_guild.slash("poll template use", template=offered[0][1])

    assert "**Closes:** 2026-11-20 19:00" in preview.text
    form = await press(bare_guild, preview, "poll_make:edit")
    assert fields(form) == {"question": QUESTION, "options": OPTIONS, "opens": "", "closes": "12h"}
    assert "is made" in (await press(bare_guild, preview, "poll_make:post")).text
    assert len(await bare_guild.app.polls.find(bare_guild.actor())) == 2


async def test_templates_are_listed_with_when_they_repeat(bare_guild):
    assert "There are no templates yet." in (await bare_guild.slash("poll template list")).text
    await keep(bare_guild)
    await keep(bare_guild, "**Another** one")
    await bare_guild.slash("poll template repeat", template=NAME, time="18:00")
    listed = await bare_guild.slash("poll template list")
    assert "### 2 templates" in listed.text
    assert f"{NAME}: {QUESTION}" in listed.text.replace("**", "")
    assert "Single choice · 12 hours" in listed.text
    assert "every day at 18:00 (UTC)" in listed.text
    assert r"\*\*Another\*\* one" in str(listed.message.raw).replace("\\\\", "\\")


async def test_a_template_is_posted_by_itself_on_its_days_until_it_is_stopped(bare_guild):
    await keep(bare_guild)
    panel = await bare_guild.slash("poll template repeat", template=NAME, time="6pm")
    assert "It is posted by itself: every day at 18:00 (UTC)." in panel.text
    assert "Next: 2026-11-20 18:00" in panel.text
    panel = await days(bare_guild, panel, 6, 7)  # MORNING is a Friday
    assert "Saturday, Sunday at 18:00" in panel.text
    assert "Next: 2026-11-21 18:00" in panel.text

    async def made_after(hours: int) -> int:
        await bare_guild.world.advance_to(MORNING + timedelta(hours=hours))
        await bare_guild.work()
        return len(await bare_guild.app.polls.find(bare_guild.actor())) - 1

    assert [await made_after(hours) for hours in (12, 36, 60, 84)] == [0, 1, 2, 2]
    assert sum(QUESTION in line.text for line in bare_guild.world.lines("general")) == 3
    stopped = await bare_guild.slash("poll template repeat", template=NAME)
    stopped = await press(bare_guild, stopped, "poll_repeat:stop")
    assert "It is posted only by hand." in stopped.text
    assert await made_after(24 * 8) == 2
    audit = await bare_guild.audit()
    assert f"had the poll template “{NAME}” posted by itself at 18:00" in audit
    assert f"stopped the poll template “{NAME}” from being posted by itself" in audit


async def test_a_time_is_given_in_the_panel_and_given_back_if_it_is_none(bare_guild):
    await keep(bare_guild)
    panel = await bare_guild.slash("poll template repeat", template=NAME)
    assert "It is posted only by hand." in panel.text
    refused = await fill(bare_guild, await press(bare_guild, panel, "poll_repeat:time"), {"words": "teatime"})
    assert "teatime" in refused.text
    form = await press(bare_guild, refused, "poll_repeat:time")
    assert fields(form) == {"words": "teatime"}
    assert "every day at 17:30" in (await fill(bare_guild, form, {"words": "17:30"})).text
    seen = await bare_guild.slash("poll template repeat", template=NAME, time="teatime")
    assert seen.private
    assert "teatime" in seen.text


async def test_a_template_is_deleted_and_repeats_no_more(bare_guild):
    await keep(bare_guild)
    await bare_guild.slash("poll template repeat", template=NAME, time="18:00")
    seen = await bare_guild.slash("poll template delete", template=NAME.upper())
    assert seen.text == f"The template “{NAME}” is deleted. Polls made of it stay."
    await bare_guild.world.advance(timedelta(days=2))
    await bare_guild.work()
    assert len(await bare_guild.app.polls.find(bare_guild.actor())) == 1


@pytest.mark.parametrize("command", ["use", "delete", "repeat"])
async def test_a_template_that_is_not_there_is_said_to_be_gone(bare_guild, command):
    seen = await bare_guild.slash(f"poll template {command}", template="Nothing")
    assert seen.private
    assert seen.text == "There is no template named “Nothing”. Choose one from the list."


@pytest.mark.parametrize(
    ("name", "sentence"),
    [(NAME.lower(), "There is a template named"), ("x" * 81, "A template needs a name of 1 to 80 characters.")],
)
async def test_a_name_that_cannot_be_given_is_refused(bare_guild, name, sentence):
    await keep(bare_guild)
    seen = await keep(bare_guild, name)
    assert seen.private
    assert sentence in seen.text
