"""What an edition tells, given those before it: no story twice, and once a week all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.edition import QuestionKind
from bot.domain.roundup import EditionState, NoNewsError, RoundupKind, SkipReason
from bot.storage import guild as guilds
from bot.storage import roundup as table
from bot.storage.store import Session
from tests.house import GUILD, Entry, House, NewsServer, editor

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)  # 7:30 in Berlin
DAY = timedelta(days=1)
RECALL = Entry(
    "recall",
    "Halden recalls 212,000 Kestrel pickups",
    "A brake hose of the Kestrel pickups may leak, Halden said. It calls back 212,000.",
    DUE - timedelta(hours=3),
)
FERRY = Entry("ferry", "New ferry for the bay", "A ferry for ninety cars crosses the bay from May.", DUE)
BRIDGE = Entry("bridge", "Bridge at Korrby gets a toll", "Drivers pay two crowns for each crossing at Korrby.", DUE)
LATE = Entry(
    "late",
    "Kestrel pickups recalled by Halden",
    "Halden recalls Kestrel pickups because a brake hose may leak.",
    DUE + timedelta(hours=2),
)
WIDENED = Entry(
    "wider",
    "Halden widens Kestrel recall to 380,000 pickups",
    "A brake hose of 168,000 more Kestrel pickups may leak, Halden said.",
    DUE + timedelta(hours=20),
)


async def post(house: House, at: datetime):
    house.clock.move_to(at)
    await house.run_due()
    return (await house.history())[0]


def headlines(edition):
    return {section.headline for section in (edition.lead, *edition.sections) if section}


async def test_a_story_is_told_again_only_once_it_has_moved_on(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", RECALL, FERRY))
    await guild.sources.add(editor(), news.publish("/ledger", LATE, name="Ledger"))
    first = await post(guild, DUE)
    assert first.content is not None
    news.publish("/motor", RECALL, FERRY, BRIDGE)
    second = await post(guild, DUE + DAY)
    assert second.content is not None
    assert headlines(second.content) == {BRIDGE.title}
    news.publish("/ledger", LATE, WIDENED, name="Ledger")
    third = await post(guild, DUE + 2 * DAY)
    assert third.content is not None
    assert third.content.lead is not None
    assert (third.content.lead.headline, third.content.lead.is_update) == (WIDENED.title, True)


async def test_news_that_only_repeats_what_was_told_makes_no_edition(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", RECALL))
    await post(guild, DUE)
    await guild.sources.add(editor(), news.publish("/ledger", LATE, name="Ledger"))
    second = await post(guild, DUE + DAY)
    assert (second.state, second.reason) == (EditionState.SKIPPED, SkipReason.NO_NEWS.value)


async def test_a_weekly_roundup_tells_the_weeks_stories(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", RECALL, FERRY))
    await post(guild, DUE)
    news.publish("/motor", RECALL, FERRY, BRIDGE)
    await post(guild, DUE + DAY)
    daily = await guild.guilds.roundup(GUILD)
    assert daily is not None
    weekly = replace(daily, id=0, name="The week", kind=RoundupKind.WEEKLY)

    async def add(session: Session):
        number = await table.save_roundup(session, weekly)
        return replace(weekly, id=number), await guilds.settings_of(session, GUILD)

    saved, settings = await guild.store.write(add)
    assert settings is not None
    day = saved.day_of(guild.clock.now())
    edition = await guild.roundups.compose(settings, saved, day)
    assert edition.title == "The week"
    assert headlines(edition) == {RECALL.title, FERRY.title, BRIDGE.title}
    assert edition.big_question is not None
    assert edition.big_question.kind is QuestionKind.POLL
    with pytest.raises(NoNewsError) as refused:
        await guild.roundups.compose(settings, saved, day + timedelta(days=8))
    assert refused.value.params == {"hours": 168}
