"""Text that is made to hurt ends in an edition all the same; a rule that goes quadratic would hang here for minutes."""

from datetime import date

import pytest

from bot.domain.article import Article
from bot.domain.compose import compose
from bot.domain.wording import clean, cut, sentences

DAY = date(2026, 3, 3)
WALLS = {
    "opening marks": "“" * 50_000,
    "straight marks": ' "a' * 15_000,
    "capitals": "The News " + "A " * 25_000 + "reports:\n“x”\n",
    "dots": "A." * 25_000,
    "short lines": "Vid Slot\n" * 12_500,
    "titles": "A Heading Of The Kind\n" * 12_500,
    "sentences": "A gear wheel turns another. " * 1_750,
    "questions": "Is it? " * 7_500,
    "one word": "a" * 125_000,
    "combining marks": "a" + "\u0301" * 25_000,
    "spaces": " " * 75_000,
    "cues": "Here’s how Reuters explains it:\n" * 5_000,
    "big questions": "The Big Question\n" * 5_000,
}


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_of_text_does_no_harm(name):
    wall = WALLS[name]
    article = Article(
        key="1", url="https://a.example/1", title=wall, source="A", summary=wall, body=f"The Big Question\n{wall}"
    )
    edition = compose([article, article], day=DAY, title="Morning")
    assert edition.stories == (("https://a.example/1",),)
    assert edition.lead is not None
    assert len(edition.lead.headline) <= 160
    assert len(cut(wall, 100)) <= 100
    assert sum(map(len, sentences(clean(wall)))) <= len(wall)
