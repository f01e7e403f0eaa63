"""PostgreSQL: a server, through asyncpg."""

from __future__ import annotations

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

GOODBYE = 0.5
"""Seconds for a server that hangs to take leave; a call's limit and this stay below Discord's three seconds."""


class _Connection(asyncpg.Connection):  # type: ignore[misc] # asyncpg is not typed
    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - asyncpg's signature
        await super().close(timeout=GOODBYE)


def engine(url: str) -> AsyncEngine:
    """Make the engine for a PostgreSQL database, without connecting to it.

    Args:
        url: `postgresql://…`, read as libpq reads it: asyncpg knows `sslmode` and its kin from an address alone.
    """

    async def connect() -> asyncpg.Connection:
        try:
            return await asyncpg.connect(url, connection_class=_Connection)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            # SQLAlchemy knows asyncpg's own errors once there is a connection, and not before.
            raise ConnectionError(str(error)) from error

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, pool_pre_ping=True)
