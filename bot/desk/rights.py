"""What a database lets the bot do: who may not make or write the desk's tables, and whose tables are in their place."""

from __future__ import annotations

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.tables import Table

_RIGHTS = """
    SELECT current_user, current_schema(), has_schema_privilege(current_schema(), 'CREATE'),
           current_setting('transaction_read_only') = 'on'
"""

_SHUT = """
    SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()) AND CASE relkind
        WHEN 'r' THEN NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
                           AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
        WHEN 'S' THEN NOT has_sequence_privilege(oid, 'USAGE')
        ELSE false END ORDER BY relname
"""
"""The tables that a role may not read and write, and the sequences from which it gets no number:
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE"""


async def withheld(connection: AsyncConnection, *, new: bool) -> str:
    """Return which right is missing in PostgreSQL; empty where none is.

    Args:
        connection: as the bot's own user.
        new: there are tables to be made.
    """
    user, schema, may_make, is_read_only = (await connection.exec_driver_sql(_RIGHTS)).one()
    if is_read_only:
        return "it may only be read (transaction_read_only is on)"
    if new and not may_make:
        return f"{user} may make no tables in its schema {schema}" if schema else "its search_path names no schema"
    shut = (await connection.exec_driver_sql(_SHUT)).scalars()
    ours = [name for name in shut if name.removesuffix("_id_seq") in Table.metadata.tables]
    return f"{user} may not read and write {ours[0]}" if ours else ""


def namesakes(connection: Connection) -> list[str]:
    """Return which tables are called as the desk's are."""
    return sorted(Table.metadata.tables.keys() & set(inspect(connection).get_table_names()))
