"""A final result as it is posted in its poll's thread: who won and why, the picture, the table, and the proof."""

from discord import ui

from bot.domain.poll.poll import PollState
from bot.domain.poll.tally import Tally
from bot.domain.wording import clean
from bot.edge.gallery import uploaded
from bot.edge.markdown import escape
from bot.edge.poll_card import TEXT_CHARS_MAX, marker
from bot.edge.publish import Picture
from bot.edge.question import ACCENT
from bot.render.poll_table import text_table
from bot.render.poll_words import decided_sentence, is_running, method_sentence
from bot.services.poll_count import ShownPoll
from bot.text import plural, text

# A code block ends with three of them, wherever they stand in it; this one looks the same and is as wide.
_GRAVE, _HARMLESS_GRAVE = "`", "ˋ"
_FENCE = "```"


def result_view(shown: ShownPoll, tally: Tally, picture: Picture | None = None) -> ui.LayoutView:
    """Return the message with a final result.

    Args:
        shown: the poll.
        tally: its result.
        picture: of the result; None where there is none.
    """
    poll, language = shown.poll, shown.language
    decided = text("native.error.no_result", language) if poll.is_void else decided_sentence(poll, tally, language)
    title = "so_far" if is_running(poll) else "title"
    head = "\n".join(
        [
            f"## {text(f'vote.result.{title}', language, question=escape(poll.question))}",
            f"**{escape(decided)}**",
            f"-# {escape(method_sentence(poll.rules, language, seed=poll.seed))}",
        ]
    )
    proof = "\n".join(_proof(shown))
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(head), accent_colour=ACCENT)
    if picture is not None:
        container.add_item(uploaded(picture))
    room = TEXT_CHARS_MAX - len(head) - len(proof) - 2 * (len(_FENCE) + 1)
    if table := text_table(poll, tally, language, chars_max=room).replace(_GRAVE, _HARMLESS_GRAVE):
        container.add_item(ui.TextDisplay(f"{_FENCE}\n{table[:room]}\n{_FENCE}"))
    container.add_item(ui.TextDisplay(proof))
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    if poll.state is PollState.FINAL:
        check = text("vote.button.check", language)
        row.add_item(ui.Button(label=check, emoji="🔎", custom_id=f"{marker(poll.id)}check"))
    if poll.link is not None:
        name = "vote.button.card" if poll.native_id is None else "vote.button.native"
        row.add_item(ui.Button(label=text(name, language), url=poll.link))
    if row.children:
        container.add_item(row)
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def _proof(shown: ShownPoll) -> list[str]:
    """Return what was counted, and by what it can be proven."""
    poll, count, language = shown.poll, shown.count, shown.language
    lines = [plural("vote.card.votes_so_far" if is_running(poll) else "vote.card.votes", language, count.counted)]
    if count.set_aside:
        lines.append(plural("vote.card.set_aside", language, count.set_aside))
    if poll.native_id is not None and not poll.is_void:
        lines.append(text("native.result.approximate" if poll.digest is None else "native.result.counted", language))
    if poll.digest is not None:
        lines.append(text("vote.result.digest", language, digest=clean(poll.digest)))
    return lines
