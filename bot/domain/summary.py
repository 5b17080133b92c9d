"""An article in one or two of its own sentences: they are shown in quotation marks, so nothing is reworded."""

from collections import Counter
from collections.abc import Sequence

import regex

from bot.domain.article import Article
from bot.domain.boilerplate import without_teasers
from bot.domain.outline import is_short, outline
from bot.domain.stopwords import EVERYDAY, STOPWORDS
from bot.domain.wording import ELLIPSIS, clean, count_words, cut, paragraphs, sentences, stem, words

SUMMARY_WORDS_MAX = 60  # what an edition quotes of a source at most
SUMMARY_SENTENCES_MAX = 2
# A description of fewer words ("Our weekly podcast") tells no story.
DESCRIPTION_WORDS_MIN = 8
DESCRIPTION_CHARS_MAX = 10_000  # some feeds put the whole article here; its beginning is what is quoted
# Discord docs, embed limits: a title holds 256 characters; a headline of more than two lines on a phone is none.
HEADLINE_CHARS_MAX = 160

# The sentence that carries a story stands among the first; later ones are background.
CARRYING_SENTENCES = 12
# The first sentence that carries nearly as much as the best one is it: what comes first was written to be read first.
CARRYING_SHARE = 0.7
TITLE_TERM_WEIGHT = 2.0
TERM_COUNT_MAX = 4
EVERYDAY_WEIGHT = 0.3

WORD_CHARS_MAX = 60  # on average, that is: the longest words that one meets are as long

_EVERYDAY = frozenset(map(stem, EVERYDAY))

# "TOKYO, Oct. 25 (Reuters) - ", "PARIS — ", "(Bloomberg) -- ", "【福井】": where and who, not what.
_DATELINE = regex.compile(
    r"""^(?:
        \p{Lu}[\p{L} .,'’/-]{1,50}?(?:,\ \p{L}{3,9}\.?\ \d{1,2})?\ ?\([\p{L}\p{N} .&/-]{2,30}\)\s*[-—–]{1,2}\s+
      | \p{Lu}[\p{Lu} .,'’/-]{2,40}(?:,\ \p{L}{3,9}\.?\ \d{1,2})?\s*[-—–]{1,2}\s+
      | \([\p{L} ]{2,30}\)\s*[-—–]{1,2}\s+ | [【［][^】］]{1,30}[】］]\s*)""",
    regex.VERBOSE,
)


def headline(article: Article) -> str:
    """Return the article's title, or for one without (a page whose title is just how it begins) what carries it."""
    title = clean(article.title)
    if not title or _is_untitled(article):
        title = _carrying(_prose(article), title="") or title
    return cut(title, HEADLINE_CHARS_MAX)


def _is_untitled(article: Article) -> bool:
    title, body = clean(article.title), paragraphs(article.body)
    return bool(title and body) and not is_short(title) and body[0].startswith(title.rstrip(ELLIPSIS + ". ")[:40])


def summarise(article: Article, *, words_max: int = SUMMARY_WORDS_MAX) -> str:
    """Return one or two sentences of the article, literally, in at most `words_max` words; "" if it has no text.

    They are the publisher's own description where it says something, else the sentences that carry the story. One that
    is longer than allowed is cut at a word, with "…".
    """
    description = without_teasers(clean(article.summary[:DESCRIPTION_CHARS_MAX]))
    if count_words(description) >= DESCRIPTION_WORDS_MIN and description.casefold() != clean(article.title).casefold():
        return quote([description], words_max=words_max)
    prose = _prose(article)
    head = headline(article)
    carrying = _carrying(prose, title=head if _is_untitled(article) else article.title, avoid=head)
    for paragraph in prose:
        if carrying and (at := paragraph.find(carrying)) >= 0:
            return quote([paragraph[at:]], words_max=words_max)
    return quote(prose, words_max=words_max) or quote([description], words_max=words_max)


def quote(prose: Sequence[str], *, words_max: int = SUMMARY_WORDS_MAX) -> str:
    """Return the first one or two sentences of the first paragraph that has any, in at most `words_max` words."""
    for raw in prose:
        paragraph = _DATELINE.sub("", raw)
        pieces = sentences(paragraph)
        if not pieces:
            continue
        start = paragraph.find(pieces[0])
        end = start + len(pieces[0])
        for piece in pieces[1:SUMMARY_SENTENCES_MAX]:
            longer = paragraph.find(piece, end) + len(piece)
            if count_words(paragraph[start:longer]) > words_max:
                break
            end = longer
        return _shortened(paragraph[start:end], words_max)
    return ""


def _shortened(text: str, words_max: int) -> str:
    if count_words(text) <= words_max:
        return text
    text = text[: words_max * WORD_CHARS_MAX]
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count_words(text[:middle]) <= words_max:
            low = middle
        else:
            high = middle - 1
    return cut(text, min(low + 1, len(text) - 1)) if count_words(cut(text, low + 1)) <= words_max else cut(text, low)


def _prose(article: Article) -> list[str]:
    return [paragraph for section in outline(article) for paragraph in section.prose]


def _terms(text: str) -> list[str]:
    return [stem(word) for word in words(text) if len(word) > 1 and word.casefold() not in STOPWORDS]


def _carrying(prose: Sequence[str], *, title: str, avoid: str = "") -> str:
    """Return the first sentence that says nearly as much of what the whole article is about as any near the top."""
    counts = Counter(term for paragraph in prose for term in _terms(paragraph))
    titled = set(_terms(title))
    scored: list[tuple[float, str]] = []
    for sentence in (piece for paragraph in prose for piece in sentences(paragraph)):
        if len(scored) >= CARRYING_SENTENCES:
            break
        terms = set(_terms(sentence))
        if not terms or sentence == avoid or sentence.endswith(("?", "？")) or not sentence[0].isalnum():
            scored.append((0.0, sentence))
            continue
        weight = sum(
            min(counts[term] - 1, TERM_COUNT_MAX) * (EVERYDAY_WEIGHT if term in _EVERYDAY else 1.0)
            + TITLE_TERM_WEIGHT * (term in titled)
            for term in sorted(terms)
        )
        scored.append((weight / len(terms) ** 0.5, sentence))
    best = max((weight for weight, _ in scored), default=0.0)
    return next((sentence for weight, sentence in scored if weight and weight >= best * CARRYING_SHARE), "")
