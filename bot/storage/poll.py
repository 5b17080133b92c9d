"""Polls and their options."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Row,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.poll.bracket import Bracket
from bot.domain.poll.poll import OPTION_CHARS_MAX, QUESTION_CHARS_MAX, JoinWindow, Option, Poll, PollState, PollStep
from bot.domain.poll.rules import rules_from_json, rules_to_json
from bot.storage.base import Base, RowId, Snowflake

EMOJI_CHARS_MAX = 64  # "<a:name:id>" with a name of 32 characters and an id of 20
URL_CHARS_MAX = 512  # Discord docs, components reference, link button: "url"


class PollRow(Base):
    """A poll: what was chosen for it, and how far it has come."""

    __tablename__ = "polls"
    # An edition asks one question; a native poll is followed once.
    __table_args__ = (
        UniqueConstraint("edition_id"),
        UniqueConstraint("native_id"),
        Index(None, "guild_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    channel_id: Mapped[int] = mapped_column(Snowflake)
    question: Mapped[str] = mapped_column(String(QUESTION_CHARS_MAX))
    rules: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[int] = mapped_column(Snowflake)
    created_at: Mapped[datetime]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    seed: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str | None] = mapped_column(String(64))
    set_aside: Mapped[list[Any]] = mapped_column(JSON)
    bracket: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    edition_id: Mapped[int | None] = mapped_column(Snowflake)
    native_id: Mapped[int | None] = mapped_column(Snowflake)
    begun: Mapped[str | None] = mapped_column(String(16))
    message_id: Mapped[int | None] = mapped_column(Snowflake)
    thread_id: Mapped[int | None] = mapped_column(Snowflake)
    result_id: Mapped[int | None] = mapped_column(Snowflake)
    reminded_at: Mapped[datetime | None]
    revision: Mapped[int]
    shown_revision: Mapped[int]


class PollOptionRow(Base):
    """One option of a poll; it is merged and removed by marking it, so that both can be undone."""

    __tablename__ = "poll_options"
    __table_args__ = (UniqueConstraint("poll_id", "number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey(PollRow.id))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(OPTION_CHARS_MAX))
    emoji: Mapped[str | None] = mapped_column(String(EMOJI_CHARS_MAX))
    url: Mapped[str | None] = mapped_column(String(URL_CHARS_MAX))
    picture_url: Mapped[str | None] = mapped_column(String(URL_CHARS_MAX))
    merged_into: Mapped[int | None]
    is_removed: Mapped[bool]
    added_by: Mapped[int | None] = mapped_column(Snowflake)


class SeenPoll(NamedTuple):
    """A poll as it was read from its row."""

    row: Row[Any]
    poll: Poll


@cache
def _brackets() -> TypeAdapter[Bracket]:
    return TypeAdapter(Bracket)


@cache
def _windows() -> TypeAdapter[tuple[JoinWindow, ...]]:
    return TypeAdapter(tuple[JoinWindow, ...])


def _option(row: PollOptionRow) -> Option:
    return Option(
        number=row.number,
        label=row.label,
        emoji=row.emoji,
        url=row.url,
        picture_url=row.picture_url,
        merged_into=row.merged_into,
        is_removed=row.is_removed,
        added_by=row.added_by,
    )


def _poll(row: PollRow, options: Iterable[PollOptionRow]) -> Poll:
    return Poll(
        id=row.id,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        question=row.question,
        rules=rules_from_json(row.rules),
        options=tuple(_option(option) for option in options),
        state=PollState(row.state),
        created_by=row.created_by,
        created_at=row.created_at,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        closed_at=row.closed_at,
        seed=row.seed,
        digest=row.digest,
        set_aside=_windows().validate_python(row.set_aside),
        bracket=None if row.bracket is None else _brackets().validate_python(row.bracket),
        edition_id=row.edition_id,
        native_id=row.native_id,
        begun=None if row.begun is None else PollStep(row.begun),
        message_id=row.message_id,
        thread_id=row.thread_id,
        result_id=row.result_id,
        reminded_at=row.reminded_at,
        revision=row.revision,
        shown_revision=row.shown_revision,
    )


def _write(row: PollRow, poll: Poll) -> None:
    """Put into a row what of a poll may change; what it was made with stays, but for its question and its rules."""
    row.channel_id, row.question, row.rules = poll.channel_id, poll.question, rules_to_json(poll.rules)
    row.state, row.opens_at, row.closes_at, row.closed_at = poll.state, poll.opens_at, poll.closes_at, poll.closed_at
    row.digest, row.begun = poll.digest, poll.begun
    row.set_aside = _windows().dump_python(poll.set_aside, mode="json")
    row.bracket = None if poll.bracket is None else _brackets().dump_python(poll.bracket, mode="json")
    row.native_id, row.message_id, row.thread_id, row.result_id = (
        poll.native_id,
        poll.message_id,
        poll.thread_id,
        poll.result_id,
    )
    row.reminded_at, row.revision, row.shown_revision = poll.reminded_at, poll.revision, poll.shown_revision


def _write_option(row: PollOptionRow, option: Option) -> None:
    row.label, row.emoji, row.url, row.picture_url = option.label, option.emoji, option.url, option.picture_url
    row.merged_into, row.is_removed, row.added_by = option.merged_into, option.is_removed, option.added_by


async def add_poll(session: AsyncSession, poll: Poll) -> Poll:
    """Keep a new poll, whose id is given here, with its options."""
    row = PollRow(
        guild_id=poll.guild_id,
        created_by=poll.created_by,
        created_at=poll.created_at,
        seed=poll.seed,
        edition_id=poll.edition_id,
    )
    _write(row, poll)
    session.add(row)
    await session.flush()
    await _save_options(session, row.id, poll.options)
    return replace(poll, id=row.id)


async def save_poll(session: AsyncSession, poll: Poll, *, shows: bool = True) -> Poll:
    """Write what of a poll was changed, and return it in its new revision.

    Args:
        session: a transaction that had the poll from `poll_to_change`.
        poll: as it is to be.
        shows: what is shown of it changes as well, so that its card has to be brought up to date; options change only
            then.
    """
    if shows:
        poll = replace(poll, revision=poll.revision + 1)
        await _save_options(session, poll.id, poll.options)
    _write(await session.get_one(PollRow, poll.id), poll)
    return poll


async def _save_options(session: AsyncSession, poll_id: int, options: Sequence[Option]) -> None:
    known = {row.number: row for row in await _option_rows(session, [poll_id])}
    for option in options:
        row = known.get(option.number)
        if row is None:
            row = PollOptionRow(poll_id=poll_id, number=option.number)
            session.add(row)
        _write_option(row, option)
    await session.flush()


async def _option_rows(session: AsyncSession, poll_ids: Sequence[int]) -> Sequence[PollOptionRow]:
    found = await session.scalars(
        select(PollOptionRow).where(PollOptionRow.poll_id.in_(poll_ids)).order_by(PollOptionRow.number)
    )
    return found.all()


async def _with_options(session: AsyncSession, rows: Sequence[PollRow]) -> tuple[Poll, ...]:
    options: dict[int, list[PollOptionRow]] = {row.id: [] for row in rows}
    for option in await _option_rows(session, list(options)):
        options[option.poll_id].append(option)
    return tuple(_poll(row, options[row.id]) for row in rows)


async def polls_by_id(session: AsyncSession, poll_ids: Sequence[int]) -> dict[int, Poll]:
    """Return the polls with these ids, those that there are."""
    found = await session.scalars(select(PollRow).where(PollRow.id.in_(poll_ids)).order_by(PollRow.id))
    return {poll.id: poll for poll in await _with_options(session, found.all())}


async def polls_to_vote(session: AsyncSession, poll_ids: Sequence[int], seen: dict[int, SeenPoll]) -> dict[int, Poll]:
    """Return the polls with these ids that there are; nobody may close them before this transaction ends.

    Args:
        session: the transaction.
        poll_ids: which.
        seen: what this returned before. A poll whose row has not changed since is taken from there, because its options
            change only with its revision: in a storm making it anew would take as long as writing half of the votes.
    """
    rows = (await session.execute(_rows_to_vote(), {"poll_ids": poll_ids})).all()
    changed = [row.id for row in rows if row.id not in seen or seen[row.id].row != row]
    if changed:
        polls = await polls_by_id(session, changed)
        seen.update((row.id, SeenPoll(row, polls[row.id])) for row in rows if row.id in polls)
    return {row.id: seen[row.id].poll for row in rows}


@cache
def _rows_to_vote() -> Select[Any]:
    """Return the query for rows as the driver gives them: to be compared, not to be understood."""
    everything: ColumnElement[Any] = literal_column("*")
    wanted = select(everything).select_from(PollRow).order_by(PollRow.id)
    # SQLite has one writer and locks no rows.
    return wanted.where(PollRow.id.in_(bindparam("poll_ids", expanding=True))).with_for_update(read=True)


async def poll_by_id(session: AsyncSession, poll_id: int) -> Poll | None:
    """Return a poll, of whichever guild."""
    return (await polls_by_id(session, [poll_id])).get(poll_id)


async def poll_to_change(session: AsyncSession, poll_id: int) -> Poll | None:
    """Return a poll that nobody else changes, and nobody votes in, before this transaction ends."""
    row = await session.get(PollRow, poll_id, with_for_update=True, populate_existing=True)
    return None if row is None else (await _with_options(session, [row]))[0]


async def poll_of_edition(session: AsyncSession, edition_id: int) -> Poll | None:
    """Return the poll that asks an edition's question."""
    found = await session.scalars(select(PollRow).where(PollRow.edition_id == edition_id))
    row = found.one_or_none()
    return None if row is None else (await _with_options(session, [row]))[0]


async def poll_of_native(session: AsyncSession, message_id: int) -> Poll | None:
    """Return the poll that follows a native one."""
    found = await session.scalars(select(PollRow).where(PollRow.native_id == message_id))
    row = found.one_or_none()
    return None if row is None else (await _with_options(session, [row]))[0]


async def polls_of(
    session: AsyncSession, guild_id: int, *, states: Iterable[PollState] = PollState, like: str = "", limit: int = 25
) -> tuple[Poll, ...]:
    """Return a guild's polls in these states, the newest first, whose question holds `like`.

    One that has `like` as its number comes before all of them, or it would be lost among years and model names.
    """
    wanted = select(PollRow).where(PollRow.guild_id == guild_id, PollRow.state.in_([*states]))
    if like:
        is_meant = PollRow.id == (int(like) if _is_id(like) else -1)
        wanted = wanted.where(or_(PollRow.question.icontains(like, autoescape=True), is_meant)).order_by(
            is_meant.desc()
        )
    found = await session.scalars(wanted.order_by(PollRow.id.desc()).limit(limit))
    return await _with_options(session, found.all())


def _is_id(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and int(typed) < 2**63


@dataclass(frozen=True, slots=True)
class OpenCard:
    """Where the card of an open poll stands."""

    poll_id: int
    channel_id: int
    message_id: int


async def open_cards(session: AsyncSession, limit: int) -> tuple[OpenCard, ...]:
    """Return where the cards of open polls stand, those of the newest polls first."""
    found = await session.execute(
        select(PollRow.id, PollRow.channel_id, PollRow.message_id)
        .where(PollRow.state == PollState.OPEN, PollRow.message_id.is_not(None))
        .order_by(PollRow.id.desc())
        .limit(limit)
    )
    return tuple(
        OpenCard(poll_id, channel_id, message_id) for poll_id, channel_id, message_id in found if message_id is not None
    )


async def open_natives(session: AsyncSession, limit: int, guild_ids: Collection[int] | None = None) -> dict[int, int]:
    """Return the ids of open polls that follow a native one, by that one's message, those of the newest polls first.

    Args:
        session: the transaction.
        limit: so many at most.
        guild_ids: only of these guilds; None for all.
    """
    wanted = select(PollRow.native_id, PollRow.id).where(
        PollRow.state == PollState.OPEN, PollRow.native_id.is_not(None)
    )
    if guild_ids is not None:
        wanted = wanted.where(PollRow.guild_id.in_(guild_ids))
    found = await session.execute(wanted.order_by(PollRow.id.desc()).limit(limit))
    return {native_id: poll_id for native_id, poll_id in found if native_id is not None}


async def open_n(session: AsyncSession, guild_id: int) -> int:
    """Return how many polls of a guild are not over."""
    found = await session.scalar(
        select(func.count())
        .select_from(PollRow)
        .where(PollRow.guild_id == guild_id, PollRow.state.in_([PollState.SCHEDULED, PollState.OPEN]))
    )
    return found or 0


async def delete_poll(session: AsyncSession, poll_id: int) -> None:
    """Forget a poll and its options; its ballots go first (`bot.storage.ballot.delete_ballots`)."""
    await session.execute(delete(PollOptionRow).where(PollOptionRow.poll_id == poll_id))
    await session.execute(delete(PollRow).where(PollRow.id == poll_id))
