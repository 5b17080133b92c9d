"""Dates as publishers really write them."""

from datetime import UTC, datetime

import pytest

from bot.feeds.dates import DATE_CHARS_MAX, read_date
from bot.feeds.parse import parse_feed


@pytest.mark.parametrize(
    ("written", "language", "moment"),
    [
        ("mer, 18 nov 2026 09:30:00 +0100", "", datetime(2026, 11, 18, 8, 30, tzinfo=UTC)),
        ("mar, 03 mar 2026 09:30:00 +0100", "it-IT", datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
        ("lun, 05 gen 2026 10:00:00 GMT", "", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("gio, 01 ott 26 22:00:00 +0200", "", datetime(2026, 10, 1, 20, tzinfo=UTC)),
        ("12 settembre 2026, ore 9:05", "it", datetime(2026, 9, 12, 9, 5, tzinfo=UTC)),
        ("mar., 03 févr. 2026 10:00", "fr", datetime(2026, 2, 3, 10, tzinfo=UTC)),
        ("1er août 2026 à 14h30", "fr", datetime(2026, 8, 1, 14, 30, tzinfo=UTC)),
        ("Mi, 14 Okt 2026 09:30:00 +0200", "de", datetime(2026, 10, 14, 7, 30, tzinfo=UTC)),
        ("5. März 2026, 7:15 MEZ", "", datetime(2026, 3, 5, 6, 15, tzinfo=UTC)),
        ("vie, 02 ene 2026 08:00:00 GMT", "", datetime(2026, 1, 2, 8, tzinfo=UTC)),
        ("3 de dezembro de 2026", "pt-BR", datetime(2026, 12, 3, tzinfo=UTC)),
        ("di, 12 mei 2026 10:00:00 +0200", "", datetime(2026, 5, 12, 8, tzinfo=UTC)),
        ("Ср, 18 ноя 2026 09:30:00 +0300", "", datetime(2026, 11, 18, 6, 30, tzinfo=UTC)),
        ("2026年11月18日 9時05分", "ja", datetime(2026, 11, 18, 9, 5, tzinfo=UTC)),
        ("November 18, 2026 2:05 pm EST", "", datetime(2026, 11, 18, 19, 5, tzinfo=UTC)),
        ("18.11.2026 09:30", "", datetime(2026, 11, 18, 9, 30, tzinfo=UTC)),
        ("18/11/2026", "", datetime(2026, 11, 18, tzinfo=UTC)),
        ("04/03/2026", "it", datetime(2026, 3, 4, tzinfo=UTC)),
        ("04/03/2026", "en-US", datetime(2026, 4, 3, tzinfo=UTC)),
        ("5 lis 2026", "pl", datetime(2026, 11, 5, tzinfo=UTC)),
        ("5 lis 2026", "hr", datetime(2026, 10, 5, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_publishers_own_words(written: str, language: str, moment: datetime):
    assert read_date(written, language) == moment


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "04/03/2026", "5 lis 2026", "31 febbraio 2026", "18 nov 2026 29:99", "5 foo 2026", "9" * 200],
)
def test_what_is_no_date_or_could_be_two_is_none(written: str):
    assert read_date(written) is None


def test_a_date_that_is_too_long_is_not_searched():
    assert read_date("18 nov 2026" + " " * DATE_CHARS_MAX + "x") is None


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("gio, 01 ott 2026 22:00:00 +0200", datetime(2026, 10, 1, 20, tzinfo=UTC)),
        ("2026年11月18日 09:30", datetime(2026, 11, 18, 9, 30, tzinfo=UTC)),
        ("Wed, 18 Nov 2026 09:30:00 +0100", datetime(2026, 11, 18, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_feeds_dates_are_read_so(date: str, moment: datetime):
    feed = parse_feed(
        f"<rss version='2.0'><channel><title>Motor</title><language>it</language><item><title>A</title>"
        f"<pubDate>{date}</pubDate></item></channel></rss>".encode(),
        url="https://motor.example/feed",
        content_type=None,
    )
    assert feed.articles[0].published_at == moment
