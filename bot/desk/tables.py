"""What the desk remembers, as tables. A change here needs a migration, and `REVISION` goes up with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

REVISION = "0001"
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


Snowflake = Annotated[int, mapped_column(BigInteger)]
"""Discord's ids have 64 bits."""


class Table(DeclarativeBase):
    """One of the desk's tables."""

    type_annotation_map = {datetime: Moment}  # noqa: RUF012 - the base class declares it so


class AnswerRow(Table):
    """Which card answers which message. Of the message itself there is nothing here."""

    __tablename__ = "answers"

    question_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake]
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
