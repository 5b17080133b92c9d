"""Which articles tell of the same event."""

from dataclasses import dataclass

from bot.domain.article import Article


@dataclass(frozen=True, slots=True)
class Story:
    """The articles of one or more sources on one event, the one that tells it best first."""

    articles: tuple[Article, ...]
