"""Write-ins: what members nominate, where it belongs among the options, and what moderators make of the options.

Options are never taken out of a poll: they are merged into another or removed by marking them, so that each can be
undone and ballots stay what they are (`bot.domain.poll.ballot.counted`).
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import regex

from bot.domain.errors import PaddockError
from bot.domain.poll.likeness import Likeness, Name, likeness, name_of, similarity
from bot.domain.poll.poll import OPTION_CHARS_MAX, OPTIONS_MAX, OPTIONS_MIN, Option, standing_for
from bot.domain.poll.rules import NOMINATIONS_EACH_MAX
from bot.domain.wording import clean

DOUBTS_MAX = 3  # so many are asked about: more is no question but a list

Options: TypeAlias = tuple[Option, ...]

# Addresses with a scheme or a path, Discord's invitations, and what Discord turns into mentions, emoji and stamps
# (Discord docs, reference, "Message Formatting").
_LINK = regex.compile(
    r"\w://|\bwww\.|\bdiscord(?:app)?\.(?:gg|com)\b|\b[\w-]+\.[a-z]{2,}/\S|<(?:[@#/]|a?:\w|t:|id:)|@(?:everyone|here)\b",
    regex.IGNORECASE,
)
_READABLE = regex.compile(r"[\p{L}\p{N}]")


class NominationEmptyError(PaddockError):
    """What was nominated has neither a letter nor a digit."""

    message_id = "poll.error.nomination_empty"


class NominationLongError(PaddockError):
    """What was nominated does not fit. Params: limit, given."""

    message_id = "poll.error.nomination_long"


class NominationLinkError(PaddockError):
    """What was nominated holds a link or a mention."""

    message_id = "poll.error.nomination_link"


class NominatedEnoughError(PaddockError):
    """The member has nominated as many as each may. Params: most."""

    message_id = "poll.error.nominated_enough"


class NominationRemovedError(PaddockError):
    """What was nominated was removed by moderators. Params: label."""

    message_id = "poll.error.nomination_removed"


class OptionsFullError(PaddockError):
    """The poll has as many options as it may. Params: most."""

    message_id = "poll.error.options_full"


class NoSuchOptionError(PaddockError):
    """The poll has no such option, or it does not stand (any more)."""

    message_id = "poll.error.no_such_option"


class MergeSelfError(PaddockError):
    """An option cannot be merged into itself."""

    message_id = "poll.error.merge_self"


class NotMergedError(PaddockError):
    """There is no merge to undo. Params: label."""

    message_id = "poll.error.not_merged"


class NotRemovedError(PaddockError):
    """There is no removal to undo. Params: label."""

    message_id = "poll.error.not_removed"


class LabelTakenError(PaddockError):
    """Another option that stands is called the same. Params: label."""

    message_id = "poll.error.label_taken"


class TooFewLeftError(PaddockError):
    """Too few options would be left. Params: least."""

    message_id = "poll.error.too_few_left"


@dataclass(frozen=True, slots=True)
class Same:
    """It is this option: a nomination of it is a vote for it."""

    number: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """It may be one of these, the likeliest first; the member is asked."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class New:
    """It is none of the options."""


Placement: TypeAlias = Same | Doubtful | New


def check_nomination(nominated: str) -> str:
    """Return what a member nominated as it may stand among the options.

    Raises:
        NominationEmptyError, NominationLongError, NominationLinkError.
    """
    label = clean(nominated)
    if not _READABLE.search(label):
        raise NominationEmptyError
    if len(label) > OPTION_CHARS_MAX:
        raise NominationLongError(limit=OPTION_CHARS_MAX, given=len(label))
    # Full-width letters make links that look like links to whoever copies them.
    if _LINK.search(label) or _LINK.search(unicodedata.normalize("NFKC", label)):
        raise NominationLinkError
    return label


def place(nominated: str, options: Iterable[Option]) -> Placement:
    """Tell where a nomination belongs.

    Options that were merged still stand for what they were merged into, so that the same spelling is merged only once.
    The thresholds stand in `bot.domain.poll.likeness`.

    Args:
        nominated: as `check_nomination` returned it.
        options: all of the poll's, in any order, which has no influence.
    """
    wanted = name_of(nominated)
    found: dict[int, tuple[Likeness, bool, float]] = {}  # by the option that stands
    by_number = {option.number: option for option in options}
    for option in by_number.values():
        target = standing_for(by_number, option.number)
        if target is None:
            continue
        name = name_of(option.label)
        kind = likeness(wanted, name)
        if kind is Likeness.DIFFERENT:
            continue
        rank = (kind, _is_exact(wanted, name), similarity(wanted, name))
        found[target] = max(found.get(target, rank), rank)
    same = [number for number, (kind, _, _) in found.items() if kind is Likeness.SAME]
    exact = [number for number in same if found[number][1]]
    for alone in (exact, same):
        if len(alone) == 1:
            return Same(alone[0])
    likeliest = sorted(found, key=lambda number: ([-part for part in found[number]], number))
    return Doubtful(tuple(likeliest[:DOUBTS_MAX])) if likeliest else New()


def _is_exact(one: Name, other: Name) -> bool:
    return one.folded == other.folded or (one.maker, one.joined) == (other.maker, other.joined)


def nominate(options: Options, label: str, member_id: int, *, each_max: int = NOMINATIONS_EACH_MAX) -> Options:
    """Return the options with a new one, which a member nominated, at their end.

    What was merged or removed since counts among a member's nominations: whoever writes nonsense gets no room for more.

    Args:
        options: all of the poll's.
        label: as `check_nomination` returned it; new, or said by the member to be new, after `place`.
        member_id: who nominates.
        each_max: how many one member may nominate.

    Raises:
        NominationRemovedError, LabelTakenError, NominatedEnoughError, OptionsFullError.
    """
    wanted = name_of(label)
    by_number = {option.number: option for option in options}
    for option in options:
        if standing_for(by_number, option.number) is None and likeness(wanted, name_of(option.label)) is Likeness.SAME:
            raise NominationRemovedError(label=option.label)
    _check_label_free(options, label)
    if sum(option.added_by == member_id for option in options) >= each_max:
        raise NominatedEnoughError(most=each_max)
    _check_room(options)
    number = max((option.number for option in options), default=0) + 1
    return (*options, Option(number, label, added_by=member_id))


def merged(options: Options, number: int, into: int, *, least: int = OPTIONS_MIN) -> Options:
    """Return the options with one of them merged into another, both of which stand; so no merges run in a circle.

    Args:
        options: all of the poll's.
        number: of the one whose votes count for the other from now on.
        into: the number of the other.
        least: how many have to be left; a poll with write-ins may have none.

    Raises:
        NoSuchOptionError, MergeSelfError, TooFewLeftError.
    """
    if number == into:
        raise MergeSelfError
    _standing(options, into)
    _standing(options, number)
    _check_left(options, least)
    return _with(options, number, lambda option: replace(option, merged_into=into))


def unmerged(options: Options, number: int) -> Options:
    """Return the options with the merge of one of them undone.

    Raises:
        NoSuchOptionError, NotMergedError, LabelTakenError, OptionsFullError.
    """
    option = _option(options, number)
    if option.merged_into is None:
        raise NotMergedError(label=option.label)
    if not option.is_removed:
        _check_label_free(options, option.label)
        _check_room(options)
    return _with(options, number, lambda option: replace(option, merged_into=None))


def renamed(options: Options, number: int, label: str) -> Options:
    """Return the options with another label on one that stands.

    Args:
        options: all of the poll's.
        number: of the option.
        label: as it was typed.

    Raises:
        NoSuchOptionError, LabelTakenError.
        NominationEmptyError, NominationLongError, NominationLinkError: see `check_nomination`.
    """
    _standing(options, number)
    label = check_nomination(label)
    _check_label_free([option for option in options if option.number != number], label)
    return _with(options, number, lambda option: replace(option, label=label))


def removed(options: Options, number: int, *, least: int = OPTIONS_MIN) -> Options:
    """Return the options with one of them removed; its votes, and those of what was merged into it, do not count.

    Args:
        options: all of the poll's.
        number: of the option, which may be a merged one.
        least: how many have to be left; a poll with write-ins may have none.

    Raises:
        NoSuchOptionError, TooFewLeftError.
    """
    option = _option(options, number)
    if option.is_removed:
        raise NoSuchOptionError
    if option.stands:
        _check_left(options, least)
    return _with(options, number, lambda option: replace(option, is_removed=True))


def restored(options: Options, number: int) -> Options:
    """Return the options with the removal of one of them undone; one that was merged is merged again.

    Raises:
        NoSuchOptionError, NotRemovedError, LabelTakenError, OptionsFullError.
    """
    option = _option(options, number)
    if not option.is_removed:
        raise NotRemovedError(label=option.label)
    if option.merged_into is None:
        _check_label_free(options, option.label)
        _check_room(options)
    return _with(options, number, lambda option: replace(option, is_removed=False))


def _option(options: Options, number: int) -> Option:
    for option in options:
        if option.number == number:
            return option
    raise NoSuchOptionError


def _standing(options: Options, number: int) -> Option:
    option = _option(options, number)
    if not option.stands:
        raise NoSuchOptionError
    return option


def _with(options: Options, number: int, change: Callable[[Option], Option]) -> Options:
    return tuple(change(option) if option.number == number else option for option in options)


def _check_left(options: Options, least: int) -> None:
    if sum(option.stands for option in options) <= least:
        raise TooFewLeftError(least=least)


def _check_room(options: Options) -> None:
    if sum(option.stands for option in options) >= OPTIONS_MAX:
        raise OptionsFullError(most=OPTIONS_MAX)


def _check_label_free(options: Iterable[Option], label: str) -> None:
    if any(option.stands and option.label.casefold() == label.casefold() for option in options):
        raise LabelTakenError(label=label)
