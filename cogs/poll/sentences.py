"""What a member is told of their own ballot, in their language."""

from bot.domain.poll.ballot import Marks
from bot.domain.poll.bracket import OPENING, is_opening_vote, open_matches
from bot.domain.poll.poll import Poll, standing_for
from bot.domain.poll.rules import PollKind
from bot.edge.markdown import escape
from bot.render.poll_words import label_of
from bot.services.ballot_box import Receipt
from bot.text import join_names, plural, text

# A ballot of a hundred long names would fill the message; whoever wants to see all of it opens the panel.
BALLOT_CHARS_MAX = 800


def ballot_sentence(poll: Poll, marks: Marks, language: str) -> str:
    """Return what a ballot says, as much of it as there is room for."""
    if poll.rules.kind is PollKind.BRACKET:
        return _bracket_sentence(poll, marks, language)
    said = [_mark(poll, number, value, language) for number, value in _in_order(poll, marks)]
    for shown_n in range(len(said), 0, -1):
        names = join_names(said[:shown_n], language)
        whole = (
            names if shown_n == len(said) else plural("vote.ballot.more", language, len(said) - shown_n, names=names)
        )
        if len(whole) <= BALLOT_CHARS_MAX:
            return whole
    return plural("vote.ballot.options", language, len(said))


def _in_order(poll: Poll, marks: Marks) -> list[tuple[int, int]]:
    match poll.rules.kind:
        case PollKind.RANKED:
            return sorted(marks, key=lambda mark: mark[1])
        case PollKind.SCORE | PollKind.VERDICT:
            return sorted(marks, key=lambda mark: -mark[1])
        case _:
            return list(marks)


def _mark(poll: Poll, number: int, value: int, language: str) -> str:
    label = _named(poll, number, language)
    match poll.rules.kind:
        case PollKind.RANKED:
            return text("vote.ballot.place", language, place=value, option=label)
        case PollKind.SCORE:
            return text("vote.ballot.score", language, score=value, option=label)
        case PollKind.VERDICT:
            good, bad = poll.rules.labels or ("+", "−")
            return text("vote.ballot.verdict", language, verdict=escape(good if value > 0 else bad), option=label)
        case _:
            return label


def _named(poll: Poll, number: int, language: str) -> str:
    """Return an option, and what moderators have made of it: ballots stay as they were cast, and count as they say."""
    label = f"**{escape(label_of(poll, number, language))}**"
    option, target = poll.by_number.get(number), standing_for(poll.by_number, number)
    if option is None or target == number:
        return label
    if target is None:
        return text("vote.ballot.removed", language, option=label)
    return text("vote.ballot.merged", language, option=label, into=escape(label_of(poll, target, language)))


def _bracket_sentence(poll: Poll, marks: Marks, language: str) -> str:
    """Return who was tapped in the opening vote, or in how many of the open matches something was."""
    if poll.bracket is None or is_opening_vote(poll.bracket):
        names = (f"**{escape(label_of(poll, key - OPENING, language))}**" for key, _ in marks if key > OPENING)
        return join_names(names, language)
    playing = {match.number for match in open_matches(poll.bracket)}
    given = sum(1 for key, _ in marks if key in playing)
    return plural("vote.ballot.matches", language, len(playing), given=given)


def voted_sentence(receipt: Receipt, language: str) -> str:
    """Return what is answered to a vote that was cast: what it says now, until when it may change, its receipt."""
    poll = receipt.poll
    if receipt.marks is None:
        return text("vote.told.withdrawn", language)
    ballot = ballot_sentence(poll, receipt.marks, language)
    return "\n".join(
        [
            text("vote.told.voted", language, ballot=ballot),
            until_sentence(poll, language),
            receipt_line(receipt.value, language),
        ]
    )


def until_sentence(poll: Poll, language: str) -> str:
    """Return until when a ballot may be changed and withdrawn."""
    if poll.ends_at is None:
        return text("vote.told.until_closed", language)
    return text("vote.told.until", language, at=round(poll.ends_at.timestamp()))


def receipt_line(receipt: str, language: str) -> str:
    """Return a receipt, to be copied."""
    return f"-# {text('vote.told.receipt', language, receipt=receipt)}"


def check_sentence(poll: Poll, language: str) -> str:
    """Return how anybody counts a final result again, and finds their own receipt in it."""
    if poll.digest is None:
        return text("vote.check.not_yet", language)
    return text("vote.check.how", language, digest=poll.digest)
