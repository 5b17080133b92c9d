"""What the preview of a poll says beside the card: when, where, and the rules that the card does not tell."""

from datetime import timedelta

from bot.domain.poll.draft import PollDraft
from bot.domain.poll.rules import PollKind
from bot.render.poll_words import joined
from bot.text import plural, text


def when_lines(draft: PollDraft, asked_in: str) -> list[str]:
    """Return when and where, as everybody's own clock shows it: what was understood is to be confirmed."""
    rules = draft.rules
    opens = text("poll_make.preview.at_once", asked_in)
    if draft.opens_at is not None:
        opens = both_stamps(round(draft.opens_at.timestamp()))
    lines = [text("poll_make.preview.opens", asked_in, at=opens)]
    if rules.kind is PollKind.BRACKET:
        length = "" if rules.round_length is None else length_text(rules.round_length, asked_in)
        lines.append(text("poll_make.preview.rounds", asked_in, length=length))
    elif draft.closes_at is None:
        lines.append(text("poll_make.preview.by_hand", asked_in))
    else:
        lines.append(text("poll_make.preview.closes", asked_in, at=both_stamps(round(draft.closes_at.timestamp()))))
    lines.append(text("poll_make.preview.channel", asked_in, channel=f"<#{draft.channel_id}>"))
    return lines


def short_when(draft: PollDraft) -> str:
    """Return the same without words, where a card leaves room for little."""
    opens = "▶" if draft.opens_at is None else f"<t:{round(draft.opens_at.timestamp())}:f>"
    closes = "…" if draft.closes_at is None else f"<t:{round(draft.closes_at.timestamp())}:f>"
    return f"{opens} – {closes}"


def rule_lines(draft: PollDraft, asked_in: str) -> list[str]:
    """Return the limits, which are typed and stand in no select."""
    rules = draft.rules
    quorum = text("poll_make.rules.no_quorum", asked_in)
    if rules.quorum is not None:
        quorum = plural("poll_make.rules.quorum", asked_in, rules.quorum)
    age = text("poll_make.rules.any_account", asked_in)
    if rules.account_days_min:
        age = plural("poll_make.rules.account_days", asked_in, rules.account_days_min)
    lines = [quorum, age]
    if rules.reminder is not None:
        lines.append(text("poll_make.rules.reminder", asked_in, length=length_text(rules.reminder, asked_in)))
    elif rules.kind is not PollKind.BRACKET:
        lines.append(text("poll_make.rules.no_reminder", asked_in))
    return [f"- {line}" for line in lines]


def length_text(length: timedelta, asked_in: str) -> str:
    """Return a length of whole minutes in words, such as "1 day 12 hours"."""
    minutes = round(length / timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = (("days", days), ("hours", hours), ("minutes", minutes))
    said = [plural(f"poll_make.length.{unit}", asked_in, amount) for unit, amount in parts if amount]
    return joined(said, asked_in)


def both_stamps(at: int) -> str:
    """Return a moment as a date and as the time until then."""
    return f"<t:{at}:F> (<t:{at}:R>)"
