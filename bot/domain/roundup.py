"""A guild's recurring column: when its next edition is due, and the steps by which an edition is posted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.edition import Edition
from bot.domain.errors import PaddockError
from bot.domain.guild import GuildSettings, Part, PauseScope
from bot.domain.weekdays import next_on

# The kinds under which roundups and editions stand on the agenda.
ROUNDUP = "roundup"
EDITION = "edition"
# The kind under which what Discord shows of an edition is brought up to date.
EDITION_SHOW = "edition_show"

# A column for breakfast is still worth posting before lunch; after that readers have the news from elsewhere.
LATE_WINDOW = timedelta(hours=3)
# A day, and the half of one that lies between a publisher's evening and a reader's morning.
ARTICLE_AGE_MAX = timedelta(hours=36)
# How long before its time an edition is made where editors approve it first.
REVIEW_LEAD = timedelta(hours=1)
# While an edition waits for the guild's own column, it is looked for this often: what a reader would do by hand.
COLUMN_LOOK_EVERY = timedelta(minutes=5)
# An edition that waited for the column has this long left for its steps before it would be too late.
COLUMN_MARGIN = timedelta(minutes=15)
EVERY_DAY = frozenset(range(1, 8))  # Monday is 1, as in ISO 8601


class RoundupKind(StrEnum):
    """What a roundup is made from."""

    DAILY = "daily"  # the news of the sources
    WEEKLY = "weekly"  # the week's editions, and what readers answered


@dataclass(frozen=True, slots=True)
class Roundup:
    """A recurring column. `at` is the local time of day in `timezone`, `days` are ISO weekdays.

    With a `review_channel_id` editors approve each edition there first; one that nobody approved is posted only if
    `posts_unapproved`. With `column_deadline` the edition waits until that local time for the guild's own column.
    `forum_tag_id` is put on the post where the channel is a forum.
    """

    id: int
    guild_id: int
    name: str
    channel_id: int
    at: time
    timezone: str
    notify_role_id: int | None
    kind: RoundupKind = RoundupKind.DAILY
    days: frozenset[int] = EVERY_DAY
    forum_tag_id: int | None = None
    review_channel_id: int | None = None
    posts_unapproved: bool = False
    column_deadline: time | None = None

    @property
    def lead(self) -> timedelta:
        """How long before its time an edition is begun."""
        return timedelta() if self.review_channel_id is None else REVIEW_LEAD

    def begin_after(self, moment: datetime) -> datetime:
        """Return when the edition is begun whose posting time is the first after `moment`, in UTC."""
        return self.next_after(moment) - self.lead

    def posting_of(self, begun_at: datetime) -> datetime:
        """Return for when an edition is meant that was to be begun at `begun_at`."""
        return self.next_after(begun_at - timedelta(microseconds=1))

    def column_awaited_until(self, day: date, due_at: datetime) -> datetime | None:
        """Return until when the edition of `day`, due at `due_at`, waits for the guild's own column; None: not at all.

        A deadline after midnight belongs to the evening before; one so late that the edition would be skipped counts
        as earlier. An edition that somebody wants at another time than its own waits for nothing.
        """
        if self.column_deadline is None or self.posting_of(due_at) != due_at:
            return None
        zone = ZoneInfo(self.timezone)
        deadline = datetime.combine(day, self.column_deadline, zone).astimezone(UTC)
        if deadline < due_at - timedelta(hours=12):
            deadline = datetime.combine(day + timedelta(days=1), self.column_deadline, zone).astimezone(UTC)
        return min(deadline, due_at + LATE_WINDOW - COLUMN_MARGIN)

    def next_after(self, moment: datetime) -> datetime:
        """Return the first posting time after `moment`, in UTC.

        An hour that daylight saving skips is posted right after the gap, one that it doubles is posted once.
        """
        return next_on(self.days, self.at, ZoneInfo(self.timezone), moment)

    def day_of(self, moment: datetime) -> date:
        """Return the local date of `moment`."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()


class EditionStep(StrEnum):
    """How an edition comes to stand in Discord, in this order; each is recorded before the next begins."""

    GATHER = "gather"  # ask the guild's feeds
    DRAFT = "draft"  # compose and keep the edition
    LOOK_BACK = "look_back"  # ask Discord what came of the last edition's question
    REVIEW = "review"  # show it to the editors, where they approve editions
    MESSAGE = "message"  # post it
    THREAD = "thread"  # open its thread
    QUESTION = "question"  # ask The Big Question there
    LINKS = "links"  # edit the post so that it links to both


EDITION_STEPS: tuple[EditionStep, ...] = tuple(EditionStep)


class EditionState(StrEnum):
    """Where an edition stands."""

    DUE = "due"
    POSTED = "posted"
    SKIPPED = "skipped"
    FAILED = "failed"


class SkipReason(StrEnum):
    """Why a day has no edition."""

    LATE = "late"
    NO_NEWS = "no_news"
    PAUSED = "paused"
    NOT_APPROVED = "not_approved"
    BY_EDITOR = "by_editor"


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """An edition as it is kept.

    `channel_id` is where it goes, and once posted where its message stands (in a forum its own thread). `done` is the
    last step recorded, `begun` the one whose intent is recorded; `ended_at` is when it was last skipped
    or given up. `revision` grows with each change of the content, `shown_revision` is the one that Discord shows;
    `review_id` is the message in the editors' channel `review_channel_id`.
    `poll_id` is the poll that asks its question.
    """

    id: int
    guild_id: int
    roundup_id: int
    day: date
    state: EditionState
    content: Edition | None
    channel_id: int
    begun: EditionStep | None
    done: EditionStep | None
    message_id: int | None
    thread_id: int | None
    question_id: int | None
    notice_id: int | None
    due_at: datetime
    posted_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    revision: int = 0
    shown_revision: int = 0
    review_channel_id: int | None = None
    review_id: int | None = None
    approved_by: int | None = None
    approved_at: datetime | None = None
    poll_id: int | None = None

    @property
    def may_stand(self) -> bool:
        """Tell whether its message may stand: the intent to post it was recorded."""
        message = EDITION_STEPS.index(EditionStep.MESSAGE)
        return self.begun is not None and EDITION_STEPS.index(self.begun) >= message


@dataclass(frozen=True, slots=True)
class PostingStep:
    """One thing to do for an edition of `roundup`.

    `resumed` says that it may have been done before: look first. `overdue` says why it may not be done any more: look
    only, and keep what stands already.
    """

    step: EditionStep
    edition: EditionRecord
    roundup: Roundup
    language: str
    parts: frozenset[Part]
    notify_role_id: int | None
    resumed: bool
    overdue: SkipReason | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What one step of posting changed; None leaves a field as it is.

    `channel_id` is where the edition's message stands: in a forum that is the thread which the post made.
    """

    begun: EditionStep | None = None
    done: EditionStep | None = None
    state: EditionState | None = None
    content: Edition | None = None
    channel_id: int | None = None
    message_id: int | None = None
    thread_id: int | None = None
    question_id: int | None = None
    notice_id: int | None = None
    posted_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    shown_revision: int | None = None
    review_id: int | None = None
    poll_id: int | None = None


def next_step(edition: EditionRecord) -> EditionStep | None:
    """Return the step that was begun, else the one after the last recorded; None when the edition stands."""
    if edition.state is not EditionState.DUE:
        return None
    taken = -1 if edition.done is None else EDITION_STEPS.index(edition.done)
    # What was begun is resumed, although a newer release may know a step before it.
    begun = -1 if edition.begun is None else EDITION_STEPS.index(edition.begun)
    for step in EDITION_STEPS[max(taken + 1, begun) :]:
        has_question = edition.content is not None and edition.content.big_question is not None
        if step is EditionStep.QUESTION and not has_question:
            continue
        if step is EditionStep.REVIEW and not _is_shown_to_editors(edition):
            continue
        return step
    return None


def _is_shown_to_editors(edition: EditionRecord) -> bool:
    """Tell whether the draft goes to the editors' channel; one that was approved unseen needs no looking at."""
    return edition.review_channel_id is not None and edition.approved_at is None


def needs_approval(edition: EditionRecord, roundup: Roundup) -> bool:
    """Tell whether nobody has approved an edition that somebody has to approve.

    Asked of both: an edition that was begun before approval was switched on, or off, does not wait for it.
    """
    in_review = edition.review_channel_id is not None and roundup.review_channel_id is not None
    return in_review and edition.approved_at is None and not roundup.posts_unapproved


def held_until(edition: EditionRecord, roundup: Roundup, now: datetime) -> datetime | None:
    """Return until when an edition that is ready to be posted has to wait; None if it may be posted.

    One that needs an approval is looked at again when it is too late for one; an approval makes it due by itself.
    """
    if now < edition.due_at:
        return edition.due_at
    too_late = edition.due_at + LATE_WINDOW + timedelta(seconds=1)
    return too_late if needs_approval(edition, roundup) and now < too_late else None


def why_not(settings: GuildSettings | None, due_at: datetime, now: datetime) -> SkipReason | None:
    """Return why an edition that is due at `due_at` may not be posted at `now`, or not at its time; None if it may."""
    if settings is None or settings.is_paused(PauseScope.POSTS, max(due_at, now)):
        return SkipReason.PAUSED
    if now - due_at > LATE_WINDOW:
        return SkipReason.LATE
    return None


def message_link(edition: EditionRecord) -> str:
    """Return the address of an edition's message in Discord; empty before it is posted."""
    if edition.message_id is None:
        return ""
    return f"https://discord.com/channels/{edition.guild_id}/{edition.channel_id}/{edition.message_id}"


class NoNewsError(PaddockError):
    """None of the guild's sources has an article that is new enough. Params: hours."""

    message_id = "roundup.error.no_news"


class NoSourcesError(PaddockError):
    """The guild follows no source yet."""

    message_id = "roundup.error.no_sources"


class PostsPausedError(PaddockError):
    """Posts are paused in this guild."""

    message_id = "roundup.error.paused"


class AlreadyPostedError(PaddockError):
    """Today's edition stands already. Params: link."""

    message_id = "roundup.error.posted"


class OldEditionError(PaddockError):
    """The edition is that of an earlier day, which is over."""

    message_id = "roundup.error.old"
