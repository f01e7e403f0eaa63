"""SQLite: a file beside the bot, through aiosqlite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def engine(url: str, limit: float) -> AsyncEngine:
    """Make the engine for an SQLite database, without opening it.

    It has one connection: SQLite has one writer at a time, and so calls queue here, in order, and not at the
    file's lock. A database in memory lives as long as its connection, which is until a call is cancelled.

    Args:
        url: `sqlite+aiosqlite://…`.
        limit: seconds that a call may take; a wait for another process's lock takes half of it at most.
    """
    made = create_async_engine(url, hide_parameters=True, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0)

    @event.listens_for(made.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {limit * 500:.0f}")
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.close()
        except BaseException:
            connection.close()  # nobody else knows of it yet
            raise

    return made


def missing(url: str) -> str:
    """Return what is not there, where an address means a file or nothing at all; empty where it is there."""
    made = make_url(url)
    if not made.drivername.startswith("sqlite"):
        return ""
    if made.database in {None, "", ":memory:"}:
        return "in memory"
    file = Path(str(made.database).removeprefix("file:")).absolute()
    return "" if file.is_file() else str(file)
