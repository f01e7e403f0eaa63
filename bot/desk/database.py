"""The desk's database: opened with its schema up to date, and never waited for in vain."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Self

from sqlalchemy import Connection, inspect
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.desk import sqlite
from bot.desk.backlog import WAIT, Backlog, Change
from bot.desk.errors import BehindError, DeskError, RefusedError
from bot.desk.rights import namesakes, withheld
from bot.desk.tables import REVISION, Table

__all__ = ["LIMIT", "PATIENCE", "BehindError", "Database", "DeskError", "RefusedError"]

log = logging.getLogger(__name__)

LIMIT = 2.0
"""Seconds that a call may take: chat goes on without an answer from the desk."""

PATIENCE = 30.0
"""Seconds that opening may take, another process's migration included."""

_ALONE = {
    "sqlite": "BEGIN IMMEDIATE",
    # Any number of our own: the lock is known by it, in this database, until the transaction ends.
    "postgresql": "SELECT pg_advisory_xact_lock(4041009)",
}


class Database:
    """The desk's database. `open` makes one; `close` it in the end.

    There are two ways in. In a `transaction` something is done that somebody is told of, whether or not it could be
    done. What answers leave behind is written by `keep`, and looked up by `lookup`: see `backlog`.

    Args:
        engine: the connections.
        limit: seconds that a transaction may take.
        name: what it is called in errors.
    """

    def __init__(self, engine: AsyncEngine, limit: float = LIMIT, name: str = "the database") -> None:
        self._engine = engine
        self._limit = limit
        self._name = name
        self._backlog = Backlog(self._within, min(WAIT, limit))

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        limit: float = LIMIT,
        patience: float = PATIENCE,
        read_only: bool = False,
        name: str = "the database of DATABASE_URL",
    ) -> Self:
        """Connect, and bring the schema up to date where it is behind.

        Several processes may do so at once: one migrates, the others wait for it.

        Args:
            url: as `Settings.database_url` has it.
            limit: seconds that a transaction may take later on.
            patience: seconds that opening may take.
            read_only: the database is only read, and stays as it is.
            name: what it is called in errors.

        Raises:
            DeskError: there is no such database, its address has what nobody can read, it stays locked, or its schema
                is newer than this program or none that it knows; with `read_only`, also where there is no schema, or
                an older one.
        """
        async with _told(f"{name} cannot be opened", patience, unread="its address has what cannot be read"):
            database = cls(_engine(url, limit, read_only=read_only), limit, name)
            try:
                await database._bring_up_to_date(patience, read_only=read_only)
            except BaseException:
                await database.close()
                await asyncio.sleep(0.05)  # aiosqlite's thread still has a word for an event loop that may end now
                raise
        return database

    async def close(self) -> None:
        """Write what waits to be written, if that can be done at once, and close the connections."""
        if self._backlog:
            with suppress(DeskError):
                await self._backlog.catch_up(WAIT)
        if self._backlog:
            log.error("the desk is closed before it could catch up: changes lost %d", len(self._backlog))
        await self._engine.dispose()

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection for a few statements that hold together; it commits where the block ends well.

        Raises:
            DeskError: the database failed, took longer than the limit, or has what cannot be read. The block is for
                its statements alone, and for reading what they give.
        """
        return self._within(self._limit)

    def lookup(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection to read what an answer can do without.

        Raises:
            DeskError: the database cannot do it at once, or could not a moment ago.
        """
        return self._backlog.read()

    async def keep(self, *changes: Change) -> None:
        """Make changes that hold together and that twice are as good as once: now, or as soon as it can be done."""
        await self._backlog.write(*changes)

    async def catch_up(self, limit: float = LIMIT) -> int:
        """Make the changes that wait, and return how many they were.

        Args:
            limit: the seconds that it may take.

        Raises:
            DeskError: the database cannot do it yet.
        """
        return await self._backlog.catch_up(limit) if self._backlog else 0

    @asynccontextmanager
    async def _within(self, limit: float) -> AsyncIterator[AsyncConnection]:
        async with _told(f"{self._name} failed", limit), self._engine.begin() as connection:
            yield connection

    async def wipe(self) -> None:
        """Have nothing that was deleted stand anywhere any more, as far as that is in our hands.

        SQLite's pages are overwritten as they are given up (`secure_delete`), but go on standing in the log that the
        file is written from. PostgreSQL sees to it itself (autovacuum).

        Raises:
            DeskError: the database cannot do it now.
        """
        if self._engine.dialect.name == "sqlite":
            async with _told(f"{self._name} failed", self._limit), self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def insert(self, table: type[Table]) -> PostgresqlInsert | SqliteInsert:
        """Start an INSERT that takes `on_conflict_do_update`, which standard SQL does not know."""
        return PostgresqlInsert(table) if self._engine.dialect.name == "postgresql" else SqliteInsert(table)

    async def _bring_up_to_date(self, patience: float, *, read_only: bool) -> None:
        until = time.monotonic() + patience - self._limit
        while True:
            try:
                return await self._migrate(read_only=read_only)
            except OperationalError as error:
                # SQLite waits for a lock no longer than a call may take, and gives up at once where two processes
                # turn a new file to WAL.
                if "database is locked" not in str(error.orig) or time.monotonic() > until:
                    raise
                await asyncio.sleep(0.05)

    async def _migrate(self, *, read_only: bool) -> None:
        async with self._engine.connect() as connection:
            stored = await connection.run_sync(_stored_revision)
        if stored == REVISION:
            return
        if not _is_numbered(stored):
            raise DeskError(f"{self._name} is not a desk of ours: it is at revision {stored[:32]!r}, which is unknown")
        if stored > REVISION:
            raise DeskError(f"{self._name} is at revision {stored}, newer than this program's {REVISION}: update it")
        if read_only and not stored:
            raise BehindError(f"there is no desk in {self._name}")
        if read_only:
            raise BehindError(f"{self._name} has an older schema: start the bot with it, which brings it up to date")

        from alembic.util import CommandError  # noqa: PLC0415 - Alembic takes its time to load

        from bot.desk.migrations import upgrade  # noqa: PLC0415

        try:
            async with self._engine.begin() as connection:
                await connection.exec_driver_sql(_ALONE[connection.dialect.name])
                await connection.run_sync(upgrade)
        except CommandError as error:
            raise DeskError(f"{self._name} cannot be brought up to date: {_reason(error)}") from error


async def hindrance(url: str, *, patience: float = PATIENCE) -> str:
    """Return what keeps the bot from storing in a database that can be read; empty where nothing does.

    Who may write an SQLite file is for the system to say.

    Args:
        url: as `Settings.database_url` has it.
        patience: seconds that it may take.

    Raises:
        DeskError: the database does not tell.
    """
    engine = _engine(url, patience, read_only=True)
    async with _told("the database of DATABASE_URL failed", patience):
        try:
            async with engine.connect() as connection:
                stored = await connection.run_sync(_stored_revision)
                if not stored and (others := await connection.run_sync(namesakes)):
                    return f"it has a table {others[0]}, which is no desk's"
                if connection.dialect.name == "postgresql":
                    return await withheld(connection, new=stored != REVISION)
        finally:
            await engine.dispose()
    return ""


def _engine(url: str, limit: float, *, read_only: bool) -> AsyncEngine:
    if url.startswith("postgresql://"):
        from bot.desk import postgresql  # noqa: PLC0415 - asyncpg is not for those who stay with SQLite

        return postgresql.engine(url)
    return sqlite.engine(url, limit, read_only=read_only)


def _stored_revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def _is_numbered(revision: str) -> bool:
    """Tell whether a revision is one of ours, of now or of later: they are counted; without any, there is no schema."""
    return not revision or bool(re.fullmatch("[0-9]{4}", revision) and int(revision))


@asynccontextmanager
async def _told(failed: str, limit: float, *, unread: str = "a value cannot be read or stored") -> AsyncIterator[None]:
    """Raise what goes wrong with a database as `DeskError`.

    Args:
        failed: what goes wrong, as the error begins.
        limit: the seconds that it may take.
        unread: says what has a value that means nothing; what it is stays unsaid.
    """
    try:
        async with asyncio.timeout(limit):
            yield
    except TimeoutError as error:
        raise DeskError(f"{failed}: no answer within {limit:g} seconds") from error
    except (OSError, SQLAlchemyError) as error:
        kind = RefusedError if _is_refused(error) else DeskError
        raise kind(f"{failed}: {_reason(error)}") from error
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:  # somebody's hand was in the tables
        raise RefusedError(f"{failed}: {unread} ({type(error).__name__})") from error


def _is_refused(error: Exception) -> bool:
    """Tell whether it is the values that are at fault; PostgreSQL's SQLSTATE says so by its class, 22 or 23."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError)  # it never came to the database
    if isinstance(error, IntegrityError | DataError) or isinstance(getattr(error.orig, "__cause__", None), ValueError):
        return True
    return str(getattr(error.orig, "sqlstate", None)).startswith(("22", "23"))


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    # Further lines of PostgreSQL's are DETAIL and HINT, which may quote values.
    return next(iter(str(error).splitlines()), type(error).__name__)
