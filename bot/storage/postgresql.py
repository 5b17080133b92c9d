"""How PostgreSQL is spoken to: nothing waits for ever, and a dead process' locks are free within a minute."""

from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import func, select

from bot.domain.errors import PaddockError

CONNECT_TIMEOUT_S = 10.0
# A member waits for the answer; the longest statement of ours takes milliseconds.
COMMAND_TIMEOUT_S = 30.0
# The pool's own default of 30 s would come on top of that.
POOL_TIMEOUT_S = 10.0
# The server lets go of a client that the network has swallowed after 30 + 3 * 10 s, and of one that no longer takes
# its answers after 60 s, instead of after two hours (its manual, "Connections and Authentication": TCP settings). Our
# transactions wait for nothing outside the database, so one that idles for a minute belongs to a process that hangs.
SERVER_SETTINGS = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "idle_in_transaction_session_timeout": "60000",
}
# Any two numbers that no other use of the database takes: "padd" and "migr" as 32 bits each.
MIGRATION_LOCK = (0x70616464, 0x6D696772)


class DriverMissingError(PaddockError):
    """The library that speaks to PostgreSQL is not installed; it comes with an extra."""

    message_id = "storage.error.driver"


def pooled_engine(url: URL, purpose: str) -> AsyncEngine:
    """Return the engine of a running bot; `purpose` is what ``pg_stat_activity`` calls its connections.

    Raises:
        DriverMissingError: without the extra ``postgres``.
    """
    return _engine(url, purpose, command_timeout_s=COMMAND_TIMEOUT_S, pool_pre_ping=True, pool_timeout=POOL_TIMEOUT_S)


def single_engine(url: URL, purpose: str) -> AsyncEngine:
    """Return an engine whose connections are closed after use, and whose statements may take as long as they need.

    Raises:
        DriverMissingError: without the extra ``postgres``.
    """
    return _engine(url, purpose, command_timeout_s=None, poolclass=NullPool)


async def lock_migrations(connection: AsyncConnection) -> None:
    """Wait until no other process migrates this database, and keep others from it until the connection is closed.

    It has to be the connection that migrates, and none of a pool: who loses the lock then loses the migration too,
    and the lock is not handed on with the connection.
    """
    await connection.execute(select(func.pg_advisory_lock(*MIGRATION_LOCK)))
    await connection.rollback()  # which leaves a lock of the session alone


def _engine(url: URL, purpose: str, *, command_timeout_s: float | None, **pooling: Any) -> AsyncEngine:
    connect_args = {
        "timeout": CONNECT_TIMEOUT_S,
        "command_timeout": command_timeout_s,
        "server_settings": {**SERVER_SETTINGS, "application_name": purpose},
    }
    try:
        # Parameters are what people wrote; an error that is logged must not carry them.
        return create_async_engine(url, hide_parameters=True, connect_args=connect_args, **pooling)
    except ModuleNotFoundError as error:
        raise DriverMissingError from error
