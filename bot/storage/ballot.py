"""Ballots: one row a member and poll, written many at a time, counted in SQL, and cleared of their members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    BigInteger,
    Delete,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.poll.ballot import Marks, from_canonical
from bot.domain.poll.poll import JoinWindow
from bot.domain.poll.record import KeptBallot
from bot.storage.base import Base, RowId, Snowflake, insert_for
from bot.storage.poll import PollRow

# So many rows are one statement; SQLite takes 5,461 (its 32,766 variables).
ROWS_AT_ONCE = 1_000
# The drivers that `DATABASE_URL` names.
_DRIVERS = {"sqlite": "aiosqlite", "postgresql": "asyncpg"}


class BallotRow(Base):
    """One member's whole vote. Once a secret poll is final no row says whose it is, or when whose it is joined."""

    __tablename__ = "ballots"
    __table_args__ = (UniqueConstraint("poll_id", "user_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey(PollRow.id))
    user_id: Mapped[int | None] = mapped_column(Snowflake)
    marks: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str] = mapped_column(String(32))
    joined_s: Mapped[int | None] = mapped_column(BigInteger)
    is_set_aside: Mapped[bool]


# A ballot to be written: poll, member, canonical marks, nonce, when the member joined in seconds since 1970 (None where
# Discord does not say), and whether it is set aside. When the vote came is not kept.
CastBallot: TypeAlias = tuple[int, int, str, str, int | None, bool]
_COLUMNS = ("poll_id", "user_id", "marks", "nonce", "joined_s", "is_set_aside")


@cache
def _upsert(dialect_name: str) -> str:
    """Return the statement that writes a ballot, as an engine's driver takes it, its values in a row's order."""
    dialect = make_url(f"{dialect_name}+{_DRIVERS[dialect_name]}://").get_dialect()()
    wanted = insert_for(dialect_name, BallotRow).values({name: bindparam(name) for name in _COLUMNS})
    replaced = {name: wanted.excluded[name] for name in _COLUMNS[2:]}
    compiled = wanted.on_conflict_do_update(
        index_elements=[BallotRow.poll_id, BallotRow.user_id], set_=replaced
    ).compile(dialect=dialect)
    return str(compiled)


@lru_cache(maxsize=64)
def _upsert_of(rows: int) -> str:
    """Return the statement that writes so many ballots at once on SQLite."""
    row = f"({', '.join('?' * len(_COLUMNS))})"
    return _upsert("sqlite").replace(row, ", ".join([row] * rows), 1)


async def cast_ballots(session: AsyncSession, ballots: Sequence[CastBallot]) -> None:
    """Write ballots, each in the place of the one that its member had; no member has two of one poll among them.

    They go to the driver as they are: what SQLAlchemy does for each row costs twice what writing it does. On SQLite
    many are one statement, which takes half the time of as many, and in which the driver's thread needs the interpreter
    once instead of once a row.
    """
    if not ballots:
        return
    connection = await session.connection()
    if connection.dialect.name != "sqlite":
        await connection.exec_driver_sql(_upsert(connection.dialect.name), cast("Any", ballots))
        return
    for first in range(0, len(ballots), ROWS_AT_ONCE):
        rows = ballots[first : first + ROWS_AT_ONCE]
        await connection.exec_driver_sql(_upsert_of(len(rows)), tuple(chain.from_iterable(rows)))


async def withdraw_ballots(session: AsyncSession, whose: Sequence[tuple[int, int]]) -> None:
    """Delete the ballots of (poll id, user id) pairs; those that there are not are no error."""
    if not whose:
        return
    gone: Delete = delete(BallotRow).where(
        BallotRow.poll_id == bindparam("of_poll"), BallotRow.user_id == bindparam("of_user")
    )
    connection = await session.connection()  # a delete of many is none of the ORM's
    await connection.execute(gone, [{"of_poll": poll_id, "of_user": user_id} for poll_id, user_id in whose])


async def ballots_of_members(
    session: AsyncSession, poll_id: int, user_ids: Sequence[int]
) -> dict[int, tuple[Marks, str]]:
    """Return the marks and the nonce of those members who have a ballot in a poll."""
    found = await session.execute(
        select(BallotRow.user_id, BallotRow.marks, BallotRow.nonce).where(
            BallotRow.poll_id == poll_id, BallotRow.user_id.in_(user_ids)
        )
    )
    return {cast("int", user_id): (from_canonical(kept), nonce) for user_id, kept, nonce in found}


async def counted_ballots(session: AsyncSession, poll_id: int) -> tuple[tuple[Marks, int], ...]:
    """Return the distinct ballots that count, and how many there are of each."""
    found = await session.execute(
        select(BallotRow.marks, func.count())
        .where(BallotRow.poll_id == poll_id, BallotRow.is_set_aside.is_(False))
        .group_by(BallotRow.marks)
    )
    return tuple((from_canonical(kept), times) for kept, times in found)


@dataclass(frozen=True, slots=True)
class BallotCount:
    """How many ballots there are: those that count, and those set aside."""

    counted: int
    set_aside: int


async def count_ballots(session: AsyncSession, poll_id: int) -> BallotCount:
    """Return how many ballots a poll has."""
    found = await session.execute(
        select(BallotRow.is_set_aside, func.count())
        .where(BallotRow.poll_id == poll_id)
        .group_by(BallotRow.is_set_aside)
    )
    by_kind = {bool(is_set_aside): times for is_set_aside, times in found}
    return BallotCount(counted=by_kind.get(False, 0), set_aside=by_kind.get(True, 0))


async def set_aside(session: AsyncSession, poll_id: int, windows: Sequence[JoinWindow]) -> int:
    """Set aside, unseen, the ballots of those who joined in one of the windows, and no others; return how many."""
    await session.execute(update(BallotRow).where(BallotRow.poll_id == poll_id).values(is_set_aside=False))
    for window in windows:
        await session.execute(
            update(BallotRow)
            .where(
                BallotRow.poll_id == poll_id,
                BallotRow.joined_s >= window.since.timestamp(),
                BallotRow.joined_s < window.until.timestamp(),
            )
            .values(is_set_aside=True)
        )
    return (await count_ballots(session, poll_id)).set_aside


async def kept_ballots(session: AsyncSession, poll_id: int) -> tuple[KeptBallot, ...]:
    """Return all ballots of a poll, without their members, in the order of their nonces: that of no event."""
    found = await session.execute(
        select(BallotRow.marks, BallotRow.nonce, BallotRow.is_set_aside)
        .where(BallotRow.poll_id == poll_id)
        .order_by(BallotRow.nonce)
    )
    return tuple(
        KeptBallot(marks=from_canonical(kept), nonce=nonce, is_set_aside=bool(is_set_aside))
        for kept, nonce, is_set_aside in found
    )


async def votes_shown(session: AsyncSession, poll_id: int) -> dict[int, Marks]:
    """Return who voted what, for a poll that is public."""
    found = await session.execute(
        select(BallotRow.user_id, BallotRow.marks).where(BallotRow.poll_id == poll_id, BallotRow.user_id.is_not(None))
    )
    return {cast("int", user_id): from_canonical(kept) for user_id, kept in found}


async def forget_members(session: AsyncSession, poll_id: int, *, keep_members: bool) -> None:
    """Write all ballots anew under fresh ids and without a time, in the order of their nonces, which are random.

    Args:
        session: the transaction that makes the result final.
        poll_id: whose ballots.
        keep_members: the poll is public, so that its ballots stay beside their members.
    """
    found = await session.execute(
        select(BallotRow.user_id, BallotRow.marks, BallotRow.nonce, BallotRow.is_set_aside)
        .where(BallotRow.poll_id == poll_id)
        .order_by(BallotRow.nonce)
    )
    kept: list[dict[str, Any]] = [
        {
            "poll_id": poll_id,
            "user_id": user_id if keep_members else None,
            "marks": marks,
            "nonce": nonce,
            "joined_s": None,
            "is_set_aside": is_set_aside,
        }
        for user_id, marks, nonce, is_set_aside in found
    ]
    next_id = await session.scalar(select(func.coalesce(func.max(BallotRow.id), 0)))
    await session.execute(delete(BallotRow).where(BallotRow.poll_id == poll_id))
    if kept:
        connection = await session.connection()
        await connection.execute(insert(BallotRow), _numbered(kept, cast("int", next_id), session))


def _numbered(rows: list[dict[str, Any]], last_id: int, session: AsyncSession) -> Sequence[Mapping[str, Any]]:
    """Give rows ids above all that there were: SQLite would give those of deleted rows again; PostgreSQL counts on."""
    if session.get_bind().dialect.name != "sqlite":
        return rows
    return [{**row, "id": last_id + place} for place, row in enumerate(rows, 1)]


async def delete_ballots(session: AsyncSession, poll_id: int) -> None:
    """Delete all ballots of a poll."""
    await session.execute(delete(BallotRow).where(BallotRow.poll_id == poll_id))
