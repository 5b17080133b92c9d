"""An edition as JSON for programs, as text for a terminal, and as a page."""

import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.edition import BigQuestion, Edition, QuestionKind, QuestionOrigin, Section, SourceRef
from bot.domain.wording import quoted_spans
from bot.text import day_text, join_names, text

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


def credits_of(section: Section, language: str) -> tuple[Credit, ...]:
    """Return the section's sources as they are shown.

    An outlet that is known only by name is credited through the page that quotes it ("Reuters, via The Morning
    Column") and linked to that page; a page that merely mentions one is named first ("…, citing Reuters").
    """
    named = [ref.name for ref in section.sources if ref.url is None]
    linked = [ref for ref in section.sources if ref.url is not None]
    if not named:
        return tuple(Credit(ref.name, ref.url) for ref in linked)
    page = next((ref for ref in linked if ref.url in section.articles[:1]), linked[0] if linked else None)
    if page is None:
        return (Credit(join_names(named, language), None),)
    message_id = "edition.citing" if section.sources[0] is page else "edition.via"
    through = Credit(text(message_id, language, names=join_names(named, language), page=page.name), page.url)
    return (through, *(Credit(ref.name, ref.url) for ref in linked if ref is not page))


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


def as_json(edition: Edition) -> str:
    """Return the edition as a JSON object, indented.

    Keys: ``title``, ``date`` (ISO 8601), ``lead`` (a section or null), ``sections``, ``big_question`` (``text``,
    ``origin``, ``kind``, ``options``; or null), ``stories`` (lists of addresses). A section has ``headline``,
    ``summary``, ``sources`` (``name``, ``url`` or null), ``articles`` (addresses) and ``image_url``.
    """
    return json.dumps(
        {
            "title": edition.title,
            "date": edition.day.isoformat(),
            "lead": _section_json(edition.lead) if edition.lead else None,
            "sections": [_section_json(section) for section in edition.sections],
            "big_question": _question_json(edition.big_question) if edition.big_question else None,
            "stories": [list(story) for story in edition.stories],
        },
        ensure_ascii=False,
        indent=2,
    )


def _section_json(section: Section) -> dict[str, object]:
    return {
        "headline": section.headline,
        "summary": section.summary,
        "sources": [_source_json(ref) for ref in section.sources],
        "articles": list(section.articles),
        "image_url": section.image_url,
    }


def _source_json(ref: SourceRef) -> dict[str, str | None]:
    return {"name": ref.name, "url": ref.url}


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
        lines += ["", section.headline]
        if section.summary:
            lines.append(f"  {quotation(section.summary, language)}")
        for credit in credits_of(section, language):
            address = f"  {credit.url}" if credit.url else ""
            lines.append(f"  — {credit.label}{address}")
    if question := edition.big_question:
        lines += ["", text("edition.big_question", language), f"  {question.text}"]
        lines += [f"  ○ {option}" for option in _choices(question, language)]
        lines.append(f"  {_how_to_answer(question, language)}")
    return "\n".join(lines) + "\n"


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
