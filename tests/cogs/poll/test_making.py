"""/poll create, quick and clone, and "Make a poll from this"."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import discord
import pytest
import simcord

from bot.domain.poll.poll import OPTION_CHARS_MAX, Option, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding, TieRule
from tests.cogs.house import MORNING, House, texts
from tests.cogs.poll.making import OPTIONS, QUESTION, create, drafted, fields, fill, posted


async def only(house: House):
    """Return the guild's one poll."""
    (poll,) = await house.app.polls.find(house.actor())
    return poll


async def none_made(house: House) -> bool:
    return await house.app.polls.find(house.actor()) == ()


async def press(house: House, seen, name: str):
    return await house.world.press(house.world.manager, seen, f"poll_make:{name}")


async def choose(house: House, seen, name: str, *values: object):
    return await house.world.select(house.world.manager, seen, list(values), custom_id=f"poll_make:{name}")


async def at_rules(house: House, typed: dict[str, str] | None = None, **options: object):
    return await press(house, await drafted(house, typed, **options), "rules")


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


async def test_every_rule_can_be_chosen_and_the_card_says_so(bare_guild):
    panel = await at_rules(bare_guild, {"closes": "3d"})
    panel = await choose(bare_guild, panel, "kind", "ranked")
    panel = await choose(bare_guild, panel, "method", "irv")
    panel = await choose(bare_guild, panel, "switches", "public", "hidden", "write_in", "lot", "joined_before")
    role = bare_guild.world.role("Editors")
    panel = await choose(bare_guild, panel, "roles", role)
    panel = await choose(bare_guild, panel, "channel", bare_guild.world.place("morning-roundup"))
    form = await press(bare_guild, panel, "limits")
    assert fields(form) == {"quorum": "", "account_days": "7", "reminder": ""}
    panel = await fill(bare_guild, form, {"quorum": "20", "account_days": "30", "reminder": "1d"})
    assert "20 votes are needed for the result to stand" in panel.text
    assert "A reminder 1 day before the close" in panel.text
    preview = await press(bare_guild, panel, "back")
    for words in ("Public", "30 days", "20", "<@&"):
        assert words in texts(preview.message)

    await press(bare_guild, preview, "post")

    poll = await only(bare_guild)
    assert poll.rules == PollRules(
        PollKind.RANKED,
        Method.IRV,
        is_write_in=True,
        is_secret=False,
        is_hidden=True,
        tie_rule=TieRule.LOT,
        quorum=20,
        account_days_min=30,
        role_ids=frozenset({role.id}),
        joined_before_open=True,
        reminder=timedelta(days=1),
    )
    assert poll.channel_id == bare_guild.world.place("morning-roundup").id
    panel = await at_rules(bare_guild)
    panel = await choose(bare_guild, panel, "switches", "public", "hidden")
    panel = await choose(bare_guild, panel, "switches")
    assert "Public ballots ✓" not in panel.text


async def test_a_brackets_rules_are_its_own(bare_guild):
    panel = await at_rules(bare_guild, {"options": "a\nb\nc\nd\ne"}, kind="bracket")
    assert "Members add options" not in panel.text
    panel = await choose(bare_guild, panel, "seeding", "vote")
    form = await press(bare_guild, panel, "limits")
    assert "reminder" not in fields(form)
    preview = await press(bare_guild, panel, "back")
    assert "**Each round lasts:** 1 day" in preview.text
    panel = await press(bare_guild, preview, "rules")
    panel = await choose(bare_guild, panel, "seeding", "lot")
    panel = await choose(bare_guild, panel, "switches", "lot")
    preview = await press(bare_guild, panel, "back")
    assert "Seed of the lot: …" in preview.text  # it is drawn when nobody can draw again
    made = await press(bare_guild, preview, "post")
    assert made.text.endswith("is made and about to appear in #general. Each round lasts 1 day.")
    poll = await only(bare_guild)
    assert (poll.rules.seeding, poll.rules.round_length) == (Seeding.LOT, timedelta(days=1))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"quorum": "many"}, "A quorum is a whole number from 1 to 1000000."),
        ({"quorum": "0"}, "A quorum is a whole number"),
        ({"account_days": "-1"}, "The age of an account is 0 to 3650 days."),
        ({"account_days": "9999"}, "The age of an account is 0 to 3650 days."),
        ({"reminder": "soon"}, "soon"),
        ({"reminder": "8d"}, "A reminder comes at most 7 days before the close."),
    ],
)
async def test_limits_that_are_none_are_said_and_given_back(bare_guild, typed, sentence):
    panel = await at_rules(bare_guild)
    refused = await fill(bare_guild, await press(bare_guild, panel, "limits"), typed)
    assert sentence in refused.text
    again = await press(bare_guild, refused, "limits")
    assert fields(again) == {"quorum": "", "account_days": "7", "reminder": "", **typed}
    mended = await fill(bare_guild, again, {"quorum": "", "account_days": "0", "reminder": ""})
    assert "Accounts of any age may vote" in mended.text


async def test_changing_the_kind_keeps_what_was_typed(bare_guild):
    panel = await at_rules(bare_guild, {"closes": "2d", "options": "a\nb\nc\nd"})
    for kind in ("bracket", "verdict", "multiple", "single"):
        panel = await choose(bare_guild, panel, "kind", kind)
    standing = fields(await press(bare_guild, panel, "edit"))
    assert standing == {"question": QUESTION, "options": "a\nb\nc\nd", "opens": "", "closes": "2d"}
    preview = await press(bare_guild, panel, "back")
    assert "**Closes:** 2026-11-22" in preview.text


async def test_rules_that_do_not_fit_the_options_are_said_and_keep_it_from_being_posted(bare_guild):
    panel = await at_rules(bare_guild)  # three options
    panel = await choose(bare_guild, panel, "kind", "bracket")
    assert "This poll takes 4 to 64 options, not 3." in panel.text
    preview = await press(bare_guild, panel, "back")
    assert "[Post it (off)]" in preview.text
    assert "[Save as template (off)]" in preview.text


async def test_more_options_than_a_box_holds_are_kept_when_the_form_is_opened_again(bare_guild):
    many = "\n".join(f"{number:03} {'x' * 76}" for number in range(49))
    form = await create(bare_guild)
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


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ("Saab, Rover, Lancia", ["Saab", "Rover", "Lancia"]),
        ("Saab | Rover, the old one", ["Saab", "Rover, the old one"]),
        ("Saab\nRover\n\nLancia", ["Saab", "Rover", "Lancia"]),
        ("サーブ、ローバー", ["サーブ", "ローバー"]),
        ("1,5 l, 2,0 l", ["1,5 l", "2,0 l"]),
    ],
)
async def test_a_quick_poll_is_posted_at_once(bare_guild, given, options):
    seen = await bare_guild.slash("poll quick", question="Which one?", options=given, closes="tomorrow 18:00")
    assert seen.private
    assert "is made and about to appear in #general. It closes 2026-11-21" in seen.text
    await bare_guild.work()
    assert [option.label for option in (await only(bare_guild)).options] == options


@pytest.mark.parametrize("kind", [kind.value for kind in PollKind])
async def test_a_quick_poll_of_any_kind_has_the_usual_rules(bare_guild, kind):
    seen = await bare_guild.slash("poll quick", question="Which one?", options="a, b, c, d", kind=kind)
    assert "is made" in seen.text
    poll = await only(bare_guild)
    assert poll.rules.kind == kind
    assert poll.rules.choices_max == (4 if kind == "multiple" else 1)
    assert poll.closes_at is None


async def test_a_quick_poll_that_cannot_be_made_is_given_back_in_the_form(bare_guild):
    seen = await bare_guild.slash("poll quick", question="Which one?", options="Saab", closes="never")
    assert seen.private
    form = await press(bare_guild, seen, "edit")
    assert fields(form) == {"question": "Which one?", "options": "Saab", "opens": "", "closes": "never"}
    mended = await fill(bare_guild, form, {"options": "Saab\nRover", "closes": ""})
    assert "is made" in (await press(bare_guild, mended, "post")).text


async def test_a_clone_asks_the_same_for_as_long_with_the_options_that_stand(bare_guild):
    first = await posted(bare_guild, {"closes": "2d", "options": "🚗 Saab\nRover\nLancia"}, kind="ranked")
    panel = await bare_guild.slash("poll edit", poll=first)
    await bare_guild.world.select(bare_guild.world.manager, panel, ["2"], custom_id="poll_edit:option")
    await bare_guild.world.press(bare_guild.world.manager, panel.message, "poll_edit:remove")
    await bare_guild.world.advance(timedelta(hours=3))

    preview = await bare_guild.slash("poll clone", poll=first)

    assert "**Closes:** 2026-11-22 09:00" in preview.text
    assert fields(await press(bare_guild, preview, "edit"))["options"] == "🚗 Saab\nLancia"
    await press(bare_guild, preview, "post")
    newest, original = await bare_guild.app.polls.find(bare_guild.actor())
    assert (newest.question, newest.rules) == (original.question, original.rules)
    assert newest.options == (Option(1, "Saab", "🚗"), Option(2, "Lancia"))
    assert newest.closes_at - newest.opens_at == timedelta(days=2)


async def test_a_message_becomes_a_poll_and_a_list_in_it_its_options(bare_guild):
    said = await bare_guild.world.say(
        bare_guild.world.members[0],
        "general",
        "Which **badge** would you bring back?\n- Saab\n- Rover\n- Lancia\nVote!",
    )
    form = await bare_guild.world.menu(bare_guild.world.manager, "Make a poll from this", said)
    standing = fields(form)
    assert standing["question"] == "Which **badge** would you bring back? Vote!"
    assert standing["options"] == "Saab\nRover\nLancia"
    preview = await fill(bare_guild, form, {"question": "Which badge would you bring back?"})
    assert "is made" in (await press(bare_guild, preview, "post")).text


async def test_a_long_message_without_a_list_fits_the_form(bare_guild):
    said = await bare_guild.world.say(bare_guild.world.members[0], "general", "Which one? " * 100)
    form = await bare_guild.world.menu(bare_guild.world.manager, "Make a poll from this", said)
    assert 0 < len(fields(form)["question"]) <= 300
    assert fields(form)["options"] == ""


async def test_what_was_typed_formats_and_mentions_nothing(bare_guild):
    preview = await drafted(
        bare_guild, {"question": "**Who** @everyone <@&1>?", "options": "[a](https://x.example)\nb"}
    )
    assert r"\*\*Who\*\*" in texts(preview.message)
    seen = await press(bare_guild, preview, "post")
    assert "@everyone" not in seen.message.raw.get("content", "") + texts(seen.message)
    await bare_guild.work()
    assert bare_guild.pinged(bare_guild.world.lines("general")[0]) == []


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
