"""An edition as JSON for programs, as text for a terminal, and as a page."""

import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.article import SOURCE_NOT_GIVEN
from bot.domain.edition import BigQuestion, Edition, LookBack, QuestionKind, QuestionOrigin, Section, SourceRef
from bot.domain.wording import quoted_spans
from bot.text import day_text, join_names, plural, text

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE = "edition.html.j2"

# The marks for a quotation inside a quotation, by language: (inner pair).
_INNER_MARKS = {"en": ("‘", "’"), "ja": ("『", "』")}


@dataclass(frozen=True, slots=True)
class Credit:
    """How a source is named under a section. `url` is None where no link is known."""

    label: str
    url: str | None
    is_paywalled: bool = False


def credits_of(section: Section, language: str) -> tuple[Credit, ...]:
    """Return the section's sources as they are shown.

    An outlet that is known only by name is credited through the page that quotes it ("Reuters, via The Morning
    Column") and linked to that page; a page that merely mentions one is named first ("…, citing Reuters"). A page whose
    own outlet is not known is "this page" then.
    """
    named = [ref.name for ref in section.sources if ref.url is None]
    linked = [ref for ref in section.sources if ref.url is not None]
    if not named:
        return tuple(_credit(ref, language) for ref in linked)
    page = next((ref for ref in linked if ref.url in section.articles[:1]), linked[0] if linked else None)
    if page is None:
        return (Credit(join_names(named, language), None),)
    is_citing = section.sources[0] is page
    if page.name == SOURCE_NOT_GIVEN:
        message_id = "edition.citing_unnamed" if is_citing else "edition.via_unnamed"
    else:
        message_id = "edition.citing" if is_citing else "edition.via"
    label = text(message_id, language, names=join_names(named, language), page=page.name)
    through = Credit(label, page.url, page.is_paywalled)
    return (through, *(_credit(ref, language) for ref in linked if ref is not page))


def _credit(ref: SourceRef, language: str) -> Credit:
    return Credit(source_name(ref.name, language), ref.url, ref.is_paywalled)


def source_name(name: str, language: str) -> str:
    """Return an outlet's name, or in the reader's language that none is given."""
    return text(SOURCE_NOT_GIVEN, language) if name == SOURCE_NOT_GIVEN else name


def quotation(summary: str, language: str) -> str:
    """Return a publisher's words in quotation marks, with quotations inside them in the inner marks."""
    opening, closing = _INNER_MARKS.get(language, _INNER_MARKS["en"])
    pieces: list[str] = []
    at = 0
    for start, end in quoted_spans(summary):
        inner_end = end - 1 if summary[end - 1] in '”"»」』›' and end - 1 > start else end
        pieces += [summary[at:start], opening, summary[start + 1 : inner_end], closing]
        at = end
    pieces.append(summary[at:])
    return text("edition.quotation", language, text="".join(pieces))


def as_json(edition: Edition, language: str = "en") -> str:
    """Return the edition as a JSON object, indented.

    Keys: ``title``, ``date`` (ISO 8601), ``lead`` (a section or null), ``sections``, ``big_question`` (``text``,
    ``origin``, ``kind``, ``options``; or null), ``stories`` (lists of addresses). A section has ``headline``,
    ``summary``, ``sources`` (``name``, ``url`` or null), ``articles`` (addresses) and ``image_url``.
    """
    return json.dumps(
        {
            "title": edition.title,
            "date": edition.day.isoformat(),
            "lead": _section_json(edition.lead, language) if edition.lead else None,
            "sections": [_section_json(section, language) for section in edition.sections],
            "big_question": _question_json(edition.big_question) if edition.big_question else None,
            "stories": [list(story) for story in edition.stories],
        },
        ensure_ascii=False,
        indent=2,
    )


def _section_json(section: Section, language: str) -> dict[str, object]:
    return {
        "headline": section.headline,
        "summary": section.summary,
        "sources": [_source_json(ref, language) for ref in section.sources],
        "articles": list(section.articles),
        "image_url": section.image_url,
    }


def _source_json(ref: SourceRef, language: str) -> dict[str, str | None]:
    return {"name": source_name(ref.name, language), "url": ref.url}


def _question_json(question: BigQuestion) -> dict[str, object]:
    return {
        "text": question.text,
        "origin": question.origin.value,
        "kind": question.kind.value,
        "options": list(question.options),
    }


def as_text(edition: Edition, language: str) -> str:
    """Return the edition as plain text for a terminal, ending in a line break."""
    lines = [edition.title, _day(edition, language)]
    shown = [edition.lead, *edition.sections] if edition.lead else list(edition.sections)
    if not shown:
        lines += ["", text("edition.empty", language)]
    for section in shown:
        update = f"{text('edition.update', language)}: " if section.is_update else ""
        lines += ["", update + section.headline]
        if section.summary:
            lines.append(f"  {quotation(section.summary, language)}")
        for credit in credits_of(section, language):
            address = f"  {credit.url}" if credit.url else ""
            mark = f" {text('edition.paywalled', language)}" if credit.is_paywalled else ""
            lines.append(f"  — {credit.label}{mark}{address}")
    if question := edition.big_question:
        lines += ["", text("edition.big_question", language), f"  {question.text}"]
        lines += [f"  ○ {option}" for option in _choices(question, language)]
        lines.append(f"  {_how_to_answer(question, language)}")
    for back in look_backs_of(edition):
        lines += ["", text("edition.look_back", language), f"  {back.question}"]
        lines += [f"  {line}" for line in answer_lines(back, language)]
    return "\n".join(lines) + "\n"


def look_backs_of(edition: Edition) -> tuple[LookBack, ...]:
    """Return what the edition looks back at: on its last question, or on those of its week."""
    return (*((edition.look_back,) if edition.look_back else ()), *edition.look_backs)


def answer_lines(back: LookBack, language: str) -> list[str]:
    """Return what came of a question, one line for each answer, else one for its thread."""
    if back.answers:
        return [plural("edition.votes", language, answer.votes_n, answer=answer.text) for answer in back.answers]
    return [plural("edition.comments", language, back.comments_n)] if back.comments_n else []


def as_html(edition: Edition, language: str) -> str:
    """Return the edition as a page of its own that loads nothing but the publishers' pictures."""
    question = edition.big_question

    def message(message_id: str, **params: object) -> str:
        return text(message_id, language, **params)

    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            edition=edition,
            language=language,
            day=_day(edition, language),
            shown=[section for section in (edition.lead, *edition.sections) if section],
            credits=partial(credits_of, language=language),
            quotation=partial(quotation, language=language),
            web=_web_address,
            message=message,
            choices=_choices(question, language) if question else (),
            look_backs=look_backs_of(edition),
            answers=partial(answer_lines, language=language),
            source_name=partial(source_name, language=language),
            how_to_answer=_how_to_answer(question, language) if question else "",
        )
    )


def _day(edition: Edition, language: str) -> str:
    return day_text(edition.day, language, "full")


def _choices(question: BigQuestion, language: str) -> tuple[str, ...]:
    return (*question.options, text("edition.other", language)) if question.options else ()


def _how_to_answer(question: BigQuestion, language: str) -> str:
    kind = {
        QuestionKind.POLL: "edition.answer.poll",
        QuestionKind.WRITE_IN: "edition.answer.write_in",
        QuestionKind.THREAD: "edition.answer.thread",
        QuestionKind.VERDICT: "edition.answer.verdict",
    }[question.kind]
    suggested = question.origin is QuestionOrigin.SUGGESTED
    return text(kind, language) + (text("edition.suggested", language) if suggested else "")


def _web_address(url: str | None) -> str | None:
    """Return `url` if a browser may be sent there from a page: a feed may hold ``javascript:`` and worse."""
    try:
        return url if url and urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # pages only; 60 ms of a start

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
