"""Which card answers which message."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Add `answers`."""
    op.create_table(
        "answers",
        sa.Column("question_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("card_id", sa.BigInteger, index=True),
        sa.Column("asker_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("entry", sa.String, nullable=False),
        sa.Column("case", sa.String),
        sa.Column("model", sa.String),
        sa.Column("lang", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("dismissed", sa.Boolean, nullable=False),
        sa.Column("asked", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
