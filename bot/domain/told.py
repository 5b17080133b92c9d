"""What earlier editions told: it is not told again, unless the story has moved on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import regex

from bot.domain.address import canonical_address
from bot.domain.article import Article
from bot.domain.stopwords import EVERYDAY, STOPWORDS
from bot.domain.story import Story
from bot.domain.wording import clean, sentences, stem, words

# A story has moved on if what is new in it weighs as much as a new figure with a new name, or as a turn that is
# hours younger than what was told, at least.
NEWS_MIN = 3
FIGURE_NEWS = 2
NAME_NEWS = 1
TURN_NEWS = 2
LATER_TURN_NEWS = 3
# Outlets that merely come late do so within hours; who speaks of a turn after that means another one.
LATER = timedelta(hours=6)
# "3" or "12" stand in any report; "381,000", "4.2" and "2027" do not.
FIGURE_DIGITS_MIN = 3
LEAD_SENTENCES = 2

# A headline with one of these says itself that something came after what was known. They are verbs and adverbs of
# change, so that the same news in other words ("calls back" for "recalls") has none of them.
_TURN = regex.compile(
    r"""\b(?:updat\p{L}*|widen\p{L}*|expand\p{L}*|extend\p{L}*|escalat\p{L}*|worsen\p{L}*|deepen\p{L}*|spread\p{L}*
      | rais(?:es|ed)|cuts?\ back|revis\p{L}+|withdr[ae]w\p{L}*|reject\p{L}*|accept\p{L}*|refus\p{L}*|den(?:y|ies|ied)
      | agree[sd]?|settl\p{L}+|resum\p{L}+|reopen\p{L}*|restart\p{L}*|halt\p{L}*|suspend\p{L}*|cancel\p{L}*|delay\p{L}*
      | postpon\p{L}+|overturn\p{L}*|revers\p{L}+|resign\p{L}*|step(?:s|ped)\ down|respond\p{L}*|hits?\ back|su(?:es|ed)
      | appeal\p{L}*|approv\p{L}+|block\p{L}*|collaps\p{L}+|ends?|ended|after\ all|no\ longer
      | again|finally)\b
      | 続報|拡大|追加|撤回|延期|中止|再開|合意|拒否|妥結|終結|一転|辞任|提訴|承認""",
    regex.IGNORECASE | regex.VERBOSE,
)


def addresses_of(articles: Iterable[Article]) -> frozenset[str]:
    """Return where the articles stand, however their addresses were passed on."""
    return frozenset(canonical_address(article.url) for article in articles)


def moved_on(fresh: Sequence[Article], told: Sequence[Article]) -> bool:
    """Return whether articles on a story that was told say something that the told ones did not.

    That is so if a headline and first sentences, published after what was told, hold figures and names that no told
    article holds, or a headline speaks of a turn ("widens", "rejects") that no told headline speaks of. Another outlet
    that comes late with the same figures and names has nothing new.

    Args:
        fresh: of one story, none of them told.
        told: of the same story.
    """
    last = max((article.published_at for article in told if article.published_at), default=None)
    known = {term for article in told for term in _terms(f"{article.title}\n{article.summary}\n{article.body}")}
    turns = {stem(found) for article in told for found in _TURN.findall(article.title)}
    return any(
        _news(article, known, turns, last) >= NEWS_MIN
        for article in fresh
        if last is None or article.published_at is None or article.published_at > last
    )


def split_told(story: Story, addresses: frozenset[str]) -> tuple[tuple[Article, ...], tuple[Article, ...]]:
    """Return the articles of a story that earlier editions did not tell, and those that they told."""
    if not addresses:
        return story.articles, ()
    told = tuple(article for article in story.articles if canonical_address(article.url) in addresses)
    fresh = tuple(article for article in story.articles if article not in told)
    return fresh, told


def _news(article: Article, known: set[str], turns: set[str], last: datetime | None) -> int:
    """Return how much of what an article opens with is new."""
    opening = [clean(article.title), *sentences(clean(article.summary or article.body[:1_000]))[:LEAD_SENTENCES]]
    figures: set[str] = set()
    names: set[str] = set()
    for text in opening:
        for place, word in enumerate(words(text)):
            term = stem(word)
            if term in known:
                continue
            if word[0].isdigit():
                if sum(char.isdigit() for char in word) >= FIGURE_DIGITS_MIN or "." in word:
                    figures.add(term)
            elif place and word[0].isupper() and text != opening[0] and _tells(word):
                names.add(term)
    news = FIGURE_NEWS * len(figures) + NAME_NEWS * len(names)
    if {stem(found) for found in _TURN.findall(article.title)} - turns - known:
        is_later = last is not None and article.published_at is not None and article.published_at >= last + LATER
        news += LATER_TURN_NEWS if is_later else TURN_NEWS
    return news


def _tells(word: str) -> bool:
    return word.casefold() not in STOPWORDS and word.casefold() not in EVERYDAY


def _terms(text: str) -> Iterable[str]:
    return (stem(word) for word in words(text))
