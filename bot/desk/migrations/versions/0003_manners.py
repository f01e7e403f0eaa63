"""What tells a repeated problem from a new one, and where the bot keeps quiet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add it to answers and to servers' settings; those that are there repeat nothing and are not quiet."""
    op.add_column("answers", sa.Column("brings", sa.JSON))
    op.add_column("answers", sa.Column("repeats", sa.BigInteger))
    op.create_index("ix_answers_repeats", "answers", ["repeats"])
    op.create_index("ix_answers_channel_id", "answers", ["channel_id"])
    op.add_column("servers", sa.Column("repeat_minutes", sa.Integer, nullable=False, server_default=sa.text("10")))
    op.add_column("servers", sa.Column("quiet", sa.JSON))
