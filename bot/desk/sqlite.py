"""SQLite: a file beside the bot, through aiosqlite."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

PAGES = 256
"""Kilobytes of the file that are kept at hand, in place of two thousand: the system has them as well.

https://www.sqlite.org/pragma.html#pragma_cache_size
"""

MEMORY = "in memory"
"""What `missing` says of a database that is no file."""


def engine(url: str, limit: float, *, read_only: bool = False) -> AsyncEngine:
    """Make the engine for an SQLite database, without opening it.

    It has one connection: SQLite has one writer at a time, and so calls queue here, in order, and not at the
    file's lock. A database in memory lives as long as its connection, which is until a call is cancelled.

    A file that is taken away is an error until it is back, as SQLite would go on writing to what has no name any
    more; one that is put in its place is opened by the next call.

    Args:
        url: `sqlite+aiosqlite://…`.
        limit: seconds that a call may take; a wait for another process's lock takes half of it at most.
        read_only: nothing is written, not even how the file is kept.
    """
    made = create_async_engine(url, hide_parameters=True, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0)
    file, before = file_of(url), False

    @event.listens_for(made.sync_engine, "do_connect")
    def look(*_: object) -> None:
        if before and file and not file.exists():  # else an empty one is made
            raise sqlite3.OperationalError("its file is gone")

    @event.listens_for(made.sync_engine, "connect")
    def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
        nonlocal before
        before, record.info["file"] = True, _identity(file)
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {limit * 500:.0f}")
            cursor.execute("PRAGMA query_only = ON" if read_only else "PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("PRAGMA secure_delete = ON")
            cursor.execute(f"PRAGMA cache_size = -{PAGES}")
            cursor.close()
        except BaseException:
            connection.close()  # nobody else knows of it yet
            raise

    @event.listens_for(made.sync_engine, "checkout")
    def compare(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError

    return made


def missing(url: str) -> str:
    """Return what is not there, where an address means a file or nothing at all; empty where it is there.

    A file that nobody can look for counts as there: to open it tells why.
    """
    if not make_url(url).drivername.startswith("sqlite"):
        return ""
    if (file := file_of(url)) is None:
        return MEMORY
    try:
        return "" if file.is_file() else str(file)
    except OSError:
        return ""


def file_of(url: str) -> Path | None:
    """Return where the file is; None for a database in memory."""
    address = make_url(url)
    name = (address.database or "").removeprefix("file:")
    return None if name in {"", ":memory:"} or address.query.get("mode") == "memory" else Path(name).absolute()


def _identity(file: Path | None) -> tuple[int, int] | None:
    """Return which file it is that stands there; None where there is none."""
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return found and (found.st_dev, found.st_ino)
