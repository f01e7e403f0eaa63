"""What becomes of databases."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import asyncpg

from bot.desk.database import Database


@contextlib.asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """Another program holds the lock that every write needs."""
    if url.startswith("sqlite"):
        file = sqlite3.connect(url.partition("///")[2])
        file.execute("BEGIN IMMEDIATE")
        yield
        file.close()
    else:
        server = await asyncpg.connect(url)
        async with server.transaction():
            await server.execute("LOCK TABLE answers IN EXCLUSIVE MODE")
            yield
        await server.close()


@contextlib.contextmanager
def away(database: Database | None) -> Iterator[None]:
    """The database fails at once, whatever is asked of it."""
    assert database is not None
    kept = database._engine

    def fail() -> Any:
        raise OSError("the disk is gone")

    with patch.object(database, "_engine", SimpleNamespace(dialect=kept.dialect, begin=fail, connect=fail)):
        yield
