"""Articles as weighted words, compared by the angle between them.

The method is the one that was measured best without a model (lead and body, capitalised words and numbers counted
extra): sparse vectors of unit length, words weighted by how rare they are among the articles at hand.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from bot.domain.article import Article
from bot.domain.stopwords import EVERYDAY, STOPWORDS
from bot.domain.wording import stem, words

Vector = dict[str, float]

_EVERYDAY = frozenset(map(stem, EVERYDAY))

# What a word counts where it stands: the event is told in the title and the first sentences, what follows it is
# background that reports of other events share.
TITLE_WEIGHT = 2.0
LEAD_WEIGHT = 1.5
BODY_WEIGHT = 1.0
LEAD_SENTENCES = 2
# Reports carry their news in the first few hundred words; later ones are background, and cost time.
BODY_CHARS_MAX = 3_000
TITLE_CHARS_MAX = 500

# Who, where and how many tell sibling events apart ("counted extra" in the method).
NAME_FACTOR = 2.0
NUMBER_FACTOR = 2.0
# "3" or "12" stand in any report; "381,000" or "4.2" do not.
TELLING_DIGITS = 3

# A few articles cannot show which words are common, so this many unknown ones are supposed beside them.
BACKGROUND_ARTICLES = 60
# Good enough to tell the lead and first words, at a hundredth of the time that `wording.sentences` takes.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[^a-z])|(?<=[。！？])|\n")
# The share of those that hold each word of `stopwords.EVERYDAY`.
EVERYDAY_SHARE = 0.25

# Words kept of an article, heaviest first: more changed no grouping tried, and each costs time in every comparison.
TERMS_MAX = 90
# Of what makes a pair reach the floor, at least this share must come from words that are not common.
RARE_SHARE = 0.6
# A word that more than this share of a large collection holds makes no pair a candidate by itself.
COMMON_SHARE = 0.05
COMMON_MIN = 40


def vectors(articles: Sequence[Article]) -> list[Vector]:
    """Return a vector of unit length for each article; empty where there is nothing to compare by."""
    stems: dict[str, str] = {}
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    counted = [_count(article, stems, capital, small) for article in articles]
    spread = Counter(term for weights in counted for term in weights)
    articles_n = len(articles) + BACKGROUND_ARTICLES
    rarity = {
        term: math.log(articles_n / (count + 0.5 + BACKGROUND_ARTICLES * EVERYDAY_SHARE * (term in _EVERYDAY)))
        for term, count in spread.items()
    }
    factor = {term: _factor(term, capital[term], small[term]) for term in spread}
    return [_unit(weights, rarity, factor) for weights in counted]


def _count(article: Article, stems: dict[str, str], capital: Counter[str], small: Counter[str]) -> dict[str, float]:
    weights: defaultdict[str, float] = defaultdict(float)

    def take(text: str, weight: float, *, running: bool) -> None:
        for place, word in enumerate(words(text)):
            term = stems.get(word)
            if term is None:
                term = stems[word] = _term(word)
            if not term:
                continue
            weights[term] += weight
            # The first word of a sentence and every word of a headline may be capitalised without being a name.
            if running and place:
                (capital if word[0].isupper() else small)[term] += 1

    take(article.title[:TITLE_CHARS_MAX], TITLE_WEIGHT, running=False)
    body = article.body[:BODY_CHARS_MAX]
    summary = "" if article.summary and article.summary[:80] in body else article.summary[:BODY_CHARS_MAX]
    taken = 0
    for text in (summary, body):
        for sentence in _SENTENCE_END.split(text):
            take(sentence, LEAD_WEIGHT if taken < LEAD_SENTENCES else BODY_WEIGHT, running=True)
            taken += 1
    return weights


def _term(word: str) -> str:
    """Return what a word is counted as; "" if it is not counted."""
    if word.casefold() in STOPWORDS or (len(word) == 1 and word.isascii()):
        return ""
    return stem(word)


def _factor(term: str, capital: int, small: int) -> float:
    if term[0].isdigit():
        digits = sum(char.isdigit() for char in term)
        return NUMBER_FACTOR if digits >= TELLING_DIGITS or "." in term or not term.isdigit() else 1.0
    if any(char.isdigit() for char in term):
        return NAME_FACTOR
    if "ァ" <= term[0] <= "ヺ":
        return NAME_FACTOR
    return NAME_FACTOR if capital > small else 1.0


def _unit(weights: dict[str, float], rarity: dict[str, float], factor: dict[str, float]) -> Vector:
    # Sublinear in the count: the fifth mention says less than the second.
    heavy = {term: (1 + math.log(max(weight, 1.0))) * rarity[term] * factor[term] for term, weight in weights.items()}
    kept = sorted(heavy.items(), key=lambda item: (-item[1], item[0]))[:TERMS_MAX]
    length = math.sqrt(sum(weight * weight for _, weight in kept))
    return {term: weight / length for term, weight in kept if weight > 0} if length else {}


def similarity(one: Vector, other: Vector) -> float:
    """Return the cosine of two vectors of unit length, from 0 (nothing shared) to 1."""
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def close_pairs(found: Sequence[Vector], floor: float) -> dict[tuple[int, int], float]:
    """Return the similarity of every pair (i < j) that reaches `floor`.

    Only pairs that share enough by words that are not common to the whole collection are compared in full, so that
    thousands of articles take seconds.
    """
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for place, vector in enumerate(found):
        for term in vector:
            holders[term].append(place)
    common = max(COMMON_MIN, int(len(found) * COMMON_SHARE))
    earlier: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    pairs: dict[tuple[int, int], float] = {}
    for place, vector in enumerate(found):
        shared: defaultdict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            if not 1 < len(holders[term]) <= common:
                continue
            postings = earlier[term]
            for other, its_weight in postings:
                shared[other] += weight * its_weight
            postings.append((place, weight))
        for other, partial in sorted(shared.items()):
            if partial >= floor * RARE_SHARE and (cosine := similarity(found[other], vector)) >= floor:
                pairs[other, place] = cosine
    return pairs
