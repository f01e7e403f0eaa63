"""From one database to another: all that the desk remembers, in one go or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table as Described
from sqlalchemy import column, delete, func, insert, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk import sqlite
from bot.desk.database import Database, DeskError
from bot.desk.tables import Table

LIMIT = 3600.0
"""Seconds that moving may take; no bot waits for it."""

PART = 1000
"""Rows that are written with one statement."""

TARGET = "the database to move to"
"""What the target is called in errors; the source is called as ever, after `DATABASE_URL`."""

_GIVEN = table("sqlite_sequence", column("name"), column("seq"))
"""Where SQLite keeps the last number of each table, https://www.sqlite.org/autoinc.html."""


@dataclass(frozen=True, slots=True)
class _Content:
    """All that is in a table, and the last number that was given to a row of it, also to one that is gone."""

    rows: list[dict[str, Any]]
    last: int


async def move(source: str, target: str) -> dict[str, int]:
    """Copy a desk's database into an empty one; the source stays as it is.

    Numbers go on from where they were: an old card's button never comes to mean another report.

    Args:
        source: the address to read from, as `Settings.database_url` has it.
        target: the address to write to, in either kind of database.

    Returns:
        How many rows each table had.

    Raises:
        DeskError: one of the two, which is named, cannot be opened or fails; the source is of an older version; or the
            target has something in it, or is in memory, which nothing outlasts.
    """
    if absent := sqlite.missing(source):
        raise DeskError(f"there is no database {absent} to move: run this with the bot's DATABASE_URL")
    if sqlite.missing(target) == sqlite.MEMORY:
        raise DeskError(f"{TARGET} is in memory and gone at once: name a file, as in sqlite+aiosqlite:///desk.sqlite3")
    here = await Database.open(source, limit=LIMIT, read_only=True)
    try:
        there = await Database.open(target, limit=LIMIT, name=TARGET)
        try:
            # One after the other: what fails is told by the name of the one that failed.
            async with here.transaction() as connection:
                contents = await _read(connection)
            async with there.transaction() as connection:
                await _write(connection, contents)
        finally:
            await there.close()
    finally:
        await here.close()
    return {table.name: len(content.rows) for table, content in contents.items()}


async def _read(connection: AsyncConnection) -> dict[Described, _Content]:
    contents = {}
    for each in Table.metadata.sorted_tables:
        rows = [dict(row) for row in (await connection.execute(select(each))).mappings()]
        contents[each] = _Content(rows, await _last_number(connection, each) if "id" in each.columns else 0)
    return contents


async def _write(connection: AsyncConnection, contents: Mapping[Described, _Content]) -> None:
    for each in contents:
        if await connection.scalar(select(func.count()).select_from(each)):
            raise DeskError(f"{TARGET} is not empty: there are rows in its table {each.name}")
    for each, content in contents.items():
        for start in range(0, len(content.rows), PART):
            await connection.execute(insert(each), content.rows[start : start + PART])
        await _go_on_from(connection, each, content.last)


async def _last_number(connection: AsyncConnection, described: Described) -> int:
    if connection.dialect.name == "sqlite":
        return await connection.scalar(select(_GIVEN.c.seq).where(_GIVEN.c.name == described.name)) or 0
    sequence = table(f"{described.name}_id_seq", column("last_value"), column("is_called"))
    number, is_called = (await connection.execute(select(sequence))).one()
    return int(number) if is_called else 0


async def _go_on_from(connection: AsyncConnection, described: Described, number: int) -> None:
    if number and connection.dialect.name == "postgresql":
        await connection.execute(select(func.setval(f"{described.name}_id_seq", number)))
    elif number:
        await connection.execute(delete(_GIVEN).where(_GIVEN.c.name == described.name))
        await connection.execute(insert(_GIVEN).values(name=described.name, seq=number))
