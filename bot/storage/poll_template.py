"""Templates of polls: what is asked again and again, by hand or on chosen days."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.poll.poll import QUESTION_CHARS_MAX, Option
from bot.domain.poll.rules import rules_from_json, rules_to_json
from bot.domain.poll.template import TEMPLATE_NAME_CHARS_MAX, PollTemplate
from bot.storage.base import Base, RowId, Snowflake


class PollTemplateRow(Base):
    """A poll that can be made again; with days and a time of day it is, by itself."""

    __tablename__ = "poll_templates"
    __table_args__ = (UniqueConstraint("guild_id", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    name: Mapped[str] = mapped_column(String(TEMPLATE_NAME_CHARS_MAX))
    question: Mapped[str] = mapped_column(String(QUESTION_CHARS_MAX))
    rules: Mapped[dict[str, Any]]
    options: Mapped[list[Any]] = mapped_column(JSON)
    length_s: Mapped[int | None]
    channel_id: Mapped[int] = mapped_column(Snowflake)
    days: Mapped[list[int]]
    at: Mapped[time | None]
    created_by: Mapped[int] = mapped_column(Snowflake)
    created_at: Mapped[datetime]


@cache
def _options() -> TypeAdapter[tuple[Option, ...]]:
    return TypeAdapter(tuple[Option, ...])


def _template(row: PollTemplateRow) -> PollTemplate:
    return PollTemplate(
        id=row.id,
        guild_id=row.guild_id,
        name=row.name,
        question=row.question,
        rules=rules_from_json(row.rules),
        options=_options().validate_python(row.options),
        length=None if row.length_s is None else timedelta(seconds=row.length_s),
        channel_id=row.channel_id,
        days=frozenset(row.days),
        at=row.at,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def _write(row: PollTemplateRow, template: PollTemplate) -> None:
    row.name, row.question, row.rules = template.name, template.question, rules_to_json(template.rules)
    row.options = _options().dump_python(
        template.options, mode="json", include={"__all__": {"number", "label", "emoji", "url", "picture_url"}}
    )
    row.length_s = None if template.length is None else round(template.length.total_seconds())
    row.channel_id, row.days, row.at = template.channel_id, sorted(template.days), template.at


async def add_template(session: AsyncSession, template: PollTemplate) -> PollTemplate:
    """Keep a new template, whose id is given here; its name must be free in its guild."""
    row = PollTemplateRow(guild_id=template.guild_id, created_by=template.created_by, created_at=template.created_at)
    _write(row, template)
    session.add(row)
    await session.flush()
    return _template(row)


async def save_template(session: AsyncSession, template: PollTemplate) -> None:
    """Write what of a template was changed."""
    _write(await session.get_one(PollTemplateRow, template.id), template)
    await session.flush()


async def template_by_id(session: AsyncSession, template_id: int, *, to_change: bool = False) -> PollTemplate | None:
    """Return a template, of whichever guild; `to_change` keeps others from changing it meanwhile."""
    row = await session.get(PollTemplateRow, template_id, with_for_update=to_change)
    return None if row is None else _template(row)


async def template_named(session: AsyncSession, guild_id: int, name: str) -> PollTemplate | None:
    """Return a guild's template with this name, however it is capitalised."""
    # Not in SQL: SQLite's "lower" knows A to Z, and would never find "Été". A guild has few templates.
    wanted = name.casefold()
    return next((found for found in await templates_of(session, guild_id) if found.name.casefold() == wanted), None)


async def templates_of(session: AsyncSession, guild_id: int) -> Sequence[PollTemplate]:
    """Return a guild's templates by name."""
    found = await session.scalars(
        select(PollTemplateRow).where(PollTemplateRow.guild_id == guild_id).order_by(PollTemplateRow.name)
    )
    return [_template(row) for row in found]


async def delete_template(session: AsyncSession, template_id: int) -> None:
    """Forget a template."""
    row = await session.get(PollTemplateRow, template_id)
    if row is not None:
        await session.delete(row)
        await session.flush()
