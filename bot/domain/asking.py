"""Which sentence of a text puts a question to its readers."""

from collections.abc import Sequence
from enum import Enum, auto

import regex

from bot.domain.wording import count_words, quoted_spans, sentences

# "Right?" and "Who knew?" ask nobody anything.
ASKED_WORDS_MIN = 3
CLOSING_WORDS_MIN = 4
# A closing paragraph of fewer words may be an invitation ("Tell us below") that stands after the question.
INVITATION_WORDS_MAX = 30
# A section that asks says little besides; the longest of those looked at had 90 words.
ASKING_SECTION_WORDS_MAX = 140


class Form(Enum):
    """What a question asks for, by the word that it is asked with."""

    WHICH = auto()
    OPEN = auto()
    YES_NO = auto()
    TASK = auto()  # "Tell us about …", "Name …"
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

_TASK = regex.compile(
    r"^(?:(?:so|and|now|please|go on)[,:]?\s+)*(?:tell\s+(?:me|us)\s+"
    r"(?:about|of|which|what|who|why|how|where|when|your|the)|name|pick|choose|rank|describe|share|list|(?:give|show|send)\s+(?:me|us)|make\s+(?:the|your)\s+case)\b",
    regex.IGNORECASE,
)
_TASK_ANYWHERE = regex.compile(
    r"\b(?:[Tt]ell (?:me|us)|Name|Pick|Choose|Rank|Describe|Share|List|(?:Give|Show|Send) (?:me|us)"
    r"|Make (?:the|your))\b"
)
_IN_THE_COMMENTS = regex.compile(r"\s+(?:(?:down\s+)?below|in\s+the\s+(?:comments?|thread)(?:\s+below)?)(?=[.!]?$)")
_INVITATION = regex.compile(
    r"^(?:please\s+)?(?:tell|let|sound|drop|share|vote|discuss|comment|answer|reply|write|leave|fire|over\s+to)\b",
    regex.IGNORECASE,
)

_ASIDE = regex.compile(
    r"^(?:remember\b|who\s+(?:here\s+)?remembers\b|guess\s+what|(?:you\s+)?know\s+what|sound\s+familiar|get\s+it|who\s+knew|"
    r"who\s+(?:doesn|wouldn|hasn)[’']t|who\s+cares|who\s+am\s+i\b|where\s+was\s+i|"
    r"how\s+hard\s+can|what\s+can\s+i\s+say|what\s+could\s+(?:possibly\s+)?go\s+wrong|ready\b|really\b|right\b|see\b|why\s+not\b)",
    regex.IGNORECASE,
)
# Asks about whatever stands beside it, which says more.
_GENERAL = regex.compile(
    r"^(?:(?:so|and),?\s+)?what\s+do\s+you\s+(?:think|say|reckon|all\s+think)\W*$", regex.IGNORECASE
)
_PREAMBLE = regex.compile(
    r"^(?:(?:[\p{L}’' ]{0,40}\bquestions?(?:\s+(?:is|for\s+(?:you|today|the\s+(?:day|comments))|to\s+you))?"
    r"(?:\s+today)?|discuss|"
    r"so|ok(?:ay)?|tell\s+(?:me|us)(?:\s+this)?|your\s+turn|over\s+to\s+you|q|qotd|今日の(?:質問|問い)|質問)"
    r"\s*(?:[:：—–]|,\s+then\s*[:,])\s*)+",
    regex.IGNORECASE,
)
# "Here's mine: who should pay?": what leads up to a question that then begins with a word of asking.
_LEAD_UP = regex.compile(r"^([^:：?]{1,120})[:：]\s+")
_VAGUE = regex.compile(r"\b(?:it|this|that|they|he|she|we|there|things)\b", regex.IGNORECASE)
_YOU = regex.compile(r"\b(?:you|your|yours|y[’']all|readers)\b|皆さん|みなさん|あなた|思いますか", regex.IGNORECASE)
_BIO = regex.compile(
    r"\b(?:is|was)\s+an?\s.{0,80}\b(?:analyst|writer|reporter|editor|journalist|contributor|author|correspondent|columnist)\b"
    r"|\bfollow\s+(?:him|her|them|me|us)\b|\breach\s+(?:him|her|them|me|us)\b",
    regex.IGNORECASE,
)

SUPERLATIVE = regex.compile(
    r"\b(?<!at\s)(?:best|worst|favou?rites?|greatest|coolest|weirdest|ugliest|prettiest|dumbest|wildest|all-timer|all-time|"
    r"(?:most|least)\s+(?:(?:under|over)(?:rated|appreciated)|beautiful|iconic|memorable|reliable|important|influential|"
    r"disappointing|exciting|ridiculous|fun|interesting))\b(?!-|\s+(?:way|time|path|approach|move|case|response|thing\s+to\s+do)\b)"
    r"|一番|いちばん|最高の|最悪の|最も|ベスト|ワースト|お気に入り|推し",
    regex.IGNORECASE,
)


# One clause asks for who is up, the other for who is down: "Which makers have their mojo back, and who has lost it?"
_UP_AND_DOWN = regex.compile(
    r"\b(?:which|who(?:[’']s)?)\b[^?]{3,120}(?:[,;]|\band\b)\s*(?:and\s+|but\s+)?(?:which(?:\s+(?:ones?|of\s+them))?|who(?:[’']s)?)\b"
    r"[^?]{0,40}\b(?:los(?:t|ing)|lack(?:s|ing)?|(?:has|have|is|are|do|does)(?:n[’']t|\s+not)|not|over|down|out|finished|washed|"
    r"fading|faded|slipp(?:ed|ing)|fall(?:en|ing)|struggling|worst|in\s+trouble|on\s+the\s+way\s+out)\b"
    r"|(?:どの|どこ|誰|だれ)[^？?]{2,60}、[^？?]{0,20}(?:どの|どこ|誰|だれ)[^？?]{0,20}(?:失|ない|なくな|不調|負け|落ち|終わ|低迷|苦戦)",
    regex.IGNORECASE,
)


def asks_up_and_down(question: str) -> bool:
    """Return whether a question wants each of several found one way or the other, rather than one of them chosen."""
    return _UP_AND_DOWN.search(question) is not None


def may_ask(body: str) -> bool:
    """Return whether a text can hold a question or a task for its readers at all: a cheap look."""
    return "?" in body or "？" in body or "か。" in body or _TASK_ANYWHERE.search(body) is not None


def first_question(prose: Sequence[str]) -> str | None:
    """Return what stands under a question's heading asks readers: its first question, else its first task, or None.

    A question that the writer goes on to answer ("Would my father have stood for it? He never did.") and tags
    ("Right?") count only if there is no other.
    """
    found: list[tuple[str, bool]] = []
    tasks: list[str] = []
    for paragraph in prose:
        pieces = sentences(paragraph)
        for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
            if not _is_question(piece):
                if _TASK.match(piece) and count_words(piece) > ASKED_WORDS_MIN:
                    tasks.append(_IN_THE_COMMENTS.sub("", piece))
            elif count_words(asked := _bare(piece)) >= ASKED_WORDS_MIN:
                answered = bool(following) and not _is_question(following) and not _INVITATION.match(following)
                found.append((asked, _is_put(asked) or not answered))
    real = [asked for asked, put in found if put and not (_ASIDE.match(asked) or _GENERAL.match(asked))]
    open_ = [asked for asked, _ in found if not _ASIDE.match(asked)]
    return next(iter([*real, *open_, *tasks, *(asked for asked, _ in found)]), None)


def _is_put(question: str) -> bool:
    """Return whether a question reads as put to others, whatever its writer goes on to say."""
    return bool(_YOU.search(question) or SUPERLATIVE.search(question)) or form_of(question) is Form.WHICH


def closing_question(prose: Sequence[str]) -> str | None:
    """Return the question with which a text turns to its readers in the end, or None."""
    kept = [paragraph for paragraph in prose if not _BIO.search(paragraph)]
    for back, paragraph in enumerate(reversed(kept[-2:])):
        if back and count_words(kept[-1]) > INVITATION_WORDS_MAX:
            return None
        asked = _closing_run(sentences(paragraph))
        put = [question for sentence in asked if _asks_readers(question := _bare(sentence), sentence)]
        if asked:
            return next((question for question in put if not _GENERAL.match(question)), next(iter(put), None))
    return None


def asks_readers(prose: Sequence[str]) -> bool:
    """Return whether the prose under a heading does little else than to ask its readers something."""
    return sum(map(count_words, prose)) <= ASKING_SECTION_WORDS_MAX and closing_question(prose) is not None


def form_of(question: str) -> Form:
    """Return what a question asks for."""
    if regex.search(r"[\p{Hiragana}]", question):
        if _WIDE_WHICH.search(question):
            return Form.WHICH
        return Form.OPEN if _WIDE_OPEN.search(question) else Form.YES_NO
    for clause in _CLAUSE.split(question):
        bare = _CLAUSE.sub("", clause)
        for form, pattern in ((Form.WHICH, _WHICH), (Form.OPEN, _OPEN), (Form.YES_NO, _YES_NO)):
            if pattern.match(bare):
                return form
    return Form.TASK if _TASK.match(question) and not question.endswith("?") else Form.OTHER


def _is_question(sentence: str) -> bool:
    mark = max(sentence.rfind("?"), sentence.rfind("？"))
    if mark < 0:
        return sentence.endswith(("か。", "か")) and not sentence.startswith("「")
    if sentence[mark + 1 :].strip("?？!！)）"):
        return False
    return not any(start < mark < end for start, end in quoted_spans(sentence)) and sentence[0] not in "(（"


def _bare(sentence: str) -> str:
    bare = _PREAMBLE.sub("", sentence)
    if (led := _LEAD_UP.match(bare)) and _asks_at_once(bare[led.end() :]) and not _asks_at_once(led[1]):
        bare = bare[led.end() :]
    return bare[:1].upper() + bare[1:]


def _asks_at_once(text: str) -> bool:
    return any(pattern.match(text) for pattern in (_WHICH, _OPEN, _YES_NO))


def _closing_run(pieces: Sequence[str]) -> list[str]:
    """Return the questions, one after the other, with which a paragraph ends; one invitation may follow them."""
    run: list[str] = []
    for place, piece in enumerate(reversed(pieces)):
        if _is_question(piece):
            run.insert(0, piece)
        elif run or place:
            break
    return run


def _asks_readers(question: str, sentence: str) -> bool:
    """Return whether a question, bare or with what leads up to it in its sentence, is put to readers."""
    to_readers = bool(_YOU.search(sentence))
    if count_words(question) < (ASKED_WORDS_MIN if to_readers else CLOSING_WORDS_MIN) or _ASIDE.match(question):
        return False
    form = form_of(question)
    if form is Form.OTHER:
        return False
    # "Will it be enough?" is the writer's own sigh; "Would you buy one?" is not.
    return to_readers or form is Form.WHICH or not _VAGUE.search(question)
