"""From a feed's bytes to its articles."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feed import (
    EmptyDocumentError,
    EntitiesError,
    NotAFeedError,
    UnreadableError,
    WebPageError,
)
from bot.feeds.parse import parse_feed

URL = "https://motor.example/feed.xml"
SHARED = Path(__file__).parents[2].parent / "shared" / "feeds"


def rss(*items: str, head: str = "<title>Motor Example</title><link>https://www.motor.example/</link>") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel>{head}{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    ).encode()


def only(body: bytes, *, url: str = URL, content_type: str | None = None):
    (article,) = parse_feed(body, url=url, content_type=content_type).articles
    return article


def test_an_rss_item_becomes_an_article():
    feed = parse_feed(
        rss(
            "<title>Vans &amp;amp; wagons return</title><link>/2026/vans?id=1&amp;utm_source=rss</link>"
            "<guid isPermaLink='false'>tag:7</guid><pubDate>Mon, 05 Jan 2026 07:00:00 +0900</pubDate>"
            "<description>&lt;p&gt;Short and &lt;b&gt;plain&lt;/b&gt;.&lt;/p&gt;</description>"
            "<content:encoded><![CDATA[<p>First, at length.</p><p>Second.</p><img src='/van.jpg'>]]>"
            "</content:encoded>"
        ),
        url=URL,
        content_type="application/rss+xml",
    )
    assert (feed.title, feed.site_url) == ("Motor Example", "https://www.motor.example/")
    (article,) = feed.articles
    assert article.key == "tag:7"
    assert article.url == "https://motor.example/2026/vans?id=1"
    assert article.title == "Vans & wagons return"
    assert article.summary == "Short and plain."
    assert article.body == "First, at length.\nSecond."
    assert article.published_at == datetime(2026, 1, 4, 22, 0, tzinfo=UTC)
    assert article.image_url == "https://motor.example/van.jpg"
    assert (article.source, article.source_url) == ("Motor Example", "https://www.motor.example/")


def test_an_atom_entry_becomes_an_article():
    article = only(
        b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://atom.example/'>"
        b"<title>Atom Example</title><link href='/'/><link rel='self' href='feed'/><entry><id>urn:1</id>"
        b"<title type='html'>A &amp;lt;i&amp;gt;b&amp;lt;/i&amp;gt;</title>"
        b"<link href='posts/1'/><updated>2026-01-05T07:00:00Z</updated>"
        b"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p><p>Two</p></div></content>"
        b"</entry></feed>"
    )
    assert (article.url, article.title) == ("https://atom.example/posts/1", "A b")
    assert (article.summary, article.body) == ("", "One\nTwo")
    assert article.published_at == datetime(2026, 1, 5, 7, 0, tzinfo=UTC)


def test_an_aggregators_entry_names_its_own_source():
    article = only(rss("<title>Borrowed</title><link>/1</link><source url='https://daily.example/'>The Daily</source>"))
    assert (article.source, article.source_url) == ("The Daily", "https://daily.example/")


def test_a_feed_without_a_title_is_named_by_its_host_and_a_file_by_its_name():
    item = "<title>x</title>"
    assert only(rss(item, head="")).source == "motor.example"
    local = only(rss(item, head=""), url="file:///somewhere/my.feed.xml")
    assert (local.source, local.url) == ("my.feed", "file:///somewhere/my.feed.xml")


def test_an_entry_without_a_link_uses_its_permalink_then_the_site():
    assert only(rss("<title>x</title><guid>https://motor.example/p/1</guid>")).url == "https://motor.example/p/1"
    assert only(rss("<title>x</title><guid isPermaLink='false'>17</guid>")).url == "https://www.motor.example/"


def test_an_entry_without_a_title_uses_the_start_of_its_text():
    article = only(rss("<link>/1</link><description>A wagon with " + "very " * 30 + "long roof</description>"))
    assert article.title.startswith("A wagon with very")
    assert article.title.endswith("very…")
    assert len(article.title) <= 81


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a.example/"])
def test_only_web_links_are_kept(link):
    assert only(rss(f"<title>x</title><link>{link}</link>")).url == "https://www.motor.example/"


def test_no_script_survives_anywhere():
    evil = "&lt;script&gt;steal()&lt;/script&gt;&lt;a href='javascript:x'&gt;Click&lt;/a&gt;"
    feed = parse_feed(
        rss(
            f"<title>{evil}</title><description>{evil}</description>"
            f"<source url='javascript:x'>{evil}</source>"
            f"<content:encoded>{evil}&lt;img src='javascript:y'&gt;</content:encoded>",
            head=f"<title>{evil}</title><link>javascript:x</link>",
        ),
        url=URL,
        content_type=None,
    )
    assert "script" not in repr(feed).lower()
    assert (feed.title, feed.articles[0].title, feed.articles[0].body) == ("Click", "Click", "Click")
    assert (feed.articles[0].image_url, feed.articles[0].source_url) == (None, None)


@pytest.mark.parametrize(
    ("markup", "image"),
    [
        ("<media:content url='/a' medium='image'/><media:thumbnail url='/b.jpg'/>", "https://motor.example/a"),
        ("<media:content url='/film.mp4' medium='video'/><media:thumbnail url='/b.jpg'/>", "https://motor.example/b.jpg"),
        ("<enclosure url='/c' type='image/png' length='1'/>", "https://motor.example/c"),
        ("<enclosure url='/c.webp'/>", "https://motor.example/c.webp"),
        ("<enclosure url='/c.mp3' type='audio/mpeg' length='1'/>", None),
        ("<description>&lt;img width='1' src='/1'&gt;&lt;img src=\"/d?a=1&amp;amp;b=2\"&gt;</description>",
         "https://motor.example/d?a=1&b=2"),
        ("<description>&lt;img src='data:image/png;base64,xx'&gt;</description>", None),
    ],
)  # fmt: skip
def test_the_best_picture_is_taken(markup, image):
    assert only(rss("<title>x</title>" + markup)).image_url == image


def test_bytes_of_windows_1252_that_claim_to_be_utf8_are_read():
    article = only(rss("<title>Citroën: “déjà vu”</title>").decode().encode("cp1252"))
    assert article.title == "Citroën: “déjà vu”"


def test_utf8_that_is_served_as_latin1_is_read_as_utf8():
    body = rss("<title>Škoda kommt</title>")
    assert only(body, content_type="text/xml; charset=ISO-8859-1").title == "Škoda kommt"


def test_a_few_damaged_bytes_cost_a_few_letters():
    body = rss("<title>日本の軽自動車が帰ってきた</title>").replace("帰".encode(), b"\xff")
    assert only(body).title == "日本の軽自動車が\ufffdってきた"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "shift_jis", "euc-jp", "iso-2022-jp"])
def test_a_declared_encoding_is_believed(encoding):
    text = rss("<title>軽自動車</title>").decode().replace("UTF-8", encoding.removesuffix("-sig"))
    assert only(text.encode(encoding)).title == "軽自動車"


def test_a_guid_that_is_used_twice_costs_no_entry_and_a_repeated_entry_stands_once():
    item = "<guid isPermaLink='false'>same</guid>"
    feed = parse_feed(
        rss(f"{item}<title>a</title>", f"{item}<title>b</title>", f"{item}<title>a</title>"),
        url=URL,
        content_type=None,
    )
    assert [article.title for article in feed.articles] == ["a", "b"]
    assert len({article.key for article in feed.articles}) == 2


def test_advertisements_for_the_article_itself_are_left_out():
    advert = "&lt;p&gt;News.&lt;/p&gt;&lt;p&gt;The post Vans appeared first on Motor Example.&lt;/p&gt;"
    assert only(rss(f"<title>x</title><description>{advert}</description>")).summary == "News."


def test_a_description_as_long_as_an_article_is_its_body_only():
    article = only(rss(f"<title>x</title><description>{'Long. ' * 400}</description>"))
    assert article.summary == ""
    assert article.body.startswith("Long. Long.")


def test_a_feed_without_entries_is_a_feed():
    feed = parse_feed(rss(), url=URL, content_type=None)
    assert (feed.title, feed.articles) == ("Motor Example", ())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", EmptyDocumentError),
        (b" \n\xef\xbb\xbf", EmptyDocumentError),
        (b"<!DOCTYPE html><html><body><item>x</item></body></html>", WebPageError),
        (b"<!-- hi --><html><head></head></html>", WebPageError),
        (b"\xff\xd8\xff\xe0 picture", NotAFeedError),
        (b"just words", NotAFeedError),
        (b"<?xml version='1.0'?><opml><body/></opml>", NotAFeedError),
        (b'{"version": "1", "items": []}', NotAFeedError),
        (b'{"broken', NotAFeedError),
        (b"[1]", NotAFeedError),
        (b"{" * 100_000, NotAFeedError),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(body, kind):
    with pytest.raises(kind) as caught:
        parse_feed(body, url=URL, content_type="text/plain")
    assert type(caught.value) is kind
    assert caught.value.params == {"url": URL}


NAMES = "abcdefghi"
BOMB = (
    "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in pairwise(NAMES))
    + "]><rss version='2.0'><channel><title>&i;</title></channel></rss>"
)


@pytest.mark.parametrize(
    "body",
    [
        BOMB.encode(),
        ("<?xml version='1.0' encoding='utf-16'?>" + BOMB).encode("utf-16"),
        b"<!-- <rss> -->" + BOMB.encode(),
        b"<?xml version='1.0' encoding='utf-7'?>" + BOMB.replace("<!ENTITY", "+ADwAIQ-ENTITY").encode(),
        b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss version='2.0'/>",
        b"<!DOCTYPE rss [<!ENTITY % x SYSTEM 'http://10.0.0.1/'>%x;]><rss version='2.0'/>",
        b"broken < <!DOCTYPE rss [<!entity x 'y'>]><rss version='2.0'/>",
    ],
)
def test_a_feed_that_declares_entities_is_refused(body):
    with pytest.raises(EntitiesError):
        parse_feed(body, url=URL, content_type=None)


def test_an_article_may_write_about_entities():
    article = only(rss("<title>XML</title><description><![CDATA[Write &lt;!ENTITY x 'y'&gt; first.]]></description>"))
    assert article.summary.startswith("Write")


def test_nothing_is_fetched_for_a_body_that_reads_like_an_address(tmp_path, monkeypatch):
    (tmp_path / "café").write_bytes(rss("<title>a file</title>"))
    monkeypatch.chdir(tmp_path)
    for body in ("café".encode(), (tmp_path / "café").as_uri().encode(), b"http://127.0.0.1:9/feed"):
        with pytest.raises(NotAFeedError):
            parse_feed(body, url=URL, content_type=None)


@given(st.binary(max_size=300) | st.text(alphabet="<>/&;![]item rsfeedchannel?xml=\"'", max_size=300).map(str.encode))
def test_whatever_comes_is_a_feed_or_an_error_of_ours(body):
    try:
        feed = parse_feed(body, url=URL, content_type=None)
    except UnreadableError:
        return
    assert feed.title


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of feeds is not there")
def test_every_feed_of_the_collection_gives_its_articles():
    for path in sorted(SHARED.iterdir()):
        body = path.read_bytes()
        feed = parse_feed(body, url=path.as_uri(), content_type=None)
        entries = len(re.findall(rb"<(?:\w+:)?(?:item|entry)[\s>]", body))
        if path.suffix == ".json":
            entries = body.count(b'"title"') - 1
        assert len(feed.articles) == entries, path.name
        for article in feed.articles:
            assert article.title, path.name
            assert article.source, path.name
            assert "<" not in article.title, path.name
