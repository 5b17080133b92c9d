"""Sentences on sources: the lines of a list, what a feed holds."""

from bot.domain.article import ParsedFeed
from bot.domain.source import Source
from bot.edge.markdown import escape, link
from bot.edge.sentences import kept_sentence
from bot.text import plural, text

TITLES_SHOWN = 5
# Half reads better as a fraction than as "0.5".
_WEIGHTS = {50: "½", 100: "1", 200: "2", 300: "3"}


def weight_text(percent: int) -> str:
    """Return how much a source counts, as a person writes it."""
    return _WEIGHTS.get(percent, f"{percent / 100:g}")


def source_line(source: Source, asked_in: str) -> str:
    """Return one source of the list: its name, its feed, its marks, and when it was read or why it could not be."""
    parts = [link(source.name, source.site_url), link(text("source.list.feed", asked_in), source.url)]
    parts += marks(source, asked_in)
    if source.failure is not None:
        reason = kept_sentence(source.failure, asked_in)
        # One whose publisher ended it is asked no more, so that how often says nothing.
        parts.append(
            plural("source.list.failing", asked_in, source.failures, reason=reason)
            if source.gone_at is None
            else text("source.list.gone", asked_in, reason=reason)
        )
    elif source.read_at is None:
        parts.append(text("source.list.unread", asked_in))
    else:
        parts.append(text("source.list.read", asked_in, at=f"<t:{int(source.read_at.timestamp())}:R>"))
    return "- " + " · ".join(parts)


def marks(source: Source, asked_in: str) -> list[str]:
    """Return in a few words each what the guild chose for a source, nothing for what is usual."""
    found: list[str] = []
    if source.is_paused:
        found.append(text("source.mark.paused", asked_in))
    if source.is_ours:
        found.append(text("source.mark.ours", asked_in))
    if source.weight_percent != 100:  # noqa: PLR2004  # per cent: what most have
        found.append(text("source.mark.weight", asked_in, weight=weight_text(source.weight_percent)))
    if source.is_paywalled:
        found.append(text("source.mark.paywalled", asked_in))
    if source.include_words or source.exclude_words:
        found.append(text("source.mark.words", asked_in))
    return found


def feed_lines(feed: ParsedFeed, asked_in: str) -> list[str]:
    """Return what a feed holds: its name, how many articles, and the first of them."""
    lines = [plural("source.test.title", asked_in, len(feed.articles), name=link(feed.title, feed.site_url))]
    for article in feed.articles[:TITLES_SHOWN]:
        stamp = "" if article.published_at is None else f" <t:{int(article.published_at.timestamp())}:R>"
        lines.append(f"- {link(article.title, article.url, 150)}{stamp}")
    return lines


def words_text(words: tuple[str, ...]) -> str:
    """Return a list of words as Discord Markdown; a dash for none."""
    return ", ".join(escape(word) for word in words) or "—"
