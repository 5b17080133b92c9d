"""One article, from a web page or from plain text."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.article import SOURCE_NOT_GIVEN
from bot.domain.feed import EmptyDocumentError, NoArticleError
from bot.feeds.page import parse_article

URL = "https://www.motor.example/2026/vans?utm_source=x"
FILE = "file:///somewhere/vans.txt"
SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
PARAGRAPH = (
    "The small van is back, and this time it is electric, says its maker, which showed it on Tuesday and "
    "expects to sell a good many of them to people who deliver parcels in towns. "
)
BODY = f"<p>{PARAGRAPH * 2}</p><h2>The price</h2><p>{PARAGRAPH}</p>"


def page(*, head: str = "", body: str = "", charset: str = "utf-8") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><title>Vans return | Motor Example</title>{head}</head><body>"
        f"<nav>Home About</nav><article><h1>Vans return</h1>{body or BODY}</article>"
        "<footer>Imprint</footer></body></html>"
    ).encode(charset)


def text(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_a_page_gives_its_article():
    head = (
        "<meta property='og:site_name' content='Motor Example'><meta property='og:image' content='/van.jpg'>"
        "<meta name='description' content='Vans &amp;amp; wagons.'>"
        "<meta property='article:published_time' content='2026-01-05T07:00:00+09:00'>"
    )
    article = parse_article(page(head=head), url=URL, content_type="text/html; charset=utf-8")
    assert (article.title, article.source) == ("Vans return", "Motor Example")
    assert article.url == "https://www.motor.example/2026/vans"
    assert article.summary == "Vans & wagons."
    assert article.body.split("\n")[1:] == ["The price", PARAGRAPH.strip()]
    assert article.image_url == "https://www.motor.example/van.jpg"
    assert article.source_url == "https://www.motor.example/"
    assert article.published_at == datetime(2026, 1, 4, 22, 0, tzinfo=UTC)
    assert "Imprint" not in article.body


def test_a_page_that_names_no_site_is_named_by_its_host():
    body = page().replace(b" | Motor Example", b"")
    assert parse_article(body, url=URL, content_type=None).source.lower() == "motor.example"


def test_scripts_and_their_links_do_not_come_through():
    body = f"<p>{PARAGRAPH * 3}</p><script>steal()</script><p><a href='javascript:x'>Read on</a> {PARAGRAPH}</p>"
    head = "<meta property='og:image' content='javascript:x'>"
    article = parse_article(page(body=body, head=head), url=URL, content_type="text/html")
    assert "steal" not in article.body
    assert "javascript" not in repr(article)


@pytest.mark.parametrize("charset", ["shift_jis", "euc-jp", "utf-8"])
def test_a_page_in_a_japanese_encoding_is_read(charset):
    sentence = "軽自動車のバンが電気自動車として戻ってきたと、メーカーは火曜日に発表した。" * 4
    body = page(head=f"<meta charset='{charset}'>", body=f"<p>{sentence}</p>", charset=charset)
    assert sentence[:20] in parse_article(body, url=URL, content_type="text/html").body


def test_a_breadcrumb_gives_the_title_and_is_no_part_of_the_text():
    article = parse_article(
        text("Home » News » Vans Are Back", "", "Vans Are Back", "", "One paragraph.", "", "", "Another."),
        url=FILE,
        content_type=None,
    )
    assert article.title == "Vans Are Back"
    assert article.body == "One paragraph.\nAnother."
    assert (article.url, article.source_url) == (FILE, None)


def test_a_first_line_is_the_title_unless_it_is_a_paragraph():
    titled = parse_article(text("Sold out. Again?", "The van is gone."), url=FILE, content_type=None)
    assert (titled.title, titled.body) == ("Sold out. Again?", "The van is gone.")
    untitled = parse_article(text(PARAGRAPH * 2, "More."), url=FILE, content_type=None)
    assert untitled.title == PARAGRAPH.strip()
    assert untitled.body.startswith(PARAGRAPH.strip())
    assert untitled.body.endswith("\nMore.")


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("This article originally appeared in The Daily Wheel and is shown with thanks.", "The Daily Wheel"),
        ("© 2026 Motor & Sons", "Motor & Sons"),
        ("Jo Roe is a reporter at Wheel Weekly who covers vans. Follow her.", "Wheel Weekly"),
        ("Jo Roe is an analyst at Forecast House.", SOURCE_NOT_GIVEN),
        ("Photo: Big Maker", SOURCE_NOT_GIVEN),
    ],
)
def test_the_outlet_that_a_text_names_is_its_source(line, source):
    article = parse_article(text("Vans", "The van is gone.", line), url=FILE, content_type=None)
    assert article.source == source


def test_people_who_are_quoted_in_the_middle_do_not_name_the_outlet():
    quoted = "Jo Roe is an analyst at Forecast House who covers vans."
    article = parse_article(text("Vans", quoted, *["More."] * 5), url=FILE, content_type=None)
    assert article.source == SOURCE_NOT_GIVEN


def test_a_text_from_the_web_is_named_by_its_host():
    article = parse_article(text("Vans", "Gone."), url=URL, content_type="text/plain")
    assert (article.source, article.source_url) == ("motor.example", "https://www.motor.example/")


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"", None, EmptyDocumentError),
        (b" \n ", "text/html", EmptyDocumentError),
        (b"<html><body></body></html>", "text/html", NoArticleError),
        (b"%PDF-1.7 \0\0", None, NoArticleError),
        (b"words", "image/png", NoArticleError),
        (b"\x89PNG\r\n\0\0", None, NoArticleError),
        (b"\x01\x02", "text/plain", NoArticleError),
    ],
)
def test_what_holds_no_article_is_refused_with_its_reason(body, content_type, kind):
    with pytest.raises(kind) as caught:
        parse_article(body, url=URL, content_type=content_type)
    assert type(caught.value) is kind


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles are not there")
def test_every_seed_article_has_a_title_and_a_text_by_lines():
    for path in sorted(SEEDS.iterdir()):
        article = parse_article(path.read_bytes(), url=path.as_uri(), content_type=None)
        assert 10 < len(article.title) < 180, path.name
        assert article.body.count("\n") > 10, path.name
        assert article.title not in article.body.split("\n"), path.name


@pytest.mark.parametrize(
    ("mark", "is_paywalled"),
    [
        ('<script type="application/ld+json">{"isAccessibleForFree": false}</script>', True),
        ('<script type="application/ld+json">{"isAccessibleForFree":"False"}</script>', True),
        ('<script type="application/ld+json">{"isAccessibleForFree":"https://schema.org/False"}</script>', True),
        ('<meta property="article:content_tier" content="locked">', True),
        ('<meta property="article:content_tier" content="free">', False),
        ('<script type="application/ld+json">{"isAccessibleForFree": true}</script>', False),
        ("<p>About isAccessibleForFree and what false means.</p>", False),
    ],
)
def test_a_page_that_costs_money_is_known_by_its_own_marks(mark: str, is_paywalled: bool):  # noqa: FBT001  # a case
    text = "The maker showed its new van in Hamburg on Tuesday, and said when it goes on sale. " * 5
    page = (
        f"<html><head>{mark}<title>Van</title></head><body><article><h1>Van</h1><p>{text}</p></article></body></html>"
    )
    article = parse_article(page.encode(), url="https://motor.example/van", content_type="text/html")
    assert article.is_paywalled is is_paywalled
