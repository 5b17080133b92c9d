"""The Big Question as its thread asks it where it is answered in words."""

from discord import ui

from bot.domain.edition import BigQuestion
from bot.edge.markdown import escape
from bot.text import text

ACCENT = 0xC8102E  # the bot's own red, on every edition
OPTIONS_SHOWN_MAX = 10


def question_view(question: BigQuestion, language: str) -> ui.LayoutView:
    """Return the message that asks a question in an edition's thread, in the guild's language."""
    lines = [f"## {text('roundup.view.question', language)}", escape(question.text, 1_000)]
    options = question.options[:OPTIONS_SHOWN_MAX]
    lines += [f"{number}. {escape(option, 100)}" for number, option in enumerate(options, 1)]
    lines.append(f"-# {text(f'roundup.view.answer.{question.kind.value}', language)}")
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(lines)), accent_colour=ACCENT))
    return view
