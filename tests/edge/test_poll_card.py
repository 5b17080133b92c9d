"""A poll's messages: within Discord's limits whatever they hold, and telling no more than they may."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.poll.bracket import Bracket
from bot.domain.poll.count import tally
from bot.domain.poll.knockout import begun_by
from bot.domain.poll.poll import OPTION_CHARS_MAX, QUESTION_CHARS_MAX, Option, Poll, PollState
from bot.domain.poll.rules import METHODS, Method, PollKind, PollRules, Seeding, TieRule
from bot.edge.poll_card import own_emoji, poll_card, reminder_view
from bot.edge.poll_result import result_view
from bot.edge.publish import Picture
from bot.services.poll_count import ShownPoll
from bot.storage.ballot import BallotCount
from bot.text import LANGUAGES

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
NASTY = "`*_~|<>[]()#-+.@everyone <@1> \u202e👩🏽‍🚀é漢字http://a.example"
PICTURE = Picture("Poll.png", b"png", "What it shows")


def poll_of(
    labels: list[str], rules: PollRules | None = None, *, question: str = "Which?", state=PollState.OPEN, **fields
) -> Poll:
    options = tuple(Option(number, label) for number, label in enumerate(labels, 1))
    return Poll(
        id=7,
        guild_id=1,
        channel_id=2,
        question=question,
        rules=rules or PollRules(),
        options=fields.pop("options", options),
        state=state,
        created_by=3,
        created_at=NOW,
        opens_at=NOW,
        closes_at=NOW + timedelta(days=1),
        seed="ab" * 16,
        **fields,
    )


def shown(poll: Poll, votes: int = 0, *, told: bool | None = None, set_aside: int = 0, language="en") -> ShownPoll:
    """Return a poll of which all ballots name the first option."""
    is_told = votes >= 5 if told is None else told
    profile = {((1, 1),): votes} if votes and poll.bracket is None else {}
    counted = tally(poll, profile) if is_told else None
    return ShownPoll(poll, BallotCount(votes, set_aside), counted, language)


def parts(view: ui.LayoutView) -> list[dict]:
    def walk(components) -> Iterator[dict]:
        for component in components:
            yield component
            yield from walk(component.get("components", ()))

    return list(walk(view.to_components()))


def words(view: ui.LayoutView) -> str:
    return "\n".join(part["content"] for part in parts(view) if part["type"] == 10)


def custom_ids(view: ui.LayoutView) -> list[str]:
    return [part["custom_id"] for part in parts(view) if "custom_id" in part]


def check_limits(view: ui.LayoutView) -> None:
    """Hold a message against Discord's limits (components reference)."""
    found = parts(view)
    assert len(found) <= 40
    assert sum(len(part["content"]) for part in found if part["type"] == 10) <= 4_000
    assert all(part["content"].strip() for part in found if part["type"] == 10)
    assert len(set(custom_ids(view))) == len(custom_ids(view))
    assert all(len(custom_id) <= 100 for custom_id in custom_ids(view))
    for part in found:
        if part["type"] == 1:
            assert 1 <= len(part["components"]) <= 5
        if part["type"] == 2:
            assert 1 <= len(part["label"]) <= 80
        if part["type"] == 3:
            assert 1 <= len(part["options"]) <= 25
            assert all(1 <= len(option["label"]) <= 100 for option in part["options"])


kinds = st.sampled_from([kind for kind in PollKind if kind is not PollKind.BRACKET])
texts = st.text(st.sampled_from(NASTY), min_size=1)


@st.composite
def polls(draw: st.DrawFn) -> ShownPoll:
    kind = draw(kinds)
    count = draw(st.sampled_from([2, 5, 6, 25, 26, 100]))
    # As long as they may be, and different at their beginning, where all of them are cut.
    labels = [f"{number}{draw(texts)}".ljust(OPTION_CHARS_MAX, "*")[:OPTION_CHARS_MAX] for number in range(count)]
    url = draw(st.sampled_from([None, "https://a.example/", "https://a.example/" + "x" * 480]))
    emoji = draw(st.sampled_from([None, "🚗", "<:toyota:1176401608704000001>", "nonsense", "🇯🇵"]))
    rules = PollRules(
        kind,
        draw(st.sampled_from(METHODS[kind])),
        choices_max=draw(st.integers(1, count)),
        labels=("*" * 30, "`" * 30) if kind is PollKind.VERDICT else None,
        tie_rule=draw(st.sampled_from(TieRule)),
        is_write_in=draw(st.booleans()),
        is_hidden=draw(st.booleans()),
        is_secret=draw(st.booleans()),
        quorum=draw(st.sampled_from([None, 50])),
        role_ids=frozenset(range(10**18, 10**18 + draw(st.sampled_from([0, 1, 25])))),
        joined_before_open=draw(st.booleans()),
    )
    state = draw(st.sampled_from([PollState.OPEN, PollState.CLOSED, PollState.FINAL]))
    poll = poll_of(
        [],
        rules,
        question="*" * QUESTION_CHARS_MAX,
        options=tuple(Option(n, label, emoji, url) for n, label in enumerate(labels, 1)),
        state=state,
        closed_at=None if state is PollState.OPEN else NOW,
        message_id=10,
        thread_id=11,
        result_id=12 if state is PollState.FINAL else None,
        digest="ef" * 32 if state is PollState.FINAL else None,
    )
    is_open = state is PollState.OPEN
    return shown(
        poll,
        draw(st.sampled_from([0, 4, 5, 100_000])),
        told=draw(st.booleans()) if is_open else True,
        set_aside=draw(st.integers(0, 9)),
        language=draw(st.sampled_from(LANGUAGES)),
    )


@given(polls())
@settings(deadline=None, max_examples=60)
def test_every_message_of_every_poll_stays_within_discords_limits(held):
    check_limits(poll_card(held))
    check_limits(reminder_view(held))
    if held.tally is not None:
        check_limits(poll_card(held, PICTURE))
        check_limits(result_view(held, held.tally, PICTURE))


@given(st.integers(4, 64), st.sampled_from(Seeding))
@settings(deadline=None, max_examples=20)
def test_a_bracket_of_long_names_stays_within_discords_limits(entries, seeding):
    rules = PollRules(PollKind.BRACKET, Method.KNOCKOUT, seeding=seeding, round_length=timedelta(hours=1))
    poll = poll_of([f"{n}".ljust(OPTION_CHARS_MAX, "*") for n in range(entries)], rules, bracket=Bracket())
    poll = replace(poll, bracket=begun_by(poll, NOW + timedelta(hours=1)))
    check_limits(poll_card(shown(poll), PICTURE))


@pytest.mark.parametrize(
    ("rules", "count", "expected"),
    [
        (PollRules(), 2, ["option:1", "option:2", "mine"]),
        (PollRules(PollKind.MULTIPLE, choices_max=2), 3, ["option:1", "option:2", "option:3", "mine"]),
        (PollRules(PollKind.MULTIPLE, choices_min=2, choices_max=2), 3, ["vote", "mine"]),
        (PollRules(PollKind.MULTIPLE, choices_max=2), 6, ["vote", "mine"]),
        (PollRules(), 6, ["choose", "mine"]),
        (PollRules(), 25, ["choose", "mine"]),
        (PollRules(), 26, ["vote", "mine"]),
        (PollRules(is_write_in=True), 0, ["nominate", "mine"]),
        (PollRules(is_write_in=True), 1, ["option:1", "nominate", "mine"]),
        (PollRules(PollKind.RANKED, Method.IRV), 2, ["vote", "mine"]),
        (PollRules(PollKind.SCORE, Method.SUM), 2, ["vote", "mine"]),
    ],
)
def test_where_one_press_is_a_ballot_it_is_cast_on_the_card(rules, count, expected):
    card = poll_card(shown(poll_of([f"Car {n}" for n in range(count)], rules)))
    assert custom_ids(card) == [f"poll:7:{action}" for action in expected]


def test_of_a_hundred_options_some_are_listed_and_the_others_counted():
    card = poll_card(shown(poll_of([f"Car {n}" for n in range(1, 101)])))
    assert "- Car 25\n-# and 75 more, all in Vote" in words(card)


def test_links_stay_while_they_fit():
    few = tuple(Option(n, f"Car {n}", url=f"https://a.example/{n}") for n in range(1, 4))
    many = tuple(Option(n, f"Car {n}", url="https://a.example/" + "x" * 400) for n in range(1, 26))

    assert "[Car 1](<https://a.example/1>)" in words(poll_card(shown(poll_of([], options=few))))
    crowded = words(poll_card(shown(poll_of([], options=many))))
    assert "https" not in crowded
    assert "- Car 25" in crowded


@pytest.mark.parametrize(("votes", "is_counted"), [(0, False), (4, False), (5, True)])
def test_no_option_is_counted_below_five_votes(votes, is_counted):
    told = words(poll_card(shown(poll_of(["A car", "B car"]), votes)))
    assert ("█" in told) is is_counted
    assert f"{votes} votes so far" in told


def test_an_open_bracket_tells_nothing_of_its_votes():
    rules = PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=1))
    poll = poll_of([f"Car {n}" for n in range(4)], rules, bracket=Bracket())
    poll = replace(poll, bracket=begun_by(poll, NOW + timedelta(hours=1)))

    told = words(poll_card(shown(poll, 20)))

    assert "20 members have voted" in told
    assert "- Car 0 – Car 3\n- Car 1 – Car 2" in told
    assert "ahead" not in told


def test_a_seed_is_printed_where_a_lot_may_decide_and_nowhere_else():
    assert "ab" * 16 in words(poll_card(shown(poll_of(["A", "B"], PollRules(tie_rule=TieRule.LOT)))))
    assert "ab" * 16 not in words(poll_card(shown(poll_of(["A", "B"]))))


def test_a_native_poll_that_is_followed_takes_no_votes_here():
    card = poll_card(shown(poll_of(["A", "B"], native_id=99)))
    assert custom_ids(card) == ["poll:7:mine"]
    assert any(part.get("url", "").endswith("/99") for part in parts(card))


def test_a_public_ballot_is_announced_before_anybody_votes():
    assert "Secret ballot" in words(poll_card(shown(poll_of(["A", "B"]))))
    assert "Public ballot" in words(poll_card(shown(poll_of(["A", "B"], PollRules(is_secret=False)))))


@pytest.mark.parametrize("emoji", ["🚗", "🇯🇵", "1️⃣", "👩🏽‍🚀", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_an_emoji_that_everybody_has_stands_on_the_button(emoji):
    assert own_emoji(Option(1, "A", emoji)) == emoji


@pytest.mark.parametrize("emoji", [None, "", "a", "1", "🚗🚗", "<:toyota:1176401608704000001>", "🚗 x", "\u200d"])
def test_an_emoji_that_discord_might_refuse_does_not(emoji):
    assert own_emoji(Option(1, "A", emoji)) is None


def test_a_label_cannot_end_the_tables_code_block():
    poll = poll_of(["``` @everyone", "B"], state=PollState.FINAL, closed_at=NOW, digest="0" * 64)
    held = shown(poll, 5)
    table = [part["content"] for part in parts(result_view(held, held.tally)) if part["type"] == 10][1]
    assert table.startswith("```\n")
    assert table.count("`") == 6
