"""The Big Question as its thread shows it: in words, or as a native poll where there are options."""

from datetime import timedelta

import discord
from discord import ui

from bot.domain.edition import BigQuestion, QuestionKind
from bot.domain.wording import clean, cut
from bot.edge.markdown import escape
from bot.edge.publish import NativePoll
from bot.text import text

ACCENT = 0xC8102E  # the bot's own red, on every edition
OPTIONS_SHOWN_MAX = 10
# Discord docs, poll resource: "question", "answers", the text of an answer.
POLL_QUESTION_CHARS_MAX = 300
POLL_ANSWERS_MAX = 10
POLL_ANSWER_CHARS_MAX = 55
POLL_OPTIONS_MIN = 2  # with one there is nothing to choose


def question_post(question: BigQuestion, *, language: str, hours: int) -> ui.LayoutView | NativePoll:
    """Return the message that asks The Big Question in an edition's thread.

    Args:
        question: what is asked.
        language: the guild's.
        hours: how long a poll is open.
    """
    options = poll_options(question)
    return _in_words(question, language) if options is None else _native(question, options, language, hours)


def poll_options(question: BigQuestion) -> tuple[str, ...] | None:
    """Return what a native poll offers, without "Other"; None if the question is not answered in one."""
    if question.kind is not QuestionKind.POLL:
        return None
    offered: dict[str, str] = {}
    for option in question.options:
        shown = cut(clean(option), POLL_ANSWER_CHARS_MAX)
        if shown:
            offered.setdefault(shown.casefold(), shown)
    options = tuple(offered.values())[: POLL_ANSWERS_MAX - 1]
    return options if len(options) >= POLL_OPTIONS_MIN and clean(question.text) else None


def _native(question: BigQuestion, options: tuple[str, ...], language: str, hours: int) -> NativePoll:
    # A poll's own texts are shown as they are: Discord reads no Markdown and no mention in them.
    poll = discord.Poll(cut(clean(question.text), POLL_QUESTION_CHARS_MAX), timedelta(hours=hours))
    for option in options:
        poll.add_answer(text=option)
    poll.add_answer(text=text("roundup.view.poll.other", language))
    heading = f"### {text('roundup.view.question', language)}"
    return NativePoll(f"{heading}\n{text('roundup.view.poll.how', language)}", poll)


def _in_words(question: BigQuestion, language: str) -> ui.LayoutView:
    lines = [f"## {text('roundup.view.question', language)}", escape(question.text, 1_000)]
    options = question.options[:OPTIONS_SHOWN_MAX]
    lines += [f"{number}. {escape(option, 100)}" for number, option in enumerate(options, 1)]
    lines.append(f"-# {text(f'roundup.view.answer.{question.kind.value}', language)}")
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(lines)), accent_colour=ACCENT))
    return view
