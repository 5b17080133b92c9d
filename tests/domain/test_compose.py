from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.article import SOURCE_NOT_GIVEN, Article
from bot.domain.compose import compose
from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin, SourceRef
from bot.domain.question import find_question
from bot.text import text
from tests.bench.grouping import LABELLED, load

DAY = date(2026, 3, 3)
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ARTICLES, EVENTS = load(LABELLED)
SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
RIVAL = (
    (Path(__file__).parent / "labelled" / "columns" / "captions_between.txt").read_text("utf-8").split("---\n", 1)[1]
)
COLUMN = (Path(__file__).parent / "labelled" / "columns" / "headings_and_captions.txt").read_text(encoding="utf-8")


def the_column():
    url = "https://column.example/monday"
    return Article(
        key=url,
        url=url,
        title="Wagons Are Back, And Nobody Asked A Crossover",
        source="The Column",
        body=COLUMN.split("---\n", 1)[1],
        image_url="https://column.example/wagon.jpg",
        published_at=NOON,
    )


def of_event(event):
    return [article for article in ARTICLES if EVENTS[article.key] == event]


@given(st.lists(st.sampled_from([*ARTICLES, the_column()]), max_size=15), st.integers(0, 6))
@settings(deadline=None, max_examples=40)
def test_no_article_is_lost_from_the_stories_and_nothing_is_told_twice(articles, sections_max):
    edition = compose(articles, day=DAY, title="Morning", sections_max=sections_max)
    told = [url for story in edition.stories for url in story]
    assert sorted(told) == sorted({article.url for article in articles})
    assert len(edition.sections) <= sections_max
    assert (edition.lead is None) == (not articles)
    headlines = [section.headline for section in (edition.lead, *edition.sections) if section]
    assert len(headlines) == len(set(headlines))


def test_a_story_names_and_links_each_source_and_quotes_the_first():
    articles = of_event("deal-solenne")
    lead = compose(articles, day=DAY, title="Morning").lead
    assert lead is not None
    assert {(ref.name, ref.url) for ref in lead.sources} == {(article.source, article.url) for article in articles}
    assert set(lead.articles) == {article.url for article in articles}
    quoted = next(article for article in articles if article.url == lead.articles[0])
    assert lead.headline == quoted.title
    assert lead.summary in quoted.body
    assert lead.sources[0].url == quoted.url


def test_what_more_sources_tell_leads():
    edition = compose([*of_event("deal-solenne"), *of_event("race-monte-lago")[:1]], day=DAY, title="Morning")
    assert edition.lead is not None
    assert len(edition.lead.sources) == 3
    assert len(edition.sections) == 1


def test_a_column_gives_the_lead_the_sections_and_the_question():
    edition = compose([the_column(), *of_event("race-monte-lago")], day=DAY, title="Morning", now=NOON)
    assert edition.lead is not None
    assert edition.lead.headline == "Valmo Sells Every Wagon It Can Build"
    assert edition.lead.sources == (
        SourceRef("Ledger Daily", None),
        SourceRef("The Column", "https://column.example/monday"),
    )
    assert edition.lead.summary.startswith("Valmo earned 6.2 billion kronor")
    assert edition.lead.image_url == "https://column.example/wagon.jpg"
    assert [section.headline for section in edition.sections][:2] == [
        "A Battery Plant Moves North",
        "Kobu Wants Your Old Tyres",
    ]
    assert len(edition.sections) == 3
    assert edition.big_question is not None
    assert edition.big_question.origin is QuestionOrigin.ARTICLE


def test_an_article_on_what_a_column_tells_joins_its_section_and_links_the_outlet():
    own = Article(
        key="k",
        url="https://ledger.example/valmo",
        title="Valmo sells every estate as quarter brings 6.2 billion kronor",
        source="Ledger Daily",
        image_url="https://ledger.example/valmo.jpg",
        body="Valmo earned 6.2 billion kronor in the quarter as waiting lists for its estates grew.",
    )
    edition = compose([the_column(), own], day=DAY, title="Morning")
    assert edition.lead is not None
    assert edition.lead.sources[0] == SourceRef("Ledger Daily", "https://ledger.example/valmo")
    assert edition.lead.articles == ("https://column.example/monday", "https://ledger.example/valmo")
    assert len(edition.sections) == 2
    assert edition.stories == (("https://column.example/monday",), ("https://ledger.example/valmo",))


def plain(key, title, body, **changes):
    article = Article(key, f"https://{key}.example/", title, f"Outlet {key}", body=body, published_at=NOON)
    return replace(article, **changes)


FERRY = plain("ferry", "New ferry for the bay", "A ferry will cross the bay from May, the county said.")
BRIDGE = plain("bridge", "Bridge at Korrby gets a toll", "Drivers pay two crowns a crossing at Korrby.")
TRAM = plain("tram", "Forty trams for Aldmouth", "The city buys forty trams to replace its oldest ones.")
DEPOT = plain("depot", "Depot burns electricity of its own", "A wind wheel now feeds the buses of the depot.")
SCHOOL = plain("school", "School for welders opens", "Forty welders begin their training with Valmo in spring.")


def headlines(edition):
    return [section.headline for section in (edition.lead, *edition.sections) if section]


def test_a_source_that_counts_more_leads():
    heavy, light = replace(TRAM, weight=3.0), replace(FERRY, weight=0.5)
    assert headlines(compose([BRIDGE, light, heavy], day=DAY, title="Morning", now=NOON)) == [
        TRAM.title,
        BRIDGE.title,
        FERRY.title,
    ]


def test_the_guilds_own_column_makes_the_edition_and_keeps_the_rest_for_editors():
    own = replace(the_column(), is_ours=True)
    rival = replace(the_column(), url="https://rival.example/", key="r", title="Rival", body=RIVAL)
    edition = compose([rival, own, FERRY, BRIDGE, TRAM], day=DAY, title="Morning", now=NOON)
    parts = ["Valmo Sells Every Wagon It Can Build", "A Battery Plant Moves North", "Kobu Wants Your Old Tyres"]
    assert headlines(edition)[:3] == parts
    assert len(edition.sections) == 3
    assert edition.sections[-1].headline in {FERRY.title, BRIDGE.title, TRAM.title}
    assert {FERRY.title, BRIDGE.title, TRAM.title} <= {*headlines(edition), *(s.headline for s in edition.reserve)}
    assert rival.url in {section.articles[0] for section in edition.reserve}
    assert edition.big_question == find_question(own)


def test_the_guilds_own_article_leads_even_if_it_is_no_column():
    own = replace(SCHOOL, is_ours=True, published_at=NOON - timedelta(hours=30))
    edition = compose([FERRY, BRIDGE, TRAM, DEPOT, own], day=DAY, title="Morning", now=NOON)
    assert headlines(edition)[0] == SCHOOL.title
    assert len(edition.sections) == 3
    assert len(edition.reserve) == 1


def test_of_the_guilds_own_articles_the_one_that_reads_like_a_column_makes_the_edition():
    own = replace(the_column(), is_ours=True, published_at=NOON - timedelta(hours=3))
    edition = compose([replace(SCHOOL, is_ours=True), own], day=DAY, title="Morning", now=NOON)
    assert edition.lead is not None
    assert edition.lead.articles[0] == own.url


def test_sections_are_numbered_through_to_the_reserve():
    articles = [FERRY, BRIDGE, TRAM, DEPOT, SCHOOL]
    edition = compose(articles, day=DAY, title="Morning", sections_max=2, reserve_max=1)
    every = [edition.lead, *edition.sections, *edition.reserve]
    assert [section.number for section in every if section] == [0, 1, 2, 3]
    assert len(edition.stories) == 5


def test_a_story_with_a_picture_leads_before_its_equals_and_the_picture_is_credited():
    pictured = replace(SCHOOL, image_url="https://school.example/a.jpg")
    lead = compose([DEPOT, FERRY, pictured], day=DAY, title="Morning", now=NOON).lead
    assert lead is not None
    assert (lead.headline, lead.image_source) == (SCHOOL.title, SCHOOL.source)
    old = replace(pictured, published_at=NOON - timedelta(days=2))
    lead = compose([DEPOT, FERRY, old], day=DAY, title="Morning", now=NOON).lead
    assert lead is not None
    assert lead.headline != SCHOOL.title


def test_a_columns_picture_stands_with_its_first_section_only():
    edition = compose([the_column()], day=DAY, title="Morning")
    assert edition.lead is not None
    assert edition.lead.image_source == "The Column"
    assert {section.image_url for section in edition.sections} == {None}


def test_a_source_that_costs_money_is_marked():
    lead = compose([replace(FERRY, is_paywalled=True)], day=DAY, title="Morning").lead
    assert lead is not None
    assert lead.sources == (SourceRef(FERRY.source, FERRY.url, is_paywalled=True),)


def test_pages_that_do_not_name_their_outlet_stay_apart_in_the_sources():
    reports = [replace(article, source=SOURCE_NOT_GIVEN) for article in of_event("deal-solenne")]
    lead = compose(reports, day=DAY, title="Morning").lead
    assert lead is not None
    assert [ref.name for ref in lead.sources] == [SOURCE_NOT_GIVEN] * len(reports)


QUEUED = BigQuestion("What did you drive first?", QuestionOrigin.QUEUE, QuestionKind.THREAD, queued_id=7)


def test_the_queued_question_is_asked_where_no_article_asks_and_before_one_is_suggested():
    news = of_event("deal-solenne")
    assert compose(news, day=DAY, title="朝刊", phrase=phrase, queued=QUEUED).big_question == QUEUED
    asked = compose([*news, the_column()], day=DAY, title="朝刊", phrase=phrase, queued=QUEUED).big_question
    assert asked is not None
    assert asked.origin is QuestionOrigin.ARTICLE


def phrase(message_id, /, **params):
    return text(message_id, "ja", **params)


def test_a_question_is_suggested_in_the_language_of_the_edition_only_where_none_is_asked():
    question = compose(of_event("deal-solenne"), day=DAY, title="朝刊", phrase=phrase).big_question
    assert question is not None
    assert question.origin is QuestionOrigin.SUGGESTED
    assert "思いますか" in question.text
    asked = compose([*of_event("deal-solenne"), the_column()], day=DAY, title="朝刊", phrase=phrase).big_question
    assert asked is not None
    assert asked.origin is QuestionOrigin.ARTICLE
    assert compose(of_event("deal-solenne"), day=DAY, title="朝刊").big_question is None


def test_an_edition_of_nothing_is_empty():
    edition = compose([], day=DAY, title="Morning", now=NOON, phrase=phrase)
    assert (edition.lead, edition.sections, edition.big_question, edition.stories) == (None, (), None, ())


def test_yesterdays_news_yields_to_todays():
    old = Article(
        key="o",
        url="https://a.example/o",
        title="Old plans for a bridge",
        source="A",
        body="Old.",
        published_at=NOON - timedelta(days=2),
    )
    new = Article(
        key="n",
        url="https://a.example/n",
        title="New ferry for the bay",
        source="B",
        body="New.",
        published_at=NOON,
    )
    lead = compose([old, new], day=DAY, title="Morning", now=NOON).lead
    assert lead is not None
    assert lead.headline == "New ferry for the bay"


def seed(path):
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    title = lines[1] if "»" in lines[0] else lines[0]
    return Article(key=path.name, url=path.as_uri(), title=title, source=path.stem, body="\n".join(lines))


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real articles lie beside the repository")
def test_real_articles_make_the_edition_that_an_editor_would_sign():
    edition = compose([seed(path) for path in sorted(SEEDS.glob("*.txt"))], day=DAY, title="Morning")
    assert edition.lead is not None
    assert edition.lead.headline == "Japan Gets Its Swagger Back"
    beginnings = [
        "GM and Honda Ditch",
        "GM Explains How",
        "VinFast Quickly",
        "Honda and Mitsubishi",
        '"EV Obsession',
    ]
    assert [
        any(section.headline.startswith(beginning) for section in edition.sections) for beginning in beginnings
    ] == [True] * 5
    assert [section.sources[0].name for section in edition.sections[:3]] == [
        "Reuters",
        "The Detroit News",
        "Automotive News",
    ]
    assert edition.big_question is not None
    assert edition.big_question.text == "What’s the best Japanese concept car ever to come out of Japan?"
    assert edition.big_question.kind is QuestionKind.WRITE_IN
    assert len(edition.stories) == 3
