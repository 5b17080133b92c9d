"""The rules on sources: which articles are wanted, when a page is read, and what a guild is told when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article
from bot.domain.source import (
    COLUMN_WORDS_ENOUGH,
    FAILING_TOLD_AFTER,
    FAILURES_TOLD,
    JITTER_MAX,
    WORD_CHARS_MAX,
    WORDS_ENOUGH,
    WORDS_MAX,
    FeedState,
    Source,
    SourceNews,
    SourceWordsError,
    needs_page,
    news_of,
    next_read_at,
    parse_words,
    takes,
)

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
EVERY = timedelta(minutes=15)


def article(title: str = "", *, summary: str = "", body: str = "", is_ours: bool = False) -> Article:
    return Article("k", "https://motor.example/k", title, "Motor Daily", summary=summary, body=body, is_ours=is_ours)


def source(**fields: object) -> Source:
    usual = Source(
        id=1,
        guild_id=2,
        feed_id=3,
        name="Motor Daily",
        url="https://motor.example/feed",
        site_url=None,
        added_by=4,
        added_at=NOW - timedelta(days=90),
        read_at=NOW,
        failures=0,
        failure=None,
    )
    return replace(usual, **fields)


@pytest.mark.parametrize(
    ("word", "title", "is_found"),
    [
        ("EV", "The new ev is here", True),
        ("EV", "Every van is here", False),
        ("EV", "EVs are here", False),
        ("EV*", "EVs are here", True),
        ("EV", "新型EVを発表", True),  # Japanese puts no spaces around it
        ("トヨタ", "昨日トヨタが発表した", True),
        ("ＥＶ", "An EV", True),  # full width
        ("strasse", "Die Straße", True),
        ("C++", "Written in C++ now", True),
        ("a.b", "axb", False),  # a word is no pattern
        ("land rover", "The Land  Rover is back", True),
        ("land rover", "Land and rover", False),
        ("Citroën", "citroën C3", True),
        ("*", "Anything", False),
    ],
)
def test_a_word_is_found_whole_whatever_its_case_and_width(word, title, is_found):
    assert takes(article(title), include=[word], exclude=[]) is is_found
    assert takes(article(title), include=[], exclude=[word]) is not is_found


def test_words_are_looked_for_in_summary_and_body_too():
    for one in (article("X", summary="A hybrid."), article("X", body="First.\nA hybrid.")):
        assert takes(one, include=["petrol", "hybrid"], exclude=[])
        assert not takes(one, include=["hybrid"], exclude=["hybrid"])


def test_without_words_every_article_is_wanted():
    assert takes(article(), include=[], exclude=[])


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=60))
def test_no_word_that_can_be_typed_breaks_the_search(typed: list[str], title: str):
    words = parse_words(",".join(typed))
    takes(article(title), include=words, exclude=words)
    for word in words:
        assert not takes(article(word), include=[], exclude=[word]) or word.endswith("*")


def test_a_list_of_words_is_separated_by_commas_and_lines_and_holds_each_once():
    assert parse_words(" EV, ev\nhybrid、トヨタ，, ,*") == ("EV", "hybrid", "トヨタ")
    assert parse_words("") == ()


def test_too_many_or_too_long_words_are_refused():
    assert len(parse_words(",".join(f"w{n}" for n in range(WORDS_MAX)))) == WORDS_MAX
    for typed in (",".join(f"w{n}" for n in range(WORDS_MAX + 1)), "w" * (WORD_CHARS_MAX + 1)):
        with pytest.raises(SourceWordsError):
            parse_words(typed)


def test_a_page_is_read_where_the_feed_gives_less_than_a_sentence():
    enough = "word " * WORDS_ENOUGH
    assert needs_page(article("Title"))
    assert needs_page(article("Title", summary="word " * (WORDS_ENOUGH - 1)))
    assert not needs_page(article("Title", summary=enough))
    assert not needs_page(article("Title", body=enough))


def test_a_column_is_wanted_whole():
    teaser = "word " * (COLUMN_WORDS_ENOUGH - 1)
    assert needs_page(article("Title", summary=teaser, is_ours=True))
    assert not needs_page(article("Title", body=teaser + "word", is_ours=True))


@given(st.floats(0, 1), st.integers(0, 50), st.integers(0, 10**6))
def test_jitter_only_lengthens_a_wait_and_by_little(jitter: float, failures: int, ask_after_s: int):
    asked = NOW - timedelta(minutes=5)
    for ask_after in (None, NOW + timedelta(seconds=ask_after_s)):
        feed = FeedState(1, "", None, None, asked, ask_after, failures)
        usual = next_read_at(feed, NOW, every=EVERY)
        later = next_read_at(feed, NOW, every=EVERY, jitter=jitter)
        assert usual <= later <= usual + JITTER_MAX * max(EVERY, timedelta(days=1))
    assert next_read_at(feed, NOW, every=EVERY, jitter=1.0) > next_read_at(feed, NOW, every=EVERY)


def test_a_guild_hears_of_a_feed_that_failed_often_and_long_once():
    failing = source(failures=FAILURES_TOLD, failure="[]", read_at=NOW - FAILING_TOLD_AFTER)
    assert news_of(failing, NOW) is SourceNews.FAILING
    assert news_of(replace(failing, told_at=NOW), NOW) is None
    assert news_of(replace(failing, failures=FAILURES_TOLD - 1), NOW) is None
    # Asked by hand again and again in a bad hour: often, but not long.
    assert news_of(replace(failing, read_at=NOW - FAILING_TOLD_AFTER + timedelta(seconds=1)), NOW) is None
    assert news_of(replace(failing, is_paused=True), NOW) is None
    # One that could never be read is counted from when it was added.
    assert news_of(replace(failing, read_at=None), NOW) is SourceNews.FAILING


def test_a_guild_hears_that_a_source_is_back_only_if_it_heard_that_it_was_away():
    assert news_of(source(), NOW) is None
    assert news_of(source(told_at=NOW - timedelta(days=1)), NOW) is SourceNews.BACK


def test_a_feed_that_is_gone_is_told_at_once_and_once_though_it_was_told_to_fail():
    gone = source(gone_at=NOW, failures=1, failure="[]")
    assert news_of(gone, NOW) is SourceNews.GONE
    assert news_of(replace(gone, told_at=NOW - timedelta(hours=1)), NOW) is SourceNews.GONE
    assert news_of(replace(gone, told_at=NOW), NOW) is None


def test_a_feed_that_is_gone_may_not_be_asked():
    assert not FeedState(1, "", None, None, None, None, 1, gone_at=NOW).may_be_asked(NOW)
