"""What the desk remembers, as tables. A change here needs a migration, and `REVISION` goes up with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

REVISION = "0003"
"""The schema below: the number of the newest file in `migrations/versions/`."""


class Moment(TypeDecorator[datetime]):
    """A point in time. What goes in knows its time zone, what comes out is UTC; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn any zone into UTC, so that SQLite compares like with like."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back in UTC what was stored in UTC."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class Words(TypeDecorator[str]):
    """Text from anywhere. NUL, and halves of a character, are what no database or no encoding takes."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Leave out the former, and put a question mark in the place of the latter."""
        return value and value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


Snowflake = Annotated[int, mapped_column(BigInteger)]
"""Discord's ids have 64 bits."""


class Table(DeclarativeBase):
    """One of the desk's tables."""

    type_annotation_map = {datetime: Moment, str: Words}  # noqa: RUF012 - the base class declares it so


class AnswerRow(Table):
    """Which card answers which message. Of the message itself there is nothing here."""

    __tablename__ = "answers"

    question_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake] = mapped_column(index=True)
    card_id: Mapped[Snowflake | None] = mapped_column(index=True)
    asker_id: Mapped[Snowflake] = mapped_column(index=True)
    entry: Mapped[str]
    case: Mapped[str | None]
    model: Mapped[str | None]
    lang: Mapped[str]
    digest: Mapped[str]
    dismissed: Mapped[bool]
    asked: Mapped[bool]
    created_at: Mapped[datetime]
    brings: Mapped[list[str] | None] = mapped_column(JSON)
    repeats: Mapped[Snowflake | None] = mapped_column(index=True)


class ServerRow(Table):
    """What a server has set."""

    __tablename__ = "servers"

    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    support_channels: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    staff_channel_id: Mapped[Snowflake | None]
    staff_role_id: Mapped[Snowflake | None]
    language: Mapped[str]
    heard: Mapped[bool]
    webhooks: Mapped[list[int]] = mapped_column(JSON)
    retention_days: Mapped[int]
    incident_people: Mapped[int]
    incident_minutes: Mapped[int]
    repeat_minutes: Mapped[int] = mapped_column(server_default=text("10"))
    quiet: Mapped[dict[str, int] | None] = mapped_column(JSON)
    greeted: Mapped[bool]
    left_at: Mapped[datetime | None]
    stamp: Mapped[Snowflake]
    """A random number, another one with each change: it tells of a change without comparing two machines' clocks."""


class ReportRow(Table):
    """What somebody sent to support. It is open as long as it has no `closed_at`."""

    __tablename__ = "reports"
    __table_args__ = (
        Index(
            "one_open_report",
            "asker_id",
            "guild_id",
            "entry",
            unique=True,
            sqlite_where=text("closed_at IS NULL AND entry <> ''"),
            postgresql_where=text("closed_at IS NULL AND entry <> ''"),
        ),
        # Two errors that no entry explains are hardly one.
        Index(
            "one_open_report_of_unknown",
            "asker_id",
            "guild_id",
            "question_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL AND entry = ''"),
            postgresql_where=text("closed_at IS NULL AND entry = ''"),
        ),
        Index("reports_of_server", "guild_id", "created_at"),
        # An old card's buttons must never mean another report: no number is given twice.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Snowflake]
    question_id: Mapped[Snowflake]
    origin_guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake]
    card_id: Mapped[Snowflake | None] = mapped_column(index=True)
    asker_id: Mapped[Snowflake] = mapped_column(index=True)
    entry: Mapped[str]
    case: Mapped[str | None]
    model: Mapped[str | None]
    facts: Mapped[dict[str, str]] = mapped_column(JSON)
    findings: Mapped[str]
    tried: Mapped[str]
    text: Mapped[str]
    lang: Mapped[str]
    state: Mapped[str]
    staff_id: Mapped[Snowflake | None]
    duplicate_of: Mapped[int | None]
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    staff_channel_id: Mapped[Snowflake | None]
    staff_message_id: Mapped[Snowflake | None]


class FurtherCardRow(Table):
    """Another card of the asker's that tells of a report, besides the one from which it was sent."""

    __tablename__ = "further_cards"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False, index=True)
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake]


class NoteRow(Table):
    """What was said on a report."""

    __tablename__ = "notes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    author_id: Mapped[Snowflake] = mapped_column(index=True)
    text: Mapped[str]
    created_at: Mapped[datetime]


class IncidentRow(Table):
    """What several people met at once. It is open as long as it has no `closed_at`; `model` is empty where none is."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "one_open_incident",
            "guild_id",
            "entry",
            "model",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Snowflake]
    entry: Mapped[str]
    model: Mapped[str]
    people: Mapped[int]
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake | None]
    message_id: Mapped[Snowflake | None]


class DeliveryRow(Table):
    """What Discord has yet to be told. A row is gone once it was delivered, so that the table stays small."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "one_refresh",
            "report_id",
            unique=True,
            sqlite_where=text("kind = 'refresh'"),
            postgresql_where=text("kind = 'refresh'"),
        ),
        # Discord takes a number that it met lately for the message it came with: none is given twice.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    guild_id: Mapped[Snowflake]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    attempts: Mapped[int]
    why: Mapped[str]
    again: Mapped[bool]
    """Something changed since it was taken: it is due once more after it is done."""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When somebody may take it; while somebody has it, when that lease ends."""


class QuestionRow(Table):
    """That something was asked, and what it was about. Of its words there is nothing here."""

    __tablename__ = "questions"
    __table_args__ = (Index("questions_of_server", "guild_id", "created_at"),)

    question_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake]
    asker_id: Mapped[Snowflake] = mapped_column(index=True)
    asked: Mapped[bool]
    entry: Mapped[str | None]
    case: Mapped[str | None]
    model: Mapped[str | None]
    lang: Mapped[str]
    escalated: Mapped[bool]
    created_at: Mapped[datetime]


class VerdictRow(Table):
    """Whether an answer helped, in one person's eyes."""

    __tablename__ = "verdicts"

    question_id: Mapped[Snowflake] = mapped_column(
        ForeignKey("questions.question_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False, index=True)
    solved: Mapped[bool]
    by_asker: Mapped[bool]
    created_at: Mapped[datetime]


class UnansweredRow(Table):
    """What we had no answer to, masked."""

    __tablename__ = "unanswered"
    __table_args__ = (Index("unanswered_of_server", "guild_id", "created_at"),)

    question_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    guild_id: Mapped[Snowflake | None]
    asker_id: Mapped[Snowflake] = mapped_column(index=True)
    text: Mapped[str]
    lang: Mapped[str]
    entry: Mapped[str | None]
    created_at: Mapped[datetime]
