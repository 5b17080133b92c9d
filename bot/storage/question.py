"""The guild's own queue of questions for its editions."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, RowId, Snowflake

TEXT_CHARS_MAX = 300  # Discord docs, poll resource, "question"


class QuestionRow(Base):
    """One question that waits for its edition, or was asked in one."""

    __tablename__ = "questions"
    __table_args__ = (Index(None, "guild_id", "edition_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    roundup_id: Mapped[int | None] = mapped_column(Snowflake)
    text: Mapped[str] = mapped_column(String(TEXT_CHARS_MAX))
    options: Mapped[list[str]]
    added_by: Mapped[int] = mapped_column(Snowflake)
    added_at: Mapped[datetime]
    edition_id: Mapped[int | None] = mapped_column(Snowflake)
