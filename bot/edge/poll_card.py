"""A poll as everybody sees it: one message that shows what is asked, how far it has come, and where to vote."""

from collections.abc import Iterable, Sequence

import discord
import regex
from discord import ButtonStyle, SelectOption, ui

from bot.domain.poll.bracket import is_opening_vote, open_matches
from bot.domain.poll.poll import SHOWN_FROM_BALLOTS, Option, Poll, PollState
from bot.domain.poll.rules import PollKind
from bot.domain.wording import cut
from bot.edge.gallery import caption_of, gallery_of, uploaded
from bot.edge.markdown import escape, link
from bot.edge.publish import Picture
from bot.edge.question import ACCENT
from bot.render.poll_table import LiveLine, bar, live_bars
from bot.render.poll_words import decided_sentence, is_running, label_of, method_sentence, winners
from bot.services.poll_count import ShownPoll
from bot.text import join_names, plural, text

# Discord docs, components reference: 4,000 characters in all text displays of a message; some are kept for the rest.
TEXT_CHARS_MAX = 3_900
BUTTONS_MAX = 5  # Discord docs, components reference, action row: 5 buttons
CHOICES_MAX = 25  # Discord docs, components reference, string select: "options"
BUTTON_CHARS_MAX = 80  # Discord docs, components reference, button: "label"
CHOICE_CHARS_MAX = 100  # Discord docs, components reference, select option: "label"
# A card is to be seen at once; whoever votes sees all.
OPTIONS_SHOWN_MAX = 25
DIGEST_CHARS = 16  # enough to be told from another at a glance; the whole of it stands with the result
# Unicode Technical Standard 51, 1.4.9, "EBNF and regex": a flag, a keycap, or pictographs joined to one.
_PICTOGRAPH = r"\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F)?(?:[\U000E0020-\U000E007E]+\U000E007F)?"
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_PICTOGRAPH}(?:\u200D{_PICTOGRAPH})*", flags=regex.V1
)
_CUSTOM_EMOJI = regex.compile(r"<a?:\w{2,32}:\d{15,20}>")  # Discord docs, message formatting
_BAR_GROUND, _BAR_CHARS = "░", len(bar(1))


def marker(poll_id: int) -> str:
    """Return the beginning of the custom ids of a poll's components: a wire format, never changed."""
    return f"poll:{poll_id}:"


def poll_card(shown: ShownPoll, picture: Picture | None = None) -> ui.LayoutView:
    """Return the message of a poll, in the guild's language.

    Args:
        shown: the poll, and what of its count may be shown.
        picture: of a bracket or of a final result, where there is one.
    """
    head, foot = _head(shown), _foot(shown)
    pictured = () if picture is not None else _pictured(shown)
    caption = caption_of(shown.poll, pictured, shown.language)
    room = TEXT_CHARS_MAX - len(head) - len(foot) - len(caption)
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(head), accent_colour=ACCENT)
    if picture is not None:
        container.add_item(uploaded(picture))
    elif (pictures := gallery_of(shown.poll, pictured, shown.language)) is not None:
        container.add_item(pictures)
        container.add_item(ui.TextDisplay(caption))
    if body := _body(shown, room, is_pictured=picture is not None):
        container.add_item(ui.Separator(visible=False))
        container.add_item(ui.TextDisplay(body))
    container.add_item(ui.Separator(visible=False))
    container.add_item(ui.TextDisplay(foot))
    for row in _rows(shown):
        container.add_item(row)
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def reminder_view(shown: ShownPoll) -> ui.LayoutView:
    """Return what is posted in a poll's thread before it closes."""
    poll, language = shown.poll, shown.language
    closes = 0 if poll.closes_at is None else round(poll.closes_at.timestamp())
    words = text("vote.reminder", language, question=escape(poll.question), at=closes)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    row.add_item(_button(poll, "vote:reminder", text("vote.button.vote", language), "🗳️", ButtonStyle.primary))
    if poll.link is not None:
        row.add_item(ui.Button(label=text("vote.button.card", language), url=poll.link))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(words), row, accent_colour=ACCENT))
    return view


def own_emoji(option: Option) -> str | None:
    """Return an option's emoji if every guild has it; buttons with one that Discord does not know are refused."""
    emoji = option.emoji or ""
    return emoji if _EMOJI.fullmatch(emoji) else None


def is_tapped(poll: Poll) -> bool:
    """Tell whether each option is a button of the card."""
    rules = poll.rules
    by_one = rules.kind is PollKind.SINGLE or (rules.kind is PollKind.MULTIPLE and rules.choices_min == 1)
    return by_one and 0 < len(poll.standing) <= BUTTONS_MAX


def is_chosen_on_card(poll: Poll) -> bool:
    """Tell whether the options stand in a select of the card."""
    return poll.rules.kind is PollKind.SINGLE and BUTTONS_MAX < len(poll.standing) <= CHOICES_MAX


def is_on_card(poll: Poll) -> bool:
    """Tell whether a whole ballot is cast on the card, without the private panel."""
    return is_tapped(poll) or is_chosen_on_card(poll)


def takes_votes(poll: Poll) -> bool:
    """Tell whether votes are taken here: a native poll that is followed takes its own."""
    return poll.state is PollState.OPEN and poll.native_id is None


# What is asked.


def _head(shown: ShownPoll) -> str:
    poll, language = shown.poll, shown.language
    lines = [f"## {escape(poll.question)}"]
    seed = poll.seed if poll.state is not PollState.SCHEDULED else None
    lines.append(f"-# {escape(method_sentence(poll.rules, language, seed=seed))}")
    if poll.state is not PollState.FINAL:
        lines.append(f"-# {' · '.join(_terms(poll, language))}")
    return "\n".join(lines)


def _terms(poll: Poll, language: str) -> list[str]:
    """Return who may vote and what becomes known of it, each in a few words."""
    rules = poll.rules
    terms = [text("vote.card.secret" if rules.is_secret else "vote.card.public", language)]
    if rules.is_hidden:
        terms.append(text("vote.card.hidden", language))
    if rules.role_ids:
        roles = join_names((f"<@&{role_id}>" for role_id in sorted(rules.role_ids)), language)
        terms.append(text("vote.card.roles", language, roles=roles))
    if rules.account_days_min:
        terms.append(plural("vote.card.account_days", language, rules.account_days_min))
    if rules.joined_before_open:
        terms.append(text("vote.card.joined_before", language))
    if rules.quorum is not None:
        terms.append(text("vote.card.quorum", language, quorum=rules.quorum))
    return terms


def _pictured(shown: ShownPoll) -> Sequence[Option]:
    """Return the options whose pictures are shown: all that can be chosen, and after the close who has won."""
    poll = shown.poll
    if is_running(poll):
        return poll.standing
    return [] if shown.tally is None else [poll.by_number[number] for number in winners(poll, shown.tally)]


# How far it has come.


def _body(shown: ShownPoll, room: int, *, is_pictured: bool) -> str:
    poll, language = shown.poll, shown.language
    if not is_running(poll):
        return _outcome(shown, room, is_pictured=is_pictured)
    bracket = poll.bracket
    if bracket is not None and not is_opening_vote(bracket):
        pairs = [(escape(label_of(poll, one, language)) for one in match.entries) for match in open_matches(bracket)]
        lines = [f"- {text('vote.card.match', language, first=first, second=second)}" for first, second in pairs]
        return _fitting(shown, lines, len(lines), room)
    if not poll.standing:
        return text("vote.card.no_options", language)
    if shown.tally is not None and bracket is None:
        return _bars(shown, room)
    options = poll.standing[:OPTIONS_SHOWN_MAX]
    linked, bare = ([f"- {_name(option, is_linked=is_linked)}" for option in options] for is_linked in (True, False))
    return _with_links_if_they_fit(shown, linked, bare, len(poll.standing), room)


def _outcome(shown: ShownPoll, room: int, *, is_pictured: bool) -> str:
    if shown.tally is None:
        return ""
    decided = f"**{escape(decided_sentence(shown.poll, shown.tally, shown.language))}**"
    if is_pictured or shown.poll.bracket is not None:
        return decided
    return f"{decided}\n{_bars(shown, room - len(decided) - 1)}"


def _bars(shown: ShownPoll, room: int) -> str:
    poll, tally, language = shown.poll, shown.tally, shown.language
    if tally is None:
        return ""
    won = frozenset(winners(poll, tally))

    def told(line: LiveLine, *, is_linked: bool) -> str:
        name = _name(poll.by_number[line.number], is_linked=is_linked)
        bar_and_count = f"`{line.bar.ljust(_BAR_CHARS, _BAR_GROUND)}` {escape(line.count)}"
        return f"{'🏆 ' if line.number in won else ''}{name}\n{bar_and_count}"

    counted = live_bars(poll, tally, language)
    linked, bare = ([told(line, is_linked=is_linked) for line in counted] for is_linked in (True, False))
    return _with_links_if_they_fit(shown, linked, bare, len(tally.lines), room)


def _name(option: Option, *, is_linked: bool) -> str:
    """Return an option in a line of text, with its emoji and, if there is room, its link."""
    label = link(option.label, option.url if is_linked else None) or f"{option.number}"
    emoji = option.emoji or ""
    return f"{emoji} {label}" if own_emoji(option) or _CUSTOM_EMOJI.fullmatch(emoji) else label


def _with_links_if_they_fit(
    shown: ShownPoll, linked: Sequence[str], bare: Sequence[str], options_n: int, room: int
) -> str:
    """Return the options with their links if all of that fits, else without, and as many of them as do."""
    length = sum(len(line) + 1 for line in linked) + len(_more(shown, options_n))
    return _fitting(shown, linked if length <= room else bare, options_n, room)


def _fitting(shown: ShownPoll, lines: Sequence[str], options_n: int, room: int) -> str:
    """Return as many of the lines as there is room for, and how many more options there are."""
    kept: list[str] = []
    left = room - len(_more(shown, options_n)) - 1
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    if len(kept) < options_n:
        kept.append(_more(shown, options_n - len(kept)))
    return "\n".join(kept)


def _more(shown: ShownPoll, count: int) -> str:
    """Return how many are not shown, and where they are."""
    has_panel = takes_votes(shown.poll) and not is_on_card(shown.poll)
    return plural("vote.card.more" if has_panel else "vote.card.others", shown.language, count)


# When it ends, and what counts.


def _foot(shown: ShownPoll) -> str:
    poll, language = shown.poll, shown.language
    lines = [*_counted(shown)]
    if poll.native_id is not None and is_running(poll):
        lines.append(text("vote.card.native", language))
    lines += _times(poll, language)
    if poll.digest is not None:
        lines.append(f"-# {text('vote.card.digest', language, digest=poll.digest[:DIGEST_CHARS])}")
    return "\n".join(lines)


def _counted(shown: ShownPoll) -> Iterable[str]:
    poll, count, language = shown.poll, shown.count, shown.language
    if not is_running(poll):
        yield plural("vote.card.votes", language, count.counted)
    elif poll.rules.is_hidden or poll.rules.kind is PollKind.BRACKET:
        yield plural("vote.card.voted", language, count.counted)
    else:
        yield plural("vote.card.votes_so_far", language, count.counted)
        if count.counted < SHOWN_FROM_BALLOTS:
            yield f"-# {text('vote.card.shown_from', language, votes=SHOWN_FROM_BALLOTS)}"
    if count.set_aside:
        yield f"-# {plural('vote.card.set_aside', language, count.set_aside)}"


def _times(poll: Poll, language: str) -> Iterable[str]:
    final_at = poll.final_at
    if is_running(poll):
        ends_at = poll.ends_at
        if ends_at is None:
            yield text("vote.card.no_end", language)
        else:
            is_round = poll.rules.kind is PollKind.BRACKET
            yield text(
                "vote.card.round_closes" if is_round else "vote.card.closes", language, at=round(ends_at.timestamp())
            )
    elif poll.state is PollState.CLOSED and final_at is not None:
        yield text("vote.card.provisional", language, at=round(final_at.timestamp()))
    elif poll.closed_at is not None:
        yield text("vote.card.final", language, at=round(poll.closed_at.timestamp()))


# Where to vote.


def _rows(shown: ShownPoll) -> list[ui.ActionRow[ui.LayoutView]]:
    poll, language = shown.poll, shown.language
    rows: list[ui.ActionRow[ui.LayoutView]] = []
    if takes_votes(poll) and is_tapped(poll):
        rows.append(ui.ActionRow(*(_option_button(poll, option, language) for option in poll.standing)))
    elif takes_votes(poll) and is_chosen_on_card(poll):
        rows.append(ui.ActionRow(_select(poll, language)))
    rows.append(ui.ActionRow(*_buttons(poll, language)))
    return rows


def _buttons(poll: Poll, language: str) -> Iterable[ui.Button[ui.LayoutView]]:
    if takes_votes(poll) and poll.standing and not is_on_card(poll):
        yield _button(poll, "vote", text("vote.button.vote", language), "🗳️", ButtonStyle.primary)
    if takes_votes(poll) and poll.rules.is_write_in:
        yield _button(poll, "nominate", text("vote.button.nominate", language), "✍️")
    # Whatever becomes of a poll, this one stands: by it the card is known to be this poll's.
    yield _button(poll, "mine", text("vote.button.mine", language))
    if poll.native_id is not None and poll.link is not None:
        yield ui.Button(label=text("vote.button.native", language), url=poll.link)
    base = f"https://discord.com/channels/{poll.guild_id}/{poll.thread_id}"
    if poll.thread_id is not None and poll.result_id is not None:
        yield ui.Button(label=text("vote.button.result", language), emoji="📊", url=f"{base}/{poll.result_id}")
    elif poll.thread_id is not None and poll.thread_id != poll.channel_id:
        yield ui.Button(label=text("vote.button.discuss", language), emoji="💬", url=base)


def _option_button(poll: Poll, option: Option, language: str) -> ui.Button[ui.LayoutView]:
    label = cut(label_of(poll, option.number, language), BUTTON_CHARS_MAX)
    return _button(poll, f"option:{option.number}", label, own_emoji(option), ButtonStyle.primary)


def _button(
    poll: Poll, action: str, label: str, emoji: str | None = None, style: ButtonStyle = ButtonStyle.secondary
) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=label, emoji=emoji, style=style, custom_id=f"{marker(poll.id)}{action}")


def _select(poll: Poll, language: str) -> ui.Select[ui.LayoutView]:
    return ui.Select(
        custom_id=f"{marker(poll.id)}choose",
        placeholder=text("vote.button.choose", language),
        options=[choice(poll, option, language) for option in poll.standing],
    )


def choice(poll: Poll, option: Option, language: str, *, is_default: bool = False) -> SelectOption:
    """Return an option as a select offers it; its value is its number."""
    emoji = own_emoji(option)
    return SelectOption(
        label=cut(label_of(poll, option.number, language), CHOICE_CHARS_MAX),
        value=str(option.number),
        emoji=None if emoji is None else discord.PartialEmoji(name=emoji),
        default=is_default,
    )
