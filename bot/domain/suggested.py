"""A question made from the lead of an edition for which nobody has asked one."""

from typing import Protocol

import regex

from bot.domain.article import Article
from bot.domain.edition import BigQuestion, QuestionKind, QuestionOrigin, Section
from bot.domain.names import makers
from bot.domain.question import YES_NO_NAMES_MIN
from bot.domain.queue import OPTIONS_MAX, QUESTION_CHARS_MAX
from bot.domain.sensitive import is_sensitive
from bot.domain.wording import cut

_TWO = 2

# What a headline tells of, and the question that readers have of such news. The first that fits is asked; those that
# name a maker need exactly one in the headline.
_TOPICS: tuple[tuple[str, bool, "regex.Pattern[str]"], ...] = tuple(
    (f"edition.question.{topic}", needs_name, regex.compile(pattern, regex.IGNORECASE))
    for topic, needs_name, pattern in (
        ("recall", True, r"\b(?:recall(?:s|ed|ing)?|calls? back|called back)\b|リコール|回収"),
        (
            "strike",
            False,
            r"\b(?:on strike|strikes?|walkouts?|picket(?:s|ing)?|union|uaw)\b|ストライキ|スト入り|労組|組合",
        ),
        (
            "closes",
            False,
            r"\b(?:clos(?:e|es|ing|ure)|shut(?:s|ting)?|lay(?:s|ing)? off|layoffs?|job cuts?)\b|閉鎖|人員削減|撤退",
        ),
        (
            "price",
            False,
            r"\b(?:pric(?:e|es|ed|ing)|costs?|cheap(?:er|est)?|tariffs?|dollars)\b|値上げ|値下げ|価格|関税",
        ),
        ("rules", False, r"\b(?:law|laws|ban|bans|banned|rule|rules|limits?|regulat\p{L}+)\b|法案|規制|禁止"),
        (
            "reveal",
            False,
            r"\b(?:(?:unveil|reveal|debut|launch)\p{L}*|shows?|concept|returns?|revives?)\b|公開|初披露|発売|復活|コンセプト",
        ),
    )
)


class Phrase(Protocol):
    """What makes a message of an id in the edition's language (`bot.text`, bound to a language)."""

    def __call__(self, message_id: str, /, **params: object) -> str:
        """Return the message with its placeholders filled."""
        ...


def suggest_question(lead: Section, article: Article, phrase: Phrase) -> BigQuestion | None:
    """Return a question made from the lead, or None if it tells of death, injury or crime.

    Two makers in the headline are put to the vote, else what it tells of decides (a recall, a strike, a price …), else
    how many makers the story names.

    Args:
        lead: the section that opens the edition.
        article: what it was made from.
        phrase: makes the question's words in the edition's language, of the ids ``edition.question.*``.
    """
    text = f"{lead.headline}\n{lead.summary}\n{article.title}\n{article.summary}\n{article.body}"
    if is_sensitive(text):
        return None
    named = [name for name, _ in makers(f"{lead.headline}\n{lead.summary}\n{article.body}").most_common(OPTIONS_MAX)]
    headlined = list(makers(lead.headline))
    if len(headlined) == _TWO:
        one, other = headlined
        return _poll(phrase("edition.question.who_of_two", one=one, other=other), headlined)
    for message_id, needs_name, pattern in _TOPICS:
        if pattern.search(lead.headline) and (len(headlined) == 1 or not needs_name):
            return _thread(phrase(message_id, **({"name": headlined[0]} if needs_name else {})))
    if len(headlined) == 1:
        return _thread(phrase("edition.question.right_move", name=headlined[0]))
    if len(named) >= YES_NO_NAMES_MIN:
        return _poll(phrase("edition.question.who_gains"), named)
    headline = cut(lead.headline, QUESTION_CHARS_MAX // 2)
    return _thread(phrase("edition.question.your_view", headline=headline))


def _thread(asked: str) -> BigQuestion:
    return BigQuestion(asked, QuestionOrigin.SUGGESTED, QuestionKind.THREAD)


def _poll(asked: str, options: list[str]) -> BigQuestion:
    return BigQuestion(asked, QuestionOrigin.SUGGESTED, QuestionKind.POLL, tuple(options))
