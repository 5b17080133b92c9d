"""An article that is itself a morning column: a lead, headed sections that quote other outlets, a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from bot.domain.article import Article
from bot.domain.asking import asks_readers
from bot.domain.names import NAME, is_outlet
from bot.domain.outline import QUESTION_HEADING, SHORT_CHARS_MAX, Headed, outline
from bot.domain.wording import sentences

# A column has at least so many headed sections, and a question or so many sections that quote an outlet.
PARTS_MIN = 2
QUOTING_MIN = 2


@dataclass(frozen=True, slots=True)
class Quotation:
    """What a column quotes, and whom: `outlet` is None where it names nobody that can be told.

    `text` is the first quoted paragraph. In plain text nothing marks where a longer quotation ends and the column
    goes on, so what follows is not claimed to be quoted.
    """

    outlet: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A headed section of a column; `outlets` are those it names without quoting them."""

    headline: str
    prose: tuple[str, ...]
    quotations: tuple[Quotation, ...]
    outlets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column consists of. `parts` is never empty; the first is its lead."""

    intro: tuple[str, ...]
    parts: tuple[Part, ...]
    question: tuple[str, ...]


_NUMBERING = regex.compile(r"^(?:\d{1,2}[.)]|[①-⑳])\s*")
# Headed sections that tell no news.
_ASIDE = regex.compile(
    r"^(?:what\s+i[’']?m\s+(?:listening|reading|watching|driving)|wrapping\s+up|wrap[- ]up|conclusion|final\s+thoughts|"
    r"the\s+bottom\s+line|about\s+the\s+author|housekeeping|まとめ|おわりに|最後に)",
    regex.IGNORECASE,
)

_SAID = (
    r"(?:explain(?:s|ed)?|report(?:s|ed)?|writes|wrote|describe[sd]|puts|put|sums|breaks|broke|frames|tells|told|lays|"
    r"laid|sees|saw|has|had|covers|covered|says|said|notes|noted|adds|added)"
)
_CUES = tuple(
    regex.compile(pattern, regex.VERBOSE)
    for pattern in (
        rf"""\b[Hh]ere(?:[’']s|\ is|\ are)\ (?:(?:how|what|(?:some|part|more)\ of\ what|more\ from|a\ bit\ from
            |the\ gist\ from|the\ word\ from)\ )?(?:the\ )?(?P<outlet>{NAME})(?:[’']s?)?
            (?:\ {_SAID}\b|\ on\b|\ with\b|[’']|$)""",
        rf"""\b(?:[Pp]er|[Vv]ia|[Ff]rom|[Aa]ccording\ to|[Cc]ourtesy\ of|[Oo]ver\ at
            |(?:picked\ up|reported|seen|obtained|published|reviewed|spotted|summarized|quoted)\ (?:by|in)
            |(?:story|report|piece|article|scoop|interview)\ (?:in|from|by|with|at))\ (?:the\ )?(?P<outlet>{NAME})""",
        rf"""(?:^|[\s“"(])(?:[Aa]s\ )?(?:the\ )?(?P<outlet>{NAME})(?:[’']s?\ {NAME})?
            \ (?:also\ |now\ |first\ )?{_SAID}\b""",
        rf"\b(?:told|tells|telling|spoke\ (?:to|with)|speaking\ (?:to|with))\ (?:the\ )?(?P<outlet>{NAME})",
        r"""(?P<outlet>[\p{Han}\p{Katakana}ー・\p{Latin}]{2,20}?)
            (?:に(?:よると|よれば)|は(?:次|以下|こ)のように|が(?:次|以下)のように|の(?:報道|記事)(?:から|によると)|から(?:の)?引用)""",
    )
)
_NAMED = regex.compile(rf"(?:The )?{NAME}")
_SAY_CUES = _CUES[2:4]
_WIDE_CUE = _CUES[-1]
_REPORTS = regex.compile(r"\b(?:reports?|reported|writes|wrote)\s*$")
_SAME_REPORT = regex.compile(
    r"\b(?:that|the\ same|this|their)\ (?:report|story|article|piece|outlet|paper)\b|同じ(?:記事|報道)",
    regex.VERBOSE,
)
_CUE_END = regex.compile(r"[:：]\s*(?=[“\"「『]|$)")
_POSSESSIVE = regex.compile(r"[’']s?(?:\s.*)?$")
_SPEAKS = regex.compile(
    r"\b(?:reports?|reported|writes|wrote|according\ to|told|per|via|says|said)\b", regex.VERBOSE | regex.IGNORECASE
)


_ASKING_LINE = re.compile(
    r"question|qotd|over to you|your turn|what do you think|質問|問い|お題|クエスチョン", re.IGNORECASE
)
_ATTRIBUTION = re.compile(
    r"[:：]\s*(?=[“\"「『\n])|\b(?:per|via|according to|reports?|reported|told|writes|wrote)\b"
    r"|によると|のように|報道|記事"
)
_QUESTION_MARK = re.compile(r"[?？]|か。")
_ENDING_CHARS = 1_500  # a last section that asks, and what the page has put under it
_SHORT_LINE = re.compile(rf"^[^\n]{{2,{SHORT_CHARS_MAX}}}$", re.MULTILINE)


def read_column(article: Article, *, is_ours: bool = False) -> Column | None:
    """Return `article` as a column, or None if it is an ordinary article.

    A column has two headed sections or more and asks under "The Big Question" (or a like heading), or names two outlets
    or more as its sources, in two sections or more, or names one and ends in a short section that asks its readers.
    Of what a guild calls its own column (`is_ours`) the headed sections are taken for what they are.
    """
    # Most articles are none, and cheap looks tell.
    if len(_SHORT_LINE.findall(article.body)) < PARTS_MIN:
        return None
    attributed = len(_ATTRIBUTION.findall(article.body))
    asks_last = _QUESTION_MARK.search(article.body[-_ENDING_CHARS:]) is not None
    if not is_ours and attributed < (1 if asks_last else QUOTING_MIN) and not _ASKING_LINE.search(article.body):
        return None
    headed = outline(article)
    intro = headed[0].prose if headed and not headed[0].heading else ()
    question: tuple[str, ...] = ()
    parts: list[Part] = []
    for section in headed:
        if not section.heading:
            continue
        if QUESTION_HEADING.match(section.heading):
            question = question or section.prose
        elif section.prose and not _ASIDE.match(section.heading):
            parts.append(_part(section))
    naming = [{*part.outlets, *(quotation.outlet for quotation in part.quotations)} - {None} for part in parts]
    roundup = sum(map(bool, naming)) >= QUOTING_MIN and len(set[str | None]().union(*naming)) >= QUOTING_MIN
    if len(parts) >= PARTS_MIN and (question or roundup or is_ours):
        return Column(intro, tuple(parts), question)
    # Under whatever heading: a short last section that asks, after one that quotes an outlet, closes a column.
    if (
        not question
        and len(parts) > PARTS_MIN
        and any(naming[:-1])
        and asks_readers(parts[-1].prose)
        and not naming[-1]
    ):
        return Column(intro, tuple(parts[:-1]), parts[-1].prose)
    return None


def _part(section: Headed) -> Part:
    quotations = _quotations(section.prose)
    quoted = {quotation.outlet for quotation in quotations}
    named: dict[str, None] = {}
    for paragraph in section.prose:
        for sentence in sentences(paragraph):
            if (
                _SPEAKS.search(sentence)
                and (outlet := named_outlet(sentence, known_only=True))
                and outlet not in quoted
            ):
                named[outlet] = None
    return Part(_NUMBERING.sub("", section.heading), section.prose, quotations, tuple(named))


def _quotations(prose: Sequence[str]) -> tuple[Quotation, ...]:
    found: list[Quotation] = []
    for place, paragraph in enumerate(prose):
        cue = _CUE_END.search(paragraph)
        wide = _WIDE_CUE.search(sentences(paragraph)[-1]) if cue is None and len(paragraph) < 60 else None  # noqa: PLR2004
        if cue is None and wide is None:
            continue
        before = sentences(paragraph[: cue.start()] if cue else paragraph)
        text = paragraph[cue.end() :].strip() if cue else ""
        if not before or (not text and place + 1 == len(prose)):
            continue
        outlet = named_outlet(before[-1], known_only=True) or _only_outlet(before[-1], text)
        if outlet is None and _SAME_REPORT.search(before[-1]):
            outlet = found[-1].outlet if found else None
        elif outlet is None:
            outlet = named_outlet(before[-1], known_only=bool(text))
            # "She added:" introduces a person's words, which belong to the quotation that went before.
            if outlet is None and (found or not regex.search(r"\b(?:report|story|article|outlet|paper)\b", before[-1])):
                continue
        found.append(Quotation(outlet, _unquoted(text or prose[place + 1])))
    return tuple(found)


def _only_outlet(sentence: str, quoted_inline: str) -> str | None:
    """Return the one outlet that a sentence before a block quotation names, however it does ("Autocar was there:")."""
    if quoted_inline:
        return None
    found = {name for match in _NAMED.finditer(sentence) if is_outlet(name := _POSSESSIVE.sub("", match.group()))}
    return found.pop() if len(found) == 1 else None


def _unquoted(text: str) -> str:
    """Return a quotation that stands wholly in marks without them."""
    for start, end in (("“", "”"), ('"', '"'), ("「", "」"), ("『", "』")):
        if text.startswith(start) and text.endswith(end) and text.find(end, 1) == len(text) - 1:
            return text[1:-1].strip()
    return text


def named_outlet(sentence: str, *, known_only: bool) -> str | None:
    """Return the outlet that a sentence attributes to, or None.

    Args:
        sentence: what stands before a quotation, without its colon.
        known_only: whether a name must be a known outlet or read like one; before a block quotation any will do that
            is named in the way outlets are.
    """
    candidates: list[str] = []
    for cue in _CUES:
        for match in cue.finditer(sentence):
            name = _POSSESSIVE.sub("", match.group("outlet")).strip()
            halves = name.split(" and ")
            name = halves[0] if len(halves) > 1 and all(map(is_outlet, halves)) else name
            # A person or a company "says" things, too: that pattern needs an outlet's name.
            says = cue in _SAY_CUES and not _REPORTS.search(match.group())
            if is_outlet(name) or not (known_only or says):
                candidates.append(name)
    known = [name for name in candidates if is_outlet(name)]
    return (known or candidates or [None])[-1]
