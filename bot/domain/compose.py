"""How a day's articles become an edition."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from bot.domain.article import Article
from bot.domain.column import Column, Part, read_column
from bot.domain.edition import BigQuestion, Edition, Section, SourceRef
from bot.domain.question import Phrase, find_question, suggest_question
from bot.domain.story import Story, group, rank
from bot.domain.summary import HEADLINE_CHARS_MAX, headline, quote, summarise
from bot.domain.wording import clean, cut

SECTIONS_MAX = 5  # with the lead six stories: what one message holds with a picture and a button each


@dataclass(frozen=True, slots=True)
class _Told:
    """A section, and the article it was made from."""

    section: Section
    article: Article


def compose(
    articles: Sequence[Article],
    *,
    day: date,
    title: str,
    now: datetime | None = None,
    sections_max: int = SECTIONS_MAX,
    phrase: Phrase | None = None,
    queued: BigQuestion | None = None,
) -> Edition:
    """Return the day's edition of `articles`.

    An article that is itself a column gives the edition its lead, its sections with the outlets they quote, and its
    question; every other story gives one section that names and links all its sources. Where an article of another
    source tells what a column's section tells, they are one section.

    Args:
        articles: in any order, which has no influence.
        day: the date of the issue.
        title: of the edition.
        now: when it is made, for freshness; without it the newest article counts as just published.
        sections_max: how many sections follow the lead at most.
        phrase: the edition's language, for a suggested question; without it none is suggested.
        queued: the guild's own question, asked if no article asks one.
    """
    columns = {article: column for article in set(articles) if (column := read_column(article))}
    others = group([article for article in articles if article not in columns])
    ranked = rank(others, now)
    issues = rank(group([article for article in articles if article in columns]), now)
    told: list[_Told] = []
    used: set[Story] = set()
    for issue in issues:
        page = issue.articles[0]
        linked = _linked(page, columns[page], others)
        for part, story in zip(columns[page].parts, linked, strict=True):
            told.append(_Told(_column_section(page, part, story), page))
            if story:
                used.add(story)
    room = max(sections_max + 1 - len(told), 0)
    news = islice((story for story in ranked if story not in used), room)
    told = [*told[: sections_max + 1], *(_Told(_story_section(story), story.articles[0]) for story in news)]
    return Edition(
        title=title,
        day=day,
        lead=told[0].section if told else None,
        sections=tuple(one.section for one in told[1:]),
        big_question=_question([issue.articles[0] for issue in issues], ranked, told, queued, phrase),
        stories=tuple(tuple(dict.fromkeys(article.url for article in story.articles)) for story in (*issues, *ranked)),
    )


def _question(
    columns: Sequence[Article],
    ranked: Sequence[Story],
    told: Sequence[_Told],
    queued: BigQuestion | None,
    phrase: Phrase | None,
) -> BigQuestion | None:
    """Return a column's question, else an article's, else the guild's own, else one made from the lead."""
    shown = {one.article for one in told}
    candidates = [*columns, *(story.articles[0] for story in ranked if story.articles[0] in shown)]
    for article in candidates:
        if question := find_question(article):
            return question
    if queued is not None:
        return queued
    if phrase is None or not told:
        return None
    return suggest_question(told[0].section, told[0].article, phrase)


def _linked(page: Article, column: Column, others: Sequence[Story]) -> list[Story | None]:
    """Return for each part of a column the story of other sources that tells the same event, if there is one."""
    if not others:
        return [None] * len(column.parts)
    # The addresses stand in for this comparison only: no two parts, and no article, have the same.
    parts = [
        replace(page, url=f"part:{number}", title=part.headline, summary="", body="\n".join(part.prose))
        for number, part in enumerate(column.parts)
    ]
    home = {article: story for story in others for article in story.articles}
    beside: dict[str, Story] = {}
    for found in group([*home, *parts]):
        stories = [home[article] for article in found.articles if article in home]
        for article in found.articles:
            if article not in home and stories:
                beside[article.url] = max(stories, key=lambda story: len(story.articles))
    linked: list[Story | None] = []
    taken: set[Story] = set()
    for part in parts:
        story = beside.get(part.url)
        linked.append(story if story and story not in taken else None)
        if story:
            taken.add(story)
    return linked


def _column_section(page: Article, part: Part, story: Story | None) -> Section:
    itself = SourceRef(clean(page.source), page.url)
    quoted = next((quotation for quotation in part.quotations if quotation.outlet), None)
    if quoted and quoted.outlet:
        summary = quote([quoted.text])
        outlets = dict.fromkeys([*(q.outlet for q in part.quotations if q.outlet), *part.outlets])
        sources = [*(SourceRef(clean(name), None) for name in outlets), itself]
    else:
        summary = quote(part.prose)
        sources = [itself, *(SourceRef(clean(name), None) for name in part.outlets)]
    addresses = [page.url]
    if story:
        sources = _with_links(sources, story)
        addresses += [article.url for article in story.articles]
    image = next((article.image_url for article in story.articles if article.image_url), None) if story else None
    return Section(
        headline=cut(clean(part.headline), HEADLINE_CHARS_MAX),
        summary=summary,
        sources=tuple(sources),
        articles=tuple(dict.fromkeys(addresses)),
        image_url=image or page.image_url,
    )


def _with_links(named: Sequence[SourceRef], story: Story) -> list[SourceRef]:
    """Return the sources with those of `story`; an outlet that was known only by name is linked to its own article."""
    own = {ref.name.casefold(): ref for ref in _sources(story)}
    linked = [own.pop(ref.name.casefold(), ref) if ref.url is None else ref for ref in named]
    known = {ref.name.casefold() for ref in linked}
    return [*linked, *(ref for name, ref in own.items() if name not in known)]


def _story_section(story: Story) -> Section:
    quoted = next((article for article in story.articles if summarise(article)), story.articles[0])
    addresses = dict.fromkeys([quoted.url, *(article.url for article in story.articles)])
    return Section(
        headline=headline(quoted),
        summary=summarise(quoted),
        sources=tuple(_sources(story, first=quoted)),
        articles=tuple(addresses),
        image_url=next((article.image_url for article in (quoted, *story.articles) if article.image_url), None),
    )


def _sources(story: Story, *, first: Article | None = None) -> list[SourceRef]:
    found: dict[str, SourceRef] = {}
    for article in (*((first,) if first else ()), *story.articles):
        found.setdefault(article.source.casefold(), SourceRef(clean(article.source), article.url))
    return list(found.values())
