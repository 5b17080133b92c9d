"""What an earlier edition told is not told again, unless it has moved on."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.article import Article
from bot.domain.compose import compose
from bot.domain.told import moved_on
from tests.bench.grouping import LABELLED, load

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
DAY = date(2026, 3, 4)

RECALL = (
    "Halden will call back 212,000 Kestrel pickups because a brake hose may leak. "
    "The hose rubs against the wheel arch, Halden said, and dealers in Torsby will reroute it for free."
)


def an_article(key, title, body, *, hours=0, **changes):
    url = f"https://{key}.example/a"
    article = Article(key, url, title, f"Outlet {key}", body=body, published_at=NOON + timedelta(hours=hours))
    return replace(article, **changes)


TOLD = an_article("a", "Halden recalls 212,000 Kestrel pickups", RECALL)
FOLLOW_UPS = [
    (
        "Halden widens Kestrel recall to 380,000 pickups",
        "Halden has added 168,000 older Kestrel pickups to the recall over leaking brake hoses.",
    ),
    (
        "Regulator rejects Halden's fix for Kestrel brake hoses",
        "Dealers may not simply reroute the brake hose of the recalled Kestrel pickups, the regulator told Halden.",
    ),
    (
        "Halden chief Inga Rask steps down over Kestrel recall",
        "Inga Rask leaves Halden a day after it called back Kestrel pickups for brake hoses. Oskar Lund follows her.",
    ),
]
REPEATS = [
    ("Kestrel pickups called back: brake hoses may leak", "Halden calls back Kestrel pickups as brake hoses may leak."),
    ("Brake trouble for Halden", "A leaking brake hose makes Halden call back 212,000 of its Kestrel pickups."),
]


@pytest.mark.parametrize(("title", "body"), FOLLOW_UPS)
def test_a_story_that_moved_on_is_told_as_an_update(title, body):
    later = an_article("b", title, body, hours=20)
    edition = compose([TOLD, later], day=DAY, title="Morning", told=[TOLD])
    assert edition.lead is not None
    assert (edition.lead.headline, edition.lead.is_update) == (title, True)
    assert edition.lead.articles == (later.url,)
    assert edition.stories == ((later.url,),)


@pytest.mark.parametrize(("title", "body"), REPEATS)
def test_another_outlet_that_comes_late_with_the_same_is_not_told(title, body):
    later = an_article("b", title, body, hours=20)
    edition = compose([later], day=DAY, title="Morning", told=[TOLD])
    assert edition.lead is None


def test_what_was_published_before_it_was_told_is_no_update():
    title, body = FOLLOW_UPS[0]
    assert not moved_on([an_article("b", title, body, hours=-1)], [TOLD])
    assert moved_on([an_article("b", title, body, hours=1)], [TOLD])
    assert moved_on([an_article("b", title, body, published_at=None)], [TOLD])


def test_an_article_that_was_told_is_left_out_however_its_address_is_passed_on():
    again = replace(TOLD, url="https://www.a.example/a/?utm_source=rss", key="x", title="Other words altogether")
    assert compose([again], day=DAY, title="Morning", told=[TOLD]).lead is None


def test_a_story_of_its_own_is_no_update():
    other = an_article("b", "Valmo opens a school for welders", "Forty welders begin in Aldmouth in May.", hours=20)
    lead = compose([other], day=DAY, title="Morning", told=[TOLD]).lead
    assert lead is not None
    assert not lead.is_update


def test_the_reports_of_one_event_seldom_pass_for_updates_of_each_other():
    articles, events = load(LABELLED)
    of_event = defaultdict(list)
    for article in articles:
        of_event[events[article.key]].append(replace(article, published_at=None))
    tried = [
        moved_on([article], [other for other in reports if other is not article])
        for reports in of_event.values()
        for article in reports
        if len(reports) > 1
    ]
    assert sum(tried) <= len(tried) * 0.05
