"""How Alembic runs here: always on the connection that `bot.storage.migrate` (or a test) hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from bot.storage.base import UtcDateTime


def render_item(type_: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types by their names in a generated migration."""
    if type_ == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from bot.storage.base import UtcDateTime")
        return "UtcDateTime()"
    return False


connection: Connection = context.config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
if sqlite:
    # sqlite3 would commit before each DDL statement; with an explicit BEGIN a failed migration leaves nothing.
    connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
    connection.exec_driver_sql("BEGIN IMMEDIATE")
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["target_metadata"],
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
if sqlite:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"the migration broke foreign keys: {broken[:5]}")
