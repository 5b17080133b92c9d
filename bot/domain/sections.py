"""From a story, or a part of a column, to the section of an edition that tells it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.article import SOURCE_NOT_GIVEN, Article
from bot.domain.column import Column, Part
from bot.domain.edition import Section, SourceRef
from bot.domain.story import Story, group
from bot.domain.summary import HEADLINE_CHARS_MAX, headline, quote, summarise
from bot.domain.wording import clean, cut


def story_section(story: Story) -> Section:
    """Return the section of a story: the article that tells it best is quoted, all sources are named and linked."""
    quoted = next((article for article in story.articles if summarise(article)), story.articles[0])
    ordered = (quoted, *(article for article in story.articles if article is not quoted))
    image_url, image_source = _picture(ordered)
    return Section(
        headline=headline(quoted),
        summary=summarise(quoted),
        sources=tuple(_refs(ordered)),
        articles=tuple(dict.fromkeys(article.url for article in ordered)),
        image_url=image_url,
        image_source=image_source,
    )


def column_sections(page: Article, column: Column, others: Sequence[Story]) -> list[tuple[Section, Story | None]]:
    """Return the sections of a column, each with the story of other sources that tells the same, if there is one.

    Such a story's sources are named and linked as well. The column's own picture stands with its first part only.
    """
    linked = _linked(page, column, others)
    return [
        (_part_section(page, part, story, is_first=place == 0), story)
        for place, (part, story) in enumerate(zip(column.parts, linked, strict=True))
    ]


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


def _part_section(page: Article, part: Part, story: Story | None, *, is_first: bool) -> Section:
    itself = _ref(page)
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
    image_url, image_source = _picture([*(story.articles if story else ()), *([page] if is_first else [])])
    return Section(
        headline=cut(clean(part.headline), HEADLINE_CHARS_MAX),
        summary=summary,
        sources=tuple(sources),
        articles=tuple(dict.fromkeys(addresses)),
        image_url=image_url,
        image_source=image_source,
    )


def _with_links(named: Sequence[SourceRef], story: Story) -> list[SourceRef]:
    """Return the sources with those of `story`; an outlet that was known only by name is linked to its own article."""
    own = {_same_name(ref): ref for ref in _refs(story.articles)}
    linked = [own.pop(_same_name(ref), ref) if ref.url is None else ref for ref in named]
    known = {_same_name(ref) for ref in linked}
    return [*linked, *(ref for name, ref in own.items() if name not in known)]


def _refs(articles: Iterable[Article]) -> list[SourceRef]:
    found: dict[str, SourceRef] = {}
    for article in articles:
        ref = _ref(article)
        found.setdefault(_same_name(ref), ref)
    return list(found.values())


def _ref(article: Article) -> SourceRef:
    return SourceRef(clean(article.source), article.url, article.is_paywalled)


def _same_name(ref: SourceRef) -> str:
    # "The Guardian" is "Guardian"; of two pages without a name nobody knows whether they are of one outlet.
    name = ref.name.casefold().removeprefix("the ")
    return f"{name} {ref.url}" if ref.name == SOURCE_NOT_GIVEN else name


def _picture(articles: Iterable[Article]) -> tuple[str | None, str | None]:
    """Return the first picture that one of the articles has, and whose it is."""
    for article in articles:
        if article.image_url:
            return article.image_url, clean(article.source)
    return None, None
