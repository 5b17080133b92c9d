"""Guild settings, the roles that were granted capabilities, pauses and the audit trail."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.actor import Capability
from bot.domain.guild import AuditEntry, GuildSettings, Part, Pause, PauseScope
from bot.storage.base import Base, RowId, Snowflake


class GuildRow(Base):
    """One guild that was set up."""

    __tablename__ = "guilds"

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(8))
    timezone: Mapped[str] = mapped_column(String(64))
    parts: Mapped[list[str]]
    notices_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    set_up_at: Mapped[datetime]
    version: Mapped[int]


class GrantRow(Base):
    """A role that has a capability."""

    __tablename__ = "capability_grants"

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    capability: Mapped[str] = mapped_column(String(16), primary_key=True)
    role_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)


class PauseRow(Base):
    """A scope that is held back."""

    __tablename__ = "pauses"

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(String(16), primary_key=True)
    until: Mapped[datetime | None]


class AuditRow(Base):
    """One change, by whom, when; never changed afterwards."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "guild_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    actor_id: Mapped[int] = mapped_column(Snowflake)
    action: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, str]]
    at: Mapped[datetime]


async def take_turns(session: AsyncSession, guild_id: int) -> None:
    """Wait until no other transaction changes what there is only once, or only so often, in a guild.

    A row cannot be locked before it is there, so PostgreSQL is asked for a lock on the number, which the end of the
    transaction gives back. SQLite has one writer.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(guild_id)))


async def settings_of(session: AsyncSession, guild_id: int, *, to_change: bool = False) -> GuildSettings | None:
    """Return a guild's settings, or None before /setup.

    Args:
        session: the transaction.
        guild_id: whose.
        to_change: nobody else may change them before this transaction ends, so that no change is lost.
    """
    if to_change:
        await take_turns(session, guild_id)
    row = await session.get(GuildRow, guild_id)
    if row is None:
        return None
    pauses = (await session.scalars(select(PauseRow).where(PauseRow.guild_id == guild_id))).all()
    grants = (await session.scalars(select(GrantRow).where(GrantRow.guild_id == guild_id))).all()
    granted: dict[Capability, set[int]] = {}
    for grant in grants:
        granted.setdefault(Capability(grant.capability), set()).add(grant.role_id)
    return GuildSettings(
        guild_id=guild_id,
        language=row.language,
        timezone=row.timezone,
        parts=frozenset(Part(part) for part in row.parts),
        notices_channel_id=row.notices_channel_id,
        set_up_at=row.set_up_at,
        version=row.version,
        pauses=tuple(Pause(PauseScope(pause.scope), pause.until) for pause in pauses),
        granted_roles={capability: frozenset(roles) for capability, roles in granted.items()},
    )


async def save_settings(session: AsyncSession, settings: GuildSettings) -> GuildSettings:
    """Write a guild's settings as one version more than what stands, and return them with it."""
    row = await session.get(GuildRow, settings.guild_id)
    if row is None:
        row = GuildRow(guild_id=settings.guild_id, set_up_at=settings.set_up_at, version=0)
        session.add(row)
    row.language = settings.language
    row.timezone = settings.timezone
    row.parts = sorted(part.value for part in settings.parts)
    row.notices_channel_id = settings.notices_channel_id
    row.version += 1
    await _save_grants(session, settings.guild_id, settings.granted_roles)
    await _save_pauses(session, settings.guild_id, settings.pauses)
    await session.flush()
    return replace(settings, version=row.version)


async def _save_grants(session: AsyncSession, guild_id: int, granted: Mapping[Capability, frozenset[int]]) -> None:
    await session.execute(delete(GrantRow).where(GrantRow.guild_id == guild_id))
    session.add_all(
        GrantRow(guild_id=guild_id, capability=capability.value, role_id=role_id)
        for capability, role_ids in granted.items()
        for role_id in sorted(role_ids)
    )


async def _save_pauses(session: AsyncSession, guild_id: int, pauses: Iterable[Pause]) -> None:
    await session.execute(delete(PauseRow).where(PauseRow.guild_id == guild_id))
    session.add_all(PauseRow(guild_id=guild_id, scope=pause.scope.value, until=pause.until) for pause in pauses)


async def add_audit(
    session: AsyncSession,
    *,
    guild_id: int,
    actor_id: int,
    action: str,
    params: Mapping[str, str],
    at: datetime,
) -> None:
    """Add one line to the audit trail, in the transaction of the change that it tells of."""
    session.add(AuditRow(guild_id=guild_id, actor_id=actor_id, action=action, params=dict(params), at=at))


async def audit_page(
    session: AsyncSession, guild_id: int, *, before_id: int | None, limit: int
) -> tuple[AuditEntry, ...]:
    """Return a guild's audit entries, newest first, older than `before_id` where given."""
    wanted = select(AuditRow).where(AuditRow.guild_id == guild_id).order_by(AuditRow.id.desc()).limit(limit)
    if before_id is not None:
        wanted = wanted.where(AuditRow.id < before_id)
    return tuple(
        AuditEntry(
            id=row.id,
            guild_id=row.guild_id,
            actor_id=row.actor_id,
            action=row.action,
            params=row.params,
            at=row.at,
        )
        for row in await session.scalars(wanted)
    )
