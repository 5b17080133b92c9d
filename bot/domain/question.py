"""The Big Question: the one an article asks its readers, or one made from the lead."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol

import regex

from bot.domain.article import Article
from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin, Section
from bot.domain.names import is_outlet, makers, names
from bot.domain.outline import QUESTION_HEADING, Headed, outline
from bot.domain.queue import QueuedQuestion
from bot.domain.sensitive import is_sensitive
from bot.domain.wording import clean, count_words, cut, quoted_spans, sentences

# Discord docs, poll resource: 10 answers of 55 characters, a question of 300. One answer is left for "Other".
OPTIONS_MAX = 9
OPTION_CHARS_MAX = 55
QUESTION_CHARS_MAX = 300
# "yes/no over three or more makers": fewer are no choice.
YES_NO_NAMES_MIN = 3
OPTIONS_MIN = 2
# "Right?" and "Who knew?" ask nobody anything.
ASKED_WORDS_MIN = 3
CLOSING_WORDS_MIN = 4
# A closing paragraph of fewer words may be an invitation ("Tell us below") that stands after the question.
INVITATION_WORDS_MAX = 30


class Phrase(Protocol):
    """What makes a message of an id in the edition's language (`bot.text`, bound to a language)."""

    def __call__(self, message_id: str, /, **params: object) -> str:
        """Return the message with its placeholders filled."""
        ...


class _Form(Enum):
    WHICH = auto()
    OPEN = auto()
    YES_NO = auto()
    OTHER = auto()


_WHICH = regex.compile(
    r"^(?:(?:in|on|of|for|to|with|from|at|by|under)\s+)?(?:which|who|whom|whose|who[’'](?:s|d|ll))\b",
    regex.IGNORECASE,
)
_OPEN = regex.compile(
    r"^(?:(?:in|on|of|for|to|with|from|at|by)\s+)?(?:what|why|how|where|when)(?:[’']\w+)?\b", regex.IGNORECASE
)
_YES_NO = regex.compile(
    r"^(?:is|are|was|were|am|do|does|did|can|could|will|would|should|shall|may|might|must|has|have|had|ever|any|anyone|"
    r"(?:is|are|was|were|do|does|did|ca|could|wo|would|should|has|have|had)n[’']t)\b",
    regex.IGNORECASE,
)
_CLAUSE = regex.compile(
    r"\s*(?:[,;:—–]|\s-\s|[、：])\s*|^(?:so|and|but|ok|okay|well|then|now|also|or|anyway|honestly)\s+",
    regex.IGNORECASE,
)
_WIDE_WHICH = regex.compile(r"どの|どれ|どちら|どっち|誰|だれ|どこの?(?:メーカー|会社|社|ブランド)")
_WIDE_OPEN = regex.compile(r"なぜ|どうして|どう|何|なに|いつ|いくら|どこ")

_SUPERLATIVE = regex.compile(
    r"\b(?<!at\s)(?:best|worst|favou?rites?|greatest|coolest|weirdest|ugliest|prettiest|dumbest|wildest|all-timer|all-time|"
    r"(?:most|least)\s+(?:(?:under|over)(?:rated|appreciated)|beautiful|iconic|memorable|reliable|important|influential|"
    r"disappointing|exciting|ridiculous|fun|interesting))\b(?!-|\s+(?:way|time|path|approach|move|case|response|thing\s+to\s+do)\b)"
    r"|一番|いちばん|最高の|最悪の|最も|ベスト|ワースト|お気に入り|推し",
    regex.IGNORECASE,
)
_MAKER_NOUN = regex.compile(
    r"\b(?:auto|car)\s?-?(?:makers?|manufacturers?|compan(?:y|ies)|brands?)\b|\b(?:brands?|makers?|manufacturers?|marques?|"
    r"compan(?:y|ies)|automobile\ firms?)\b|メーカー|ブランド|会社|各社",
    regex.IGNORECASE | regex.VERBOSE,
)
_CAR_NOUN = regex.compile(
    r"\b(?:cars?|concepts?|models?|trucks?|suvs?|evs?|sedans?|coupes?|vans?|vehicles?|ones?)\b|車|クルマ",
    regex.IGNORECASE,
)
_OF_THESE = regex.compile(
    r"\b(?:of|among|from)\s+(?:these|those|them|the\s+(?:two|three|four|five|six|bunch|lot|above|group))\b|\bthese\b|この中|このうち|以上の",
    regex.IGNORECASE,
)
_ANY_OF = regex.compile(
    r"\b(?:any(?:one|body)?|either|one\s+of|these|those|them|automakers|carmakers|brands|makers)\b|いずれか|この中",
    regex.IGNORECASE,
)

_ASIDE = regex.compile(
    r"^(?:remember\b|guess\s+what|(?:you\s+)?know\s+what|sound\s+familiar|get\s+it|who\s+knew|who\s+(?:doesn|wouldn)[’']t|"
    r"how\s+hard\s+can|what\s+can\s+i\s+say|what\s+could\s+(?:possibly\s+)?go\s+wrong|ready\b|really\b|right\b|see\b|why\s+not\b)",
    regex.IGNORECASE,
)
_PREAMBLE = regex.compile(
    r"^(?:(?:[\p{L}’' ]{0,40}\bquestions?(?:\s+(?:is|for\s+(?:you|today|the\s+(?:day|comments))|to\s+you))?"
    r"(?:\s+today)?|discuss|"
    r"so|ok(?:ay)?|tell\s+(?:me|us)(?:\s+this)?|your\s+turn|over\s+to\s+you|q|qotd|今日の(?:質問|問い)|質問)\s*(?:[:：—–]|,\s+then\s*[:,])\s*)+",
    regex.IGNORECASE,
)
_VAGUE = regex.compile(r"\b(?:it|this|that|they|he|she|we|there|things)\b", regex.IGNORECASE)
_YOU = regex.compile(r"\b(?:you|your|yours|y[’']all|readers)\b|皆さん|みなさん|あなた|思いますか", regex.IGNORECASE)
_BIO = regex.compile(
    r"\b(?:is|was)\s+an?\s.{0,80}\b(?:analyst|writer|reporter|editor|journalist|contributor|author|correspondent|columnist)\b"
    r"|\bfollow\s+(?:him|her|them|me|us)\b|\breach\s+(?:him|her|them|me|us)\b",
    regex.IGNORECASE,
)


def find_question(article: Article) -> BigQuestion | None:
    """Return the question that the article asks its readers, or None.

    That is the first question under "The Big Question" (or a like heading or title), else the question with which the
    article closes. Questions inside quotations, tags ("Right?") and an article's own rhetoric are none; neither is the
    closing question of a story of death, injury or crime.
    """
    if article.body.count("?") + article.body.count("？") + article.body.count("か。") + article.title.count("?") == 0:
        return None
    if titled := QUESTION_HEADING.match(article.title):
        tail = clean(article.title[titled.end() :])
        if asked := _first([tail]):
            return _asked(asked, article, outline(article))
    headed = outline(article)
    for section in headed:
        if QUESTION_HEADING.match(section.heading) and (asked := _first(section.prose)):
            return _asked(asked, article, headed)
    asked = _closing([paragraph for section in headed for paragraph in section.prose])
    if asked is None or is_sensitive(f"{article.title}\n{article.summary}\n{article.body}"):
        return None
    return _asked(asked, article, headed)


def from_queue(question: QueuedQuestion) -> BigQuestion:
    """Return a question of the guild's own queue as an edition asks it: a poll where it has options."""
    kind, options = kind_of(question.text, [question.text])
    if question.options:
        kind, options = QuestionKind.POLL, question.options
    return BigQuestion(question.text, QuestionOrigin.QUEUE, kind, options, question.id)


def suggest_question(lead: Section, article: Article, phrase: Phrase) -> BigQuestion | None:
    """Return a question made from the lead, or None if it tells of death, injury or crime.

    Args:
        lead: the section that opens the edition.
        article: what it was made from.
        phrase: makes the question's words in the edition's language, of the ids ``edition.question.*``.
    """
    text = f"{lead.headline}\n{lead.summary}\n{article.title}\n{article.summary}\n{article.body}"
    if is_sensitive(text):
        return None
    named = [name for name, _ in makers(f"{lead.headline}\n{lead.summary}\n{article.body}").most_common(OPTIONS_MAX)]
    in_headline = [name for name in named if name in makers(lead.headline)]
    if len(in_headline) == 1:
        asked = phrase("edition.question.right_move", name=in_headline[0])
        return BigQuestion(asked, QuestionOrigin.SUGGESTED, QuestionKind.THREAD)
    if len(named) >= YES_NO_NAMES_MIN:
        asked = phrase("edition.question.who_gains")
        return BigQuestion(asked, QuestionOrigin.SUGGESTED, QuestionKind.POLL, tuple(named))
    headline = cut(lead.headline, QUESTION_CHARS_MAX // 2)
    return BigQuestion(
        phrase("edition.question.your_view", headline=headline), QuestionOrigin.SUGGESTED, QuestionKind.THREAD
    )


def _asked(text: str, article: Article, headed: Sequence[Headed]) -> BigQuestion:
    told = [
        article.title,
        *(paragraph for section in headed for paragraph in (section.heading, *section.prose)),
    ]
    kind, options = kind_of(text, told)
    return BigQuestion(cut(text, QUESTION_CHARS_MAX), QuestionOrigin.ARTICLE, kind, options)


def _first(prose: Sequence[str]) -> str | None:
    found = [question for paragraph in prose for question in _questions(paragraph)]
    return next((question for question in found if not _ASIDE.match(question)), found[0] if found else None)


def _questions(paragraph: str) -> list[str]:
    return [
        asked
        for sentence in sentences(paragraph)
        if _is_question(sentence) and count_words(asked := _bare(sentence)) >= ASKED_WORDS_MIN
    ]


def _is_question(sentence: str) -> bool:
    mark = max(sentence.rfind("?"), sentence.rfind("？"))
    if mark < 0:
        return sentence.endswith(("か。", "か")) and not sentence.startswith("「")
    if sentence[mark + 1 :].strip("?？!！)）"):
        return False
    return not any(start < mark < end for start, end in quoted_spans(sentence)) and sentence[0] not in "(（"


def _bare(sentence: str) -> str:
    bare = _PREAMBLE.sub("", sentence)
    return bare[:1].upper() + bare[1:]


def _closing(prose: Sequence[str]) -> str | None:
    kept = [paragraph for paragraph in prose if not _BIO.search(paragraph)]
    for back, paragraph in enumerate(reversed(kept[-2:])):
        if back and count_words(kept[-1]) > INVITATION_WORDS_MAX:
            return None
        asked = _closing_run(sentences(paragraph))
        for sentence in asked:
            question = _bare(sentence)
            if _asks_readers(question):
                return question
        if asked:
            return None
    return None


def _closing_run(pieces: Sequence[str]) -> list[str]:
    """Return the questions, one after the other, with which a paragraph ends; one invitation may follow them."""
    run: list[str] = []
    for place, piece in enumerate(reversed(pieces)):
        if _is_question(piece):
            run.insert(0, piece)
        elif run or place:
            break
    return run


def _asks_readers(question: str) -> bool:
    if count_words(question) < CLOSING_WORDS_MIN or _ASIDE.match(question):
        return False
    form = _form(question)
    if form is _Form.OTHER:
        return False
    # "Will it be enough?" is the writer's own sigh; "Would you buy one?" is not.
    return bool(_YOU.search(question)) or form is _Form.WHICH or not _VAGUE.search(question)


def _form(question: str) -> _Form:
    if regex.search(r"[\p{Hiragana}]", question):
        if _WIDE_WHICH.search(question):
            return _Form.WHICH
        return _Form.OPEN if _WIDE_OPEN.search(question) else _Form.YES_NO
    for clause in _CLAUSE.split(question):
        bare = _CLAUSE.sub("", clause)
        for form, pattern in ((_Form.WHICH, _WHICH), (_Form.OPEN, _OPEN), (_Form.YES_NO, _YES_NO)):
            if pattern.match(bare):
                return form
    return _Form.OTHER


def kind_of(question: str, told: Sequence[str]) -> tuple[QuestionKind, tuple[str, ...]]:
    """Return how readers can answer `question`, and among what.

    Args:
        question: one sentence.
        told: the paragraphs of the article that asks; options are named there, by how often.
    """
    form = _form(question)
    named = _named_in(question)
    offers = len(named) >= OPTIONS_MIN and bool(regex.search(r"\bor\b|それとも|または|か、", question))
    if offers and form is not _Form.YES_NO:
        return QuestionKind.POLL, _options(named)
    if _SUPERLATIVE.search(question):
        found = _candidates(question, told)
        bounded = bool(_OF_THESE.search(question)) or (form is _Form.WHICH and bool(_MAKER_NOUN.search(question)))
        if bounded and len(found) >= YES_NO_NAMES_MIN:
            return QuestionKind.POLL, _options(found)
        return QuestionKind.WRITE_IN, ()
    if form is _Form.WHICH:
        found = _candidates(question, told)
        # "Which?" without anything to choose from is answered by naming.
        return (QuestionKind.POLL, _options(found)) if len(found) >= OPTIONS_MIN else (QuestionKind.WRITE_IN, ())
    if form is _Form.YES_NO:
        found = named if len(named) >= YES_NO_NAMES_MIN else []
        if not found and _ANY_OF.search(question):
            found = _candidates(question, told)
        if len(found) >= YES_NO_NAMES_MIN:
            return QuestionKind.POLL, _options(found)
    return QuestionKind.THREAD, ()


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
    every = [(name, count) for name, count in names(told).most_common() if not is_outlet(name) and name not in question]
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
