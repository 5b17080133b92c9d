"""Which articles tell of the same event, and which events matter most."""

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.address import canonical_address
from bot.domain.article import SOURCE_NOT_GIVEN, Article
from bot.domain.vectors import Vector, close_pairs, similarity, vectors
from bot.domain.wording import clean, count_words, words

# Groups are joined while their articles are on average at least this alike. Chosen in the middle of the range over
# which the grouping of differently worded reports stays the same, not at the best value for one set.
ALIKE_MIN = 0.24
# Pairs below this are taken as not alike at all; it bounds what has to be compared.
FLOOR = 0.05

# Reports of one event follow it within two days; four days later it is another event, in between it is a matter of
# how alike they are.
SAME_DAYS = timedelta(days=2)
OTHER_DAYS = timedelta(days=4)

# A title of fewer words ("Weekly open thread") may stand over any article.
TITLE_WORDS_MIN = 4
# Articles of one title whose texts differ more than this are issues of a series ("Morning briefing").
SAME_TEXT_MIN = 0.5

# How a story is ranked: each doubling of its sources (or of their weight) counts as much as one day of age, and so
# does a full text.
FRESH_HALF_LIFE = timedelta(hours=24)
SUBSTANCE_WORDS = 150
SUBSTANCE_WEIGHT = 0.5
UNKNOWN_FRESHNESS = 0.5
TOLD_BY_MIN = 0.25  # the least that a source's weight can make of a story


@dataclass(frozen=True, slots=True)
class Story:
    """The articles of one or more sources on one event, the one that tells it best first."""

    articles: tuple[Article, ...]


def group(articles: Sequence[Article]) -> tuple[Story, ...]:
    """Return the articles as stories: each article in exactly one, whatever the order they came in.

    The same article from two feeds (same address, or same title over the same text) is in one story. Reports of one
    event are found by average-link clustering over `bot.domain.vectors`; articles published days apart are kept apart.
    """
    ordered = sorted(articles, key=_order)
    found = vectors(ordered)
    same = _copies(ordered, found)
    pairs = {
        pair: alike
        for pair, cosine in close_pairs(found, FLOOR).items()
        if (alike := cosine * _nearness(ordered[pair[0]], ordered[pair[1]])) >= FLOOR
    }
    clusters = _average_link(same, pairs)
    stories = (Story(tuple(sorted((ordered[i] for i in cluster), key=_telling))) for cluster in clusters)
    return tuple(sorted(stories, key=lambda story: _order(story.articles[0])))


def rank(stories: Sequence[Story], now: datetime | None) -> tuple[Story, ...]:
    """Return the stories, what matters most first: by its sources and their weight, freshness and substance.

    Args:
        stories: in any order, which has no influence.
        now: when the edition is made; without it the newest article counts as just published.
    """
    newest = max((moment for story in stories if (moment := _published(story))), default=None)
    reference = now or newest
    return tuple(sorted(stories, key=lambda story: (-_weight(story, reference), _order(story.articles[0]))))


def weigh(stories: Sequence[Story], now: datetime | None) -> list[float]:
    """Return how much each story matters, by which `rank` orders them; the arguments are the same."""
    newest = max((moment for story in stories if (moment := _published(story))), default=None)
    return [_weight(story, now or newest) for story in stories]


def _weight(story: Story, now: datetime | None) -> float:
    sources: dict[str, float] = {}
    for article in story.articles:
        name = article.url if article.source == SOURCE_NOT_GIVEN else article.source.casefold()
        sources[name] = max(sources.get(name, 0.0), article.weight)
    told_by = max(sum(sources.values()), TOLD_BY_MIN)
    published = _published(story)
    if published is None or now is None:
        freshness = UNKNOWN_FRESHNESS
    else:
        # A date in the future is a publisher's mistake and earns nothing.
        age = max(now - published, timedelta(0))
        freshness = 0.5 ** (age / FRESH_HALF_LIFE)
    substance = min(max(_substance_words(article) for article in story.articles) / SUBSTANCE_WORDS, 1.0)
    return math.log2(told_by) * 0.5 + freshness + substance * SUBSTANCE_WEIGHT


def _published(story: Story) -> datetime | None:
    return max((article.published_at for article in story.articles if article.published_at), default=None)


def _substance_words(article: Article) -> int:
    # Past SUBSTANCE_WORDS no more is counted, and words of ten characters are long ones.
    return max(_about_words(text[: SUBSTANCE_WORDS * 10]) for text in (article.body, article.summary))


def _about_words(text: str) -> int:
    # Dashes count as words here; asking each piece of thousands of texts what it holds takes seconds.
    return len(text.split()) if text.isascii() else count_words(text)


def _order(article: Article) -> tuple[str, ...]:
    """Return a key that depends on nothing but what the article says, to make the outcome the same each time."""
    moment = article.published_at.isoformat() if article.published_at else ""
    optional = (article.source_url or "", article.image_url or "")
    return (
        article.url,
        article.key,
        article.source,
        article.title,
        article.summary,
        article.body,
        moment,
        *optional,
    )


def _telling(article: Article) -> tuple[object, ...]:
    """Sort the article that tells most first; among equals the first to publish."""
    substance = min(_substance_words(article), SUBSTANCE_WORDS)
    moment = article.published_at.timestamp() if article.published_at else math.inf
    return (-substance, not article.summary, not article.image_url, moment, _order(article))


def _nearness(one: Article, other: Article) -> float:
    """Return 1 for articles that may tell of one event by their dates, 0 for those that cannot."""
    if one.published_at is None or other.published_at is None:
        return 1.0
    apart = abs(one.published_at - other.published_at)
    return min(max((OTHER_DAYS - apart) / (OTHER_DAYS - SAME_DAYS), 0.0), 1.0)


def _copies(ordered: Sequence[Article], found: Sequence[Vector]) -> list[list[int]]:
    """Return the places of `ordered` gathered by article: copies of one article together, all others alone."""
    parent = list(range(len(ordered)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first_at: dict[str, int] = {}
    titled: defaultdict[str, list[int]] = defaultdict(list)
    for place, article in enumerate(ordered):
        parent[place] = root(first_at.setdefault(canonical_address(article.url), place))
        title = words(clean(article.title).casefold())
        if len(title) >= TITLE_WORDS_MIN:
            titled[" ".join(title)].append(place)
    for places in titled.values():
        for later in range(1, len(places)):
            for earlier in places[:later]:
                near = _nearness(ordered[earlier], ordered[places[later]])
                if near and similarity(found[earlier], found[places[later]]) >= SAME_TEXT_MIN:
                    parent[root(places[later])] = root(earlier)
                    break
    gathered: defaultdict[int, list[int]] = defaultdict(list)
    for place in range(len(ordered)):
        gathered[root(place)].append(place)
    return sorted(gathered.values())


def _average_link(start: list[list[int]], pairs: dict[tuple[int, int], float]) -> list[list[int]]:
    """Join the two groups that are most alike on average until none reach `ALIKE_MIN`.

    The sums of similarities between groups are kept sparse: a pair that is not in `pairs` counts as zero.
    """
    members = dict(enumerate(start))
    at = {place: number for number, places in members.items() for place in places}
    sums: dict[int, dict[int, float]] = {number: {} for number in members}
    for (one, other), alike in pairs.items():
        a, b = at[one], at[other]
        if a != b:
            sums[a][b] = sums[b][a] = sums[a].get(b, 0.0) + alike
    heap = [
        (-total / (len(members[a]) * len(members[b])), a, b)
        for a, row in sums.items()
        for b, total in row.items()
        if a < b
    ]
    heapq.heapify(heap)
    number = len(start)
    while heap and -heap[0][0] >= ALIKE_MIN:
        _, a, b = heapq.heappop(heap)
        if a not in members or b not in members:
            continue
        joined = members.pop(a) + members.pop(b)
        row = sums.pop(a)
        for other, total in sums.pop(b).items():
            row[other] = row.get(other, 0.0) + total
        row.pop(a, None)
        row.pop(b, None)
        for other, total in row.items():
            sums[other].pop(a, None)
            sums[other].pop(b, None)
            sums[other][number] = total
            heapq.heappush(heap, (-total / (len(joined) * len(members[other])), other, number))
        members[number], sums[number] = joined, row
        number += 1
    return [sorted(places) for places in members.values()]
