"""An edition as Discord shows it: one message of components, within all limits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from discord import ButtonStyle, MediaGalleryItem, SelectOption, ui

from bot.domain.edition import Answer, BigQuestion, Correction, Edition, LookBack, QuestionOrigin, Section
from bot.domain.guild import Part
from bot.domain.wording import clean, cut
from bot.edge.gallery import ALT_CHARS_MAX, picture_address
from bot.edge.markdown import escape, fit, link
from bot.edge.poll_card import marker as poll_marker
from bot.edge.question import ACCENT, OPTIONS_SHOWN_MAX
from bot.render.edition import Credit, credits_of, quotation, source_name
from bot.text import day_text, join_names, plural, text

# Discord docs, components reference: 4,000 characters in all text displays of a message; some are kept for the rest.
TEXT_CHARS_MAX = 3_900
# Discord docs, components reference: 40 components in a message. A story takes two of them, the rest at most 20.
SECTIONS_SHOWN_MAX = 8
HEADLINE_CHARS_MAX = 200
SUMMARY_CHARS_MAX = 500
SUMMARY_CHARS_MIN = 80
SUMMARY_CHARS_STEP = 60
SOURCES_SHOWN_MAX = 5
SOURCES_SHOWN_MIN = 2
OPTION_CHARS_MAX = 100  # Discord docs, components reference, select option: "label" and "description"
OUTLET_CHARS_MAX = 80
# What the parts around the stories may take of the text, so that some is left for the lead whatever they hold.
TITLE_CHARS_MAX = 150
COMMENT_CHARS_MAX = 600
QUESTION_CHARS_MAX = 500
OPTIONS_CHARS_MAX = 300
LOOK_BACK_QUESTION_CHARS_MAX = 200
LOOK_BACK_ANSWER_CHARS_MAX = 60
LOOK_BACK_ANSWERS_MAX = 3
WEEK_QUESTIONS_MAX = 5
WEEK_CHARS_MAX = 900
EDITORS_SHOWN_MAX = 3
CORRECTIONS_SHOWN_MAX = 3
CORRECTION_CHARS_MAX = 120


@dataclass(frozen=True, slots=True)
class EditionLinks:
    """Where the parts of a posted edition stand, and the poll that asks its question."""

    thread: str | None = None
    question: str | None = None
    poll_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """How much of each story is shown."""

    summary_chars: int
    sources: int


_FRAMES = (
    *(
        _Frame(chars, SOURCES_SHOWN_MAX)
        for chars in range(SUMMARY_CHARS_MAX, SUMMARY_CHARS_MIN - 1, -SUMMARY_CHARS_STEP)
    ),
    *(_Frame(SUMMARY_CHARS_MIN, sources) for sources in range(SOURCES_SHOWN_MAX - 1, SOURCES_SHOWN_MIN - 1, -1)),
)


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
    head = _head(edition, language, notify_role_id)
    closing = [
        words
        for words in (
            _looking_back(edition, language),
            "" if edition.big_question is None else _question(edition.big_question, language),
        )
        if words
    ]
    signed = _signed(edition, language)
    taken = sum(len(words) for words in (head, *closing, signed))
    stories = _fit(edition, language, TEXT_CHARS_MAX - taken)

    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(head), accent_colour=ACCENT)
    if edition.lead is not None and (address := picture_address(edition.lead.image_url)) is not None:
        alt = cut(clean(edition.lead.headline), ALT_CHARS_MAX)
        container.add_item(ui.MediaGallery(MediaGalleryItem(address, description=alt)))
    for place, (_, words) in enumerate(stories):
        if place > 0:
            # A line under the lead; between the others only air, or each headline would hang on the story above it.
            container.add_item(ui.Separator(visible=place == 1))
        container.add_item(ui.TextDisplay(words))
    for words in closing:
        container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(words))
    if signed:
        container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(signed))
    if edition_id is not None:
        container.add_item(ui.Separator())
        if options := _options([section for section, _ in stories], language):
            container.add_item(_discuss(edition_id, language, options))
        container.add_item(_buttons(edition_id, language, parts, links or EditionLinks()))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def story_view(section: Section, *, language: str, edition: Edition, edition_link: str) -> ui.LayoutView:
    """Return the message that opens the thread of one story."""
    words = _section(replace(section, image_url=None), language, _FRAMES[0], is_lead=True)  # it shows no picture
    back = text(
        "roundup.discuss.from",
        language,
        edition=link(edition.title, edition_link, TITLE_CHARS_MAX),
        day=day_text(edition.day, language, "MMMd"),
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(f"{words}\n-# {back}"), accent_colour=ACCENT))
    return view


def story_name(section: Section, edition: Edition, chars_max: int) -> str:
    """Return the name of a story's thread: its headline."""
    return cut(clean(section.headline) or clean(edition.title) or str(edition.day), chars_max)


def thread_name(edition: Edition, language: str, chars_max: int) -> str:
    """Return the name of an edition's thread: the day and what leads."""
    day = day_text(edition.day, language, "MMMd")
    lead = edition.lead.headline if edition.lead is not None else edition.title
    return cut(f"{day} · {clean(lead)}", chars_max)


def _head(edition: Edition, language: str, notify_role_id: int | None) -> str:
    lines = [f"# {fit(edition.title, TITLE_CHARS_MAX)}", f"-# {day_text(edition.day, language, 'full')}"]
    if notify_role_id is not None:
        lines[1] += f" · <@&{notify_role_id}>"
    if edition.comment:
        lines.append(fit(edition.comment, COMMENT_CHARS_MAX))
    return "\n".join(lines)


def _fit(edition: Edition, language: str, chars_max: int) -> list[tuple[Section, str]]:
    """Return the stories that are shown, lead first, with their words.

    Summaries give way until all fit, then sources, then the last stories; of the lead at least the headline stays.
    """
    wanted = [*([edition.lead] if edition.lead else []), *edition.sections][:SECTIONS_SHOWN_MAX]

    def told(frame: _Frame) -> list[tuple[Section, str]]:
        return [(section, _section(section, language, frame, is_lead=section is edition.lead)) for section in wanted]

    for frame in _FRAMES:
        if _chars(stories := told(frame)) <= chars_max:
            return stories
    while len(wanted) > 1:
        wanted.pop()
        if _chars(stories := told(_FRAMES[-1])) <= chars_max:
            return stories
    return [(section, f"## {fit(section.headline, max(0, chars_max - len('## ')))}") for section in wanted]


def _chars(stories: Sequence[tuple[Section, str]]) -> int:
    return sum(len(words) for _, words in stories)


def _section(section: Section, language: str, frame: _Frame, *, is_lead: bool) -> str:
    url = section.articles[0] if section.articles else None
    headline = link(section.headline, url, HEADLINE_CHARS_MAX)
    if section.is_update:
        headline = text("roundup.view.update", language, headline=headline)
    lines = [f"{'##' if is_lead else '###'} {headline}"]
    if section.summary:
        lines.append(escape(quotation(cut(section.summary, frame.summary_chars), language)))
    credited = credits_of(section, language)
    shown = credited[: frame.sources]
    names = [_credit(credit, url, language) for credit in shown]
    if (more := len(credited) - len(shown)) > 0:
        names.append(plural("roundup.view.more_sources", language, more))
    if is_lead and section.image_source and picture_address(section.image_url) is not None:
        outlet = escape(source_name(section.image_source, language), OUTLET_CHARS_MAX)
        names.append(text("edition.picture", language, name=outlet))
    if names:
        lines.append(f"-# {' · '.join(names)}")
    return "\n".join(lines)


def _credit(credit: Credit, url: str | None, language: str) -> str:
    outlet = link(credit.label, credit.url or url, OUTLET_CHARS_MAX)
    return text("roundup.view.paid", language, outlet=outlet) if credit.is_paywalled else outlet


def _looking_back(edition: Edition, language: str) -> str:
    if edition.look_back is not None:
        return _look_back(edition.look_back, edition, language)
    return _week(edition.look_backs, language) if edition.look_backs else ""


def _look_back(told: LookBack, edition: Edition, language: str) -> str:
    if (edition.day - told.day).days == 1:
        title = text("roundup.look_back.yesterday", language)
    else:
        title = text("roundup.look_back.on", language, day=day_text(told.day, language, "MMMd"))
    asked = quotation(cut(told.question, LOOK_BACK_QUESTION_CHARS_MAX), language)
    lines = [f"### {title}", link(asked, told.link, len(asked))]
    lines += [_answer(answer, told, language) for answer in told.answers[:LOOK_BACK_ANSWERS_MAX]]
    if counted := _counted(told, language):
        lines.append(f"-# {counted}")
    return "\n".join(lines)


def _week(told: Sequence[LookBack], language: str) -> str:
    """Return what the questions of a week came to: each with the answer that most gave."""
    lines = [f"### {text('roundup.look_back.week', language)}"]
    for back in told[:WEEK_QUESTIONS_MAX]:
        asked = quotation(cut(back.question, LOOK_BACK_QUESTION_CHARS_MAX), language)
        came = [_answer(answer, back, language) for answer in back.answers[:1]]
        said = " · ".join(filter(None, [*came, _counted(replace(back, liked_link=None), language)]))
        line = f"- {link(asked, back.link, len(asked))}" + (f": {said}" if said else "")
        if sum(map(len, lines)) + len(line) > WEEK_CHARS_MAX:
            break
        lines.append(line)
    return "\n".join(lines) if len(lines) > 1 else ""


def _answer(answer: Answer, told: LookBack, language: str) -> str:
    percent = round(100 * answer.votes_n / max(answer.of_n or told.votes_n, 1))
    words = fit(answer.text, LOOK_BACK_ANSWER_CHARS_MAX)
    return plural("roundup.look_back.answer", language, answer.votes_n, answer=words, percent=percent)


def _counted(told: LookBack, language: str) -> str:
    counted: list[str] = []
    if told.votes_n:
        counted.append(plural("roundup.look_back.votes", language, told.votes_n))
        if not told.is_final:
            counted.append(text("roundup.look_back.so_far", language))
    if told.comments_n:
        counted.append(plural("roundup.look_back.comments", language, told.comments_n))
    if told.liked_link:
        counted.append(text("roundup.look_back.liked", language, link=told.liked_link))
    return " · ".join(counted)


def _question(question: BigQuestion, language: str) -> str:
    lines = [f"### {text('roundup.view.question', language)}", f"**{fit(question.text, QUESTION_CHARS_MAX)}**"]
    if options := [clean(option) for option in question.options[:OPTIONS_SHOWN_MAX]]:
        lines.append(fit(" · ".join(options), OPTIONS_CHARS_MAX))
    if question.origin is QuestionOrigin.SUGGESTED:
        lines.append(f"-# {text('roundup.view.suggested', language)}")
    return "\n".join(lines)


def _signed(edition: Edition, language: str) -> str:
    """Return who edited the edition and what was corrected after it was posted, the latest of each."""
    lines = [_corrected(correction, language) for correction in edition.corrections[-CORRECTIONS_SHOWN_MAX:]]
    if edition.edited_by:
        names = join_names((f"<@{member_id}>" for member_id in edition.edited_by[-EDITORS_SHOWN_MAX:]), language)
        lines.append(f"-# {text('roundup.view.edited_by', language, editors=names)}")
    return "\n".join(lines)


def _corrected(correction: Correction, language: str) -> str:
    at = f"<t:{int(correction.at.timestamp())}:t>"
    what = fit(correction.what, CORRECTION_CHARS_MAX)
    return f"-# {text('roundup.view.corrected', language, at=at, what=what)}"


def _options(sections: Sequence[Section], language: str) -> list[SelectOption]:
    """Return what the select offers; of stories with the same number, as old editions have them, only the first."""
    offered: dict[int, SelectOption] = {}
    for section in sections:
        label = cut(clean(section.headline), OPTION_CHARS_MAX)
        names = cut(
            " · ".join(clean(source_name(source.name, language)) for source in section.sources), OPTION_CHARS_MAX
        )
        if label:
            offered.setdefault(
                section.number, SelectOption(label=label, value=str(section.number), description=names or None)
            )
    return list(offered.values())


def _discuss(edition_id: int, language: str, options: list[SelectOption]) -> ui.ActionRow[ui.LayoutView]:
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=f"{marker(edition_id)}discuss",
        placeholder=text("roundup.view.discuss_story", language),
        options=options,
    )
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    row.add_item(select)
    return row


def _buttons(
    edition_id: int, language: str, parts: frozenset[Part], links: EditionLinks
) -> ui.ActionRow[ui.LayoutView]:
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    if links.poll_id is not None:
        label = text("roundup.view.vote", language)
        custom_id = f"{poll_marker(links.poll_id)}vote"
        row.add_item(ui.Button(label=label, emoji="🗳️", style=ButtonStyle.primary, custom_id=custom_id))
    elif links.question:
        row.add_item(ui.Button(label=text("roundup.view.answer_button", language), emoji="❓", url=links.question))
    elif links.thread:
        row.add_item(ui.Button(label=text("roundup.view.discuss", language), emoji="💬", url=links.thread))

    def add(action: str, message_id: str, emoji: str | None = None) -> None:
        row.add_item(
            ui.Button(
                label=text(message_id, language),
                emoji=emoji,
                style=ButtonStyle.secondary,
                custom_id=f"{marker(edition_id)}{action}",
            )
        )

    if Part.NOTIFY in parts:
        add("notify", "roundup.view.notify", "🔔")
    add("suggest", "roundup.view.suggest", "💡")
    add("edit", "roundup.view.edit", "✏️")
    add("about", "roundup.view.about")
    return row
