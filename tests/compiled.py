"""Statements that are compiled once a worker: each test opens engines of its own, and all of them are alike."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.util import LRUCache


class OneDialect(SQLiteDialect_aiosqlite):
    """A dialect that is equal to every other one, so that what was compiled for one engine is found by the next."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneDialect)

    def __hash__(self) -> int:
        return hash(OneDialect)


def share_compiled_statements() -> None:
    """Let all SQLite engines of this process share one cache. SQL and results are what they would be without it."""
    compiled = LRUCache[Any, Any](2_000)
    registry.impls.pop("sqlite.aiosqlite", None)
    registry.register("sqlite.aiosqlite", __name__, OneDialect.__name__)

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        if isinstance(connection.dialect, OneDialect):
            connection.engine._compiled_cache = compiled
