"""An edition as Discord shows it: one message of components, within all limits."""

from dataclasses import dataclass

from discord import ButtonStyle, MediaGalleryItem, ui

from bot.domain.edition import BigQuestion, Edition, QuestionOrigin, Section
from bot.domain.guild import Part
from bot.domain.wording import clean, cut
from bot.edge.markdown import escape, link
from bot.render.edition import credits_of, quotation
from bot.text import day_text, plural, text

ACCENT = 0xC8102E  # the bot's own red, on every edition
# Discord docs, components reference: 4,000 characters in all text displays of a message; some are kept for the rest.
TEXT_CHARS_MAX = 3_800
HEADLINE_CHARS_MAX = 200
SUMMARY_CHARS_MAX = 500
SUMMARY_CHARS_MIN = 80
OPTIONS_SHOWN_MAX = 10
SOURCES_SHOWN_MAX = 5
SOURCES_SHOWN_MIN = 2
IMAGE_URL_CHARS_MAX = 2_048  # Discord docs, components reference, unfurled media item
ALT_CHARS_MAX = 256  # Discord docs, media gallery item, "description" allows 1,024; a headline is enough


@dataclass(frozen=True, slots=True)
class EditionLinks:
    """Where the parts of a posted edition stand."""

    thread: str | None = None
    question: str | None = None


def marker(edition_id: int) -> str:
    """Return the beginning of the custom ids of an edition's components: a wire format, never changed."""
    return f"edition:{edition_id}:"


def edition_view(
    edition: Edition,
    *,
    language: str,
    edition_id: int | None,
    parts: frozenset[Part],
    notify_role_id: int | None = None,
    links: EditionLinks | None = None,
) -> ui.LayoutView:
    """Return the message of an edition.

    Args:
        edition: what is shown.
        language: the guild's.
        edition_id: the kept edition that its buttons belong to; None for a preview, which has no buttons.
        parts: which parts the guild has on.
        notify_role_id: the role that is mentioned when the edition is posted.
        links: the thread and the question, once they stand.
    """
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=ACCENT)
    for block in _blocks(edition, language, notify_role_id, links or EditionLinks()):
        container.add_item(block)
    if edition_id is not None:
        container.add_item(ui.Separator())
        container.add_item(_buttons(edition_id, language, parts, links or EditionLinks()))
    view.add_item(container)
    return view


def question_view(question: BigQuestion, *, language: str) -> ui.LayoutView:
    """Return the message that asks The Big Question in an edition's thread."""
    lines = [f"## {text('roundup.view.question', language)}", escape(question.text, 1_000)]
    lines += [f"{number}. {escape(option, 100)}" for number, option in enumerate(_shown(question.options), 1)]
    how = text(f"roundup.view.answer.{question.kind.value}", language)
    lines.append(f"-# {how}")
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(lines)), accent_colour=ACCENT))
    return view


def thread_name(edition: Edition, language: str, chars_max: int) -> str:
    """Return the name of an edition's thread: the day and what leads."""
    day = day_text(edition.day, language, "MMMd")
    lead = edition.lead.headline if edition.lead is not None else edition.title
    return cut(f"{day} · {clean(lead)}", chars_max)


def _blocks(
    edition: Edition, language: str, notify_role_id: int | None, links: EditionLinks
) -> list[ui.Item[ui.LayoutView]]:
    day = day_text(edition.day, language, "full")
    head = f"# {escape(edition.title, 100)}\n-# {day}"
    if notify_role_id is not None:
        head += f" · <@&{notify_role_id}>"
    question = "" if edition.big_question is None else _question(edition.big_question, language, links)
    sections = _fit(edition, language, TEXT_CHARS_MAX - len(head) - len(question))
    blocks: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(head)]
    if edition.lead is not None and _can_show(edition.lead.image_url):
        alt = cut(clean(edition.lead.headline), ALT_CHARS_MAX)
        blocks.append(ui.MediaGallery(MediaGalleryItem(edition.lead.image_url or "", description=alt)))
    for place, lines in enumerate(sections):
        if place > 0:
            # A line under the lead; between the others only air, or each headline would hang on the story above it.
            blocks.append(ui.Separator(visible=place == 1))
        blocks.append(ui.TextDisplay(lines))
    if question:
        blocks += [ui.Separator(), ui.TextDisplay(question)]
    return blocks


def _can_show(image_url: str | None) -> bool:
    """Tell whether Discord takes an address for a picture; one that it refuses would keep the whole edition back."""
    return (
        image_url is not None
        and len(image_url) <= IMAGE_URL_CHARS_MAX
        and image_url.startswith(("http://", "https://"))
        and image_url.isascii()
        and not any(char.isspace() for char in image_url)
    )


def _fit(edition: Edition, language: str, chars_max: int) -> list[str]:
    """Return a text for each section, lead first; summaries give way until all fit, then sources, then sections."""
    wanted = [*([edition.lead] if edition.lead else []), *edition.sections]
    summary_chars, sources_max = SUMMARY_CHARS_MAX, SOURCES_SHOWN_MAX
    while True:
        texts = [
            _section(section, language, summary_chars, sources_max, lead=place == 0 and edition.lead is not None)
            for place, section in enumerate(wanted)
        ]
        if sum(len(lines) for lines in texts) <= chars_max or not wanted:
            return texts
        if summary_chars > SUMMARY_CHARS_MIN:
            summary_chars = max(SUMMARY_CHARS_MIN, summary_chars - 60)
        elif sources_max > SOURCES_SHOWN_MIN:
            sources_max -= 1
        else:
            wanted.pop()


def _section(section: Section, language: str, summary_chars: int, sources_max: int, *, lead: bool) -> str:
    url = section.articles[0] if section.articles else None
    lines = [f"{'##' if lead else '###'} {link(section.headline, url, HEADLINE_CHARS_MAX)}"]
    if section.summary:
        lines.append(escape(quotation(cut(section.summary, summary_chars), language)))
    credited = credits_of(section, language)
    shown = credited[:sources_max]
    names = [link(credit.label, credit.url or url) for credit in shown]
    if (more := len(credited) - len(shown)) > 0:
        names.append(plural("roundup.view.more_sources", language, more))
    lines.append(f"-# {' · '.join(names)}")
    return "\n".join(lines)


def _question(question: BigQuestion, language: str, links: EditionLinks) -> str:
    lines = [f"### {text('roundup.view.question', language)}", f"**{escape(question.text, 500)}**"]
    if question.options:
        lines.append(" · ".join(escape(option, 55) for option in _shown(question.options)))
    if question.origin is QuestionOrigin.SUGGESTED:
        lines.append(f"-# {text('roundup.view.suggested', language)}")
    if links.question:
        lines.append(text("roundup.view.answer_here", language, link=links.question))
    return "\n".join(lines)


def _shown(options: tuple[str, ...]) -> tuple[str, ...]:
    return options[:OPTIONS_SHOWN_MAX]


def _buttons(
    edition_id: int, language: str, parts: frozenset[Part], links: EditionLinks
) -> ui.ActionRow[ui.LayoutView]:
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    if links.thread:
        row.add_item(ui.Button(label=text("roundup.view.discuss", language), emoji="💬", url=links.thread))
    if Part.NOTIFY in parts:
        row.add_item(
            ui.Button(
                label=text("roundup.view.notify", language),
                emoji="🔔",
                style=ButtonStyle.secondary,
                custom_id=f"{marker(edition_id)}notify",
            )
        )
    row.add_item(
        ui.Button(
            label=text("roundup.view.suggest", language),
            style=ButtonStyle.secondary,
            custom_id=f"{marker(edition_id)}suggest",
        )
    )
    row.add_item(
        ui.Button(
            label=text("roundup.view.about", language),
            style=ButtonStyle.secondary,
            custom_id=f"{marker(edition_id)}about",
        )
    )
    return row
