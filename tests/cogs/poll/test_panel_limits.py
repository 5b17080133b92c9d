"""Panels of the longest ballots that there are, within Discord's limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.poll.ballot import Marks
from bot.domain.poll.bracket import OPENING, Bracket, open_matches
from bot.domain.poll.knockout import begun_by
from bot.domain.poll.poll import OPTION_CHARS_MAX, QUESTION_CHARS_MAX, Option, Poll, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules, Seeding
from bot.services.vote import OwnBallot
from bot.text import LANGUAGES
from cogs.poll.panels import OwnPanel, panel_for
from tests.messages import check_limits, words

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
KINDS = {
    "multiple": PollRules(PollKind.MULTIPLE, choices_max=100),
    "single": PollRules(is_write_in=True),
    "ranked": PollRules(PollKind.RANKED, Method.IRV, is_write_in=True),
    "score": PollRules(PollKind.SCORE, Method.STAR),
    "verdict": PollRules(PollKind.VERDICT, Method.WILSON, labels=("*" * 30, "`" * 30)),
    "bracket": PollRules(PollKind.BRACKET, Method.KNOCKOUT, round_length=timedelta(hours=1)),
    "opening": PollRules(PollKind.BRACKET, Method.KNOCKOUT, seeding=Seeding.VOTE, round_length=timedelta(hours=1)),
}


def poll_of(rules: PollRules, **adorned: str) -> Poll:
    count = 64 if rules.kind is PollKind.BRACKET else 100
    poll = Poll(
        id=7,
        guild_id=1,
        channel_id=2,
        question="*" * QUESTION_CHARS_MAX,
        rules=rules,
        options=tuple(
            Option(number, f"{number}".ljust(OPTION_CHARS_MAX, "*"), "🚗", "https://a.example/" + "x" * 450, **adorned)
            for number in range(1, count + 1)
        ),
        state=PollState.OPEN,
        created_by=3,
        created_at=NOW,
        opens_at=NOW,
        closes_at=NOW + timedelta(days=1),
        seed="ab" * 16,
        bracket=Bracket() if rules.kind is PollKind.BRACKET else None,
    )
    return poll if poll.bracket is None else replace(poll, bracket=begun_by(poll, NOW + timedelta(hours=1)))


def full_ballot(name: str, poll: Poll) -> Marks:
    """Return the longest ballot that there is of a kind."""
    numbers = [option.number for option in poll.options]
    matches = open_matches(poll.bracket or Bracket())
    return {
        "multiple": tuple((number, 1) for number in numbers),
        "single": ((1, 1),),
        "ranked": tuple((number, number) for number in numbers),
        "score": tuple((number, 5) for number in numbers),
        "verdict": tuple((number, -1) for number in numbers[:-1]),
        "bracket": tuple((match.number, match.first) for match in matches[:-1]),
        "opening": tuple((OPENING + number, 1) for number in numbers[:8]),
    }[name]


def own_of(poll: Poll, marks: Marks | None) -> OwnBallot:
    return OwnBallot(poll, marks, "00" * 16, None if marks is None else "ef" * 32)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
async def test_the_longest_ballot_fits_in_its_panel(name, language):
    poll = poll_of(KINDS[name])
    for marks in (None, full_ballot(name, poll)):
        own = own_of(poll, marks)
        for panel in (panel_for(None, own, language), OwnPanel(None, own, language)):
            check_limits(panel)
            panel.show("*" * 500)  # with an error, as long as any
            check_limits(panel)


async def test_a_poll_without_options_yet_says_so_in_its_panel():
    poll = replace(poll_of(KINDS["single"]), options=())
    panel = panel_for(None, OwnBallot(poll, None, None, None), "en")
    check_limits(panel)
    assert "Nothing has been nominated yet" in words(panel)
