"""Roundups and their editions."""

from datetime import date, datetime, time
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.edition import Edition
from bot.domain.roundup import EDITION_STEPS, EditionRecord, EditionState, EditionStep, Progress, Roundup, RoundupKind
from bot.storage.base import Base, RowId, Snowflake, insert_into
from bot.storage.guild import GuildRow

REASON_CHARS_MAX = 200


class RoundupRow(Base):
    """A guild's recurring column."""

    __tablename__ = "roundups"
    __table_args__ = (UniqueConstraint("guild_id", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey(GuildRow.guild_id))
    name: Mapped[str] = mapped_column(String(80))
    channel_id: Mapped[int] = mapped_column(Snowflake)
    at: Mapped[time]
    notify_role_id: Mapped[int | None] = mapped_column(Snowflake)
    kind: Mapped[str] = mapped_column(String(16))
    days: Mapped[list[int]]
    forum_tag_id: Mapped[int | None] = mapped_column(Snowflake)
    review_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    posts_unapproved: Mapped[bool]
    column_deadline: Mapped[time | None]


class EditionRow(Base):
    """One day's issue of a roundup, and how far its posting has come."""

    __tablename__ = "editions"
    # A day has one edition, whoever asks for it and however often.
    __table_args__ = (UniqueConstraint("roundup_id", "day"), Index(None, "guild_id", "day"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    roundup_id: Mapped[int] = mapped_column(ForeignKey(RoundupRow.id))
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    channel_id: Mapped[int] = mapped_column(Snowflake)
    begun: Mapped[str | None] = mapped_column(String(16))
    done: Mapped[str | None] = mapped_column(String(16))
    message_id: Mapped[int | None] = mapped_column(Snowflake)
    thread_id: Mapped[int | None] = mapped_column(Snowflake)
    question_id: Mapped[int | None] = mapped_column(Snowflake)
    notice_id: Mapped[int | None] = mapped_column(Snowflake)
    due_at: Mapped[datetime]
    posted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(REASON_CHARS_MAX))
    revision: Mapped[int] = mapped_column(default=0)
    shown_revision: Mapped[int] = mapped_column(default=0)
    review_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    review_id: Mapped[int | None] = mapped_column(Snowflake)
    approved_by: Mapped[int | None] = mapped_column(Snowflake)
    approved_at: Mapped[datetime | None]
    poll_id: Mapped[int | None] = mapped_column(Snowflake)


@cache
def _codec() -> TypeAdapter[Edition]:
    return TypeAdapter(Edition)


def _roundup(row: RoundupRow, timezone: str) -> Roundup:
    return Roundup(
        id=row.id,
        guild_id=row.guild_id,
        name=row.name,
        channel_id=row.channel_id,
        at=row.at,
        timezone=timezone,
        notify_role_id=row.notify_role_id,
        kind=RoundupKind(row.kind),
        days=frozenset(row.days),
        forum_tag_id=row.forum_tag_id,
        review_channel_id=row.review_channel_id,
        posts_unapproved=row.posts_unapproved,
        column_deadline=row.column_deadline,
    )


def _edition(row: EditionRow) -> EditionRecord:
    return EditionRecord(
        id=row.id,
        guild_id=row.guild_id,
        roundup_id=row.roundup_id,
        day=row.day,
        state=EditionState(row.state),
        content=None if row.content is None else _codec().validate_python(row.content),
        channel_id=row.channel_id,
        begun=None if row.begun is None else EditionStep(row.begun),
        done=None if row.done is None else EditionStep(row.done),
        message_id=row.message_id,
        thread_id=row.thread_id,
        question_id=row.question_id,
        notice_id=row.notice_id,
        due_at=row.due_at,
        posted_at=row.posted_at,
        ended_at=row.ended_at,
        reason=row.reason,
        revision=row.revision,
        shown_revision=row.shown_revision,
        review_channel_id=row.review_channel_id,
        review_id=row.review_id,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        poll_id=row.poll_id,
    )


async def roundup_of(session: AsyncSession, guild_id: int) -> Roundup | None:
    """Return a guild's first roundup, the one that /setup made; None before."""
    return next(iter(await roundups_of(session, guild_id)), None)


async def roundups_of(session: AsyncSession, guild_id: int) -> tuple[Roundup, ...]:
    """Return a guild's roundups, in the order in which they were made."""
    found = await session.execute(
        select(RoundupRow, GuildRow.timezone)
        .join(GuildRow, GuildRow.guild_id == RoundupRow.guild_id)
        .where(RoundupRow.guild_id == guild_id)
        .order_by(RoundupRow.id)
    )
    return tuple(_roundup(row, timezone) for row, timezone in found)


async def roundup_by_id(session: AsyncSession, roundup_id: int) -> Roundup | None:
    """Return a roundup, or None if there is none with this id."""
    row = await session.get(RoundupRow, roundup_id)
    if row is None:
        return None
    return _roundup(row, (await session.get_one(GuildRow, row.guild_id)).timezone)


async def save_roundup(session: AsyncSession, roundup: Roundup) -> int:
    """Write a roundup, made if its id is 0, and return its id. The zone is the guild's and not written here."""
    if roundup.id:
        row = await session.get_one(RoundupRow, roundup.id)
    else:
        row = RoundupRow(guild_id=roundup.guild_id)
        session.add(row)
    row.name, row.channel_id, row.at, row.notify_role_id = (
        roundup.name,
        roundup.channel_id,
        roundup.at,
        roundup.notify_role_id,
    )
    row.kind, row.days, row.forum_tag_id = roundup.kind.value, sorted(roundup.days), roundup.forum_tag_id
    row.review_channel_id, row.posts_unapproved = roundup.review_channel_id, roundup.posts_unapproved
    row.column_deadline = roundup.column_deadline
    await session.flush()
    return row.id


async def plan_edition(session: AsyncSession, roundup: Roundup, *, day: date, due_at: datetime) -> EditionRecord:
    """Return the edition of a day, made if there was none."""
    new = insert_into(session, EditionRow).values(
        guild_id=roundup.guild_id,
        roundup_id=roundup.id,
        day=day,
        state=EditionState.DUE.value,
        channel_id=roundup.channel_id,
        review_channel_id=roundup.review_channel_id,
        due_at=due_at,
    )
    await session.execute(new.on_conflict_do_nothing(index_elements=[EditionRow.roundup_id, EditionRow.day]))
    rows = await session.scalars(
        select(EditionRow).where(EditionRow.roundup_id == roundup.id, EditionRow.day == day).with_for_update()
    )
    return _edition(rows.one())


async def revive_edition(
    session: AsyncSession, edition_id: int, roundup: Roundup, *, due_at: datetime
) -> EditionRecord:
    """Make an edition due at `due_at`, also one that was skipped or failed, and return it as it stands then.

    Up to the message it begins afresh, with newer news, unless editors are looking at it or have changed it: then it
    is what they saw. From the recorded intent to post it on, the message may stand: then what it says, when it was
    due and (unless posting was given up) where it goes stay, or a resumed step would look for it in the wrong place
    and post it again.
    """
    row = await session.get_one(EditionRow, edition_id, with_for_update=True)
    ended = row.state != EditionState.DUE.value
    if row.begun is None or EDITION_STEPS.index(EditionStep(row.begun)) < EDITION_STEPS.index(EditionStep.MESSAGE):
        edited = row.content is not None and bool(row.content.get("edited_by"))
        if not edited and (ended or row.review_id is None):
            row.begun = row.done = row.content = None
        row.channel_id, row.review_channel_id, row.due_at = roundup.channel_id, roundup.review_channel_id, due_at
    elif ended and row.message_id is None:
        row.channel_id = roundup.channel_id
    row.state, row.reason = EditionState.DUE.value, None
    row.revision += 1
    if ended:
        row.notice_id = None
    await session.flush()
    return _edition(row)


async def edition_to_change(session: AsyncSession, edition_id: int) -> EditionRecord | None:
    """Return an edition that nobody else changes before this transaction ends; None if there is none."""
    row = await session.get(EditionRow, edition_id, with_for_update=True)
    return None if row is None else _edition(row)


async def change_edition(session: AsyncSession, edition: EditionRecord) -> EditionRecord:
    """Write what editors changed of an edition, as one revision more than what stands.

    Taken are its content, its state with the reason and the time of its end, and who approved it.
    """
    row = await session.get_one(EditionRow, edition.id)
    row.content = None if edition.content is None else _codec().dump_python(edition.content, mode="json")
    row.state, row.reason, row.ended_at = edition.state.value, edition.reason, edition.ended_at
    row.approved_by, row.approved_at = edition.approved_by, edition.approved_at
    row.revision += 1
    await session.flush()
    return _edition(row)


async def edition_by_id(session: AsyncSession, edition_id: int) -> EditionRecord | None:
    """Return an edition, or None if there is none with this id."""
    row = await session.get(EditionRow, edition_id)
    return None if row is None else _edition(row)


async def edition_of_day(session: AsyncSession, roundup_id: int, day: date) -> EditionRecord | None:
    """Return a day's edition, or None if none was planned."""
    row = await session.scalar(select(EditionRow).where(EditionRow.roundup_id == roundup_id, EditionRow.day == day))
    return None if row is None else _edition(row)


async def last_posted(session: AsyncSession, roundup_id: int, *, before: date, since: date) -> EditionRecord | None:
    """Return a roundup's newest posted edition of a day before `before`, not older than `since`."""
    row = await session.scalar(
        select(EditionRow)
        .where(
            EditionRow.roundup_id == roundup_id,
            EditionRow.state == EditionState.POSTED.value,
            EditionRow.day < before,
            EditionRow.day >= since,
        )
        .order_by(EditionRow.day.desc())
        .limit(1)
    )
    return None if row is None else _edition(row)


async def editions_page(
    session: AsyncSession, guild_id: int, *, limit: int, before: date | None = None, roundup_id: int | None = None
) -> tuple[EditionRecord, ...]:
    """Return a guild's editions, newest day first, older than `before` and of one roundup where given."""
    wanted = select(EditionRow).where(EditionRow.guild_id == guild_id)
    if roundup_id is not None:
        wanted = wanted.where(EditionRow.roundup_id == roundup_id)
    if before is not None:
        wanted = wanted.where(EditionRow.day < before)
    rows = await session.scalars(wanted.order_by(EditionRow.day.desc(), EditionRow.id.desc()).limit(limit))
    return tuple(_edition(row) for row in rows)


async def record_progress(session: AsyncSession, edition_id: int, progress: Progress) -> EditionRecord:
    """Write what a step changed and return the edition as it stands then."""
    # An editor may be changing it: which revision the step showed has to be known for certain.
    row = await session.get_one(EditionRow, edition_id, with_for_update=True)
    if progress.content is not None:
        row.content = _codec().dump_python(progress.content, mode="json")
    for name in ("begun", "done", "state"):
        if (value := getattr(progress, name)) is not None:
            setattr(row, name, value.value)
    for name in (
        *("channel_id", "message_id", "thread_id", "question_id", "notice_id", "review_id", "poll_id"),
        *("posted_at", "ended_at", "reason", "shown_revision"),
    ):
        if (value := getattr(progress, name)) is not None:
            setattr(row, name, value)
    await session.flush()
    return _edition(row)
