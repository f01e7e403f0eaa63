"""From one schema to the next.

`versions/` has a file for each: its number is its revision, it names the one before, and it only goes forward.
What is in it never changes once it was released. `op.batch_alter_table` alters what SQLite cannot alter in place.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to a revision, in the transaction that the connection is in."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "bot.desk:migrations")
    command.upgrade(config, revision)
