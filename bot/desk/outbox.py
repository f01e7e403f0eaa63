"""What Discord has yet to be told: stored with what it tells of, and kept until it was delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.database import Database
from bot.desk.share import WHOLE, Share
from bot.desk.tables import DeliveryRow

Kind = Literal["report", "reply", "addition", "refresh", "incident"]

LEASE = timedelta(seconds=60)
"""How long a delivery belongs to who took it: longer than a call to Discord with its waits, and than clocks differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Something to deliver.

    Attributes:
        id: its number, which is never given to another.
        kind: `report` (to staff), `reply` (staff's words to the asker), `addition` (the asker's to staff),
            `refresh` (the cards of a report, which show its state), `incident` (to staff).
        guild_id: the server whose staff it is about.
        report_id: the report, for all kinds but `incident`.
        note_id: the note, for `reply` and `addition`.
        incident_id: the incident, for `incident`.
        attempts: how often it was taken, this time included.
        created_at: when it was put in.
    """

    id: int
    kind: Kind
    guild_id: int
    report_id: int | None
    note_id: int | None
    incident_id: int | None
    attempts: int
    created_at: datetime


_COLUMNS = [getattr(DeliveryRow, field.name) for field in fields(Delivery)]


class Outbox:
    """The deliveries. Nothing is ever given up; how long to wait between attempts is for the caller to say.

    Every method raises `DeskError` where the database cannot do it.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
        share: the servers whose deliveries this process takes: it knows their channels.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], share: Share = WHOLE) -> None:
        self._database = database
        self._clock = clock
        self._share = share

    async def put(
        self,
        connection: AsyncConnection,
        kind: Kind,
        guild_id: int,
        *,
        report_id: int | None = None,
        note_id: int | None = None,
        incident_id: int | None = None,
    ) -> None:
        """Put in a delivery, due at once, in the transaction that stores what it tells of.

        A report has one `refresh` at most: one that waits stands for this one too, and one that somebody has taken
        is due again after it is done.
        """
        now = self._clock()
        new = self._database.insert(DeliveryRow).values(
            kind=kind,
            guild_id=guild_id,
            report_id=report_id,
            note_id=note_id,
            incident_id=incident_id,
            attempts=0,
            why="",
            again=False,
            created_at=now,
            due_at=now,
        )
        if kind == "refresh":
            # The text of the index: PostgreSQL does not recognise it with a parameter in the place of the kind.
            new = new.on_conflict_do_update(
                index_elements=["report_id"], index_where=text("kind = 'refresh'"), set_={"again": True}
            )
        await connection.execute(new)

    async def due(self, limit: int = 10) -> list[Delivery]:
        """Take what is due, first come first served: it is the caller's for `LEASE`, and nobody else gets it.

        What the caller reads of a report after this is new enough for a `refresh`.
        """
        now = self._clock()
        next_ones = (
            select(DeliveryRow.id)
            .where(DeliveryRow.due_at <= now, self._share.has(DeliveryRow.guild_id))
            .order_by(DeliveryRow.due_at, DeliveryRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # which SQLite, with one writer at a time, does without
        )
        taken = (
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(next_ones), DeliveryRow.due_at <= now)
            .values(due_at=now + LEASE, attempts=DeliveryRow.attempts + 1, again=False)
            .returning(*_COLUMNS)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(taken)).mappings().all()
        return sorted((Delivery(**row) for row in rows), key=lambda delivery: delivery.id)

    async def done(self, delivery_id: int) -> None:
        """Take a delivery out: it was delivered, or there is nobody left to deliver it to."""
        this = DeliveryRow.id == delivery_id
        async with self._database.transaction() as connection:
            renewed = update(DeliveryRow).where(this, DeliveryRow.again)
            fresh = {"again": False, "attempts": 0, "why": "", "due_at": self._clock()}
            if not (await connection.execute(renewed.values(**fresh))).rowcount:
                await connection.execute(delete(DeliveryRow).where(this, ~DeliveryRow.again))

    async def later(self, delivery_id: int, delay: timedelta, why: str) -> None:
        """Give a delivery back, to be due after a while.

        Args:
            delivery_id: the delivery.
            delay: the while.
            why: what hindered it, for the operator, in one line without content.
        """
        back = update(DeliveryRow).where(DeliveryRow.id == delivery_id)
        async with self._database.transaction() as connection:
            await connection.execute(back.values(due_at=self._clock() + delay, why=why))

    async def waiting(self, guild_id: int | None = None) -> list[tuple[Delivery, str]]:
        """Return what was tried and is not delivered yet, oldest first, each with what hindered it.

        Args:
            guild_id: the server whose deliveries are meant; by default, those of all servers of this process.
        """
        these = self._share.has(DeliveryRow.guild_id) if guild_id is None else DeliveryRow.guild_id == guild_id
        tried = select(*_COLUMNS, DeliveryRow.why).where(DeliveryRow.attempts > 0, these).order_by(DeliveryRow.id)
        async with self._database.transaction() as connection:
            rows = [dict(row) for row in (await connection.execute(tried)).mappings()]
        return [(Delivery(**row), why) for row in rows for why in [row.pop("why")]]
