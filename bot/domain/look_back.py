"""What readers answered to the last edition's question, and what the next edition tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.edition import Answer, BigQuestion, LookBack
from bot.domain.roundup import EditionRecord

# "On Monday you said" makes sense as long as readers remember it; a weekly column comes after seven days.
LOOK_BACK_DAYS_MAX = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a question: the votes of its poll, if it has one, and what was said in its thread.

    `votes_n` is how many voted; None where that is the sum of the answers' votes.
    """

    answers: tuple[Answer, ...] = ()
    votes_n: int | None = None
    is_final: bool = True
    comments_n: int = 0
    liked_link: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """One message in a thread, as far as it is looked at: where it stands and how many members reacted to it."""

    id: int
    reactions_n: int


def most_liked(comments: Sequence[Comment]) -> Comment | None:
    """Return the comment that most members reacted to, the earliest of several; None if nobody reacted to any."""
    best = min(comments, key=lambda comment: (-comment.reactions_n, comment.id), default=None)
    return best if best is not None and best.reactions_n > 0 else None


def look_back(earlier: EditionRecord, question: BigQuestion, heard: Heard) -> LookBack | None:
    """Return what came of an earlier edition's question, most chosen answers first; None if nobody said anything."""
    votes_n = sum(answer.votes_n for answer in heard.answers) if heard.votes_n is None else heard.votes_n
    if not votes_n and not heard.comments_n:
        return None
    chosen = [answer for answer in heard.answers if answer.votes_n > 0]
    base = f"https://discord.com/channels/{earlier.guild_id}/{earlier.thread_id}"
    return LookBack(
        day=earlier.day,
        question=question.text,
        link=base if earlier.question_id is None else f"{base}/{earlier.question_id}",
        answers=tuple(sorted(chosen, key=lambda answer: -answer.votes_n)),
        votes_n=votes_n,
        comments_n=heard.comments_n,
        liked_link=heard.liked_link,
        is_final=heard.is_final,
    )
