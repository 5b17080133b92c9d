"""How well articles are grouped into stories: B-cubed precision, recall and F1 on labelled sets.

Run as ``python -m tests.bench.grouping [FILE…]``. A file holds a JSON list of articles with an ``event`` (or
``label``) each, ``title``, ``body`` (or ``text``), and where known ``summary``, ``source``, ``url``, ``published_at``
(ISO 8601). The measure is that of Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector
space model" (1998): for each article, how much of its group belongs there, and how much of its event is in its group.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot.domain.article import Article
from bot.domain.story import Story, group

LABELLED = Path(__file__).parents[1] / "domain" / "labelled" / "events.json"
SIBLINGS = LABELLED.with_name("siblings.json")  # short reports of ten pairs of like events


class BCubed(NamedTuple):
    """Shares of 1."""

    precision: float
    recall: float
    f1: float


def load(path: Path) -> tuple[list[Article], dict[str, str]]:
    """Return the articles of a labelled set, and the event of each article's key."""
    articles: list[Article] = []
    events: dict[str, str] = {}
    for number, row in enumerate(json.loads(path.read_text(encoding="utf-8"))):
        key = f"{number:05}"
        moment = row.get("published_at")
        articles.append(
            Article(
                key=key,
                url=row.get("url") or f"https://example.org/{key}",
                title=row.get("title", ""),
                source=row.get("source") or "unnamed",
                summary=row.get("summary", ""),
                body=row.get("body") or row.get("text", ""),
                published_at=datetime.fromisoformat(moment) if moment else None,
            )
        )
        events[key] = str(row.get("event") or row.get("label"))
    return articles, events


def b_cubed(stories: Sequence[Story], events: dict[str, str]) -> BCubed:
    """Return how well `stories` match `events`."""
    size = Counter(events.values())
    precision = recall = 0.0
    for story in stories:
        shared = Counter(events[article.key] for article in story.articles)
        for event, count in shared.items():
            precision += count * count / len(story.articles)
            recall += count * count / size[event]
    precision, recall = precision / len(events), recall / len(events)
    return BCubed(precision, recall, 2 * precision * recall / (precision + recall))


def main(paths: Sequence[Path]) -> None:
    """Print the figures of each labelled set."""
    for path in paths:
        articles, events = load(path)
        began = time.perf_counter()
        stories = group(articles)
        took_s = time.perf_counter() - began
        score = b_cubed(stories, events)
        print(  # noqa: T201  # a benchmark prints
            f"{path.name}: articles {len(articles)}, events {len(set(events.values()))}, stories {len(stories)}, "
            f"B3 precision {score.precision:.3f}, recall {score.recall:.3f}, F1 {score.f1:.3f}, {took_s:.2f} s"
        )


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or [LABELLED, SIBLINGS])
