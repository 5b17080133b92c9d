"""The rules of a poll that is being made: each is chosen in a select or typed, and said where it cannot be."""

from datetime import timedelta

import pytest

from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding, TieRule
from tests.cogs.house import House, texts
from tests.cogs.poll.making import QUESTION, drafted, fields, fill, only, press
from tests.cogs.poll.polling import begin


async def choose(house: House, seen, name: str, *values: object):
    return await house.world.select(house.world.manager, seen, list(values), custom_id=f"poll_make:{name}")


async def at_rules(house: House, typed: dict[str, str] | None = None, **options: object):
    return await press(house, await drafted(house, typed, **options), "rules")


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


async def test_a_role_that_is_gone_is_said_where_a_poll_is_cloned(bare_guild):
    role = bare_guild.world.role("Readers").id
    poll = await begin(bare_guild, PollRules(role_ids=frozenset({role})))
    preview = await bare_guild.slash("poll clone", poll=str(poll.poll.id))
    assert "no longer exists" not in preview.text

    bare_guild.backend.delete_role(bare_guild.guild.id, role)
    await bare_guild.world.settle()
    preview = await bare_guild.slash("poll clone", poll=str(poll.poll.id))
    assert "A role that may vote no longer exists" in preview.text
    panel = await choose(bare_guild, await press(bare_guild, preview, "rules"), "roles")
    assert "no longer exists" not in panel.text
