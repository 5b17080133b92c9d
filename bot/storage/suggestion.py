"""Stories that members suggest for the next edition."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, RowId, Snowflake
from bot.storage.source import URL_CHARS_MAX

NOTE_CHARS_MAX = 300


class SuggestionRow(Base):
    """One link that a member thinks worth an edition, and what became of it."""

    __tablename__ = "suggestions"
    __table_args__ = (Index(None, "guild_id", "state", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    roundup_id: Mapped[int] = mapped_column(Snowflake)
    member_id: Mapped[int] = mapped_column(Snowflake)
    url: Mapped[str] = mapped_column(String(URL_CHARS_MAX))
    note: Mapped[str] = mapped_column(String(NOTE_CHARS_MAX))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[int | None] = mapped_column(Snowflake)
