"""How a day's articles become an edition."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.address import canonical_address
from bot.domain.article import Article
from bot.domain.column import Column, read_column
from bot.domain.edition import BigQuestion, Edition, Section
from bot.domain.question import find_question
from bot.domain.sections import column_sections, story_section
from bot.domain.story import Story, group, rank, weigh
from bot.domain.suggested import Phrase, suggest_question
from bot.domain.told import addresses_of, moved_on, split_told

SECTIONS_MAX = 5  # with the lead six stories: what one message holds with a picture and a button each
SECTIONS_MIN = 3  # a shorter column of the guild's own is filled up to so many with other news
RESERVE_MAX = 6  # as many as an edition shows, for editors to swap in
# A story with a picture leads before one without that matters this much more: half of what a day of age is worth.
PICTURE_MARGIN = 0.25
LEADS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class _Told:
    """A section, the article it was made from, and the story of other sources that it tells."""

    section: Section
    article: Article
    story: Story | None = None


def compose(
    articles: Sequence[Article],
    *,
    day: date,
    title: str,
    now: datetime | None = None,
    phrase: Phrase | None = None,
    told: Sequence[Article] = (),
    queued: BigQuestion | None = None,
    sections_max: int = SECTIONS_MAX,
    reserve_max: int = RESERVE_MAX,
) -> Edition:
    """Return the day's edition of `articles`.

    An article that is itself a column gives the edition its lead, its sections with the outlets they quote, and its
    question; every other story gives one section that names and links all its sources. Where an article of another
    source tells what a column's section tells, they are one section. The guild's own column (`Article.is_ours`) makes
    the whole edition, with other news only where it is short. A story that was told is left out, or marked as an
    update if it has moved on.

    Args:
        articles: in any order, which has no influence.
        day: the date of the issue.
        title: of the edition.
        now: when it is made, for freshness; without it the newest article counts as just published.
        phrase: the edition's language, for a suggested question; without it none is suggested.
        told: what earlier editions were made from; among `articles` they are left out.
        queued: the guild's own next question, asked if no article asks one.
        sections_max: how many sections follow the lead at most.
        reserve_max: how many sections are kept beside them at most.
    """
    known = addresses_of(told)
    fresh = [article for article in set(articles) if not known or canonical_address(article.url) not in known]
    columns = {article: column for article in fresh if (column := read_column(article, is_ours=article.is_ours))}
    others = group([article for article in [*fresh, *told] if article not in columns])
    news, updates = _untold(others, known)
    issues = rank(group(list(columns)), now)
    own = _own_column(fresh, columns)
    ranked = _pictured_first(rank(news, now), now)
    parts, used = _columns(_own_first(issues, own), columns, ranked, own)
    rest = [
        _Told(replace(story_section(story), is_update=story in updates), story.articles[0], story)
        for story in _own_first(ranked, own)[: sections_max + 1 + len(used) + reserve_max]
        if story not in used
    ]
    shown, reserve = _chosen(parts, rest, own, sections_max)
    sections = [replace(one.section, number=number) for number, one in enumerate([*shown, *reserve[:reserve_max]])]
    return Edition(
        title=title,
        day=day,
        lead=sections[0] if sections else None,
        sections=tuple(sections[1 : len(shown)]),
        big_question=_question([issue.articles[0] for issue in issues], shown, own, queued, phrase),
        stories=tuple(tuple(dict.fromkeys(article.url for article in story.articles)) for story in (*issues, *ranked)),
        reserve=tuple(sections[len(shown) :]),
    )


def _untold(stories: Iterable[Story], known: frozenset[str]) -> tuple[list[Story], set[Story]]:
    """Return the stories without what earlier editions told of them, and which of them moved on since."""
    news: list[Story] = []
    updates: set[Story] = set()
    for story in stories:
        fresh, told = split_told(story, known)
        if not fresh or (told and not moved_on(fresh, told)):
            continue
        untold = Story(fresh)
        news.append(untold)
        if told:
            updates.add(untold)
    return news, updates


def _own_column(fresh: Sequence[Article], columns: dict[Article, Column]) -> Article | None:
    """Return the guild's own column of the day: the newest of its articles, one that reads like a column before all."""
    own = [article for article in fresh if article.is_ours]
    return max(
        own,
        key=lambda one: (one in columns, one.published_at.timestamp() if one.published_at else 0.0, one.url),
        default=None,
    )


def _own_first(stories: Sequence[Story], own: Article | None) -> list[Story]:
    return sorted(stories, key=lambda story: own is None or own not in story.articles)


def _pictured_first(ranked: Sequence[Story], now: datetime | None) -> tuple[Story, ...]:
    """Return the stories with one that has a picture first, if it matters nearly as much as the first one."""
    weights = weigh(ranked[:LEADS_LOOKED_AT], now)
    for place, story in enumerate(ranked[:LEADS_LOOKED_AT]):
        if weights[place] < weights[0] - PICTURE_MARGIN:
            break
        if any(article.image_url for article in story.articles):
            return (story, *ranked[:place], *ranked[place + 1 :])
    return tuple(ranked)


def _columns(
    issues: Iterable[Story], columns: dict[Article, Column], news: Sequence[Story], own: Article | None
) -> tuple[list[_Told], set[Story]]:
    """Return the parts of the columns, and the stories of other sources that they tell.

    Beside the guild's own column the others are mere reserve, and take no story from the news.
    """
    parts: list[_Told] = []
    used: set[Story] = set()
    for issue in issues:
        is_own = own in issue.articles
        page = own if own is not None and is_own else issue.articles[0]
        beside = [story for story in news if story not in used] if own is None or is_own else []
        for section, story in column_sections(page, columns[page], beside):
            parts.append(_Told(section, page, story))
            if story:
                used.add(story)
    return parts, used


def _chosen(
    parts: Sequence[_Told], rest: Sequence[_Told], own: Article | None, sections_max: int
) -> tuple[list[_Told], list[_Told]]:
    """Return what the edition shows, lead first, and what would have come next."""
    ours = [one for one in parts if one.article is own] or [
        one for one in rest if own is not None and one.story is not None and own in one.story.articles
    ]
    if not ours:
        every = [*parts, *rest]
        return every[: sections_max + 1], every[sections_max + 1 :]
    places_n = min(max(len(ours), SECTIONS_MIN + 1), sections_max + 1)
    every = [*ours, *(one for one in (*rest, *parts) if one not in ours)]
    return every[:places_n], every[places_n:]


def _question(
    columns: Sequence[Article],
    shown: Sequence[_Told],
    own: Article | None,
    queued: BigQuestion | None,
    phrase: Phrase | None,
) -> BigQuestion | None:
    """Return a column's question, else one asked by an article of the edition, else the queued, else one suggested."""
    told = [one.article for one in shown]
    candidates = [*([own] if own else []), *(page for page in columns if page in told), *told]
    for article in dict.fromkeys(candidates):
        if question := find_question(article):
            return question
    if queued is not None or phrase is None or not shown:
        return queued
    return suggest_question(shown[0].section, shown[0].article, phrase)
