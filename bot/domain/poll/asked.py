"""The poll that asks an edition's question: of which kind, with which options, and until when."""

from datetime import datetime, timedelta

from bot.domain.edition import Answer, BigQuestion, QuestionKind
from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import (
    FINAL_AFTER,
    LENGTH_MAX,
    OPTION_CHARS_MAX,
    OPTIONS_MIN,
    QUESTION_CHARS_MAX,
    Option,
    Poll,
)
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.domain.poll.tally import Tally
from bot.domain.roundup import Roundup
from bot.domain.wording import clean, cut

# The result is final when the next edition tells it, with some time for the steps before that.
CLOSES_BEFORE = FINAL_AFTER + timedelta(minutes=1)
# Where the next edition comes within minutes (posted by hand late in the day), readers get an hour all the same.
LENGTH_LEAST = timedelta(hours=1)


def asked_as_poll(
    question: BigQuestion, *, channel_id: int, closes_at: datetime, other: str, labels: tuple[str, str]
) -> PollDraft | None:
    """Return the poll that asks a question; None if it is answered in words.

    What is best, worst or a favourite is named by readers; who is up and who is down is judged one by one; among
    options one is chosen.

    Args:
        question: of the edition.
        channel_id: where its card stands: the edition's thread.
        closes_at: see `closes`.
        other: the option for readers whose answer is not among the others.
        labels: the two ways of judging, the good one first.
    """
    asked = cut(clean(question.text), QUESTION_CHARS_MAX)
    options = _options(question, other)
    match question.kind:
        case QuestionKind.POLL if len(options) > OPTIONS_MIN:  # and "Other" among them
            rules = PollRules()
        case QuestionKind.WRITE_IN:
            rules, options = PollRules(is_write_in=True), ()
        case QuestionKind.VERDICT if options:
            rules = PollRules(PollKind.VERDICT, Method.WILSON, labels=labels)
        case _:
            return None
    return PollDraft(asked, rules, options, channel_id, closes_at=closes_at) if asked else None


def _options(question: BigQuestion, other: str) -> tuple[Option, ...]:
    labels: dict[str, str] = {}
    for given in (*question.options, *([other] if question.kind is QuestionKind.POLL and question.options else [])):
        label = cut(clean(given), OPTION_CHARS_MAX)
        if label:
            labels.setdefault(label.casefold(), label)
    return tuple(Option(number, label) for number, label in enumerate(labels.values(), 1))


def closes(roundup: Roundup, now: datetime) -> datetime:
    """Return when the poll of an edition that is posted at `now` closes: shortly before the next edition is made."""
    made_at = roundup.next_after(now + roundup.lead) - roundup.lead
    return min(max(made_at - CLOSES_BEFORE, now + LENGTH_LEAST), now + LENGTH_MAX)


def answers(poll: Poll, tally: Tally) -> tuple[Answer, ...]:
    """Return what readers answered, the first first; of a verdict how most found each option."""
    if poll.rules.kind is not PollKind.VERDICT or poll.rules.labels is None:
        return tuple(Answer(poll.by_number[line.number].label, line.count) for line in tally.lines if line.count)
    good, bad = poll.rules.labels
    judged = [line for line in tally.lines if line.for_n + line.against_n]
    return tuple(
        Answer(
            f"{poll.by_number[line.number].label}: {good if line.for_n >= line.against_n else bad}",
            max(line.for_n, line.against_n),
            line.for_n + line.against_n,
        )
        for line in judged
    )
