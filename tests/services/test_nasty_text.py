"""What feeds send and people type is kept, or refused with a sentence, on both engines, whatever it is."""

import json
from collections import defaultdict
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.article import URL_CHARS_MAX
from bot.domain.errors import PaddockError
from bot.domain.feed import AddressError
from bot.services.source import feed_address
from bot.storage import article as table
from tests.house import EVERY, GUILD, Entry, House, NewsServer, Shelf, editor
from tests.nasty import nasty_text, samples

# Each example adds to what stands in the one database, as members do.
ON_ONE_DATABASE = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def feed_of(*words: str) -> bytes:
    found = [
        {"id": word, "title": word, "url": f"https://a.example/{word}", "summary": word, "content_html": word}
        for word in words
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": words[-1], "home_page_url": "https://a.example"}
    return json.dumps({**head, "items": found}).encode()


def answer_everything(news: NewsServer) -> None:
    """Let every address of the publisher be a feed."""
    news.publish("/any", Entry("vans", "Vans are back"))
    news.shelves = defaultdict(lambda: Shelf(body=news_body), news.shelves)
    news_body = news.shelves["/any"].body


async def forget_all(house: House) -> None:
    for source in await house.sources.list(GUILD):
        await house.sources.remove(editor(), source.id)


async def test_a_feed_of_every_sample_is_kept_as_it_was_parsed_and_again_when_it_changes(
    house: House, news: NewsServer
):
    url = news.answer("/nasty", body=feed_of(*samples()))
    parsed = await house.sources.test(editor(), url)
    source, count = await house.sources.add(editor(), url)
    assert count == len(parsed.articles) > len(samples()) / 2
    start = house.clock.now() - timedelta(days=1)
    kept = await house.store.read(lambda s: table.articles_since(s, GUILD, start))
    assert {article.key: article for article in kept} == {article.key: article for article in parsed.articles}
    news.answer("/nasty", body=feed_of(*reversed(samples())))
    house.clock.advance(EVERY)
    await house.run_due()
    (again,) = await house.sources.list(GUILD)
    assert (again.failures, again.read_at) == (0, house.clock.now())
    assert len(await house.store.read(lambda s: table.articles_since(s, GUILD, start))) == count
    assert source.id == again.id


@ON_ONE_DATABASE
@given(nasty_text)
@example("\x00")
@example("\ud800")
@example("車" * 700)
async def test_what_is_typed_for_an_address_is_followed_or_refused_with_a_sentence(
    house: House, news: NewsServer, typed: str
):
    """Behind the publisher's address, where whoever pastes badly puts it."""
    answer_everything(news)
    await forget_all(house)
    try:
        source, _ = await house.sources.add(editor(), news.url("/") + typed)
    except PaddockError:
        assert await house.sources.list(GUILD) == ()
    else:
        assert await house.sources.list(GUILD) == (source,)


@given(st.one_of(nasty_text, nasty_text.map("https://a.example/".__add__), nasty_text.map("{}.example".format)))
def test_an_address_is_one_that_every_engine_keeps_or_none_at_all(typed: str):
    try:
        address = feed_address(typed)
    except AddressError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert len(address) <= URL_CHARS_MAX
    assert feed_address(address) == address


def test_so_is_every_sample():
    followed = [feed_address(f"https://a.example/{sample}") for sample in samples() if len(sample) < URL_CHARS_MAX / 10]
    assert all(address.isascii() and feed_address(address) == address for address in followed)
    assert len(followed) > len(samples()) / 2
