"""Which commands an application has shown to Discord, so that they are sent only when they changed."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, Snowflake


class SyncedCommandsRow(Base):
    """The digest of the last payload that Discord took."""

    __tablename__ = "synced_commands"

    application_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    synced_at: Mapped[datetime]


async def synced_digest(session: AsyncSession, application_id: int) -> str | None:
    """Return the digest of what Discord took last, or None."""
    row = await session.get(SyncedCommandsRow, application_id)
    return None if row is None else row.digest


async def save_digest(session: AsyncSession, application_id: int, *, digest: str, at: datetime) -> None:
    """Keep the digest of what Discord has just taken."""
    await session.merge(SyncedCommandsRow(application_id=application_id, digest=digest, synced_at=at))
