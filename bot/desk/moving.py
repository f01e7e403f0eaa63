"""From one database to another: all that the desk remembers, in one go or not at all."""

from __future__ import annotations

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

_GIVEN = table("sqlite_sequence", column("name"), column("seq"))
"""Where SQLite keeps the last number of each table, https://www.sqlite.org/autoinc.html."""


async def move(source: str, target: str) -> dict[str, int]:
    """Copy a desk's database into an empty one; the source stays as it is.

    Numbers go on from where they were: an old card's button never comes to mean another report.

    Args:
        source: the address to read from, as `Settings.database_url` has it.
        target: the address to write to, in either kind of database.

    Returns:
        How many rows each table had.

    Raises:
        DeskError: one of the two cannot be opened or fails, or the target has something in it.
    """
    if absent := sqlite.missing(source):
        raise DeskError(f"there is no database {absent} to move: run this with the bot's DATABASE_URL")
    here = await Database.open(source, limit=LIMIT)
    try:
        there = await Database.open(target, limit=LIMIT)
        try:
            async with here.transaction() as reading, there.transaction() as writing:
                return await _copy(reading, writing)
        finally:
            await there.close()
    finally:
        await here.close()


async def _copy(reading: AsyncConnection, writing: AsyncConnection) -> dict[str, int]:
    tables = Table.metadata.sorted_tables
    for each in tables:
        if await writing.scalar(select(func.count()).select_from(each)):
            raise DeskError(f"the database to write to is not empty: there are rows in its table {each.name}")
    moved = {}
    for each in tables:
        rows = [dict(row) for row in (await reading.execute(select(each))).mappings()]
        for start in range(0, len(rows), PART):
            await writing.execute(insert(each), rows[start : start + PART])
        if "id" in each.columns:
            await _go_on_from(writing, each, await _last_number(reading, each))
        moved[each.name] = len(rows)
    return moved


async def _last_number(connection: AsyncConnection, described: Described) -> int:
    """Return the last number that was given to a row, also one that is gone."""
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
