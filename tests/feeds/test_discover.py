"""The feeds that a page names."""

from bot.feeds.discover import FEEDS_FOUND_MAX, find_feeds

PAGE = "https://motor.example/news/"


def found(page: str) -> list[tuple[str, str]]:
    feeds = find_feeds(page.encode(), url=PAGE, content_type="text/html; charset=utf-8")
    return [(feed.url, feed.title) for feed in feeds]


def test_declared_feeds_are_found_with_their_titles_and_resolved():
    assert found(
        "<html><head><link rel=alternate type=application/rss+xml title='Motor &amp; co' href=/feed>"
        "<LINK REL='alternate home' TYPE='application/atom+xml; charset=utf-8' HREF='atom.xml'>"
        "<link rel=alternate type=application/feed+json href=//cdn.example/feed.json>"
        "<link rel=alternate type=application/rss+xml href=/feed></head><body><a href=/other/feed>Feed</a>"
    ) == [
        ("https://motor.example/feed", "Motor & co"),
        ("https://motor.example/news/atom.xml", ""),
        ("https://cdn.example/feed.json", ""),
    ]


def test_the_feed_of_comments_comes_last():
    assert found(
        "<link rel=alternate type=application/rss+xml title='Comments' href=/comments/feed>"
        "<link rel=alternate type=application/rss+xml title='News' href=/feed>"
    ) == [("https://motor.example/feed", "News"), ("https://motor.example/comments/feed", "Comments")]


def test_a_page_that_declares_none_is_searched_for_links_that_look_like_one():
    assert found(
        "<base href=https://motor.example/ja/><a href=rss.xml>x</a><a href=index.rdf>RDF</a><a href=feed/>F</a>"
    ) == [
        ("https://motor.example/ja/index.rdf", ""),
        ("https://motor.example/ja/feed/", ""),
    ]


def test_what_is_no_feed_is_not_taken_for_one():
    assert (
        found(
            "<link rel=stylesheet type=text/css href=/a.css><link rel=alternate hreflang=ja href=/ja/>"
            "<link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>"
            "<link rel=alternate type=application/json+oembed href=/oembed>"
            "<link rel=alternate type=application/rss+xml href=javascript:alert(1)>"
            "<link rel=alternate type=application/rss+xml><a href='http://[/feed'>x</a><a href=/feedback>x</a>"
        )
        == []
    )


def test_no_more_are_offered_than_a_select_takes():
    links = "".join(f"<link rel=alternate type=application/rss+xml href=/{n}>" for n in range(40))
    assert len(found(links)) == FEEDS_FOUND_MAX
