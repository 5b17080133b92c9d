"""The Big Question that an article asks its readers, and how they can answer it."""

from collections.abc import Sequence

import regex

from bot.domain.article import Article
from bot.domain.asking import SUPERLATIVE, Form, asks_up_and_down, closing_question, first_question, form_of, may_ask
from bot.domain.column import read_column
from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin
from bot.domain.names import is_outlet, makers, names
from bot.domain.outline import QUESTION_HEADING, Headed, is_short, is_title_case, outline
from bot.domain.queue import OPTION_CHARS_MAX, OPTIONS_MAX, OPTIONS_MIN, QUESTION_CHARS_MAX, QueuedQuestion
from bot.domain.sensitive import is_sensitive
from bot.domain.wording import clean, cut

# "yes/no over three or more makers": fewer are no choice.
YES_NO_NAMES_MIN = 3
ITEM_WORDS_MAX = 6  # a longer piece of a list is a sentence of its own


_MAKER_NOUN = regex.compile(
    r"\b(?:auto|car)\s?-?(?:makers?|manufacturers?|compan(?:y|ies)|brands?)\b|\b(?:brands?|makers?|manufacturers?|marques?|"
    r"compan(?:y|ies)|automobile\ firms?)\b|メーカー|ブランド|会社|各社",
    regex.IGNORECASE | regex.VERBOSE,
)
_CAR_NOUN = regex.compile(
    r"\b(?:cars?|concepts?|models?|trucks?|suvs?|evs?|sedans?|coupes?|vans?|vehicles?|ones?)\b|車|クルマ"
    # What one does with a car, not with its maker.
    r"|\b(?:drive|park|own|lease|garage|take\s+home|take\s+(?:on|across|to))\b",
    regex.IGNORECASE,
)
_OF_THESE = regex.compile(
    r"\b(?:of|among|from)\s+(?:these|those|them|the\s+(?:two|three|four|five|six|bunch|lot|above|group))\b|\bthese\b|この中|このうち|以上の",
    regex.IGNORECASE,
)
_OR = regex.compile(r"\bor\b|それとも|または|か、", regex.IGNORECASE)
_BETWEEN = regex.compile(r"\s*,\s*(?:or\s+)?|\s+or\s+|、(?:それとも|または)?|それとも|または", regex.IGNORECASE)
_NAMELY = regex.compile(r"(?:an?|the|my|your|their)\s|\p{Lu}|\d|[\p{Han}\p{Katakana}]")
_A = regex.compile(r"^(?:an?)\s+", regex.IGNORECASE)
_NAMES_WANTED = regex.compile(r"(?:(?:so|and|now|please)[,:]?\s+)*(?:name|pick|choose|rank|list)\b", regex.IGNORECASE)
_ANY_OF = regex.compile(
    r"\b(?:any(?:one|body)?|either|one\s+of|these|those|them|automakers|carmakers|brands|makers)\b|いずれか|この中",
    regex.IGNORECASE,
)


def find_question(article: Article) -> BigQuestion | None:
    """Return the question that the article asks its readers, or None.

    That is the first question under "The Big Question" (or a like heading or title), else the one that a short last
    section asks, else the question with which the article closes. Questions inside quotations, tags ("Right?") and an
    article's own rhetoric are none; neither is the closing question of a story of death, injury or crime.
    """
    headed: tuple[Headed, ...] = ()
    if titled := QUESTION_HEADING.match(article.title):
        headed = outline(article)
        if asked := first_question([clean(article.title[titled.end() :])]):
            return _asked(asked, article, headed)
    if not may_ask(article.body):
        return None
    headed = headed or outline(article)
    for section in headed:
        if QUESTION_HEADING.match(section.heading) and (asked := first_question(section.prose)):
            return _asked(asked, article, headed)
    column = read_column(article)
    asked = closing_question(
        column.question if column and column.question else [line for section in headed for line in section.prose]
    )
    # Of a column only the section that asks needs to be fit for it; what stands above it are other stories.
    told = column.question if column else (article.title, article.summary, article.body)
    if asked is None or is_sensitive("\n".join(told)):
        return None
    return _asked(asked, article, headed)


def from_queue(question: QueuedQuestion) -> BigQuestion:
    """Return a question of the guild's own queue as an edition asks it: a poll where it has options."""
    kind, options = kind_of(question.text, [question.text])
    if question.options:
        kind, options = QuestionKind.POLL, question.options
    return BigQuestion(question.text, QuestionOrigin.QUEUE, kind, options, question.id)


def _asked(text: str, article: Article, headed: Sequence[Headed]) -> BigQuestion:
    heads = filter(None, (clean(article.title), *(section.heading for section in headed)))
    # In a heading of capitals every word reads like a name; the makers in it are known all the same.
    told = [line.title() if line.isupper() else line for line in heads]
    told += [paragraph for section in headed for paragraph in section.prose]
    kind, options = kind_of(text, told)
    return BigQuestion(cut(text, QUESTION_CHARS_MAX), QuestionOrigin.ARTICLE, kind, options)


def kind_of(question: str, told: Sequence[str]) -> tuple[QuestionKind, tuple[str, ...]]:
    """Return how readers can answer `question`, and among what.

    Args:
        question: one sentence.
        told: the paragraphs of the article that asks; options are named there, by how often.
    """
    form = form_of(question)
    if asks_up_and_down(question) and len(judged := _candidates(question, told)) >= OPTIONS_MIN:
        return QuestionKind.VERDICT, _options(judged)
    if options := _options(_choices(question, told, form)):
        return QuestionKind.POLL, options
    # "Which?" without anything to choose from is answered by naming, as what is best is.
    named = form is Form.WHICH or (form is Form.TASK and _NAMES_WANTED.match(question))
    return (QuestionKind.WRITE_IN if named or SUPERLATIVE.search(question) else QuestionKind.THREAD), ()


def _choices(question: str, told: Sequence[str], form: Form) -> list[str]:
    """Return what the question offers to choose from; nothing if it offers no choice."""
    listed = _listed(question)
    if len(listed) >= (YES_NO_NAMES_MIN if form is Form.YES_NO else OPTIONS_MIN) and form is not Form.OPEN:
        return listed
    named = _named_in(question)
    if len(named) >= OPTIONS_MIN and _OR.search(question) and form is not Form.YES_NO:
        return named
    found: list[str] = []
    enough = YES_NO_NAMES_MIN
    if SUPERLATIVE.search(question):
        if _OF_THESE.search(question) or (form is Form.WHICH and _MAKER_NOUN.search(question)):
            found = _candidates(question, told)
    elif form is Form.WHICH:
        found, enough = _candidates(question, told), OPTIONS_MIN
    elif form is Form.YES_NO:
        found = named
        if len(found) < enough and _ANY_OF.search(question):
            found = _candidates(question, told)
    return found if len(found) >= enough else []


def _listed(question: str) -> list[str]:
    """Return the choices that a question ends with ("…: the airline, the town or the bank?"), if it ends with any.

    After a colon or a dash they may be anything short; after a mere comma each must begin like a name or with an
    article, since "or" joins much else.
    """
    for start in regex.finditer(r"[:：—–]\s*|,\s+", question[:QUESTION_CHARS_MAX]):
        tail = question[start.end() :].rstrip("?？.!！ ")
        if not _OR.search(tail):
            continue
        items = [item.strip() for item in _BETWEEN.split(tail)]
        short = all(item and len(item) <= OPTION_CHARS_MAX and len(item.split()) <= ITEM_WORDS_MAX for item in items)
        strict = start.group().startswith(",") and not all(map(_NAMELY.match, items))
        if len(items) >= OPTIONS_MIN and short and not strict:
            return [_one_named(item) for item in items]
    return []


def _one_named(item: str) -> str:
    """Return the name in "a Porsche", and other choices as they are."""
    bare = _A.sub("", item)
    return bare if bare[:1].isupper() or bare[:1].isdigit() else item


def _named_in(question: str) -> list[str]:
    found = makers(question)
    if len(found) >= OPTIONS_MIN:
        return list(found)
    return list(names([question]))


def _candidates(question: str, told: Sequence[str]) -> list[str]:
    """Return what the text names that the question may mean, most often named first."""
    made = [name for name, _ in makers("\n".join(told)).most_common()]
    if _MAKER_NOUN.search(question) and len(made) >= OPTIONS_MIN:
        return made
    running = [line for line in told if not (is_short(line) and is_title_case(line))]
    every = [
        (name, count) for name, count in names(running).most_common() if not is_outlet(name) and name not in question
    ]
    if _CAR_NOUN.search(question):
        cars = [name for name, _ in every if " " in name and makers(name) and name not in made]
        return cars if len(cars) >= OPTIONS_MIN else made
    if len(made) >= YES_NO_NAMES_MIN and not regex.search(
        r"\bwho(?:m|se)?\b[^?]{0,30}\b(?:ceo|boss|driver|person)\b", question.casefold()
    ):
        return made
    return [name for name, _ in every]


def _options(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(cut(name, OPTION_CHARS_MAX) for name in found[:OPTIONS_MAX])
