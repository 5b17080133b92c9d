"""What all tables share: the declarative base and the column types that SQLite and PostgreSQL both take."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

# Names for every constraint, so that a migration can drop what it did not create on this engine.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers a row by itself only where the key's type is INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")
Snowflake = BigInteger


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, on engines that keep the zone and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, which nobody could read back rightly; write the others in UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back the zone that SQLite does not keep."""
        del dialect
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        dict[str, str]: JSON(),
        list[str]: JSON(),
        list[int]: JSON(),
    }


def insert_into(session: AsyncSession, table: type[Base]) -> "sqlite.Insert | postgresql.Insert":
    """Return an INSERT that may say ON CONFLICT, which both engines have and SQLAlchemy's common one has not.

    To look first and insert then would let two processes of a fleet run into each other's row.
    """
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect_name: str, table: type[Base]) -> "sqlite.Insert | postgresql.Insert":
    """Return what `insert_into` does, for an engine by name."""
    if dialect_name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # 55 ms that a start on SQLite need not pay

    return postgresql.insert(table)
