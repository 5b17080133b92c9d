"""Articles of which a feed says too little are completed from their pages: politely, once, and only when quoted."""

from dataclasses import replace
from html import escape

from bot.domain.article import Article
from bot.domain.edition import Edition
from bot.services.page import PAGES_MAX
from tests.house import GUILD, OTHER_GUILD, House, NewsServer, editor

WORDS = (
    "The maker of the little van showed its new model in Hamburg on Tuesday and said that the first buyers will get "
    "theirs in the spring. It drives three hundred kilometres on one charge and costs less than the old one did."
)


def page_of(words: str = WORDS, *, head: str = "") -> bytes:
    paragraphs = "".join(f"<p>{escape(words)} Part {number}.</p>" for number in range(3))
    return (
        f"<!doctype html><html><head><title>Van</title>{head}</head><body><article><h1>A van</h1>{paragraphs}"
        "</article></body></html>"
    ).encode()


def feed(news: NewsServer, path: str, *entries: tuple[str, str, str]) -> str:
    """Publish entries of an address, a title and a description."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{url}</guid><link>{url}</link><title>{title}</title>"
        f"<description>{words}</description></item>"
        for url, title, words in entries
    )
    body = f"<rss version='2.0'><channel><title>Motor</title>{items}</channel></rss>".encode()
    return news.answer(path, body=body, headers={"Content-Type": "application/rss+xml"})


def html(news: NewsServer, path: str, body: bytes, status: int = 200) -> str:
    return news.answer(path, body=body, status=status, headers={"Content-Type": "text/html"})


def lead(edition: Edition) -> str:
    assert edition.lead is not None
    return edition.lead.summary


async def test_a_story_that_its_feed_leaves_without_words_is_quoted_from_its_page(guild: House, news: NewsServer):
    paid = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
    picture = '<meta property="og:image" content="https://motor.example/van.jpg">'
    url = html(news, "/van", page_of(head=paid + picture))
    await guild.sources.add(editor(), feed(news, "/motor", (url, "A van for the city", "Read on.")))
    edition = await guild.roundups.preview(editor())
    assert "showed its new model in Hamburg" in lead(edition)
    assert edition.lead is not None
    assert edition.lead.image_url == "https://motor.example/van.jpg"
    # It is kept, and the next edition does not ask again, nor another guild's; the feed's next reading loses nothing.
    await guild.set_up(OTHER_GUILD)
    await guild.sources.add(editor(OTHER_GUILD), news.url("/motor"))
    assert lead(await guild.roundups.preview(editor(OTHER_GUILD))) == lead(edition)
    assert news.asked("/van") == 1
    await guild.sources.refresh(GUILD)
    known = (Article("k", url, "A van", "Motor"),)
    assert await guild.sources.complete(GUILD, known, [url]) == known


async def test_what_a_feed_says_enough_of_is_not_asked_for(guild: House, news: NewsServer):
    url = html(news, "/van", page_of())
    await guild.sources.add(editor(), feed(news, "/motor", (url, "A van for the city", WORDS)))
    await guild.roundups.preview(editor())
    assert news.asked("/van") == 0


async def test_our_column_is_read_whole(guild: House, news: NewsServer):
    url = html(news, "/column", page_of())
    source, _ = await guild.sources.add(editor(), feed(news, "/ours", (url, "The Morning Lap", WORDS)))
    await guild.sources.change(editor(), source.id, lambda s: replace(s, is_ours=True))
    await guild.roundups.preview(editor())
    assert news.asked("/column") == 1


async def test_a_page_that_cannot_be_read_changes_nothing_and_is_not_asked_again(guild: House, news: NewsServer):
    entries = [
        (html(news, "/dead", b"", status=404), "Dead page of a van", ""),
        (html(news, "/empty", b"<!doctype html><html></html>"), "Empty page on the harvest", ""),
        ("http://10.0.0.1/inside", "Inside page about music", ""),
    ]
    await guild.sources.add(editor(), feed(news, "/motor", *entries))
    for _ in range(2):
        edition = await guild.roundups.preview(editor())
        assert edition.lead is not None
    assert (news.asked("/dead"), news.asked("/empty")) == (1, 1)


async def test_no_more_pages_are_read_for_one_edition_than_it_can_show(guild: House, news: NewsServer):
    urls = [html(news, f"/{number}", page_of()) for number in range(PAGES_MAX + 5)]
    await guild.sources.add(editor(), feed(news, "/motor", *((url, f"Van {url[-2:]}", "") for url in urls)))
    wanted = [Article(url, url, "A van", "Motor", weight=2.0) for url in urls]
    wanted.append(replace(wanted[0], key="twin", weight=0.5))  # the same page by another source
    completed = await guild.sources.complete(GUILD, wanted, urls)
    assert sum("in Hamburg" in article.body for article in completed) == PAGES_MAX + 1
    assert [article.weight for article in completed] == [2.0] * len(urls) + [0.5]
    assert sum(news.asked(f"/{number}") for number in range(PAGES_MAX + 5)) == PAGES_MAX


async def test_only_articles_of_the_guilds_own_feeds_are_asked_for(guild: House, news: NewsServer):
    url = html(news, "/van", page_of())
    await guild.sources.add(editor(), feed(news, "/motor", (url, "A van", "")))
    articles = (Article(url, url, "A van", "Motor"),)
    assert await guild.sources.complete(OTHER_GUILD, articles, [url]) == articles
    assert news.asked("/van") == 0
