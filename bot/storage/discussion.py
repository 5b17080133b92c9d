"""The threads in which single stories of an edition are discussed."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, RowId, Snowflake
from bot.storage.roundup import EditionRow


class DiscussionRow(Base):
    """A story's thread: wanted from `begun_at` on, open once `thread_id` is known."""

    __tablename__ = "discussions"
    # A story has one thread, however many members ask for it at once.
    __table_args__ = (UniqueConstraint("edition_id", "section_number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey(EditionRow.id))
    section_number: Mapped[int]
    begun_at: Mapped[datetime]
    thread_id: Mapped[int | None] = mapped_column(Snowflake)
