"""Tables and statements that SQLite and PostgreSQL both take."""

from collections.abc import Awaitable, Callable
from datetime import time

import pytest
from sqlalchemy import BigInteger, Integer, create_mock_engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.domain.article import Article
from bot.domain.roundup import Roundup
from bot.storage import due_work, guild, roundup, source
from bot.storage.base import NAMING, insert_into
from bot.storage.schema import metadata
from bot.storage.store import Store
from tests.house import GUILD, START

TABLES = {table.name: table for table in metadata.sorted_tables}


@pytest.mark.parametrize("name", TABLES)
def test_postgresql_takes_every_table(name: str):
    ddl = str(CreateTable(TABLES[name]).compile(dialect=postgresql.dialect()))
    assert "DATETIME" not in ddl
    for index in TABLES[name].indexes:
        assert str(CreateIndex(index).compile(dialect=postgresql.dialect()))
    if "id" in TABLES[name].columns:
        assert "id BIGSERIAL NOT NULL" in ddl


@pytest.mark.parametrize("name", TABLES)
def test_moments_keep_their_zone_and_snowflakes_their_bits_on_postgresql(name: str):
    for column in TABLES[name].columns:
        ddl = column.type.compile(dialect=postgresql.dialect())
        if column.name.endswith(("_at", "_until", "_after")) or column.name == "until":
            assert ddl == "TIMESTAMP WITH TIME ZONE", column
        if column.name == "id" or column.name.endswith(("_id", "_by")):
            assert ddl == "BIGINT", column


def test_sqlite_numbers_rows_by_itself():
    row_ids = [table.c.id for table in TABLES.values() if "id" in table.c]
    assert row_ids
    for column in row_ids:
        assert isinstance(column.type, BigInteger)
        assert column.type.compile(dialect=sqlite.dialect()) == str(Integer())


def test_every_constraint_has_a_name_by_which_it_can_be_dropped():
    assert set(NAMING) == {"ix", "uq", "ck", "fk", "pk"}
    for table in TABLES.values():
        assert all(constraint.name for constraint in table.constraints), table
        assert all(index.name for index in table.indexes), table


def test_every_foreign_key_is_served_by_an_index():
    for table in TABLES.values():
        inspected = inspect(table)
        indexed = [next(iter(index.columns)).name for index in inspected.indexes]
        keyed = [
            next(iter(constraint.columns)).name
            for constraint in table.constraints
            if type(constraint).__name__ in {"UniqueConstraint", "PrimaryKeyConstraint"}
        ]
        for key in table.foreign_keys:
            assert key.parent.name in {*indexed, *keyed}, key


async def statements(store: Store, use_case: Callable[[AsyncSession], Awaitable[object]]) -> list[str]:
    """Run a use case on SQLite and return what PostgreSQL would have been told."""
    told: list[str] = []

    def record(state: ORMExecuteState) -> None:
        # `insert_into` has made an INSERT for the engine in use; its ON CONFLICT is written alike on both.
        engine = sqlite if isinstance(state.statement, sqlite.Insert) else postgresql
        told.append(str(state.statement.compile(dialect=engine.dialect())))

    async def recorded(session: AsyncSession) -> None:
        event.listen(session.sync_session, "do_orm_execute", record)
        await use_case(session)

    await store.write(recorded)
    assert told
    return told


async def test_a_claim_on_postgresql_steps_over_what_others_hold(store: Store):
    await store.write(lambda s: due_work.schedule(s, kind="feed", subject_id=1, due_at=START))
    looking, *_ = await statements(store, lambda s: due_work.claim(s, START, kinds=["feed"], limit=3))
    assert looking.endswith("FOR UPDATE SKIP LOCKED")
    assert looking.startswith("SELECT due_work.id")


async def test_the_statements_of_the_agenda_are_postgresqls_too(store: Store):
    async def use(session: AsyncSession) -> None:
        await due_work.schedule(session, kind="feed", subject_id=1, due_at=START, guild_id=GUILD)
        (work,) = await due_work.claim(session, START, kinds=["feed"], limit=1)
        await due_work.hold(session, work, START)
        assert await due_work.next_due(session, ["feed"]) is not None
        assert await due_work.due_at_of(session, kind="feed", subject_id=1) == START
        await due_work.parked_in(session, GUILD)
        await due_work.cancel(session, kind="feed", subject_id=1)

    told = await statements(store, use)
    assert any("ON CONFLICT (kind, subject_id) DO UPDATE" in statement for statement in told)
    assert any("RETURNING due_work.id" in statement for statement in told)


async def test_the_statements_on_feeds_and_editions_are_postgresqls_too(store: Store):
    async def use(session: AsyncSession) -> None:
        feed_id = await source.add_feed(session, url="https://a.example", title="A", site_url=None)
        await source.add_source(session, guild_id=GUILD, feed_id=feed_id, name="A", added_by=1, at=START)
        await source.save_articles(session, feed_id, [Article("k", "https://a.example/k", "T", "A")], at=START)
        assert await source.articles_since(session, GUILD, START)
        assert await source.sources_of(session, GUILD)
        await source.remove_source(session, GUILD, 1)
        await source.forget_feed_if_unfollowed(session, feed_id)
        await guild.audit_page(session, GUILD, before_id=9, limit=3)
        await guild.save_settings(session, guild.GuildSettings(GUILD, "en", "UTC", frozenset(), None, START, 0))
        await roundup.save_roundup(session, Roundup(0, GUILD, "R", 1, time(7, 30), "UTC", None))
        found = await roundup.roundup_of(session, GUILD)
        assert found is not None
        await roundup.plan_edition(session, found, day=START.date(), due_at=START)
        await roundup.editions_page(session, GUILD, limit=3, before=START.date())

    told = await statements(store, use)
    for wanted in ("ON CONFLICT (url) DO UPDATE", "ON CONFLICT (roundup_id, day) DO NOTHING", "coalesce("):
        assert any(wanted in statement for statement in told), wanted


def test_each_engine_gets_the_insert_of_its_own_dialect():
    for url, kind in (("sqlite://", sqlite.Insert), ("postgresql://", postgresql.Insert)):
        engine = create_mock_engine(url, lambda *_, **__: None)
        session = AsyncSession(sync_session_class=Session)
        session.sync_session.bind = engine  # type: ignore[assignment]
        assert type(insert_into(session, due_work.DueWorkRow)) is kind
