from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.article import Article
from bot.domain.story import Story, group, rank
from tests.bench.grouping import LABELLED, SIBLINGS, b_cubed, load

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LABELLED_ARTICLES, EVENTS = load(LABELLED)

FEW_WORDS = st.lists(
    st.sampled_from(["Halden", "Kestrel", "recall", "brake", "212,000", "Valmo", "profit", "Torsby"]), max_size=6
)
ARTICLE = st.builds(
    lambda key, title, body, hours: Article(
        key=str(key),
        url=f"https://a.example/{key}",
        title=" ".join(title),
        source=f"s{key % 3}",
        body=" ".join(body),
        published_at=NOON + timedelta(hours=hours) if hours is not None else None,
    ),
    st.integers(0, 30),
    FEW_WORDS,
    FEW_WORDS,
    st.none() | st.integers(-200, 0),
)


def an_article(key, **changes):
    return replace(
        Article(key=key, url=f"https://a.example/{key}", title=f"Title {key}", source=f"source {key}"),
        **changes,
    )


def members(stories):
    return {frozenset(story.articles) for story in stories}


@given(st.lists(ARTICLE, max_size=12), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_groups_are_a_partition_that_does_not_depend_on_order(articles, random):
    stories = group(articles)
    assert sorted((a for story in stories for a in story.articles), key=repr) == sorted(articles, key=repr)
    shuffled = articles.copy()
    random.shuffle(shuffled)
    assert group(shuffled) == stories
    assert rank(list(reversed(stories)), NOON) == rank(stories, NOON)


@pytest.mark.parametrize(("path", "precision_min"), [(LABELLED, 0.93), (SIBLINGS, 0.9)])
def test_the_labelled_events_are_told_apart_and_brought_together(path, precision_min):
    articles, events = load(path)
    score = b_cubed(group(articles), events)
    assert score.f1 >= 0.93
    assert score.precision >= precision_min


@pytest.mark.parametrize("pair", ["recall-", "results-", "strike-", "deal-", "race-", "plant-"])
def test_sibling_events_stay_apart_when_nothing_else_is_there_to_compare_with(pair):
    articles = [article for article in LABELLED_ARTICLES if EVENTS[article.key].startswith(pair)]
    score = b_cubed(group(articles), {article.key: EVENTS[article.key] for article in articles})
    assert score.f1 >= 0.93


def test_two_reports_of_one_event_alone_are_one_story():
    articles = [article for article in LABELLED_ARTICLES if EVENTS[article.key] == "deal-solenne"][:2]
    assert len(group(articles)) == 1


def test_one_address_in_two_feeds_is_one_article():
    one = an_article("1", url="https://www.a.example/x?utm_source=rss", body="About apples and pears.")
    other = an_article("2", url="https://a.example/x/", body="Wholly other words here.")
    assert len(group([one, other])) == 1


def test_one_title_over_one_text_is_one_article_and_over_another_text_is_not():
    title = "Friday morning news in brief"
    text = "Halden calls back 212,000 Kestrel pickups because a hose leaks."
    other = "Valmo profit grew in Torsby as hybrid estates sold out. Inga Rask was pleased about 900 new jobs."
    assert len(group([an_article("1", title=title, body=text), an_article("2", title=title, body=text)])) == 1
    assert len(group([an_article("1", title=title, body=text), an_article("2", title=title, body=other)])) == 2


def test_like_reports_days_apart_are_two_events():
    text = "Halden calls back 212,000 Kestrel pickups because a brake hose leaks."
    today = an_article("1", body=text, published_at=NOON)
    assert len(group([today, an_article("2", body=text, published_at=NOON - timedelta(days=1))])) == 1
    assert len(group([today, an_article("2", body=text, published_at=NOON - timedelta(days=5))])) == 2


def test_what_more_sources_tell_ranks_higher():
    twice = Story((an_article("1", published_at=NOON), an_article("2", published_at=NOON)))
    once = Story((an_article("3", published_at=NOON),))
    assert rank([once, twice], NOON) == (twice, once)


def test_two_articles_of_one_source_count_once():
    twice = Story((an_article("8", source="a"), an_article("9", source="A")))
    once = Story((an_article("3"),))
    assert rank([twice, once], None) == (once, twice)


def test_what_is_fresher_ranks_higher():
    old = Story((an_article("1", published_at=NOON - timedelta(days=3)),))
    new = Story((an_article("2", published_at=NOON),))
    assert rank([old, new], NOON) == rank([old, new], None) == (new, old)


def test_what_says_more_ranks_higher_and_stands_first_in_its_story():
    short = an_article("1", title="Halden calls back Kestrel pickups", body="Halden calls back Kestrel pickups.")
    long = an_article("2", title=short.title, body=short.body + " Dealers reroute the hose of the Kestrel." * 9)
    assert rank([Story((short,)), Story((long,))], None)[0].articles == (long,)
    assert group([short, long])[0].articles == (long, short)
