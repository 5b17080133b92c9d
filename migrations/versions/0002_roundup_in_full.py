"""The roundup in full: several a guild, approved by editors; sources with weights and words; queues.

Everything that existed goes on as it was: a roundup comes daily and unasked, a source counts once and is not filtered.

Revision ID: 0002
Revises: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.storage.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _columns()
    op.create_table(
        "questions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("roundup_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_guild_id_edition_id_id"), "questions", ["guild_id", "edition_id", "id"])
    op.create_table(
        "suggestions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("roundup_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("article", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    op.create_index(op.f("ix_suggestions_guild_id_state_id"), "suggestions", ["guild_id", "state", "id"])
    op.create_table(
        "discussions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("edition_id", ROW_ID, nullable=False),
        sa.Column("section_number", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_discussions_edition_id_editions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussions")),
        sa.UniqueConstraint("edition_id", "section_number", name=op.f("uq_discussions_edition_id_section_number")),
    )


def _columns() -> None:
    """Add the columns; a default of the server fills the rows there are, and goes again: the code writes each."""
    _add(
        "roundups",
        (sa.Column("kind", sa.String(length=16), nullable=False), "'daily'"),
        (sa.Column("days", sa.JSON(), nullable=False), "'[1, 2, 3, 4, 5, 6, 7]'"),
        (sa.Column("forum_tag_id", sa.BigInteger(), nullable=True), None),
        (sa.Column("review_channel_id", sa.BigInteger(), nullable=True), None),
        (sa.Column("posts_unapproved", sa.Boolean(), nullable=False), sa.false()),
        (sa.Column("column_deadline", sa.Time(), nullable=True), None),
    )
    _add(
        "editions",
        (sa.Column("revision", sa.Integer(), nullable=False), "0"),
        (sa.Column("shown_revision", sa.Integer(), nullable=False), "0"),
        (sa.Column("review_channel_id", sa.BigInteger(), nullable=True), None),
        (sa.Column("review_id", sa.BigInteger(), nullable=True), None),
        (sa.Column("approved_by", sa.BigInteger(), nullable=True), None),
        (sa.Column("approved_at", UtcDateTime(), nullable=True), None),
    )
    _add("feeds", (sa.Column("gone_at", UtcDateTime(), nullable=True), None))
    _add(
        "sources",
        (sa.Column("weight_percent", sa.Integer(), nullable=False), "100"),
        (sa.Column("is_paused", sa.Boolean(), nullable=False), sa.false()),
        (sa.Column("include_words", sa.JSON(), nullable=False), "'[]'"),
        (sa.Column("exclude_words", sa.JSON(), nullable=False), "'[]'"),
        (sa.Column("is_ours", sa.Boolean(), nullable=False), sa.false()),
        (sa.Column("is_paywalled", sa.Boolean(), nullable=False), sa.false()),
        (sa.Column("roundup_id", sa.BigInteger(), nullable=True), None),
        (sa.Column("told_at", UtcDateTime(), nullable=True), None),
    )
    _add(
        "articles",
        (sa.Column("is_paywalled", sa.Boolean(), nullable=False), sa.false()),
        (sa.Column("page_read_at", UtcDateTime(), nullable=True), None),
    )


def _add(table: str, *columns: tuple[sa.Column[Any], Any]) -> None:
    with op.batch_alter_table(table) as batch_op:
        for column, first in columns:
            column.server_default = None if first is None else sa.DefaultClause(_sql(first))
            batch_op.add_column(column)
    filled = [column for column, first in columns if first is not None]
    if filled:
        with op.batch_alter_table(table) as batch_op:
            for column in filled:
                batch_op.alter_column(
                    column.name, existing_type=column.type, existing_nullable=False, server_default=None
                )


def _sql(first: Any) -> Any:
    return sa.text(first) if isinstance(first, str) else first
