"""How a week's editions become the edition of the week."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from bot.domain.article import Article
from bot.domain.compose import RESERVE_MAX, SECTIONS_MAX
from bot.domain.edition import BigQuestion, Edition, QuestionKind, QuestionOrigin, Section, SourceRef
from bot.domain.queue import OPTION_CHARS_MAX, OPTIONS_MAX
from bot.domain.sensitive import is_sensitive
from bot.domain.story import group
from bot.domain.suggested import Phrase
from bot.domain.wording import cut

# What makes a story one of the week: that it led a day counts as much as two sources more, and each day on which it
# moved on as much as three.
LEAD_WEIGHT = 2
UPDATE_WEIGHT = 3
# Fewer are no choice, as for any question that names what to choose from.
CHOICES_MIN = 3


@dataclass(frozen=True, slots=True)
class _Appearance:
    day: date
    section: Section
    own: tuple[str, ...]  # the addresses of this section alone
    is_lead: bool


def compose_week(
    editions: Sequence[Edition],
    *,
    day: date,
    title: str,
    phrase: Phrase | None = None,
    sections_max: int = SECTIONS_MAX,
    reserve_max: int = RESERVE_MAX,
) -> Edition:
    """Return the edition of the week that `editions` are of: its stories once each, and what readers answered.

    A story that came again as an update is told as it stood last, with the sources of all days. Stories that led and
    that moved on come first, then those that most sources told. The question asks for the story of the week; stories of
    death, injury and crime are no choice in it.

    Args:
        editions: of the week, in any order, which has no influence.
        day: the date of the issue.
        title: of the edition.
        phrase: the edition's language, for the question; without it none is asked.
        sections_max: how many sections follow the lead at most.
        reserve_max: how many sections are kept beside them at most.
    """
    ordered = sorted(editions, key=_edition_order)
    stories = _stories(ordered)
    ranked = sorted(stories, key=lambda story: (-_weight(story), *_order(story[0])))
    told = [_told(story) for story in ranked[: sections_max + 1 + reserve_max]]
    sections = [replace(section, number=number) for number, section in enumerate(told)]
    shown, reserve = sections[: sections_max + 1], sections[sections_max + 1 :]
    look_backs = [edition.look_back for edition in ordered if edition.look_back is not None]
    return Edition(
        title=title,
        day=day,
        lead=shown[0] if shown else None,
        sections=tuple(shown[1:]),
        big_question=None if phrase is None else _question(shown, phrase),
        stories=tuple(tuple(_addresses(story)) for story in ranked),
        reserve=tuple(reserve),
        look_backs=tuple(dict.fromkeys(look_backs)),
    )


def _edition_order(edition: Edition) -> tuple[object, ...]:
    headlines = tuple(section.headline for section in (edition.lead, *edition.sections) if section is not None)
    return edition.day, edition.title, headlines


def _appearances(edition: Edition) -> Iterator[_Appearance]:
    sections = [section for section in (edition.lead, *edition.sections) if section is not None]
    held = Counter(url for section in sections for url in set(section.articles))
    for section in sections:
        # The page of a column stands under all of its parts and tells none of them apart.
        own = tuple(url for url in section.articles if held[url] == 1)
        yield _Appearance(edition.day, section, own, is_lead=section is edition.lead)


def _stories(ordered: Sequence[Edition]) -> list[list[_Appearance]]:
    """Return the week's sections gathered by story, each in the order of its days."""
    shown = [appearance for edition in ordered for appearance in _appearances(edition)]
    # A section is compared as an article of its own: what it says, and when.
    of_section = {
        Article(
            key=str(place),
            url=f"section:{place}",
            title=one.section.headline,
            source=str(place),
            body=one.section.summary,
            published_at=datetime.combine(one.day, time(), UTC),
        ): one
        for place, one in enumerate(shown)
    }
    gathered: list[list[_Appearance]] = []
    at: dict[str, int] = {}
    for story in group(list(of_section)):
        appearances = [of_section[article] for article in story.articles]
        addresses = [url for one in appearances for url in one.own]
        # The same article in two editions is the same story, however far apart and however its section reads.
        homes = sorted({at[url] for url in addresses if url in at})
        home = homes[0] if homes else len(gathered)
        if not homes:
            gathered.append([])
        for other in homes[1:]:
            addresses += [url for one in gathered[other] for url in one.own]
            appearances += gathered[other]
            gathered[other] = []
        gathered[home] += appearances
        at |= dict.fromkeys(addresses, home)
    return [sorted(story, key=_order) for story in gathered if story]


def _order(one: _Appearance) -> tuple[object, ...]:
    return one.day, not one.is_lead, one.section.headline, one.section.articles


def _weight(story: Sequence[_Appearance]) -> int:
    sources_n = len({ref.name.casefold() for one in story for ref in one.section.sources})
    days_n = len({one.day for one in story})
    return sources_n + LEAD_WEIGHT * any(one.is_lead for one in story) + UPDATE_WEIGHT * (days_n - 1)


def _addresses(story: Iterable[_Appearance]) -> list[str]:
    return list(dict.fromkeys(url for one in story for url in one.section.articles))


def _told(story: Sequence[_Appearance]) -> Section:
    """Return the story as it stood last, with the sources and, where it has none, the picture of earlier days."""
    last = story[-1].section
    refs: dict[tuple[str, str | None], SourceRef] = {}
    for one in reversed(story):
        for ref in one.section.sources:
            refs.setdefault((ref.name.casefold(), ref.url), ref)
    pictured = next((one.section for one in reversed(story) if one.section.image_url), last)
    return replace(
        last,
        sources=tuple(refs.values()),
        articles=tuple(dict.fromkeys([*last.articles, *_addresses(story)])),
        image_url=pictured.image_url,
        image_source=pictured.image_source,
        is_update=False,
    )


def _question(shown: Sequence[Section], phrase: Phrase) -> BigQuestion | None:
    choices = [section for section in shown if not is_sensitive(f"{section.headline}\n{section.summary}")]
    options = tuple(dict.fromkeys(cut(section.headline, OPTION_CHARS_MAX) for section in choices))[:OPTIONS_MAX]
    if len(options) < CHOICES_MIN:
        return None
    asked = phrase("edition.question.of_the_week")
    return BigQuestion(asked, QuestionOrigin.SUGGESTED, QuestionKind.POLL, options)
