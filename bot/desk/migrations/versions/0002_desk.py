"""Servers' settings, reports and their delivery, feedback, and incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add all that the desk remembers besides `answers`."""
    _add_settings()
    _add_reports()
    _add_incidents()
    _add_deliveries()
    _add_questions()


def _add_settings() -> None:
    op.create_table(
        "servers",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("support_channels", sa.JSON),
        sa.Column("staff_channel_id", sa.BigInteger),
        sa.Column("staff_role_id", sa.BigInteger),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("heard", sa.Boolean, nullable=False),
        sa.Column("webhooks", sa.JSON, nullable=False),
        sa.Column("retention_days", sa.Integer, nullable=False),
        sa.Column("incident_people", sa.Integer, nullable=False),
        sa.Column("incident_minutes", sa.Integer, nullable=False),
        sa.Column("greeted", sa.Boolean, nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        sa.Column("stamp", sa.BigInteger, nullable=False),
    )


def _add_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("question_id", sa.BigInteger, nullable=False),
        sa.Column("origin_guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("card_id", sa.BigInteger, index=True),
        sa.Column("asker_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("entry", sa.String, nullable=False),
        sa.Column("case", sa.String),
        sa.Column("model", sa.String),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("findings", sa.String, nullable=False),
        sa.Column("tried", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("lang", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("staff_id", sa.BigInteger),
        sa.Column("duplicate_of", sa.Integer),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_channel_id", sa.BigInteger),
        sa.Column("staff_message_id", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    known, unknown = "closed_at IS NULL AND entry <> ''", "closed_at IS NULL AND entry = ''"
    _add_unique_index("one_open_report", "reports", ["asker_id", "guild_id", "entry"], known)
    _add_unique_index("one_open_report_of_unknown", "reports", ["asker_id", "guild_id", "question_id"], unknown)
    op.create_index("reports_of_server", "reports", ["guild_id", "created_at"])
    op.create_table(
        "further_cards",
        sa.Column(
            "report_id", sa.Integer, sa.ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True, nullable=False
        ),
        sa.Column("card_id", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("report_id", sa.Integer, sa.ForeignKey("reports.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("author_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )


def _add_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("entry", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_by", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    _add_unique_index("one_open_incident", "incidents", ["guild_id", "entry", "model"], "closed_at IS NULL")


def _add_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("report_id", sa.Integer, sa.ForeignKey("reports.id", ondelete="CASCADE")),
        sa.Column("note_id", sa.Integer, sa.ForeignKey("notes.id", ondelete="CASCADE")),
        sa.Column("incident_id", sa.Integer, sa.ForeignKey("incidents.id", ondelete="CASCADE")),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("again", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    _add_unique_index("one_refresh", "deliveries", ["report_id"], "kind = 'refresh'")


def _add_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("question_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("asker_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("asked", sa.Boolean, nullable=False),
        sa.Column("entry", sa.String),
        sa.Column("case", sa.String),
        sa.Column("model", sa.String),
        sa.Column("lang", sa.String, nullable=False),
        sa.Column("escalated", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("questions_of_server", "questions", ["guild_id", "created_at"])
    op.create_table(
        "verdicts",
        sa.Column(
            "question_id",
            sa.BigInteger,
            sa.ForeignKey("questions.question_id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
        sa.Column("solved", sa.Boolean, nullable=False),
        sa.Column("by_asker", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "unanswered",
        sa.Column("question_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("asker_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("lang", sa.String, nullable=False),
        sa.Column("entry", sa.String),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("unanswered_of_server", "unanswered", ["guild_id", "created_at"])


def _add_unique_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
