"""Lists of feeds as readers exchange them: read as they are really written, and written so that they come back."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.source import WEIGHTS_PERCENT, ListedFeed, parse_words
from bot.feeds.opml import LISTED_MAX, read_opml, write_opml


def opml(*outlines: str, head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}<opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def test_feeds_are_found_in_folders_once_each_whatever_the_case_of_attributes():
    listed = read_opml(
        opml(
            '<outline text="Cars"><outline text="Motor Daily" type="rss" xmlUrl="https://motor.example/feed"/>',
            '<outline TITLE="Torque" XMLURL=" https://torque.example/rss "/></outline>',
            '<outline text="Again" xmlUrl="https://motor.example/feed"/><outline text="A note"/>',
        )
    )
    assert listed == (
        ListedFeed("https://motor.example/feed", "Motor Daily"),
        ListedFeed("https://torque.example/rss", "Torque"),
    )


def test_a_list_with_bare_ampersands_and_no_end_is_read():
    listed = read_opml(b'<opml><body><outline text="Cars & vans" xmlUrl="https://a.example/?a=1&b=2"><outline xmlUrl="')
    assert listed == (ListedFeed("https://a.example/?a=1&b=2", "Cars & vans"),)


def test_a_list_is_read_by_its_own_encoding():
    listed = read_opml(
        '<?xml version="1.0" encoding="Shift_JIS"?><opml><outline text="車の新聞" xmlUrl="u"/>'.encode("cp932")
    )
    assert [feed.title for feed in listed] == ["車の新聞"]


def test_what_is_no_list_names_no_feeds():
    for body in (b"", b"hello", b"\x00\xff\xfe", b"<html><body><p>Hi</p>", b"{}"):
        assert read_opml(body) == ()


def test_entities_of_its_own_are_not_expanded():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    (feed,) = read_opml(opml('<outline text="&b;" xmlUrl="https://a.example/"/>', head=bomb))
    assert feed.title == "&b;"


def test_a_title_in_markup_is_plain_and_no_character_is_left_that_a_database_refuses():
    body = '<outline text="&lt;b&gt;Bold&lt;/b&gt; \u202ename" xmlUrl="https://a.example/\x00x"/>'.encode()
    (feed,) = read_opml(body)
    assert (feed.title, feed.url) == ("Bold name", "https://a.example/x")


def test_no_more_feeds_are_taken_than_anybody_reads():
    listed = read_opml(opml(*(f'<outline xmlUrl="https://a.example/{n}"/>' for n in range(LISTED_MAX + 5))))
    assert len(listed) == LISTED_MAX


def test_a_weight_that_there_is_not_and_words_that_are_too_many_count_as_none():
    many = ",".join(f"w{n}" for n in range(99))
    (feed,) = read_opml(opml(f'<outline xmlUrl="u" paddock:weight="9999" paddock:include="{many}"/>'))
    assert feed == ListedFeed("u")


WORDS = st.lists(st.text(max_size=12), max_size=4).map(lambda words: parse_words(",".join(words)))
FEEDS = st.builds(
    ListedFeed,
    url=st.integers(0, 99).map(lambda n: f"https://a.example/{n}?a=1&b='\"<{n}>"),
    title=st.sampled_from(["Motor Daily", "車の新聞", 'Cars & "vans" <b>']).map(lambda name: name.replace("<b>", "b")),
    weight_percent=st.sampled_from(WEIGHTS_PERCENT),
    is_paused=st.booleans(),
    include_words=WORDS,
    exclude_words=WORDS,
    is_ours=st.booleans(),
    is_paywalled=st.booleans(),
)


@given(st.lists(FEEDS, max_size=5, unique_by=lambda feed: feed.url))
def test_a_list_that_was_written_is_read_back_as_it_was(feeds: list[ListedFeed]):
    written = write_opml("Sources of <Us> & co", [(feed, "https://a.example/") for feed in feeds])
    assert read_opml(written) == tuple(feeds)
