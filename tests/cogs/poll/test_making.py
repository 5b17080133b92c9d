"""/poll create: a form, a private preview that is what will be posted, and the poll that comes of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import discord
import pytest

from bot.domain.poll.poll import OPTION_CHARS_MAX, Option, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules
from tests.cogs.house import MORNING, texts
from tests.cogs.poll.making import OPTIONS, QUESTION, create, drafted, fields, fill, none_made, only, posted, press


async def test_a_poll_is_typed_seen_as_it_will_be_and_posted(bare_guild):
    preview = await drafted(bare_guild, {"closes": "2d12h"})
    assert preview.private
    assert "- Mazda RX-500\n- Nissan 126X\n- トヨタ EX-III" in preview.text
    assert "**Closes:** 2026-11-22 18:00" in preview.text
    card = preview.text[: preview.text.index("### Preview")].replace(" (off)", "")
    assert await none_made(bare_guild)

    seen = await press(bare_guild, preview, "post")

    assert seen.text.startswith(f"The poll “{QUESTION}” is made and about to appear in #general. It closes 2026-11-22")
    await bare_guild.work()
    (line,) = bare_guild.world.lines("general")
    assert line.text.split("\n[")[0] == card.split("\n[")[0].strip()
    poll = await only(bare_guild)
    assert (poll.state, poll.rules) == (PollState.OPEN, PollRules())
    assert poll.closes_at - poll.opens_at == timedelta(days=2, hours=12)
    assert f"made the poll “{QUESTION}”" in await bare_guild.audit()


async def test_nothing_in_the_preview_votes(bare_guild):
    preview = await drafted(bare_guild)
    off = [name for name in preview.message.buttons if "off" in name]
    assert preview.text.count("(off)") == 4  # three options and "My vote"
    assert off == []


async def test_an_option_may_have_an_emoji_a_link_and_a_picture(bare_guild):
    lines = "🚗 Mazda RX-500 https://cars.example/rx500 https://cars.example/rx500.jpg\nNissan 126X"
    await posted(bare_guild, {"options": lines})
    first, second = (await only(bare_guild)).options
    assert first == Option(1, "Mazda RX-500", "🚗", "https://cars.example/rx500", "https://cars.example/rx500.jpg")
    assert second == Option(2, "Nissan 126X")


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("single", {"question": " "}, "A poll needs a question of 1 to 300 characters; this one has 0."),
        ("single", {"question": "x" * 301}, "A poll needs a question of 1 to 300 characters; this one has 301."),
        ("single", {"options": "Saab"}, "This poll takes 2 to 100 options, not 1."),
        ("single", {"options": "Saab\nsaab"}, "“saab” stands there twice."),
        ("single", {"options": f"Saab\n{'x' * (OPTION_CHARS_MAX + 1)}"}, "is too long: an option has at most 80"),
        ("single", {"options": "\n".join(map(str, range(101)))}, "This poll takes 2 to 100 options, not 101."),
        (
            "single",
            {"options": "Saab https://a.example https://b.example\nb"},
            "“Saab” has two links, or two pictures.",
        ),
        ("single", {"options": f"Saab https://a.example/{'x' * 600}\nb"}, "The address of “Saab” is too long"),
        ("single", {"opens": "some day"}, "some day"),
        ("single", {"opens": "2020-01-01"}, "2020-01-01 has passed"),
        ("single", {"closes": "3/4"}, "3/4"),
        ("single", {"closes": "2020-01-01"}, "2020-01-01 has passed"),
        ("single", {"closes": "20s"}, "20s"),
        ("single", {"closes": "400d"}, "A poll is open for at least a minute and at most a year."),
        ("single", {"opens": "tomorrow 9am", "closes": "today 6pm"}, "It would close before it opens."),
        ("multiple", {"more": "a few"}, "“a few” does not say how many may be chosen."),
        ("multiple", {"more": "3-2"}, "Nobody can choose 3 to 2 here."),
        ("multiple", {"more": "0"}, "Nobody can choose 1 to 0 here."),
        ("multiple", {"more": "9"}, "Nobody can choose 1 to 9 here."),
        ("verdict", {"more": "so back"}, "A verdict needs two different labels of at most 30 characters"),
        ("verdict", {"more": "same / Same"}, "A verdict needs two different labels"),
        ("bracket", {"options": "a\nb\nc"}, "This poll takes 4 to 64 options, not 3."),
        ("bracket", {"options": "a\nb\nc\nd", "more": "5m"}, "A bracket's round lasts 10 minutes to 7 days."),
        ("bracket", {"options": "a\nb\nc\nd", "more": "a while"}, "a while"),
    ],
)
async def test_what_cannot_be_a_poll_is_said_in_a_sentence_and_given_back(bare_guild, kind, typed, sentence):
    form = await create(bare_guild, kind=kind)
    refused = await fill(bare_guild, form, {"question": QUESTION, "options": OPTIONS, **typed})

    assert refused.private
    assert sentence in "".join(part for part in (refused.text, texts(refused.message)))
    again = await press(bare_guild, refused, "edit")
    standing = fields(again)
    assert all(standing[name] == words for name, words in typed.items())
    assert standing["question"] == typed.get("question", QUESTION)
    assert await none_made(bare_guild)

    whole = {"question": QUESTION, "options": "a\nb\nc\nd", "opens": "", "closes": "1d"}
    whole["more"] = {"multiple": "1-2", "verdict": "so back / so over", "bracket": "12h"}.get(kind, "")
    mended = await fill(bare_guild, again, {name: whole[name] for name in standing})
    seen = await press(bare_guild, mended, "post")
    assert "is made" in seen.text


@pytest.mark.parametrize(
    ("kind", "more", "rules"),
    [
        ("single", None, PollRules()),
        ("multiple", "2", PollRules(PollKind.MULTIPLE, choices_max=2)),
        ("multiple", "2 - 3", PollRules(PollKind.MULTIPLE, choices_min=2, choices_max=3)),
        ("multiple", "２－２", PollRules(PollKind.MULTIPLE, choices_min=2, choices_max=2)),
        ("ranked", None, PollRules(PollKind.RANKED, Method.SCHULZE)),
        ("score", None, PollRules(PollKind.SCORE, Method.SUM)),
        ("verdict", "so back / so over", PollRules(PollKind.VERDICT, Method.WILSON, labels=("so back", "so over"))),
        ("verdict", None, PollRules(PollKind.VERDICT, Method.WILSON, labels=("Has it", "Lost it"))),
        ("bracket", "12h", PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=12))),
    ],
)
async def test_each_kind_is_made_with_what_its_form_asks_for(bare_guild, kind, more, rules):
    typed = {"options": "a\nb\nc\nd", **({} if more is None else {"more": more})}
    await posted(bare_guild, typed, kind=kind)
    poll = await only(bare_guild)
    assert poll.rules == rules
    assert (poll.closes_at is None) == (kind == "bracket")


async def test_times_are_those_of_the_guilds_zone_and_shown_back(bare_guild):
    preview = await drafted(bare_guild, {"opens": "tomorrow 9am", "closes": "6pm"})
    assert "**Opens:** <t:" in texts(preview.message)
    assert "**Closes:** <t:" in texts(preview.message)
    seen = await press(bare_guild, preview, "post")
    assert "It opens in #general" in seen.text
    poll = await only(bare_guild)
    zone = (await bare_guild.app.guilds.settings(bare_guild.guild.id)).zone
    opens, closes = poll.opens_at.astimezone(zone), poll.closes_at.astimezone(zone)
    assert (opens.hour, closes.hour, opens.date()) == (9, 18, closes.date())
    assert poll.state is PollState.SCHEDULED
    await bare_guild.work()
    assert bare_guild.world.lines("general") == []
    await bare_guild.world.advance_to(poll.opens_at)
    await bare_guild.work()
    assert QUESTION in bare_guild.world.lines("general")[0].text


async def test_a_poll_is_open_for_as_long_as_was_typed_from_when_it_is_posted(bare_guild):
    preview = await drafted(bare_guild, {"closes": "1h"})
    await bare_guild.world.advance(timedelta(minutes=10))
    await press(bare_guild, preview, "post")
    poll = await only(bare_guild)
    assert poll.closes_at == bare_guild.clock.now() + timedelta(hours=1)


async def test_a_moment_that_was_typed_stays_that_moment(bare_guild):
    preview = await drafted(bare_guild, {"opens": "6:05", "closes": "18:00"})
    closes_at = MORNING.replace(hour=18)
    await bare_guild.world.advance(timedelta(minutes=10))  # it was to open meanwhile
    await press(bare_guild, preview, "post")
    await bare_guild.work()
    poll = await only(bare_guild)
    assert (poll.state, poll.closes_at) == (PollState.OPEN, closes_at)


@pytest.mark.parametrize("kind", ["single", "multiple", "verdict"])
async def test_more_options_than_a_box_holds_are_kept_when_the_form_is_opened_again(bare_guild, kind):
    many = "\n".join(f"{number:03} {'x' * 76}" for number in range(49))
    form = await create(bare_guild, kind=kind)
    preview = await fill(bare_guild, form, {"question": QUESTION, "options": many})
    await press(bare_guild, preview, "post")
    first = await only(bare_guild)
    # The other half is known to the poll that is cloned, not to the box of its form.
    await bare_guild.app.polls.change_options(bare_guild.actor(), first.id, "renamed", _doubled)
    clone = await bare_guild.slash("poll clone", poll=str(first.id))
    again = await press(bare_guild, clone, "edit")
    assert "49 more options do not fit in here and stay as they are." in str(again.modal)
    seen = await press(bare_guild, await fill(bare_guild, again, {}), "post")
    assert "is made" in seen.text
    newest = (await bare_guild.app.polls.find(bare_guild.actor()))[0]
    assert len(newest.options) == 98


def _doubled(poll):
    more = tuple(replace(option, number=option.number + 49, label=f"y{option.label[1:]}") for option in poll.options)
    return replace(poll, options=(*poll.options, *more))


@pytest.mark.parametrize("kind", ["single", "ranked", "bracket"])
@pytest.mark.parametrize("options_n", [25, 64])
async def test_a_poll_as_long_as_it_can_be_fits_its_preview(bare_guild, kind, options_n):
    room = 3_900 // options_n - len("🚗 00 ") - 1
    lines = [f"🚗 {number:02} {('https://cars.example/' + 'x' * 200)[:room]}" for number in range(options_n)]
    if options_n < 50:
        lines = [f"🚗 {number:02} {'語' * 60} https://cars.example/{'x' * 50}" for number in range(options_n)]
    preview = await drafted(bare_guild, {"question": "問" * 300, "options": "\n".join(lines)}, kind=kind)
    assert "[Post it]" in preview.text
    assert len(texts(preview.message)) <= 4_000
    assert "<t:" in texts(preview.message) or kind == "bracket"
    assert "is made" in (await press(bare_guild, preview, "post")).text
    await bare_guild.work()
    assert len(bare_guild.world.lines("general")) == 1


async def test_what_keeps_a_long_poll_from_being_posted_is_said_in_place_of_its_card(bare_guild):
    await bare_guild.forbid("morning-roundup", send_messages=True, embed_links=True, attach_files=True)
    lines = [f"{number:02} {'語' * 60} https://cars.example/{'x' * 38}" for number in range(25)]
    question = "問" * 300
    preview = await drafted(bare_guild, {"question": question, "options": "\n".join(lines)}, kind="ranked")
    assert question in preview.text
    assert len(texts(preview.message)) > 3_880
    panel = await press(bare_guild, preview, "rules")
    place = bare_guild.world.place("morning-roundup")
    panel = await bare_guild.world.select(bare_guild.world.manager, panel, [place], custom_id="poll_make:channel")
    preview = await press(bare_guild, panel, "back")
    assert "I lack: " in preview.text
    assert "Discord does not show this poll" not in preview.text
    assert len(texts(preview.message)) <= 4_000


async def test_pressed_twice_a_poll_is_posted_once(bare_guild, monkeypatch):
    preview = await drafted(bare_guild)
    create_poll, pressed = bare_guild.app.polls.create, []

    async def slowly(actor, draft):
        if not pressed:
            pressed.append(bare_guild.send_press(bare_guild.world.manager, preview.message, "poll_make:post"))
            await asyncio.sleep(0.05)
        return await create_poll(actor, draft)

    monkeypatch.setattr(bare_guild.app.polls, "create", slowly)
    seen = await press(bare_guild, preview, "post")

    assert "is made" in seen.text
    assert len(await bare_guild.app.polls.find(bare_guild.actor())) == 1
    assert pressed[0].responded


async def test_a_preview_is_kept_as_a_template_under_a_name_that_is_free(bare_guild):
    preview = await drafted(bare_guild, {"closes": "12h"})
    form = await press(bare_guild, preview, "keep")
    kept = await fill(bare_guild, form, {"words": "Concepts"})
    assert "Kept as the template “Concepts”." in kept.text
    refused = await fill(bare_guild, await press(bare_guild, kept, "keep"), {"words": "concepts"})
    assert "There is a template named “concepts” already." in refused.text
    assert fields(await press(bare_guild, refused, "keep")) == {"words": "concepts"}
    assert "is made" in (await press(bare_guild, refused, "post")).text


async def test_cancelled_is_not_posted(bare_guild):
    seen = await press(bare_guild, await drafted(bare_guild), "cancel")
    assert seen.text == "Nothing was posted."
    assert await none_made(bare_guild)


async def test_an_emoji_that_discord_does_not_know_is_said_before_anything_is_posted(bare_guild, monkeypatch):
    form = await create(bare_guild)
    send, refusals = discord.InteractionResponse.send_message, ["Invalid emoji"]

    async def picky(response, *args, **kwargs):
        if refusals:
            reply = SimpleNamespace(status=400, reason="Bad Request")
            raise discord.HTTPException(reply, {"code": 50035, "message": refusals.pop()})
        return await send(response, *args, **kwargs)

    monkeypatch.setattr(discord.InteractionResponse, "send_message", picky)
    refused = await fill(bare_guild, form, {"question": QUESTION, "options": OPTIONS})
    assert "Discord does not show this poll." in refused.text
    assert "[Post it (off)]" in refused.text
    mended = await fill(bare_guild, await press(bare_guild, refused, "edit"), {"options": "Saab\nRover"})
    assert "[Post it]" in mended.text


async def test_what_was_typed_formats_and_mentions_nothing(bare_guild):
    preview = await drafted(
        bare_guild, {"question": "**Who** @everyone <@&1>?", "options": "[a](https://x.example)\nb"}
    )
    assert r"\*\*Who\*\*" in texts(preview.message)
    seen = await press(bare_guild, preview, "post")
    assert "@everyone" not in seen.message.raw.get("content", "") + texts(seen.message)
    await bare_guild.work()
    assert bare_guild.pinged(bare_guild.world.lines("general")[0]) == []
