"""An article's plain text as headings and prose, without captions, credits and what the page put around it.

Plain text does not tell a heading from an image's caption: both are short lines without a full stop. They are told
apart by repeats, by the credit that follows, by position in a run of short lines, and by how they read.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import regex

from bot.domain.article import Article
from bot.domain.boilerplate import ends_column, is_boilerplate, is_credit
from bot.domain.wording import clean, paragraphs, sentences

# The longest short line; the longest headings of the columns looked at had 13 words and 80 characters.
SHORT_CHARS_MAX = 110
SHORT_WORDS_MAX = 16
SHORT_WIDE_CHARS_MAX = 45
# A column of the longest kind has 15,000 characters and 150 paragraphs; more is no article.
TEXT_CHARS_MAX = 100_000
LINES_MAX = 2_000
# Captions and slugs have so many words or fewer; most headings have more.
FEW_WORDS = 4
# A short line that stands alone between paragraphs must read like a heading by at least this much.
HEADING_SCORE_MIN = 1
# Share buttons above this part of the text stand at its top, and what follows them is the article.
TOP_SHARE = 0.4


class Kind(Enum):
    """What a paragraph is."""

    HEADING = auto()
    PROSE = auto()
    CAPTION = auto()


@dataclass(frozen=True, slots=True)
class Headed:
    """A heading (empty above the first) and the prose under it."""

    heading: str
    prose: tuple[str, ...]


QUESTION_HEADING = regex.compile(
    r"^(?:(?:the|an?|today[’']?s|our|my|your|this\s+(?:morning|week)[’']?s|and\s+now,?\s+the)\s+)?"
    r"(?:(?:big(?:ger|gest)?|daily|weekly|closing|final|parting|last|morning|evening|breakfast|burning|discussion|weekend"
    r"|community|comments?|readers?[’']?s?[’']?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\s+question(?:\s+of\s+the\s+day)?"
    r"|question\s+(?:of|for)\s+the\s+(?:day|morning|week|weekend)|question\s+time"
    r"|question\s+for\s+(?:you|(?:the|our)\s+(?:readers|comments|commenters|room|class))|qotd|over\s+to\s+you(?:\s+(?:all|lot))?"
    r"|your\s+(?:turn|take|call|verdict|say)|what[’']?s\s+your\s+take|(?:now\s+)?you\s+(?:tell\s+(?:me|us)|decide)"
    r"|talk\s+among(?:st)?\s+yourselves|sound\s+off|have\s+your\s+say|let[’']?s\s+(?:talk|discuss)|discussion"
    r"|what\s+we[’']?re\s+asking|we\s+ask,?\s+you\s+answer|what\s+do\s+you\s+(?:think|say|reckon)(?=\W*$)"
    r"|(?:今日|きょう|本日|今朝)の(?:質問|問い|ビッグ・?クエスチョン|お題)|(?:ザ・)?ビッグ・?クエスチョン|大きな問い|読者(?:の皆さん)?への(?:質問|問い)|皆さんへの質問)"
    r"\s*(?:$|[:：?？!！.—–]\s*|\s-\s)",
    regex.IGNORECASE,
)

_FUNCTION_TEXT = """
a an the and or but to of in on at by for from with without into over under after before as is are was were be been
has have had will would can could may might should must does do did not no its it's their his her our your my it
they he she we you how why what who when where which that this than more less still now out up off back again all
about just only if so too
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_TEXT.split())
_CAPTION_TEXT = """
front rear interior exterior shot photo photograph picture pictured shown seen rendering render screenshot left right
clockwise silhouette teaser concept dashboard profile topshot header hero jpg jpeg png img dsc gallery image
"""
_CAPTION_WORDS = frozenset(_CAPTION_TEXT.split())
_WIDE_CAPTION_WORDS = ("写真", "画像", "撮影", "提供", "イメージ")
_CAPTION_SCORE = -9
_CAPITALS_SCORE = 4  # nobody shouts a caption
LONE_RUN_LINES_MAX = 20  # a longer run of short lines is a list, whatever stands at its end
# "Mev2", "hero_1", "1200x800": a picture's file name rather than a word. Models ("VF8", "ID.4") are not meant.
_FILE_TOKEN = regex.compile(r"\b(?:\p{Lu}\p{Ll}{2,}\d+|\d+x\d+|\S+_\S+|(?i:img|dsc)\w*\d+)\b")
_MODEL_YEAR = regex.compile(r"^(?:19|20)\d\d\s")
_VERBISH = regex.compile(r"\s\p{L}{2,}(?:s|ed|ing|es)\b")
# "Would you buy one?" on a line of its own is put to the reader; as a heading it would be in title case.
_ASKS_YOU = regex.compile(r"\b(?:you|your|yours)\b", regex.IGNORECASE)
_NUMBER = regex.compile(r"^\d{1,2}[.)]\s+")
# "Hyundai goes hydrogen": a name, and at once what it does.
_DOES = regex.compile(r"^\p{Lu}\S*(?:\s\p{Lu}\S*)*\s\p{Ll}{2,}s\s+\S")
_CLOSED = regex.compile(r"[.。:：,、;；…][\"'”’」』)\]）]*$")
# Headings and list items are set off with signs and emoji; "©" begins a credit, which is known by it.
_MARKUP = regex.compile(
    r"^(?:#{1,6}\s+|>\s+|\*\*(?=.*\*\*$)|(?:(?![©®℗™°])[\p{So}\p{Sk}][\uFE0F\u200D\u20E3\p{Sk}]*\s*)+)|\*\*$"
)


def outline(article: Article) -> tuple[Headed, ...]:
    """Return the article's prose under its headings, the first with an empty heading if prose stands above them all."""
    lines = _lines(article)
    kinds = _kinds(lines, _titled([clean(article.title), *lines]))
    headed: list[Headed] = []
    heading, prose = "", list[str]()
    for line, kind in zip(lines, kinds, strict=True):
        if kind is Kind.CAPTION:
            continue
        if kind is Kind.PROSE:
            prose.append(line)
            continue
        if heading or prose:
            headed.append(Headed(heading, tuple(prose)))
        heading, prose = line, []
        if found := QUESTION_HEADING.match(line):
            # "The Big Question: Which one?" is heading and question in one line.
            if tail := line[found.end() :].strip():
                heading, prose = line[: found.end()], [tail]
            elif line.endswith(("?", "？")):
                prose = [line]
    if heading or prose:
        headed.append(Headed(heading, tuple(prose)))
    return tuple(headed)


def _lines(article: Article) -> list[str]:
    title = clean(article.title).casefold()
    body = paragraphs(article.body[:TEXT_CHARS_MAX])[:LINES_MAX]
    lines = [line for raw in body if (line := _MARKUP.sub("", raw).strip())]
    if is_short(clean(article.title) or "."):
        # Of a page without a title the first sentence may stand for one, which is then part of the text.
        lines = [line for line in lines if line.casefold() != title]
    length = sum(map(len, lines)) or 1
    passed = 0
    asked = False
    for place, line in enumerate(lines):
        asked = asked or bool(QUESTION_HEADING.match(line))
        if ends_column(line) and (asked or passed / length > TOP_SHARE):
            return [kept for kept in lines[:place] if not is_boilerplate(kept)]
        passed += len(line)
    return [line for line in lines if not is_boilerplate(line)]


def _kinds(lines: Sequence[str], titled: bool | None) -> list[Kind]:  # noqa: FBT001  # a style, not a switch
    """Return what each line is, looking at each run of lines that are as short as headings."""
    kinds = [Kind.PROSE] * len(lines)
    seen = Counter(line.casefold() for line in lines)
    asked = False
    place = 0
    while place < len(lines):
        if not is_short(lines[place]) and not is_credit(lines[place]):
            place += 1
            continue
        end = place
        while end < len(lines) and (is_short(lines[end]) or is_credit(lines[end])):
            end += 1
        run = range(place, end)
        slots = Counter(_slot(lines[i]) for i in run)
        scores = {i: _score(lines, i, run, seen, slots, titled=titled) for i in run if not is_credit(lines[i])}
        kinds[place:end], asked = _run_kinds(lines, run, scores, asked=asked)
        place = end
    return kinds


def _run_kinds(lines: Sequence[str], run: range, scores: dict[int, int], *, asked: bool) -> tuple[list[Kind], bool]:
    """Return what the lines of a run are: at most one heading, which is the line that reads most like one.

    `asked` tells whether the lines stand under the question's heading, as given and as returned.
    """
    question = next((i for i in run if QUESTION_HEADING.match(lines[i])), None)
    best = max(scores, key=lambda i: (scores[i], -i), default=None)
    heading = question
    if question is None and best is not None and run.stop < len(lines):
        # Under the question stands what readers answer; only what reads very much like a heading ends it.
        enough = scores[best] > HEADING_SCORE_MIN if asked else scores[best] >= HEADING_SCORE_MIN
        if enough and not (asked and _asks(lines[best])):
            heading = best
    asked = question is not None or (asked and heading is None)
    kinds: list[Kind] = []
    for i in run:
        # Nothing stands under the last lines, so that one which asks is the article's last sentence.
        last_word = run.stop == len(lines) and scores.get(i, 0) >= HEADING_SCORE_MIN
        if i == heading:
            kinds.append(Kind.HEADING)
        elif _asks(lines[i]) and (last_word or (asked and i > (heading if heading is not None else -1))):
            kinds.append(Kind.PROSE)
        else:
            kinds.append(Kind.CAPTION)
    return kinds, asked


def _asks(line: str) -> bool:
    return line.endswith(("?", "？"))


def is_short(line: str) -> bool:
    """Return whether a line is as short as a heading and not closed like a sentence."""
    if QUESTION_HEADING.match(line):
        return True
    if _CLOSED.search(line) or line[0] in "-•*・–—":
        return False
    wide = bool(regex.search(r"[\p{Han}\p{Hiragana}\p{Katakana}]", line))
    if wide:
        return len(line) <= SHORT_WIDE_CHARS_MAX and not line.endswith(("？", "！"))
    if len(sentences(_NUMBER.sub("", line))) > 1:
        return False
    if line.endswith("?") and _ASKS_YOU.search(line) and not is_title_case(line):
        return False
    return len(line) <= SHORT_CHARS_MAX and len(line.split()) <= SHORT_WORDS_MAX and not line[0].islower()


def _titled(lines: Sequence[str]) -> bool | None:
    """Return whether headings are in title case here, judged by the short lines that read most like headings."""
    votes = Counter(
        is_title_case(line)
        for line in lines
        if line
        and is_short(line)
        and not _asks(line)
        and len(line.split()) > FEW_WORDS
        and _FUNCTION_WORDS & set(line.casefold().split())
    )
    if not votes or votes[True] == votes[False]:
        return None
    return votes[True] > votes[False]


def is_title_case(line: str) -> bool:
    """Return whether most of the longer words of a line begin with a capital."""
    longer = [word for word in line.split()[1:] if word[0].isalpha() and len(word) > 3]  # noqa: PLR2004
    return bool(longer) and sum(word[0].isupper() for word in longer) * 4 >= len(longer) * 3


def _titled_heading(line: str) -> bool:
    says = bool(_FUNCTION_WORDS & set(line.casefold().split())) or bool(_VERBISH.search(line))
    return says and len(line.split()) > 2 and is_title_case(line)  # noqa: PLR2004  # "Motor Shows" may be a caption


def _slot(line: str) -> str:
    return " ".join(line.split(maxsplit=2)[:2])


def _score(
    lines: Sequence[str], place: int, run: range, seen: Counter[str], slots: Counter[str], *, titled: bool | None
) -> int:
    """Return how much a short line reads like a heading; captions come out below zero."""
    line = lines[place]
    # "[Image: a grey ship]" is a whole caption; "Photo: Big Maker" stands under one.
    credited = place + 1 < len(lines) and is_credit(lines[place + 1]) and lines[place + 1][0] not in "([（"
    # A credit belongs to the line before it, unless that is the only one: then it may stand under a heading's picture.
    if credited and sum(not is_credit(lines[i]) for i in run[:LONE_RUN_LINES_MAX]) > 1:
        return _CAPTION_SCORE
    if seen[line.casefold()] > 1:
        return _CAPTION_SCORE
    tokens = regex.findall(r"[\p{L}\p{N}’'_-]+", line.casefold())
    # Slugs of one slot repeat their first words ("Ad Slot Top", "Ad Slot Bottom").
    if slots[_slot(line)] > 1 and len(tokens) <= FEW_WORDS:
        return _CAPTION_SCORE
    if regex.search(r"[\p{Han}\p{Hiragana}\p{Katakana}]", line):
        pictured = any(word in line for word in _WIDE_CAPTION_WORDS)
        return 3 + ("、" in line or "「" in line) - run.index(place) - 3 * credited - 4 * pictured
    if line.isupper() and len(tokens) > 1:
        return _CAPITALS_SCORE
    title_case = is_title_case(line)
    function = bool(_FUNCTION_WORDS & set(tokens))
    score = 2 * function - 3 * credited
    score += (
        bool(_DOES.search(line))
        + bool(_VERBISH.search(line))
        + (len(tokens) > FEW_WORDS)
        + (line.endswith(("?", "!")) and title_case)
    )
    score -= 2 * bool(_CAPTION_WORDS & set(tokens)) + 4 * bool(_FILE_TOKEN.search(line))
    score -= bool(_MODEL_YEAR.match(line)) + (not function and len(tokens) <= FEW_WORDS)
    score -= 3 * bool(regex.search(r"\([^)]*\)$|3/4", line))
    if titled is not None and len(tokens) > 1:
        score += 1 if title_case == titled else -3
    elif titled is None and not title_case and any(_titled_heading(lines[i]) for i in run[:LONE_RUN_LINES_MAX]):
        # In one run a line in title case that says something is the heading, the other one describes a picture.
        score -= 4
    return score
